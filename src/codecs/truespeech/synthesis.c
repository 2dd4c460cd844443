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

/* 1/A */
static void all_pole(int16_t last[ORDER], const int16_t a_q12[ORDER], const int16_t e[SUBFRAME], int16_t s[ORDER + SUBFRAME])
{
    int32_t c_q12[ORDER], wide[ORDER + SUBFRAME];

    for (int k = 0; k < ORDER; k++) {
        wide[k] = s[k] = last[k];
        c_q12[k] = a_q12[k];
    }
    for (int i = ORDER; i < ORDER + SUBFRAME; i++)
        wide[i] = s[i] = clip(e[i - ORDER] + round_q12(predict(c_q12, wide + i)));
    memcpy(last, s + SUBFRAME, ORDER * sizeof *last);
}

/* A(z/.55). The powers of .55 add up to 1.22, so the products stay below 1.22 * 2^30. */
static void all_zero(const int16_t zeros_q12[ORDER], const int16_t s[ORDER + SUBFRAME], int16_t out[SUBFRAME])
{
    int16_t rising_q12[ORDER];

    for (int k = 0; k < ORDER; k++)
        rising_q12[k] = zeros_q12[ORDER - 1 - k];
    for (int i = 0; i < SUBFRAME; i++) {
        int32_t sum = 0;

        for (int k = 0; k < ORDER; k++)
            sum += rising_q12[k] * s[i + k];
        out[i] = wrap16(s[ORDER + i] + (-sum >> 12));
    }
}

/* 7/8 / A(z/.75) (1 + 3/8 k z^-1), in place. */
static void tilted_pole(int16_t last[ORDER], const struct synthesis_filter *filter, int16_t out[SUBFRAME])
{
    int32_t c_q12[ORDER], y[ORDER + SUBFRAME];

    for (int k = 0; k < ORDER; k++) {
        y[k] = last[k];
        c_q12[k] = filter->poles_q12[k];
    }
    for (int i = 0; i < SUBFRAME; i++) {
        uint32_t sum = (uint32_t)(out[i] * 4096) + predict(c_q12, y + ORDER + i);
        int32_t tilted = (int32_t)(sum + (uint32_t)(y[ORDER + i - 1] * filter->tilt >> 4));

        y[ORDER + i] = clip(round_q12(sum));
        out[i] = clip(round_q12((uint32_t)(tilted - (tilted >> 3))));
    }
    for (int k = 0; k < ORDER; k++)
        last[k] = (int16_t)y[SUBFRAME + k];
}

void truespeech_synthesize(struct synthesis *state, const struct synthesis_filter *filter, const int16_t e[SUBFRAME], int16_t out[SUBFRAME])
{
    int16_t s[ORDER + SUBFRAME];

    all_pole(state->s, filter->a_q12, e, s);
    all_zero(filter->zeros_q12, s, out);
    tilted_pole(state->y, filter, out);
}
