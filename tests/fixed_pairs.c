/* The ITU's operators of two 16-bit values against a model in 64 bits, on every pair; of one 32-bit
 * value, on every value. That takes a minute, and so OMNIACM_FULL=1 asks for it: else of one
 * operand every 251st value. Compiled with optimisation and without sanitizers, which fixed.c has.
 */
#include "support.h"
#include "fixed.h"

static int64_t clip(int64_t x, int bits)
{
    int64_t top = ((int64_t)1 << (bits - 1)) - 1;

    return x > top ? top : x < -top - 1 ? -top - 1 : x;
}

/* x / 2^n, rounded down, by division alone. */
static int64_t floored(int64_t x, int n)
{
    int64_t divisor = (int64_t)1 << n;

    return x / divisor - (x % divisor < 0);
}

/* A row: one operator on one left operand and every right one; how often it differs from its model.
 */
#define ROW(name, operator, model) \
    static unsigned name(int16_t a) \
    { \
        unsigned wrong = 0; \
\
        for (int32_t right = INT16_MIN; right <= INT16_MAX; right++) { \
            int16_t b = (int16_t)right; \
            int64_t x = a, y = b; \
\
            (void)x, (void)y; \
            wrong += (int64_t) operator(a, b) != (model); \
        } \
        return wrong; \
    }

static int16_t quotient(int16_t a, int16_t b)
{
    return b > 0 && a >= 0 && a <= b ? div_s(a, b) : 0;
}

ROW(add_row, add, clip(x + y, 16))
ROW(sub_row, sub, clip(x - y, 16))
ROW(mult_row, mult, clip(floored(x *y, 15), 16))
ROW(mult_r_row, mult_r, clip(floored(x *y + 0x4000, 15), 16))
ROW(L_mult_row, L_mult, clip(2 * x * y, 32))
ROW(div_s_row, quotient, y > 0 && x >= 0 && x <= y ? clip(x * 32768 / y, 16) : 0)

/* The same of one operand of 32 bits: every value with this upper half. */
#define UPPER(name, condition) \
    static unsigned name(int16_t upper) \
    { \
        unsigned wrong = 0; \
\
        for (int32_t low = 0; low < 65536; low++) { \
            int32_t a = upper * 65536 + low; \
            int64_t x = a; \
\
            (void)x; \
            wrong += !(condition); \
        } \
        return wrong; \
    }

/* Normalised: no larger shift keeps the value within 32 bits. 0 is shifted by 0. */
static bool is_norm(int64_t x, int n)
{
    return x == 0 ? n == 0
                  : n >= 0 && n < 32 && x * ((int64_t)1 << n) == clip(x * ((int64_t)1 << n), 32) &&
                        x * ((int64_t)2 << n) != clip(x * ((int64_t)2 << n), 32);
}

UPPER(L_negate_row, L_negate(a) == clip(-x, 32))
UPPER(L_abs_row, L_abs(a) == clip(x < 0 ? -x : x, 32))
UPPER(norm_l_row, is_norm(x, norm_l(a)))
UPPER(round_row, round_q15(a) == floored(clip(x + 0x8000, 32), 16))
UPPER(extract_row,
      extract_h(a) == floored(x, 16) && extract_l(a) == x - 65536 * floored(x + 0x8000, 16))
UPPER(saturate_row, saturate(a) == clip(x, 16) && wrap16(a) == x - 65536 * floored(x + 0x8000, 16))
UPPER(shift_row, L_shl(a, 1) == clip(2 * x, 32) && L_shl(a, 9) == clip(512 * x, 32) &&
                     L_shr(a, 1) == floored(x, 1) && L_shr(a, 14) == floored(x, 14) &&
                     L_shr_r(a, 1) == floored(x + 1, 1) && L_shr_r(a, 15) == floored(x + 16384, 15))

static void check_rows(unsigned (*row)(int16_t), const char *name)
{
    static const int16_t corners[] = { -0x7FFF, -0x4001, -0x4000, -0x3FFF, -1,     0,
                                       1,       0x3FFF,  0x4000,  0x4001,  0x7FFE, 0x7FFF };
    int step = all_cases() ? 1 : 251;
    uint64_t cases = 0, wrong = 0;

    for (int32_t a = INT16_MIN; a <= INT16_MAX; a += step, cases += 65536)
        wrong += row((int16_t)a);
    for (size_t i = 0; i < sizeof corners / sizeof *corners; i++)
        wrong += row(corners[i]);
    if (wrong)
        fail_msg("%s: %llu of %llu cases are wrong", name, (unsigned long long)wrong,
                 (unsigned long long)cases);
    print_message("%s: %llu cases\n", name, (unsigned long long)cases);
}

#define CHECK_ROWS(name, row) \
    static void name(void **unused) \
    { \
        (void)unused; \
        check_rows(row, #row); \
    }

CHECK_ROWS(sums_are_exact_or_saturate, add_row)
CHECK_ROWS(differences_are_exact_or_saturate, sub_row)
CHECK_ROWS(products_are_truncated, mult_row)
CHECK_ROWS(products_are_rounded, mult_r_row)
CHECK_ROWS(long_products_are_doubled, L_mult_row)
CHECK_ROWS(quotients_are_truncated, div_s_row)
CHECK_ROWS(long_negation_saturates, L_negate_row)
CHECK_ROWS(long_magnitude_saturates, L_abs_row)
CHECK_ROWS(norms_are_the_largest_shifts, norm_l_row)
CHECK_ROWS(rounding_is_to_the_nearest, round_row)
CHECK_ROWS(halves_make_the_whole, extract_row)
CHECK_ROWS(narrowing_saturates_or_wraps, saturate_row)
CHECK_ROWS(long_shifts_saturate_or_truncate, shift_row)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_exact_or_saturate),
        cmocka_unit_test(differences_are_exact_or_saturate),
        cmocka_unit_test(products_are_truncated),
        cmocka_unit_test(products_are_rounded),
        cmocka_unit_test(long_products_are_doubled),
        cmocka_unit_test(quotients_are_truncated),
        cmocka_unit_test(long_negation_saturates),
        cmocka_unit_test(long_magnitude_saturates),
        cmocka_unit_test(norms_are_the_largest_shifts),
        cmocka_unit_test(rounding_is_to_the_nearest),
        cmocka_unit_test(halves_make_the_whole),
        cmocka_unit_test(narrowing_saturates_or_wraps),
        cmocka_unit_test(long_shifts_saturate_or_truncate),
    };

    return cmocka_run_group_tests_name("fixed_pairs", tests, 0, 0);
}
