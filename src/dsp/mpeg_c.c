/* The reference of MPEG audio's kernels. Loops over constants are unrolled, which makes all shifts
 * constant.
 *
 * The inverse MDCT of n values is a DCT-IV, whose values the window takes in another order. With
 * the angles a = pi/4n (2i + 1), a DCT-IV is a DCT-III of sums of neighbors:
 *
 *     sum of x[k] cos(a (2k + 1)) = 1 / (2 cos(a)) sum of (x[k] + x[k - 1]) cos(2 k a)
 *
 * and the even values of a DCT-III of 2n values are one of n, the odd ones a DCT-IV of n. The last
 * factors, 1 / (2 cos(a)), are part of the window. */
#include <string.h>
#include "../codecs/mpeg/tables.h"
#include "compiler.h"
#include "dsp_c.h"
#include "fixed.h"
#include "mpeg_tables.h"

static int32_t plus(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }
static int32_t minus(int32_t a, int32_t b) { return (int32_t)((uint32_t)a - (uint32_t)b); }

/* x c 2^(shift - 32), rounded to nearest. */
static int32_t times(int32_t x, int32_t c, unsigned shift)
{
    return (int32_t)(((int64_t)x * c + ((int64_t)1 << (31 - shift))) >> (32 - shift));
}

void mpeg_scale_c(const int32_t *q, int32_t *x, const struct mpeg_gain *gains, unsigned count)
{
    unsigned i = 0;

    for (unsigned k = 0; k < count; k++) {
        int32_t mantissa = gains[k].mantissa;
        int shift = gains[k].shift;
        int32_t half = shift > 0 ? (int32_t)(1u << (shift - 1)) : 0;

        for (; shift <= 0 && i < gains[k].end; i++)
            x[i] = times(q[i], mantissa, (unsigned)-shift);
        for (; i < gains[k].end; i += 2) {
            x[i] = plus(times(q[i], mantissa, 0), half) >> shift;
            x[i + 1] = plus(times(q[i + 1], mantissa, 0), half) >> shift;
        }
    }
}

static void reduce_aliases(int32_t *x, unsigned bands)
{
    for (unsigned band = 1; band < bands; band++)
#pragma GCC unroll 8
        for (unsigned i = 0; i < 8; i++) {
            int32_t *up = &x[band * 18 - 1 - i], *down = &x[band * 18 + i], u = *up, d = *down;

            *up = minus(times(u, mpeg_alias_cs[i], 1), times(d, mpeg_alias_ca[i], 1));
            *down = plus(times(d, mpeg_alias_cs[i], 1), times(u, mpeg_alias_ca[i], 1));
        }
}

/* y[i] = sum of z[k] cos(pi/18 k (2i + 1)) */
static INLINED void dct3_9(const int32_t *z, int32_t *y)
{
    int32_t half = z[6] >> 1, first = plus(z[0], half), last = minus(z[0], z[6]);
    int32_t s = minus(minus(z[2], z[4]), z[8]), a = plus(z[2], z[4]), b = minus(z[4], z[8]);
    int32_t p0 = minus(times(a, MPEG_COS20), times(b, MPEG_COS80)),
            p2 = plus(times(a, MPEG_COS80), times(b, MPEG_COS40));
    int32_t c = plus(z[1], z[5]), d = plus(z[1], z[7]), middle = times(z[3], MPEG_COS30);
    int32_t q0 = plus(times(c, MPEG_COS50), times(d, MPEG_COS70)),
            q2 = minus(times(d, MPEG_COS10), times(c, MPEG_COS70)),
            q1 = times(minus(minus(z[1], z[5]), z[7]), MPEG_COS30);
    int32_t even[5] = { plus(first, p0), plus(last, s >> 1), minus(first, p2),
                        plus(first, minus(p2, p0)), minus(last, s) };
    int32_t odd[4] = { plus(middle, q0), q1, minus(q2, middle), minus(minus(q0, q2), middle) };

#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        y[i] = plus(even[i], odd[i]);
        y[8 - i] = minus(even[i], odd[i]);
    }
    y[4] = even[4];
}

/* A DCT-IV of 18 values without its last factors. */
static INLINED void dct4_18(const int32_t *x, int32_t *t)
{
    int32_t z[18], in[9], even[9], odd[9];

    z[0] = x[0];
#pragma GCC unroll 17
    for (int k = 1; k < 18; k++)
        z[k] = plus(x[k], x[k - 1]);
#pragma GCC unroll 9
    for (int k = 0; k < 9; k++)
        in[k] = z[2 * k];
    dct3_9(in, even);
    in[0] = z[1];
#pragma GCC unroll 8
    for (int k = 1; k < 9; k++)
        in[k] = plus(z[2 * k + 1], z[2 * k - 1]);
    dct3_9(in, odd);
#pragma GCC unroll 9
    for (int i = 0; i < 9; i++) {
        int32_t turned = times(odd[i], mpeg_ninth[i], mpeg_ninth_shift[i]);

        t[i] = plus(even[i], turned);
        t[17 - i] = minus(even[i], turned);
    }
}

static INLINED void dct3_3(int32_t a, int32_t b, int32_t c, int32_t *y)
{
    int32_t first = plus(a, c >> 1), turned = times(b, MPEG_COS30);

    y[0] = plus(first, turned);
    y[1] = minus(a, c);
    y[2] = minus(first, turned);
}

/* The same for 6 values, three lines apart. */
static INLINED void dct4_6(const int32_t *x, int32_t *t)
{
    int32_t z[6], even[3], odd[3];

    z[0] = x[0];
#pragma GCC unroll 5
    for (int k = 1; k < 6; k++)
        z[k] = plus(x[3 * k], x[3 * (k - 1)]);
    dct3_3(z[0], z[2], z[4], even);
    dct3_3(z[1], plus(z[3], z[1]), plus(z[5], z[3]), odd);
#pragma GCC unroll 3
    for (int i = 0; i < 3; i++) {
        int32_t turned = times(odd[i], mpeg_third[i], mpeg_third_shift[i]);

        t[i] = plus(even[i], turned);
        t[5 - i] = minus(even[i], turned);
    }
}

/* A band of 18 slots: the windowed values with the overlap, whose values are MPEG_BANDS apart. */
static void long_band(const int32_t *x, const int32_t window[36], int32_t *overlap, int32_t *out)
{
    int32_t t[18];

    dct4_18(x, t);
#pragma GCC unroll 18
    for (int i = 0; i < 18; i++)
        out[i] = plus(times(t[mpeg_long_source[i]], window[i], mpeg_long_shift[i]),
                      overlap[i * MPEG_BANDS]);
#pragma GCC unroll 18
    for (int i = 18; i < 36; i++)
        overlap[(i - 18) * MPEG_BANDS] =
            times(t[mpeg_long_source[i]], window[i], mpeg_long_shift[i]);
}

static void short_band(const int32_t *x, const int32_t window[12], int32_t *overlap, int32_t *out)
{
    int32_t f[36] = { 0 };

    for (int which = 0; which < 3; which++) {
        int32_t t[6], *to = f + 6 + 6 * which;

        dct4_6(x + which, t);
#pragma GCC unroll 12
        for (int i = 0; i < 12; i++)
            to[i] = plus(to[i], times(t[mpeg_short_source[i]], window[i], mpeg_short_shift[i]));
    }
    for (int i = 0; i < 18; i++) {
        out[i] = plus(f[i], overlap[i * MPEG_BANDS]);
        overlap[i * MPEG_BANDS] = f[18 + i];
    }
}

static void silent_band(int32_t *overlap, int32_t *out)
{
    for (int i = 0; i < 18; i++) {
        out[i] = overlap[i * MPEG_BANDS];
        overlap[i * MPEG_BANDS] = 0;
    }
}

void mpeg_hybrid_c(int32_t x[MPEG_LINES], const struct mpeg_block *block,
                   struct mpeg_overlap *overlap, int32_t (*out)[MPEG_ROW], unsigned slot)
{
    unsigned bands = block->bands;

    if (block->type != MPEG_SHORT_TYPE)
        reduce_aliases(x, bands += bands < MPEG_BANDS);
    else if (block->long_bands != 0)
        reduce_aliases(x, block->long_bands);
    if (bands < block->long_bands)
        bands = block->long_bands;
    for (unsigned band = 0; band < MPEG_BANDS; band++) {
        unsigned type = band < block->long_bands ? MPEG_LONG_TYPE : block->type;
        int32_t *last = &overlap->x[0][band], *now = &out[band][slot];

        if (band >= bands && band >= overlap->bands)
            memset(now, 0, 18 * sizeof *now);
        else if (band >= bands)
            silent_band(last, now);
        else if (type == MPEG_SHORT_TYPE)
            short_band(x + band * 18, mpeg_short_window[band % 2], last, now);
        else
            long_band(x + band * 18, mpeg_long_window[type][band % 2], last, now);
    }
    overlap->bands = bands;
}

static INLINED uint32_t times_wrapped(uint32_t x, int32_t c, unsigned shift)
{
    return (uint32_t)times((int32_t)x, c, shift);
}

#define LEE_VALUE uint32_t
#define LEE_TIMES times_wrapped
#include "mpeg_lee.tmpl.h"

/* 17 bits of window and 29 of values fit 64 bits 32 times; the sum wraps to 32 bits above 1/2048 of
 * a sample. */
static int16_t rounded(int64_t sum)
{
    return seldom_saturated(plus((int32_t)(sum >> 13), 1 << 10) >> 11);
}

/* Every other tap of a phase. */
static INLINED int64_t sum_of(const int32_t *v, const int32_t *window)
{
    int64_t sum = 0;

#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        sum += (int64_t)v[-2 * i] * window[64 * i];
    return sum;
}

/* Samples j and 32 - j of 32 are made of the same two values of each slot. Since D[512 - i] is D[i]
 * or -D[i], both are a sum of complex products, (e + io)(u + iv), each of which takes three real
 * ones. */
static void window_pair(const struct mpeg_filter *filter, unsigned at, unsigned j, unsigned step,
                        int16_t *pcm)
{
    const int32_t *even = &filter->v[16 + j][at], *odd = &filter->v[16 - j][at - 15];
    const intptr_t(*turns)[3] = mpeg_turns[j - 1];
    int64_t both = 0, real = 0, imaginary = 0;

#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        intptr_t e = even[-2 * i], o = odd[2 * i];

        both += (int64_t)(e + o) * turns[i][0];
        real += (int64_t)o * turns[i][1];
        imaginary += (int64_t)e * turns[i][2];
    }
    pcm[j * step] = rounded(both - real);
    pcm[(32 - j) * step] = rounded(both + imaginary);
}

static void window_slot(const struct mpeg_filter *filter, unsigned at, unsigned step, int16_t *pcm)
{
    const int32_t *middle = &filter->v[16][at], *last = &filter->v[0][at - 1];

    pcm[0] = rounded(sum_of(middle, mpeg_window) - sum_of(middle - 1, mpeg_window + 32));
    pcm[16 * step] = rounded(-sum_of(last, mpeg_window + 48));
    for (unsigned j = 1; j < 16; j++)
        window_pair(filter, at, j, step, pcm);
}

void mpeg_matrix_c(const int32_t (*bands)[MPEG_ROW], struct mpeg_filter *filter, unsigned slots)
{
    for (unsigned t = 0; t < slots; t++) {
        uint32_t x[32];

#pragma GCC unroll 32
        for (int k = 0; k < 32; k++)
            x[k] = (uint32_t)bands[k][t];
        dct2_32(x);
#pragma GCC unroll 32
        for (int k = 0; k < 32; k++)
            filter->v[k][MPEG_HISTORY + t] = (int32_t)(x[k] + 4) >> 3;
    }
}

void mpeg_shift_c(struct mpeg_filter *filter, unsigned slots)
{
    for (int k = 0; k < 32; k++)
        memmove(filter->v[k], filter->v[k] + slots, MPEG_HISTORY * sizeof **filter->v);
}

static void synthesize(struct mpeg_filter *filters, const mpeg_subbands *bands, unsigned channels,
                       unsigned slots, int16_t *pcm)
{
    for (unsigned ch = 0; ch < channels; ch++) {
        mpeg_matrix_c(bands[ch], &filters[ch], slots);
        for (unsigned t = 0; t < slots; t++)
            window_slot(&filters[ch], MPEG_HISTORY + t, channels,
                        pcm + (size_t)t * 32 * channels + ch);
        mpeg_shift_c(&filters[ch], slots);
    }
}

const struct dsp_mpeg dsp_mpeg_c = { mpeg_scale_c, mpeg_hybrid_c, synthesize };
