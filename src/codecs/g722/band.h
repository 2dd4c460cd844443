/* What both bands share: clause 6.2.1.3 and 6.2.1.4, the same in the coder and in the decoder. */
#ifndef OMNIACM_G722_BAND_H
#define OMNIACM_G722_BAND_H

#include "fixed.h"
#include "g722.h"
#include "tables.h"

static inline int32_t clamp(int32_t x, int32_t least, int32_t most)
{
    return x < least ? least : x > most ? most : x;
}

/* LIMIT: 15 bits. */
static inline int32_t limit(int32_t x)
{
    return clamp(x, -16384, 16383);
}

/* LOGSCL and SCALEL, LOGSCH and SCALEH. `shift` is 8 or 10, and a step at most 4096 x 4. */
static inline void adapt_step(struct band *band, int32_t move, int32_t most, int32_t shift)
{
    int32_t nb = clamp(band->nb + (-band->nb >> 7) + move, 0, most);

    band->nb = nb;
    band->det = g722_antilog[nb >> 6 & 31] * 2 >> (shift + 1 - (nb >> 11)) << 2;
}

/* UPPOL2 and UPPOL1. p0 is the new sign, 0 or -1. A leak of 2^-7 is mult(a, 32512). */
static inline void adapt_poles(struct band *band, int32_t p0)
{
    int32_t wd1 = saturate(band->a1 * 4), wd2, a2, most;

    wd2 = p0 == band->p1 ? -wd1 : wd1;
    wd2 = (wd2 > 32767 ? 32767 : wd2) >> 7;
    a2 = clamp(wd2 + (p0 == band->p2 ? 128 : -128) + band->a2 + (-band->a2 >> 7), -12288, 12288);
    most = 15360 - a2;
    band->a1 = clamp((p0 == band->p1 ? 192 : -192) + band->a1 + (-band->a1 >> 8), -most, most);
    band->a2 = a2;
}

/* UPZERO, DELAYA and FILTEZ, from the oldest to the newest. A coefficient cannot leave 16 bits: 32767 leaks to 32639, and
 * -32768 to -32640. A difference has at most 10228, so that doubled it does not saturate. */
static inline int32_t adapt_zeros(struct band *band, int32_t d)
{
    int32_t step = d == 0 ? 0 : 128, sz = 0;

    for (int i = ORDER - 1; i >= 0; i--) {
        int32_t unlike = (band->d[i] ^ d) >> 31;

        band->b[i] += ((step ^ unlike) - unlike) + (-band->b[i] >> 8);
        band->d[i] = i == 0 ? d * 2 : band->d[i - 1];
        sz = saturate(sz + (band->b[i] * band->d[i] >> 15));
    }
    return sz;
}

/* PARREC to PREDIC. */
static inline void adapt_band(struct band *band, int32_t d)
{
    int32_t p0 = (band->sz + d) >> 31, r0 = saturate(saturate(band->s + d) * 2), r1 = band->r1;

    band->sz = adapt_zeros(band, d);
    adapt_poles(band, p0);
    band->r1 = r0;
    band->p2 = band->p1;
    band->p1 = p0;
    band->s = saturate(saturate((band->a1 * r0 >> 15) + (band->a2 * r1 >> 15)) + band->sz);
}

static inline void adapt_low(struct band *band, unsigned code4)
{
    int32_t d = band->det * g722_inverse_4[code4] >> 15;

    adapt_step(band, g722_low_moves[code4], 18432, 8);
    adapt_band(band, d);
}

static inline int32_t adapt_high(struct band *band, unsigned code)
{
    int32_t d = band->det * g722_inverse_2[code] >> 15, r = saturate(band->s + d);

    adapt_step(band, g722_high_moves[code], 22528, 10);
    adapt_band(band, d);
    return r;
}

#endif
