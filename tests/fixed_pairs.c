/* The ITU's basic operators against 64-bit models: binary operators on every pair of 16-bit values,
 * unary ones on every 32-bit value. That takes a minute; without OMNIACM_FULL=1 only every 251st
 * left operand or upper half is tried. The file is compiled with optimization and without
 * sanitizers; fixed.c has them. */
#include "support.h"
#include "fixed.h"

static int64_t clamped(int64_t x, int bits)
{
    int64_t top = ((int64_t)1 << (bits - 1)) - 1;

    if (x > top)
        return top;
    return x < -top - 1 ? -top - 1 : x;
}

/* x / 2^n, rounded down, by division alone. */
static int64_t floored(int64_t x, int n)
{
    int64_t divisor = (int64_t)1 << n;

    return x / divisor - (x % divisor < 0);
}

/* Counts the right operands for which an operator differs from its model, given the left one. */
#define BINARY(name, operator, model) \
    static unsigned name(int16_t a) \
    { \
        unsigned wrong = 0; \
\
        for (int32_t right = INT16_MIN; right <= INT16_MAX; right++) { \
            int16_t b = (int16_t)right; \
            int64_t x = a, y = b, product = x * y; \
\
            (void)x; \
            (void)y; \
            (void)product; \
            wrong += (int64_t) operator(a, b) != (model); \
        } \
        return wrong; \
    }

static int16_t quotient(int16_t a, int16_t b)
{
    return b > 0 && a >= 0 && a <= b ? div_s(a, b) : 0;
}

BINARY(add_errors, add, clamped(x + y, 16))
BINARY(sub_errors, sub, clamped(x - y, 16))
BINARY(mult_errors, mult, clamped(floored(product, 15), 16))
BINARY(mult_r_errors, mult_r, clamped(floored(product + 0x4000, 15), 16))
BINARY(L_mult_errors, L_mult, clamped(2 * product, 32))
BINARY(div_s_errors, quotient, y > 0 && x >= 0 && x <= y ? clamped(x * 32768 / y, 16) : 0)

/* Counts the 32-bit operands with a given upper half for which an operator differs. */
#define UNARY(name, condition) \
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

/* True if n is the largest shift that keeps x within 32 bits; for 0 it is 0. */
static bool is_norm(int64_t x, int n)
{
    if (x == 0)
        return n == 0;
    return n >= 0 && n < 32 && x * ((int64_t)1 << n) == clamped(x * ((int64_t)1 << n), 32) &&
           x * ((int64_t)2 << n) != clamped(x * ((int64_t)2 << n), 32);
}

UNARY(L_negate_errors, L_negate(a) == clamped(-x, 32))
UNARY(L_abs_errors, L_abs(a) == clamped(x < 0 ? -x : x, 32))
UNARY(norm_l_errors, is_norm(x, norm_l(a)))
UNARY(round_errors, round_q15(a) == floored(clamped(x + 0x8000, 32), 16))
UNARY(extract_errors,
      extract_h(a) == floored(x, 16) && extract_l(a) == x - 65536 * floored(x + 0x8000, 16))
UNARY(saturate_errors,
      saturate(a) == clamped(x, 16) && wrap16(a) == x - 65536 * floored(x + 0x8000, 16))
UNARY(shift_errors, L_shl(a, 1) == clamped(2 * x, 32) && L_shl(a, 9) == clamped(512 * x, 32) &&
                        L_shr(a, 1) == floored(x, 1) && L_shr(a, 14) == floored(x, 14) &&
                        L_shr_r(a, 1) == floored(x + 1, 1) &&
                        L_shr_r(a, 15) == floored(x + 16384, 15))

static void check_operator(unsigned (*errors)(int16_t), const char *name)
{
    static const int16_t corners[] = { -0x7FFF, -0x4001, -0x4000, -0x3FFF, -1,     0,
                                       1,       0x3FFF,  0x4000,  0x4001,  0x7FFE, 0x7FFF };
    int step = all_cases() ? 1 : 251;
    uint64_t cases = 0, wrong = 0;

    for (int32_t a = INT16_MIN; a <= INT16_MAX; a += step, cases += 65536)
        wrong += errors((int16_t)a);
    for (size_t i = 0; i < sizeof corners / sizeof *corners; i++)
        wrong += errors(corners[i]);
    if (wrong)
        fail_msg("%s: %llu of %llu cases are wrong", name, (unsigned long long)wrong,
                 (unsigned long long)cases);
    print_message("%s: %llu cases\n", name, (unsigned long long)cases);
}

#define CHECK(name, errors) \
    static void name(void **unused) \
    { \
        (void)unused; \
        check_operator(errors, #errors); \
    }

CHECK(sums_are_exact_or_saturate, add_errors)
CHECK(differences_are_exact_or_saturate, sub_errors)
CHECK(products_are_truncated, mult_errors)
CHECK(products_are_rounded, mult_r_errors)
CHECK(long_products_are_doubled, L_mult_errors)
CHECK(quotients_are_truncated, div_s_errors)
CHECK(long_negation_saturates, L_negate_errors)
CHECK(long_magnitude_saturates, L_abs_errors)
CHECK(norms_are_the_largest_shifts, norm_l_errors)
CHECK(rounding_is_to_the_nearest, round_errors)
CHECK(halves_are_extracted, extract_errors)
CHECK(narrowing_saturates_or_wraps, saturate_errors)
CHECK(long_shifts_saturate_or_truncate, shift_errors)

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
        cmocka_unit_test(halves_are_extracted),
        cmocka_unit_test(narrowing_saturates_or_wraps),
        cmocka_unit_test(long_shifts_saturate_or_truncate),
    };

    return cmocka_run_group_tests_name("fixed_pairs", tests, 0, 0);
}
