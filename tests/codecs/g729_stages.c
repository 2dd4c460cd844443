/* The stages of G.729 alone: tables against their formulas, operators against real numbers, and the
 * vectorized filters against the standard's steps, written here with the ITU's operators, on inputs
 * that saturate and on inputs that do not. */
#include <math.h>
#include "support.h"
#include "codecs/g729/oper_32b.h"
#include "codecs/g729/tables.h"

static const double pi = 3.14159265358979323846;

static int16_t noise(uint32_t *seed, int bits)
{
    return (int16_t)((int32_t)draw(seed) >> (32 - bits));
}

static void assert_near(double made, double expected, double within, const char *what, int i)
{
    if (fabs(made - expected) > within)
        fail_msg("%s %d is %g, not %g", what, i, made, expected);
}

/* --- Tables --- */

static void tables_follow_their_formulas(void **unused)
{
    (void)unused;
    for (int i = 0; i < G729_WINDOW; i++)
        assert_near(
            g729_window_q15[i],
            32767 * (i < 200 ? 0.54 - 0.46 * cos(2 * pi * i / 399) : cos(2 * pi * (i - 200) / 159)),
            1, "window", i);
    for (int k = 1; k <= G729_VAD_ORDER; k++)
        assert_near(g729_lag_window_q31[k - 1],
                    2147483648 * exp(-pow(2 * pi * 60 * k / 8000, 2) / 2) / 1.0001, 80000,
                    "lag window", k);
    for (int g = 0; g < 3; g++)
        for (int i = 1; i < G729_ORDER; i++)
            assert_int_equal(g729_powers_q15[g][i],
                             mult_r(g729_powers_q15[g][i - 1], g729_powers_q15[g][0]));
    for (int i = 0; i < 65; i++)
        assert_near(g729_cosine_q15[i], 32768 * cos(pi * i / 64), 1, "cosine", i);
    for (int i = 0; i < 64; i++) {
        double step = cos(pi * (i + 1) / 64) - cos(pi * i / 64);
        int rounded = g729_cosine_q15[i + 1] - (i == 0 ? 32768 : g729_cosine_q15[i]);

        assert_near(g729_cosine_slope_q19[i], step * 524288, 1, "slope", i);
        assert_near(g729_arc_slope_q11[i], 1048576.0 / rounded, 1, "inverse slope", i);
    }
    for (int i = 1; i < G729_GRID_STEPS; i++)
        assert_near(g729_grid_q15[i], 32760 * cos(pi * i / G729_GRID_STEPS), 8, "grid", i);
    for (int i = 0; i < G729_ORDER; i++)
        assert_near(g729_initial_lsf_q13[i], 8192 * pi * (i + 1) / 11, 1, "start", i);
    for (int i = 0; i < 33; i++) {
        struct g729_startup_scale scale = g729_startup_scales[i];

        if (i < 32)
            assert_near(ldexp(scale.factor_q15, scale.shift - 15), 32.0 / (32 - i),
                        0.002 * 32 / (32 - i), "scale", i);
    }
    for (int i = 1; i < 32; i++)
        assert_near(20 * log10(g729_sid_gains_q3[i]), (i < 6 ? 4 * i - 8 : 2 * i + 4) + 18.06,
                    i < 4 ? 1 : 0.2, "gain", i);
}

/* Until the first SID frame. */
static void comfort_noise_starts_with_a_flat_spectrum(void **unused)
{
    struct g729_decoder decoder;

    (void)unused;
    g729_decoder_init(&decoder, dsp_set(0)->celp);
    for (int i = 0; i < G729_ORDER; i++)
        assert_int_equal(decoder.noise_lsp_q15[i], lround(32768 * cos(pi * (i + 1) / 11)));
}

static void predictors_add_up_to_one(void **unused)
{
    (void)unused;
    for (int p = 0; p < 4; p++) {
        const struct g729_predictor *predictor =
            p < 2 ? &g729_predictors[p] : &g729_noise_predictors[p - 2];

        for (int i = 0; i < G729_ORDER; i++) {
            int sum = predictor->current_q15[i];

            for (int k = 0; k < 4; k++)
                sum += predictor->past_q15[k][i];
            assert_true(sum > 32760 && sum <= 32768);
            assert_near(predictor->inverse_q12[i], 134217728.0 / predictor->current_q15[i], 4,
                        "inverse", i);
            for (int k = 0; k < 4 && p == 3; k++)
                assert_near(predictor->past_q15[k][i],
                            0.6 * g729_predictors[0].past_q15[k][i] +
                                0.4 * g729_predictors[1].past_q15[k][i],
                            1.5, "noise", i);
        }
    }
}

static void interpolation_phases_are_mirrored(void **unused)
{
    (void)unused;
    for (int k = 0; k < 2 * CELP_HALF_TAPS; k++) {
        assert_int_equal(celp_lag_taps_q15[0][k], celp_lag_taps_q15[2][2 * CELP_HALF_TAPS - 1 - k]);
        if (k > 0)
            assert_int_equal(celp_lag_taps_q15[1][k - 1], celp_lag_taps_q15[1][19 - k]);
    }
    for (int phase = 0; phase < 3; phase++) {
        int sum = 0, gain = 0;

        for (int k = 0; k < CELP_TAPS; k++) {
            sum += abs(celp_lag_taps_q15[phase][k]);
            gain += celp_lag_taps_q15[phase][k];
        }
        assert_true(sum <= 59398 && abs(gain - 32768) < 400);
    }
}

/* --- Double precision --- */

static void products_equal_the_standards_steps(void **unused)
{
    uint32_t seed = 10;

    (void)unused;
    for (int i = 0; i < 100000; i++) {
        int32_t a = (int32_t)draw(&seed) >> i % 20, b = (int32_t)draw(&seed) >> i / 20 % 20, sum;

        if (i % 4 == 0)
            a = INT32_MIN + (a & 0xFFFF);
        if (i % 4 == 0 || i % 5 == 0)
            b = INT32_MIN + (b & 0xFFFF);
        sum = L_mult(extract_h(a), extract_h(b));
        sum = L_mac(sum, mult(extract_h(a), dpf_lo(b)), 1);
        assert_int_equal(Mpy_32(a, b), L_mac(sum, mult(dpf_lo(a), extract_h(b)), 1));
    }
}

static void double_precision_is_close_to_real_numbers(void **unused)
{
    uint32_t seed = 1;

    (void)unused;
    for (int i = 0; i < 100000; i++) {
        int32_t x = (int32_t)(draw(&seed) >> 1 >> i % 30) + 1,
                y = (int32_t)(draw(&seed) | 0x40000000) & INT32_MAX;
        int16_t n = (int16_t)(draw(&seed) >> 16);

        assert_near(Log2(x) / 65536.0, log2(x), 0.001, "log2", x);
        assert_near(Inv_sqrt(x) / 1073741824.0, 1 / sqrt(x), 0.002 / sqrt(x) + 2e-9, "root", x);
        assert_near(Pow2(14, n & 0x7FFF), ldexp(pow(2, (n & 0x7FFF) / 32768.0), 14), 8, "power", n);
        assert_near(Mpy_32(x, y), (double)x * y / 2147483648.0, 8, "product", i);
        if (n != INT16_MIN) {
            assert_near(Mpy_32_16(x, n), (double)x * n / 32768, 4, "product", n);
            assert_int_equal(Mpy_32_16(x, n),
                             L_mac(L_mult(extract_h(x), n), mult(dpf_lo(x), n), 1));
        }
        if (x <= y)
            assert_near(Div_32(x, y), (double)x / y * 2147483648.0, 64, "quotient", i);
    }
    assert_true(Log2(0) == 0 && Log2(-5) == 0 && Inv_sqrt(0) == 0x3FFFFFFF);
}

/* --- Filters --- */

static void random_filter(uint32_t *seed, int bits, int16_t a[G729_ORDER + 1])
{
    a[0] = 4096;
    for (int j = 1; j <= G729_ORDER; j++)
        a[j] = noise(seed, bits);
}

static void residuals_equal_the_standards_steps(void **unused)
{
    uint32_t seed = 2;

    (void)unused;
    for (int round = 0; round < 2000; round++) {
        const struct dsp_celp *dsp = dsp_set((unsigned)round % (best_set() + 1))->celp;
        int16_t a[G729_ORDER + 1], x[G729_ORDER + G729_SUBFRAME], y[G729_SUBFRAME];

        random_filter(&seed, 10 + round % 7, a);
        for (int i = 0; i < G729_ORDER + G729_SUBFRAME; i++)
            x[i] = noise(&seed, 6 + round / 7 % 11);
        g729_residual(dsp, a, x + G729_ORDER, y);
        for (int i = 0; i < G729_SUBFRAME; i++) {
            int32_t sum = L_mult(x[G729_ORDER + i], a[0]);

            for (int j = 1; j <= G729_ORDER; j++)
                sum = L_mac(sum, a[j], x[G729_ORDER + i - j]);
            assert_int_equal(y[i], round_q15(L_shl(sum, 3)));
        }
    }
}

/* Saturates a sum, and sets the flag as the standard's operator would. */
static int32_t saturate_and_flag(int64_t exact, bool *overflow)
{
    *overflow |= exact != L_saturate(exact);
    return L_saturate(exact);
}

static void syntheses_equal_the_standards_steps(void **unused)
{
    uint32_t seed = 3;
    int overflows = 0;

    (void)unused;
    for (int round = 0; round < 4000; round++) {
        const struct dsp_celp *dsp = dsp_set((unsigned)round / 3 % (best_set() + 1))->celp;
        int16_t a[G729_ORDER + 1], x[G729_SUBFRAME], memory[G729_ORDER],
            y[G729_ORDER + G729_SUBFRAME];
        int n = round % 3 == 0 ? 24 : G729_SUBFRAME;
        bool overflow = false, reported;

        random_filter(&seed, 8 + round % 9, a);
        for (int i = 0; i < G729_ORDER; i++)
            y[i] = memory[i] = noise(&seed, 6 + round / 9 % 11);
        for (int i = 0; i < n; i++)
            x[i] = noise(&seed, 6 + round / 9 % 11);
        for (int i = 0; i < n; i++) {
            int32_t sum = L_mult(x[i], a[0]);

            for (int j = 1; j <= G729_ORDER; j++)
                sum = saturate_and_flag((int64_t)sum - (int64_t)2 * a[j] * y[G729_ORDER + i - j],
                                        &overflow);
            sum = saturate_and_flag((int64_t)sum * 8, &overflow);
            y[G729_ORDER + i] = extract_h(saturate_and_flag((int64_t)sum + 0x8000, &overflow));
        }
        reported = g729_synthesis(dsp, a, x, x, n, memory);
        assert_int_equal(reported, overflow);
        assert_memory_equal(x, y + G729_ORDER, (size_t)n * sizeof *x);
        assert_memory_equal(memory, y + n, sizeof memory);
        overflows += overflow;
    }
    assert_true(overflows > 500 && overflows < 3500);
}

static void age(int32_t y[2], int32_t newest_y, int16_t x[2], int16_t newest_x)
{
    y[1] = y[0];
    y[0] = newest_y;
    x[1] = x[0];
    x[0] = newest_x;
}

/* 3.1, and 4.2.5 after the gain of A.4.2.4, as written in the standard. In every fourth round, the
 * gain is 1. */
static void high_passes_equal_the_standards_steps(void **unused)
{
    struct g729_highpass in = { { 0 }, { 0 } }, out = in;
    int32_t y[2][2] = { { 0 } };
    int16_t x[2][2] = { { 0 } };
    uint32_t seed = 4;

    (void)unused;
    for (int round = 0; round < 1200; round++) {
        int16_t s[G729_FRAME], filtered[G729_FRAME], post[G729_SUBFRAME];
        struct g729_gain gain = { 1 << 12, 410 };
        int32_t now_q12;

        if (round % 4 != 0)
            gain =
                (struct g729_gain){ (int32_t)(draw(&seed) % 32766), (int32_t)(draw(&seed) % 3276) };
        now_q12 = gain.now_q12;
        for (int i = 0; i < G729_FRAME; i++)
            s[i] = round % 5 == 4 ? (draw(&seed) & 1 << 20 ? INT16_MAX : INT16_MIN)
                                  : noise(&seed, 4 + round % 13);
        memcpy(post, s, sizeof post);
        g729_preprocess(&in, s, filtered);
        gain.now_q12 = g729_postprocess(&out, gain, post);
        for (int i = 0; i < G729_FRAME; i++) {
            int32_t low = L_add(Mpy_32_16(y[0][0], 7807), Mpy_32_16(y[0][1], -3733));

            low = L_mac(L_mac(L_mac(low, s[i], 1899), x[0][0], -3798), x[0][1], 1899);
            age(y[0], L_shl(low, 3), x[0], s[i]);
            assert_int_equal(filtered[i], round_q15(y[0][0]));
        }
        for (int i = 0; i < G729_SUBFRAME; i++) {
            int32_t high = L_add(Mpy_32_16(y[1][0], 15836), Mpy_32_16(y[1][1], -7667));
            int16_t scaled;

            now_q12 = mult((int16_t)now_q12, 29491) + gain.share_q12;
            scaled = extract_h(L_shl(L_mult(s[i], (int16_t)now_q12), 3));
            high = L_mac(L_mac(L_mac(high, scaled, 7699), x[1][0], -15398), x[1][1], 7699);
            age(y[1], L_shl(high, 2), x[1], scaled);
            assert_int_equal(post[i], round_q15(L_shl(y[1][0], 1)));
        }
        assert_int_equal(gain.now_q12, round % 4 == 0 ? 1 << 12 : now_q12);
    }
}

/* --- Codes --- */

static void every_lag_code_round_trips(void **unused)
{
    (void)unused;
    for (int code = 0; code < 256; code++) {
        struct celp_lag lag = celp_lag_absolute((unsigned)code);

        assert_int_equal(g729_lag_encode1(lag), code);
        assert_true(lag.whole >= 19 && lag.whole <= CELP_LAG_MAX && lag.third >= -1 &&
                    lag.third <= 1);
        for (int second = 0; second < 32; second++)
            assert_int_equal(g729_lag_encode2(celp_lag_relative((unsigned)second, lag.whole),
                                              g729_lag_range_around(lag.whole, 5, 9)),
                             second);
    }
}

static void random_frames_round_trip(void **unused)
{
    uint32_t seed = 5;

    (void)unused;
    for (int round = 0; round < 2000; round++) {
        uint8_t frame[G729_FRAME_BYTES], again[G729_FRAME_BYTES];
        struct g729_parameters parameters;
        int ones = 0;

        for (int i = 0; i < G729_FRAME_BYTES; i++)
            frame[i] = (uint8_t)(draw(&seed) >> 24);
        g729_unpack(frame, &parameters);
        assert_int_equal(parameters.kind, G729_SPEECH);
        g729_pack(&parameters, again);
        assert_memory_equal(frame, again, G729_FRAME_BYTES);
        for (int bit = 2; bit < 8; bit++)
            ones += parameters.subframes[0].lag >> bit & 1;
        assert_int_equal(g729_parity(parameters.subframes[0].lag), (ones + 1) % 2);
        frame[1] &= 0xFE;
        g729_unpack_sid(frame, &parameters);
        g729_pack_sid(&parameters.sid, again);
        assert_memory_equal(frame, again, G729_SID_BYTES);
    }
    g729_unpack((const uint8_t[G729_FRAME_BYTES]){ 0 }, &(struct g729_parameters){ 0 });
}

/* --- The spectrum --- */

/* (15) for F1 or F2. */
static void standards_polynomial(const int16_t *lsp, int32_t f[6])
{
    f[0] = 1 << 24;
    f[1] = L_msu(0, lsp[0], 512);
    for (int i = 2; i <= 5; i++) {
        f[i] = f[i - 2];
        for (int j = i; j >= 2; j--)
            f[j] = L_sub(L_add(f[j], f[j - 2]), L_shl(Mpy_32_16(f[j - 1], lsp[2 * i - 2]), 1));
        f[1] = L_msu(f[1], lsp[2 * i - 2], 512);
    }
}

/* 3.2.6, with pairs at random in one half of the rounds and close together in the other. */
static void coefficients_equal_the_standards_steps(void **unused)
{
    uint32_t seed = 9;
    int saturated = 0;

    (void)unused;
    for (int round = 0; round < 4000; round++) {
        int16_t lsp[G729_ORDER], a[G729_ORDER + 1];
        int32_t f1[6], f2[6];
        bool most = false;

        for (int i = 0; i < G729_ORDER; i++) {
            lsp[i] = noise(&seed, round % 2 == 0 ? 15 : 6 + round / 2 % 9);
            if (round % 2 != 0)
                lsp[i] = sub(32767, abs_s(lsp[i]));
            if (round % 4 == 3)
                lsp[i] = negate(lsp[i]);
        }
        g729_lsp_to_lpc(lsp, a);
        standards_polynomial(lsp, f1);
        standards_polynomial(lsp + 1, f2);
        for (int i = 5; i > 0; i--) {
            most |= f1[i] == INT32_MAX || f1[i] == INT32_MIN;
            f1[i] = L_add(f1[i], f1[i - 1]);
            f2[i] = L_sub(f2[i], f2[i - 1]);
        }
        assert_int_equal(a[0], 4096);
        for (int i = 1; i <= 5; i++) {
            assert_int_equal(a[i], extract_l(L_shr_r(L_add(f1[i], f2[i]), 13)));
            assert_int_equal(a[11 - i], extract_l(L_shr_r(L_sub(f1[i], f2[i]), 13)));
        }
        saturated += most;
    }
    assert_true(saturated > 1000 && saturated < 3000);
}

static void filters_round_trip_through_line_spectral_pairs(void **unused)
{
    uint32_t seed = 6;

    (void)unused;
    for (int round = 0; round < 500; round++) {
        int16_t lsp[G729_ORDER], again[G729_ORDER], lsf[G729_ORDER], a[G729_ORDER + 1];

        for (int i = 0; i < G729_ORDER; i++)
            lsp[i] = (int16_t)(32768 *
                               cos(pi * (i + 1 + 0.7 * ((double)draw(&seed) / 4294967296.0 - 0.5)) /
                                   11));
        g729_lsp_to_lpc(lsp, a);
        g729_lpc_to_lsp(a, lsp, again);
        for (int i = 0; i < G729_ORDER; i++)
            assert_near(again[i], lsp[i], 160, "pair", i);
        g729_lsp_to_lsf(lsp, lsf);
        for (int i = 0; i < G729_ORDER; i++)
            assert_near(lsf[i], 8192 * acos(lsp[i] / 32768.0), 40, "frequency", i);
        g729_lsf_to_lsp(lsf, again);
        for (int i = 0; i < G729_ORDER; i++)
            assert_near(again[i], lsp[i], 40, "pair", i);
    }
}

/* 3.2.4: in order, and within 0.005 and 3.135, in the fifth frame with the same codes. */
static void decoded_frequencies_are_in_range(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < 2 * 128 * 32; i++) {
        struct g729_lsf_codes codes = { i & 1,
                                        i >> 1 & 127,
                                        { (uint8_t)(i >> 8), (uint8_t)(i >> 8) } };
        struct g729_lsf_memory memory;
        int16_t lsf[G729_ORDER];

        g729_lsf_init(&memory);
        for (int frame = 0; frame < 5; frame++)
            g729_lsf_reconstruct(&codes, &memory, lsf);
        assert_true(lsf[0] >= G729_LSF_MIN_Q13 && lsf[G729_ORDER - 1] <= G729_LSF_MAX_Q13);
        for (int k = 1; k < G729_ORDER; k++)
            assert_true(lsf[k - 1] < lsf[k]);
    }
}

static void levinson_finds_the_filter_of_a_resonance(void **unused)
{
    struct g729_predictor_memory last = { .a_q12 = { 4096, 11 } };
    struct g729_prediction prediction;
    struct g729_autocorrelation r;
    int16_t s[G729_WINDOW];
    uint32_t seed = 7;

    (void)unused;
    for (int i = 0; i < G729_WINDOW; i++)
        s[i] = (int16_t)((i > 1 ? 1.6 * s[i - 1] - 0.81 * s[i - 2] : 0) + noise(&seed, 9));
    g729_autocorrelation(dsp_set(best_set())->celp, s, G729_ORDER, &r);
    g729_lag_window(G729_ORDER, &r);
    assert_true(g729_levinson(&last, r.r, &prediction));
    assert_near(prediction.a_q12[1] / 4096.0, -1.6, 0.25, "coefficient", 1);
    assert_near(prediction.reflection2_q15 / 32768.0, 0.81, 0.12, "reflection", 2);
    memcpy(last.a_q12, (int16_t[G729_ORDER + 1]){ 4096, 11 }, sizeof last.a_q12);
    for (int i = 0; i <= G729_ORDER; i++)
        r.r[i] = (int32_t)(cos(0.5 * i) * 1073741824) & ~1; /* a tone leaves no residual energy */
    assert_false(g729_levinson(&last, r.r, &prediction));
    assert_int_equal(prediction.a_q12[1], 11);
    for (int32_t x = 1 << 30; x > 0; x = x < INT32_MAX - (1 << 20) ? x + (1 << 20) : 0) {
        for (int i = 0; i <= G729_ORDER; i++)
            r.r[i] = i % 2 == 0 || x % 3 == 0
                         ? x
                         : -x; /* of 0 or 4000 Hz: the first stage leaves almost no energy */
        g729_levinson(&last, r.r, &prediction);
        assert_int_equal(prediction.a_q12[0], 4096);
    }
}

/* --- Noise --- */

static void comfort_noise_has_the_given_gain(void **unused)
{
    static const int16_t gains[] = { 100, 500, 2000, 8000, 15962 }; /* Q3 */

    (void)unused;
    for (size_t g = 0; g < sizeof gains / sizeof *gains; g++) {
        int16_t excitation[G729_PAST + G729_FRAME] = { 0 };
        uint16_t seed = G729_NOISE_SEED;
        double energy = 0;

        for (int frame = 0; frame < 200; frame++) {
            struct g729_noise_pitch pitch[G729_SUBFRAMES];

            g729_noise_excitation(dsp_set((unsigned)g % (best_set() + 1))->celp, gains[g], &seed,
                                  excitation + G729_PAST, pitch);
            for (int i = 0; i < G729_FRAME; i++)
                energy += (double)excitation[G729_PAST + i] * excitation[G729_PAST + i];
            memmove(excitation, excitation + G729_FRAME, G729_PAST * sizeof *excitation);
        }
        assert_near(sqrt(energy / 200 / G729_FRAME) * 8 / gains[g], 1, 0.25, "strength", gains[g]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_follow_their_formulas),
        cmocka_unit_test(comfort_noise_starts_with_a_flat_spectrum),
        cmocka_unit_test(predictors_add_up_to_one),
        cmocka_unit_test(interpolation_phases_are_mirrored),
        cmocka_unit_test(products_equal_the_standards_steps),
        cmocka_unit_test(double_precision_is_close_to_real_numbers),
        cmocka_unit_test(residuals_equal_the_standards_steps),
        cmocka_unit_test(syntheses_equal_the_standards_steps),
        cmocka_unit_test(high_passes_equal_the_standards_steps),
        cmocka_unit_test(every_lag_code_round_trips),
        cmocka_unit_test(random_frames_round_trip),
        cmocka_unit_test(coefficients_equal_the_standards_steps),
        cmocka_unit_test(filters_round_trip_through_line_spectral_pairs),
        cmocka_unit_test(decoded_frequencies_are_in_range),
        cmocka_unit_test(levinson_finds_the_filter_of_a_resonance),
        cmocka_unit_test(comfort_noise_has_the_given_gain),
    };

    return cmocka_run_group_tests_name("g729_stages", tests, 0, 0);
}
