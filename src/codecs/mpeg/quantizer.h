/* Quantization and coding of the lines of Layer III. */
#ifndef OMNIACM_MPEG_QUANTIZER_H
#define OMNIACM_MPEG_QUANTIZER_H

#include "layer3_encoder.h"

enum {
    L3_STEP_LEAST = 16, /* of a quantizer, in quarters of log2 of a line's unit */
    L3_STEP_MOST = 127,
    L3_GAIN = 110 /* global_gain of step 0: 210 - 4 * 25, since full scale is 2^25 */
};

/* Makes the steps of bands finer, in quarters of log2: at most 127. */
void l3_scale_powers(struct l3_encoder *, const struct mpeg_bands *,
                     const uint8_t finer[MPEG_BANDS_MOST]);

/* |x|^(3/4), Q11. */
void l3_find_powers(const int32_t x[MPEG_GRANULE], uint32_t powers[MPEG_GRANULE]);

void l3_init_lengths(uint64_t lengths[L3_CLASSES][256]);

/* Chooses the regions and the tables for the values part->q. */
void l3_choose_code(const struct l3_encoder *, struct l3_part *);

/* Quantizes encoder->powers with the finest step whose codes take at most `bits`, searching from
 * `guess`. */
void l3_fit(struct l3_encoder *, struct l3_part *, uint32_t bits, int guess);

#endif
