/* Lags in thirds of a sample, as G.729 and ACELP.net code and interpolate them (G.729, 3.7.1 and
 * 4.1.3). */
#ifndef OMNIACM_CELP_LAG_H
#define OMNIACM_CELP_LAG_H

#include "fixed.h"

enum {
    CELP_LAG_MIN = 20,
    CELP_LAG_MAX = 143,
    CELP_LAG_REACH = CELP_LAG_MAX + 11, /* of a lag of 143 2/3 and its interpolation filter */
    CELP_HALF_TAPS = 10,
    CELP_TAPS = 24
};

/* A lag of whole + third / 3 samples; `third` is -1, 0 or 1. */
struct celp_lag {
    int16_t whole, third;
};

/* The filter for each `third` + 1, for the samples from -9 to 10 around the one at the whole lag,
 * rounded up; padded with zeros. */
extern const int16_t celp_lag_taps_q15[3][CELP_TAPS];

static inline int celp_lag_samples(struct celp_lag lag)
{
    return lag.third > 0 ? lag.whole + 1 : lag.whole;
}

/* Codes 0 to 196 are 19 1/3 to 84 2/3 in steps of a third; those from 197 on are 85 to 143. */
static inline struct celp_lag celp_lag_absolute(unsigned code)
{
    int whole = ((int)code + 2) / 3 + 19;

    if (code >= 197)
        return (struct celp_lag){ (int16_t)(code - 112), 0 };
    return (struct celp_lag){ (int16_t)whole, (int16_t)((int)code - 3 * whole + 58) };
}

/* Codes 0 to 31 are thirds, starting 2/3 below a range of ten integer lags around a lag before. */
static inline struct celp_lag celp_lag_relative(unsigned code, int before)
{
    int min = clamp(before - 5, CELP_LAG_MIN, CELP_LAG_MAX - 9);
    int whole = ((int)code + 2) / 3 - 1;

    return (struct celp_lag){ (int16_t)(whole + min), (int16_t)((int)code - 2 - 3 * whole) };
}

#endif
