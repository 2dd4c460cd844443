/* The kernels of the CELP coders, with two products of 16-bit samples per 32-bit lane. If the last
 * vector would not be full, it overlaps the one before. dsp_celp.h specifies the kernels; celp_c.c
 * has the plain C.
 *
 * Parameter: VECTOR_BYTES (simd32.h). */
#include "dsp_celp.h"
#include "simd32.h"

enum { WIDE = LANES16, NARROW = 8 }; /* samples per vector, and per 16 bytes */

typedef int16_t i16x8 __attribute__((vector_size(16), may_alias));
typedef int32_t i32x4 __attribute__((vector_size(16), may_alias));
typedef uint32_t u32x4 __attribute__((vector_size(16), may_alias));
typedef int16_t vec_i16 __attribute__((vector_size(VECTOR_BYTES), may_alias));

KERNEL vec32 load_vector(const void *from)
{
    vec32 x;

    memcpy(&x, from, sizeof x);
    return x;
}

KERNEL i16x8 load8(const void *from) { return (i16x8)load128(from); }
KERNEL i32x4 pair_products(i16x8 a, i16x8 b)
{
    return (i32x4)_mm_madd_epi16((__m128i)a, (__m128i)b);
}
KERNEL i16x8 packed(i32x4 a, i32x4 b) { return (i16x8)_mm_packs_epi32((__m128i)a, (__m128i)b); }
KERNEL i16x8 max_i16(i16x8 a, i16x8 b) { return (i16x8)_mm_max_epi16((__m128i)a, (__m128i)b); }
KERNEL i16x8 min_i16(i16x8 a, i16x8 b) { return (i16x8)_mm_min_epi16((__m128i)a, (__m128i)b); }
KERNEL i16x8 low_pairs(i16x8 a, i16x8 b)
{
    return (i16x8)_mm_unpacklo_epi16((__m128i)a, (__m128i)b);
}
KERNEL i16x8 high_pairs(i16x8 a, i16x8 b)
{
    return (i16x8)_mm_unpackhi_epi16((__m128i)a, (__m128i)b);
}
KERNEL int32_t pair_of(int16_t low, int16_t high)
{
    return (int32_t)((uint16_t)low | (uint32_t)(uint16_t)high << 16);
}
KERNEL i32x4 same(int32_t x) { return x - (i32x4){ 0 }; }

/* Adds the halves of a vector. */
KERNEL u32x4 folded(uvec32 x)
{
    u32x4 half[LANES32 / 4];

    memcpy(half, &x, sizeof half);
    for (int i = 1; i < LANES32 / 4; i++)
        half[0] += half[i];
    return half[0];
}

KERNEL uint32_t sum_of_lanes(u32x4 x)
{
    x += (u32x4)_mm_shuffle_epi32((__m128i)x, 0x4E);
    x += (u32x4)_mm_shuffle_epi32((__m128i)x, 0xB1);
    return x[0];
}

/* The sums of four vectors, in one. */
KERNEL u32x4 sums_of(u32x4 a, u32x4 b, u32x4 c, u32x4 d)
{
    u32x4 ab = (u32x4)_mm_unpacklo_epi32((__m128i)a, (__m128i)b) +
               (u32x4)_mm_unpackhi_epi32((__m128i)a, (__m128i)b);
    u32x4 cd = (u32x4)_mm_unpacklo_epi32((__m128i)c, (__m128i)d) +
               (u32x4)_mm_unpackhi_epi32((__m128i)c, (__m128i)d);

    return (u32x4)_mm_unpacklo_epi64((__m128i)ab, (__m128i)cd) +
           (u32x4)_mm_unpackhi_epi64((__m128i)ab, (__m128i)cd);
}

KERNEL i16x8 narrowed_sums(const int32_t *in, i32x4 bias, int shift)
{
    return packed(((i32x4)load8(in) + bias) >> shift, ((i32x4)load8(in + 4) + bias) >> shift);
}

KERNEL int last_from(int at, int n, int width) { return at < n - width ? at : n - width; }

/* --- Zeros --- */

/* Computes even and odd sums separately: a lane holds a pair of samples. */
static void celp_zeros(const int16_t *x, const int16_t *a, int pairs, int32_t *sums, int n)
{
    for (int block = 0; block < n; block += WIDE) {
        int at = last_from(block, n, WIDE);
        uvec32 even = { 0 }, odd = { 0 };
        i32x4 e[LANES32 / 4], o[LANES32 / 4];

        for (int p = 0; p < pairs; p++) {
            const int16_t *from = x + at - 2 * p;
            vec32 c = set32(pair_of(a[2 * p + 1], a[2 * p]));

            even += (uvec32)madd16(load_vector(from - 1), c);
            odd += (uvec32)madd16(load_vector(from), c);
        }
        memcpy(e, &even, sizeof e);
        memcpy(o, &odd, sizeof o);
        for (int i = 0; i < LANES32 / 4; i++) {
            __m128i low = _mm_unpacklo_epi32((__m128i)e[i], (__m128i)o[i]),
                    high = _mm_unpackhi_epi32((__m128i)e[i], (__m128i)o[i]);

            memcpy(sums + at + 8 * i, &low, sizeof low);
            memcpy(sums + at + 8 * i + 4, &high, sizeof high);
        }
    }
}

/* --- Poles --- */

/* The greatest magnitude, unsigned. The maximum of a and b is a + max(b - a, 0). */
KERNEL int32_t peak_in(i16x8 high, i16x8 low)
{
    __m128i none = { 0 }, a = (__m128i)max_i16(high, (i16x8)none),
            b = _mm_sub_epi16(none, (__m128i)min_i16(low, (i16x8)none)),
            x = _mm_add_epi16(a, _mm_subs_epu16(b, a));

#if VECTOR_BYTES == 32
    x = _mm_minpos_epu16(~x);
    return ~_mm_cvtsi128_si32(x) & 0xFFFF;
#else
    x = _mm_add_epi16(x, _mm_subs_epu16(_mm_srli_si128(x, 8), x));
    x = _mm_add_epi16(x, _mm_subs_epu16(_mm_srli_si128(x, 4), x));
    x = _mm_add_epi16(x, _mm_subs_epu16(_mm_srli_si128(x, 2), x));
    return _mm_cvtsi128_si32(x) & 0xFFFF;
#endif
}

/* The four pairs before the last two samples, each in all lanes, and their coefficients in the sums
 * of the next four samples, which are the lanes. */
struct older_pairs {
    i32x4 of[4];
};
struct older_taps {
    i16x8 of[4];
};

#define SKIPPED(x, samples) ((i16x8)_mm_srli_si128(x, 2 * (samples)))
#define SHUFFLED(x, order) ((i32x4)_mm_shuffle_epi32((__m128i)(x), order))

KERNEL struct older_taps older_taps_of(const int16_t a[CELP_ORDER])
{
    __m128i from3 = (__m128i)load8(a + 2);

    return (struct older_taps){ { low_pairs(SKIPPED(from3, 7), SKIPPED(from3, 6)),
                                  low_pairs(SKIPPED(from3, 5), SKIPPED(from3, 4)),
                                  low_pairs(SKIPPED(from3, 3), SKIPPED(from3, 2)),
                                  low_pairs(SKIPPED(from3, 1), (i16x8)from3) } };
}

KERNEL i32x4 load_pair(const int16_t *from) { return same(pair_of(from[0], from[1])); }
KERNEL u32x4 older_products(const struct older_taps *taps, const struct older_pairs *past, int i)
{
    return (u32x4)pair_products((i16x8)past->of[i], taps->of[i]);
}

KERNEL uint32_t scaled_down(uint32_t sum, int shift) { return (uint32_t)((int32_t)sum >> shift); }
KERNEL i32x4 two_lanes(uint32_t first, uint32_t second)
{
    return (i32x4)_mm_unpacklo_epi32(_mm_cvtsi32_si128((int32_t)first),
                                     _mm_cvtsi32_si128((int32_t)second));
}

/* Keeps a sum so far together: compilers add terms in any order. */
#define SUMMED(x) __asm__("" : "+r"(x))

/* Four samples at a time. The products of those four and of the two before them are scalar, since
 * the dependency chain from one sample to the next is then a multiplication, an addition and a
 * shift of scalars: five cycles, and seven or more in lanes. Products of older samples are in
 * lanes, which have the time of three samples to reach scalar registers. */
KERNEL int32_t poles_by(const int32_t *in, const int16_t a[CELP_ORDER], int shift, int16_t *y,
                        int32_t *out, int n)
{
    struct older_taps taps = older_taps_of(a);
    struct older_pairs past = { { load_pair(y - 10), load_pair(y - 8), load_pair(y - 6),
                                  load_pair(y - 4) } };
    i32x4 last = load_pair(y - 2);
    i16x8 high = max_i16(load8(y - 8), load8(y - CELP_ORDER)),
          low = min_i16(load8(y - 8), load8(y - CELP_ORDER));
    uint32_t y0 = (uint32_t)y[-4], y1 = (uint32_t)y[-3], y2 = (uint32_t)y[-2], y3 = (uint32_t)y[-1],
             c1 = (uint32_t)a[0], c2 = (uint32_t)a[1], c3 = (uint32_t)a[2], c4 = (uint32_t)a[3],
             c5 = (uint32_t)a[4], bias = (uint32_t)1 << (shift - 1);

    for (int i = 0; i < n; i += 4) {
        u32x4 oldest = (u32x4)load8(in + i) + bias + older_products(&taps, &past, 0) +
                       older_products(&taps, &past, 1) + older_products(&taps, &past, 2),
              older = oldest + older_products(&taps, &past, 3);
        uint32_t sum0 = oldest[0] + c4 * y0 + c3 * y1 + c2 * y2,
                 sum1 = older[1] + c3 * y2 + c2 * y3, sum2 = older[2] + c4 * y2 + c3 * y3,
                 sum3 = older[3] + c5 * y2 + c4 * y3;
        i32x4 first, second;
        u32x4 sums;
        i16x8 four;

        SUMMED(sum0);
        SUMMED(sum1);
        SUMMED(sum2);
        SUMMED(sum3);
        sum0 += c1 * y3;
        y0 = scaled_down(sum0, shift);
        sum1 += c1 * y0;
        y1 = scaled_down(sum1, shift);
        first = two_lanes(sum0, sum1);
        past = (struct older_pairs){ { past.of[2], past.of[3], last,
                                       SHUFFLED(packed(first >> shift, first >> shift), 0) } };
        sum2 += c2 * y0;
        SUMMED(sum2);
        sum2 += c1 * y1;
        y2 = scaled_down(sum2, shift);
        sum3 += c3 * y0 + c2 * y1;
        SUMMED(sum3);
        sum3 += c1 * y2;
        y3 = scaled_down(sum3, shift);
        second = two_lanes(sum2, sum3);
        four = (i16x8)SHUFFLED(packed(first >> shift, second >> shift), 0x88);
        last = SHUFFLED(four, 0x55);
        high = max_i16(high, four);
        low = min_i16(low, four);
        memcpy(y + i, &four, 4 * sizeof *y);
        sums = (u32x4)_mm_unpacklo_epi64((__m128i)first, (__m128i)second) - bias;
        memcpy(out + i, &sums, sizeof sums);
    }
    return peak_in(high, low);
}

/* Shifts by constants are faster. */
static int32_t celp_poles(const int32_t *in, const int16_t a[CELP_ORDER], int shift, int16_t *y,
                          int32_t *out, int n)
{
    switch (shift) {
    case 13:
        return poles_by(in, a, 13, y, out, n);
    case 12:
        return poles_by(in, a, 12, y, out, n);
    default:
        return poles_by(in, a, shift, y, out, n);
    }
}

static int32_t celp_peak(const int16_t *a, int n)
{
    simd high = (simd)load_vector(a + n - WIDE), low = high;
    i16x8 highs[WIDE / NARROW], lows[WIDE / NARROW];

    for (int i = 0; i + WIDE <= n; i += WIDE) {
        simd x = (simd)load_vector(a + i);

        high = SIMD(max_epi16)(high, x);
        low = SIMD(min_epi16)(low, x);
    }
    memcpy(highs, &high, sizeof highs);
    memcpy(lows, &low, sizeof lows);
    return peak_in(max_i16(highs[0], highs[WIDE / NARROW - 1]),
                   min_i16(lows[0], lows[WIDE / NARROW - 1]));
}

#if VECTOR_BYTES == 32
/* Two filters in lanes, one in each half of a register: the sums of four samples and of the next
 * twelve. Each sample adds its products to all of them as soon as it is known. c[j] begins with the
 * coefficient of distance j - 3, or with a zero. */
struct wide_fours {
    uvec32 now, next, third, last;
};

KERNEL uvec32 wide_products(vec32 sample, vec32 c) { return (uvec32)madd16(sample, c); }
#define WIDE_SPREAD(x, lane) ((vec32)_mm256_shuffle_epi32((simd)(x), (lane)*0x55))

KERNEL vec32 next_samples(vec32 sums, vec32 before, vec32 nearest, int shift)
{
    return (vec32)((uvec32)sums + wide_products(before, nearest)) >> shift;
}

KERNEL void add_samples(struct wide_fours *sums, vec32 samples, int lane, const vec32 c[14])
{
    if (lane < 3)
        sums->now += wide_products(samples, c[3 - lane]);
    sums->next += wide_products(samples, c[7 - lane]);
    sums->third += wide_products(samples, c[11 - lane]);
    if (lane >= 2)
        sums->last += wide_products(samples, c[15 - lane]);
}

KERNEL struct wide_fours from_pasts(const struct celp_filter filters[2], const vec32 c[14])
{
    struct wide_fours sums = { { 0 }, { 0 }, { 0 }, { 0 } };

#pragma GCC unroll 10
    for (int j = 1; j <= CELP_ORDER; j++) {
        i32x4 first = same(filters[0].y[-j]), second = same(filters[1].y[-j]);
        vec32 samples = load_halves(&first, &second);

        sums.now += wide_products(samples, c[3 + j]);
        if (j <= 6)
            sums.next += wide_products(samples, c[7 + j]);
        if (j <= 2)
            sums.third += wide_products(samples, c[11 + j]);
    }
    return sums;
}

KERNEL void spread_coefficients(const struct celp_filter filters[2], vec32 wide[14])
{
    int32_t c[2][4 + CELP_ORDER + 4] = { { 0 } };

    for (int i = 0; i < 2; i++)
        for (int j = 0; j < CELP_ORDER; j++)
            c[i][4 + j] = (uint16_t)filters[i].a[j];
    for (int j = 0; j < 14; j++)
        wide[j] = load_halves(c[0] + j, c[1] + j);
}

KERNEL void two_poles_by(struct celp_filter filters[2], int shift, int n)
{
    vec32 c[14], bias = set32(1 << (shift - 1)), nearest, first, second, third, fourth;
    struct wide_fours sums;

    spread_coefficients(filters, c);
    nearest = WIDE_SPREAD(c[4], 0);
    sums = from_pasts(filters, c);
    sums.now += (uvec32)load_halves(filters[0].in, filters[1].in) + (uvec32)bias;
    first = WIDE_SPREAD(sums.now, 0) >> shift;
    for (int i = 0; i < n; i += 4) {
        int ahead = i + 4 < n ? i + 4 : i; /* the last sums are not used */
        __m128i narrow[2];
        vec32 y;

        second = next_samples(WIDE_SPREAD(sums.now, 1), first, nearest, shift);
        add_samples(&sums, first, 0, c);
        third = next_samples(WIDE_SPREAD(sums.now, 2), second, nearest, shift);
        add_samples(&sums, second, 1, c);
        fourth = next_samples(WIDE_SPREAD(sums.now, 3), third, nearest, shift);
        add_samples(&sums, third, 2, c);
        sums.next +=
            (uvec32)load_halves(filters[0].in + ahead, filters[1].in + ahead) + (uvec32)bias;
        first = next_samples(WIDE_SPREAD(sums.next, 0), fourth, nearest, shift);
        add_samples(&sums, fourth, 3, c);
        y = (vec32)_mm256_packs_epi32((simd)((vec32)sums.now >> shift), _mm256_setzero_si256());
        store_halves(y, &narrow[0], &narrow[1]);
        memcpy(filters[0].y + i, &narrow[0], 4 * sizeof(int16_t));
        memcpy(filters[1].y + i, &narrow[1], 4 * sizeof(int16_t));
        sums.now -= (uvec32)bias;
        store_halves((vec32)sums.now, filters[0].out + i, filters[1].out + i);
        sums = (struct wide_fours){ sums.next, sums.third, sums.last, { 0 } };
    }
    for (int i = 0; i < 2; i++)
        filters[i].peak = celp_peak(filters[i].y - CELP_ORDER, CELP_ORDER + n);
}

static void celp_two_poles(struct celp_filter filters[2], int shift, int n)
{
    if (shift == 12) /* a constant, as above */
        two_poles_by(filters, 12, n);
    else
        two_poles_by(filters, shift, n);
}
#else
static void celp_two_poles(struct celp_filter filters[2], int shift, int n)
{
    for (int i = 0; i < 2; i++)
        filters[i].peak =
            celp_poles(filters[i].in, filters[i].a, shift, filters[i].y, filters[i].out, n);
}
#endif

/* --- Sums --- */

/* The last vector of a sum, with zeros for the samples that have already been counted. */
KERNEL vec32 tail_of(const int16_t *a, int n)
{
    vec_i16 place;

    for (int i = 0; i < WIDE; i++)
        place[i] = (int16_t)i;
    return load_vector(a + n - WIDE) & (vec32)(place >= (int16_t)(WIDE - n % WIDE));
}

static int32_t celp_dot(const int16_t *a, const int16_t *b, int n)
{
    uvec32 sum = { 0 };

    for (int i = 0; i + WIDE <= n; i += WIDE)
        sum += (uvec32)madd16(load_vector(a + i), load_vector(b + i));
    if (n % WIDE != 0)
        sum += (uvec32)madd16(tail_of(a, n), load_vector(b + n - WIDE));
    return (int32_t)sum_of_lanes(folded(sum));
}

/* Sums at four positions, one sample apart. */
struct places {
    uvec32 first, second, third, fourth;
};

KERNEL void add_places(struct places *sums, vec32 a, const int16_t *b)
{
    sums->first += (uvec32)madd16(a, load_vector(b));
    sums->second += (uvec32)madd16(a, load_vector(b + 1));
    sums->third += (uvec32)madd16(a, load_vector(b + 2));
    sums->fourth += (uvec32)madd16(a, load_vector(b + 3));
}

static void celp_correlate(const int16_t *a, const int16_t *b, int n, int32_t *out, int count)
{
    vec32 tail = n % WIDE != 0 ? tail_of(a, n) : set32(0);
    int k = 0;

    for (; count >= 4 && k < count; k += 4) {
        int from = last_from(k, count, 4);
        struct places sums = { { 0 }, { 0 }, { 0 }, { 0 } };
        u32x4 four;

        for (int i = 0; i + WIDE <= n; i += WIDE)
            add_places(&sums, load_vector(a + i), b + from + i);
        if (n % WIDE != 0)
            add_places(&sums, tail, b + from + n - WIDE);
        four = sums_of(folded(sums.first), folded(sums.second), folded(sums.third),
                       folded(sums.fourth));
        memcpy(out + from, &four, sizeof four);
    }
    for (; k < count; k++)
        out[k] = celp_dot(a, b + k, n);
}

/* The sum of two squares is at most 2^31, which an unsigned lane holds. */
KERNEL uvec64 halves_of(vec32 x)
{
    uvec64 squares = (uvec64)madd16(x, x);

    return (squares >> 32) + (squares & 0xFFFFFFFF);
}

static int64_t celp_energy(const int16_t *a, int n)
{
    uvec64 sum = { 0 };
    uint64_t total = 0;

    for (int i = 0; i + WIDE <= n; i += WIDE)
        sum += halves_of(load_vector(a + i));
    if (n % WIDE != 0)
        sum += halves_of(tail_of(a, n));
    for (int i = 0; i < LANES32 / 2; i++)
        total += sum[i];
    return (int64_t)total;
}

/* --- Gains --- */

static void celp_narrow(const int32_t *in, int32_t bias, int shift, int16_t *out, int n)
{
    for (int i = 0; i < n; i += NARROW) {
        int at = last_from(i, n, NARROW);
        i16x8 x = narrowed_sums(in + at, same(bias), shift);

        memcpy(out + at, &x, sizeof x);
    }
}

KERNEL i16x8 mixed(i16x8 a, i16x8 b, i16x8 gains_low, i16x8 gains_high, i32x4 bias, int shift)
{
    return packed((pair_products(low_pairs(a, b), gains_low) + bias) >> shift,
                  (pair_products(high_pairs(a, b), gains_high) + bias) >> shift);
}

static void celp_mix(const int16_t *a, int16_t gain_a, const int16_t *b, int16_t gain_b,
                     int32_t bias, int shift, int16_t *out, int n)
{
    i16x8 gains = (i16x8)same(pair_of(gain_a, gain_b));
    i16x8 last =
        mixed(load8(a + n - NARROW), load8(b + n - NARROW), gains, gains, same(bias), shift);

    for (int i = 0; i + NARROW <= n; i += NARROW) {
        i16x8 x = mixed(load8(a + i), load8(b + i), gains, gains, same(bias), shift);

        memcpy(out + i, &x, sizeof x);
    }
    memcpy(out + n - NARROW, &last, sizeof last);
}

static void celp_scale(const int16_t *a, const int16_t *gains, int32_t bias, int shift,
                       int16_t *out, int n)
{
    i16x8 none = { 0 }, last_gains = load8(gains + n - NARROW);
    i16x8 last = mixed(load8(a + n - NARROW), none, low_pairs(last_gains, none),
                       high_pairs(last_gains, none), same(bias), shift);

    for (int i = 0; i + NARROW <= n; i += NARROW) {
        i16x8 g = load8(gains + i);
        i16x8 x =
            mixed(load8(a + i), none, low_pairs(g, none), high_pairs(g, none), same(bias), shift);

        memcpy(out + i, &x, sizeof x);
    }
    memcpy(out + n - NARROW, &last, sizeof last);
}
