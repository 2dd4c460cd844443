/* Tables of the DCT-IV. */
#ifndef OMNIACM_DSP_MDCT_TABLES_H
#define OMNIACM_DSP_MDCT_TABLES_H

#include <stdint.h>

/* cos(a) and sin(a), Q30. */
struct phasor {
    int32_t c, s;
};

/* The DCT-IV of n values by an FFT of n/2 complex values. */
struct mdct_plan {
    uint16_t n;
    uint16_t passes;            /* of radix 4, 2 and 5, in this order, each halved */
    uint16_t circle;            /* a multiple of n/2 */
    const struct phasor *twist; /* a = pi/n (k + 1/8), k < n/2 */
    const struct phasor *roots; /* a = 2 pi k / circle, k < 3/4 circle */
};

/* The plan of n coefficients, one of the lengths of dsp_mdct.h. */
const struct mdct_plan *mdct_plan(unsigned n);

/* The shift to the left that brings the norm of x just below 2^MDCT_NORM_BITS: at most
 * MDCT_UP_MOST, negative for loud input, and MDCT_SILENCE if x is all 0. */
enum { MDCT_NORM_BITS = 32, MDCT_UP_MOST = 20, MDCT_SILENCE };
int mdct_up(const int32_t *x, unsigned n);

/* Its parts. `any` has all bits that differ from a value's sign, and bit 0 if a value is not 0. The
 * squares of values divided by 2^mdct_drop, which keeps 25 bits of the largest one, add up to 64
 * bits. Rounding adds less than 1/512 to the norm. */
int mdct_drop(uint32_t any);
int mdct_up_of(uint32_t any, uint64_t energy);

/* The shift for values of 32 bits, which brings the norm below 2^MDCT_32_NORM_BITS, as far as `any`
 * tells. */
enum { MDCT_32_NORM_BITS = 29 };
int mdct_up_32(uint32_t any, unsigned n);

/* cos and sin of 2 pi / 5 and 4 pi / 5. */
extern const struct phasor mdct_fifths[2];

#endif
