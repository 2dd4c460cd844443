/* Kernels of the speech coders, a table for each set of instructions: filters of the tenth order
 * and sums of products, all of them modulo 2^32. The standards' L_mac saturates at every step:
 * whether that is the same, the codec knows by a bound. Lengths are 16 and more. */
#ifndef OMNIACM_DSP_CELP_H
#define OMNIACM_DSP_CELP_H

#include <stdint.h>

enum { CELP_ORDER = 10, CELP_SUBFRAME = 64 }; /* the most that poles takes at once */

struct dsp_celp {
    /* sums[i] = the sum of a[j] x[i - j], j below 2 `pairs`. */
    void (*zeros)(const int16_t *x, const int16_t *a, int pairs, int32_t *sums, int n);

    /* out[i] = in[i] + the sum of a[j] y[i - 1 - j], and y[i] = out[i] / 2^shift, to the nearest;
     * out may be in. The greatest magnitude of y and of the ten samples before it: as long as it is
     * below 32767, no y was too large for its 16 bits. n is a multiple of 4. */
    int32_t (*poles)(const int32_t *in, const int16_t a[CELP_ORDER], int shift, int16_t *y,
                     int32_t *out, int n);

    /* sums[k] = the sum of a[i] b[i + k], for `count` k from 0 on. */
    void (*correlate)(const int16_t *a, const int16_t *b, int n, int32_t *sums, int count);
    int32_t (*dot)(const int16_t *a, const int16_t *b, int n);
    int64_t (*energy)(const int16_t *a, int n); /* of up to 2^15 samples; not modulo anything */
    int32_t (*peak)(const int16_t *a, int n);   /* the greatest magnitude */

    /* (in[i] + bias) / 2^shift, down and saturated; the sum is within 32 bits. */
    void (*narrow)(const int32_t *in, int32_t bias, int shift, int16_t *out, int n);

    /* (a[i] gains[i] + bias) / 2^shift and (a[i] gain_a + b[i] gain_b + bias) / 2^shift, down and
     * saturated; no sum is beyond 32 bits. `out` may be a or b. */
    void (*scale)(const int16_t *a, const int16_t *gains, int32_t bias, int shift, int16_t *out,
                  int n);
    void (*mix)(const int16_t *a, int16_t gain_a, const int16_t *b, int16_t gain_b, int32_t bias,
                int shift, int16_t *out, int n);
};

extern const struct dsp_celp dsp_celp_c;

#endif
