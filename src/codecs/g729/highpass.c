/* The second-order high-pass filters: 3.1, 140 Hz, which halves the level, and 4.2.5, 100 Hz, which
 * doubles it. */
#include <string.h>
#include "g729.h"
#include "oper_32b.h"

static const int16_t in_b_q12[3] = { 1899, -3798, 1899 },
                     in_a_q12[2] = { 7807, -3733 }; /* 0.46363718 / 2 ... */
static const int16_t out_b_q13[3] = { 7699, -15398, 7699 },
                     out_a_q13[2] = { 15836, -7667 }; /* 0.93980581 ... */

/* |y| <= 2^31 and |x| <= 2^15, so the sums of products are at most 2^31 (7807 + 3733) / 2^15 + 2^16
 * (1899 + 3798 + 1899) < 2^31: only the shift saturates. */
void g729_preprocess(struct g729_highpass *state, const int16_t pcm[G729_FRAME],
                     int16_t s[G729_FRAME])
{
    int32_t y1 = state->y[0], y2 = state->y[1];
    int16_t x1 = state->x[0], x2 = state->x[1];

    for (int i = 0; i < G729_FRAME; i++) {
        int32_t sum = 2 * (in_b_q12[0] * pcm[i] + in_b_q12[1] * x1 + in_b_q12[2] * x2) +
                      Mpy_32_16(y2, in_a_q12[1]);

        x2 = x1;
        x1 = pcm[i];
        y2 = y1;
        y1 = L_shl(sum + Mpy_32_16(y1, in_a_q12[0]), 3);
        s[i] = round_q15(y1);
    }
    state->y[0] = y1;
    state->y[1] = y2;
    state->x[0] = x1;
    state->x[1] = x2;
}

/* The steps of the standard that may saturate: those with b[1] and b[2], and the shifts. The sum
 * before them is at most 2^31 (15836 + 7667) / 2^15 + 2^16 7699. */
static int32_t saturated(int32_t sum, int16_t x1, int16_t x2)
{
    return L_shl(L_mac(L_mac(sum, x1, out_b_q13[1]), x2, out_b_q13[2]), 2);
}

/* Below this magnitude neither shift saturates, and nor do the sums before them, which differ from
 * the result by less than 2^29. */
enum { EXACT_MAX = 1 << 28 };

/* The past outputs are halved because the multiplication ignores their lowest bit. The feedforward
 * products stay below 2^31 without the feedback ones, but not always with them. */
void g729_postprocess(struct g729_highpass *state, int16_t s[G729_FRAME])
{
    int64_t half1 = state->y[0] >> 1, half2 = state->y[1] >> 1;
    int16_t x[2 + G729_FRAME] = { state->x[1], state->x[0] };
    int32_t zeros[G729_FRAME];

    memcpy(x + 2, s, G729_FRAME * sizeof *s);
    for (int i = 0; i < G729_FRAME; i++)
        zeros[i] = 2 * (out_b_q13[0] * x[2 + i] + out_b_q13[1] * x[1 + i] + out_b_q13[2] * x[i]);
    for (int i = 0; i < G729_FRAME; i++) {
        int64_t poles = 2 * (half2 * out_a_q13[1] >> 15), all;

        poles += 2 * (half1 * out_a_q13[0] >> 15);
        all = poles + zeros[i];
        half2 = half1;
        if (all < EXACT_MAX - 0x8000 && all > -EXACT_MAX) {
            half1 = 2 * all;
            s[i] = (int16_t)((all + 0x1000) >> 13);
        } else {
            int32_t y = saturated((int32_t)poles + 2 * out_b_q13[0] * x[2 + i], x[1 + i], x[i]);

            half1 = y >> 1;
            s[i] = round_q15(L_shl(y, 1));
        }
    }
    state->y[0] = (int32_t)half1 * 2;
    state->y[1] = (int32_t)half2 * 2;
    state->x[0] = x[1 + G729_FRAME];
    state->x[1] = x[G729_FRAME];
}
