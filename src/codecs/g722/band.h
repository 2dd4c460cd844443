/* The adaptation of clause 6.2, which the two bands, and the encoder and the decoder, share. */
#ifndef OMNIACM_G722_BAND_H
#define OMNIACM_G722_BAND_H

#include "compiler.h"
#include "fixed.h"
#include "g722.h"
#include "tables.h"

/* Everything below is INLINED: a band's state stays in registers only if the loop over the samples
 * contains all of it. */

/* LIMIT: saturates to 15 bits. */
static inline int32_t g722_limit(int32_t x) { return seldom_clamped(x, -16384, 16383); }

/* LOGSCL and SCALEL, or LOGSCH and SCALEH. `shift` is 8 in the low band and 10 in the high band.
 * det is at most 4096 * 4. */
static INLINED void g722_adapt_step(struct g722_band *band, int32_t increment, int32_t max,
                                    int32_t shift)
{
    int32_t nb = seldom_clamped(band->nb + (-band->nb >> 7) + increment, 0, max);

    band->nb = nb;
    band->det = g722_antilog[nb >> 6 & 31] * 2 >> (shift + 1 - (nb >> 11)) << 2;
}

/* UPPOL2 and UPPOL1. p0 is the new sign, 0 or -1. Adding -a >> 7 equals mult(a, 32512). */
static INLINED void g722_adapt_poles(struct g722_band *band, int32_t p0)
{
    int32_t unlike1 = p0 ^ band->p1, unlike2 = p0 ^ band->p2,
            wd2 = negate_if(~unlike1, seldom_saturated(band->a1 * 4)), a2, max_a1;

    wd2 = min_i32(wd2, 32767) >> 7;
    a2 = seldom_clamped(wd2 + negate_if(unlike2, 128) + band->a2 + (-band->a2 >> 7), -12288, 12288);
    max_a1 = 15360 - a2;
    band->a1 =
        seldom_clamped(negate_if(unlike1, 192) + band->a1 + (-band->a1 >> 8), -max_a1, max_a1);
    band->a2 = a2;
}

/* UPZERO. A coefficient cannot exceed 16 bits: the leak takes 32767 to 32639 and -32768 to -32640
 * before 128 is added or subtracted. `step` is 128, or 0 if d0 is 0. */
static inline int32_t g722_adapt_zero(int32_t b, int32_t d, int32_t d0, int32_t step)
{
    return b + negate_if((d ^ d0) >> 31, step) + (-b >> 8);
}

/* FILTEZ adds the terms from the oldest to the newest and saturates every sum. A term is at most as
 * large as its difference, so that no sum saturates, and the order is free, as long as the
 * magnitudes of the differences add up to no more than 15 bits. The newest difference, d[0], is
 * handled apart from the others, which compilers vectorize: loading a vector stalls if one of its
 * elements has just been stored. */
static INLINED int32_t g722_estimate_zeros(struct g722_band *band, const int16_t *d)
{
    static const int32_t used[G722_LANES] = { -1, -1, -1, -1, -1, 0, 0, 0 };
    int32_t sz = 0, newest = band->b1 * d[0] >> 15;

    band->sum += (d[0] < 0 ? -d[0] : d[0]) - (d[G722_ORDER] < 0 ? -d[G722_ORDER] : d[G722_ORDER]);
    if (band->sum <= 32767) {
        for (int i = 0; i < G722_LANES; i++)
            sz += band->b[i] * d[i + 1] >> 15 & used[i];
        return sz + newest;
    }
    for (int i = G722_ORDER - 2; i >= 0; i--)
        sz = saturate(sz + (band->b[i] * d[i + 1] >> 15));
    return seldom_saturated(sz + newest);
}

/* PARREC to PREDIC. d0 is stored before the past differences, doubled. Doubling cannot saturate
 * because |d0| <= 10228. */
static INLINED void g722_adapt_band(struct g722_band *band, int32_t d0, int16_t *past)
{
    int32_t step = d0 ? 128 : 0, p0 = (band->sz + d0) >> 31,
            r0 = seldom_saturated(seldom_saturated(band->s + d0) * 2), r1 = band->r1;

    band->b1 = g722_adapt_zero(band->b1, past[0], d0, step);
    for (int i = 0; i < G722_LANES; i++) {
        int16_t unlike = (int16_t)((past[i + 1] ^ (int16_t)d0) >> 15);

        band->b[i] =
            (int16_t)(band->b[i] + (((int16_t)step ^ unlike) - unlike) + (-band->b[i] >> 8));
    }
    past[-1] = (int16_t)(d0 * 2);
    band->sz = g722_estimate_zeros(band, past - 1);
    g722_adapt_poles(band, p0);
    band->r1 = r0;
    band->p2 = band->p1;
    band->p1 = p0;
    band->s = seldom_saturated(seldom_saturated((band->a1 * r0 >> 15) + (band->a2 * r1 >> 15)) +
                               band->sz);
}

/* QUANTH. The magnitude of a negative difference is its one's complement. */
static inline unsigned g722_high_code(int32_t e, int32_t det)
{
    int32_t sign = e >> 31, far = (e ^ sign) >= 564 * det >> 12;

    return (unsigned)(3 + sign * 2 - far);
}

static INLINED void g722_adapt_low(struct g722_band *band, unsigned code4, int16_t *past)
{
    int32_t d = band->det * g722_inverse_4[code4] >> 15;

    g722_adapt_step(band, g722_low_steps[code4], 18432, 8);
    g722_adapt_band(band, d, past);
}

/* Returns the reconstructed sample, before LIMIT. */
static INLINED int32_t g722_adapt_high(struct g722_band *band, unsigned code, int16_t *past)
{
    int32_t d = band->det * g722_inverse_2[code] >> 15, r = seldom_saturated(band->s + d);

    g722_adapt_step(band, g722_high_steps[code], 22528, 10);
    g722_adapt_band(band, d, past);
    return r;
}

#endif
