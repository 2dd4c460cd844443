/* The adaptive predictor and the detector of tones and transitions: clauses 4.2.6 to 4.2.8. */
#ifndef OMNIACM_G726_PREDICTOR_H
#define OMNIACM_G726_PREDICTOR_H

#include "g726.h"

/* The state stays in registers only where all of this is part of the loop. */
#define INLINED inline __attribute__((always_inline))

static inline int32_t clamp(int32_t x, int32_t least, int32_t most)
{
    return x < least ? least : x > most ? most : x;
}

static inline int32_t low16(int32_t x)
{
    return (int16_t)(uint16_t)x;
}

/* FLOATA and FLOATB, of a magnitude of 15 bits. */
static inline struct floating to_float(int32_t magnitude, int32_t exponent, int32_t sign)
{
    return (struct floating){ (int16_t)sign, (uint8_t)(magnitude ? magnitude << 6 >> exponent : 32), (uint8_t)exponent };
}

static inline int32_t bit_length(uint32_t x)
{
    return 31 - __builtin_clz(x << 1 | 1);
}

/* FMULT. A coefficient's magnitude has 13 bits: the low two of 16 are dropped, and -32768 becomes 0. The product of the
 * mantissas, 8 bits when rounded, moves by at most 13 + 15 places. */
static inline int32_t fmult(int32_t coefficient, struct floating x)
{
    int32_t sign = coefficient >> 31, an = coefficient >> 2;
    uint32_t magnitude = (uint32_t)((an ^ sign) - sign) & 8191;
    uint32_t doubled = magnitude ? magnitude << 1 : 1;
    int32_t exponent = 31 - __builtin_clz(doubled);
    uint32_t mantissa = doubled << 5 >> exponent;
    uint32_t product = ((x.mantissa * mantissa + 48) >> 4 << 9 >> (28 - exponent - x.exponent)) & 32767;

    sign ^= x.sign;
    return ((int32_t)product ^ sign) - sign;
}

/* ACCUM: sums of products, 16 bits wide, twice the estimates. */
static INLINED int32_t estimate_zeros(const struct adpcm *s, const struct floating *dq)
{
    return fmult(s->b[0], dq[0]) + fmult(s->b[1], dq[1]) + fmult(s->b[2], dq[2]) +
           fmult(s->b[3], dq[3]) + fmult(s->b[4], dq[4]) + fmult(s->b[5], dq[5]);
}

static INLINED int32_t estimate_poles(const struct adpcm *s)
{
    return fmult(s->a[0], s->sr[0]) + fmult(s->a[1], s->sr[1]);
}

/* x, or -x where the mask is -1 and not 0: signs are as likely as not, and a branch on one would mostly be mispredicted. */
static inline int32_t negate_if(int32_t mask, int32_t x)
{
    return (x ^ mask) - mask;
}

/* UPA2, LIMC, UPA1 and LIMD. pk0: the sign of dq + sez, 0 or -1; `any`: -1, or 0 where that sum is zero. */
static INLINED void adapt_poles(struct adpcm *s, int32_t pk0, int32_t any)
{
    int32_t pks1 = pk0 ^ s->pk[0], pks2 = pk0 ^ s->pk[1], a1 = s->a[0], a2 = s->a[1];
    int32_t fa1 = clamp(a1, -8191, 8191) * 4, uga2 = negate_if(pks2, 16384) - negate_if(pks1, fa1), limit;

    a2 = clamp(a2 + (uga2 >> 7 & any) - (a2 >> 7), -12288, 12288);
    limit = 15360 - a2;
    s->a[0] = clamp(a1 + (negate_if(pks1, 192) & any) - (a1 >> 8), -limit, limit);
    s->a[1] = a2;
}

/* XOR and UPB. `step` is 128, or 0 for a difference of zero. At 40 kbit/s a coefficient can pass 16 bits, and wraps. */
static inline int32_t adapt_zero(int32_t b, int32_t unlike, int32_t step, int32_t leak)
{
    return low16(b + negate_if(unlike, step) - (b >> leak));
}

static INLINED void adapt_zeros(struct adpcm *s, const struct floating *past, int32_t sign, int32_t step)
{
    int32_t leak = s->rate->leak;

    s->b[0] = adapt_zero(s->b[0], past[0].sign ^ sign, step, leak);
    s->b[1] = adapt_zero(s->b[1], past[1].sign ^ sign, step, leak);
    s->b[2] = adapt_zero(s->b[2], past[2].sign ^ sign, step, leak);
    s->b[3] = adapt_zero(s->b[3], past[3].sign ^ sign, step, leak);
    s->b[4] = adapt_zero(s->b[4], past[4].sign ^ sign, step, leak);
    s->b[5] = adapt_zero(s->b[5], past[5].sign ^ sign, step, leak);
}

/* TRANS. */
static inline int32_t is_transition(const struct adpcm *s, int32_t magnitude)
{
    int32_t fraction = s->yl >> 10 & 31, whole = s->yl >> 15;
    int32_t thr2 = whole > 9 ? 31 << 10 : (32 + fraction) << whole;

    return s->td & (magnitude > (thr2 + (thr2 >> 1)) >> 1);
}

#endif
