/* The quantizer and its scale factor: clauses 4.2.2 to 4.2.5. Values have the widths of the
 * standard and wrap where it says so. Masks that cannot change a value are left out. */
#ifndef OMNIACM_G726_SCALE_H
#define OMNIACM_G726_SCALE_H

#include "fixed.h"
#include "g726.h"

/* LOG, SUBTB and QUAN. d has 16 bits, so that its magnitude is at most 2^15. DLN counts from
 * G726_LOG_MIN, -128, which is also the 1 of the mantissa; below it are only differences of less
 * than the lowest level, and that of 0, whose logarithm therefore does not matter. In the encoder's
 * dependency chain, all of it takes 13 cycles at any rate; comparing with each of up to 15 levels
 * takes a cycle for each, and four instructions. */
static inline unsigned g726_quantize(const struct g726_rate *rate, int32_t d, int32_t y)
{
    uint32_t dqm = (uint32_t)(d < 0 ? -d : d);
    int32_t exponent = g726_log2(dqm | 1);
    int32_t dln = (int32_t)(dqm << 7 >> exponent) + (exponent * 128 - (y >> 2));

    dln = dln < 0 ? 0 : dln;
    if (__builtin_expect(dln >= G726_LOGS, 0))
        return rate->codes[d < 0][G726_LOGS - 1];
    return rate->codes[d < 0][dln];
}

/* ADDA and ANTILOG. Returns the magnitude of the quantized difference, which has 15 bits. A code
 * for 0 is frequent and cannot be predicted: there is no branch on it. Its DQL is from -1912 to
 * -768, so that the shift is valid. */
static inline int32_t g726_dequantize(const struct g726_rate *rate, unsigned code, int32_t y,
                                      int32_t *exponent)
{
    int32_t dql = rate->inverse[code] + (y >> 2), dex = dql >> 7 & 15, positive = ~(dql >> 31);

    *exponent = (dex + 1) & positive;
    return ((dql & 127) + 128) << 7 >> (14 - dex) & positive;
}

/* FUNCTW to FILTE. A multiple of 2^n is added after a shift by n. */
static inline void g726_adapt_scale(struct g726_coder *s, unsigned code)
{
    s->yu = clamp(s->y + (-s->y >> 5) + s->rate->scale[code], 544, 5120);
    s->yl += s->yu + (-s->yl >> 6);
}

/* FUNCTF to TRIGA. TDP is the tone detector after this sample, TR is 1 at a transition. */
static inline void g726_adapt_speed(struct g726_coder *s, unsigned code, int32_t tdp, int32_t tr)
{
    int32_t fi = s->rate->speed[code] * 16, difference, ax;

    s->dms += (-s->dms >> 5) + fi;
    s->dml += (-s->dml >> 7) + fi;
    difference = s->dms * 4 - s->dml;
    difference = difference < 0 ? -difference : difference;
    ax = (s->y < 1536) | (difference >= (s->dml >> 3)) | tdp;
    s->ap = tr ? 256 : s->ap + (-s->ap >> 4) + ax * 32;
}

/* LIMA and MIX. Returns y for the next sample. */
static inline int32_t g726_mix_scales(const struct g726_coder *s)
{
    int32_t al = s->ap >= 256 ? 64 : s->ap >> 2, yl = s->yl >> 6;

    return yl + (s->yu - yl) * al / 64;
}

#endif
