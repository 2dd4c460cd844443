/* Scale factors of the encoder of Layer III. */
#ifndef OMNIACM_MPEG_FACTORS_H
#define OMNIACM_MPEG_FACTORS_H

#include "layer3_encoder.h"

/* Tries scale factors for a part that is quantized without. */
void l3_shape(struct l3_encoder *, struct l3_part *, const int32_t x[MPEG_GRANULE],
              const struct mpeg_levels *, uint32_t bits);

#endif
