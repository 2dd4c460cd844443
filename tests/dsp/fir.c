/* Filter banks: every instruction set gives the sums of the portable one, on any samples and
 * coefficients, reads nothing beyond them, and writes nothing else. */
#include "support.h"
#include "dsp.h"

enum { ROUNDS = 3000, TAPS_MAX = 1040, PLACES_MAX = 11, GUARD = 0x5A5A5A5A };

/* Fills memory of the exact size, so that a sanitizer detects accesses beyond it: with noise of a
 * random level, or with the limits alone. */
static int16_t *samples(size_t n, int limit, uint32_t *seed)
{
    int16_t *s = malloc(n * sizeof *s);
    int level = 1 + (int)(draw(seed) % (unsigned)limit);
    bool limits = draw(seed) % 8 == 0;

    for (size_t i = 0; i < n; i++) {
        int32_t x = (int32_t)(draw(seed) % (2u * (unsigned)level + 1)) - level;

        s[i] = (int16_t)(!limits ? x : x < 0 ? -limit - 1 : limit);
    }
    return s;
}

/* The sum in 64 bits, which must fit 32. */
static int32_t expected(const int16_t *x, const int16_t *row, unsigned taps)
{
    int64_t sum = 0;

    for (unsigned t = 0; t < taps; t += FIR_SECTION) {
        int64_t low = 0;

        for (unsigned i = t; i < taps && i < t + FIR_SECTION; i++) {
            sum += x[i] * row[i];
            low += x[i] * row[taps + i];
        }
        sum += low >= 0 ? low / 256 : -((-low + 255) / 256);
    }
    assert_true(sum >= INT32_MIN && sum <= INT32_MAX);
    return (int32_t)sum;
}

static void same_sums(const struct dsp *dsp, uint32_t *seed)
{
    unsigned taps = 16 * (1 + draw(seed) % (draw(seed) % 4 ? 12 : TAPS_MAX / 16));
    size_t n = draw(seed) % (PLACES_MAX + 1), apart = draw(seed) % 20;
    int16_t *x = samples(taps + PLACES_MAX * apart, INT16_MAX, seed);
    int16_t *rows = samples(2 * taps * PLACES_MAX, INT16_MAX, seed);
    struct fir_place *places = malloc(n * sizeof *places + 1);
    int32_t sums[PLACES_MAX + 1], ours[PLACES_MAX + 1];

    /* The upper coefficients are small enough that no sum exceeds 31 bits, the lower ones have 8.
     */
    for (size_t i = 0; i < 2 * taps * PLACES_MAX; i++)
        rows[i] = (int16_t)(i / taps % 2 ? rows[i] >> 8 : rows[i] / (int)taps);
    for (size_t i = 0; i < n; i++)
        places[i] = (struct fir_place){ (uint32_t)(i * apart), draw(seed) % PLACES_MAX * 2 * taps };
    for (size_t i = 0; i <= PLACES_MAX; i++)
        sums[i] = ours[i] = GUARD;
    dsp_portable.fir(x, rows, taps, places, n, sums);
    dsp->fir(x, rows, taps, places, n, ours);
    assert_memory_equal(sums, ours, sizeof sums);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(sums[i], expected(x + places[i].at, rows + places[i].row, taps));
    assert_int_equal(sums[n], GUARD);
    free(x);
    free(rows);
    free(places);
}

static void every_set_has_the_same_sums(void **unused)
{
    uint32_t seed = 24;

    (void)unused;
    for (int round = 0; round < ROUNDS; round++)
        for (unsigned set = 0; set <= best_set(); set++)
            same_sums(dsp_set(set), &seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_set_has_the_same_sums) };

    return cmocka_run_group_tests_name("dsp.fir", tests, 0, 0);
}
