/* Sums of products. The standard's L_mac saturates at every step; where a bound excludes that, a sum may be added in any order. */
#ifndef OMNIACM_G729_SUMS_H
#define OMNIACM_G729_SUMS_H

#include <stdbool.h>
#include "dsp.h"
#include "fixed.h"

/* The greatest magnitude; that of -32768 is 32768. */
static inline int32_t peak_of(const int16_t *x, int n)
{
    int16_t high = 0, low = 0;

    for (int i = 0; i < n; i++) {
        high = x[i] > high ? x[i] : high;
        low = x[i] < low ? x[i] : low;
    }
    return high > -low ? high : -low;
}

/* Sum of squares; n <= 2^32. */
static inline int64_t energy_of(const int16_t *x, int n)
{
    int64_t sum = 0;

    for (int i = 0; i < n; i++)
        sum += x[i] * x[i];
    return sum;
}

/* L_mac of a number with itself, again and again from `start`: such a sum only grows, and saturating at its end is the same. */
static inline int32_t L_energy(int32_t start, const int16_t *x, int n)
{
    return L_saturate(start + 2 * energy_of(x, n));
}

static inline int32_t energy_from(const struct dsp_speech *dsp, int32_t start, const int16_t *x, int n)
{
    return L_saturate(start + 2 * dsp->energy(x, n));
}

/* Half of what L_mac gives, where the magnitudes of the products add up to less than 2^30. By Cauchy and Schwarz they do
 * where the product of both energies is below 2^60. */
static inline int32_t dot(const int16_t *x, const int16_t *y, int n)
{
    int32_t sum = 0;

    for (int i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

/* Whether it is: a little too careful, so that 64 bits hold the product of energies up to 2^36. */
static inline bool is_safe_dot(int64_t energy_x, int64_t energy_y)
{
    return ((energy_x >> 8) + 1) * ((energy_y >> 8) + 1) < (int64_t)1 << 44;
}

/* What L_mac gives. */
static inline int32_t L_dot(int32_t start, const int16_t *x, const int16_t *y, int n)
{
    for (int i = 0; i < n; i++)
        start = L_mac(start, x[i], y[i]);
    return start;
}

#endif
