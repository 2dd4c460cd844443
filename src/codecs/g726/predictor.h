/* The adaptive predictor, and the tone and transition detectors: clauses 4.2.6 to 4.2.8. */
#ifndef OMNIACM_G726_PREDICTOR_H
#define OMNIACM_G726_PREDICTOR_H

#include "compiler.h"
#include "fixed.h"
#include "g726.h"

/* Everything below is INLINED: the state stays in registers only if the loop over the samples
 * contains all of it. */

/* wrap16 in a form that GCC compiles to fewer instructions. */
static inline int32_t g726_low16(int32_t x) { return (int16_t)(uint16_t)x; }

/* FLOATA and FLOATB. The magnitude has 15 bits. */
static inline struct g726_float g726_to_float(int32_t magnitude, int32_t exponent, int32_t sign)
{
    return (struct g726_float){ sign, magnitude ? magnitude << 6 >> exponent : 32, exponent };
}

static inline int32_t g726_bit_length(uint32_t x) { return g726_log2(x << 1 | 1); }

/* FMULT. The magnitude of a coefficient has 13 bits: the lowest two of its 16 are dropped, and
 * -32768 becomes 0. The product of the mantissas has 8 bits after rounding, and the exponents shift
 * it by at most 13 + 15. */
static inline int32_t g726_fmult(int32_t coefficient, struct g726_float x)
{
    int32_t sign = coefficient >> 31, an = coefficient >> 2;
    uint32_t magnitude = (uint32_t)((an ^ sign) - sign) & 8191;
    uint32_t doubled = magnitude ? magnitude << 1 : 1;
    int32_t exponent = g726_log2(doubled);
    uint32_t mantissa = doubled << 5 >> exponent;
    uint32_t product =
        (((uint32_t)x.mantissa * mantissa + 48) >> 4 << 9 >> (28 - exponent - x.exponent)) & 32767;

    sign ^= x.sign;
    return ((int32_t)product ^ sign) - sign;
}

/* The past differences while a chunk of samples is converted. Each new one is stored below the
 * previous ones, so that none has to be moved. */
enum { G726_WINDOW = 64 };
struct g726_window {
    uint16_t doubled[G726_WINDOW + G726_PAST], power[G726_WINDOW + G726_PAST];
    int16_t sign[G726_WINDOW + G726_PAST];
};

/* FMULT for the coefficients after the first, without shifts by a variable, so that compilers can
 * vectorize it. `cut` is the magnitude of a coefficient reduced to its six highest bits, doubled,
 * or 1 for zero. With t the sum of the exponents, the product of the mantissas is cut * doubled / 4
 * in units of 2^(t - 12), the 48 added for rounding is 3 * 2^(t - 8), and FMULT discards everything
 * below 2^(t - 8). All of this is computed times 4, with `grain` = 2^(t - 6), and is at most
 * 2^30 + 3 * 2^22. ACCUM uses the low 16 bits of the sum. */
static INLINED int32_t g726_estimate_later_zeros(const int16_t b[G726_LANES],
                                                 const struct g726_window *past, size_t at)
{
    static const int32_t used[G726_LANES] = { -1, -1, -1, -1, -1, 0, 0, 0 };
    int32_t sum = 0;

    for (int i = 0; i < G726_LANES; i++) {
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

static INLINED int32_t g726_estimate_poles(const struct g726_coder *s)
{
    return g726_fmult(s->a[0], s->sr[0]) + g726_fmult(s->a[1], s->sr[1]);
}

/* UPA2, LIMC, UPA1 and LIMD. Both values of each pole are computed, before the sign of dq + sez is
 * known. That sum is seldom zero. */
static INLINED void g726_adapt_poles(struct g726_coder *s, int32_t dqsez)
{
    int32_t a1 = s->a[0] - (s->a[0] >> 8), a2 = s->a[1] - (s->a[1] >> 7);
    int32_t fa1 = clamp(s->a[0], -8191, 8191) * 4, uga1 = negate_if(s->pk[0], 192);
    int32_t uga2 = negate_if(s->pk[1], 16384) - negate_if(s->pk[0], fa1);

    if (__builtin_expect(dqsez != 0, 1)) {
        a1 += negate_if(dqsez >> 31, uga1);
        a2 += uga2 >> 7 ^ ((uga2 >> 7 ^ -uga2 >> 7) & dqsez >> 31);
    }
    a2 = seldom_limited(a2, 12288);
    s->a[0] = seldom_limited(a1, 15360 - a2);
    s->a[1] = a2;
}

/* Adapts the poles, and appends the reconstructed sample to those that they multiply. */
static INLINED void g726_append_sample(struct g726_coder *s, int32_t sr, int32_t dqsez)
{
    int32_t magnitude = negate_if(sr >> 31, sr) & 32767;

    g726_adapt_poles(s, dqsez);
    s->sr[1] = s->sr[0];
    s->sr[0] = g726_to_float(magnitude, g726_bit_length((uint32_t)magnitude), sr >> 31);
    s->pk[1] = s->pk[0];
    s->pk[0] = dqsez >> 31;
    s->td = s->a[1] < -11776;
}

/* XOR and UPB. `step` is 128, or 0 for a difference of zero. At 40 kbit/s a coefficient can exceed
 * 16 bits; it then wraps. */
static inline int32_t g726_adapt_zero(int32_t b, int32_t unlike, int32_t step, int32_t leak)
{
    return g726_low16(b + negate_if(unlike, step) - (b >> leak));
}

static INLINED void g726_adapt_zeros(struct g726_coder *s, const struct g726_window *past,
                                     size_t at, int32_t sign, int32_t step)
{
    int32_t leak = s->rate->leak;

    s->b0 = (int16_t)g726_adapt_zero(s->b0, past->sign[at] ^ sign, step, leak);
    for (int i = 0; i < G726_LANES; i++) {
        int16_t unlike = (int16_t)(past->sign[at + 1 + (size_t)i] ^ sign);

        s->b[i] =
            (int16_t)(uint16_t)(s->b[i] + (((int16_t)step ^ unlike) - unlike) - (s->b[i] >> leak));
    }
}

/* TRANS: 1 if a tone is present and the difference exceeds a threshold. Tones are rare and last
 * long, so that the branch is predicted. */
static inline int32_t g726_is_transition(const struct g726_coder *s, int32_t magnitude)
{
    int32_t fraction = s->yl >> 10 & 31, whole = s->yl >> 15, thr2;

    if (__builtin_expect(!s->td, 1))
        return 0;
    thr2 = whole > 9 ? 31 << 10 : (32 + fraction) << whole;
    return magnitude > (thr2 + (thr2 >> 1)) >> 1;
}

/* LIMO of Annex A saturates to 14 bits; the result has 16 again. */
static inline int16_t g726_limit_output(int32_t sr) { return (int16_t)(saturate(sr * 4) & ~3); }

#endif
