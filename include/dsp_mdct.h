/* The transforms of the transform coders, in integers. All of them reduce to the DCT-IV: with
 *
 *     z[i] = sum of X[k] cos(pi/n (i + 1/2) (k + 1/2)), 0 <= i, k < n,
 *
 * the inverse MDCT of n coefficients, y[i] = sum of X[k] cos(pi/n (i + 1/2 + n/2) (k + 1/2)), is
 *
 *     z[n/2], ..., z[n - 1], -z[n - 1], ..., -z[0], -z[0], ..., -z[n/2 - 1].
 *
 * The MDCT of 2n samples is the DCT-IV of n values, in which samples are added where y repeats a
 * value of z. n, the number of coefficients, is 320 or a power of two from 128 to 2048. */
#ifndef OMNIACM_DSP_MDCT_H
#define OMNIACM_DSP_MDCT_H

#include <stdint.h>

enum {
    MDCT_LEAST = 128,
    MDCT_MOST = 2048,
    MDCT_FOLD_Q = 12 /* of folded samples */
};

struct dsp_mdct {
    /* y[i] = z[i] / 2^shift, rounded to nearest and saturated to 32 bits; x holds any values, and y
     * may be x. `shift` is -8 to 16.
     *
     * If x and y have f bits below a sample of 16 bits and the transform is scaled to be its own
     * inverse, the error is below 2^-9 of a sample's step, plus 2^-f / 2 for the rounding of y, as
     * long as the samples fit 16 bits. In general it is below 2^-29 of the norm of x, scaled as y
     * is. */
    void (*dct4)(const int32_t *x, int32_t *y, unsigned n, int shift);

    /* As `dct4`, with values of 32 bits, for encoders: n is a power of two, and y, which is not
     * saturated, has to fit 32 bits. The error is below 2^-20 of the norm of x, scaled as y is. */
    void (*dct4_32)(const int32_t *x, int32_t *y, unsigned n, int shift);

    /* Overlaps the DCT-IV of this block, z, with that of the last one: adds the second half of the
     * last inverse MDCT, which falls, to the first half of this one, which rises over n values:
     *
     *     out[i] = y[i] window[i] + last y[n + i] window[n - 1 - i]
     *
     * The window has Q30, 0 to 1. Rounded to nearest and saturated. n is a multiple of 16; `out`
     * does not overlap the others. Only z[n/2] to z[n - 1] and last[0] to last[n/2 - 1] are read.
     * So for a slope of n values between longer blocks, of which this one has m coefficients, z
     * points m - n values after the start of its DCT-IV, and `last` to the start of the other. */
    void (*overlap)(const int32_t *z, const int32_t *last, const int32_t *window, int32_t *out,
                    unsigned n);

    /* Windows two blocks of n samples and folds them to the n values whose DCT-IV is their MDCT:
     *
     *     z[n/2 + i]     =  last[i] window[i]        - last[n - 1 - i] window[n - 1 - i]
     *     z[n/2 - 1 - i] = -now[i] window[n - 1 - i] - now[n - 1 - i] window[i]
     *
     * The window has Q30, 0 to 1, and z MDCT_FOLD_Q, rounded to nearest. n is a multiple of 8. With
     * a window whose squares i and n - 1 - i add up to 1, 2/n times the DCT-IV of z is the input of
     * `dct4` for which `overlap` gives the samples back. */
    void (*fold)(const int16_t *last, const int16_t *now, const int32_t *window, int32_t *z,
                 unsigned n);
};

extern const struct dsp_mdct dsp_mdct_c;

#endif
