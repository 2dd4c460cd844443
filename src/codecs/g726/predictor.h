/* The adaptive predictor and the detector of tones and transitions: clauses 4.2.6 to 4.2.8. */
#ifndef OMNIACM_G726_PREDICTOR_H
#define OMNIACM_G726_PREDICTOR_H

#include "g726.h"

static inline int32_t low16(int32_t x)
{
    return (int16_t)(uint16_t)x;
}

/* FLOATA and FLOATB, of a magnitude of 15 bits. */
static inline struct floating to_float(int32_t magnitude, int32_t exponent, int32_t sign)
{
    return (struct floating){ (uint8_t)(magnitude ? magnitude << 6 >> exponent : 32), (uint8_t)exponent, (int16_t)sign };
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
static inline int32_t estimate_zeros(const struct adpcm *s)
{
    int32_t sum = 0;

    for (int i = 0; i < ZEROS; i++)
        sum += fmult(s->b[i], s->dq[i]);
    return sum;
}

static inline int32_t estimate_poles(const struct adpcm *s)
{
    return fmult(s->a[0], s->sr[0]) + fmult(s->a[1], s->sr[1]);
}

/* UPA2, LIMC, UPA1 and LIMD. pk0: the sign of dq + sez, 0 or -1; `none`: the sum is zero. */
static inline void adapt_poles(struct adpcm *s, int32_t pk0, int32_t none)
{
    int32_t pks1 = pk0 ^ s->pk[0], pks2 = pk0 ^ s->pk[1], a1 = s->a[0], a2 = s->a[1];
    int32_t fa1 = (a1 < -8191 ? -8191 : a1 > 8191 ? 8191 : a1) * 4;
    int32_t uga2 = (16384 ^ pks2) - pks2 - ((fa1 ^ pks1) - pks1), limit;

    a2 += (none ? 0 : uga2 >> 7) - (a2 >> 7);
    a2 = a2 < -12288 ? -12288 : a2 > 12288 ? 12288 : a2;
    a1 += (none ? 0 : (192 ^ pks1) - pks1) - (a1 >> 8);
    limit = 15360 - a2;
    s->a[0] = a1 < -limit ? -limit : a1 > limit ? limit : a1;
    s->a[1] = a2;
}

/* XOR and UPB. `signs`: bit i tells that dq[i] and the new one differ; `step` is 128, or 0 for a difference of zero. */
static inline void adapt_zeros(struct adpcm *s, uint32_t signs, int32_t step)
{
    for (int i = 0; i < ZEROS; i++) {
        int32_t un = -(int32_t)(signs >> i & 1);

        s->b[i] = (int16_t)low16(s->b[i] + ((step ^ un) - un) - (s->b[i] >> s->rate->leak));
    }
}

/* TRANS. */
static inline int32_t is_transition(const struct adpcm *s, int32_t magnitude)
{
    int32_t fraction = s->yl >> 10 & 31, whole = s->yl >> 15;
    int32_t thr2 = whole > 9 ? 31 << 10 : (32 + fraction) << whole;

    return s->td & (magnitude > (thr2 + (thr2 >> 1)) >> 1);
}

#endif
