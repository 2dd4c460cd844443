/* Sums of products without saturation.
 *
 * The standards' L_mac saturates at every step. Where a bound shows that no partial sum leaves 32
 * bits, no step saturates, so the terms may be added in any order: compilers can vectorize the
 * loop, and the result is the same. The caller proves the bound or asks mac_is_exact. Without
 * either, these sums wrap around and must not be used.
 *
 * Most calls pass a constant length; the loops are split so that a length that is not a multiple of
 * 8 is vectorized as well. */
#ifndef OMNIACM_MAC_H
#define OMNIACM_MAC_H

#include <stdbool.h>
#include <stdint.h>
#include "fixed.h"

static inline int32_t dot_exact(const int16_t *a, const int16_t *b, int n)
{
    uint32_t sum = 0;

    for (int i = 0; i < n / 8 * 8; i++)
        sum += (uint32_t)(a[i] * b[i]);
    for (int i = n / 8 * 8; i < n; i++)
        sum += (uint32_t)(a[i] * b[i]);
    return (int32_t)sum;
}

/* sums[i] += factor * a[i]. The caller ensures that no sum leaves 32 bits. */
static inline void add_scaled(int32_t *restrict sums, const int16_t *restrict a, int16_t factor,
                              int n)
{
    for (int i = 0; i < n / 8 * 8; i++)
        sums[i] += factor * a[i];
    for (int i = n / 8 * 8; i < n; i++)
        sums[i] += factor * a[i];
}

/* The energy (sum of squares) of up to 2^32 samples. */
static inline int64_t energy_exact(const int16_t *a, int n)
{
    int64_t sum = 0;

    for (int i = 0; i < n; i++)
        sum += a[i] * a[i];
    return sum;
}

/* Returns true if no partial sum of a[i] b[i] saturates in L_mac, whatever the order: |sum| < 2^30,
 * so that 2 |sum| < 2^31 - 1. By the Cauchy-Schwarz inequality, |sum|^2 is at most the product of
 * the energies, which must be below 2^60. Energies of up to 2^37 are divided by 2^6 and rounded up
 * so that their product fits in 64 bits, which makes the test conservative. */
static inline bool mac_is_exact(int64_t energy_a, int64_t energy_b)
{
    return ((energy_a >> 6) + 1) * ((energy_b >> 6) + 1) < (int64_t)1 << 48;
}

/* L_mac over all terms in order, for sums without a bound. */
static inline int32_t L_dot(int32_t start, const int16_t *a, const int16_t *b, int n)
{
    for (int i = 0; i < n; i++)
        start = L_mac(start, a[i], b[i]);
    return start;
}

/* L_mac of a vector with itself, from `start`. The sum never decreases, so saturating once at the
 * end gives the same result. */
static inline int32_t L_energy(int32_t start, int64_t energy)
{
    return L_saturate(start + 2 * energy);
}

/* The largest magnitude; that of -32768 is 32768. */
static inline int32_t peak_of(const int16_t *a, int n)
{
    int16_t high = 0, low = 0;

    for (int i = 0; i < n; i++) {
        high = a[i] > high ? a[i] : high;
        low = a[i] < low ? a[i] : low;
    }
    return high > -low ? high : -low;
}

static inline int32_t sum_of_magnitudes(const int16_t *a, int n)
{
    int32_t sum = 0;

    for (int i = 0; i < n / 8 * 8; i++)
        sum += a[i] < 0 ? -a[i] : a[i];
    for (int i = n / 8 * 8; i < n; i++)
        sum += a[i] < 0 ? -a[i] : a[i];
    return sum;
}

#endif
