/* The bitstream of the encoder of Layer III. */
#ifndef OMNIACM_MPEG_SIDE_H
#define OMNIACM_MPEG_SIDE_H

#include "layer3_encoder.h"

/* Appends a frame of so many bytes to the pending ones, and the main data, which has room there. */
void l3_write_frame(struct l3_encoder *, uint32_t bytes);

#endif
