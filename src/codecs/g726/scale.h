/* The quantizer and its scale factor: clauses 4.2.2 to 4.2.5. Widths and wraps are those of the
 * standard; where it masks a value that its own bounds already hold, the bound is given instead. */
#ifndef OMNIACM_G726_SCALE_H
#define OMNIACM_G726_SCALE_H

#include "g726.h"

static inline int32_t log2_floor(uint32_t x) { return 31 - __builtin_clz(x); }

/* LOG, SUBTB and QUAN. d is 16-bit two's complement; its magnitude fits 15 bits or is 2^15. */
static inline unsigned quantize(const struct rate *rate, int32_t d, int32_t y)
{
    uint32_t dqm = (uint32_t)(d < 0 ? -d : d);
    int32_t exponent = log2_floor(dqm | 1);
    int32_t dl = exponent * 128 + (int32_t)((dqm << 7 >> exponent) & 127), dln = dl - (y >> 2);
    unsigned magnitude = 0, ones = (1u << rate->bits) - 1;

    for (unsigned i = 0; i < 1u << (rate->bits - 1); i++)
        magnitude += dln >= rate->levels[i];
    /* All zeros is never sent, but at 16 kbit/s, whose four codes are all in use. */
    return d < 0 || (magnitude == 0 && rate->bits != 2) ? ones - magnitude : magnitude;
}

/* ADDA and ANTILOG: the magnitude of the quantized difference, 15 bits. */
static inline int32_t dequantize(const struct rate *rate, unsigned code, int32_t y,
                                 int32_t *exponent)
{
    int32_t dql = rate->inverse[code] + (y >> 2), dex = dql >> 7 & 15;

    *exponent = dql < 0 ? 0 : dex + 1;
    return dql < 0 ? 0 : ((dql & 127) + 128) << 7 >> (14 - dex);
}

/* FUNCTW to FILTE. */
static inline void adapt_scale(struct adpcm *s, unsigned code)
{
    int32_t yu = s->y + ((s->rate->scale[code] * 32 - s->y) >> 5);

    s->yu = yu < 544 ? 544 : yu > 5120 ? 5120 : yu;
    s->yl += s->yu + (-s->yl >> 6);
}

/* FUNCTF to TRIGA: TDP is td after this sample, TR whether a transition was found. */
static inline void adapt_speed(struct adpcm *s, unsigned code, int32_t tdp, int32_t tr)
{
    int32_t fi = s->rate->speed[code], difference, ax;

    s->dms += ((fi << 9) - s->dms) >> 5;
    s->dml += ((fi << 11) - s->dml) >> 7;
    difference = s->dms * 4 - s->dml;
    difference = difference < 0 ? -difference : difference;
    ax = (s->y < 1536) | (difference >= (s->dml >> 3)) | tdp;
    s->ap = tr ? 256 : s->ap + (((ax << 9) - s->ap) >> 4);
}

/* LIMA and MIX: the next sample's y. */
static inline int32_t mixed_scale(const struct adpcm *s)
{
    int32_t al = s->ap >= 256 ? 64 : s->ap >> 2, yl = s->yl >> 6;

    return yl + (s->yu - yl) * al / 64;
}

#endif
