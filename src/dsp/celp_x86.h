/* The speech coders' kernels, on the sums of both products of pairs of samples. Where the last vector would not be full, it begins
 * earlier. */
#include <emmintrin.h>
#include "dsp_celp.h"
#include "lanes.h"

enum { WIDE = 2 * LANES, NARROW = 8 };          /* samples in a vector, and in a row */

typedef int32_t row32 __attribute__((vector_size(16), may_alias));
typedef uint32_t urow32 __attribute__((vector_size(16), may_alias));
typedef uint64_t ulanes64 __attribute__((vector_size(4 * LANES), may_alias));
typedef int16_t samples __attribute__((vector_size(4 * LANES), may_alias));

KERNEL lanes load_wide(const void *from)
{
    lanes x;

    memcpy(&x, from, sizeof x);
    return x;
}

KERNEL row load_row(const void *from)
{
    row x;

    memcpy(&x, from, sizeof x);
    return x;
}

KERNEL row32 pair_products(row a, row b) { return (row32)_mm_madd_epi16((__m128i)a, (__m128i)b); }
KERNEL row packed(row32 a, row32 b) { return (row)_mm_packs_epi32((__m128i)a, (__m128i)b); }
KERNEL row greater_of(row a, row b) { return (row)_mm_max_epi16((__m128i)a, (__m128i)b); }
KERNEL row lesser_of(row a, row b) { return (row)_mm_min_epi16((__m128i)a, (__m128i)b); }
KERNEL row low_pairs(row a, row b) { return (row)_mm_unpacklo_epi16((__m128i)a, (__m128i)b); }
KERNEL row high_pairs(row a, row b) { return (row)_mm_unpackhi_epi16((__m128i)a, (__m128i)b); }
KERNEL int32_t pair_of(int16_t low, int16_t high) { return (int32_t)((uint16_t)low | (uint32_t)(uint16_t)high << 16); }
KERNEL row32 same(int32_t x) { return x - (row32){ 0 }; }

/* The halves of a vector added. */
KERNEL urow32 folded(ulanes x)
{
    urow32 half[LANES / 4];

    memcpy(half, &x, sizeof half);
    for (int i = 1; i < LANES / 4; i++)
        half[0] += half[i];
    return half[0];
}

KERNEL uint32_t row_sum(urow32 x)
{
    x += (urow32)_mm_shuffle_epi32((__m128i)x, 0x4E);
    x += (urow32)_mm_shuffle_epi32((__m128i)x, 0xB1);
    return x[0];
}

/* Four sums in a row. */
KERNEL urow32 sums_of(urow32 a, urow32 b, urow32 c, urow32 d)
{
    urow32 ab = (urow32)_mm_unpacklo_epi32((__m128i)a, (__m128i)b) + (urow32)_mm_unpackhi_epi32((__m128i)a, (__m128i)b);
    urow32 cd = (urow32)_mm_unpacklo_epi32((__m128i)c, (__m128i)d) + (urow32)_mm_unpackhi_epi32((__m128i)c, (__m128i)d);

    return (urow32)_mm_unpacklo_epi64((__m128i)ab, (__m128i)cd) + (urow32)_mm_unpackhi_epi64((__m128i)ab, (__m128i)cd);
}

KERNEL int last_from(int at, int n, int width)
{
    return at < n - width ? at : n - width;
}

/* --- Zeros --- */

/* Even and odd sums apart: a pair of samples is a lane. */
static void celp_zeros(const int16_t *x, const int16_t *a, int pairs, int32_t *sums, int n)
{
    for (int block = 0; block < n; block += WIDE) {
        int at = last_from(block, n, WIDE);
        ulanes even = { 0 }, odd = { 0 };
        row32 e[LANES / 4], o[LANES / 4];

        for (int p = 0; p < pairs; p++) {
            const int16_t *from = x + at - 2 * p;
            lanes c = all(pair_of(a[2 * p + 1], a[2 * p]));

            even += (ulanes)both_products(load_wide(from - 1), c);
            odd += (ulanes)both_products(load_wide(from), c);
        }
        memcpy(e, &even, sizeof e), memcpy(o, &odd, sizeof o);
        for (int i = 0; i < LANES / 4; i++) {
            __m128i low = _mm_unpacklo_epi32((__m128i)e[i], (__m128i)o[i]), high = _mm_unpackhi_epi32((__m128i)e[i], (__m128i)o[i]);

            memcpy(sums + at + 8 * i, &low, sizeof low), memcpy(sums + at + 8 * i + 4, &high, sizeof high);
        }
    }
}

/* --- Poles --- */

/* The sums of four samples, to which each adds its products as soon as it is there, and to those of the next fours as well. Of the
 * coefficients, in 32 bits between zeros, that of distance d is c[3 + d]. */
struct fours {
    urow32 now, next, third, last;
};

KERNEL urow32 products_at(row32 sample, const int32_t *c)
{
    return (urow32)pair_products((row)sample, load_row(c));
}

KERNEL void add_sample(struct fours *sums, row32 sample, int lane, const int32_t *c)
{
    if (lane < 3)
        sums->now += products_at(sample, c + 3 - lane);
    sums->next += products_at(sample, c + 7 - lane);
    sums->third += products_at(sample, c + 11 - lane);
    if (lane >= 2)
        sums->last += products_at(sample, c + 15 - lane);
}

/* What the ten samples before add to the first twelve. */
KERNEL struct fours from_past(const int16_t *y, const int32_t *c)
{
    struct fours sums = { { 0 }, { 0 }, { 0 }, { 0 } };

#pragma GCC unroll 10
    for (int j = 1; j <= CELP_ORDER; j++) {
        row32 sample = same(y[-j]);

        sums.now += products_at(sample, c + 3 + j);
        if (j <= 6)
            sums.next += products_at(sample, c + 7 + j);
        if (j <= 2)
            sums.third += products_at(sample, c + 11 + j);
    }
    return sums;
}

KERNEL int32_t peak_in(row high, row low)
{
    int32_t peak = 0;

    for (int i = 0; i < NARROW; i++) {
        peak = high[i] > peak ? high[i] : peak;
        peak = -low[i] > peak ? -low[i] : peak;
    }
    return peak;
}

#define SPREAD(x, lane) ((row32)_mm_shuffle_epi32((__m128i)(x), (lane) * 0x55))

KERNEL int32_t poles_by(const int32_t *in, const int16_t a[CELP_ORDER], int shift, int16_t *y, int32_t *out, int n)
{
    int32_t c[4 + CELP_ORDER + 4] = { 0 };
    urow32 bias = (urow32)same(1 << (shift - 1));
    row high = greater_of(load_row(y - 8), load_row(y - CELP_ORDER)), low = lesser_of(load_row(y - 8), load_row(y - CELP_ORDER));
    struct fours sums;

    for (int j = 0; j < CELP_ORDER; j++)
        c[4 + j] = (uint16_t)a[j];
    sums = from_past(y, c);
    for (int i = 0; i < n; i += 4) {
        row narrow;

        sums.now += (urow32)load_row(in + i) + bias;
        add_sample(&sums, SPREAD((row32)sums.now >> shift, 0), 0, c);
        add_sample(&sums, SPREAD((row32)sums.now >> shift, 1), 1, c);
        add_sample(&sums, SPREAD((row32)sums.now >> shift, 2), 2, c);
        add_sample(&sums, SPREAD((row32)sums.now >> shift, 3), 3, c);
        narrow = packed((row32)sums.now >> shift, (row32)sums.now >> shift);
        sums.now -= bias;
        memcpy(out + i, &sums.now, 4 * sizeof *out), memcpy(y + i, &narrow, 4 * sizeof *y);
        high = greater_of(high, narrow);
        low = lesser_of(low, narrow);
        sums = (struct fours){ sums.next, sums.third, sums.last, { 0 } };
    }
    return peak_in(high, low);
}

/* Shifts by constants are faster. */
static int32_t celp_poles(const int32_t *in, const int16_t a[CELP_ORDER], int shift, int16_t *y, int32_t *out, int n)
{
    return shift == 13 ? poles_by(in, a, 13, y, out, n) : shift == 12 ? poles_by(in, a, 12, y, out, n) : poles_by(in, a, shift, y, out, n);
}

/* --- Sums --- */

/* The last vector of a sum: zeros where its samples have been counted before. */
KERNEL lanes tail_of(const int16_t *a, int n)
{
    samples place;

    for (int i = 0; i < WIDE; i++)
        place[i] = (int16_t)i;
    return load_wide(a + n - WIDE) & (lanes)(place >= (int16_t)(WIDE - n % WIDE));
}

static int32_t celp_dot(const int16_t *a, const int16_t *b, int n)
{
    ulanes sum = { 0 };

    for (int i = 0; i + WIDE <= n; i += WIDE)
        sum += (ulanes)both_products(load_wide(a + i), load_wide(b + i));
    if (n % WIDE != 0)
        sum += (ulanes)both_products(tail_of(a, n), load_wide(b + n - WIDE));
    return (int32_t)row_sum(folded(sum));
}

/* At four places, one sample apart. */
struct places {
    ulanes first, second, third, fourth;
};

KERNEL void add_places(struct places *sums, lanes a, const int16_t *b)
{
    sums->first += (ulanes)both_products(a, load_wide(b));
    sums->second += (ulanes)both_products(a, load_wide(b + 1));
    sums->third += (ulanes)both_products(a, load_wide(b + 2));
    sums->fourth += (ulanes)both_products(a, load_wide(b + 3));
}

static void celp_correlate(const int16_t *a, const int16_t *b, int n, int32_t *out, int count)
{
    lanes tail = n % WIDE != 0 ? tail_of(a, n) : all(0);
    int k = 0;

    for (; count >= 4 && k < count; k += 4) {
        int from = last_from(k, count, 4);
        struct places sums = { { 0 }, { 0 }, { 0 }, { 0 } };
        urow32 four;

        for (int i = 0; i + WIDE <= n; i += WIDE)
            add_places(&sums, load_wide(a + i), b + from + i);
        if (n % WIDE != 0)
            add_places(&sums, tail, b + from + n - WIDE);
        four = sums_of(folded(sums.first), folded(sums.second), folded(sums.third), folded(sums.fourth));
        memcpy(out + from, &four, sizeof four);
    }
    for (; k < count; k++)
        out[k] = celp_dot(a, b + k, n);
}

/* Two squares are at most 2^31. */
KERNEL ulanes64 halves_of(lanes x)
{
    ulanes64 squares = (ulanes64)both_products(x, x);

    return (squares >> 32) + (squares & 0xFFFFFFFF);
}

static int64_t celp_energy(const int16_t *a, int n)
{
    ulanes64 sum = { 0 };
    uint64_t total = 0;

    for (int i = 0; i + WIDE <= n; i += WIDE)
        sum += halves_of(load_wide(a + i));
    if (n % WIDE != 0)
        sum += halves_of(tail_of(a, n));
    for (int i = 0; i < LANES / 2; i++)
        total += sum[i];
    return (int64_t)total;
}

static int32_t celp_peak(const int16_t *a, int n)
{
    row high = load_row(a), low = high;

    for (int i = NARROW; i < n; i += NARROW) {
        row x = load_row(a + last_from(i, n, NARROW));

        high = greater_of(high, x);
        low = lesser_of(low, x);
    }
    return peak_in(high, low);
}

/* --- Gains --- */

KERNEL row narrowed_sums(const int32_t *in, row32 bias, int shift)
{
    return packed(((row32)load_row(in) + bias) >> shift, ((row32)load_row(in + 4) + bias) >> shift);
}

static void celp_narrow(const int32_t *in, int32_t bias, int shift, int16_t *out, int n)
{
    for (int i = 0; i < n; i += NARROW) {
        int at = last_from(i, n, NARROW);
        row x = narrowed_sums(in + at, same(bias), shift);

        memcpy(out + at, &x, sizeof x);
    }
}

KERNEL row mixed(row a, row b, row gains_low, row gains_high, row32 bias, int shift)
{
    return packed((pair_products(low_pairs(a, b), gains_low) + bias) >> shift,
                  (pair_products(high_pairs(a, b), gains_high) + bias) >> shift);
}

static void celp_mix(const int16_t *a, int16_t gain_a, const int16_t *b, int16_t gain_b, int32_t bias, int shift, int16_t *out, int n)
{
    row gains = (row)same(pair_of(gain_a, gain_b));
    row last = mixed(load_row(a + n - NARROW), load_row(b + n - NARROW), gains, gains, same(bias), shift);

    for (int i = 0; i + NARROW <= n; i += NARROW) {
        row x = mixed(load_row(a + i), load_row(b + i), gains, gains, same(bias), shift);

        memcpy(out + i, &x, sizeof x);
    }
    memcpy(out + n - NARROW, &last, sizeof last);
}

static void celp_scale(const int16_t *a, const int16_t *gains, int32_t bias, int shift, int16_t *out, int n)
{
    row none = { 0 }, last_gains = load_row(gains + n - NARROW);
    row last = mixed(load_row(a + n - NARROW), none, low_pairs(last_gains, none), high_pairs(last_gains, none), same(bias), shift);

    for (int i = 0; i + NARROW <= n; i += NARROW) {
        row g = load_row(gains + i), x = mixed(load_row(a + i), none, low_pairs(g, none), high_pairs(g, none), same(bias), shift);

        memcpy(out + i, &x, sizeof x);
    }
    memcpy(out + n - NARROW, &last, sizeof last);
}

static const struct dsp_celp celp_kernels = {
    celp_zeros, celp_poles, celp_correlate, celp_dot, celp_energy, celp_peak, celp_narrow, celp_scale, celp_mix,
};
