/* The kernels of MPEG audio's encoders for which products of 16 bits, and unsigned ones of 32 bits,
 * suffice; and the window of the filter bank.
 *
 * Parameter: VECTOR_BYTES (simd32.h). */
#include "dsp_mpeg_encoder.h"
#include "mpeg_encoder_tables.h"
#include "simd32.h"

typedef vec32 unaligned_vec32 __attribute__((aligned(1)));

KERNEL simd load_words(const void *from) { return (simd)(*(const unaligned_vec32 *)from); }
KERNEL void store_words(void *to, vec32 x) { *(unaligned_vec32 *)to = x; }

KERNEL simd odd_lanes(simd x) { return SIMD(srli_epi64)(x, 32); }

#if VECTOR_BYTES == 32
KERNEL vec32 backward(vec32 x)
{
    return (vec32)_mm256_permutevar8x32_epi32((simd)x, _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0));
}

/* Two registers that were unpacked, in the order of the elements. */
KERNEL void store_unpacked(int32_t *to, vec32 low, vec32 high)
{
    store_words(to, (vec32)_mm256_permute2x128_si256((simd)low, (simd)high, 0x20));
    store_words(to + 8, (vec32)_mm256_permute2x128_si256((simd)low, (simd)high, 0x31));
}

/* Lanes that are less than 2^16. */
KERNEL vec32 pack_halves(vec32 low, vec32 high)
{
    return (vec32)_mm256_permute4x64_epi64(_mm256_packus_epi32((simd)low, (simd)high), 0xD8);
}
#else
KERNEL vec32 backward(vec32 x) { return (vec32)_mm_shuffle_epi32((simd)x, 0x1B); }

KERNEL void store_unpacked(int32_t *to, vec32 low, vec32 high)
{
    store_words(to, low);
    store_words(to + 4, high);
}

KERNEL vec32 pack_halves(vec32 low, vec32 high) /* which are signed, for SSE2 */
{
    return (vec32)_mm_packs_epi32((simd)(low << 16 >> 16), (simd)(high << 16 >> 16));
}
#endif

/* The window, two taps in a product: D / 4 rounded down, and the remainder, for LANES16 outputs and
 * the taps j and j + 1, in the order of unpacked pairs. */
enum { WINDOW_PARTS = 64 / LANES16 };

struct window_taps {
    simd high[WINDOW_PARTS][4][2], low[WINDOW_PARTS][4][2];
};

KERNEL vec32 taps_of(const int16_t *from, int half)
{
    vec32 a = (vec32)load_words(from), b = (vec32)load_words(from - 64);

    return half ? unpack_high16(a, b) : unpack_low16(a, b);
}

static void split_window(struct window_taps *taps)
{
    int16_t high[MPEG_ENCODER_WINDOW], low[MPEG_ENCODER_WINDOW];

    for (int i = 0; i < MPEG_ENCODER_WINDOW; i++) { /* reversed, as samples are */
        high[i] = (int16_t)(mpeg_window[MPEG_ENCODER_WINDOW - 1 - i] >> 2);
        low[i] = (int16_t)(mpeg_window[MPEG_ENCODER_WINDOW - 1 - i] & 3);
    }
    for (int part = 0; part < WINDOW_PARTS; part++)
        for (int j = 0; j < 8; j += 2)
            for (int half = 0; half < 2; half++) {
                int at = MPEG_ENCODER_WINDOW - 64 * j - LANES16 * (part + 1);

                taps->high[part][j / 2][half] = (simd)taps_of(high + at, half);
                taps->low[part][j / 2][half] = (simd)taps_of(low + at, half);
            }
}

/* LANES16 outputs of the window, the last one first. */
KERNEL void window_part(const struct window_taps *taps, const int16_t *pcm, int part, int32_t *z)
{
    vec32 sum[2];

#pragma GCC unroll 2
    for (int half = 0; half < 2; half++) {
        vec32 high = set32(64), low = set32(0);

#pragma GCC unroll 4
        for (int j = 0; j < 8; j += 2) {
            vec32 x = taps_of(pcm + MPEG_ENCODER_WINDOW - 64 * j - LANES16 * (part + 1), half);

            high += madd16(x, (vec32)taps->high[part][j / 2][half]);
            low += madd16(x, (vec32)taps->low[part][j / 2][half]);
        }
        sum[half] = (high + (low >> 2)) >> 7;
    }
    store_unpacked(z, sum[0], sum[1]);
}

/* z[i] is in reversed order, in z[63 - i]; y as in window_slot(). */
static void window_all(const struct window_taps *taps, const int16_t *pcm, int32_t y[32])
{
    int32_t memory[1 + 64], *z = memory + 1;

    for (int part = 0; part < WINDOW_PARTS; part++)
        window_part(taps, pcm, part, z + 64 - LANES16 * (part + 1));
    z[-1] = (int32_t)(0 - (uint32_t)z[63]);
    for (int k = 0; k < 16; k += LANES32) {
        int32_t *up = y + k, *down = y + 16 + k;

        store_words(up, backward((vec32)load_words(z + 48 - k - LANES32)) +
                            (vec32)load_words(z + 47 + k));
        store_words(down, backward((vec32)load_words(z + 32 - k - LANES32)) -
                              (vec32)load_words(z - 1 + k));
    }
    y[0] = z[47];
}

KERNEL vec32 quantize_lanes(const uint32_t *powers, simd factor)
{
    simd p = load_words(powers);
    vec32 even = (vec32)odd_lanes(SIMD(mul_epu32)(p, factor));
    vec32 odd = (vec32)SIMD(mul_epu32)(odd_lanes(p), factor);

    odd = (vec32)((uvec64)odd & UINT64_C(0xFFFFFFFF00000000));
    return srl32((even | odd) + MPEG_ROUNDING, MPEG_QUANTIZER_Q);
}

static void mpeg_quantize(const uint32_t *powers, uint32_t factor, uint16_t *q, unsigned n)
{
    simd by = (simd)set32((int32_t)factor);

    for (unsigned i = 0; i < n; i += LANES16)
        store_words(q + i, pack_halves(quantize_lanes(powers + i, by),
                                       quantize_lanes(powers + i + LANES32, by)));
}

static void mpeg_measure(const mpeg_slot *slots, int32_t peaks[MPEG_ENCODER_BANDS],
                         uint64_t energies[MPEG_ENCODER_BANDS])
{
    for (int b = 0; b < MPEG_ENCODER_BANDS; b += LANES32) {
        uvec64 even = { 0 }, odd = { 0 };
        vec32 peak = set32(0);

        for (int t = 0; t < MPEG_THIRD; t++) {
            vec32 x = abs32((vec32)load_words(slots[t] + b));
            simd next = odd_lanes((simd)x);

            peak = max32(peak, x);
            even += (uvec64)SIMD(mul_epu32)((simd)x, (simd)x);
            odd += (uvec64)SIMD(mul_epu32)(next, next);
        }
        store_words(peaks + b, peak);
        for (int i = 0; i < LANES32; i += 2) {
            energies[b + i] += even[i / 2];
            energies[b + i + 1] += odd[i / 2];
        }
    }
}
