/* The adaptive predictor and the detector of tones and transitions: clauses 4.2.6 to 4.2.8. */
#ifndef OMNIACM_G726_PREDICTOR_H
#define OMNIACM_G726_PREDICTOR_H

#include "compiler.h"
#include "fixed.h"
#include "g726.h"

/* What follows is INLINED: the state stays in registers only where all of this is part of the loop.
 */

static inline int32_t low16(int32_t x) { return (int16_t)(uint16_t)x; }

/* FLOATA and FLOATB, of a magnitude of 15 bits. */
static inline struct floating to_float(int32_t magnitude, int32_t exponent, int32_t sign)
{
    return (struct floating){ (int16_t)sign, (uint8_t)(magnitude ? magnitude << 6 >> exponent : 32),
                              (uint8_t)exponent };
}

static inline int32_t bit_length(uint32_t x) { return 31 - __builtin_clz(x << 1 | 1); }

/* FMULT. A coefficient's magnitude has 13 bits: the low two of 16 are dropped, and -32768 becomes
 * 0. The product of the mantissas, 8 bits when rounded, moves by at most 13 + 15 places. */
static inline int32_t fmult(int32_t coefficient, struct floating x)
{
    int32_t sign = coefficient >> 31, an = coefficient >> 2;
    uint32_t magnitude = (uint32_t)((an ^ sign) - sign) & 8191;
    uint32_t doubled = magnitude ? magnitude << 1 : 1;
    int32_t exponent = 31 - __builtin_clz(doubled);
    uint32_t mantissa = doubled << 5 >> exponent;
    uint32_t product =
        ((x.mantissa * mantissa + 48) >> 4 << 9 >> (28 - exponent - x.exponent)) & 32767;

    sign ^= x.sign;
    return ((int32_t)product ^ sign) - sign;
}

/* A window through which past differences go downwards, so that none need move. */
enum { WINDOW = 64 };
struct window {
    uint16_t doubled[WINDOW + PAST], power[WINDOW + PAST];
    int16_t sign[WINDOW + PAST];
};

/* FMULT for the coefficients after the first, without a shift by a variable, so that compilers make
 * vectors of it. With a coefficient's magnitude cut to its six highest bits, doubled (`cut`, 1 for
 * zero), the mantissas' product is cut x doubled / 4 in units of 2^(t - 12), where t is the sum of
 * the exponents; the rounding's 48 is 3 x 2^(t - 8), and what FMULT cuts off lies below 2^(t - 8).
 * All of it is done x 4, in `grain` = 2^(t - 6): at most 2^30 + 3 x 2^22. ACCUM: 16 bits of the sum
 * count. */
static INLINED int32_t estimate_later_zeros(const int16_t b[LANES], const struct window *past,
                                            size_t at)
{
    static const int32_t used[LANES] = { -1, -1, -1, -1, -1, 0, 0, 0 };
    int32_t sum = 0;

    for (int i = 0; i < LANES; i++) {
        int16_t an = (int16_t)(b[i] >> 2);
        uint16_t magnitude = (uint16_t)((an < 0 ? -an : an) & 8191), ones = magnitude;
        uint16_t cut;
        uint32_t grain, product;
        int32_t sign = (int16_t)(past->sign[at + 1 + (size_t)i] ^ b[i]) >> 15, value;

        ones = (uint16_t)(ones | ones >> 1);
        ones = (uint16_t)(ones | ones >> 2);
        ones = (uint16_t)(ones | ones >> 4);
        ones = (uint16_t)(ones | ones >> 8);
        cut = (uint16_t)(2 * (magnitude & ~(ones >> 6)) + (magnitude == 0));
        grain = (uint32_t)(uint16_t)(ones + 1) * past->power[at + 1 + (size_t)i] >> 6;
        product = (uint32_t)cut * past->doubled[at + 1 + (size_t)i] + 3 * grain;
        value = (int32_t)((product & (0 - grain)) >> 13 & 32767);
        sum += ((value ^ sign) - sign) & used[i];
    }
    return sum;
}

static INLINED int32_t estimate_poles(const struct adpcm *s)
{
    return fmult(s->a[0], s->sr[0]) + fmult(s->a[1], s->sr[1]);
}

/* UPA2, LIMC, UPA1 and LIMD. pk0: the sign of dq + sez, 0 or -1; `any`: -1, or 0 where that sum is
 * zero. */
static INLINED void adapt_poles(struct adpcm *s, int32_t pk0, int32_t any)
{
    int32_t pks1 = pk0 ^ s->pk[0], pks2 = pk0 ^ s->pk[1], a1 = s->a[0], a2 = s->a[1];
    int32_t fa1 = clamp(a1, -8191, 8191) * 4, uga2 = negate_if(pks2, 16384) - negate_if(pks1, fa1),
            limit;

    a2 = clamp(a2 + (uga2 >> 7 & any) - (a2 >> 7), -12288, 12288);
    limit = 15360 - a2;
    s->a[0] = clamp(a1 + (negate_if(pks1, 192) & any) - (a1 >> 8), -limit, limit);
    s->a[1] = a2;
}

/* XOR and UPB. `step` is 128, or 0 for a difference of zero. At 40 kbit/s a coefficient can pass 16
 * bits, and wraps. */
static inline int32_t adapt_zero(int32_t b, int32_t unlike, int32_t step, int32_t leak)
{
    return low16(b + negate_if(unlike, step) - (b >> leak));
}

static INLINED void adapt_zeros(struct adpcm *s, const struct window *past, size_t at, int32_t sign,
                                int32_t step)
{
    int32_t leak = s->rate->leak;

    s->b0 = (int16_t)adapt_zero(s->b0, past->sign[at] ^ sign, step, leak);
    for (int i = 0; i < LANES; i++) {
        int16_t unlike = (int16_t)(past->sign[at + 1 + (size_t)i] ^ sign);

        s->b[i] =
            (int16_t)(uint16_t)(s->b[i] + (((int16_t)step ^ unlike) - unlike) - (s->b[i] >> leak));
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
