/* The ITU's double-precision operators (oper_32b, dspfunc of G.729), with the ITU's names.
 *
 * The standard splits such a number into hi and lo, the upper 16 bits and the 15 below. Here it is
 * one int32_t whose lowest bit the multiplications ignore. Where the standard puts hi and lo
 * together again, `as_dpf` clears that bit. */
#ifndef OMNIACM_G729_OPER_32B_H
#define OMNIACM_G729_OPER_32B_H

#include "fixed.h"

static inline int32_t as_dpf(int32_t x) { return x & ~1; }
static inline int16_t dpf_lo(int32_t x) { return (int16_t)((x & 0xFFFF) >> 1); }

/* Q31 x Q31 -> Q31. Only the first product saturates, by 1, if both hi are -32768. */
static inline int32_t Mpy_32(int32_t a, int32_t b)
{
    int32_t a_hi = extract_h(a), b_hi = extract_h(b), a_lo = dpf_lo(a), b_lo = dpf_lo(b);
    int32_t half = a_hi * b_hi + (a_hi * b_lo >> 15) + (a_lo * b_hi >> 15);

    return (int32_t)((uint32_t)half * 2 - (uint32_t)(a_hi + b_hi == 2 * INT16_MIN));
}

/* Q31 x Q15 -> Q31 for n > -32768. Nothing saturates: |a / 2| |n| / 2^15 < 2^30. */
static inline int32_t Mpy_32_16(int32_t a, int16_t n)
{
    return (int32_t)(((int64_t)(a >> 1) * n) >> 15) * 2;
}

/* Q31 / Q31 -> Q31 for 0 <= num <= denom, denom normalized. */
int32_t Div_32(int32_t num, int32_t denom);

/* 2^(exponent + fraction) for exponents from 0 to 30 and a fraction >= 0 in Q15. */
int32_t Pow2(int exponent, int16_t fraction);

/* log2(x) in Q16, with the lowest bit 0; 0 for x <= 0. */
int32_t Log2(int32_t x);

/* x^-1/2 in Q30; 0x3FFFFFFF for x <= 0. */
int32_t Inv_sqrt(int32_t x);

#endif
