/* Line spectral pairs in the decoder and encoder: 3.2.5, 3.2.6, and the conversion to and from
 * frequencies. */
#include "tables.h"
#include "oper_32b.h"

/* (15): coefficients 0 to 5 of F1 or F2, in Q24, from every second pair. After i factors,
 * coefficient j is at most C(2 i, j), which is below 2^7 until the fifth factor: only there may a
 * step saturate. */
static void polynomial_saturating(const int16_t *lsp_q15, int32_t f_q24[6])
{
    f_q24[0] = 1 << 24;
    f_q24[1] = lsp_q15[0] * -1024;
    for (int i = 2; i < 5; i++) {
        int16_t q = lsp_q15[2 * i - 2];

        f_q24[i] = f_q24[i - 2];
        for (int j = i; j >= 2; j--)
            f_q24[j] += f_q24[j - 2] - 2 * Mpy_32_16(f_q24[j - 1], q);
        f_q24[1] -= q * 1024;
    }
    f_q24[5] = f_q24[3];
    for (int j = 5; j >= 2; j--)
        f_q24[j] =
            L_sub(L_add(f_q24[j], f_q24[j - 2]), L_shl(Mpy_32_16(f_q24[j - 1], lsp_q15[8]), 1));
    f_q24[1] -= lsp_q15[8] * 1024;
}

static void lsp_to_lpc_saturating(const int16_t lsp_q15[G729_ORDER], int16_t a_q12[G729_ORDER + 1])
{
    int32_t f1_q24[6], f2_q24[6];

    polynomial_saturating(lsp_q15, f1_q24);
    polynomial_saturating(lsp_q15 + 1, f2_q24);
    for (int i = 5; i > 0; i--) {
        f1_q24[i] = L_add(f1_q24[i], f1_q24[i - 1]);
        f2_q24[i] = L_sub(f2_q24[i], f2_q24[i - 1]);
    }
    a_q12[0] = 1 << 12;
    for (int i = 1; i <= 5; i++) {
        a_q12[i] = extract_l(L_shr_r(L_add(f1_q24[i], f2_q24[i]), 13));
        a_q12[G729_ORDER + 1 - i] = extract_l(L_shr_r(L_sub(f1_q24[i], f2_q24[i]), 13));
    }
}

static int32_t magnitude_bits(int32_t x) { return x ^ x >> 31; }

/* Half of the numbers above, which are all even: coefficients up to 252 fit. Returns false if a
 * step of the standard's may saturate. */
static bool polynomial(const int16_t *lsp_q15, int32_t f_q23[6])
{
    int32_t bits = 0; /* of twice the magnitudes before the last factor, and of those after it */

    f_q23[0] = 1 << 23;
    f_q23[1] = lsp_q15[0] * -512;
#pragma GCC unroll 4
    for (int i = 2; i <= 5; i++) {
        int16_t q = lsp_q15[2 * i - 2];

        f_q23[i] = f_q23[i - 2];
#pragma GCC unroll 4
        for (int j = i; j >= 2; j--) {
            f_q23[j] += f_q23[j - 2] - (int32_t)((int64_t)f_q23[j - 1] * q >> 15) * 2;
            bits |= i >= 4 ? magnitude_bits(f_q23[j]) * (6 - i) : 0;
        }
        f_q23[1] -= q * 512;
    }
    return bits < 1 << 30;
}

void g729_lsp_to_lpc(const int16_t lsp_q15[G729_ORDER], int16_t a_q12[G729_ORDER + 1])
{
    enum { EXACT_MAX = (1 << 29) - (1 << 12) };
    int32_t f1_q23[6], f2_q23[6], bits = 0;

    if (polynomial(lsp_q15, f1_q23) && polynomial(lsp_q15 + 1, f2_q23))
        for (int i = 5; i > 0; i--) {
            f1_q23[i] += f1_q23[i - 1];
            f2_q23[i] -= f2_q23[i - 1];
            bits |= magnitude_bits(f1_q23[i]) | magnitude_bits(f2_q23[i]);
        }
    else
        bits = EXACT_MAX;
    if (bits >= EXACT_MAX) {
        lsp_to_lpc_saturating(lsp_q15, a_q12);
        return;
    }
    a_q12[0] = 1 << 12;
    for (int i = 1; i <= 5; i++) {
        a_q12[i] = (int16_t)((f1_q23[i] + f2_q23[i] + (1 << 11)) >> 12);
        a_q12[G729_ORDER + 1 - i] = (int16_t)((f1_q23[i] - f2_q23[i] + (1 << 11)) >> 12);
    }
}

void g729_interpolate(const int16_t previous_q15[G729_ORDER], const int16_t current_q15[G729_ORDER],
                      int16_t a_q12[G729_SUBFRAMES][G729_ORDER + 1])
{
    int16_t middle_q15[G729_ORDER];

    for (int i = 0; i < G729_ORDER; i++)
        middle_q15[i] = (int16_t)((current_q15[i] >> 1) + (previous_q15[i] >> 1));
    g729_lsp_to_lpc(middle_q15, a_q12[0]);
    g729_lsp_to_lpc(current_q15, a_q12[1]);
}

enum { INVERSE_PI_Q17 = 20861, QUARTER_PI_Q15 = 25736 }; /* 1 / (2 pi), pi / 4 */

void g729_lsf_to_lsp(const int16_t lsf_q13[G729_ORDER], int16_t lsp_q15[G729_ORDER])
{
    for (int i = 0; i < G729_ORDER; i++) {
        int16_t angle = mult(lsf_q13[i], INVERSE_PI_Q17); /* 2^14 is pi */
        int index = min_i32(angle >> 8, 63);

        lsp_q15[i] = add(g729_cosine_q15[index],
                         extract_l(L_mult(g729_cosine_slope_q19[index], angle & 0xFF) >> 13));
    }
}

void g729_lsp_to_lsf(const int16_t lsp_q15[G729_ORDER], int16_t lsf_q13[G729_ORDER])
{
    int index = 63;

    for (int i = G729_ORDER - 1; i >= 0; i--) {
        int16_t angle; /* 2^15 is pi */

        while (index > 0 && g729_cosine_q15[index] < lsp_q15[i])
            index--;
        angle = extract_l(
            L_mult(sub(lsp_q15[i], g729_cosine_q15[index]), g729_arc_slope_q11[index]) >> 12);
        lsf_q13[i] = mult(add((int16_t)(index << 9), angle), QUARTER_PI_Q15);
    }
}
