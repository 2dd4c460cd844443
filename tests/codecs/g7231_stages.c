/* The stages of G.723.1; exact sums against those of L_mac. */
#include <math.h>
#include "support.h"
#include "combination.h"
#include "codecs/g7231/tables.h"

static void tables_follow_their_formulas(void **unused)
{
    const double pi = acos(-1);

    (void)unused;
    for (int i = 0; i < G7231_WINDOW; i++)
        assert_int_equal(g7231_window_q15[i],
                         lround(32768 * (0.54 - 0.46 * cos(2 * pi * i / (G7231_WINDOW - 1)))));
    for (int i = 0; i < G7231_COSINES; i++)
        assert_int_equal(g7231_cosine_q14[i], lround(16384 * cos(2 * pi * i / G7231_COSINES)));
    for (int i = 0; i < G7231_ORDER; i++) {
        assert_int_equal(g7231_expansion_q15[i], lround(32768 * pow(0.994, i + 1)));
        assert_int_equal(g7231_weighting_zeros_q15[i], lround(32768 * pow(0.9, i + 1)));
        assert_int_equal(g7231_weighting_poles_q15[i], lround(32768 * pow(0.5, i + 1)));
        assert_int_equal(g7231_postfilter_zeros_q15[i], lround(32768 * pow(0.65, i + 1)));
        assert_int_equal(g7231_postfilter_poles_q15[i], lround(32768 * pow(0.75, i + 1)));
    }
}

static void combinations_are_binomials(void **unused)
{
    (void)unused;
    for (int k = 0; k <= COMBINATION_MAX; k++)
        for (int i = 0; i < COMBINATION_PLACES; i++) {
            int n = COMBINATION_PLACES - 1 - i;
            double count = n < k ? 0 : 1;

            for (int m = 0; m < k && count > 0; m++)
                count = count * (n - m) / (m + 1);
            assert_int_equal(combination_counts[k][i], lround(count));
        }
}

/* All sets of one to six positions, in lexicographic order. */
static void combinations_are_numbered_in_order(void **unused)
{
    (void)unused;
    for (int n = 1; n <= COMBINATION_MAX; n++) {
        uint8_t last[COMBINATION_MAX] = { 0 }, at[COMBINATION_MAX];
        int32_t number = 0;

        for (; combination_unrank(number, n, at); number++) {
            assert_true(number == 0 || memcmp(last, at, (size_t)n) < 0);
            for (int k = 1; k < n; k++)
                assert_true(at[k] > at[k - 1]);
            assert_true(at[n - 1] < COMBINATION_PLACES);
            assert_int_equal(combination_rank(at, n), number);
            memcpy(last, at, sizeof last);
        }
        assert_int_equal(number, combination_counts[n][0] + combination_counts[n - 1][0]);
        for (int k = 0; k < n; k++)
            assert_int_equal(last[k], COMBINATION_PLACES - n + k);
    }
}

static void check_book(const int16_t (*book)[G7231_TERMS], int n, int *most_taps, int *most_pairs)
{
    for (int i = 0; i < n; i++) {
        const int16_t *b = book[i], *pair = b + 2 * G7231_TAPS;

        for (int j = 0; j < G7231_TAPS; j++) {
            assert_true(fabs(b[G7231_TAPS + j] + b[j] * b[j] / 16384.0) <= 2 &&
                        b[G7231_TAPS + j] <= 0);
            for (int k = 0; k < j; k++)
                assert_true(fabs(*pair++ + b[j] * b[k] / 16384.0) <= 2);
        }
        for (int j = G7231_GAIN_TERMS; j < G7231_TERMS; j++)
            assert_int_equal(b[j], 0);
        *most_taps = sum_of_magnitudes(b, G7231_TAPS) > *most_taps
                         ? sum_of_magnitudes(b, G7231_TAPS)
                         : *most_taps;
        *most_pairs = sum_of_magnitudes(b + 2 * G7231_TAPS, 2 * G7231_TAPS) > *most_pairs
                          ? sum_of_magnitudes(b + 2 * G7231_TAPS, 2 * G7231_TAPS)
                          : *most_pairs;
    }
}

/* Also checks the sums on which the bounds of the search rely. */
static void terms_are_products_of_taps(void **unused)
{
    int taps = 0, pairs = 0;

    (void)unused;
    check_book(g7231_gains_85, G7231_GAINS_85, &taps, &pairs);
    check_book(g7231_gains_170, G7231_GAINS_170, &taps, &pairs);
    assert_int_equal(taps, 36775);
    assert_int_equal(pairs, 32758);
}

static void lsp_codes_are_below_6013(void **unused)
{
    (void)unused;
    for (int i = 0; i < G7231_LSP_CODES; i++)
        for (int j = 0; j < 4; j++) {
            assert_true(j == 3 ||
                        (abs(g7231_lsp_band0[i][j]) <= 6012 && abs(g7231_lsp_band1[i][j]) <= 6012));
            assert_true(abs(g7231_lsp_band2[i][j]) <= 6012);
        }
}

/* --- Exact sums --- */

static int16_t any(uint32_t *seed, int bits)
{
    return (int16_t)((int32_t)draw(seed) >> (32 - bits));
}

static void exact_sums_equal_those_of_l_mac(void **unused)
{
    uint32_t seed = 7231;
    int exact = 0;

    (void)unused;
    for (int n = 0; n < 20000; n++) {
        int16_t a[120], b[120];
        int bits = 1 + (int)(draw(&seed) % 16), length = 1 + (int)(draw(&seed) % 120);
        int32_t squares = 0;

        for (int i = 0; i < 120; i++) {
            a[i] = any(&seed, bits);
            b[i] = n % 3 == 0 ? a[i] : any(&seed, 1 + (int)(draw(&seed) % 16));
        }
        for (int i = 0; i < length; i++)
            squares = L_mac(squares, a[i], a[i]);
        assert_int_equal(L_energy(0, energy_exact(a, length)), squares);
        if (mac_is_exact(energy_exact(a, length), energy_exact(b, length))) {
            assert_int_equal(2 * dot_exact(a, b, length), L_dot(0, a, b, length));
            exact++;
        }
    }
    assert_true(exact > 5000 && exact < 19000);
}

static void round_q13_equals_the_operators(void **unused)
{
    uint32_t seed = 4;

    (void)unused;
    for (int n = 0; n < 2000000; n++) {
        int32_t x = n < 1000   ? INT32_MAX - n
                    : n < 2000 ? INT32_MIN + n - 1000
                               : (int32_t)draw(&seed) >> draw(&seed) % 8;

        assert_int_equal(round_q13(x), round_q15(L_shl(x, 2)));
        assert_int_equal(extract_q13(x), extract_h(L_shl(x, 2)));
    }
}

/* At all levels: the filters take another path where sums could saturate. */
static void filters_equal_those_of_l_mac(void **unused)
{
    uint32_t seed = 10;

    (void)unused;
    for (unsigned n = 0; n < 4000; n++) {
        const struct dsp_celp *dsp = dsp_set(n % (best_set() + 1))->celp;
        int16_t a[G7231_ORDER], x[G7231_ORDER + G7231_SUBFRAME], y[G7231_ORDER + G7231_SUBFRAME];
        int32_t sums[G7231_SUBFRAME], expected[G7231_SUBFRAME];
        int bits = 8 + (int)(draw(&seed) % 9), loud = 10 + (int)(draw(&seed) % 22);

        for (int i = 0; i < G7231_ORDER; i++)
            a[i] = any(&seed, bits);
        for (int i = 0; i < G7231_ORDER + G7231_SUBFRAME; i++)
            x[i] = y[i] = any(&seed, loud > 16 ? 16 : loud);
        for (int i = 0; i < G7231_SUBFRAME; i++)
            sums[i] = expected[i] = (int32_t)draw(&seed) >> (32 - loud);
        for (int i = 0; i < G7231_SUBFRAME; i++)
            for (int j = 0; j < G7231_ORDER; j++)
                expected[i] = L_msu(expected[i], a[j], x[G7231_ORDER + i - 1 - j]);
        g7231_zeros(dsp, sums, a, x + G7231_ORDER);
        assert_memory_equal(sums, expected, sizeof sums);
        for (int i = 0; i < G7231_SUBFRAME; i++) {
            for (int j = 0; j < G7231_ORDER; j++)
                expected[i] = L_mac(expected[i], a[j], y[G7231_ORDER + i - 1 - j]);
            y[G7231_ORDER + i] = round_q15(L_shl(expected[i], 2));
        }
        g7231_poles(dsp, sums, a, x + G7231_ORDER);
        assert_memory_equal(sums, expected, sizeof sums);
        assert_memory_equal(x, y, sizeof x);
    }
}

static void peaks_and_shifts(void **unused)
{
    uint32_t seed = 3;

    (void)unused;
    for (int n = 0; n < 5000; n++) {
        const struct dsp_celp *dsp = dsp_set((unsigned)n / 2 % (best_set() + 1))->celp;
        int16_t s[G7231_HISTORY + G7231_FRAME], was[G7231_HISTORY + G7231_FRAME];
        int length = n % 2 ? G7231_SUBFRAME : G7231_HISTORY + G7231_FRAME, bits = 1 + n % 16,
            peak = 0, shift;

        for (int i = 0; i < length; i++) {
            was[i] = s[i] = any(&seed, bits);
            peak = g7231_magnitude(s[i]) > peak ? g7231_magnitude(s[i]) : peak;
        }
        assert_int_equal(dsp->peak(s, length), peak);
        shift = g7231_normalize(dsp, s, length);
        for (int i = 0; i < length; i++)
            assert_int_equal(s[i], shift < 0 ? was[i] >> -shift : was[i] * (1 << shift));
        assert_true(peak == 0 || (dsp->peak(s, length) >= 2047 && dsp->peak(s, length) <= 4096));
    }
}

/* --- Stages --- */

static void square_roots_are_the_greatest_even_ones(void **unused)
{
    uint32_t seed = 2;

    (void)unused;
    for (int n = 0; n < 100000; n++) {
        int32_t x = (int32_t)(draw(&seed) >> 1) >> draw(&seed) % 31;
        int64_t root = g7231_sqrt(x);

        assert_true(root % 2 == 0 && 2 * root * root <= x &&
                    (root == 0x7FFE || 2 * (root + 2) * (root + 2) > x));
    }
}

static void noise_gains_are_nearest_to_themselves(void **unused)
{
    (void)unused;
    for (int16_t i = 0; i < 64; i++) {
        int32_t gain = g7231_noise_gain(i) >> 5;

        assert_int_equal(g7231_noise_index(2 * gain * gain), i);
        assert_true(i == 0 || gain > g7231_noise_gain((int16_t)(i - 1)) >> 5);
    }
}

/* A random legal frame. */
static void random_parameters(uint32_t *seed, enum g7231_rate rate, struct g7231_parameters *out)
{
    memset(out, 0, sizeof *out);
    out->kind = G7231_SPEECH;
    out->rate = rate;
    out->lsp = draw(seed) & 0xFFFFFF;
    for (int k = 0; k < G7231_SUBFRAMES; k++) {
        struct g7231_subframe *sub = &out->subframes[k];
        bool brief;

        if (k % 2 == 0)
            out->lags[k / 2] = (int16_t)(G7231_LAG_MIN + draw(seed) % 124);
        brief = rate == G7231_RATE_63 && out->lags[k / 2] < G7231_SHORT_LAG;
        sub->lag_offset = (int16_t)(k % 2 ? draw(seed) & 3 : 1);
        sub->taps = (int16_t)(draw(seed) % (brief ? 85 : 170));
        sub->amplitude = (int16_t)(draw(seed) % G7231_FIXED_GAINS);
        sub->grid = (int16_t)(draw(seed) & 1);
        sub->train = (int16_t)(brief ? draw(seed) & 1 : 0);
        sub->signs =
            (int16_t)(draw(seed) & (rate == G7231_RATE_53 ? 15 : (1u << g7231_pulses[k]) - 1));
        sub->positions = (int32_t)(draw(seed) % (rate == G7231_RATE_53 ? 4096
                                                 : k % 2               ? 142506
                                                                       : 593775));
    }
}

static void unpacking_restores_the_parameters(void **unused)
{
    uint32_t seed = 24;

    (void)unused;
    for (int n = 0; n < 4000; n++) {
        struct g7231_parameters in, out;
        uint8_t frame[G7231_FRAME_BYTES];

        random_parameters(&seed, n % 2 ? G7231_RATE_53 : G7231_RATE_63, &in);
        assert_int_equal(g7231_pack(&in, frame), n % 2 ? 20 : 24);
        assert_true(g7231_unpack(frame, &out));
        assert_memory_equal(&in, &out, sizeof in);
    }
}

/* The excitation that a search returns equals the decoded one. */
static void pulses_are_decoded_as_they_were_found(void **unused)
{
    uint32_t seed = 6;

    (void)unused;
    for (int n = 0; n < 300; n++) {
        struct g7231_parameters parameters = { .kind = G7231_SPEECH,
                                               .rate = n % 2 ? G7231_RATE_53 : G7231_RATE_63 };
        struct g7231_subframe *sub = &parameters.subframes[n / 2 % G7231_SUBFRAMES];
        int16_t target[G7231_SUBFRAME], h_q13[G7231_SUBFRAME], e[G7231_SUBFRAME],
            back[G7231_SUBFRAME];
        int lag = G7231_LAG_MIN + (int)(draw(&seed) % 124), budget = 120;
        struct g7231_pulse_search search = { dsp_set(best_set())->celp, target, h_q13,
                                             (int16_t)lag };

        parameters.lags[0] = parameters.lags[1] = (int16_t)lag;
        sub->lag_offset = 1;
        sub->taps = (int16_t)(draw(&seed) % 85);
        for (int i = 0; i < G7231_SUBFRAME; i++) {
            target[i] = any(&seed, 6 + n % 11);
            h_q13[i] = (int16_t)(i == 0 ? 8192 : any(&seed, 14) >> i / 4);
        }
        if (n % 2)
            g7231_algebraic(&search, &budget, sub, e);
        else
            g7231_multipulse(&search, g7231_pulses[n / 2 % G7231_SUBFRAMES], sub, e);
        g7231_fixed(&parameters, n / 2 % G7231_SUBFRAMES, back);
        assert_memory_equal(e, back, sizeof e);
    }
}

/* 3.4: twice the pulses plus the prediction; both operations saturate. */
static void excitations_saturate(void **unused)
{
    uint32_t seed = 7;

    (void)unused;
    for (int n = 0; n < 200; n++) {
        int16_t fixed[G7231_SUBFRAME], past[G7231_SUBFRAME], out[G7231_SUBFRAME];

        for (int i = 0; i < G7231_SUBFRAME; i++) {
            fixed[i] = any(&seed, 12 + n % 5);
            past[i] = any(&seed, 16);
        }
        g7231_excitation(dsp_set((unsigned)n % (best_set() + 1))->celp, fixed, past, out);
        for (int i = 0; i < G7231_SUBFRAME; i++)
            assert_int_equal(out[i], add(shl(fixed[i], 1), past[i]));
    }
}

/* Taming: the errors of the latest 30 samples, and of the 30 before them, grow from those of the
 * blocks of 30 samples that a lag of more than 60 takes them from, and from no other. */
static void errors_grow_from_the_blocks_that_a_lag_reaches(void **unused)
{
    enum { BLOCK = 30, LOUD = 1 << 20 };
    static const struct g7231_subframe sub = { .lag_offset = 1, .taps = 100 };

    (void)unused;
    for (int lag = 61; lag <= 5 * BLOCK - 4; lag++)
        for (int loud = 0; loud < G7231_TAMING_BLOCKS; loud++) {
            struct g7231_taming taming;

            g7231_taming_start(&taming);
            taming.error[loud] = LOUD;
            g7231_tame(&taming, G7231_RATE_53, (int16_t)lag, &sub);
            for (int half = 0; half < 2; half++) {
                int nearest = lag - BLOCK * (1 - half) - BLOCK, farthest = nearest + BLOCK - 1;
                bool reached = nearest / BLOCK <= loud && loud <= farthest / BLOCK;

                assert_int_equal(taming.error[half] > LOUD / 2, reached);
            }
        }
}

/* Pulses that lead away from the target are not chosen. With these seeds, the search tries some,
 * and the sums of L_mac saturate. */
static void pulses_do_not_lead_away_from_the_target(void **unused)
{
    static const uint32_t seeds[] = { 367775934, 1352086192, 1163284386 };

    (void)unused;
    for (unsigned simd = 0; simd <= best_set(); simd++)
        for (size_t n = 0; n < sizeof seeds / sizeof *seeds; n++) {
            int16_t target[G7231_SUBFRAME], h_q13[G7231_SUBFRAME], e[G7231_SUBFRAME];
            struct g7231_pulse_search search = { dsp_set(simd)->celp, target, h_q13, 37 };
            struct g7231_subframe sub;
            uint32_t seed = seeds[n];
            double gain = 0;

            for (int i = 0; i < G7231_SUBFRAME; i++) {
                int sign = i < G7231_SUBFRAME / 2 ? 1 : -1;

                target[i] = (int16_t)(sign * (int)(draw(&seed) >> 21));
                h_q13[i] = (int16_t)(-sign * (int)(draw(&seed) >> 17));
            }
            g7231_multipulse(&search, 6, &sub, e);
            for (int i = 0; i < G7231_SUBFRAME; i++) {
                double y = 0;

                for (int j = 0; j <= i; j++)
                    y += e[j] * h_q13[i - j] / 8192.0;
                gain += 2 * target[i] * y - y * y;
            }
            assert_true(gain > -0x40000000);
        }
}

/* The frequencies of a stable filter convert back to it. */
static void frequencies_and_coefficients_convert_both_ways(void **unused)
{
    uint32_t seed = 5;

    (void)unused;
    for (int n = 0; n < 200; n++) {
        int16_t lsp[G7231_ORDER], back[G7231_ORDER], lpc_q13[G7231_SUBFRAMES][G7231_ORDER],
            none[G7231_ORDER] = { 0 };

        for (int i = 0; i < G7231_ORDER; i++)
            lsp[i] = (int16_t)(2000 + 2800 * i + (int)(draw(&seed) % 1200));
        g7231_lsp_interpolate(lsp, lsp, lpc_q13);
        for (int i = 0; i < G7231_ORDER;
             i++) /* the conversion expands bandwidths first: compensate for that */
            lpc_q13[3][i] = (int16_t)lround(lpc_q13[3][i] / pow(0.994, i + 1));
        g7231_lsp_from_lpc(lpc_q13[3], none, back);
        for (int i = 0; i < G7231_ORDER; i++)
            assert_true(abs(back[i] - lsp[i]) < 40);
    }
}

static void speech_is_distinguished_from_noise(void **unused)
{
    struct g7231_encoder encoder;
    struct g7231_parameters parameters;
    uint32_t seed = 9;
    int sent[2] = { 0 };

    (void)unused;
    g7231_encoder_start(&encoder, dsp_set(0)->celp);
    encoder.dtx = true;
    for (int n = 0; n < 200; n++) {
        int16_t pcm[G7231_FRAME];

        for (int i = 0; i < G7231_FRAME; i++)
            pcm[i] = (int16_t)(any(&seed, 5) + (n >= 100 && i % 64 < 3 ? 9000 : 0));
        g7231_encode_frame(&encoder, pcm, G7231_RATE_63, &parameters);
        sent[n / 100] += n % 100 >= 20 && parameters.kind == G7231_SPEECH;
    }
    assert_true(sent[0] < 10);
    assert_int_equal(sent[1], 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_follow_their_formulas),
        cmocka_unit_test(combinations_are_binomials),
        cmocka_unit_test(combinations_are_numbered_in_order),
        cmocka_unit_test(terms_are_products_of_taps),
        cmocka_unit_test(lsp_codes_are_below_6013),
        cmocka_unit_test(exact_sums_equal_those_of_l_mac),
        cmocka_unit_test(round_q13_equals_the_operators),
        cmocka_unit_test(filters_equal_those_of_l_mac),
        cmocka_unit_test(peaks_and_shifts),
        cmocka_unit_test(square_roots_are_the_greatest_even_ones),
        cmocka_unit_test(noise_gains_are_nearest_to_themselves),
        cmocka_unit_test(unpacking_restores_the_parameters),
        cmocka_unit_test(pulses_are_decoded_as_they_were_found),
        cmocka_unit_test(excitations_saturate),
        cmocka_unit_test(errors_grow_from_the_blocks_that_a_lag_reaches),
        cmocka_unit_test(pulses_do_not_lead_away_from_the_target),
        cmocka_unit_test(frequencies_and_coefficients_convert_both_ways),
        cmocka_unit_test(speech_is_distinguished_from_noise),
    };

    return cmocka_run_group_tests_name("g7231_stages", tests, 0, 0);
}
