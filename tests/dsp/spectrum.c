/* The loops over coefficients: every instruction set against the definitions in dsp_spectrum.h, on
 * random and extreme input in memory of the exact size. */
#include <math.h>
#include "support.h"
#include "dsp.h"

enum { ROUNDS = 2000, MOST = 2048, LIMIT = (1 << 30) - 1 };

/* Values of a random level, or the limits alone. */
static int32_t *values(size_t n, int32_t limit, uint32_t *seed)
{
    int32_t *x = malloc(n * sizeof *x + 1), level = (int32_t)(limit >> draw(seed) % 30);
    bool limits = draw(seed) % 8 == 0;

    for (size_t i = 0; i < n; i++) {
        int64_t value = (int64_t)(draw(seed) % (2u * (uint32_t)level + 1)) - level;

        x[i] = !limits ? (int32_t)value : value < 0 ? -limit : limit;
    }
    return x;
}

static int64_t floor_half(int64_t x) { return (int64_t)floorl(x / 2.0L); }

static void check_mid_side(const struct dsp_spectrum *dsp, uint32_t *seed)
{
    unsigned n = 8 * (1 + draw(seed) % (MOST / 8));
    int32_t *left = values(n, LIMIT, seed), *right = values(n, LIMIT, seed);
    int32_t *middle = malloc(n * sizeof *middle), *side = malloc(n * sizeof *side);
    uint32_t sums[4], expected[4] = { 0 };

    dsp->mid_side(left, right, middle, side, n, sums);
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(middle[i], floor_half((int64_t)left[i] + right[i]));
        assert_int_equal(side[i], floor_half((int64_t)left[i] - right[i]));
        expected[0] += (uint32_t)abs(left[i]) / 16;
        expected[1] += (uint32_t)abs(right[i]) / 16;
        expected[2] += (uint32_t)abs(middle[i]) / 16;
        expected[3] += (uint32_t)abs(side[i]) / 16;
    }
    assert_memory_equal(sums, expected, sizeof sums);
    free(left);
    free(right);
    free(middle);
    free(side);
}

static void check_energy(const struct dsp_spectrum *dsp, uint32_t *seed)
{
    unsigned n = draw(seed) % 200;
    int32_t *x = values(n, INT32_MAX, seed);
    uint64_t sum = 0;

    for (unsigned i = 0; i < n; i++)
        sum += (uint64_t)abs(x[i]) * (uint64_t)abs(x[i]);
    assert_true(dsp->energy(x, n) == sum);
    free(x);
}

static void check_scale(const struct dsp_spectrum *dsp, uint32_t *seed)
{
    unsigned n = draw(seed) % 300, shift = draw(seed) % 64;
    int32_t *x = values(n, INT32_MAX, seed);
    uint32_t *factors = (uint32_t *)values(n, INT32_MAX, seed);
    uint16_t *y = malloc(n * sizeof *y + 1);

    for (unsigned i = 0; i < n; i++)
        factors[i] = draw(seed) % 9 ? factors[i] & INT32_MAX : UINT32_MAX;
    dsp->scale(x, factors, shift, y, n);
    for (unsigned i = 0; i < n; i++) {
        long double product = (long double)abs(x[i]) * factors[i];

        assert_int_equal(y[i], fminl(floorl(ldexpl(product, -(int)shift)), 65535));
    }
    free(x);
    free(factors);
    free(y);
}

static void check_distances(const struct dsp_spectrum *dsp, uint32_t *seed)
{
    unsigned n = 8 * (1 + draw(seed) % 40);
    int32_t *w = values(n, 1 << 29, seed), *end = values(n, 1 << 30, seed);
    int32_t *lsp = values(SPECTRUM_LSP, 1 << 29, seed), *y = malloc(n * sizeof *y);

    dsp->distances(w, end, lsp, y, n);
    for (unsigned i = 0; i < n; i++) {
        long double product = end[i];

        for (int j = 0; j < SPECTRUM_LSP; j++)
            product = floorl(ldexpl(product * ((long double)w[i] - lsp[j]), -30));
        assert_int_equal(y[i], (int32_t)product);
    }
    free(w);
    free(end);
    free(lsp);
    free(y);
}

static void check_above(const struct dsp_spectrum *dsp, uint32_t *seed)
{
    unsigned n = SPECTRUM_MASK * (1 + draw(seed) % 20), least = 1 + draw(seed) % 65535;
    uint16_t *y = malloc(n * sizeof *y);
    uint32_t *mask = malloc(n / SPECTRUM_MASK * sizeof *mask);

    for (unsigned i = 0; i < n; i++)
        y[i] = (uint16_t)(draw(seed) % 3 ? draw(seed) : least - draw(seed) % 2);
    dsp->above(y, n, (uint16_t)least, mask);
    for (unsigned i = 0; i < n; i++)
        assert_int_equal(mask[i / SPECTRUM_MASK] >> i % SPECTRUM_MASK & 1, y[i] >= least);
    free(y);
    free(mask);
}

/* The logarithms are approximate: differences are within 2 of the exact ones. */
static void check_lsp_error(const struct dsp_spectrum *dsp, uint32_t *seed)
{
    int16_t x[4][SPECTRUM_POINTS];
    double sum = 0, squares = 0, error;
    int64_t result;

    for (int i = 0; i < SPECTRUM_POINTS; i++) {
        for (int j = 0; j < 4; j++)
            x[j][i] = (int16_t)((int)(draw(seed) % 8000) - 4000);
        error = 256 * log2(exp2((x[0][i] + x[1][i]) / 128.) + exp2(x[2][i] / 128.)) / 2 - x[3][i];
        sum += error / 4;
        squares += error / 4 * error / 4;
    }
    result = dsp->lsp_error(x[0], x[1], x[2], x[3]);
    error = sqrt((double)result) - sqrt(squares * SPECTRUM_POINTS - sum * sum);
    assert_true(fabs(error) < 2 * SPECTRUM_POINTS);
    assert_true(result == dsp_set(0)->spectrum->lsp_error(x[0], x[1], x[2], x[3]));
}

static void every_set(void (*check)(const struct dsp_spectrum *, uint32_t *seed))
{
    uint32_t seed = 11;

    for (unsigned simd = 0; simd <= best_set(); simd++)
        for (int round = 0; round < ROUNDS; round++)
            check(dsp_set(simd)->spectrum, &seed);
}

static void mid_side(void **unused)
{
    (void)unused;
    every_set(check_mid_side);
}

static void energy(void **unused)
{
    (void)unused;
    every_set(check_energy);
}

static void scale(void **unused)
{
    (void)unused;
    every_set(check_scale);
}

static void distances(void **unused)
{
    (void)unused;
    every_set(check_distances);
}

static void lsp_error(void **unused)
{
    (void)unused;
    every_set(check_lsp_error);
}

static void above(void **unused)
{
    (void)unused;
    every_set(check_above);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mid_side),  cmocka_unit_test(energy), cmocka_unit_test(scale),
        cmocka_unit_test(distances), cmocka_unit_test(above),  cmocka_unit_test(lsp_error),
    };

    return cmocka_run_group_tests_name("loops over coefficients", tests, 0, 0);
}
