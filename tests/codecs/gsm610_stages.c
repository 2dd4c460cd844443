/* Unit tests of the stages of GSM 06.10. */
#include <math.h>
#include "support.h"
#include "codecs/gsm610/tables.h"

static void tables_follow_their_formulas(void **unused)
{
    static const double a[GSM610_ORDER] = { 20, 20, 20, 20, 13.637, 15, 8.334, 8.824 };
    static const double b[GSM610_ORDER] = { 0, 0, 4, -5, 0.184, -3.5, -0.666, -2.235 };
    static const double levels[] = { 0.1, 0.35, 0.65, 1 }, thresholds[] = { 0.2, 0.5, 0.8 };

    (void)unused;
    for (int i = 0; i < GSM610_ORDER; i++) {
        const struct gsm610_lar_quantizer *q = &gsm610_lar_quantizers[i];

        assert_int_equal(q->a_q10, lround(a[i] * 1024));
        assert_int_equal(q->b_q9, lround(b[i] * 512));
        assert_true(fabs(q->inverse_a_q18 - 262144 / a[i]) < 1);
        assert_int_equal(q->min, -q->max - 1);
    }
    for (int i = 0; i < 4; i++)
        assert_int_equal(gsm610_gain_levels_q15[i], i == 3 ? INT16_MAX : lround(levels[i] * 32768));
    for (int i = 0; i < 3; i++)
        assert_int_equal(gsm610_gain_thresholds_q15[i], lround(thresholds[i] * 32768));
    for (int i = 0; i < 8; i++) {
        assert_int_equal(gsm610_mantissas_q15[i], 2048 * (9 + i) - 1);
        assert_int_equal(gsm610_inverse_mantissas[i], (1 << 29) / gsm610_mantissas_q15[i]);
    }
}

static void unpacking_reverses_packing(void **unused)
{
    static const uint8_t lar_masks[GSM610_ORDER] = { 63, 63, 31, 31, 15, 15, 7, 7 };
    uint32_t seed = 65;

    (void)unused;
    for (int n = 0; n < 1000; n++) {
        uint8_t block[2 * GSM610_FRAME_BITS / 8] = { 0 };
        struct gsm610_parameters in[2], out[2];

        for (size_t i = 0; i < sizeof in; i++)
            ((uint8_t *)in)[i] = (uint8_t)(draw(&seed) >> 24);
        for (int half = 0; half < 2; half++) {
            for (int i = 0; i < GSM610_ORDER; i++)
                in[half].lars[i] &= lar_masks[i];
            for (int i = 0; i < GSM610_SUBFRAMES; i++) {
                struct gsm610_subframe *sub = &in[half].subframes[i];

                sub->lag &= 127;
                sub->gain &= 3;
                sub->grid &= 3;
                sub->peak &= 63;
                for (int k = 0; k < GSM610_PULSES; k++)
                    sub->pulses[k] &= 7;
            }
            gsm610_pack(&in[half], &gsm610_full, (unsigned)half, block);
        }
        gsm610_unpack(block, &gsm610_full, 0, &out[0]);
        gsm610_unpack(block, &gsm610_full, 1, &out[1]);
        assert_memory_equal(in, out, sizeof in);
        assert_int_equal(block[0] & 63, in[0].lars[0]);
        assert_int_equal(block[32] >> 4 | (block[33] & 3) << 4, in[1].lars[0]);
        assert_int_equal(block[64] >> 5, in[1].subframes[3].pulses[12]);
    }
}

static void a_decoded_ratio_has_the_same_code_again(void **unused)
{
    (void)unused;
    for (int code = 0; code < 64; code++) {
        uint8_t in[GSM610_ORDER], out[GSM610_ORDER];
        int16_t lars[GSM610_ORDER], reflection[GSM_SECTIONS][GSM610_ORDER];

        for (int i = 0; i < GSM610_ORDER; i++)
            in[i] = (uint8_t)(code & (gsm610_lar_quantizers[i].max * 2 + 1));
        gsm610_lar_decode(in, lars);
        gsm610_interpolate(lars, lars, reflection);
        gsm610_lar_encode(reflection[3], out);
        assert_memory_equal(in, out, sizeof in);
    }
}

static void ratios_are_interpolated_in_quarters(void **unused)
{
    static const int16_t before[GSM610_ORDER] = { 4000, -4000, 8000 },
                         now[GSM610_ORDER] = { 8000, 4000, -8000 };
    static const int16_t expected[4][3] = {
        { 5000, -2000, 4000 }, { 6000, 0, 0 }, { 7000, 2000, -4000 }, { 8000, 4000, -8000 }
    };

    (void)unused;
    for (unsigned section = 0; section < 4; section++) {
        int16_t reflection[GSM_SECTIONS][GSM610_ORDER];

        gsm610_interpolate(before, now, reflection);
        for (int i = 0; i < 3; i++)
            assert_int_equal(reflection[section][i], 2 * expected[section][i]);
    }
}

/* This holds even for ratios that have no code, so that the filters never multiply -1 by -1. */
static void a_coefficient_is_never_minus_one(void **unused)
{
    static const int16_t extreme[GSM610_ORDER] = { INT16_MIN, INT16_MAX, -26620, 26616,
                                                   -20071,    20070,     -11059, 11058 };
    static const int16_t expected[GSM610_ORDER] = { -32767, 32767, -32767, 32766,
                                                    -31129, 31129, -22118, 22116 };
    int16_t reflection[GSM_SECTIONS][GSM610_ORDER];

    (void)unused;
    gsm610_interpolate(extreme, extreme, reflection);
    assert_memory_equal(reflection[3], expected, sizeof expected);
}

static void silence_and_constants_have_known_coefficients(void **unused)
{
    int16_t s[GSM610_FRAME] = { 0 }, reflection[GSM610_ORDER];
    static const int16_t none[GSM610_ORDER] = { 0 };

    (void)unused;
    gsm610_reflection(&gsm610_kernels, s, reflection);
    assert_memory_equal(reflection, none, sizeof none);
    for (int i = 0; i < GSM610_FRAME; i++)
        s[i] = 1000;
    gsm610_reflection(&gsm610_kernels, s, reflection);
    /* The normalized correlation at lag 1 is 159 / 160. */
    assert_true(abs(reflection[0] + 32768 * 159 / 160) < 8);
    for (int i = 0; i < GSM610_FRAME; i++)
        s[i] = (int16_t)(i % 2 ? 1000 : -1000);
    gsm610_reflection(&gsm610_kernels, s, reflection);
    assert_true(abs(reflection[0] - 32768 * 159 / 160) < 8);
}

/* A peak of 32767 needs a shift by four bits, which rounds it to 2^15, and this wraps. */
static void scaling_discards_low_bits_of_loud_samples(void **unused)
{
    int16_t s[GSM610_FRAME] = { 32767, 1000, -7, 8, 2047 }, reflection[GSM610_ORDER];
    static const int16_t expected[] = { INT16_MIN, 1008, 0, 16, 2048 };

    (void)unused;
    gsm610_reflection(&gsm610_kernels, s, reflection);
    assert_memory_equal(s, expected, sizeof expected);
}

/* The synthesis also removes the pre-emphasis, doubles the samples and clears their lowest 3 bits.
 */
static void synthesis_reverses_analysis(void **unused)
{
    struct sound sound = generated(6 * 1999, 3);
    struct gsm610_short_term analysis = { { 0 }, { 0 } }, synthesis = { { 0 }, { 0 } };
    static const uint8_t codes[GSM610_ORDER] = { 12, 40, 10, 18, 6, 9, 3, 4 };
    int16_t before = 0, after = 0;

    (void)unused;
    for (size_t at = 0; at + GSM610_FRAME <= 1999; at += GSM610_FRAME) {
        int16_t expected[GSM610_FRAME], s[GSM610_FRAME];

        for (int i = 0; i < GSM610_FRAME; i++) {
            s[i] = (int16_t)(sound.samples[at + (size_t)i] / 4);
            expected[i] = (int16_t)(s[i] * 2);
        }
        gsm610_emphasize(before, s);
        before = expected[GSM610_FRAME - 1] / 2;
        gsm610_short_term_analysis(&gsm610_kernels, &analysis, codes, s);
        gsm610_short_term_synthesis(&gsm610_kernels, &synthesis, &after, codes, s);
        assert_true(snr(expected, s, GSM610_FRAME) > 40);
    }
    free(sound.samples);
}

static void the_search_finds_a_repetition(void **unused)
{
    int16_t past[GSM610_LAG_MAX + GSM610_SUBFRAME], d[GSM610_SUBFRAME];
    uint32_t seed = 40;
    struct gsm610_subframe sub;

    (void)unused;
    for (int i = 0; i < GSM610_LAG_MAX; i++)
        past[i] = (int16_t)(draw(&seed) % 8192 - 4096);
    for (int lag = GSM610_LAG_MIN; lag <= GSM610_LAG_MAX; lag++)
        for (int gain = 0; gain < 4; gain++) {
            static const int percent[] = { 10, 35, 65, 110 };

            for (int k = 0; k < GSM610_SUBFRAME; k++)
                d[k] = (int16_t)(past[GSM610_LAG_MAX - lag + k] * percent[gain] / 100);
            gsm610_long_term_search(&gsm610_kernels, d, past + GSM610_LAG_MAX, &sub);
            assert_int_equal(sub.lag, lag);
            assert_int_equal(sub.gain, gain);
        }
    memset(d, 0, sizeof d);
    gsm610_long_term_search(&gsm610_kernels, d, past + GSM610_LAG_MAX, &sub);
    assert_true(sub.lag == GSM610_LAG_MIN && sub.gain == 0);
}

static void the_smallest_of_equal_lags_is_selected(void **unused)
{
    int16_t past[GSM610_LAG_MAX + GSM610_SUBFRAME], d[GSM610_SUBFRAME];
    struct gsm610_subframe sub;

    (void)unused;
    for (int i = 0; i < GSM610_LAG_MAX + GSM610_SUBFRAME; i++)
        past[i] = (int16_t)(i % 20 == 0 ? 5000 : 0);
    memcpy(d, past, sizeof d);
    gsm610_long_term_search(&gsm610_kernels, d, past + GSM610_LAG_MAX, &sub);
    assert_true(sub.lag == GSM610_LAG_MIN && sub.gain == 3);
}

static void an_impulse_selects_its_grid(void **unused)
{
    (void)unused;
    for (int at = 0; at < GSM610_SUBFRAME; at++) {
        int16_t e[GSM610_SUBFRAME] = { 0 }, back[GSM610_SUBFRAME];
        struct gsm610_subframe sub = { 0 };

        e[at] = 1000;
        gsm610_rpe_encode(&gsm610_kernels, e, &sub);
        assert_int_equal(sub.grid, at == GSM610_SUBFRAME - 1 ? 3 : at % 3);
        assert_int_equal(sub.pulses[(at - sub.grid) / 3], 7);
        gsm610_rpe_decode(&sub, back);
        assert_true(abs(back[at] - 1000) < 1000 / 8);
    }
}

static void every_excitation_is_regular(void **unused)
{
    (void)unused;
    for (int code = 0; code < 64 * 4 * 8; code++) {
        struct gsm610_subframe sub = { .peak = (uint8_t)(code / 32),
                                       .grid = (uint8_t)(code / 8 % 4) };
        int16_t e[GSM610_SUBFRAME];

        memset(sub.pulses, code % 8, GSM610_PULSES);
        gsm610_rpe_decode(&sub, e);
        for (int k = 0; k < GSM610_SUBFRAME; k++) {
            bool on_grid =
                k >= sub.grid && (k - sub.grid) % 3 == 0 && (k - sub.grid) / 3 < GSM610_PULSES;

            assert_true(on_grid ? e[k] == e[sub.grid] && (e[k] > 0 || code % 8 < 4) : e[k] == 0);
        }
    }
}

static void a_constant_offset_decays(void **unused)
{
    struct gsm610_preprocessor state = { 0, 0, 0 };
    int16_t pcm[GSM610_FRAME], s[GSM610_FRAME];

    (void)unused;
    for (int i = 0; i < GSM610_FRAME; i++)
        pcm[i] = 8000;
    for (int i = 0; i < 100; i++)
        gsm610_preprocess(&gsm610_kernels, &state, pcm, s);
    for (int i = 0; i < GSM610_FRAME; i++)
        assert_true(abs(s[i]) <= 1);
}

/* Full-scale steps after long constant offsets are the worst case for the high-pass filter. */
static void the_high_pass_stays_within_its_bound(void **unused)
{
    struct gsm610_preprocessor state = { 0, 0, 0 };
    int16_t pcm[GSM610_FRAME], s[GSM610_FRAME];

    (void)unused;
    for (int frame = 0; frame < 200; frame++) {
        for (int i = 0; i < GSM610_FRAME; i++)
            pcm[i] = frame / 50 % 2 ? INT16_MIN : INT16_MAX;
        gsm610_preprocess(&gsm610_kernels, &state, pcm, s);
        assert_true(abs(state.highpass_q15) < 1 << 30);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_follow_their_formulas),
        cmocka_unit_test(unpacking_reverses_packing),
        cmocka_unit_test(a_decoded_ratio_has_the_same_code_again),
        cmocka_unit_test(ratios_are_interpolated_in_quarters),
        cmocka_unit_test(a_coefficient_is_never_minus_one),
        cmocka_unit_test(silence_and_constants_have_known_coefficients),
        cmocka_unit_test(scaling_discards_low_bits_of_loud_samples),
        cmocka_unit_test(synthesis_reverses_analysis),
        cmocka_unit_test(the_search_finds_a_repetition),
        cmocka_unit_test(the_smallest_of_equal_lags_is_selected),
        cmocka_unit_test(an_impulse_selects_its_grid),
        cmocka_unit_test(every_excitation_is_regular),
        cmocka_unit_test(a_constant_offset_decays),
        cmocka_unit_test(the_high_pass_stays_within_its_bound),
    };

    return cmocka_run_group_tests_name("gsm610 stages", tests, 0, 0);
}
