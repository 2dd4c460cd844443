/* The window of MPEG audio's synthesis filter bank. Lanes are slots. Products of 16 bits do all of
 * it exactly: the values, of 29 bits, are split into 16 and 13, and the largest coefficients, of
 * 18, into quarters and a rest.
 *
 * Parameter: VECTOR_BYTES (simd32.h). */
#include "dsp_mpeg.h"
#include "mpeg_tables.h"
#include "simd32.h"

/* Lanes whose sums wrap. */
typedef uvec32 wrap32;

typedef wrap32 unaligned_wrap32 __attribute__((aligned(4)));

KERNEL wrap32 load_mpeg(const int32_t *x) { return *(const unaligned_wrap32 *)(const void *)x; }
KERNEL void store_mpeg(int32_t *x, wrap32 y) { *(unaligned_wrap32 *)(void *)x = y; }

KERNEL wrap32 shift_lanes(wrap32 x, int n) { return (wrap32)((vec32)x >> n); }
KERNEL wrap32 halve_lanes(wrap32 x) { return shift_lanes(x, 1); }

/* The lanes of x where the mask is -1, and of y where it is 0. */
KERNEL wrap32 select_mpeg(wrap32 mask, wrap32 x, wrap32 y)
{
    return (wrap32)blend32((vec32)mask, (vec32)x, (vec32)y);
}

/* The two values of each slot that make samples j and 32 - j: v[16 + j] of the slot and v[16 - j]
 * of the one before, as pairs of their highest 16 bits and of their lowest 13. */
struct mpeg_pairs {
    int32_t high[MPEG_HISTORY + MPEG_ROW + 8], low[MPEG_HISTORY + MPEG_ROW + 8];
};

static void pair_values(const struct mpeg_filter *filter, unsigned j, unsigned slots,
                        struct mpeg_pairs *pairs)
{
    const int32_t *a = filter->v[(16 + j) % 32], *c = filter->v[16 - j];
    wrap32 mask = (wrap32)set32(0x1FFF1FFF);

    for (unsigned i = 2; i < MPEG_HISTORY + slots; i += LANES32) {
        wrap32 first = load_mpeg(a + i), second = load_mpeg(c + (i - 1));

        store_mpeg(pairs->high + i,
                   (wrap32)blend_halves((vec32)shift_lanes(first, 13), (vec32)(second << 3)));
        store_mpeg(pairs->low + i,
                   (wrap32)blend_halves((vec32)first, (vec32)(second << 16)) & mask);
    }
}

KERNEL wrap32 madd_mpeg(const int32_t *pairs, int32_t taps)
{
    return (wrap32)madd16((vec32)load_mpeg(pairs), set32(taps));
}

/* Samples of one of the 32 phases: ten products, of which the last two have a factor of 4. */
KERNEL wrap32 window_sum(const int32_t *pairs, const int32_t taps[10])
{
    wrap32 sum = madd_mpeg(pairs, taps[0]), large;

#pragma GCC unroll 7
    for (int i = 1; i < 8; i++)
        sum += madd_mpeg(pairs - 2 * i, taps[i]);
    large = madd_mpeg(pairs - 6, taps[8]) + madd_mpeg(pairs - 8, taps[9]);
    return sum + (large << 2);
}

KERNEL wrap32 window_samples(const int32_t *high, const int32_t *low, const int32_t taps[10])
{
    return shift_lanes(window_sum(high, taps) + shift_lanes(window_sum(low, taps), 13) + (1 << 10),
                       11);
}

typedef int32_t mpeg_samples[MPEG_BANDS][MPEG_ROW];

/* Samples of one phase, of all slots: its ten pairs of taps stay in registers. */
static void window_phase(const struct mpeg_pairs *pairs, unsigned slots, const int32_t taps[10],
                         int32_t *row)
{
    for (unsigned t = 0; t < slots; t += LANES32)
        store_mpeg(row + t, window_samples(pairs->high + MPEG_HISTORY + t,
                                           pairs->low + MPEG_HISTORY + t, taps));
}

/* The pairs are made one phase ahead: loads that span two stores have to wait until both are in the
 * cache. */
static void window_channel(const struct mpeg_filter *filter, unsigned slots, mpeg_samples rows)
{
    struct mpeg_pairs pairs[2];

    pair_values(filter, 0, slots, &pairs[0]);
    for (unsigned j = 0; j <= 16; j++) {
        if (j < 16)
            pair_values(filter, j + 1, slots, &pairs[(j + 1) % 2]);
        window_phase(&pairs[j % 2], slots, mpeg_taps[j][0], rows[j]);
        if (j > 0 && j < 16)
            window_phase(&pairs[j % 2], slots, mpeg_taps[j][1], rows[32 - j]);
    }
}
