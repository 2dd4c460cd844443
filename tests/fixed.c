/* The ITU's basic operators against 64-bit models: unary operators on every input, the others on
 * pairs of corner cases and random values. */
#include "support.h"
#include "fixed.h"

static int16_t corner16(int i)
{
    static const int16_t corners[] = { 0,       1,      -1,     2,       -2,     3,
                                       255,     256,    0x3FFF, 0x4000,  0x4001, -0x4000,
                                       -0x4001, 0x7FFE, 0x7FFF, -0x7FFF, -0x8000 };
    static uint32_t seed = 1;

    return i < (int)(sizeof corners / sizeof *corners) ? corners[i] : (int16_t)draw(&seed);
}

static int32_t corner32(int i)
{
    static const int32_t corners[] = {
        0,          1,          -1,         0x7FFF,      0x8000,      -0x8000,       0x7FFF7FFF,
        0x7FFF8000, 0x3FFFFFFF, 0x40000000, -0x40000000, -0x40000001, INT32_MAX - 1, INT32_MAX,
        -INT32_MAX, INT32_MIN
    };
    static uint32_t seed = 1;

    return i < (int)(sizeof corners / sizeof *corners) ? corners[i]
                                                       : (int32_t)draw(&seed) >> draw(&seed) % 32;
}

static int64_t clamped(int64_t x, int bits)
{
    int64_t top = ((int64_t)1 << (bits - 1)) - 1;

    if (x > top)
        return top;
    return x < -top - 1 ? -top - 1 : x;
}

/* x * 2^n, rounded down; n is from -64 to 31. */
static int64_t scaled(int64_t x, int n)
{
    if (n >= 0)
        return x * ((int64_t)1 << n);
    return x >> (n < -63 ? 63 : -n);
}

static void unary_operators_on_every_input(void **unused)
{
    (void)unused;
    for (int32_t x = INT16_MIN; x <= INT16_MAX; x++) {
        int16_t a = (int16_t)x;
        int n = norm_s(a);

        assert_int_equal(negate(a), clamped(-(int64_t)x, 16));
        assert_int_equal(abs_s(a), clamped(x < 0 ? -x : x, 16));
        assert_int_equal(L_deposit_h(a), (int64_t)x * 65536);
        assert_int_equal(x == 0 ? n : 0, 0);
        if (x != 0)
            assert_true(scaled(x, n) == clamped(scaled(x, n), 16) &&
                        scaled(x, n + 1) != clamped(scaled(x, n + 1), 16));
        for (int shift = -20; shift <= 20; shift++) {
            assert_int_equal(shl(a, shift), clamped(scaled(x, shift), 16));
            assert_int_equal(shr(a, shift), clamped(scaled(x, -shift), 16));
            if (shift <= 0)
                assert_int_equal(shr_r(a, shift), clamped(scaled(x, -shift), 16));
            else
                assert_int_equal(shr_r(a, shift),
                                 shift > 15 ? 0 : (x + (1 << (shift - 1))) >> shift);
        }
    }
}

static void binary_operators_on_corners_and_random_values(void **unused)
{
    (void)unused;
    for (int i = 0; i < 1500; i++)
        for (int j = 0; j < 1500; j++) {
            int16_t a = corner16(i), b = corner16(j);
            int64_t x = a, y = b;

            assert_int_equal(add(a, b), clamped(x + y, 16));
            assert_int_equal(sub(a, b), clamped(x - y, 16));
            assert_int_equal(mult(a, b), clamped(x * y >> 15, 16));
            assert_int_equal(mult_r(a, b), clamped((x * y + 0x4000) >> 15, 16));
            assert_int_equal(L_mult(a, b), clamped(2 * x * y, 32));
            if (y > 0 && x >= 0 && x <= y)
                assert_int_equal(div_s(a, b), x == y ? 0x7FFF : x * 32768 / y);
        }
}

static void long_operators_on_corners_and_random_values(void **unused)
{
    (void)unused;
    for (int i = 0; i < 1000; i++)
        for (int j = 0; j < 1000; j++) {
            int32_t a = corner32(i), b = corner32(j);
            int16_t c = corner16(i), d = corner16(j);
            int64_t x = a, y = b, product = clamped((int64_t)2 * c * d, 32);

            assert_int_equal(L_add(a, b), clamped(x + y, 32));
            assert_int_equal(L_sub(a, b), clamped(x - y, 32));
            assert_int_equal(L_mac(a, c, d), clamped(x + product, 32));
            assert_int_equal(L_msu(b, c, d), clamped(y - product, 32));
            assert_int_equal(
                L_mls(a, c),
                clamped(((x & 0xFFFF) * c >> 15) + clamped(2 * (x >> 16) * c, 32), 32));
            if (a >= 0 && c >= 0)
                assert_int_equal(div_l(a, c),
                                 x >= (int64_t)c * 65536 ? 0x7FFF : (x & ~(int64_t)1) / (2 * c));
        }
}

static void long_unary_operators_on_corners_and_random_values(void **unused)
{
    (void)unused;
    for (int i = 0; i < 100000; i++) {
        int32_t a = corner32(i);
        int64_t x = a;
        int n = norm_l(a);

        assert_int_equal(L_negate(a), clamped(-x, 32));
        assert_int_equal(L_abs(a), clamped(x < 0 ? -x : x, 32));
        assert_int_equal(extract_h(a), x >> 16);
        assert_int_equal((uint16_t)extract_l(a), (uint64_t)x & 0xFFFF);
        assert_int_equal(round_q15(a), clamped(x + 0x8000, 32) >> 16);
        assert_int_equal(a == 0 ? n : 0, 0);
        if (a != 0)
            assert_true(scaled(x, n) == clamped(scaled(x, n), 32) &&
                        scaled(x, n + 1) != clamped(scaled(x, n + 1), 32));
        for (int shift = -31; shift <= 31; shift++) {
            assert_int_equal(L_shl(a, shift), clamped(scaled(x, shift), 32));
            assert_int_equal(L_shr(a, shift), clamped(scaled(x, -shift), 32));
            assert_int_equal(L_shr_r(a, shift), shift <= 0
                                                    ? clamped(scaled(x, -shift), 32)
                                                    : (x + ((int64_t)1 << (shift - 1))) >> shift);
        }
        assert_int_equal(L_shl(a, 40), clamped(scaled(x, 31), 32));
        assert_int_equal(L_shr(a, 40), a < 0 ? -1 : 0);
    }
}

static void square_roots_are_rounded_down(void **unused)
{
    (void)unused;
    for (uint32_t root = 0; root <= UINT16_MAX; root++) {
        uint64_t large = (uint64_t)root << 16 | 0xFFFF;

        assert_int_equal(isqrt(root * root), root);
        assert_int_equal(isqrt(root * root + 2 * root), root);
        assert_int_equal(isqrt64(large * large), large);
        assert_int_equal(isqrt64(large * large + 2 * large), large);
    }
}

static void minimum_maximum_and_sign(void **unused)
{
    static const int32_t from_minus_2_to_3[] = { -2, -2, -2, -1, 0, 1, 2, 3, 3 };

    (void)unused;
    for (int32_t x = -4; x <= 4; x++) {
        assert_int_equal(clamp(x, -2, 3), from_minus_2_to_3[x + 4]);
        assert_int_equal(min_i32(x, 1) + max_i32(x, 1), x + 1);
        assert_true(min_i32(x, 1) <= 1 && max_i32(x, 1) >= x);
        assert_int_equal(negate_if(0, x), x);
        assert_int_equal(negate_if(-1, x), -x);
    }
    assert_int_equal(min_size(3, SIZE_MAX), 3);
    assert_int_equal(min_size(SIZE_MAX, 3), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unary_operators_on_every_input),
        cmocka_unit_test(binary_operators_on_corners_and_random_values),
        cmocka_unit_test(long_operators_on_corners_and_random_values),
        cmocka_unit_test(long_unary_operators_on_corners_and_random_values),
        cmocka_unit_test(square_roots_are_rounded_down),
        cmocka_unit_test(minimum_maximum_and_sign),
    };

    return cmocka_run_group_tests_name("fixed", tests, 0, 0);
}
