/* The two halves of every filter of order 10: sums of 32 bits. The filters of G.723.1 differ only
 * in their input and in the use of the sums. The kernels do not double products, so they work on
 * half the sums. */
#include <string.h>
#include "g7231.h"

static int64_t peak_of_sums(const int32_t sums[G7231_SUBFRAME])
{
    int32_t high = 0, low = 0;

    for (int i = 0; i < G7231_SUBFRAME; i++) {
        high = sums[i] > high ? sums[i] : high;
        low = sums[i] < low ? sums[i] : low;
    }
    return high > -(int64_t)low ? high : -(int64_t)low;
}

/* A cheaper upper bound, within a factor of 2 of peak_of_sums(). */
static int64_t bits_of_sums(const int32_t sums[G7231_SUBFRAME])
{
    int32_t bits = 0;

    for (int i = 0; i < G7231_SUBFRAME; i++)
        bits |= sums[i] ^ sums[i] >> 31;
    return (int64_t)bits + 1;
}

/* True if ten doubled products, added to any of the sums, stay within 32 bits. */
static bool fits(const int32_t sums[G7231_SUBFRAME], const int16_t a[G7231_ORDER], int32_t peak)
{
    int64_t products = 2 * (int64_t)sum_of_magnitudes(a, G7231_ORDER) * peak;

    return bits_of_sums(sums) + products <= INT32_MAX || peak_of_sums(sums) + products <= INT32_MAX;
}

void g7231_zeros(const struct dsp_celp *dsp, int32_t sums[G7231_SUBFRAME],
                 const int16_t a[G7231_ORDER], const int16_t *x)
{
    int32_t products[G7231_SUBFRAME];

    if (fits(sums, a,
             dsp->peak(x - G7231_ORDER,
                       G7231_ORDER + G7231_SUBFRAME))) { /* so the products alone fit as well */
        dsp->zeros(x - 1, a, G7231_ORDER / 2, products, G7231_SUBFRAME);
        for (int i = 0; i < G7231_SUBFRAME; i++)
            sums[i] -= 2 * products[i];
        return;
    }
    for (int i = 0; i < G7231_SUBFRAME; i++)
        for (int j = 0; j < G7231_ORDER; j++)
            sums[i] = L_msu(sums[i], a[j], x[i - 1 - j]);
}

/* The bound is checked after the unsaturated sums are computed. The first sample that breaks it
 * depends only on samples that do not, so it is exact and is noticed. Until then, sums may wrap. */
void g7231_poles(const struct dsp_celp *dsp, int32_t sums[G7231_SUBFRAME],
                 const int16_t a[G7231_ORDER], int16_t *y)
{
    int32_t half[G7231_SUBFRAME], out[G7231_SUBFRAME], peak;

    for (int i = 0; i < G7231_SUBFRAME; i++)
        half[i] = sums[i] >> 1;
    peak = dsp->poles(half, a, 13, y, out, G7231_SUBFRAME);
    if (peak < INT16_MAX && fits(sums, a, peak)) {
        for (int i = 0; i < G7231_SUBFRAME; i++)
            sums[i] = 2 * out[i] + (sums[i] & 1);
        return;
    }
    for (int i = 0; i < G7231_SUBFRAME; i++) {
        for (int j = 0; j < G7231_ORDER; j++)
            sums[i] = L_mac(sums[i], a[j], y[i - 1 - j]);
        y[i] = round_q13(sums[i]);
    }
}
