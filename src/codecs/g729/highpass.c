/* The high-pass filters of the second order: 3.1, 140 Hz and half the level, and 4.2.5, 100 Hz and twice the level. */
#include "g729.h"
#include "double_precision.h"

static const int16_t in_b_q12[3] = { 1899, -3798, 1899 }, in_a_q12[2] = { 7807, -3733 };       /* 0.46363718 / 2 ... */
static const int16_t out_b_q13[3] = { 7699, -15398, 7699 }, out_a_q13[2] = { 15836, -7667 };   /* 0.93980581 ... */

/* y is within 2^31, x within 2^15. The filter's four products of each kind add up to
 * 2^31 (7807 + 3733) / 2^15 + 2^16 (1899 + 3798 + 1899) < 2^31: no sum saturates, only the shift. */
void g729_preprocess(struct highpass *state, const int16_t pcm[FRAME], int16_t s[FRAME])
{
    int32_t y1 = state->y[0], y2 = state->y[1];
    int16_t x1 = state->x[0], x2 = state->x[1];

    for (int i = 0; i < FRAME; i++) {
        int32_t sum = 2 * (in_b_q12[0] * pcm[i] + in_b_q12[1] * x1 + in_b_q12[2] * x2) + Mpy_32_16(y2, in_a_q12[1]);

        x2 = x1;
        x1 = pcm[i];
        y2 = y1;
        y1 = L_shl(sum + Mpy_32_16(y1, in_a_q12[0]), 3);
        s[i] = round_q15(y1);
    }
    state->y[0] = y1, state->y[1] = y2;
    state->x[0] = x1, state->x[1] = x2;
}

/* Here the sum with b[1], and the one with b[2], may saturate; all before stay within 2^31 (15836 + 7667) / 2^15 + 2^16 7699. */
void g729_postprocess(struct highpass *state, int16_t s[FRAME])
{
    int32_t y1 = state->y[0], y2 = state->y[1];
    int16_t x1 = state->x[0], x2 = state->x[1];

    for (int i = 0; i < FRAME; i++) {
        int32_t fed = Mpy_32_16(y2, out_a_q13[1]);
        int32_t in = 2 * (out_b_q13[0] * s[i] + out_b_q13[1] * x1), last = 2 * out_b_q13[2] * x2;
        int64_t sum = (int64_t)fed + in + Mpy_32_16(y1, out_a_q13[0]);

        if (sum != (int32_t)sum)
            sum = L_saturate(sum);
        x2 = x1;
        x1 = s[i];
        y2 = y1;
        y1 = L_saturate(L_saturate(sum + last) * (int64_t)4);
        s[i] = round_q15(L_shl(y1, 1));
    }
    state->y[0] = y1, state->y[1] = y2;
    state->x[0] = x1, state->x[1] = x2;
}
