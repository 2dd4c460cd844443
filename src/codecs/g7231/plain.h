/* Sums of products without saturation. L_mac saturates at every step, but where a bound shows that no partial sum leaves 32
 * bits it does nothing, the order is free, and a plain sum is the same. Lengths are constants, so that compilers can do
 * eight terms at once; where the bound does not hold, sums wrap and are not to be used. */
#ifndef OMNIACM_G7231_PLAIN_H
#define OMNIACM_G7231_PLAIN_H

#include "g7231.h"

static inline int32_t plain_dot(const int16_t *a, const int16_t *b, int n)
{
    uint32_t sum = 0;

    for (int i = 0; i < n / 8 * 8; i++)
        sum += (uint32_t)(a[i] * b[i]);
    for (int i = n / 8 * 8; i < n; i++)
        sum += (uint32_t)(a[i] * b[i]);
    return (int32_t)sum;
}

static inline void plain_add(int32_t *restrict sums, const int16_t *restrict a, int16_t factor, int n)
{
    for (int i = 0; i < n / 8 * 8; i++)
        sums[i] += factor * a[i];
    for (int i = n / 8 * 8; i < n; i++)
        sums[i] += factor * a[i];
}

/* The halves of 32 bits apart: neither sum leaves 32 bits. */
static inline int64_t energy_of(const int16_t *a, int n)
{
    uint32_t high = 0, low = 0;

    for (int i = 0; i < n; i++) {
        uint32_t square = (uint32_t)(a[i] * a[i]);

        high += square >> 16;
        low += square & 0xFFFF;
    }
    return ((int64_t)high << 16) + low;
}

/* round_q15(L_shl(x, 2)) and extract_h(L_shl(x, 2)): saturating before a right shift is saturating behind it. */
static inline int16_t round_q13(int32_t x)
{
    return saturate(((x >> 13) + 1) >> 1);
}

static inline int16_t extract_q13(int32_t x)
{
    return saturate(x >> 14);
}

/* What L_mac makes of squares: no sum falls, so it saturates once at most. */
static inline int32_t L_energy(int64_t energy)
{
    return L_saturate(2 * energy);
}

/* Whether twice any partial sum of a[i] b[i] is within 32 bits, by Cauchy and Schwarz: if its square is, at most the product
 * of the energies, below 2^60. Energies of up to 2^37 are divided by 2^6, rounded up, so that the product fits. */
static inline bool is_plain(int64_t energy_a, int64_t energy_b)
{
    return ((energy_a >> 6) + 1) * ((energy_b >> 6) + 1) < (int64_t)1 << 48;
}

/* g7231_dot from 0, of vectors whose energies are known. */
static inline int32_t L_dot(const int16_t *a, int64_t energy_a, const int16_t *b, int64_t energy_b, int n)
{
    return is_plain(energy_a, energy_b) ? 2 * plain_dot(a, b, n) : g7231_dot(0, a, b, n);
}

static inline int magnitude(int16_t x)
{
    return x < 0 ? -x : x;
}

static inline int32_t magnitudes(const int16_t *a, int n)
{
    int32_t sum = 0;

    for (int i = 0; i < n; i++)
        sum += magnitude(a[i]);
    return sum;
}

#endif
