/* What both bands share: the adaptation of clause 6.2, the same in the coder and in the decoder. */
#ifndef OMNIACM_G722_BAND_H
#define OMNIACM_G722_BAND_H

#include "compiler.h"
#include "fixed.h"
#include "g722.h"
#include "tables.h"

/* What follows is INLINED: a band's state stays in registers only where all of this is part of the
 * loop. */

/* LIMIT: 15 bits. */
static inline int32_t limit(int32_t x) { return clamp(x, -16384, 16383); }

/* LOGSCL and SCALEL, LOGSCH and SCALEH. `shift` is 8 or 10, and a step at most 4096 x 4. */
static INLINED void adapt_step(struct band *band, int32_t move, int32_t most, int32_t shift)
{
    int32_t nb = clamp(band->nb + (-band->nb >> 7) + move, 0, most);

    band->nb = nb;
    band->det = g722_antilog[nb >> 6 & 31] * 2 >> (shift + 1 - (nb >> 11)) << 2;
}

/* UPPOL2 and UPPOL1. p0 is the new sign, 0 or -1. A leak of 2^-7 is mult(a, 32512). */
static INLINED void adapt_poles(struct band *band, int32_t p0)
{
    int32_t unlike1 = p0 ^ band->p1, unlike2 = p0 ^ band->p2,
            wd2 = negate_if(~unlike1, saturate(band->a1 * 4)), a2, most;

    wd2 = (wd2 > 32767 ? 32767 : wd2) >> 7;
    a2 = clamp(wd2 + negate_if(unlike2, 128) + band->a2 + (-band->a2 >> 7), -12288, 12288);
    most = 15360 - a2;
    band->a1 = clamp(negate_if(unlike1, 192) + band->a1 + (-band->a1 >> 8), -most, most);
    band->a2 = a2;
}

/* UPZERO: a coefficient cannot leave 16 bits, for 32767 leaks to 32639, and -32768 to -32640.
 * `step` is 0 where d0 is. */
static inline int32_t adapt_zero(int32_t b, int32_t d, int32_t d0, int32_t step)
{
    return b + negate_if((d ^ d0) >> 31, step) + (-b >> 8);
}

/* FILTEZ adds from the oldest to the newest and saturates each time. A term has at most its
 * difference's magnitude, so that while those add up to 15 bits no sum saturates and their order is
 * free. The newest, d[0], takes another way than the rest, of which compilers make vectors: a
 * vector cannot be loaded soon after one of its elements was stored. */
static INLINED int32_t estimate_zeros(struct band *band, const int16_t *d)
{
    static const int32_t used[LANES] = { -1, -1, -1, -1, -1, 0, 0, 0 };
    int32_t sz = 0, newest = band->b1 * d[0] >> 15;

    band->sum += (d[0] < 0 ? -d[0] : d[0]) - (d[ORDER] < 0 ? -d[ORDER] : d[ORDER]);
    if (band->sum <= 32767) {
        for (int i = 0; i < LANES; i++)
            sz += band->b[i] * d[i + 1] >> 15 & used[i];
        return sz + newest;
    }
    for (int i = ORDER - 2; i >= 0; i--)
        sz = saturate(sz + (band->b[i] * d[i + 1] >> 15));
    return saturate(sz + newest);
}

/* PARREC to PREDIC. d0 takes its place before the past ones: doubled, which cannot saturate, for it
 * has at most 10228. */
static INLINED void adapt_band(struct band *band, int32_t d0, int16_t *past)
{
    int32_t step = d0 ? 128 : 0, p0 = (band->sz + d0) >> 31,
            r0 = saturate(saturate(band->s + d0) * 2), r1 = band->r1;

    band->b1 = adapt_zero(band->b1, past[0], d0, step);
    for (int i = 0; i < LANES; i++) {
        int16_t unlike = (int16_t)((past[i + 1] ^ (int16_t)d0) >> 15);

        band->b[i] =
            (int16_t)(band->b[i] + (((int16_t)step ^ unlike) - unlike) + (-band->b[i] >> 8));
    }
    past[-1] = (int16_t)(d0 * 2);
    band->sz = estimate_zeros(band, past - 1);
    adapt_poles(band, p0);
    band->r1 = r0;
    band->p2 = band->p1;
    band->p1 = p0;
    band->s = saturate(saturate((band->a1 * r0 >> 15) + (band->a2 * r1 >> 15)) + band->sz);
}

static INLINED void adapt_low(struct band *band, unsigned code4, int16_t *past)
{
    int32_t d = band->det * g722_inverse_4[code4] >> 15;

    adapt_step(band, g722_low_moves[code4], 18432, 8);
    adapt_band(band, d, past);
}

/* The reconstructed signal, before LIMIT. */
static INLINED int32_t adapt_high(struct band *band, unsigned code, int16_t *past)
{
    int32_t d = band->det * g722_inverse_2[code] >> 15, r = saturate(band->s + d);

    adapt_step(band, g722_high_moves[code], 22528, 10);
    adapt_band(band, d, past);
    return r;
}

#endif
