/* The second-order high-pass filters: 3.1, 140 Hz, which halves the level, and 4.2.5, 100 Hz, which
 * doubles it; the latter after the postfilter's gain. */
#include "g729.h"
#include "oper_32b.h"

/* b (1 - 2 z^-1 + z^-2) / (1 - a[0] z^-1 - a[1] z^-2). Until an output saturates, all outputs are
 * 2^scale times numbers below EXACT_MAX. The standard sums twice those numbers; its partial sums
 * then differ from the last by at most 2^16 (15398 + 7699), so that they do not saturate either. */
struct filter {
    int16_t b, a[2], scale;
};
static const struct filter input = { 1899, { 7807, -3733 }, 4 };   /* Q12: 0.46363718 / 2 ... */
static const struct filter output = { 7699, { 15836, -7667 }, 3 }; /* Q13: 0.93980581 ... */
enum { EXACT_MAX = (1 << 27) - (1 << 14) };

/* 0.9 times the gain, plus the share; at most 29490 + 3275. */
static inline int32_t next_gain(const struct g729_gain *gain)
{
    return (gain->now_q12 * 29491 >> 15) + gain->share_q12;
}

/* Filters up to the first sample that may saturate, and returns how many samples those are. With a
 * gain, x is the product of s. The dependency chains from one sample to the next, of the gain and
 * of the filter, are a product, a shift and a sum, five cycles, because the scale is in the shift;
 * side by side they take the time of one. The zeros are below 2^30. */
static inline int filter_exactly(struct g729_highpass *state, const struct filter *filter,
                                 const int16_t *x, int16_t *s, int n, struct g729_gain *gain)
{
    ptrdiff_t y1 = state->y[0] >> filter->scale, y2 = state->y[1] >> filter->scale,
              x1 = state->x[0], rise = x1 - state->x[1];
    int i = 0, shift = 16 - filter->scale;

    if (((state->y[0] | state->y[1]) & ((1 << filter->scale) - 1)) != 0)
        return 0;
    for (; i < n; i++) {
        int32_t next = gain ? next_gain(gain) : 0;
        ptrdiff_t now = gain ? seldom_saturated(x[i] * next >> 12) : x[i],
                  y = filter->b * (now - x1 - rise);

        y += (ptrdiff_t)((int64_t)y2 * filter->a[1] >> shift);
        y += (ptrdiff_t)((int64_t)y1 * filter->a[0] >> shift);
        if (y >= EXACT_MAX || y <= -EXACT_MAX)
            break;
        s[i] = (int16_t)((y + 0x800) >> 12);
        rise = now - x1;
        x1 = now;
        y2 = y1;
        y1 = y;
        if (gain)
            gain->now_q12 = next;
    }
    state->x[0] = (int16_t)x1;
    state->x[1] = (int16_t)(x1 - rise);
    state->y[0] = (int32_t)y1 * (1 << filter->scale);
    state->y[1] = (int32_t)y2 * (1 << filter->scale);
    return i;
}

static void store_input(struct g729_highpass *state, int16_t x)
{
    state->x[1] = state->x[0];
    state->x[0] = x;
}

/* |y| <= 2^31 and |x| <= 2^15, so the sums of products are at most 2^31 (7807 + 3733) / 2^15 + 2^16
 * (1899 + 3798 + 1899) < 2^31: only the shift saturates. */
void g729_preprocess(struct g729_highpass *state, const int16_t pcm[G729_FRAME],
                     int16_t s[G729_FRAME])
{
    for (int i = filter_exactly(state, &input, pcm, s, G729_FRAME, 0); i < G729_FRAME; i++) {
        int32_t sum = 2 * input.b * (pcm[i] - 2 * state->x[0] + state->x[1]) +
                      Mpy_32_16(state->y[1], input.a[1]);

        store_input(state, pcm[i]);
        state->y[1] = state->y[0];
        state->y[0] = L_shl(sum + Mpy_32_16(state->y[0], input.a[0]), 3);
        s[i] = round_q15(state->y[0]);
    }
}

/* The sum of the first three products is at most 2^31 (15836 + 7667) / 2^15 + 2^16 7699; the other
 * two and the shifts may saturate. */
int32_t g729_postprocess(struct g729_highpass *state, struct g729_gain gain,
                         int16_t s[G729_SUBFRAME])
{
    for (int i = filter_exactly(state, &output, s, s, G729_SUBFRAME, &gain); i < G729_SUBFRAME;
         i++) {
        int32_t sum = Mpy_32_16(state->y[0], output.a[0]) + Mpy_32_16(state->y[1], output.a[1]);
        int16_t x;

        gain.now_q12 = next_gain(&gain);
        x = saturate(s[i] * gain.now_q12 >> 12);
        sum += 2 * output.b * x;
        sum = L_mac(L_mac(sum, state->x[0], -2 * output.b), state->x[1], output.b);
        store_input(state, x);
        state->y[1] = state->y[0];
        state->y[0] = L_shl(sum, 2);
        s[i] = round_q15(L_shl(state->y[0], 1));
    }
    return gain.now_q12;
}
