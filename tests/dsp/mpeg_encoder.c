/* The kernels of MPEG audio's encoders: constants against their formulas, the transforms against
 * the sums of the standard, and every instruction set against the portable one. */
#include <math.h>
#include "support.h"
#include "codecs/mpeg/quantizer_tables.h"
#include "codecs/mpeg/tables.h"
#include "dsp/mpeg_encoder_tables.h"

static const double PI = 3.14159265358979323846;

/* 11172-3, 2.4.3.4.10.3. */
static double window_of(unsigned type, int i)
{
    double slow = sin(PI / 36 * (i + .5));

    if (type == MPEG_SHORT)
        return i < 12 ? sin(PI / 12 * (i + .5)) : 0;
    if (type == MPEG_START)
        return i < 18 ? slow : i < 24 ? 1 : i < 30 ? sin(PI / 12 * (i - 18 + .5)) : 0;
    if (type == MPEG_STOP)
        return i < 6 ? 0 : i < 12 ? sin(PI / 12 * (i - 6 + .5)) : i < 18 ? 1 : slow;
    return slow;
}

static void constants_follow_their_formulas(void **unused)
{
    static const double c[8] = { -.6, -.535, -.33, -.185, -.095, -.041, -.0142, -.0037 };
    static const int32_t cosines[][2] = { { 10, MPEG_C10 }, { 20, MPEG_C20 }, { 30, MPEG_C30 },
                                          { 40, MPEG_C40 }, { 50, MPEG_C50 }, { 70, MPEG_C70 },
                                          { 80, MPEG_C80 } };
    unsigned at = 0;

    (void)unused;
    for (int n = 32, q = 27; n > 1; n /= 2, q++)
        for (int k = 0; k < n / 2; k++)
            assert_int_equal(mpeg_dct32_secants[at++],
                             llround(ldexp(1 / (2 * cos(PI * (2 * k + 1) / (2 * n))), q)));
    for (unsigned type = 0; type < 4; type++)
        for (int i = 0; i < 36; i++)
            assert_int_equal(mpeg_mdct_windows[type][i],
                             llround(ldexp(window_of(type, i), 32) / (type == 2 ? 6 : 18)));
    for (int n = 0; n < 18; n++)
        assert_int_equal(mpeg_mdct_twiddles[n], llround(ldexp(cos(PI * (2 * n + 1) / 72), 31)));
    for (int n = 0; n < 9; n++)
        assert_int_equal(mpeg_mdct_twiddles9[n], llround(ldexp(cos(PI * (2 * n + 1) / 36), 31)));
    for (int n = 0; n < 36; n++)
        assert_int_equal(mpeg_mdct_short[n / 6][n % 6],
                         llround(ldexp(cos(PI * (2 * (n % 6) + 1) * (2 * (n / 6) + 1) / 24), 31)));
    for (int i = 0; i < 8; i++) {
        assert_int_equal(mpeg_antialias[i][0], llround(ldexp(1 / sqrt(1 + c[i] * c[i]), 31)));
        assert_int_equal(mpeg_antialias[i][1], llround(ldexp(c[i] / sqrt(1 + c[i] * c[i]), 31)));
    }
    for (size_t i = 0; i < sizeof cosines / sizeof *cosines; i++)
        assert_int_equal(cosines[i][1], llround(ldexp(cos(PI * cosines[i][0] / 180), 31)));
    for (int i = 0; i <= 128; i++)
        assert_int_equal(mpeg_power_mantissas[i], llround(ldexp(pow(1 + i / 128., .75), 30)));
    for (int e = 0; e < 28; e++)
        assert_int_equal(mpeg_power_exponents[e], llround(exp2(.75 * e + 11)));
    for (int r = 0; r < 16; r++)
        assert_int_equal(mpeg_step_powers[r], llround(exp2(31 - 3 * r / 16.)));
}

/* Within a hundredth of a step of 16-bit samples, and the root of the mean square is less than an
 * 800th: the divisions by small cosines multiply roundings by up to 20. */
static void the_filter_bank_is_accurate(void **unused)
{
    static int16_t pcm[512 + 35 * 32];
    mpeg_slot slots[36];
    uint32_t seed = 7;
    double squares = 0;

    (void)unused;
    for (size_t i = 0; i < sizeof pcm / sizeof *pcm; i++)
        pcm[i] = (int16_t)draw(&seed);
    dsp_mpeg_encoder_c.analyze(pcm, slots, 36);
    for (int t = 0; t < 36; t++)
        for (int k = 0; k < 32; k++) {
            double sum = 0;

            for (int i = 0; i < 512; i++)
                sum += mpeg_window[i] / 65536. / 32 * pcm[32 * t + 511 - i] *
                       cos((2 * k + 1) * (i % 64 - 16) * PI / 64);
            sum -= slots[t][k] / 4096.;
            assert_true(fabs(sum) < 1. / 100);
            squares += sum * sum;
        }
    assert_true(sqrt(squares / (36 * 32)) < 1. / 800);
}

static double expected_line(const mpeg_slot *slots, unsigned type, int band, int line)
{
    int n = type == MPEG_SHORT ? 12 : 36, first = type == MPEG_SHORT ? 6 + line / 6 * 6 : 0;
    int k = type == MPEG_SHORT ? line % 6 : line;
    double sum = 0;

    for (int i = 0; i < n; i++) {
        int t = first + i;
        double s = (t & band & 1) ? -(double)slots[t][band] : slots[t][band];

        sum += window_of(type, i) * s * cos(PI / (2 * n) * (2 * i + 1 + n / 2) * (2 * k + 1));
    }
    return sum * 4 / n / 4;
}

/* Only band 3, and without the lines near its edges, which the alias reduction changes. */
static void the_mdct_is_accurate(void **unused)
{
    uint32_t seed = 3;

    (void)unused;
    for (unsigned type = 0; type < 4; type++) {
        mpeg_slot slots[36] = { { 0 } };
        int32_t lines[MPEG_ENCODER_LINES];

        for (int t = 0; t < 36; t++)
            slots[t][3] = (int32_t)draw(&seed) >> 5;
        dsp_mpeg_encoder_c.transform(slots, type, lines);
        for (int k = type == MPEG_SHORT ? 0 : 8; k < (type == MPEG_SHORT ? 18 : 10); k++)
            assert_true(fabs(expected_line(slots, type, 3, k) - lines[54 + k]) < 16);
    }
}

static void fill(int16_t *pcm, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t x = draw(&seed);

        pcm[i] = seed % 3 == 0 ? (int16_t)x : seed % 3 == 1 ? INT16_MIN : (int16_t)(x % 2000);
    }
}

static const double thirds[3] = { 1073741824, 1352829926, 1704458901 }; /* 2^(30 + i/3) */

/* Values up to the scale factor, among them the factor itself and its negative. */
static void fill_steps(struct mpeg_steps *steps, mpeg_slot *slots, uint32_t *random)
{
    static const int32_t levels[4] = { 0, 3, 9, 65535 };

    for (int b = 0; b < MPEG_ENCODER_BANDS; b++) {
        uint32_t most;

        steps->inverse[b] = (int32_t)thirds[draw(random) % 3];
        steps->shift[b] = (int32_t)(draw(random) % 21);
        steps->levels[b] = levels[draw(random) % 4];
        most = (uint32_t)(ldexp(1, 58 - steps->shift[b]) / steps->inverse[b]);
        for (int t = 0; t < MPEG_THIRD; t++) {
            uint32_t x = t < 2 ? most : draw(random) % (most + 1);

            slots[t][b] = t % 2 ? -(int32_t)x : (int32_t)x;
        }
    }
}

/* Against a sum, and against the formula in the header: values are integers before they are divided
 * by small scale factors. */
static void the_quantizer_is_exact(void **unused)
{
    uint32_t random = 5;

    (void)unused;
    for (int round = 0; round < 100; round++) {
        struct mpeg_steps steps;
        mpeg_slot slots[MPEG_THIRD], codes[MPEG_THIRD];
        int32_t peaks[MPEG_ENCODER_BANDS];
        uint64_t energies[MPEG_ENCODER_BANDS] = { 0 };

        fill_steps(&steps, slots, &random);
        dsp_mpeg_encoder_c.measure(slots, peaks, energies);
        dsp_mpeg_encoder_c.quantize_bands(slots, &steps, codes);
        for (int b = 0; b < MPEG_ENCODER_BANDS; b++) {
            int32_t levels = steps.levels[b];
            double error = .5 + ldexp(levels, steps.shift[b] - 29) + 1. / 16;
            uint64_t sum = 0;

            assert_int_equal(peaks[b], slots[0][b]);
            for (int t = 0; t < MPEG_THIRD; t++) {
                double scaled = ldexp(slots[t][b], steps.shift[b] - 58) * steps.inverse[b];
                double code = (scaled + 1) * levels / 2;

                sum += (uint64_t)((int64_t)slots[t][b] * slots[t][b]);
                if (code > levels - 1)
                    code = levels - 1;
                assert_in_range(codes[t][b], 0, levels > 0 ? levels - 1 : 0);
                assert_true(levels == 0 || fabs(code - .5 - codes[t][b]) <= error);
            }
            assert_true(energies[b] == sum);
        }
    }
}

static void layer2_of(const struct dsp_mpeg_encoder *dsp, uint32_t *random)
{
    struct mpeg_steps steps;
    mpeg_slot slots[MPEG_THIRD], codes[MPEG_THIRD], expected_codes[MPEG_THIRD];
    int32_t peaks[MPEG_ENCODER_BANDS], expected_peaks[MPEG_ENCODER_BANDS];
    uint64_t energies[MPEG_ENCODER_BANDS] = { 1 }, expected[MPEG_ENCODER_BANDS] = { 1 };

    fill_steps(&steps, slots, random);
    dsp->measure(slots, peaks, energies);
    dsp_mpeg_encoder_c.measure(slots, expected_peaks, expected);
    assert_memory_equal(peaks, expected_peaks, sizeof peaks);
    assert_memory_equal(energies, expected, sizeof energies);
    dsp->quantize_bands(slots, &steps, codes);
    dsp_mpeg_encoder_c.quantize_bands(slots, &steps, expected_codes);
    assert_memory_equal(codes, expected_codes, sizeof codes);
}

static void all_sets_agree(void **unused)
{
    (void)unused;
    for (uint8_t set = 1; set <= best_set(); set++) {
        const struct dsp_mpeg_encoder *dsp = dsp_set(set)->mpeg_encoder;

        for (uint32_t seed = 1; seed < 1000; seed++) {
            uint32_t random = seed, factor, powers[MPEG_ENCODER_LINES];
            unsigned count = seed % 2 ? 36 : 18;
            size_t samples = 480 + 32 * count;
            int16_t *pcm = malloc(samples * sizeof *pcm);
            mpeg_slot slots[36], expected[36];
            int32_t lines[MPEG_ENCODER_LINES], expected_lines[MPEG_ENCODER_LINES];
            uint16_t q[MPEG_ENCODER_LINES], expected_q[MPEG_ENCODER_LINES];

            fill(pcm, samples, seed);
            dsp->analyze(pcm, slots, count);
            dsp_mpeg_encoder_c.analyze(pcm, expected, count);
            assert_memory_equal(slots, expected, count * sizeof *slots);
            free(pcm);
            for (int i = 0; i < 36 * 32; i++)
                expected[i / 32][i % 32] = (int32_t)draw(&random) >> 3;
            dsp->transform(expected, seed % 4, lines);
            dsp_mpeg_encoder_c.transform(expected, seed % 4, expected_lines);
            assert_memory_equal(lines, expected_lines, sizeof lines);
            for (int i = 0; i < MPEG_ENCODER_LINES; i++)
                powers[i] = draw(&random);
            factor = draw(&random) >> (4 + seed % 12);
            dsp->quantize(powers, factor, q, 16 * (1 + seed % 36));
            dsp_mpeg_encoder_c.quantize(powers, factor, expected_q, 16 * (1 + seed % 36));
            assert_memory_equal(q, expected_q, 16 * (1 + seed % 36) * sizeof *q);
            layer2_of(dsp, &random);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_follow_their_formulas),
        cmocka_unit_test(the_filter_bank_is_accurate),
        cmocka_unit_test(the_mdct_is_accurate),
        cmocka_unit_test(the_quantizer_is_exact),
        cmocka_unit_test(all_sets_agree),
    };

    return cmocka_run_group_tests_name("MPEG encoder kernels", tests, 0, 0);
}
