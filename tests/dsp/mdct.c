/* The transforms: tables against their formulas, each size against the sum of its definition in
 * long double at the limits of 16-bit samples, and every instruction set against the portable one,
 * on any 32-bit input. */
#include <math.h>
#include "support.h"
#include "dsp/mdct_tables.h"
#include "dsp.h"

enum { FRACTION = 10, SIZES = 6, ROUNDS = 300 };

static const unsigned sizes[SIZES] = { 128, 256, 320, 512, 1024, 2048 };
static const long double PI = 3.14159265358979323846264338327950288L;

static int32_t q30(long double x) { return (int32_t)lroundl(ldexpl(x, 30)); }

static void check_phasor(struct phasor mine, long double angle)
{
    assert_int_equal(mine.c, q30(cosl(angle)));
    assert_int_equal(mine.s, q30(sinl(angle)));
}

static void tables(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < SIZES; i++) {
        const struct mdct_plan *plan = mdct_plan(sizes[i]);

        assert_int_equal(plan->n, sizes[i]);
        for (unsigned k = 0; k < plan->n / 2u; k++)
            check_phasor(plan->twist[k], PI / plan->n * (k + 0.125L));
        for (unsigned k = 0; k < plan->circle * 3u / 4; k++)
            check_phasor(plan->roots[k], 2 * PI / plan->circle * k);
    }
    for (int k = 0; k < 2; k++)
        check_phasor(mdct_fifths[k], 2 * PI / 5 * (k + 1));
}

/* The definition, with the cosines in a table: sum of x[k] cos(pi/4n (2i + 1) (2k + 1)). */
struct definition {
    unsigned n;
    long double cosine[8 * MDCT_MOST];
};

static struct definition *definition_of(unsigned n)
{
    struct definition *of = malloc(sizeof *of);

    of->n = n;
    for (unsigned i = 0; i < 8 * n; i++)
        of->cosine[i] = cosl(PI / (4 * n) * i);
    return of;
}

static long double direct(const struct definition *of, const long double *x, unsigned i)
{
    long double sum = 0;

    for (unsigned k = 0; k < of->n; k++)
        sum += x[k] * of->cosine[(2 * i + 1) * (2 * k + 1) % (8 * of->n)];
    return sum;
}

/* Samples at the limits of 16 bits, before the window: noise, a tone, a square wave, an impulse, a
 * coefficient alone, and at last quiet noise. */
enum { NOISE, TONE, SQUARE, IMPULSE, COEFFICIENT, QUIET, KINDS };

static long double sample(int kind, unsigned i, unsigned n, uint32_t *seed)
{
    switch (kind) {
    case NOISE:
        return (int16_t)draw(seed);
    case TONE:
        return 32767 * sinl(PI * 0.0731L * i);
    case SQUARE:
        return i / 9 % 2 ? INT16_MAX : INT16_MIN;
    case IMPULSE:
        return i == n / 3 ? INT16_MAX : 0;
    case COEFFICIENT:
        return 32767 * cosl(PI / n * (i + 0.5L) * 17.5L);
    default:
        return (int)(draw(seed) % 200) - 100;
    }
}

/* The coefficients of these samples, with FRACTION bits, as if the transform were orthogonal. */
static void analyze(const struct definition *of, int kind, uint32_t *seed, int32_t *x)
{
    long double samples[MDCT_MOST];

    for (unsigned i = 0; i < of->n; i++)
        samples[i] = sample(kind, i, of->n, seed);
    for (unsigned k = 0; k < of->n; k++)
        x[k] = (int32_t)lroundl(ldexpl(direct(of, samples, k) * sqrtl(2.0L / of->n), FRACTION));
}

/* The largest error, in steps of a sample. The output has at least 13 bits below the step. */
static long double worst_error(const struct dsp_mdct *dsp, const struct definition *of,
                               const int32_t *x)
{
    int shift = (int)ceill(log2l(sqrtl(of->n / 2.0L))) - 3;
    long double exact[MDCT_MOST], worst = 0, scale = sqrtl(2.0L / of->n);
    int32_t y[MDCT_MOST];

    for (unsigned k = 0; k < of->n; k++)
        exact[k] = x[k];
    dsp->dct4(x, y, of->n, shift);
    for (unsigned i = 0; i < of->n; i++) {
        long double error = ldexpl(y[i], shift) - direct(of, exact, i);

        error = fabsl(ldexpl(error * scale, -FRACTION));
        worst = error > worst ? error : worst;
    }
    return worst;
}

static void errors(void **unused)
{
    long double worst = 0;
    uint32_t seed = 7;

    (void)unused;
    for (unsigned size = 0; size < SIZES; size++) {
        struct definition *of = definition_of(sizes[size]);

        for (int kind = 0; kind < KINDS; kind++) {
            int32_t x[MDCT_MOST];

            analyze(of, kind, &seed, x);
            for (unsigned simd = 0; simd <= best_set(); simd++) {
                long double error = worst_error(dsp_set(simd)->mdct, of, x);

                assert_true(error < ldexpl(1, -9));
                worst = error > worst ? error : worst;
            }
        }
        free(of);
    }
    print_message("# the largest error is 2^%.2Lf of a sample's step\n", log2l(worst));
}

/* Values of a random level, values at the limits, or a few alone. */
static void fill(int32_t *x, unsigned n, uint32_t *seed)
{
    unsigned kind = draw(seed) % 4, drop = draw(seed) % 32;

    for (unsigned i = 0; i < n; i++) {
        uint32_t value = draw(seed);

        x[i] = kind == 0   ? (int32_t)value >> drop
               : kind == 1 ? (value & 1 ? INT32_MAX : INT32_MIN)
               : kind == 2 ? (value % 100 == 0 ? (int32_t)draw(seed) : 0)
                           : INT32_MIN;
    }
}

static long double norm(const int32_t *x, unsigned n)
{
    long double sum = 0;

    for (unsigned i = 0; i < n; i++)
        sum += (long double)x[i] * x[i];
    return sqrtl(sum);
}

/* Twice the DCT-IV is n/2 times the input, as far as the values are not saturated: the first one
 * is scaled so that no value can be. */
static void check_inverse(const struct dsp_mdct *dsp, const int32_t *x, unsigned n)
{
    int shift = (int)ceill(log2l(sqrtl(n / 2.0L) * sqrtl((long double)n)));
    int32_t y[MDCT_MOST], again[MDCT_MOST];
    long double bound = 3 + ldexpl(norm(x, n), -27) + 3 * ldexpl(1, shift) / sqrtl(n / 2.0L);

    dsp->dct4(x, y, n, shift);
    dsp->dct4(y, again, n, 0);
    for (unsigned i = 0; i < n; i++) {
        long double expected = x[i] * (n / 2.0L) / ldexpl(1, shift);

        if (fabsl(expected) < INT32_MAX - bound * n)
            assert_true(fabsl(again[i] - expected) < bound * sqrtl(n / 2.0L));
    }
}

static void any_input(void **unused)
{
    uint32_t seed = 9;

    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        unsigned n = sizes[draw(&seed) % SIZES];
        int32_t x[MDCT_MOST], expected[MDCT_MOST];
        int shift = (int)(draw(&seed) % 25) - 8;

        fill(x, n, &seed);
        dsp_set(0)->mdct->dct4(x, expected, n, shift);
        check_inverse(dsp_set(0)->mdct, x, n);
        for (unsigned simd = 0; simd <= best_set(); simd++) {
            int32_t *copy = malloc(n * sizeof *copy), *y = malloc(n * sizeof *y);

            memcpy(copy, x, n * sizeof *x);
            dsp_set(simd)->mdct->dct4(copy, y, n, shift);
            assert_memory_equal(y, expected, n * sizeof *y);
            dsp_set(simd)->mdct->dct4(copy, copy, n, shift);
            assert_memory_equal(copy, expected, n * sizeof *y);
            free(copy);
            free(y);
        }
    }
}

/* In 32 bits: close to the other one, and the same in every set. */
static void in_32_bits(void **unused)
{
    uint32_t seed = 13;
    long double worst = 0;

    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        static const unsigned powers[] = { 128, 256, 512, 1024, 2048 };
        unsigned n = powers[draw(&seed) % 5];
        int32_t x[MDCT_MOST], exact[MDCT_MOST], expected[MDCT_MOST];
        int shift = (int)ceill(log2l(n)) + (int)(draw(&seed) % 4);

        fill(x, n, &seed);
        dsp_set(0)->mdct->dct4(x, exact, n, shift);
        dsp_set(0)->mdct->dct4_32(x, expected, n, shift);
        for (unsigned i = 0; i < n; i++) {
            long double error = fabsl((long double)expected[i] - exact[i]) - 1;

            error /= 1 + ldexpl(norm(x, n) * sqrtl(n / 2.0L), -shift);
            worst = error > worst ? error : worst;
        }
        for (unsigned simd = 1; simd <= best_set(); simd++) {
            int32_t *copy = malloc(n * sizeof *copy), *y = malloc(n * sizeof *y);

            memcpy(copy, x, n * sizeof *x);
            dsp_set(simd)->mdct->dct4_32(copy, y, n, shift);
            assert_memory_equal(y, expected, n * sizeof *y);
            dsp_set(simd)->mdct->dct4_32(copy, copy, n, shift);
            assert_memory_equal(copy, expected, n * sizeof *y);
            free(copy);
            free(y);
        }
    }
    print_message("# in 32 bits, the largest error is 2^%.2Lf of the norm\n", log2l(worst));
    assert_true(worst < ldexpl(1, -20));
}

/* From the definition of the inverse MDCT in dsp_mdct.h. */
static int64_t inverse(const int32_t *z, unsigned n, unsigned i)
{
    return i < n / 2       ? z[n / 2 + i]
           : i < n         ? -(int64_t)z[3 * n / 2 - 1 - i]
           : i < 3 * n / 2 ? -(int64_t)z[3 * n / 2 - 1 - i]
                           : -(int64_t)z[i - 3 * n / 2];
}

static void overlap(void **unused)
{
    uint32_t seed = 5;

    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        unsigned n = 16 * (1 + draw(&seed) % 20);
        size_t size = n * sizeof(int32_t), half = size / 2;
        int32_t z[MDCT_MOST], last[MDCT_MOST], window[MDCT_MOST];

        fill(z, n, &seed);
        fill(last, n, &seed);
        for (unsigned i = 0; i < n; i++)
            window[i] = (int32_t)(draw(&seed) % ((1u << 30) + 1));
        for (unsigned simd = 0; simd <= best_set(); simd++) {
            int32_t *now = malloc(half), *before = malloc(half), *out = malloc(size);

            memcpy(now, z + n / 2, half);
            memcpy(before, last, half);
            dsp_set(simd)->mdct->overlap(now - n / 2, before, window, out, n);
            for (unsigned i = 0; i < n; i++) {
                long double sum = floorl(ldexpl(inverse(z, n, i) * window[i] +
                                                    inverse(last, n, n + i) * window[n - 1 - i],
                                                -30) +
                                         0.5L);

                sum = fminl(fmaxl(sum, INT32_MIN), INT32_MAX);
                assert_int_equal(out[i], (int32_t)sum);
            }
            free(now);
            free(before);
            free(out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables),     cmocka_unit_test(errors),  cmocka_unit_test(any_input),
        cmocka_unit_test(in_32_bits), cmocka_unit_test(overlap),
    };

    return cmocka_run_group_tests_name("transforms", tests, 0, 0);
}
