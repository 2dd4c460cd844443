/* MPEG audio's kernels; mpeg_c.c explains the transforms. Lanes are bands in the inverse MDCT, and
 * slots in the synthesis filter bank.
 *
 * Parameter: VECTOR_BYTES, which must be 32 (simd32.h): products of signed 32-bit values are not in
 * SSE2. */
#include "dsp_mpeg.h"
#include "mpeg_tables.h"
#include "mpeg_window.tmpl.h"
#include "simd32.h"

enum { MPEG_STRIDE = 40 }; /* 32 bands and room for whole registers */

/* x c 2^(shift - 32), rounded to nearest, with a constant for the even lanes and one for the odd.
 */
KERNEL wrap32 times2(wrap32 x, int32_t even_c, int32_t odd_c, int shift)
{
    simd half = _mm256_set1_epi64x(1LL << (31 - shift));
    simd even = _mm256_mul_epi32((simd)x, _mm256_set1_epi32(even_c));
    simd odd = _mm256_mul_epi32(_mm256_srli_epi64((simd)x, 32), _mm256_set1_epi32(odd_c));

    even = _mm256_srli_epi64(_mm256_add_epi64(even, half), 32 - shift);
    odd = _mm256_slli_epi64(_mm256_add_epi64(odd, half), shift);
    return (wrap32)_mm256_blend_epi32(even, odd, 0xAA);
}

KERNEL wrap32 times1(wrap32 x, int32_t c, int shift) { return times2(x, c, c, shift); }

/* Transposes a matrix of 8 x 8 elements, one row per register. */
KERNEL void transpose8(wrap32 r[8])
{
    vec32 low[4], high[4];

#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        low[i] = (vec32)r[i];
        high[i] = (vec32)r[i + 4];
    }
    transpose32(low);
    transpose32(high);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        r[i] = (wrap32)_mm256_permute2x128_si256((simd)low[i], (simd)high[i], 0x20);
        r[i + 4] = (wrap32)_mm256_permute2x128_si256((simd)low[i], (simd)high[i], 0x31);
    }
}

/* A register may cross into the next run, whose lines are written afterwards. */
static void mpeg_scale(const int32_t *q, int32_t *x, const struct mpeg_gain *gains, unsigned count)
{
    unsigned i = 0;

    for (unsigned k = 0; k < count; i = gains[k++].end) {
        int32_t mantissa = gains[k].mantissa;
        int up = gains[k].shift < 0 ? -gains[k].shift : 0;
        int down = gains[k].shift > 0 ? gains[k].shift : 0;
        simd half = _mm256_set1_epi64x(1LL << (31 - up));
        __m128i right = _mm_cvtsi32_si128(32 - up), left = _mm_cvtsi32_si128(up);
        wrap32 bias = (wrap32)set32(down ? (int32_t)(1u << (down - 1)) : 0);
        __m128i last = _mm_cvtsi32_si128(down);

        for (unsigned at = i; at < gains[k].end; at += 8) {
            simd in = (simd)load_mpeg(q + at), c = _mm256_set1_epi32(mantissa);
            simd even = _mm256_add_epi64(_mm256_mul_epi32(in, c), half);
            simd odd = _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(in, 32), c), half);
            simd both = _mm256_blend_epi32(_mm256_srl_epi64(even, right),
                                           _mm256_sll_epi64(odd, left), 0xAA);

            store_mpeg(x + at, (wrap32)_mm256_sra_epi32((simd)((wrap32)both + bias), last));
        }
    }
}

/* From the order of bands to lanes of bands. The last two lines are in the last two rows of a third
 * matrix. */
KERNEL void lines_to_lanes(const int32_t *x, int32_t (*rows)[MPEG_STRIDE])
{
    static const int first[3] = { 0, 8, 10 };

#pragma GCC unroll 3
    for (int part = 0; part < 3; part++) {
        wrap32 r[8];

#pragma GCC unroll 8
        for (int band = 0; band < 8; band++)
            r[band] = load_mpeg(x + band * 18 + first[part]);
        transpose8(r);
#pragma GCC unroll 8
        for (int i = part == 2 ? 6 : 0; i < 8; i++)
            store_mpeg(rows[first[part] + i], r[i]);
    }
}

/* Between all bands below `bands` and the next ones; lanes above are left alone. */
static void mpeg_reduce_aliases(int32_t (*rows)[MPEG_STRIDE], unsigned bands)
{
    static const int32_t masks[16] = { -1, -1, -1, -1, -1, -1, -1, -1 };

    for (unsigned band = 0; band + 1 < bands; band += 8) {
        unsigned count = bands - 1 - band < 8 ? bands - 1 - band : 8;
        wrap32 mask = load_mpeg(masks + 8 - count);

#pragma GCC unroll 8
        for (int i = 0; i < 8; i++) {
            int32_t *up = rows[17 - i] + band, *down = rows[i] + band + 1;
            int32_t cs = mpeg_alias_cs[i], ca = mpeg_alias_ca[i];
            wrap32 u = load_mpeg(up), d = load_mpeg(down);

            store_mpeg(up, select_mpeg(mask, times1(u, cs, 1) - times1(d, ca, 1), u));
            store_mpeg(down, select_mpeg(mask, times1(d, cs, 1) + times1(u, ca, 1), d));
        }
    }
}

KERNEL void lanes_dct3_9(const wrap32 *z, wrap32 *y)
{
    wrap32 half = halve_lanes(z[6]), first = z[0] + half, last = z[0] - z[6];
    wrap32 s = z[2] - z[4] - z[8], a = z[2] + z[4], b = z[4] - z[8];
    wrap32 p0 = times1(a, MPEG_COS20) - times1(b, MPEG_COS80);
    wrap32 p2 = times1(a, MPEG_COS80) + times1(b, MPEG_COS40);
    wrap32 c = z[1] + z[5], d = z[1] + z[7], middle = times1(z[3], MPEG_COS30);
    wrap32 q0 = times1(c, MPEG_COS50) + times1(d, MPEG_COS70);
    wrap32 q2 = times1(d, MPEG_COS10) - times1(c, MPEG_COS70);
    wrap32 q1 = times1(z[1] - z[5] - z[7], MPEG_COS30);
    wrap32 even[5] = { first + p0, last + halve_lanes(s), first - p2, first + (p2 - p0), last - s };
    wrap32 odd[4] = { middle + q0, q1, q2 - middle, q0 - q2 - middle };

#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        y[i] = even[i] + odd[i];
        y[8 - i] = even[i] - odd[i];
    }
    y[4] = even[4];
}

KERNEL void lanes_dct4_18(int32_t (*rows)[MPEG_STRIDE], wrap32 *t)
{
    wrap32 in[9], even[9], odd[9], z[18];

    z[0] = load_mpeg(rows[0]);
#pragma GCC unroll 17
    for (int k = 1; k < 18; k++)
        z[k] = load_mpeg(rows[k]) + load_mpeg(rows[k - 1]);
#pragma GCC unroll 9
    for (int k = 0; k < 9; k++)
        in[k] = z[2 * k];
    lanes_dct3_9(in, even);
    in[0] = z[1];
#pragma GCC unroll 8
    for (int k = 1; k < 9; k++)
        in[k] = z[2 * k + 1] + z[2 * k - 1];
    lanes_dct3_9(in, odd);
#pragma GCC unroll 9
    for (int i = 0; i < 9; i++) {
        wrap32 turned = times1(odd[i], mpeg_ninth[i], mpeg_ninth_shift[i]);

        t[i] = even[i] + turned;
        t[17 - i] = even[i] - turned;
    }
}

/* The 36 windowed values of eight long blocks. */
static void lanes_long(int32_t (*rows)[MPEG_STRIDE], unsigned type, wrap32 f[36])
{
    const int32_t(*window)[36] = mpeg_long_window[type];
    wrap32 t[18];

    lanes_dct4_18(rows, t);
#pragma GCC unroll 36
    for (int i = 0; i < 36; i++)
        f[i] = times2(t[mpeg_long_source[i]], window[0][i], window[1][i], mpeg_long_shift[i]);
}

KERNEL void lanes_dct3_3(wrap32 a, wrap32 b, wrap32 c, wrap32 *y)
{
    wrap32 first = a + halve_lanes(c), turned = times1(b, MPEG_COS30);

    y[0] = first + turned;
    y[1] = a - c;
    y[2] = first - turned;
}

KERNEL void lanes_dct4_6(int32_t (*rows)[MPEG_STRIDE], wrap32 *t)
{
    wrap32 z[6], even[3], odd[3];

    z[0] = load_mpeg(rows[0]);
#pragma GCC unroll 5
    for (int k = 1; k < 6; k++)
        z[k] = load_mpeg(rows[3 * k]) + load_mpeg(rows[3 * (k - 1)]);
    lanes_dct3_3(z[0], z[2], z[4], even);
    lanes_dct3_3(z[1], z[3] + z[1], z[5] + z[3], odd);
#pragma GCC unroll 3
    for (int i = 0; i < 3; i++) {
        wrap32 turned = times1(odd[i], mpeg_third[i], mpeg_third_shift[i]);

        t[i] = even[i] + turned;
        t[5 - i] = even[i] - turned;
    }
}

static void lanes_short(int32_t (*rows)[MPEG_STRIDE], wrap32 f[36])
{
    for (int i = 0; i < 36; i++)
        f[i] = (wrap32)set32(0);
    for (int window = 0; window < 3; window++) {
        wrap32 t[6], *to = f + 6 + 6 * window;

        lanes_dct4_6(rows + window, t);
#pragma GCC unroll 12
        for (int i = 0; i < 12; i++)
            to[i] += times2(t[mpeg_short_source[i]], mpeg_short_window[0][i],
                            mpeg_short_window[1][i], mpeg_short_shift[i]);
    }
}

static void lanes_any(int32_t (*rows)[MPEG_STRIDE], unsigned type, wrap32 f[36])
{
    if (type == MPEG_SHORT_TYPE)
        lanes_short(rows, f);
    else
        lanes_long(rows, type, f);
}

/* The lowest lanes of a mixed block are those of long blocks. */
static void mix_lanes(int32_t (*rows)[MPEG_STRIDE], unsigned long_bands, wrap32 f[36])
{
    static const int32_t masks[16] = { -1, -1, -1, -1, -1, -1, -1, -1 };
    wrap32 lowest[36], mask = load_mpeg(masks + 8 - long_bands);

    lanes_long(rows, MPEG_LONG_TYPE, lowest);
    for (int i = 0; i < 36; i++)
        f[i] = select_mpeg(mask, lowest[i], f[i]);
}

/* From 18 rows of eight bands to their slots. */
static void lanes_to_slots(wrap32 f[18], int32_t (*out)[MPEG_ROW], unsigned slot)
{
    wrap32 low = (wrap32)unpack_low32((vec32)f[16], (vec32)f[17]);
    wrap32 high = (wrap32)unpack_high32((vec32)f[16], (vec32)f[17]);
    int64_t pairs[8];

    transpose8(f);
    transpose8(f + 8);
#pragma GCC unroll 8
    for (int band = 0; band < 8; band++) {
        store_mpeg(out[band] + slot, f[band]);
        store_mpeg(out[band] + slot + 8, f[band + 8]);
    }
    /* Bands 0, 1, 4 and 5, and the others. */
    _mm256_storeu_si256((__m256i_u *)(void *)pairs, (simd)low);
    _mm256_storeu_si256((__m256i_u *)(void *)(pairs + 4), (simd)high);
#pragma GCC unroll 8
    for (int band = 0; band < 8; band++)
        memcpy(out[band] + slot + 16, &pairs[band / 4 * 2 + band % 2 + band / 2 % 2 * 4], 8);
}

static void silence_bands(int32_t (*out)[MPEG_ROW], unsigned from, unsigned slot)
{
    wrap32 zero = (wrap32)set32(0);

    for (unsigned band = from; band < MPEG_BANDS; band++) {
        store_mpeg(out[band] + slot, zero);
        store_mpeg(out[band] + slot + 8, zero);
        memset(out[band] + slot + 16, 0, 8);
    }
}

static void mpeg_hybrid(int32_t x[MPEG_LINES], const struct mpeg_block *block,
                        struct mpeg_overlap *overlap, int32_t (*out)[MPEG_ROW], unsigned slot)
{
    int32_t rows[18][MPEG_STRIDE];
    unsigned bands = block->bands, groups, sounding;

    if (block->type != MPEG_SHORT_TYPE)
        bands += bands < MPEG_BANDS;
    if (bands < block->long_bands)
        bands = block->long_bands;
    groups = (bands + 7) / 8;
    sounding = bands > overlap->bands ? groups : (overlap->bands + 7) / 8;
    for (unsigned group = 0; group < groups; group++)
        lines_to_lanes(x + group * 144, (int32_t(*)[MPEG_STRIDE])(rows[0] + 8 * group));
    mpeg_reduce_aliases(rows, block->type == MPEG_SHORT_TYPE ? block->long_bands : bands);
    for (unsigned group = 0; group < sounding; group++) {
        int32_t(*lanes)[MPEG_STRIDE] = (int32_t(*)[MPEG_STRIDE])(rows[0] + 8 * group);
        wrap32 f[36];

        if (group < groups) {
            lanes_any(lanes, block->type, f);
            if (group == 0 && block->long_bands != 0)
                mix_lanes(lanes, block->long_bands, f);
        } else {
            memset(f, 0, sizeof f);
        }
        for (int i = 0; i < 18; i++) {
            f[i] += load_mpeg(overlap->x[i] + 8 * group);
            store_mpeg(overlap->x[i] + 8 * group, f[18 + i]);
        }
        lanes_to_slots(f, out + 8 * group, slot);
    }
    silence_bands(out, 8 * sounding, slot);
    overlap->bands = bands;
}

#define LEE_VALUE wrap32
#define LEE_TIMES times1
#include "mpeg_lee.tmpl.h"

/* Matrixing of eight slots. */
static void matrix_slots(const int32_t (*bands)[MPEG_ROW], struct mpeg_filter *filter, unsigned t)
{
    wrap32 x[32];

#pragma GCC unroll 32
    for (int k = 0; k < 32; k++)
        x[k] = load_mpeg(bands[k] + t);
    dct2_32(x);
#pragma GCC unroll 32
    for (int k = 0; k < 32; k++)
        store_mpeg(filter->v[k] + MPEG_HISTORY + t, shift_lanes(x[k] + 4, 3));
}

/* Saturates two rows of samples, and interleaves them. */
KERNEL wrap32 pair_samples(wrap32 a, wrap32 b)
{
    simd order = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));

    return (wrap32)_mm256_shuffle_epi8(_mm256_packs_epi32((simd)a, (simd)b), order);
}

/* Writes 8 pairs of samples of each slot: 8 of both channels, or 16 of one. */
static void put_samples(wrap32 r[8], unsigned slots, unsigned step, int16_t *pcm)
{
    transpose8(r);
#pragma GCC unroll 8
    for (unsigned t = 0; t < 8; t++)
        if (t < slots)
            store_mpeg((int32_t *)(void *)(pcm + (size_t)t * step), r[t]);
}

static void put_rows(mpeg_samples *rows, unsigned channels, unsigned slots, int16_t *pcm)
{
    unsigned per = 16 / channels; /* samples of each channel in a register */

    for (unsigned t = 0; t < slots; t += 8)
        for (unsigned j = 0; j < MPEG_BANDS; j += per) {
            wrap32 r[8];

#pragma GCC unroll 8
            for (unsigned i = 0; i < 8; i++)
                r[i] = channels == 2 ? pair_samples(load_mpeg(rows[0][j + i] + t),
                                                    load_mpeg(rows[1][j + i] + t))
                                     : pair_samples(load_mpeg(rows[0][j + 2 * i] + t),
                                                    load_mpeg(rows[0][j + 2 * i + 1] + t));
            put_samples(r, slots - t < 8 ? slots - t : 8, 32 * channels,
                        pcm + ((size_t)t * 32 + j) * channels);
        }
}

static void mpeg_synthesize(struct mpeg_filter *filters, const mpeg_subbands *bands,
                            unsigned channels, unsigned slots, int16_t *pcm)
{
    mpeg_samples rows[2];

    for (unsigned ch = 0; ch < channels; ch++) {
        for (unsigned t = 0; t < slots; t += 8)
            matrix_slots(bands[ch], &filters[ch], t);
        window_channel(&filters[ch], slots, rows[ch]);
        for (int k = 0; k < 32; k++) {
            int32_t *v = filters[ch].v[k];
            wrap32 a = load_mpeg(v + slots), b = load_mpeg(v + slots + 8);

            store_mpeg(v, a);
            store_mpeg(v + 8, b);
        }
    }
    put_rows(rows, channels, slots, pcm);
}

static const struct dsp_mpeg mpeg_kernels = { mpeg_scale, mpeg_hybrid, mpeg_synthesize };
