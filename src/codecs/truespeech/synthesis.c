/* From excitation to sound. */
#include <string.h>
#include "tables.h"

void truespeech_filter(const int16_t a_q12[ORDER], int16_t k_q15, struct synthesis_filter *filter)
{
    for (int i = 0; i < ORDER; i++) {
        filter->a_q12[i] = a_q12[i];
        filter->zeros_q12[i] = (int16_t)(truespeech_decay_550[i] * a_q12[i] >> 15);
        filter->poles_q12[i] = (int16_t)(truespeech_decay_750[i] * a_q12[i] >> 15);
    }
    filter->tilt = (int16_t)(k_q15 - (k_q15 >> 2));
}

/* One comparison where nothing is to be done. */
static inline int16_t clip(int32_t x)
{
    if ((uint32_t)x + SAMPLE_MAX > 2 * SAMPLE_MAX)
        x = x < 0 ? -SAMPLE_MAX : SAMPLE_MAX;
    return (int16_t)x;
}

static inline int32_t round_q12(uint32_t sum_q12)
{
    return (int32_t)(sum_q12 + 0x800) >> 12;
}

/* What a recursion predicts, written out for speed, the sample that it waits for last. Sums wrap at 32 bits, as a wild predictor
 * at full scale makes them. */
static inline uint32_t predict(const int32_t c_q12[ORDER], const int32_t *now)
{
    uint32_t early = (uint32_t)(now[-8] * c_q12[7]) + (uint32_t)(now[-7] * c_q12[6]) + (uint32_t)(now[-6] * c_q12[5]) + (uint32_t)(now[-5] * c_q12[4]);
    uint32_t late = (uint32_t)(now[-4] * c_q12[3]) + (uint32_t)(now[-3] * c_q12[2]) + (uint32_t)(now[-2] * c_q12[1]);

    return early + late + (uint32_t)(now[-1] * c_q12[0]);
}

/* The sum of A(z/.55)'s products. The powers of .55 add up to 1.22, so they stay below 1.22 * 2^30. */
static inline int32_t zeros(const int16_t rising_q12[ORDER], const int16_t *s)
{
    int32_t sum = 0;

    for (int k = 0; k < ORDER; k++)
        sum += rising_q12[k] * s[k];
    return sum;
}

/* Both recursions in one loop: each waits for its own last sample, so they run side by side. */
void truespeech_synthesize(struct synthesis *state, const struct synthesis_filter *filter, const int16_t e[SUBFRAME], int16_t out[SUBFRAME])
{
    int16_t narrow[ORDER + SUBFRAME], rising_q12[ORDER];
    int32_t a_q12[ORDER], poles_q12[ORDER], s[ORDER + SUBFRAME], y[ORDER + SUBFRAME];

    for (int k = 0; k < ORDER; k++) {
        a_q12[k] = filter->a_q12[k];
        poles_q12[k] = filter->poles_q12[k];
        rising_q12[k] = filter->zeros_q12[ORDER - 1 - k];
        narrow[k] = state->s[k];
        s[k] = state->s[k];
        y[k] = state->y[k];
    }
    for (int i = 0; i < SUBFRAME; i++) {
        int32_t *now = s + ORDER + i, *behind = y + ORDER + i, tilted;
        uint32_t sum;

        *now = narrow[ORDER + i] = clip(e[i] + round_q12(predict(a_q12, now)));
        sum = (uint32_t)(wrap16(*now + (-zeros(rising_q12, narrow + i) >> 12)) * 4096) + predict(poles_q12, behind);
        *behind = clip(round_q12(sum));
        tilted = (int32_t)(sum + (uint32_t)(behind[-1] * filter->tilt >> 4));
        out[i] = clip(round_q12((uint32_t)(tilted - (tilted >> 3))));
    }
    for (int k = 0; k < ORDER; k++) {
        state->s[k] = narrow[SUBFRAME + k];
        state->y[k] = (int16_t)y[SUBFRAME + k];
    }
}
