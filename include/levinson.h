/* Levinson's recursion, in integers. */
#ifndef OMNIACM_LEVINSON_H
#define OMNIACM_LEVINSON_H

#include <stdint.h>
#include <string.h>

/* Predictor coefficients have LEVINSON_BITS fractional bits. */
enum { LEVINSON_BITS = 24, LEVINSON_ORDER_MAX = 10 };

/* a of s[n] ~ sum of a[k] s[n - 1 - k], from the autocorrelation r[0] to r[order] with
 * 0 < r[0] < 2^30. r[0] includes at least r[0] / 2^13 of white noise, which bounds the prediction
 * gain: the |a| add up to less than 2^9, and each of them is below 2^7, so that neither the
 * products with r nor the coefficients overflow. The recursion ends where a reflection coefficient
 * is not below 1. */
static inline void levinson(const int32_t *r, int order, int32_t *a)
{
    const int64_t one = (int64_t)1 << LEVINSON_BITS;
    int64_t error = r[0], next[LEVINSON_ORDER_MAX];

    memset(a, 0, (size_t)order * sizeof *a);
    for (int m = 0; m < order; m++) {
        int64_t sum = r[m + 1] * one, k;

        for (int j = 0; j < m; j++)
            sum -= (int64_t)a[j] * r[m - j];
        k = sum / error;
        if (k >= one || k <= -one)
            return;
        for (int j = 0; j < m; j++)
            next[j] = a[j] - (k * a[m - 1 - j] >> LEVINSON_BITS);
        for (int j = 0; j < m; j++)
            a[j] = (int32_t)next[j];
        a[m] = (int32_t)k;
        error -= (error * (k * k >> LEVINSON_BITS)) >> LEVINSON_BITS;
        if (error <= 0)
            return;
    }
}

#endif
