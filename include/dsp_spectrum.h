/* The loops of an encoder over the coefficients of an MDCT. */
#ifndef OMNIACM_DSP_SPECTRUM_H
#define OMNIACM_DSP_SPECTRUM_H

#include <stdint.h>

enum {
    SPECTRUM_MASK = 32,  /* coefficients in an element of a mask */
    SPECTRUM_LSP = 5,    /* every second one of ten */
    SPECTRUM_POINTS = 32 /* at which curves of LSPs are compared */
};

struct dsp_spectrum {
    /* The halves of the sums and of the differences of two channels, rounded down, and the sums of
     * the magnitudes of left, right, middle and side, each divided by 16. Coefficients are below
     * 2^30; n is a multiple of 8, and at most 2048. The sums wrap around. */
    void (*mid_side)(const int32_t *left, const int32_t *right, int32_t *middle, int32_t *side,
                     unsigned n, uint32_t sums[4]);

    /* The sum of squares, which wraps around. */
    uint64_t (*energy)(const int32_t *x, unsigned n);

    /* y[i] = |x[i]| factors[i] / 2^shift, rounded down and at most 65535. x is above INT32_MIN;
     * `shift` is 0 to 63. */
    void (*scale)(const int32_t *x, const uint32_t *factors, unsigned shift, uint16_t *y,
                  unsigned n);

    /* The product of end[i], Q30, and the distances of w[i] to five LSPs, each divided by 4: y,
     * Q30, rounded down after each product. w and the LSPs have Q28, -2 to 2. n is a multiple of 8.
     */
    void (*distances)(const int32_t *w, const int32_t *end, const int32_t lsp[SPECTRUM_LSP],
                      int32_t *y, unsigned n);

    /* Sets the bits of the elements of y that are at least `least`, which is not 0, from bit 0 of
     * the first mask on, and clears the others. n is a multiple of SPECTRUM_MASK. */
    void (*above)(const uint16_t *y, unsigned n, uint16_t least, uint32_t *mask);

    /* With p = a + added and q = b, logarithms in Q8: the variance of a quarter of the difference
     * between the target and half the logarithm of 2^2p + 2^2q, times SPECTRUM_POINTS^2. */
    int64_t (*lsp_error)(const int16_t *a, const int16_t *added, const int16_t *b,
                         const int16_t *target);
};

extern const struct dsp_spectrum dsp_spectrum_c;

#endif
