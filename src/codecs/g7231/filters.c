/* The two halves of every filter of order 10: sums of 32 bits, from which the filters of G.723.1 differ only by what goes in,
 * and by what they make of the sums. */
#include <string.h>
#include "plain.h"

static int64_t peak_of_sums(const int32_t sums[SUBFRAME])
{
    int32_t high = 0, low = 0;

    for (int i = 0; i < SUBFRAME; i++) {
        high = sums[i] > high ? sums[i] : high;
        low = sums[i] < low ? sums[i] : low;
    }
    return high > -(int64_t)low ? high : -(int64_t)low;
}

/* Whether ten products, doubled and added to the greatest of the sums, stay within 32 bits. */
static bool fits(int64_t sum, const int16_t a[ORDER], int32_t peak)
{
    return sum + 2 * (int64_t)magnitudes(a, ORDER) * peak <= INT32_MAX;
}

void g7231_zeros(int32_t sums[SUBFRAME], const int16_t a[ORDER], const int16_t *x)
{
    int32_t wide[SUBFRAME] = { 0 };

    if (fits(peak_of_sums(sums), a, peak_of(x - ORDER, ORDER + SUBFRAME))) {        /* so that the products alone do as well */
        for (int j = 0; j < ORDER; j++)
            plain_add(wide, x - 1 - j, a[j], SUBFRAME);
        for (int i = 0; i < SUBFRAME; i++)
            sums[i] -= 2 * wide[i];
        return;
    }
    for (int i = 0; i < SUBFRAME; i++)
        for (int j = 0; j < ORDER; j++)
            sums[i] = L_msu(sums[i], a[j], x[i - 1 - j]);
}

/* Ten products of the samples before y, the latest last: it alone is waited for. Written out, as loops of ten are left as
 * they are by compilers that mind the size. */
static inline uint32_t products(const int32_t a[ORDER], const int32_t *y)
{
    uint32_t sum = (uint32_t)(a[9] * y[-10]) + (uint32_t)(a[8] * y[-9]) + (uint32_t)(a[7] * y[-8]) + (uint32_t)(a[6] * y[-7]) +
                   (uint32_t)(a[5] * y[-6]);

    sum += (uint32_t)(a[4] * y[-5]) + (uint32_t)(a[3] * y[-4]) + (uint32_t)(a[2] * y[-3]);
    return sum + (uint32_t)(a[1] * y[-2]) + (uint32_t)(a[0] * y[-1]);
}

/* The bound on the plain sums is looked at behind them: the first sample that breaks it is made from samples that do not, so
 * it is right, and is seen. Until then sums may wrap. */
void g7231_poles(int32_t sums[SUBFRAME], const int16_t a[ORDER], int16_t *y)
{
    int32_t wide[SUBFRAME], samples[ORDER + SUBFRAME], taps[ORDER];

    for (int i = 0; i < ORDER; i++) {
        samples[i] = y[i - ORDER];
        taps[i] = a[i];
    }
    for (int i = 0; i < SUBFRAME; i++) {
        wide[i] = (int32_t)((uint32_t)sums[i] + 2 * products(taps, samples + ORDER + i));
        samples[ORDER + i] = round_q13(wide[i]);
    }
    for (int i = 0; i < SUBFRAME; i++)
        y[i] = (int16_t)samples[ORDER + i];
    if (fits(peak_of_sums(sums), a, peak_of(y - ORDER, ORDER + SUBFRAME))) {
        memcpy(sums, wide, sizeof wide);
        return;
    }
    for (int i = 0; i < SUBFRAME; i++) {
        for (int j = 0; j < ORDER; j++)
            sums[i] = L_mac(sums[i], a[j], y[i - 1 - j]);
        y[i] = round_q13(sums[i]);
    }
}
