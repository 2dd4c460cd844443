/* The low-pass filter of the sample rate converter: a sinc in a Kaiser window. With u in frames of
 * the lower rate,
 *
 *     h(u) = cut sin(pi cut u) / (pi cut u) I0(beta sqrt(1 - (2u / length)^2)) / I0(beta)
 *
 *     quality   length   beta   cut
 *     0             32    7     0.90
 *     1             64    9.5   0.93
 *     2            128    9.5   0.96
 *
 * where cut is relative to half the lower rate, and h is 0 beyond length / 2. filter_table.h has
 * its right half as cubics in u, FILTER_PIECES per frame, which agree with h at the Chebyshev nodes
 * of their intervals and differ from it by less than 2^-19. */
#ifndef OMNIACM_RESAMPLE_FILTER_H
#define OMNIACM_RESAMPLE_FILTER_H

#include <stdint.h>

enum { FILTER_PIECES = 8 };

/* The coefficients of c0 + c1 f + c2 f^2 + c3 f^3, Q30, with f from 0 to 1 within an interval. */
typedef int32_t filter_piece[4];

/* Frames of the lower rate. */
unsigned filter_length(unsigned quality);

struct filter {
    unsigned quality;
    uint32_t taps;   /* a multiple of 16 */
    uint32_t phases; /* per input frame */
    uint64_t step;   /* intervals of the table per input frame, Q32: at most FILTER_PIECES */
};

/* Computes the coefficients for an output that is phase / phases frames, 0 to 1, after input frame
 * taps / 2 - 1. Coefficients have Q22: `row` gets the upper 16 bits of each, then the signed lower
 * 8 bits of each. The sum of their magnitudes is below 2.8. */
void filter_row(const struct filter *, uint32_t phase, int16_t *row);

#endif
