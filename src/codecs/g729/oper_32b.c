/* Division by one Newton step; power, logarithm and inverse square root by table interpolation. */
#include "oper_32b.h"

/* 2^14 2^(i / 32), 2^15 log2(1 + i / 32) and 2^15 (1 + i / 16)^-1/2: tabpow, tablog and tabsqr of
 * the standard's C code. */
static const int16_t powers_q14[33] = {
    16384, 16743, 17109, 17484, 17867, 18258, 18658, 19066, 19484, 19911, 20347,
    20792, 21247, 21713, 22188, 22674, 23170, 23678, 24196, 24726, 25268, 25821,
    26386, 26964, 27554, 28158, 28774, 29405, 30048, 30706, 31379, 32066, 32767,
};
static const int16_t logarithms_q15[33] = {
    0,     1455,  2866,  4236,  5568,  6863,  8124,  9352,  10549, 11716, 12855,
    13967, 15054, 16117, 17156, 18172, 19167, 20142, 21097, 22033, 22951, 23852,
    24735, 25603, 26455, 27291, 28113, 28922, 29716, 30497, 31266, 32023, 32767,
};
static const int16_t inverse_roots_q15[49] = {
    32767, 31790, 30894, 30070, 29309, 28602, 27945, 27330, 26755, 26214, 25705, 25225, 24770,
    24339, 23930, 23541, 23170, 22817, 22479, 22155, 21845, 21548, 21263, 20988, 20724, 20470,
    20225, 19988, 19760, 19539, 19326, 19119, 18919, 18725, 18536, 18354, 18176, 18004, 17837,
    17674, 17515, 17361, 17211, 17064, 16921, 16782, 16646, 16514, 16384,
};

int32_t Div_32(int32_t num, int32_t denom)
{
    int16_t guess = div_s(0x3FFF, extract_h(denom));
    int32_t inverse = Mpy_32_16(L_sub(INT32_MAX, Mpy_32_16(denom, guess)), guess);

    return L_shl(Mpy_32(num, inverse), 2);
}

/* Interpolates between table[0] and table[1] at `fraction`, in Q15; the result is Q31. */
static int32_t interpolate(const int16_t *table, int16_t fraction)
{
    return L_msu(L_deposit_h(table[0]), sub(table[0], table[1]), fraction);
}

int32_t Pow2(int exponent, int16_t fraction)
{
    return L_shr_r(interpolate(powers_q14 + (fraction >> 10), (int16_t)((fraction & 0x3FF) << 5)),
                   30 - exponent);
}

int32_t Log2(int32_t x)
{
    int shift = norm_l(x);
    int32_t m;

    if (x <= 0)
        return 0;
    m = x << shift; /* the top seven bits are 01 and the index, the next 15 the fraction */
    return (30 - shift) * 65536 +
           (interpolate(logarithms_q15 + ((m >> 25) - 32), (int16_t)((m >> 10) & 0x7FFF)) >> 16) *
               2;
}

int32_t Inv_sqrt(int32_t x)
{
    int shift = norm_l(x), half = ((30 - shift) >> 1) + 1;
    int32_t m;

    if (x <= 0)
        return 0x3FFFFFFF;
    m = (x << shift) >> (shift % 2 == 0);
    return interpolate(inverse_roots_q15 + ((m >> 25) - 16), (int16_t)((m >> 10) & 0x7FFF)) >> half;
}
