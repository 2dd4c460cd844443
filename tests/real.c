/* Numbers with an exponent, as IMC's decoders need them, against long double. */
#include <math.h>
#include "support.h"
#include "real.h"

enum { COUNT = 100000 };

/* A number with 32 bits, sometimes a power of two or the number before one. */
static struct real random_real(uint32_t *seed, int exponents)
{
    uint32_t kind = draw(seed) % 8, m = draw(seed) | 1u << 31;

    if (kind < 2)
        m = kind ? UINT32_MAX : 1u << 31;
    return (struct real){ m, (int32_t)(draw(seed) % (uint32_t)exponents) - exponents / 2 };
}

static long double value_of(struct real x) { return ldexpl(x.m, x.e); }

/* Rounded down to 32 bits. */
static void assert_rounded_down(struct real made, long double exact)
{
    int exponent;
    long double fraction = frexpl(exact, &exponent);

    assert_true(value_of(made) == ldexpl(floorl(ldexpl(fraction, 32)), exponent - 32));
}

/* The bits of the smaller number below the larger one's last are dropped first. */
static void sums(void **unused)
{
    uint32_t seed = 1;

    (void)unused;
    for (int i = 0; i < COUNT; i++) {
        struct real a = random_real(&seed, 70), b = random_real(&seed, 70);
        int unit = a.e > b.e ? a.e : b.e;

        assert_rounded_down(real_plus(a, b),
                            ldexpl(floorl(ldexpl(value_of(a) + value_of(b), -unit)), unit));
        assert_true(real_above(a, b) == (value_of(a) > value_of(b)));
    }
}

static void products(void **unused)
{
    uint32_t seed = 2;

    (void)unused;
    for (int i = 0; i < COUNT; i++) {
        struct real a = random_real(&seed, 160), b = random_real(&seed, 160);
        long double exact = value_of(a) * value_of(b);

        if (exact < ldexpl(1, -149))
            assert_int_equal(real_times(a, b).m, 0);
        else
            assert_rounded_down(real_times(a, b), exact);
    }
}

static void logarithms(void **unused)
{
    uint32_t seed = 3;

    (void)unused;
    for (int i = 0; i < COUNT / 10; i++) {
        struct real x = random_real(&seed, 60);
        int64_t log = draw(&seed) * 8LL - (1LL << 34);

        assert_true(fabsl(real_log2(x) - ldexpl(log2l(value_of(x)), REAL_LOG_Q)) < 2);
        assert_true(fabsl(value_of(real_exp2(log)) / exp2l(ldexpl(log, -REAL_LOG_Q)) - 1) < 1e-8L);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(sums), cmocka_unit_test(products),
                                        cmocka_unit_test(logarithms) };

    return cmocka_run_group_tests_name("real", tests, 0, 0);
}
