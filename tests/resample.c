/* The sample rate converter against its formulas in extended precision, and against tones and
 * sweeps whose exact values at the new rate are known. */
#include "resample_support.h"
#include "resample/filter.h"
#include "resample/filter_table.h"

/* One of each kind: up, down, many phases, far down, interpolated up and down, one phase. */
static const uint32_t ratios[][2] = { { 44100, 48000 }, { 48000, 44100 }, { 8000, 44100 },
                                      { 44100, 16000 }, { 17896, 44100 }, { 44100, 44056 },
                                      { 48000, 16000 } };
enum { RATIOS = sizeof ratios / sizeof *ratios };

/* --- The filter --- */

static long double bessel(long double x)
{
    long double sum = 1, term = 1;

    for (int k = 1; term > sum * 1e-21L; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

/* h(u) of filter.h. */
static long double impulse(unsigned quality, long double u)
{
    static const long double betas[] = { 7, 9.5L, 9.5L }, cuts[] = { 0.90L, 0.93L, 0.96L };
    long double edge = 2 * u / (32 << quality), x = PI * cuts[quality] * u;

    if (fabsl(edge) >= 1)
        return 0;
    return cuts[quality] * (x == 0 ? 1 : sinl(x) / x) *
           bessel(betas[quality] * sqrtl(1 - edge * edge)) / bessel(betas[quality]);
}

/* The cubic through the values at the Chebyshev nodes of an interval, by Newton's differences. */
static void interpolate(unsigned quality, unsigned piece, long double c[4])
{
    long double x[4], d[4];

    for (int i = 0; i < 4; i++) {
        x[i] = (1 - cosl(PI * (2 * i + 1) / 8)) / 2;
        d[i] = impulse(quality, (piece + x[i]) / FILTER_PIECES);
    }
    for (int k = 1; k < 4; k++)
        for (int i = 3; i >= k; i--)
            d[i] = (d[i] - d[i - 1]) / (x[i] - x[i - k]);
    for (int i = 0; i < 4; i++)
        c[i] = 0;
    for (int k = 3; k >= 0; k--) {
        for (int i = 3; i > 0; i--)
            c[i] = c[i - 1] - x[k] * c[i];
        c[0] = d[k] - x[k] * c[0];
    }
}

static void the_table_is_its_formula(void **unused)
{
    const filter_piece *const tables[] = { cubics_32, cubics_64, cubics_128 };

    (void)unused;
    for (unsigned quality = 0; quality < 3; quality++) {
        unsigned pieces = filter_length(quality) / 2 * FILTER_PIECES;

        for (unsigned i = 0; i < pieces; i++) {
            long double c[4];

            interpolate(quality, i, c);
            for (int k = 0; k < 4; k++)
                assert_true(fabsl(tables[quality][i][k] - ldexpl(c[k], 30)) < 0.501L);
        }
    }
}

/* Checks one row. Returns the sum of the coefficients' magnitudes. */
static long double check_row(const struct filter *filter, uint32_t phase, long double stretch)
{
    int16_t *row = malloc(2 * filter->taps * sizeof *row);
    long double sum = 0;

    filter_row(filter, phase, row);
    for (uint32_t i = 0; i < filter->taps; i++) {
        long double at = (long double)i - (filter->taps / 2 - 1) -
                         (long double)phase / filter->phases,
                    h = (row[i] * 256 + row[filter->taps + i]) / 4194304.0L;

        assert_true(row[filter->taps + i] >= -128 && row[filter->taps + i] <= 127);
        assert_true(fabsl(h - impulse(filter->quality, at / stretch) / stretch) <
                    0x1p-19L / stretch + 0x0.9p-22L);
        sum += fabsl(h);
    }
    free(row);
    return sum;
}

static void coefficients_are_near_the_formula(void **unused)
{
    static const uint32_t stretches[][2] = { { 1, 1 }, { 160, 147 }, { 441, 160 }, { 127, 1 } };
    long double most = 0;

    (void)unused;
    for (unsigned quality = 0; quality < 3; quality++)
        for (int i = 0; i < 4; i++) {
            uint32_t up = stretches[i][1], down = stretches[i][0],
                     taps = (filter_length(quality) * down / up + 17) / 16 * 16;
            struct filter filter = { quality, taps, i == 3 ? 3 : 64,
                                     (((uint64_t)FILTER_PIECES << 32) * up + down - 1) / down };

            for (uint32_t phase = 0; phase <= filter.phases; phase++)
                most = fmaxl(most, check_row(&filter, phase, (long double)down / up));
        }
    print_message("# the magnitudes of the coefficients add up to at most %.3Lf\n", most);
    assert_true(most < 2.8L);
}

/* --- Conversions --- */

static struct resample_plan plan_of(const uint32_t rates[2], unsigned channels, unsigned quality)
{
    struct resample_plan plan;

    assert_true(resample_plan(&plan, rates[0], rates[1], channels, quality));
    return plan;
}

static double wave_snr(const uint32_t rates[2], unsigned quality, const struct wave *wave)
{
    struct resample_plan plan = plan_of(rates, 1, quality);
    struct sound in = wave_sampled(wave, rates[0]), out = whole(&plan, in, best_set());
    double dB = snr_of(wave, out, rates[1], resample_delay(&plan));

    free(in.samples);
    free(out.samples);
    return dB;
}

static long double lower(const uint32_t rates[2])
{
    return rates[0] < rates[1] ? rates[0] : rates[1];
}

static void tones_are_exact_to_16_bits(void **unused)
{
    (void)unused;
    for (int i = 0; i < RATIOS; i++) {
        long double nyquist = lower(ratios[i]) / 2,
                    tones[] = { 997, 0.25L * nyquist, 0.45L * nyquist, 0.75L * nyquist };

        for (unsigned quality = 1; quality < 3; quality++)
            for (int k = 0; k < 4; k++) {
                struct wave wave = { tones[k], 0, 0.5L };
                double dB = wave_snr(ratios[i], quality, &wave);

                print_message("# %u to %u Hz, quality %u, %.0Lf Hz: SNR %.1f dB\n", ratios[i][0],
                              ratios[i][1], quality, tones[k], dB);
                assert_true(dB >= 90);
            }
    }
}

static void sweeps_are_exact_to_16_bits(void **unused)
{
    static const long double ends[] = { 0.72L, 0.80L, 0.90L };
    static const double floors[] = { 70, 90, 90 };

    (void)unused;
    for (int i = 0; i < RATIOS; i++)
        for (unsigned quality = 0; quality < 3; quality++) {
            struct wave wave = { 20, lower(ratios[i]) / 2 * ends[quality], 1 };
            double dB = wave_snr(ratios[i], quality, &wave);

            print_message("# %u to %u Hz, quality %u, sweep: SNR %.1f dB\n", ratios[i][0],
                          ratios[i][1], quality, dB);
            assert_true(dB >= floors[quality]);
        }
}

/* The amplitude of a frequency, in radians per sample, by correlation in a Hann window. */
static long double amplitude(struct sound sound, long double w)
{
    long double re = 0, im = 0, sum = 0;

    for (size_t i = 0; i < sound.count; i++) {
        long double window = 1 - cosl(2 * PI * (i + 0.5L) / sound.count);

        re += window * sound.samples[i] * cosl(w * i);
        im += window * sound.samples[i] * sinl(w * i);
        sum += window;
    }
    return 2 * hypotl(re, im) / sum;
}

/* The level of a frequency in the output, relative to the input's tone, in dB. A second tone, whose
 * harmonics are elsewhere, keeps the rounding from hiding what is below one step. */
static double gain(const uint32_t rates[2], unsigned quality, long double from, long double to)
{
    struct resample_plan plan = plan_of(rates, 1, quality);
    size_t delay = resample_delay(&plan), count = delay + rates[0];
    struct sound in = { malloc(count * sizeof(int16_t)), count }, out, inner;
    long double found;

    for (size_t i = 0; i < count; i++)
        in.samples[i] = (int16_t)lrintl(16000 * sinl(2 * PI * from * i / rates[0]) +
                                        9000 * sinl(2 * PI * 617.3L * i / rates[0]));
    out = whole(&plan, in, best_set());
    inner = (struct sound){ out.samples + out.count / 8, out.count * 3 / 4 };
    found = amplitude(inner, 2 * PI * to / rates[1]) / 16000;
    free(in.samples);
    free(out.samples);
    return (double)(20 * log10l(found));
}

static void aliases_are_rejected(void **unused)
{
    static const uint32_t downward[][2] = {
        { 44100, 16000 }, { 44100, 8000 }, { 48000, 22050 }, { 44100, 8001 }
    };
    static const double floors[] = { 72, 96, 96 };

    (void)unused;
    for (size_t i = 0; i < sizeof downward / sizeof *downward; i++)
        for (unsigned quality = 0; quality < 3; quality++)
            for (long double above = 1.2L; above < 1.9L; above += 0.31L) {
                long double tone = above * downward[i][1] / 2;
                double dB = gain(downward[i], quality, tone, downward[i][1] - tone);

                assert_true(dB < -floors[quality]);
                if (above == 1.2L)
                    print_message("# %u to %u Hz, quality %u: %.0Lf Hz has an alias of %.1f dB\n",
                                  downward[i][0], downward[i][1], quality, tone, dB);
            }
}

/* Upward, the mirror image of a tone is a frequency that the sound did not have. */
static void images_are_rejected(void **unused)
{
    static const uint32_t upward[][2] = { { 8000, 44100 }, { 16000, 48000 }, { 17896, 44100 } };
    static const double floors[] = { 72, 96, 96 };

    (void)unused;
    for (unsigned quality = 0; quality < 3; quality++)
        for (size_t i = 0; i < sizeof upward / sizeof *upward; i++) {
            long double rate = upward[i][0];
            double dB = gain(upward[i], quality, 0.375L * rate, 0.625L * rate);

            print_message("# %u to %u Hz, quality %u: %.0Lf Hz has an image of %.1f dB\n",
                          upward[i][0], upward[i][1], quality, 0.375L * rate, dB);
            assert_true(dB < -floors[quality]);
        }
}

static void the_passband_is_flat(void **unused)
{
    static const uint32_t rates[][2] = { { 44100, 48000 }, { 48000, 44100 } };
    static const long double edges[] = { 0.70L * 22050, 0.80L * 22050, 20000 };

    (void)unused;
    for (unsigned quality = 0; quality < 3; quality++)
        for (int i = 0; i < 2; i++) {
            double worst = 0;

            for (int k = 1; k <= 10; k++) {
                double dB =
                    gain(rates[i], quality, edges[quality] * k / 10, edges[quality] * k / 10);

                worst = fmax(worst, fabs(dB));
            }
            print_message("# %u to %u Hz, quality %u: flat within %.4f dB to %.0Lf Hz\n",
                          rates[i][0], rates[i][1], quality, worst, edges[quality]);
            assert_true(worst < 0.1);
        }
}

/* --- Samples at the limits --- */

/* One output by the formula, saturated. Distances are in 1/up input frames, and exact: at its end,
 * the filter jumps to 0. */
static long double direct(const struct resample_plan *plan, struct sound in, uint64_t output)
{
    int64_t up = plan->up, down = plan->down, lower = up < down ? down : up,
            at = ((int64_t)output - resample_delay(plan)) * down;
    long double stretch = (long double)lower / up, sum = 0;

    for (int64_t k = 0; k < (int64_t)in.count; k++) {
        int64_t distance = at > k * up ? at - k * up : k * up - at;

        if (distance < (16 << plan->quality) * lower)
            sum += in.samples[k] * impulse(plan->quality, (long double)distance / lower) / stretch;
    }
    return fmaxl(INT16_MIN, fminl(INT16_MAX, sum));
}

/* Noise and square waves at full scale, which exceed it between the samples. Where the filter is
 * interpolated, they show its errors, of which its end has the greatest. */
static void loud_sound_saturates(void **unused)
{
    uint32_t seed = 7;

    (void)unused;
    for (int i = 0; i < RATIOS; i++)
        for (unsigned quality = 0; quality < 3; quality++) {
            struct resample_plan plan = plan_of(ratios[i], 1, quality);
            int16_t samples[400];
            struct sound in = { samples, 400 }, out;
            bool saturated = false, interpolated = plan.phases != plan.up;
            long double most = !interpolated ? 0.65L : quality == 0 ? 1.9L : 0.8L;

            for (int k = 0; k < 400; k++)
                samples[k] = (int16_t)(k < 150 ? (int)(draw(&seed) >> 16)
                                       : k / 20 % 2 || draw(&seed) % 4 == 0 ? INT16_MAX
                                                                            : INT16_MIN);
            out = whole(&plan, in, best_set());
            for (size_t k = 0; k < out.count; k++) {
                assert_true(fabsl(out.samples[k] - direct(&plan, in, k)) < most);
                saturated = saturated || out.samples[k] == INT16_MAX;
            }
            assert_true(saturated);
            free(out.samples);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_its_formula),
        cmocka_unit_test(coefficients_are_near_the_formula),
        cmocka_unit_test(tones_are_exact_to_16_bits),
        cmocka_unit_test(sweeps_are_exact_to_16_bits),
        cmocka_unit_test(aliases_are_rejected),
        cmocka_unit_test(images_are_rejected),
        cmocka_unit_test(the_passband_is_flat),
        cmocka_unit_test(loud_sound_saturates),
    };

    return cmocka_run_group_tests_name("resample", tests, 0, 0);
}
