/* The transforms, with four values of 64 bits per register; mdct_c.c explains them. The real and
 * the imaginary parts are in arrays of their own.
 *
 * Parameter: VECTOR_BYTES, which must be 32 (simd32.h): products of signed 32-bit values and
 * comparisons of 64-bit values are not in SSE2. */
#include "dsp_mdct.h"
#include "mdct_tables.h"
#include "simd32.h"

enum { MDCT_LANES = 4 };

/* Four complex values, and four phasors with the cosine or the sine in the low half of a lane. */
struct four {
    __m256i re, im;
};
struct turn {
    __m256i c, s;
};
struct parts {
    int64_t re[MDCT_MOST / 2], im[MDCT_MOST / 2];
};

KERNEL __m256i add64(__m256i a, __m256i b) { return _mm256_add_epi64(a, b); }
KERNEL __m256i sub64(__m256i a, __m256i b) { return _mm256_sub_epi64(a, b); }
KERNEL __m256i set64(int64_t x) { return _mm256_set1_epi64x(x); }
KERNEL __m256i load64(const int64_t *x) { return _mm256_loadu_si256((const __m256i_u *)x); }
KERNEL __m256i load_ints(const void *x) { return _mm256_loadu_si256((const __m256i_u *)x); }
KERNEL void store64(int64_t *to, __m256i x) { _mm256_storeu_si256((__m256i_u *)to, x); }
KERNEL __m256i reversed64(__m256i x) { return _mm256_permute4x64_epi64(x, 0x1B); }

KERNEL struct four load_four(const struct parts *x, size_t at)
{
    return (struct four){ load64(x->re + at), load64(x->im + at) };
}

KERNEL void store_four(struct parts *to, size_t at, struct four x)
{
    store64(to->re + at, x.re);
    store64(to->im + at, x.im);
}

KERNEL struct four plus4(struct four a, struct four b)
{
    return (struct four){ add64(a.re, b.re), add64(a.im, b.im) };
}

KERNEL struct four minus4(struct four a, struct four b)
{
    return (struct four){ sub64(a.re, b.re), sub64(a.im, b.im) };
}

KERNEL struct four minus_i4(struct four a, struct four b)
{
    return (struct four){ add64(a.re, b.im), sub64(a.im, b.re) };
}

KERNEL struct four plus_i4(struct four a, struct four b)
{
    return (struct four){ sub64(a.re, b.im), add64(a.im, b.re) };
}

/* x / 2^n, rounded to nearest. AVX2 only shifts unsigned values. */
KERNEL __m256i rounded64(__m256i x, int n)
{
    __m256i bias = set64((int64_t)((uint64_t)1 << 63 | (uint64_t)1 << (n - 1)));
    __m256i shifted = _mm256_srl_epi64(add64(x, bias), _mm_cvtsi32_si128(n));

    return sub64(shifted, set64((int64_t)1 << (63 - n)));
}

KERNEL __m256i halved64(__m256i x)
{
    __m256i even = _mm256_and_si256(_mm256_srli_epi64(x, 1), set64(1));
    __m256i biased = add64(add64(x, even), set64(INT64_MIN));

    return sub64(_mm256_srli_epi64(biased, 1), set64((int64_t)1 << 62));
}

KERNEL struct four halved4(struct four z)
{
    return (struct four){ halved64(z.re), halved64(z.im) };
}

/* Values of 34 bits times values of 32: the upper 32 bits and the lower 2 apart. */
struct split {
    __m256i high, low;
};

KERNEL struct split split34(__m256i x)
{
    return (struct split){ _mm256_srli_epi64(x, 2), _mm256_and_si256(x, set64(3)) };
}

KERNEL __m256i times34(struct split x, __m256i by)
{
    return add64(_mm256_slli_epi64(_mm256_mul_epi32(x.high, by), 2), _mm256_mul_epi32(x.low, by));
}

KERNEL struct four turned4(struct four z, struct turn by, int shift)
{
    struct split re = split34(z.re), im = split34(z.im);

    return (struct four){ rounded64(add64(times34(re, by.c), times34(im, by.s)), shift),
                          rounded64(sub64(times34(im, by.c), times34(re, by.s)), shift) };
}

KERNEL struct turn turn_of(__m256i phasors)
{
    return (struct turn){ phasors, _mm256_srli_epi64(phasors, 32) };
}

KERNEL struct turn same_turn(struct phasor by) { return (struct turn){ set64(by.c), set64(by.s) }; }

/* Four phasors, `step` apart. */
KERNEL struct turn turns_at(const struct phasor *roots, unsigned step)
{
    __m128i at = _mm_mullo_epi32(_mm_set_epi32(3, 2, 1, 0), _mm_set1_epi32((int)step));

    return turn_of(_mm256_i32gather_epi64((const long long *)(const void *)roots, at, 8));
}

/* The four sums of a butterfly before they are turned. */
KERNEL void butterfly4(const struct parts *x, size_t at, size_t quarter, struct four sums[4])
{
    struct four a = load_four(x, at), b = load_four(x, at + quarter),
                c = load_four(x, at + 2 * quarter), d = load_four(x, at + 3 * quarter);
    struct four even = plus4(a, c), odd = minus4(a, c), even2 = plus4(b, d), odd2 = minus4(b, d);

    sums[0] = plus4(even, even2);
    sums[1] = minus_i4(odd, odd2);
    sums[2] = minus4(even, even2);
    sums[3] = plus_i4(odd, odd2);
}

/* Four registers with a lane for each butterfly become one register for each butterfly. */
KERNEL void transpose64(__m256i r[4])
{
    __m256i a = _mm256_unpacklo_epi64(r[0], r[1]), b = _mm256_unpackhi_epi64(r[0], r[1]);
    __m256i c = _mm256_unpacklo_epi64(r[2], r[3]), d = _mm256_unpackhi_epi64(r[2], r[3]);

    r[0] = _mm256_permute2x128_si256(a, c, 0x20);
    r[1] = _mm256_permute2x128_si256(b, d, 0x20);
    r[2] = _mm256_permute2x128_si256(a, c, 0x31);
    r[3] = _mm256_permute2x128_si256(b, d, 0x31);
}

/* The first butterfly is not turned; its lane is halved. */
KERNEL struct four first_lane(struct four halves, struct four others)
{
    return (struct four){ _mm256_blend_epi32(others.re, halves.re, 3),
                          _mm256_blend_epi32(others.im, halves.im, 3) };
}

/* The first pass, in which neighbors are different butterflies. */
static void mdct_first(const struct parts *x, struct parts *y, size_t quarter, unsigned step,
                       const struct phasor *roots)
{
    for (size_t p = 0; p < quarter; p += MDCT_LANES) {
        __m256i re[4], im[4];
        struct four sums[4];

        butterfly4(x, p, quarter, sums);
        for (unsigned k = 0; k < 4; k++) {
            struct four out = halved4(sums[k]);

            if (k > 0) {
                struct turn by = turns_at(roots + k * p * step, k * step);
                struct four turned = turned4(sums[k], by, 31);

                out = p == 0 ? first_lane(out, turned) : turned;
            }
            re[k] = out.re;
            im[k] = out.im;
        }
        transpose64(re);
        transpose64(im);
        for (size_t k = 0; k < 4; k++)
            store_four(y, 4 * (p + k), (struct four){ re[k], im[k] });
    }
}

/* A pass as in mdct_c.c. */
struct mdct_pass {
    size_t groups, stride, step;
    const struct phasor *roots;
};

KERNEL struct four half_turned4(struct four z, struct phasor by)
{
    return by.s == 0 ? halved4(z) : turned4(z, same_turn(by), 31);
}

static void mdct_radix4(const struct mdct_pass *pass, const struct parts *x, struct parts *y)
{
    size_t quarter = pass->groups * pass->stride, stride = pass->stride;

    for (size_t p = 0; p < pass->groups; p++) {
        const struct phasor *roots = pass->roots;
        struct phasor w1 = roots[p * pass->step], w2 = roots[2 * p * pass->step],
                      w3 = roots[3 * p * pass->step];

        for (size_t q = 0; q < stride; q += MDCT_LANES) {
            size_t to = 4 * p * stride + q;
            struct four sums[4];

            butterfly4(x, p * stride + q, quarter, sums);
            store_four(y, to, halved4(sums[0]));
            store_four(y, to + stride, half_turned4(sums[1], w1));
            store_four(y, to + 2 * stride, half_turned4(sums[2], w2));
            store_four(y, to + 3 * stride, half_turned4(sums[3], w3));
        }
    }
}

static void mdct_radix2(const struct mdct_pass *pass, const struct parts *x, struct parts *y)
{
    size_t half = pass->groups * pass->stride, stride = pass->stride;

    for (size_t p = 0; p < pass->groups; p++)
        for (size_t q = 0; q < stride; q += MDCT_LANES) {
            struct four a = load_four(x, p * stride + q), b = load_four(x, p * stride + q + half);
            size_t to = 2 * p * stride + q;

            store_four(y, to, halved4(plus4(a, b)));
            store_four(y, to + stride, half_turned4(minus4(a, b), pass->roots[p * pass->step]));
        }
}

KERNEL struct four weighted4(struct four a, int32_t by, struct four b, int32_t by2)
{
    __m256i first = set64(by), second = set64(by2);

    return (struct four){ add64(times34(split34(a.re), first), times34(split34(b.re), second)),
                          add64(times34(split34(a.im), first), times34(split34(b.im), second)) };
}

KERNEL struct four narrowed4(struct four z)
{
    return (struct four){ rounded64(z.re, 31), rounded64(z.im, 31) };
}

static void mdct_radix5(const struct parts *x, struct parts *y, size_t stride)
{
    const struct phasor *w = mdct_fifths;

    for (size_t q = 0; q < stride; q += MDCT_LANES) {
        struct four x0 = load_four(x, q), x1 = load_four(x, q + stride),
                    x2 = load_four(x, q + 2 * stride), x3 = load_four(x, q + 3 * stride),
                    x4 = load_four(x, q + 4 * stride);
        struct four sum1 = plus4(x1, x4), sum2 = plus4(x2, x3), difference1 = minus4(x1, x4),
                    difference2 = minus4(x2, x3);
        struct four first = { _mm256_slli_epi64(x0.re, 30), _mm256_slli_epi64(x0.im, 30) };
        struct four real1 = plus4(weighted4(sum1, w[0].c, sum2, w[1].c), first),
                    real2 = plus4(weighted4(sum1, w[1].c, sum2, w[0].c), first),
                    turn1 = weighted4(difference1, w[0].s, difference2, w[1].s),
                    turn2 = weighted4(difference1, w[1].s, difference2, -w[0].s);

        store_four(y, q, halved4(plus4(x0, plus4(sum1, sum2))));
        store_four(y, q + stride, narrowed4(minus_i4(real1, turn1)));
        store_four(y, q + 2 * stride, narrowed4(minus_i4(real2, turn2)));
        store_four(y, q + 3 * stride, narrowed4(plus_i4(real2, turn2)));
        store_four(y, q + 4 * stride, narrowed4(plus_i4(real1, turn1)));
    }
}

/* Returns which of the two has the result. */
static struct parts *mdct_fft(const struct mdct_plan *plan, struct parts *x, struct parts *y)
{
    struct mdct_pass pass = { 0, 4, 0, plan->roots };
    unsigned left = plan->n / 8u;
    struct parts *swap;

    mdct_first(x, y, left, plan->circle / (plan->n / 2u), plan->roots);
    for (; left > 1; swap = x, x = y, y = swap) {
        unsigned radix = left % 4 == 0 ? 4 : left % 2 == 0 ? 2 : 5;

        pass.groups = left / radix;
        pass.step = plan->circle / left;
        if (radix == 4)
            mdct_radix4(&pass, y, x);
        else if (radix == 2)
            mdct_radix2(&pass, y, x);
        else
            mdct_radix5(y, x, pass.stride);
        left /= radix;
        pass.stride *= radix;
    }
    return y;
}

/* Saturates to 32 bits, in the low half of each lane. */
KERNEL __m256i saturated64(__m256i x)
{
    __m256i most = set64(INT32_MAX), least = set64(INT32_MIN);

    x = _mm256_blendv_epi8(x, most, _mm256_cmpgt_epi64(x, most));
    return _mm256_blendv_epi8(x, least, _mm256_cmpgt_epi64(least, x));
}

KERNEL __m256i negated64(__m256i x) { return sub64(_mm256_setzero_si256(), x); }

/* The bits that differ from a value's sign, and bit 0 if a value is not 0. */
static uint32_t mdct_any(const int32_t *x, unsigned n)
{
    __m256i any = _mm256_setzero_si256(), some = any;
    uint32_t bits[8], nonzero[8];

    for (unsigned k = 0; k < n; k += 8) {
        __m256i now = load_ints(x + k);

        some = _mm256_or_si256(some, now);
        any = _mm256_or_si256(any, _mm256_xor_si256(now, _mm256_srai_epi32(now, 31)));
    }
    _mm256_storeu_si256((__m256i_u *)(void *)bits, any);
    _mm256_storeu_si256((__m256i_u *)(void *)nonzero, some);
    for (int i = 1; i < 8; i++) {
        bits[0] |= bits[i];
        nonzero[0] |= nonzero[i];
    }
    return bits[0] | (nonzero[0] != 0);
}

/* mdct_up */
static int mdct_norm(const int32_t *x, unsigned n)
{
    __m256i energy = _mm256_setzero_si256();
    uint32_t any = mdct_any(x, n);
    uint64_t energies[4];

    for (unsigned k = 0; k < n; k += 8) {
        __m256i now = _mm256_sra_epi32(load_ints(x + k), _mm_cvtsi32_si128(mdct_drop(any)));
        __m256i odd = _mm256_srli_epi64(now, 32);

        energy = add64(energy, add64(_mm256_mul_epi32(now, now), _mm256_mul_epi32(odd, odd)));
    }
    _mm256_storeu_si256((__m256i_u *)(void *)energies, energy);
    return mdct_up_of(any, energies[0] + energies[1] + energies[2] + energies[3]);
}

static void mdct_dct4(const int32_t *x, int32_t *y, unsigned n, int shift)
{
    const struct mdct_plan *plan = mdct_plan(n);
    int up = mdct_norm(x, n), down = 30 + up + shift - plan->passes;
    struct parts t[2], *z;
    size_t half = n / 2;

    if (up == MDCT_SILENCE) {
        memset(y, 0, n * sizeof *y);
        return;
    }
    for (size_t k = 0; k < half; k += MDCT_LANES) {
        struct turn by = turn_of(load_ints(plan->twist + k));
        __m256i a = load_ints(x + 2 * k);
        __m256i b = reversed64(_mm256_srli_epi64(load_ints(x + n - 8 - 2 * k), 32));
        __m256i re = add64(_mm256_mul_epi32(a, by.c), _mm256_mul_epi32(b, by.s));
        __m256i im = sub64(_mm256_mul_epi32(b, by.c), _mm256_mul_epi32(a, by.s));

        store_four(&t[0], k, (struct four){ rounded64(re, 30 - up), rounded64(im, 30 - up) });
    }
    z = mdct_fft(plan, &t[0], &t[1]);
    for (size_t m = 0; m < half; m += MDCT_LANES) {
        struct turn by = turn_of(load_ints(plan->twist + m));
        struct four out = turned4(load_four(z, m), by, down);

        out = (struct four){ saturated64(out.re), saturated64(negated64(out.im)) };
        store_four(z, m, out);
    }
    for (size_t m = 0; m < half; m += MDCT_LANES) {
        __m256i odd = reversed64(load64(z->im + half - MDCT_LANES - m));
        __m256i both = _mm256_blend_epi32(load64(z->re + m), _mm256_slli_epi64(odd, 32), 0xAA);

        _mm256_storeu_si256((__m256i_u *)(void *)(y + 2 * m), both);
    }
}

/* Four values of 32 bits, in the low halves of the lanes, and back. */
KERNEL __m256i widened(const int32_t *x) { return _mm256_cvtepi32_epi64(load128(x)); }
KERNEL __m128i packed64(__m256i x)
{
    __m256i low = _mm256_permutevar8x32_epi32(x, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));

    return _mm256_castsi256_si128(low);
}

static void mdct_overlap(const int32_t *z, const int32_t *last, const int32_t *window, int32_t *out,
                         unsigned n)
{
    for (size_t i = 0; i < n / 2; i += MDCT_LANES) {
        __m256i a = widened(z + n / 2 + i), b = reversed64(widened(last + n / 2 - 4 - i));
        __m256i rise = widened(window + i), fall = reversed64(widened(window + n - 4 - i));
        __m256i first = sub64(_mm256_mul_epi32(a, rise), _mm256_mul_epi32(b, fall));
        __m256i second = add64(_mm256_mul_epi32(a, fall), _mm256_mul_epi32(b, rise));

        store128(out + i, packed64(saturated64(rounded64(first, 30))));
        second = saturated64(rounded64(negated64(second), 30));
        store128(out + n - 4 - i, packed64(reversed64(second)));
    }
}

/* Four samples, widened to 64 bits. */
KERNEL __m256i widened16(const int16_t *x)
{
    return _mm256_cvtepi16_epi64(_mm_loadl_epi64((const __m128i_u *)(const void *)x));
}

static void mdct_fold(const int16_t *last, const int16_t *now, const int32_t *window, int32_t *z,
                      unsigned n)
{
    for (size_t i = 0; i < n / 2; i += MDCT_LANES) {
        size_t mirrored = n - 4 - i;
        __m256i rise = widened(window + i), fall = reversed64(widened(window + mirrored));
        __m256i a = widened16(last + i), b = reversed64(widened16(last + mirrored));
        __m256i c = widened16(now + i), d = reversed64(widened16(now + mirrored));
        __m256i first = sub64(_mm256_mul_epi32(a, rise), _mm256_mul_epi32(b, fall));
        __m256i second = add64(_mm256_mul_epi32(c, fall), _mm256_mul_epi32(d, rise));

        first = rounded64(first, 30 - MDCT_FOLD_Q);
        second = rounded64(negated64(second), 30 - MDCT_FOLD_Q);
        store128(z + n / 2 + i, packed64(first));
        store128(z + n / 2 - 4 - i, packed64(reversed64(second)));
    }
}
