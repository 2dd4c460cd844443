/* Block switching of the encoder of Layer III. */
#ifndef OMNIACM_MPEG_BLOCKS_H
#define OMNIACM_MPEG_BLOCKS_H

#include "layer3_encoder.h"

/* True if the sound rises sharply where the short blocks of the granule after `granule` are.
 * Granules come in order. */
bool l3_has_attack(struct l3_encoder *, unsigned granule);

#endif
