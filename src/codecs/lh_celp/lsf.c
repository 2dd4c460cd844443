/* Line spectral frequencies: their codes, their interpolation, and the predictor that they give. */
#include <stdbool.h>
#include "tables.h"

int16_t lh_celp_odd_lsf(int index, unsigned code, int16_t below, int16_t above)
{
    const struct lh_celp_ratios *ratios = &lh_celp_lsf_odd[index / 2];
    int32_t distance = above - below;

    if (code < ratios->count)
        return (int16_t)(below + ((ratios->from_below[code] * distance + 0x8000) >> 16));
    return (int16_t)(above + (ratios->from_above[code - ratios->count] * -distance >> 16));
}

void lh_celp_lsf(const uint8_t codes[LH_CELP_ORDER], int16_t lsf[LH_CELP_ORDER])
{
    for (int i = 0; i < LH_CELP_ORDER; i += 2)
        lsf[i] = lh_celp_lsf_even[i / 2][codes[i]];
    for (int i = 1; i < LH_CELP_ORDER; i += 2)
        lsf[i] = lh_celp_odd_lsf(i, codes[i], lsf[i - 1],
                                 i + 1 < LH_CELP_ORDER ? lsf[i + 1] : INT16_MAX);
}

/* 3 * 32767 * 21845 + 32768 is below 2^31. */
static int16_t third(int32_t sum) { return (int16_t)((sum * 21845 + 0x8000) >> 16); }

void lh_celp_interpolate(const int16_t before[LH_CELP_ORDER], const int16_t now[LH_CELP_ORDER],
                         int i, int16_t lsf[LH_CELP_ORDER])
{
    for (int k = 0; k < LH_CELP_ORDER; k++)
        lsf[k] = i == 2   ? now[k]
                 : i == 1 ? third(before[k] + 2 * now[k])
                          : third(2 * before[k] + now[k]);
}

/* A linear step within the interval of the table that contains the angle. At the upper end of an
 * interval the fraction reaches 1, where the sum with the rounding constant exceeds 16 bits: it
 * wraps, as in librempeg's decoder, and the step has the wrong sign. */
int16_t lh_celp_cosine(int16_t lsf)
{
    bool mirrored = lsf >= 0x4000;
    int32_t angle = mirrored ? INT16_MAX - lsf : lsf;
    bool fine = angle <= lh_celp_acos_fine[LH_CELP_ACOS_FINE - 1] + 2;
    const int16_t *table = fine ? lh_celp_acos_fine : lh_celp_acos;
    int32_t one = fine ? INT16_MAX : 32768, step_bits = fine ? 5 : 8, fraction_q15;
    int low = 0, cosine;

    for (int half = fine ? LH_CELP_ACOS_FINE / 2 : LH_CELP_ACOS / 2; half > 0; half /= 2)
        if (table[low + half] < angle)
            low += half;
    fraction_q15 = ((angle - table[low]) << 16) / ((table[low + 1] - table[low]) << 1);
    cosine = one - (low << step_bits) -
             (wrap16(fraction_q15 + (1 << (14 - step_bits))) >> (15 - step_bits));
    return (int16_t)(mirrored ? -cosine : cosine);
}

/* Multiplies a polynomial of degree 2 m in z^-1, Q22, by 1 - 2 c z^-1 + z^-2. The coefficients stay
 * below C(10, 5) * 2^22 < 2^31. */
static void multiply(int32_t p_q22[LH_CELP_ORDER + 1], int m, int16_t c_q15)
{
    for (int k = 2 * m + 2; k > 0; k--) {
        int64_t product = (int64_t)p_q22[k - 1] * c_q15 + 0x2000;

        p_q22[k] += (k > 1 ? p_q22[k - 2] : 0) - (int32_t)(product >> 14);
    }
}

void lh_celp_predictor(const int16_t lsf[LH_CELP_ORDER], int16_t a_q10[LH_CELP_ORDER])
{
    int32_t even[LH_CELP_ORDER + 1] = { 1 << 22 }, odd[LH_CELP_ORDER + 1] = { 1 << 22 };

    for (int m = 0; m < LH_CELP_ORDER / 2; m++) {
        multiply(even, m, lh_celp_cosine(lsf[2 * m]));
        multiply(odd, m, lh_celp_cosine(lsf[2 * m + 1]));
    }
    for (int k = 0; k < LH_CELP_ORDER; k++) {
        int64_t sum = (int64_t)even[k] + even[k + 1] + odd[k + 1] - odd[k];

        a_q10[k] = wrap16((int32_t)((sum + 0x1000) >> 13));
    }
}
