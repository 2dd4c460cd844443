/* The ITU's operators against their definitions, in 64 bits. A shift by a negative count is a call
 * of the opposite one, so that they are recursive.
 *
 * CBMC: --unwind 40 --unwindset shl:3,shr:3,L_shl:3,L_shr:3
 */
#include "proof.h"
#include "fixed.h"
#include "mac.h"

static int64_t limited(int64_t x, int64_t low, int64_t high)
{
    return x < low ? low : x > high ? high : x;
}

static int64_t to_16(int64_t x) { return limited(x, INT16_MIN, INT16_MAX); }
static int64_t to_32(int64_t x) { return limited(x, INT32_MIN, INT32_MAX); }

void prove_saturation(int32_t x, int64_t wide, int16_t low, int16_t high)
{
    PROVE(saturate(x) == to_16(x));
    PROVE(seldom_saturated(x) == to_16(x));
    PROVE(L_saturate(wide) == to_32(wide));
    PROVE((wrap16(x) & 0xFFFF) == (x & 0xFFFF));
    ASSUME(low <= high);
    PROVE(clamp(x, low, high) == limited(x, low, high));
}

void prove_16_bit_sums(int16_t a, int16_t b)
{
    PROVE(add(a, b) == to_16((int64_t)a + b));
    PROVE(sub(a, b) == to_16((int64_t)a - b));
    PROVE(negate(a) == to_16(-(int64_t)a));
    PROVE(abs_s(a) == to_16(a < 0 ? -(int64_t)a : a));
    PROVE(L_deposit_h(a) == (int64_t)a * 65536);
}

void prove_32_bit_sums(int32_t a, int32_t b)
{
    PROVE(L_add(a, b) == to_32((int64_t)a + b));
    PROVE(L_sub(a, b) == to_32((int64_t)a - b));
    PROVE(L_negate(a) == to_32(-(int64_t)a));
    PROVE(L_abs(a) == to_32(a < 0 ? -(int64_t)a : a));
    PROVE(extract_h(a) == a >> 16);
    PROVE((int64_t)extract_h(a) * 65536 + (uint16_t)extract_l(a) == a);
}

/* Nothing overflows. The values are tested by tests/fixed.c: two multipliers are hard to compare.
 */
void prove_products(int32_t sum, int16_t a, int16_t b)
{
    int32_t product = L_mult(a, b);

    mult(a, b);
    mult_r(a, b);
    L_mac(sum, a, b);
    L_msu(sum, a, b);
    PROVE(product % 2 == 0 || product == INT32_MAX);
    PROVE(L_mult(INT16_MIN, INT16_MIN) == INT32_MAX && mult(INT16_MIN, INT16_MIN) == INT16_MAX);
}

/* Counts beyond the width shift everything out. */
void prove_long_shifts(int16_t a, int32_t x)
{
    static const int16_t counts[] = { 32, 33, 64, INT16_MAX };

    for (int i = 0; i < 4; i++) {
        int n = counts[i];

        PROVE(shl(a, n) == to_16((int64_t)a * 65536) && shr(a, -n) == shl(a, n));
        PROVE(shr(a, n) == (a < 0 ? -1 : 0) && shl(a, -n) == shr(a, n) && shr_r(a, n) == 0);
        PROVE(L_shl(x, n) == to_32(x * ((int64_t)1 << 31)) && L_shr(x, -n) == L_shl(x, n));
        PROVE(L_shr(x, n) == (x < 0 ? -1 : 0) && L_shl(x, -n) == L_shr(x, n) && L_shr_r(x, n) == 0);
    }
}

void prove_16_bit_shifts(int16_t a)
{
    for (int n = 0; n < 32; n++) {
        int64_t power = (int64_t)1 << n, down = n < 16 ? a >> n : a >> 15;

        PROVE(shl(a, n) == to_16(a * power) && shr(a, -n) == to_16(a * power));
        PROVE(shr(a, n) == down && shl(a, -n) == down);
        PROVE(shr_r(a, n) == (n < 16 ? (a + power / 2) >> n : 0));
    }
}

/* All counts at once take CBMC too long. */
static void shift_32_bits(int32_t a, int first)
{
    for (int n = first; n < first + 4; n++) {
        int64_t power = (int64_t)1 << n, down = a >> n;

        PROVE(L_shl(a, n) == to_32(a * power) && L_shr(a, -n) == to_32(a * power));
        PROVE(L_shr(a, n) == down && L_shl(a, -n) == down);
        PROVE(L_shr_r(a, n) == (a + power / 2) >> n);
    }
}

void prove_32_bit_shifts_from_0(int32_t a) { shift_32_bits(a, 0); }
void prove_32_bit_shifts_from_4(int32_t a) { shift_32_bits(a, 4); }
void prove_32_bit_shifts_from_8(int32_t a) { shift_32_bits(a, 8); }
void prove_32_bit_shifts_from_12(int32_t a) { shift_32_bits(a, 12); }
void prove_32_bit_shifts_from_16(int32_t a) { shift_32_bits(a, 16); }
void prove_32_bit_shifts_from_20(int32_t a) { shift_32_bits(a, 20); }
void prove_32_bit_shifts_from_24(int32_t a) { shift_32_bits(a, 24); }
void prove_32_bit_shifts_from_28(int32_t a) { shift_32_bits(a, 28); }

void prove_rounding(int32_t x)
{
    PROVE(round_q15(x) == to_32((int64_t)x + 0x8000) >> 16);
    PROVE(round_q13(x) == to_32(to_32((int64_t)x * 4) + 0x8000) >> 16);
    PROVE(extract_q13(x) == to_32((int64_t)x * 4) >> 16);
}

void prove_normalization(int32_t x, int16_t y)
{
    int64_t wide = (int64_t)((uint64_t)x << norm_l(x)),
            narrow = (int64_t)((uint64_t)y << norm_s(y));

    if (x != 0)
        PROVE(is_between(wide, x < 0 ? INT32_MIN : 1 << 30, x < 0 ? -(1 << 30) - 1 : INT32_MAX));
    if (y != 0)
        PROVE(is_between(narrow, y < 0 ? INT16_MIN : 1 << 14, y < 0 ? -(1 << 14) - 1 : INT16_MAX));
    PROVE(norm_l(0) == 0 && norm_l(-1) == 31 && norm_s(0) == 0 && norm_s(-1) == 15);
}

void prove_div_s(int16_t a, int16_t b)
{
    int16_t quotient = div_s(a, b);

    PROVE(quotient >= 0 || a < 0);
    if (a >= b || b <= 0)
        PROVE(quotient == INT16_MAX);
}

void prove_div_l(int32_t a, int16_t b)
{
    ASSUME(a >= 0);
    PROVE(div_l(a, b) >= 0);
}

/* Its value is tested by tests/fixed.c. */
void prove_L_mls(int32_t a, int16_t b) { L_mls(a, b); }

void prove_mac_is_exact(int64_t energy_a, int64_t energy_b)
{
    int64_t most = (int64_t)1 << 37;

    ASSUME(is_between(energy_a, 0, most) && is_between(energy_b, 0, most));
    mac_is_exact(energy_a, energy_b);
}

void prove_negate_if(int32_t x, bool negative)
{
    ASSUME(x != INT32_MIN);
    PROVE(negate_if(-negative, x) == (negative ? -x : x));
}
