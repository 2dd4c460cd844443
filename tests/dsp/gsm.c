/* Every kernel of GSM 06.10 in every set gives the same bits as the codec's own, on random and
 * extreme input. */
#include "support.h"
#include "codecs/gsm610/tables.h"

enum { ROUNDS = 20000, KINDS = 7 };

/* Noise at several levels, a few small numbers, the extremes, one of them alone, a period, and
 * silence. */
static void fill(int16_t *s, unsigned n, unsigned kind, uint32_t *seed)
{
    unsigned period = 1 + draw(seed) % 50, level = draw(seed) % 16;

    for (unsigned i = 0; i < n; i++) {
        int noise = (int16_t)(draw(seed) >> 9);

        switch (kind) {
        case 0:
            s[i] = (int16_t)noise;
            break;
        case 1:
            s[i] = (int16_t)(noise >> level);
            break;
        case 2:
            s[i] = (int16_t)(noise % 3 - 1);
            break;
        case 3:
            s[i] = noise & 1 ? INT16_MIN : INT16_MAX;
            break;
        case 4:
            s[i] = noise % 8 ? 0 : INT16_MIN;
            break;
        case 5:
            s[i] = (int16_t)(i < period ? noise : s[i - period]);
            break;
        default:
            s[i] = 0;
            break;
        }
    }
}

/* Reflection coefficients are never -1. */
static void fill_coefficients(int16_t *r, unsigned n, unsigned kind, uint32_t *seed)
{
    fill(r, n, kind, seed);
    for (unsigned i = 0; i < n; i++)
        r[i] = r[i] == INT16_MIN ? -INT16_MAX : r[i];
}

typedef void comparison(const struct dsp_gsm *ours, const struct dsp_gsm *reference, unsigned kind,
                        uint32_t *seed);

static void with_each_set(comparison *compare)
{
    uint32_t seed = 610;

    for (unsigned simd = 1; simd <= best_set(); simd++)
        for (unsigned round = 0; round < ROUNDS; round++)
            compare(dsp_set(simd)->gsm, &gsm610_kernels, round % KINDS, &seed);
}

static void compare_emphasis(const struct dsp_gsm *ours, const struct dsp_gsm *reference,
                             unsigned kind, uint32_t *seed)
{
    int16_t mine[1 + GSM610_FRAME], theirs[1 + GSM610_FRAME];

    fill(mine, 1 + GSM610_FRAME, kind, seed);
    memcpy(theirs, mine, sizeof mine);
    ours->emphasize(mine[0], mine + 1), reference->emphasize(theirs[0], theirs + 1);
    assert_memory_equal(mine, theirs, sizeof mine);
}

static void compare_autocorrelation(const struct dsp_gsm *ours, const struct dsp_gsm *reference,
                                    unsigned kind, uint32_t *seed)
{
    int16_t mine[GSM610_FRAME], theirs[GSM610_FRAME];
    int32_t my_sums[GSM610_ORDER + 1], their_sums[GSM610_ORDER + 1];

    fill(mine, GSM610_FRAME, kind, seed);
    memcpy(theirs, mine, sizeof mine);
    ours->autocorrelate(mine, my_sums), reference->autocorrelate(theirs, their_sums);
    assert_memory_equal(mine, theirs, sizeof mine);
    assert_memory_equal(my_sums, their_sums, sizeof my_sums);
}

/* The sums of any input, whose magnitudes do not exceed the first. */
static void compare_reflection(const struct dsp_gsm *ours, const struct dsp_gsm *reference,
                               unsigned kind, uint32_t *seed)
{
    int16_t s[GSM610_FRAME], mine[GSM610_ORDER], theirs[GSM610_ORDER];
    int32_t sums[GSM610_ORDER + 1];

    fill(s, GSM610_FRAME, kind, seed);
    reference->autocorrelate(s, sums);
    ours->reflect(sums, mine), reference->reflect(sums, theirs);
    assert_memory_equal(mine, theirs, sizeof mine);
    for (int i = 1; i <= GSM610_ORDER; i++)
        sums[i] = (int32_t)((int64_t)sums[0] * (int16_t)(draw(seed) >> 9) / INT16_MIN);
    ours->reflect(sums, mine), reference->reflect(sums, theirs);
    assert_memory_equal(mine, theirs, sizeof mine);
}

static void compare_interpolation(const struct dsp_gsm *ours, const struct dsp_gsm *reference,
                                  unsigned kind, uint32_t *seed)
{
    int16_t lars[2 * GSM610_ORDER], mine[GSM_SECTIONS][GSM610_ORDER],
        theirs[GSM_SECTIONS][GSM610_ORDER];

    fill(lars, 2 * GSM610_ORDER, kind, seed);
    ours->interpolate(lars, lars + GSM610_ORDER, mine),
        reference->interpolate(lars, lars + GSM610_ORDER, theirs);
    assert_memory_equal(mine, theirs, sizeof mine);
}

/* Tries every ratio. */
static void interpolation_of_every_ratio_is_the_same(void **unused)
{
    (void)unused;
    for (unsigned simd = 1; simd <= best_set(); simd++)
        for (int x = INT16_MIN; x <= INT16_MAX; x += GSM610_ORDER) {
            int16_t lars[GSM610_ORDER], mine[GSM_SECTIONS][GSM610_ORDER],
                theirs[GSM_SECTIONS][GSM610_ORDER];

            for (int i = 0; i < GSM610_ORDER; i++)
                lars[i] = (int16_t)(x + i);
            dsp_set(simd)->gsm->interpolate(lars, lars, mine),
                gsm610_kernels.interpolate(lars, lars, theirs);
            assert_memory_equal(mine, theirs, sizeof mine);
        }
}

struct lattice {
    int16_t reflection[GSM_SECTIONS][GSM610_ORDER], delayed[GSM610_ORDER], emphasis,
        s[GSM610_FRAME];
};

static struct lattice lattice_of(unsigned kind, uint32_t *seed)
{
    struct lattice lattice;

    fill_coefficients(lattice.reflection[0], GSM_SECTIONS * GSM610_ORDER,
                      draw(seed) >> 8 & 1 ? 1 : 3, seed);
    fill(lattice.delayed, GSM610_ORDER, kind, seed);
    fill(&lattice.emphasis, 1, kind, seed);
    fill(lattice.s, GSM610_FRAME, kind, seed);
    return lattice;
}

static void compare_analysis(const struct dsp_gsm *ours, const struct dsp_gsm *reference,
                             unsigned kind, uint32_t *seed)
{
    struct lattice mine = lattice_of(kind, seed), theirs = mine;

    ours->analyze(mine.delayed, (const int16_t(*)[GSM610_ORDER])mine.reflection, mine.s);
    reference->analyze(theirs.delayed, (const int16_t(*)[GSM610_ORDER])theirs.reflection, theirs.s);
    assert_memory_equal(&mine, &theirs, sizeof mine);
}

static void compare_synthesis(const struct dsp_gsm *ours, const struct dsp_gsm *reference,
                              unsigned kind, uint32_t *seed)
{
    struct lattice mine = lattice_of(kind, seed), theirs = mine;

    ours->synthesize(mine.delayed, &mine.emphasis, (const int16_t(*)[GSM610_ORDER])mine.reflection,
                     mine.s);
    reference->synthesize(theirs.delayed, &theirs.emphasis,
                          (const int16_t(*)[GSM610_ORDER])theirs.reflection, theirs.s);
    assert_memory_equal(&mine, &theirs, sizeof mine);
}

/* Includes ties: few different samples, and periods. */
static void compare_search(const struct dsp_gsm *ours, const struct dsp_gsm *reference,
                           unsigned kind, uint32_t *seed)
{
    int16_t s[GSM610_LAG_MAX + GSM610_SUBFRAME], d[GSM610_SUBFRAME];
    struct gsm_match mine, theirs;

    fill(s, GSM610_LAG_MAX + GSM610_SUBFRAME, kind, seed);
    fill(d, GSM610_SUBFRAME, draw(seed) >> 8 & 1 ? 1 : kind, seed);
    mine = ours->search(d, s + GSM610_LAG_MAX), theirs = reference->search(d, s + GSM610_LAG_MAX);
    assert_int_equal(mine.lag, theirs.lag);
    assert_int_equal(mine.sum, theirs.sum);
    assert_int_equal(mine.power, theirs.power);
}

static void compare_prediction(const struct dsp_gsm *ours, const struct dsp_gsm *reference,
                               unsigned kind, uint32_t *seed)
{
    int16_t past[GSM610_SUBFRAME], e[GSM610_SUBFRAME], mine[GSM610_SUBFRAME],
        theirs[GSM610_SUBFRAME];
    int16_t gain = gsm610_gain_levels_q15[draw(seed) >> 8 & 3];
    struct gsm_peak peak = gsm610_decode_peak(draw(seed) >> 8 & 63);
    unsigned grid = draw(seed) >> 8 & 3;
    uint8_t codes[GSM610_PULSES];

    fill(past, GSM610_SUBFRAME, kind, seed),
        fill(e, GSM610_SUBFRAME, draw(seed) >> 8 & 1 ? 3 : kind, seed);
    memcpy(mine, e, sizeof e), memcpy(theirs, e, sizeof e);
    ours->subtract(past, gain, mine), reference->subtract(past, gain, theirs);
    assert_memory_equal(mine, theirs, sizeof mine);
    for (int i = 0; i < GSM610_PULSES; i++)
        codes[i] = draw(seed) >> 8 & 7;
    ours->excite(peak, codes, grid, past, gain, mine);
    reference->excite(peak, codes, grid, past, gain, theirs);
    assert_memory_equal(mine, theirs, sizeof mine);
}

static void compare_selection(const struct dsp_gsm *ours, const struct dsp_gsm *reference,
                              unsigned kind, uint32_t *seed)
{
    int16_t e[GSM610_SUBFRAME];
    struct gsm_pulses mine, theirs;

    fill(e, GSM610_SUBFRAME, kind, seed);
    ours->select(e, &mine), reference->select(e, &theirs);
    assert_memory_equal(mine.values, theirs.values, sizeof mine.values);
    assert_int_equal(mine.peak, theirs.peak);
    assert_int_equal(mine.grid, theirs.grid);
}

/* Pulses and shifts as they occur, and an inverse of any mantissa. */
static void compare_quantization(const struct dsp_gsm *ours, const struct dsp_gsm *reference,
                                 unsigned kind, uint32_t *seed)
{
    int16_t inverse = gsm610_inverse_mantissas[draw(seed) >> 8 & 7];
    uint8_t mine[GSM610_PULSES], theirs[GSM610_PULSES];
    struct gsm_pulses pulses = { { 0 }, 0, 0 };
    int shift = (int)(draw(seed) >> 8) % 11;

    fill(pulses.values, GSM610_PULSES, kind, seed);
    for (int i = 0; i < GSM610_PULSES; i++)
        pulses.values[i] = (int16_t)(pulses.values[i] >> shift);
    ours->quantize(&pulses, shift, inverse, mine);
    reference->quantize(&pulses, shift, inverse, theirs);
    assert_memory_equal(mine, theirs, sizeof mine);
}

#define SAME(what) \
    static void what##_is_the_same(void **unused) \
    { \
        (void)unused; \
        with_each_set(compare_##what); \
    }
SAME(emphasis)
SAME(autocorrelation)
SAME(reflection)
SAME(interpolation)
SAME(analysis)
SAME(synthesis)
SAME(search)
SAME(prediction)
SAME(selection)
SAME(quantization)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emphasis_is_the_same),
        cmocka_unit_test(autocorrelation_is_the_same),
        cmocka_unit_test(reflection_is_the_same),
        cmocka_unit_test(interpolation_is_the_same),
        cmocka_unit_test(interpolation_of_every_ratio_is_the_same),
        cmocka_unit_test(analysis_is_the_same),
        cmocka_unit_test(synthesis_is_the_same),
        cmocka_unit_test(search_is_the_same),
        cmocka_unit_test(prediction_is_the_same),
        cmocka_unit_test(selection_is_the_same),
        cmocka_unit_test(quantization_is_the_same),
    };

    return cmocka_run_group_tests_name("gsm sets", tests, 0, 0);
}
