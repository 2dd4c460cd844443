/* Log-area ratios, with a piecewise linear logarithm of three segments: 4.2.6 to 4.2.9. */
#include "tables.h"

static int16_t with_sign(int16_t magnitude, int16_t sign)
{
    return sign < 0 ? negate(magnitude) : magnitude;
}

/* 4.2.6: r, 2 r - 0.675 or 8 r - 6.375. The result is at most (32767 - 26112) * 4 = 26620. */
static int16_t ratio_q14(int16_t r_q15)
{
    int16_t r = abs_s(r_q15);
    int ratio = r < GSM_R1_Q15   ? r >> 1
                : r < GSM_R2_Q15 ? r - GSM_LAR1_Q14
                                 : (r - GSM_OFFSET_Q12) * 4;

    return with_sign((int16_t)ratio, r_q15);
}

/* 4.2.9.2: the inverse of ratio_q14. */
static int16_t reflection_q15(int16_t lar_q14)
{
    int16_t lar = abs_s(lar_q14);
    int r = lar < GSM_LAR1_Q14   ? lar * 2
            : lar < GSM_LAR2_Q14 ? lar + GSM_LAR1_Q14
                                 : (lar >> 2) + GSM_OFFSET_Q12;

    return with_sign(saturate(r), lar_q14);
}

/* 4.2.7. |level_q9| <= 26620 * 20480 / 32768 + 2560, so that the sums of the standard do not
 * saturate.
 */
void gsm610_lar_encode(const int16_t reflection[GSM610_ORDER], uint8_t codes[GSM610_ORDER])
{
    for (int i = 0; i < GSM610_ORDER; i++) {
        const struct gsm610_lar_quantizer *q = &gsm610_lar_quantizers[i];
        int level_q9 = mult(q->a_q10, ratio_q14(reflection[i])) + q->b_q9;

        codes[i] = (uint8_t)(clamp((level_q9 + 256) >> 9, q->min, q->max) - q->min);
    }
}

/* 4.2.8. Codes are sent relative to the smallest one. Nothing saturates: only the first two levels,
 * which have no offset, need 16 bits, and no ratio exceeds 2 * 13107 in magnitude. */
void gsm610_lar_decode(const uint8_t codes[GSM610_ORDER], int16_t lars_q14[GSM610_ORDER])
{
#pragma GCC unroll 8
    for (int i = 0; i < GSM610_ORDER; i++) {
        const struct gsm610_lar_quantizer *q = &gsm610_lar_quantizers[i];
        int level_q10 = (codes[i] + q->min) * 1024 - q->b_q9 * 2;

        lars_q14[i] = (int16_t)(gsm610_mult_r(q->inverse_a_q18, level_q10) * 2);
    }
}

/* 4.2.9.1: the sections of a frame use the new ratios at weights of 1/4, 1/2, 3/4 and 1. */
void gsm610_interpolate(const int16_t before_q14[GSM610_ORDER], const int16_t now_q14[GSM610_ORDER],
                        int16_t reflection[GSM_SECTIONS][GSM610_ORDER])
{
    for (int i = 0; i < GSM610_ORDER; i++) {
        int16_t before = before_q14[i], now = now_q14[i], quarters = add(before >> 2, now >> 2);

        reflection[0][i] = reflection_q15(add(quarters, before >> 1));
        reflection[1][i] = reflection_q15(add(before >> 1, now >> 1));
        reflection[2][i] = reflection_q15(add(quarters, now >> 1));
        reflection[3][i] = reflection_q15(now);
    }
}
