/* The reference of the DCT-IV in 32 bits: mdct_c.c with fewer bits, so that all values and their
 * sums fit. */
#include <string.h>
#include "dsp_c.h"
#include "mdct_tables.h"

struct complex32 {
    int32_t re, im;
};

static int32_t rounded(int64_t x, int shift)
{
    return (int32_t)((x + ((int64_t)1 << (shift - 1))) >> shift);
}

/* z exp(-i a), divided by 2^(shift - 30). */
static struct complex32 turned(struct complex32 z, struct phasor by, int shift)
{
    return (struct complex32){ rounded((int64_t)z.re * by.c + (int64_t)z.im * by.s, shift),
                               rounded((int64_t)z.im * by.c - (int64_t)z.re * by.s, shift) };
}

static struct complex32 plus(struct complex32 a, struct complex32 b)
{
    return (struct complex32){ a.re + b.re, a.im + b.im };
}

static struct complex32 minus(struct complex32 a, struct complex32 b)
{
    return (struct complex32){ a.re - b.re, a.im - b.im };
}

/* -i z */
static struct complex32 turned_back(struct complex32 z)
{
    return (struct complex32){ z.im, -z.re };
}

static struct complex32 halved(struct complex32 z)
{
    return (struct complex32){ (z.re + 1) >> 1, (z.im + 1) >> 1 };
}

/* A pass of the FFT: `groups` butterflies for each of `stride` interleaved transforms. */
static void radix4(const struct phasor *roots, unsigned step, unsigned groups, unsigned stride,
                   const struct complex32 *x, struct complex32 *y)
{
    unsigned quarter = groups * stride;

    for (unsigned p = 0; p < groups; p++)
        for (unsigned q = 0; q < stride; q++, x++) {
            struct complex32 *to = y + 4 * p * stride + q;
            struct complex32 even = plus(x[0], x[2 * quarter]), odd = minus(x[0], x[2 * quarter]),
                             even2 = plus(x[quarter], x[3 * quarter]),
                             odd2 = turned_back(minus(x[quarter], x[3 * quarter]));

            to[0] = halved(plus(even, even2));
            to[stride] = turned(plus(odd, odd2), roots[p * step], 31);
            to[2 * stride] = turned(minus(even, even2), roots[2 * p * step], 31);
            to[3 * stride] = turned(minus(odd, odd2), roots[3 * p * step], 31);
        }
}

static void radix2(unsigned half, const struct complex32 *x, struct complex32 *y)
{
    for (unsigned q = 0; q < half; q++) {
        y[q] = halved(plus(x[q], x[q + half]));
        y[q + half] = halved(minus(x[q], x[q + half]));
    }
}

/* Returns which of the two has the result. */
static const struct complex32 *fft(const struct mdct_plan *plan, struct complex32 *x,
                                   struct complex32 *y)
{
    unsigned half = plan->n / 2u;

    for (unsigned left = half; left > 1;) {
        struct complex32 *swap = x;

        if (left % 4 == 0)
            radix4(plan->roots, plan->circle / left, left / 4, half / left, x, y);
        else
            radix2(half / 2, x, y);
        left /= left % 4 == 0 ? 4 : 2;
        x = y;
        y = swap;
    }
    return x;
}

void dct4_32_c(const int32_t *x, int32_t *y, unsigned n, int shift)
{
    const struct mdct_plan *plan = mdct_plan(n);
    struct complex32 t[2][MDCT_MOST / 2];
    const struct complex32 *z;
    uint32_t any = 0;
    int up;

    for (unsigned k = 0; k < n; k++)
        any |= (uint32_t)(x[k] ^ x[k] >> 31) | (uint32_t)(x[k] != 0);
    up = mdct_up_32(any, n);

    if (up == MDCT_SILENCE || n < MDCT_LEAST) {
        memset(y, 0, n * sizeof *y);
        return;
    }
    for (unsigned k = 0; k < n / 2; k++)
        t[0][k] = turned((struct complex32){ x[2 * k], x[n - 1 - 2 * k] }, plan->twist[k], 30 - up);
    z = fft(plan, t[0], t[1]);
    for (unsigned m = 0; m < n / 2; m++) {
        struct complex32 now = turned(z[m], plan->twist[m], 30 + up + shift - plan->passes);

        y[2 * m] = now.re;
        y[n - 1 - 2 * m] = -now.im;
    }
}
