/* The kernels of MPEG audio's encoders that multiply signed 32-bit values; mpeg_encoder_c.c
 * explains the transforms. Lanes are slots in the DCT of the filter bank, and bands in the MDCT.
 *
 * Parameter: VECTOR_BYTES, which must be 32 (simd32.h): products of signed 32-bit values are not in
 * SSE2. */
#include <string.h>
#include "dsp_mpeg_encoder.h"
#include "mpeg_encoder_lanes.tmpl.h"
#include "mpeg_encoder_tables.h"
#include "simd32.h"

/* x c / 2^q, rounded down. */
KERNEL vec32 times(vec32 x, int32_t c, int q)
{
    simd by = _mm256_set1_epi32(c);
    simd even = _mm256_srli_epi64(_mm256_mul_epi32((simd)x, by), q);
    simd odd = _mm256_mul_epi32(_mm256_srli_epi64((simd)x, 32), by);

    return (vec32)_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32 - q), 0xAA);
}

/* The stage of n values, around the stage of n/2. */
#define DCT3(n, half, secants, q) \
    KERNEL void dct3_##n(vec32 y[n]) \
    { \
        vec32 even[half], odd[half]; \
\
        even[0] = y[0]; \
        odd[0] = y[1]; \
        for (int i = 1; i < half; i++) { \
            even[i] = y[2 * i]; \
            odd[i] = y[2 * i + 1] + y[2 * i - 1]; \
        } \
        dct3_##half(even); \
        dct3_##half(odd); \
        for (int k = 0; k < half; k++) { \
            vec32 o = times(odd[k], mpeg_dct32_secants[secants + k], q); \
\
            y[k] = even[k] + o; \
            y[n - 1 - k] = even[k] - o; \
        } \
    }

KERNEL void dct3_1(vec32 y[1]) { (void)y; }
DCT3(2, 1, 30, 31)
DCT3(4, 2, 28, 30)
DCT3(8, 4, 24, 29)
DCT3(16, 8, 16, 28)
DCT3(32, 16, 0, 27)

static void analyze_eight(const struct window_taps *taps, const int16_t *pcm, mpeg_slot *slots)
{
    vec32 y[32];

    for (int t = 0; t < 8; t++)
        window_all(taps, pcm + 32 * t, slots[t]);
    for (int k = 0; k < 32; k += 8) {
        for (int t = 0; t < 8; t++)
            y[k + t] = (vec32)load_words(slots[t] + k);
        transpose8((wrap32 *)(void *)(y + k));
    }
    dct3_32(y);
    for (int k = 0; k < 32; k += 8) {
        transpose8((wrap32 *)(void *)(y + k));
        for (int t = 0; t < 8; t++)
            store_words(slots[t] + k, y[k + t]);
    }
}

/* The last slots are analyzed again if there are not 8 of them. */
static void mpeg_analyze(const int16_t *pcm, mpeg_slot *slots, unsigned count)
{
    struct window_taps taps;

    split_window(&taps);
    for (unsigned t = 0; t < count; t += 8) {
        unsigned from = t + 8 <= count ? t : count - 8;

        analyze_eight(&taps, pcm + 32 * from, slots + from);
    }
}

KERNEL void dct9_lanes(const vec32 b[9], vec32 y[9])
{
    vec32 e0 = b[0] + b[8], e1 = b[1] + b[7], e2 = b[2] + b[6], e3 = b[3] + b[5];
    vec32 o0 = b[0] - b[8], o1 = b[1] - b[7], o2 = b[2] - b[6], o3 = b[3] - b[5];
    vec32 x = e0 - e2, z = e2 - e3, base = (e1 >> 1) - b[4], h = times(o1, MPEG_C30, 31);
    vec32 j2 = times(x, MPEG_C20, 31) + times(z, MPEG_C40, 31);
    vec32 j4 = times(x, MPEG_C40, 31) - times(z, MPEG_C80, 31);
    vec32 j1, j5;

    y[0] = e0 + e1 + e2 + e3 + b[4];
    y[6] = ((e0 + e2 + e3) >> 1) - e1 - b[4];
    y[2] = j2 + base;
    y[4] = j4 - base;
    y[8] = j2 - j4 - base;
    x = o0 + o2;
    z = o3 - o2;
    j1 = times(x, MPEG_C10, 31) + times(z, MPEG_C70, 31);
    j5 = times(x, MPEG_C50, 31) + times(z, MPEG_C10, 31);
    y[3] = times(o0 - o2 - o3, MPEG_C30, 31);
    y[1] = j1 + h;
    y[5] = j5 - h;
    y[7] = j1 - j5 - h;
}

KERNEL void dct18_lanes(const vec32 v[18], vec32 x[18])
{
    vec32 a[18], b[9], d[9], even[9], odd[9];

    for (int n = 0; n < 18; n++)
        a[n] = times(v[n], mpeg_mdct_twiddles[n], 30);
    for (int n = 0; n < 9; n++) {
        b[n] = a[n] + a[17 - n];
        d[n] = times(a[n] - a[17 - n], mpeg_mdct_twiddles9[n], 30);
    }
    dct9_lanes(b, even);
    dct9_lanes(d, odd);
    odd[0] = odd[0] >> 1;
    x[0] = even[0] >> 1;
    x[1] = odd[0] - x[0];
    for (int j = 1; j < 9; j++) {
        odd[j] = odd[j] - odd[j - 1];
        x[2 * j] = even[j] - x[2 * j - 1];
        x[2 * j + 1] = odd[j] - x[2 * j];
    }
}

enum { LINE_STRIDE = 32 + 8 };

/* The lines of 8 bands from `band` on, one of each in a row. Odd slots of odd bands are negated. */
static void transform_bands(const mpeg_slot *slots, const int32_t *window, int band,
                            int32_t (*rows)[LINE_STRIDE])
{
    const vec32 odd = { 0, -1, 0, -1, 0, -1, 0, -1 };
    vec32 s[36], v[18], x[18];

    for (int t = 0; t < 36; t += 2) {
        s[t] = times((vec32)load_words(slots[t] + band), window[t], 32);
        s[t + 1] = ((vec32)load_words(slots[t + 1] + band) ^ odd) - odd;
        s[t + 1] = times(s[t + 1], window[t + 1], 32);
    }
    for (int n = 0; n < 9; n++) {
        v[n] = -s[26 - n] - s[27 + n];
        v[9 + n] = s[n] - s[17 - n];
    }
    dct18_lanes(v, x);
    for (int k = 0; k < 18; k++)
        store_words(rows[k] + band, x[k] >> 1);
}

static void remove_alias(int32_t (*rows)[LINE_STRIDE])
{
    for (int i = 0; i < 8; i++)
        for (int band = 1; band < 32; band += 8) {
            int32_t *a = rows[17 - i] + band - 1, *b = rows[i] + band;
            vec32 up = (vec32)load_words(a), down = (vec32)load_words(b);
            int32_t cs = mpeg_antialias[i][0], ca = mpeg_antialias[i][1];
            vec32 sum = times(up, cs, 31) + times(down, ca, 31);

            if (band == 25) /* nothing is above the last band */
                sum = (vec32)_mm256_blend_epi32((simd)sum, (simd)up, 0x80);
            store_words(a, sum);
            store_words(b, times(down, cs, 31) - times(up, ca, 31));
        }
}

static void rows_to_lines(int32_t (*rows)[LINE_STRIDE], int32_t *lines)
{
    for (int band = 0; band < 32; band += 8) {
        for (int k = 0; k < 16; k += 8) {
            vec32 r[8];

            for (int i = 0; i < 8; i++)
                r[i] = (vec32)load_words(rows[k + i] + band);
            transpose8((wrap32 *)(void *)r);
            for (int i = 0; i < 8; i++)
                store_words(lines + 18 * (band + i) + k, r[i]);
        }
        for (int i = band; i < band + 8; i++) {
            lines[18 * i + 16] = rows[16][i];
            lines[18 * i + 17] = rows[17][i];
        }
    }
}

static void mpeg_transform(const mpeg_slot *slots, unsigned block_type,
                           int32_t lines[MPEG_ENCODER_LINES])
{
    int32_t rows[18][LINE_STRIDE];

    if (block_type == MPEG_SHORT) {
        dsp_mpeg_encoder_c.transform(slots, block_type, lines);
        return;
    }
    for (int k = 0; k < 18; k++)
        memset(rows[k] + 32, 0, 8 * sizeof rows[k][0]);
    for (int band = 0; band < 32; band += 8)
        transform_bands(slots, mpeg_mdct_windows[block_type], band, rows);
    remove_alias(rows);
    rows_to_lines(rows, lines);
}

/* x c / 2^q, rounded down, for lanes that have their own c. */
KERNEL vec32 times_lanes(vec32 x, vec32 c, int q)
{
    simd even = _mm256_srli_epi64(_mm256_mul_epi32((simd)x, (simd)c), q);
    simd odd = _mm256_mul_epi32(odd_lanes((simd)x), odd_lanes((simd)c));

    return (vec32)_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32 - q), 0xAA);
}

static void mpeg_quantize_bands(const mpeg_slot *slots, const struct mpeg_steps *steps,
                                mpeg_slot *codes)
{
    for (int b = 0; b < MPEG_ENCODER_BANDS; b += 8) {
        vec32 inverse = (vec32)load_words(steps->inverse + b);
        vec32 levels = (vec32)load_words(steps->levels + b);
        simd shift = load_words(steps->shift + b);

        for (int t = 0; t < MPEG_THIRD; t++) {
            vec32 x = times_lanes((vec32)load_words(slots[t] + b), inverse, 30);

            x = (vec32)_mm256_sllv_epi32((simd)x, shift);
            x = (times_lanes(x, levels, 28) + levels) >> 1;
            store_words(codes[t] + b, max32(min32(x, levels - 1), set32(0)));
        }
    }
}

static const struct dsp_mpeg_encoder mpeg_encoder_kernels = { mpeg_analyze, mpeg_transform,
                                                              mpeg_quantize, mpeg_measure,
                                                              mpeg_quantize_bands };
