/* TrueSpeech's search in lanes of 32 bits.
 *
 * Parameter: VECTOR_BYTES, which must be 32. Needs celp.tmpl.h. */
#include "dsp_truespeech.h"

static bool truespeech_start_pulses_lanes(const struct truespeech_start *in,
                                          int32_t d[TRUESPEECH_WIDE])
{
    __m128i down = _mm_cvtsi32_si128(in->down), up = _mm_cvtsi32_si128(in->up);
    simd factor = _mm256_set1_epi32((uint16_t)in->inverse), low = _mm256_setzero_si256();

    for (int i = 0; i < TRUESPEECH_WIDE; i += LANES32) {
        simd x = _mm256_cvtepi16_epi32(load128(in->correlation + i));

        x = _mm256_sra_epi32(_mm256_madd_epi16(x, factor), down);
        x = _mm256_sll_epi32((simd)clamp32((vec32)x, -in->most, in->most), up);
        memcpy(d + i, &x, sizeof x);
        low |= (simd)(9 * load_vector(in->diagonal + i) - abs32((vec32)x));
    }
    return _mm256_movemask_ps((__m256)low) != 0;
}

static int32_t truespeech_best_slot_lanes(const int32_t d[TRUESPEECH_SLOT_HALF],
                                          const int32_t diagonal[TRUESPEECH_SLOT_HALF])
{
    vec32 best = set32(INT32_MIN), slots = { 0, 1, 2, 3, 4, 5, 6, 7 };

    for (int i = 0; i < TRUESPEECH_SLOT_HALF; i += LANES32, slots += LANES32) {
        vec32 half = abs32(load_vector(d + i)), phi = load_vector(diagonal + i),
              once = half + half - phi, more = half + half - 4 * phi, gain;

        gain = once + 2 * max32(more, set32(0));
        best = max32(best, (gain & -(1 << TRUESPEECH_SLOT_BITS)) | slots);
    }
    best = max32(best, (vec32)_mm256_permute2x128_si256((simd)best, (simd)best, 1));
    best = max32(best, (vec32)_mm256_shuffle_epi32((simd)best, 0x4E));
    best = max32(best, (vec32)_mm256_shuffle_epi32((simd)best, 0xB1));
    return best[0];
}

static void truespeech_take_pulse_lanes(int32_t d[TRUESPEECH_WIDE],
                                        const int32_t phi[TRUESPEECH_WIDE], int amplitude)
{
    for (int i = 0; i < TRUESPEECH_WIDE; i += LANES32) {
        vec32 left = load_vector(d + i) - amplitude * load_vector(phi + i);

        memcpy(d + i, &left, sizeof left);
    }
}

/* A subframe of 32-bit sums, and one of 16-bit samples in the order in which those are packed. */
enum { TRUESPEECH_SUMS = TRUESPEECH_WIDE / LANES32, TRUESPEECH_PACKED = TRUESPEECH_WIDE / LANES16 };

/* Moves all samples to the next place. */
KERNEL void delay_sums(vec32 v[TRUESPEECH_SUMS])
{
#pragma GCC unroll 8
    for (int k = TRUESPEECH_SUMS - 1; k >= 0; k--) {
        simd before = k ? (simd)v[k - 1] : _mm256_setzero_si256(),
             crossing = _mm256_permute2x128_si256(before, (simd)v[k], 0x21);

        v[k] = (vec32)_mm256_alignr_epi8((simd)v[k], crossing, 12);
    }
}

/* Repeats the first `lag` samples: a vector at a time, because a lag has more of them. */
KERNEL void repeat_sums(const vec32 v[TRUESPEECH_SUMS], int lag, vec32 out[TRUESPEECH_SUMS])
{
    int32_t sums[TRUESPEECH_WIDE + LANES32];

    memcpy(sums, v, TRUESPEECH_WIDE * sizeof *sums);
    for (int i = lag; i < TRUESPEECH_SUBFRAME; i += LANES32) {
        uvec32 sum = (uvec32)load_vector(sums + i) + (uvec32)load_vector(sums + i - lag);

        memcpy(sums + i, &sum, sizeof sum);
    }
    memcpy(out, sums, TRUESPEECH_WIDE * sizeof *sums);
}

/* Samples of 13 bits; those behind the subframe become 0. */
KERNEL void shorten_sums(const vec32 v[TRUESPEECH_SUMS], int shift, vec32 u[TRUESPEECH_PACKED])
{
    static const int32_t subframe[LANES32] = { -1, -1, -1, -1, -1, -1, 0, 0 };
    simd most = _mm256_set1_epi16(4095), least = _mm256_set1_epi16(-4095);
    __m128i count = _mm_cvtsi32_si128(shift);

#pragma GCC unroll 4
    for (int k = 0; k < TRUESPEECH_PACKED; k++) {
        simd x = _mm256_packs_epi32(_mm256_sra_epi32((simd)v[2 * k], count),
                                    _mm256_sra_epi32((simd)v[2 * k + 1], count));

        u[k] = (vec32)_mm256_max_epi16(_mm256_min_epi16(x, most), least);
    }
    u[TRUESPEECH_PACKED - 1] &= load_vector(subframe);
}

KERNEL vec32 product_sums(const vec32 a[TRUESPEECH_PACKED], const vec32 b[TRUESPEECH_PACKED])
{
    return madd16(a[0], b[0]) + madd16(a[1], b[1]) + madd16(a[2], b[2]) + madd16(a[3], b[3]);
}

/* The response at a lag is that at the lag below, delayed by a sample, plus the response to one
 * sample more. */
static void truespeech_scan_lanes(const struct truespeech_scan *in,
                                  struct truespeech_products rows[TRUESPEECH_HISTORY + 1])
{
    vec32 h[TRUESPEECH_SUMS], v[TRUESPEECH_SUMS] = { 0 }, repeated[TRUESPEECH_SUMS];
    vec32 target[TRUESPEECH_PACKED], below[TRUESPEECH_PACKED] = { 0 };

    for (int k = 0; k < TRUESPEECH_SUMS; k++)
        h[k] = (vec32)_mm256_cvtepi16_epi32(load128(in->h + LANES32 * k));
    for (int k = 0; k < TRUESPEECH_PACKED; k++)
        target[k] =
            (vec32)_mm256_permute4x64_epi64((simd)load_vector(in->target + LANES16 * k), 0xD8);
    for (int lag = 1; lag <= in->lags.highest + 1; lag++) {
        vec32 x = set32((uint16_t)(in->now[-lag] >> in->fit)), now[TRUESPEECH_PACKED];
        simd sums;

        delay_sums(v);
#pragma GCC unroll 8
        for (int k = 0; k < TRUESPEECH_SUMS; k++)
            v[k] += madd16(x, h[k]);
        if (lag < in->lags.lowest)
            continue;
        if (lag < TRUESPEECH_SUBFRAME)
            repeat_sums(v, lag, repeated);
        shorten_sums(lag < TRUESPEECH_SUBFRAME ? repeated : v, in->shift, now);
        sums = _mm256_hadd_epi32(
            _mm256_hadd_epi32((simd)product_sums(now, target), (simd)product_sums(now, now)),
            _mm256_hadd_epi32((simd)product_sums(now, below), _mm256_setzero_si256()));
        store128(&rows[lag],
                 _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1)));
        memcpy(below, now, sizeof below);
    }
}

static const struct dsp_truespeech truespeech_lanes = {
    .start_pulses = truespeech_start_pulses_lanes,
    .best_slot = truespeech_best_slot_lanes,
    .take_pulse = truespeech_take_pulse_lanes,
    .scan = truespeech_scan_lanes,
};
