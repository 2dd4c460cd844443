/* The DCT-IV in 32 bits, with eight values per register; mdct32_c.c explains it. The real and the
 * imaginary parts are in arrays of their own.
 *
 * Parameter: VECTOR_BYTES, which must be 32, as in mdct.tmpl.h. */
#include "mdct.tmpl.h"

enum { EIGHT = 8 };

struct eight {
    __m256i re, im;
};
/* Phasors for the even and for the odd lanes, with the cosine or the sine in the low half. */
struct turns {
    struct turn even, odd;
};
struct parts32 {
    int32_t re[MDCT_MOST / 2], im[MDCT_MOST / 2];
};

KERNEL void store_ints(void *to, __m256i x) { _mm256_storeu_si256((__m256i_u *)to, x); }
KERNEL __m256i high_halves(__m256i x) { return _mm256_srli_epi64(x, 32); }
KERNEL __m256i plus32(__m256i a, __m256i b) { return _mm256_add_epi32(a, b); }
KERNEL __m256i minus32(__m256i a, __m256i b) { return _mm256_sub_epi32(a, b); }

KERNEL struct eight load_eight(const struct parts32 *x, size_t at)
{
    return (struct eight){ load_ints(x->re + at), load_ints(x->im + at) };
}

KERNEL void store_eight(struct parts32 *to, size_t at, struct eight x)
{
    store_ints(to->re + at, x.re);
    store_ints(to->im + at, x.im);
}

KERNEL struct eight plus8(struct eight a, struct eight b)
{
    return (struct eight){ plus32(a.re, b.re), plus32(a.im, b.im) };
}

KERNEL struct eight minus8(struct eight a, struct eight b)
{
    return (struct eight){ minus32(a.re, b.re), minus32(a.im, b.im) };
}

KERNEL __m256i halved32(__m256i x) { return _mm256_srai_epi32(plus32(x, _mm256_set1_epi32(1)), 1); }

KERNEL struct eight halved8(struct eight z)
{
    return (struct eight){ halved32(z.re), halved32(z.im) };
}

/* Sums of 64 bits, divided by 2^shift and rounded to 32 bits. Up to a shift of 32, these are bits
 * of the sums. */
KERNEL __m256i narrowed8(__m256i even, __m256i odd, int shift)
{
    if (shift > 32) {
        even = rounded64(even, shift);
        odd = rounded64(odd, shift);
    } else {
        __m256i half = set64((int64_t)1 << (shift - 1));
        __m128i count = _mm_cvtsi32_si128(shift);

        even = _mm256_srl_epi64(add64(even, half), count);
        odd = _mm256_srl_epi64(add64(odd, half), count);
    }
    return _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
}

KERNEL struct eight turned8(struct eight z, const struct turns *by, int shift)
{
    __m256i re = high_halves(z.re), im = high_halves(z.im);
    __m256i even_re = add64(_mm256_mul_epi32(z.re, by->even.c), _mm256_mul_epi32(z.im, by->even.s));
    __m256i even_im = sub64(_mm256_mul_epi32(z.im, by->even.c), _mm256_mul_epi32(z.re, by->even.s));
    __m256i odd_re = add64(_mm256_mul_epi32(re, by->odd.c), _mm256_mul_epi32(im, by->odd.s));
    __m256i odd_im = sub64(_mm256_mul_epi32(im, by->odd.c), _mm256_mul_epi32(re, by->odd.s));

    return (struct eight){ narrowed8(even_re, odd_re, shift), narrowed8(even_im, odd_im, shift) };
}

/* Eight phasors that are neighbors. */
KERNEL struct turns turns_of(const struct phasor *by)
{
    __m256i a = load_ints(by), b = load_ints(by + 4);
    __m256i even = _mm256_permute4x64_epi64(_mm256_unpacklo_epi64(a, b), 0xD8);
    __m256i odd = _mm256_permute4x64_epi64(_mm256_unpackhi_epi64(a, b), 0xD8);

    return (struct turns){ turn_of(even), turn_of(odd) };
}

/* Eight phasors, `step` apart. */
KERNEL struct turns turns_apart(const struct phasor *by, unsigned step)
{
    return (struct turns){ turns_at(by, 2 * step), turns_at(by + step, 2 * step) };
}

/* One phasor for four lanes, and another one for the others. */
KERNEL struct turns turns_of_two(struct phasor low, struct phasor high)
{
    struct turn by = { _mm256_setr_epi64x(low.c, low.c, high.c, high.c),
                       _mm256_setr_epi64x(low.s, low.s, high.s, high.s) };

    return (struct turns){ by, by };
}

/* The four sums of a butterfly before they are turned. */
KERNEL void butterfly8(const struct parts32 *x, size_t at, size_t quarter, struct eight sums[4])
{
    struct eight a = load_eight(x, at), b = load_eight(x, at + quarter),
                 c = load_eight(x, at + 2 * quarter), d = load_eight(x, at + 3 * quarter);
    struct eight even = plus8(a, c), odd = minus8(a, c), even2 = plus8(b, d), odd2 = minus8(b, d);
    struct eight back = { odd2.im, minus32(_mm256_setzero_si256(), odd2.re) };

    sums[0] = plus8(even, even2);
    sums[1] = plus8(odd, back);
    sums[2] = minus8(even, even2);
    sums[3] = minus8(odd, back);
}

/* Four registers with a lane for each butterfly; stored as four values of each butterfly. */
KERNEL void store_butterflies(const __m256i r[4], int32_t *to)
{
    __m256i a = _mm256_unpacklo_epi32(r[0], r[1]), b = _mm256_unpackhi_epi32(r[0], r[1]);
    __m256i c = _mm256_unpacklo_epi32(r[2], r[3]), d = _mm256_unpackhi_epi32(r[2], r[3]);
    __m256i p = _mm256_unpacklo_epi64(a, c), q = _mm256_unpackhi_epi64(a, c),
            s = _mm256_unpacklo_epi64(b, d), t = _mm256_unpackhi_epi64(b, d);

    store_ints(to, _mm256_permute2x128_si256(p, q, 0x20));
    store_ints(to + 8, _mm256_permute2x128_si256(s, t, 0x20));
    store_ints(to + 16, _mm256_permute2x128_si256(p, q, 0x31));
    store_ints(to + 24, _mm256_permute2x128_si256(s, t, 0x31));
}

/* The first pass, in which neighbors are different butterflies. */
static void mdct32_first(const struct parts32 *x, struct parts32 *y, size_t quarter, unsigned step,
                         const struct phasor *roots)
{
    for (size_t p = 0; p < quarter; p += EIGHT) {
        __m256i re[4], im[4];
        struct eight sums[4];

        butterfly8(x, p, quarter, sums);
        sums[0] = halved8(sums[0]);
        for (unsigned k = 1; k < 4; k++) {
            struct turns by = turns_apart(roots + k * p * step, k * step);

            sums[k] = turned8(sums[k], &by, 31);
        }
        for (unsigned k = 0; k < 4; k++) {
            re[k] = sums[k].re;
            im[k] = sums[k].im;
        }
        store_butterflies(re, y->re + 4 * p);
        store_butterflies(im, y->im + 4 * p);
    }
}

/* The second pass, in which four neighbors have the same phasor. */
static void mdct32_second(const struct parts32 *x, struct parts32 *y, size_t groups, unsigned step,
                          const struct phasor *roots)
{
    for (size_t p = 0; p < groups; p += 2) {
        struct eight sums[4];

        butterfly8(x, 4 * p, 4 * groups, sums);
        sums[0] = halved8(sums[0]);
        for (unsigned k = 1; k < 4; k++) {
            struct turns by = turns_of_two(roots[k * p * step], roots[k * (p + 1) * step]);

            sums[k] = turned8(sums[k], &by, 31);
        }
        for (unsigned k = 0; k < 4; k++) {
            store_halves((vec32)sums[k].re, y->re + 16 * p + 4 * k, y->re + 16 * p + 4 * k + 16);
            store_halves((vec32)sums[k].im, y->im + 16 * p + 4 * k, y->im + 16 * p + 4 * k + 16);
        }
    }
}

/* A pass as in mdct_c.c, from a stride of 16 on. */
static void mdct32_radix4(const struct mdct_pass *pass, const struct parts32 *x, struct parts32 *y)
{
    size_t quarter = pass->groups * pass->stride, stride = pass->stride;

    for (size_t p = 0; p < pass->groups; p++) {
        struct turns by[4];

        for (size_t k = 1; k < 4; k++) {
            struct phasor w = pass->roots[k * p * pass->step];

            by[k] = turns_of_two(w, w);
        }
        for (size_t q = 0; q < stride; q += EIGHT) {
            struct eight sums[4];

            butterfly8(x, p * stride + q, quarter, sums);
            store_eight(y, 4 * p * stride + q, halved8(sums[0]));
            for (size_t k = 1; k < 4; k++)
                store_eight(y, (4 * p + k) * stride + q,
                            p == 0 ? halved8(sums[k]) : turned8(sums[k], &by[k], 31));
        }
    }
}

static void mdct32_radix2(size_t half, const struct parts32 *x, struct parts32 *y)
{
    for (size_t q = 0; q < half; q += EIGHT) {
        struct eight a = load_eight(x, q), b = load_eight(x, q + half);

        store_eight(y, q, halved8(plus8(a, b)));
        store_eight(y, q + half, halved8(minus8(a, b)));
    }
}

/* Returns which of the two has the result. */
static struct parts32 *mdct32_fft(const struct mdct_plan *plan, struct parts32 *x,
                                  struct parts32 *y)
{
    unsigned half = plan->n / 2u, left = half / 16;
    struct mdct_pass pass = { 0, 16, 0, plan->roots };
    struct parts32 *swap;

    mdct32_first(x, y, half / 4, plan->circle / half, plan->roots);
    mdct32_second(y, x, half / 16, plan->circle / (half / 4), plan->roots);
    for (; left > 1; swap = x, x = y, y = swap) {
        unsigned radix = left % 4 == 0 ? 4 : 2;

        pass.groups = left / radix;
        pass.step = plan->circle / left;
        if (radix == 4)
            mdct32_radix4(&pass, x, y);
        else
            mdct32_radix2(half / 2, x, y);
        left /= radix;
        pass.stride *= radix;
    }
    return x;
}

KERNEL __m256i reversed32(__m256i x)
{
    return _mm256_permutevar8x32_epi32(x, _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0));
}

/* The even, or the odd, ones of sixteen values. */
KERNEL __m256i evens(__m256i a, __m256i b)
{
    __m256 both = _mm256_shuffle_ps((__m256)a, (__m256)b, 0x88);

    return _mm256_permute4x64_epi64((__m256i)both, 0xD8);
}

KERNEL __m256i odds(__m256i a, __m256i b) { return evens(high_halves(a), high_halves(b)); }

static void mdct_dct4_32(const int32_t *x, int32_t *y, unsigned n, int shift)
{
    const struct mdct_plan *plan = mdct_plan(n);
    int up = mdct_up_32(mdct_any(x, n), n), down;
    struct parts32 t[2], *z;
    size_t half = n / 2;

    if (up == MDCT_SILENCE) {
        memset(y, 0, n * sizeof *y);
        return;
    }
    down = 30 + up + shift - plan->passes;
    for (size_t k = 0; k < half; k += EIGHT) {
        struct turns by = turns_of(plan->twist + k);
        __m256i re = evens(load_ints(x + 2 * k), load_ints(x + 2 * k + 8));
        __m256i im = odds(load_ints(x + n - 16 - 2 * k), load_ints(x + n - 8 - 2 * k));

        store_eight(&t[0], k, turned8((struct eight){ re, reversed32(im) }, &by, 30 - up));
    }
    z = mdct32_fft(plan, &t[0], &t[1]);
    for (size_t m = 0; m < half; m += EIGHT) {
        struct turns by = turns_of(plan->twist + m);

        store_eight(z, m, turned8(load_eight(z, m), &by, down));
    }
    for (size_t m = 0; m < half; m += EIGHT) {
        __m256i im = reversed32(load_ints(z->im + half - EIGHT - m));
        __m256i re = load_ints(z->re + m);
        __m256i low, high;

        im = minus32(_mm256_setzero_si256(), im);
        low = _mm256_unpacklo_epi32(re, im);
        high = _mm256_unpackhi_epi32(re, im);
        store_ints(y + 2 * m, _mm256_permute2x128_si256(low, high, 0x20));
        store_ints(y + 2 * m + 8, _mm256_permute2x128_si256(low, high, 0x31));
    }
}

static const struct dsp_mdct mdct_kernels = { mdct_dct4, mdct_dct4_32, mdct_overlap, mdct_fold };
