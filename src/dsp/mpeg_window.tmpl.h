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

KERNEL wrap32 madd_mpeg(const int32_t *pairs, wrap32 taps)
{
    return (wrap32)madd16((vec32)load_mpeg(pairs), (vec32)taps);
}

/* Samples of one of the 32 phases in `groups` registers, so that each pair of taps is loaded once
 * for all of them: ten products, of which the last two have a factor of 4. */
KERNEL void window_groups(const int32_t *high, const int32_t *low, const int32_t taps[10],
                          unsigned groups, int32_t *row)
{
    wrap32 sums[2][3], tap[2] = { (wrap32)set32(taps[8]), (wrap32)set32(taps[9]) };

#pragma GCC unroll 3
    for (unsigned g = 0; g < groups; g++) {
        const int32_t *h = high + g * LANES32, *l = low + g * LANES32;

        sums[0][g] = (madd_mpeg(h - 6, tap[0]) + madd_mpeg(h - 8, tap[1])) << 2;
        sums[1][g] = (madd_mpeg(l - 6, tap[0]) + madd_mpeg(l - 8, tap[1])) << 2;
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        wrap32 both = (wrap32)set32(taps[i]);

#pragma GCC unroll 3
        for (unsigned g = 0; g < groups; g++) {
            sums[0][g] += madd_mpeg(high + g * LANES32 - 2 * i, both);
            sums[1][g] += madd_mpeg(low + g * LANES32 - 2 * i, both);
        }
    }
#pragma GCC unroll 3
    for (unsigned g = 0; g < groups; g++)
        store_mpeg(row + g * LANES32,
                   shift_lanes(sums[0][g] + shift_lanes(sums[1][g], 13) + (1 << 10), 11));
}

typedef int32_t mpeg_samples[MPEG_BANDS][MPEG_ROW];

/* Samples of one phase, of all slots. */
static void window_phase(const struct mpeg_pairs *pairs, unsigned slots, const int32_t taps[10],
                         int32_t *row)
{
    const int32_t *high = pairs->high + MPEG_HISTORY, *low = pairs->low + MPEG_HISTORY;
    unsigned t = 0;

    for (; t + 2 * LANES32 < slots; t += 3 * LANES32)
        window_groups(high + t, low + t, taps, 3, row + t);
    for (; t < slots; t += 2 * LANES32)
        window_groups(high + t, low + t, taps, 2, row + t);
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
