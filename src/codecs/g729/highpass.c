/* The second-order high-pass filters: 3.1, 140 Hz, which halves the level, and 4.2.5, 100 Hz, which
 * doubles it. */
#include <string.h>
#include "g729.h"
#include "oper_32b.h"

static const int16_t in_b_q12[3] = { 1899, -3798, 1899 },
                     in_a_q12[2] = { 7807, -3733 }; /* 0.46363718 / 2 ... */
static const int16_t out_b_q13[3] = { 7699, -15398, 7699 },
                     out_a_q13[2] = { 15836, -7667 }; /* 0.93980581 ... */

/* Until an output saturates, all are 2^`scale` times numbers below this magnitude. The standard
 * sums twice those numbers; its partial sums then differ from the last by at most 2^16 (15398 +
 * 7699), so that they do not saturate either. */
enum { IN_SCALE = 4, OUT_SCALE = 3, EXACT_MAX = (1 << 27) - (1 << 14) };

/* Filters up to the first sample that may saturate, and returns how many samples those are. The
 * dependency chain from one sample to the next is a product, a shift and a sum, five cycles,
 * because the scale is in the shift. The zeros are b (1 - 2 z^-1 + z^-2), below 2^30. Reads the two
 * samples before x. */
static inline int filter_exactly(struct g729_highpass *state, int32_t b, const int16_t a[2],
                                 int scale, const int16_t *x, int16_t s[G729_FRAME])
{
    ptrdiff_t y1 = state->y[0] >> scale, y2 = state->y[1] >> scale;
    int i = 0;

    if (((state->y[0] | state->y[1]) & ((1 << scale) - 1)) != 0)
        return 0;
    for (; i < G729_FRAME; i++) {
        ptrdiff_t y = b * (x[i] - 2 * x[i - 1] + x[i - 2]);

        y += (ptrdiff_t)((int64_t)y2 * a[1] >> (16 - scale));
        y += (ptrdiff_t)((int64_t)y1 * a[0] >> (16 - scale));
        if (y >= EXACT_MAX || y <= -EXACT_MAX)
            break;
        s[i] = (int16_t)((y + 0x800) >> 12);
        y2 = y1;
        y1 = y;
    }
    state->y[0] = (int32_t)y1 * (1 << scale);
    state->y[1] = (int32_t)y2 * (1 << scale);
    return i;
}

/* |y| <= 2^31 and |x| <= 2^15, so the sums of products are at most 2^31 (7807 + 3733) / 2^15 + 2^16
 * (1899 + 3798 + 1899) < 2^31: only the shift saturates. */
void g729_preprocess(struct g729_highpass *state, const int16_t pcm[G729_FRAME],
                     int16_t s[G729_FRAME])
{
    int16_t x[2 + G729_FRAME] = { state->x[1], state->x[0] };

    memcpy(x + 2, pcm, G729_FRAME * sizeof *pcm);
    for (int i = filter_exactly(state, in_b_q12[0], in_a_q12, IN_SCALE, x + 2, s); i < G729_FRAME;
         i++) {
        int32_t sum = 2 * (in_b_q12[0] * x[2 + i] + in_b_q12[1] * x[1 + i] + in_b_q12[2] * x[i]) +
                      Mpy_32_16(state->y[1], in_a_q12[1]);

        state->y[1] = state->y[0];
        state->y[0] = L_shl(sum + Mpy_32_16(state->y[0], in_a_q12[0]), 3);
        s[i] = round_q15(state->y[0]);
    }
    state->x[0] = x[1 + G729_FRAME];
    state->x[1] = x[G729_FRAME];
}

/* The sum of the first three products is at most 2^31 (15836 + 7667) / 2^15 + 2^16 7699; the other
 * two and the shifts may saturate. */
void g729_postprocess(struct g729_highpass *state, int16_t s[G729_FRAME])
{
    int16_t x[2 + G729_FRAME] = { state->x[1], state->x[0] };

    memcpy(x + 2, s, G729_FRAME * sizeof *s);
    for (int i = filter_exactly(state, out_b_q13[0], out_a_q13, OUT_SCALE, x + 2, s);
         i < G729_FRAME; i++) {
        int32_t sum = Mpy_32_16(state->y[0], out_a_q13[0]) + Mpy_32_16(state->y[1], out_a_q13[1]) +
                      2 * out_b_q13[0] * x[2 + i];

        sum = L_mac(L_mac(sum, x[1 + i], out_b_q13[1]), x[i], out_b_q13[2]);
        state->y[1] = state->y[0];
        state->y[0] = L_shl(sum, 2);
        s[i] = round_q15(L_shl(state->y[0], 1));
    }
    state->x[0] = x[1 + G729_FRAME];
    state->x[1] = x[G729_FRAME];
}
