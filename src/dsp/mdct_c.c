/* The reference of the transforms.
 *
 * The DCT-IV is an FFT of half its length: with the angle a[k] = pi/n (k + 1/8),
 *
 *     t[k] = (x[2k] + i x[n - 1 - 2k]) exp(-i a[k])
 *     z[2m] - i z[n - 1 - 2m] = exp(-i a[m]) sum of t[k] exp(-2 pi i k m / (n/2)).
 *
 * The FFT is that of Stockham, which reads one array, writes another, and ends in natural order.
 * Every pass is halved. Those of radix 4 are orthogonal then, and the others shrink, so no value is
 * ever greater than the norm of the input. Values have 32 bits and a sign, and sums up to 33, in
 * 64-bit variables; products with Q30 fit 63 bits. Each pass rounds once. */
#include <string.h>
#include "dsp_c.h"
#include "fixed.h"
#include "mdct_tables.h"

struct complex64 {
    int64_t re, im;
};

static int64_t rounded(int64_t x, int shift) { return (x + ((int64_t)1 << (shift - 1))) >> shift; }

/* z exp(-i a), divided by 2^shift. */
static struct complex64 turned(struct complex64 z, struct phasor by, int shift)
{
    return (struct complex64){ rounded(z.re * by.c + z.im * by.s, shift),
                               rounded(z.im * by.c - z.re * by.s, shift) };
}

static struct complex64 plus(struct complex64 a, struct complex64 b)
{
    return (struct complex64){ a.re + b.re, a.im + b.im };
}

static struct complex64 minus(struct complex64 a, struct complex64 b)
{
    return (struct complex64){ a.re - b.re, a.im - b.im };
}

/* a - i b */
static struct complex64 minus_i(struct complex64 a, struct complex64 b)
{
    return (struct complex64){ a.re + b.im, a.im - b.re };
}

static struct complex64 plus_i(struct complex64 a, struct complex64 b)
{
    return (struct complex64){ a.re - b.im, a.im + b.re };
}

/* Halves go to the even neighbor, because the passes would add up a bias. */
static struct complex64 halved(struct complex64 z)
{
    return (struct complex64){ (z.re + (z.re >> 1 & 1)) >> 1, (z.im + (z.im >> 1 & 1)) >> 1 };
}

/* A product of Q30 and its half. */
static struct complex64 narrowed(struct complex64 z)
{
    return (struct complex64){ rounded(z.re, 31), rounded(z.im, 31) };
}

static struct complex64 half_turned(struct complex64 z, struct phasor by)
{
    return by.s == 0 ? halved(z) : turned(z, by, 31);
}

/* A pass: `groups` butterflies for each of `stride` interleaved transforms. `roots` has the angle
 * of the transform's length in steps of `step`. */
struct pass {
    unsigned groups, stride, step;
    const struct phasor *roots;
};

static void radix4(const struct pass *pass, const struct complex64 *x, struct complex64 *y)
{
    size_t quarter = (size_t)pass->groups * pass->stride, stride = pass->stride;

    for (unsigned p = 0; p < pass->groups; p++) {
        struct phasor w1 = pass->roots[p * pass->step], w2 = pass->roots[2 * p * pass->step],
                      w3 = pass->roots[3 * p * pass->step];

        for (size_t q = 0; q < stride; q++, x++) {
            struct complex64 *to = y + 4 * p * stride + q;
            struct complex64 even = plus(x[0], x[2 * quarter]), odd = minus(x[0], x[2 * quarter]),
                             even2 = plus(x[quarter], x[3 * quarter]),
                             odd2 = minus(x[quarter], x[3 * quarter]);

            to[0] = halved(plus(even, even2));
            to[stride] = half_turned(minus_i(odd, odd2), w1);
            to[2 * stride] = half_turned(minus(even, even2), w2);
            to[3 * stride] = half_turned(plus_i(odd, odd2), w3);
        }
    }
}

static void radix2(const struct pass *pass, const struct complex64 *x, struct complex64 *y)
{
    size_t half = (size_t)pass->groups * pass->stride, stride = pass->stride;

    for (unsigned p = 0; p < pass->groups; p++)
        for (size_t q = 0; q < stride; q++, x++) {
            struct complex64 *to = y + 2 * p * stride + q;

            to[0] = halved(plus(x[0], x[half]));
            to[stride] = half_turned(minus(x[0], x[half]), pass->roots[p * pass->step]);
        }
}

/* The sum of first and products with one component of two phasors, Q30. */
static struct complex64 weighted(struct complex64 a, int32_t by, struct complex64 b, int32_t by2)
{
    return (struct complex64){ a.re * by + b.re * by2, a.im * by + b.im * by2 };
}

/* Always the last pass: there are no roots. */
static void radix5(const struct complex64 *x, struct complex64 *y, size_t stride)
{
    const struct phasor *w = mdct_fifths;

    for (size_t q = 0; q < stride; q++, x++, y++) {
        const struct complex64 x1 = x[stride], x2 = x[2 * stride], x3 = x[3 * stride],
                               x4 = x[4 * stride];
        struct complex64 sum1 = plus(x1, x4), sum2 = plus(x2, x3);
        struct complex64 first = { x[0].re * (1 << 30), x[0].im * (1 << 30) };
        struct complex64 real1 = weighted(sum1, w[0].c, sum2, w[1].c),
                         real2 = weighted(sum1, w[1].c, sum2, w[0].c);
        struct complex64 turn1 = weighted(minus(x1, x4), w[0].s, minus(x2, x3), w[1].s),
                         turn2 = weighted(minus(x1, x4), w[1].s, minus(x2, x3), -w[0].s);

        real1 = plus(real1, first);
        real2 = plus(real2, first);
        y[0] = halved(plus(x[0], plus(sum1, sum2)));
        y[stride] = narrowed(minus_i(real1, turn1));
        y[2 * stride] = narrowed(minus_i(real2, turn2));
        y[3 * stride] = narrowed(plus_i(real2, turn2));
        y[4 * stride] = narrowed(plus_i(real1, turn1));
    }
}

/* Returns which of the two has the result. */
static const struct complex64 *fft(const struct mdct_plan *plan, struct complex64 *x,
                                   struct complex64 *y)
{
    struct pass pass = { 0, 1, 0, plan->roots };

    for (unsigned left = plan->n / 2u; left > 1;) {
        unsigned radix = left % 4 == 0 ? 4 : left % 2 == 0 ? 2 : 5;
        struct complex64 *swap = x;

        pass.groups = left / radix;
        pass.step = plan->circle / left;
        if (radix == 4)
            radix4(&pass, x, y);
        else if (radix == 2)
            radix2(&pass, x, y);
        else
            radix5(x, y, pass.stride);
        x = y;
        y = swap;
        left /= radix;
        pass.stride *= radix;
    }
    return x;
}

static void dct4(const int32_t *x, int32_t *y, unsigned n, int shift)
{
    const struct mdct_plan *plan = mdct_plan(n);
    int up = mdct_up(x, n), down = 30 + up + shift - plan->passes;
    struct complex64 t[2][MDCT_MOST / 2];
    const struct complex64 *z;
    unsigned half = n / 2;

    if (up == MDCT_SILENCE || half < MDCT_LEAST / 2) {
        memset(y, 0, n * sizeof *y);
        return;
    }
    for (unsigned k = 0; k < half; k++)
        t[0][k] = turned((struct complex64){ x[2 * k], x[n - 1 - 2 * k] }, plan->twist[k], 30 - up);
    z = fft(plan, t[0], t[1]);
    for (unsigned m = 0; m < half; m++) {
        struct complex64 now = turned(z[m], plan->twist[m], down);

        y[2 * m] = L_saturate(now.re);
        y[n - 1 - 2 * m] = L_saturate(-now.im);
    }
}

static void overlap(const int32_t *z, const int32_t *last, const int32_t *window, int32_t *out,
                    unsigned n)
{
    for (unsigned i = 0; i < n / 2; i++) {
        int64_t a = z[n / 2 + i], b = last[n / 2 - 1 - i];
        int64_t rise = window[i], fall = window[n - 1 - i];

        out[i] = L_saturate(rounded(a * rise - b * fall, 30));
        out[n - 1 - i] = L_saturate(rounded(-a * fall - b * rise, 30));
    }
}

static void fold(const int16_t *last, const int16_t *now, const int32_t *window, int32_t *z,
                 unsigned n)
{
    for (unsigned i = 0; i < n / 2; i++) {
        int64_t rise = window[i], fall = window[n - 1 - i];
        int64_t first = last[i] * rise - last[n - 1 - i] * fall;
        int64_t second = -now[i] * fall - now[n - 1 - i] * rise;

        z[n / 2 + i] = (int32_t)rounded(first, 30 - MDCT_FOLD_Q);
        z[n / 2 - 1 - i] = (int32_t)rounded(second, 30 - MDCT_FOLD_Q);
    }
}

const struct dsp_mdct dsp_mdct_c = { dct4, dct4_32_c, overlap, fold };
