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

static inline int16_t clip(int32_t x)
{
    return (int16_t)(x > SAMPLE_MAX ? SAMPLE_MAX : x < -SAMPLE_MAX ? -SAMPLE_MAX : x);
}

/* Sums wrap at 32 bits: a wild predictor and full-scale sound go beyond. */
static inline uint32_t predict(const int16_t c_q12[ORDER], const int16_t *now)
{
    uint32_t sum = 0;

    for (int k = 0; k < ORDER; k++)
        sum += (uint32_t)(c_q12[k] * now[-1 - k]);
    return sum;
}

static inline int32_t round_q12(uint32_t sum_q12)
{
    return (int32_t)(sum_q12 + 0x800) >> 12;
}

void truespeech_synthesize(struct synthesis *state, const struct synthesis_filter *filter, const int16_t e[SUBFRAME], int16_t out[SUBFRAME])
{
    int16_t s[ORDER + SUBFRAME], y[ORDER + SUBFRAME];

    memcpy(s, state->s, sizeof state->s);
    memcpy(y, state->y, sizeof state->y);
    for (int i = 0; i < SUBFRAME; i++) {
        int16_t *sn = s + ORDER + i, *yn = y + ORDER + i;
        uint32_t sum;
        int32_t tilted;

        *sn = clip(e[i] + round_q12(predict(filter->a_q12, sn)));
        sum = (uint32_t)wrap16(*sn + ((int32_t)-predict(filter->zeros_q12, sn) >> 12)) * 4096 + predict(filter->poles_q12, yn);
        *yn = clip(round_q12(sum));
        tilted = (int32_t)(sum + (uint32_t)(yn[-1] * filter->tilt >> 4));
        out[i] = clip(round_q12((uint32_t)(tilted - (tilted >> 3))));
    }
    memcpy(state->s, s + SUBFRAME, sizeof state->s);
    memcpy(state->y, y + SUBFRAME, sizeof state->y);
}
