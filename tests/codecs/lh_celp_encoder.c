/* L&H CELP encoding: its SNR, its delay, its stability, and the stages of the search. */
#include <math.h>
#include "support.h"
#include "hard_sounds.h"
#include "codecs/lh_celp/search.h"
#include "codecs/lh_celp/tables.h"

extern const struct codec lh_celp;

static const struct wave_format mono = { .channels = 1,
                                         .sample_rate = 8000,
                                         .block_align = LH_CELP_FRAME_BYTES };

static struct bytes encoded(uint8_t quality, struct sound sound)
{
    struct options options = { .quality = quality, .dsp = dsp_set(best_set()) };

    return encode_all(&lh_celp, &mono, &options, sound);
}

/* --- Quality --- */

/* The SNR of the decoded sound behind the delay. */
static double quality_of(uint8_t quality, struct sound sound)
{
    struct bytes blocks = encoded(quality, sound);
    struct sound back = decode_all(&lh_celp, &mono, 0, blocks);
    size_t count = (sound.count + LH_CELP_DELAY + LH_CELP_FRAME - 1) / LH_CELP_FRAME;
    double db;

    assert_int_equal(blocks.size, count * LH_CELP_FRAME_BYTES);
    assert_int_equal(back.count, count * LH_CELP_FRAME);
    db = snr(sound.samples, back.samples + LH_CELP_DELAY, sound.count);
    free(blocks.data);
    free(back.samples);
    return db;
}

/* The sanitizers take the first seconds of the best quality. */
#ifdef NDEBUG
enum { BEST_SECONDS = 30 };
#else
enum { BEST_SECONDS = 4 };
#endif

static void check_quality(struct sound sound, const char *name, const double floors[3])
{
    for (uint8_t quality = 0; quality < 3; quality++) {
        struct sound part = sound;
        double db;

        if (quality == 2 && part.count > BEST_SECONDS * 8000)
            part.count = BEST_SECONDS * 8000;
        db = quality_of(quality, part);
        print_message("%s, quality %d: %.2f dB over %zu s\n", name, quality, db, part.count / 8000);
        assert_true(db >= floors[quality]);
    }
}

/* Lernout & Hauspie's own encoder reaches 3.65 dB on this clip, and delays it by 92 samples. */
static void the_original_of_a_real_file_reaches_its_snr(void **unused)
{
    static const double floors[3] = { 8.0, 8.5, 8.5 };
    struct bytes file = vector_read("wiki-one-clip/8k16bitpcm.wav"),
                 theirs = vector_read("lhcelp/8kcelp.decoded.s16");
    struct wave_format format;
    struct bytes data = wav_open(file, &format);
    struct sound sound = { (int16_t *)(void *)data.data, data.size / 2 };
    double db = snr(sound.samples, (const int16_t *)(void *)theirs.data + 92,
                    theirs.size / 2 - 2 * LH_CELP_FRAME);

    (void)unused;
    print_message("Lernout & Hauspie's encoder: %.2f dB\n", db);
    assert_true(db > 3.6 && db < 3.7);
    check_quality(sound, "the original of a real file", floors);
    free(file.data);
    free(theirs.data);
}

static void speech_reaches_its_snr(void **unused)
{
    static const double floors[3] = { 10, 10, 10 };
    struct sound sound = speech();

    (void)unused;
    check_quality(sound, "speech", floors);
    free(sound.samples);
}

/* --- Stream --- */

/* No block is withheld, whatever the sizes of the calls, and END makes one more. */
static void each_block_becomes_a_block_at_once(void **unused)
{
    enum { BLOCKS = 12 };
    struct sound sound = generated(BLOCKS * LH_CELP_FRAME, 21);
    struct bytes whole = encoded(0, sound);
    uint8_t made[BLOCKS * LH_CELP_FRAME_BYTES];
    void *state = malloc(lh_celp.encoder->state_size);
    struct options options = { .quality = 0, .dsp = dsp_set(0) };
    size_t at = 0;

    (void)unused;
    encoder_init(&lh_celp, state, &mono, &options);
    for (size_t blocks = 1; at < BLOCKS; at += blocks++) {
        size_t n = blocks < BLOCKS - at ? blocks : BLOCKS - at;
        struct offer offer = { n * LH_CELP_FRAME + (n % 2), sizeof made, WHOLE };
        struct progress step;

        if (offer.in > (BLOCKS - at) * LH_CELP_FRAME)
            offer.in = (BLOCKS - at) * LH_CELP_FRAME;
        offer.out -= at * LH_CELP_FRAME_BYTES;
        step = lh_celp.encoder->run(state, sound.samples + at * LH_CELP_FRAME,
                                    made + at * LH_CELP_FRAME_BYTES, offer);
        assert_int_equal(step.used, n * LH_CELP_FRAME);
        assert_int_equal(step.made, n * LH_CELP_FRAME_BYTES);
    }
    assert_int_equal(whole.size, sizeof made + LH_CELP_FRAME_BYTES);
    assert_memory_equal(made, whole.data, sizeof made);
    free(state);
    free(whole.data);
    free(sound.samples);
}

static void the_encoder_knows_what_the_decoder_does(void **unused)
{
    struct sound sound = generated(20 * LH_CELP_FRAME, 5);
    struct lh_celp_encoder encoder = { .dsp = dsp_set(best_set())->celp, .quality = 1 };
    struct lh_celp_decoder decoder;

    (void)unused;
    lh_celp_reset(&encoder.decoder);
    lh_celp_reset(&decoder);
    for (int i = 0; i < 20; i++) {
        struct lh_celp_parameters parameters;
        int16_t pcm[LH_CELP_FRAME];

        lh_celp_encode_frame(&encoder, sound.samples + i * LH_CELP_FRAME, &parameters);
        lh_celp_decode_frame(&decoder, &parameters, pcm);
        assert_memory_equal(&encoder.decoder, &decoder, sizeof decoder);
    }
    free(sound.samples);
}

/* --- Sounds other than speech --- */

enum { SECOND = 8000, TAIL = 1600 };

static double rms(const int16_t *x, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * x[i];
    return sqrt(sum / (double)n);
}

/* Neither the error nor the silence after the sound is louder than the input. */
static void check_calm(const char *name, const int16_t *x, size_t count)
{
    for (uint8_t quality = 0; quality < 2; quality++) {
        struct sound sound = { calloc(count + TAIL, sizeof(int16_t)), count + TAIL }, back;
        struct bytes blocks;
        double in = rms(x, count), error, rest;

        memcpy(sound.samples, x, count * sizeof *x);
        blocks = encoded(quality, sound);
        back = decode_all(&lh_celp, &mono, 0, blocks);
        for (size_t i = 0; i < count; i++)
            sound.samples[i] = saturate(sound.samples[i] - back.samples[i + LH_CELP_DELAY]);
        error = rms(sound.samples, count);
        rest = rms(back.samples + count + TAIL / 2, TAIL / 2);
        if (error > 1.02 * in + 5)
            fail_msg("%s, quality %d: the error is %.0f, the sound %.0f", name, quality, error, in);
        if (rest > 5)
            fail_msg("%s, quality %d: the silence behind it is %.1f", name, quality, rest);
        free(sound.samples);
        free(back.samples);
        free(blocks.data);
    }
}

static void no_sound_is_amplified(void **unused)
{
    (void)unused;
    each_hard_sound(check_calm);
}

/* The band-pass weakens these frequencies, so that the filter before it would have to exceed 16
 * bits, and wraps. */
static void loud_low_tones_are_not_amplified(void **unused)
{
    static int16_t x[SECOND];

    (void)unused;
    for (int hz = 70; hz <= 100; hz += 10)
        for (int peak = 8000; peak <= 16000; peak += 8000) {
            char name[40];

            for (int i = 0; i < SECOND; i++)
                x[i] = (int16_t)lrint(peak * sin(2 * 3.14159265358979 * hz * i / SECOND));
            snprintf(name, sizeof name, "%d Hz, peak %d", hz, peak);
            check_calm(name, x, SECOND);
        }
}

/* The first subframe of each frame has at least one pulse: silence becomes the quietest of them. */
static void silence_is_nearly_silent(void **unused)
{
    struct sound sound = { calloc(SECOND, sizeof(int16_t)), SECOND }, back;
    struct bytes blocks = encoded(1, sound);

    (void)unused;
    back = decode_all(&lh_celp, &mono, 0, blocks);
    print_message("silence: rms %.1f\n", rms(back.samples, back.count));
    for (size_t i = 0; i < back.count; i++)
        assert_in_range(back.samples[i] + 40, 0, 80);
    free(sound.samples);
    free(back.samples);
    free(blocks.data);
}

/* --- Stages --- */

/* The filter of a random set of frequencies in order. */
static void draw_filter(uint32_t *seed, int16_t a_q10[LH_CELP_ORDER])
{
    uint8_t codes[LH_CELP_ORDER];
    int16_t lsf[LH_CELP_ORDER];
    bool ordered = false;

    while (!ordered) {
        for (int i = 0; i < LH_CELP_ORDER; i++)
            codes[i] = (uint8_t)(draw(seed) >> 8 & ((1u << lh_celp_lsf_bits[i]) - 1));
        lh_celp_lsf(codes, lsf);
        ordered = true;
        for (int i = 1; i < LH_CELP_ORDER; i++)
            ordered = ordered && lsf[i] > lsf[i - 1] + 300;
    }
    lh_celp_predictor(lsf, a_q10);
}

/* The response to an excitation is what both filters make of it from silence. */
static void responses_are_those_of_the_filters(void **unused)
{
    uint32_t seed = 12;

    (void)unused;
    for (int round = 0; round < 200; round++) {
        struct lh_celp_synthesis rest = { { 0 }, { 0 } };
        struct lh_celp_response response;
        int16_t a_q10[LH_CELP_ORDER], e[LH_CELP_SUBFRAME], y[LH_CELP_SUBFRAME];
        int32_t y_q14[LH_CELP_SUBFRAME], peak = 0;

        draw_filter(&seed, a_q10);
        lh_celp_response(dsp_set((unsigned)round % (best_set() + 1u))->celp, a_q10,
                         LH_CELP_SUBFRAME, &response);
        assert_in_range(response.scale, 0, 12);
        for (int i = 0; i < LH_CELP_SUBFRAME; i++)
            e[i] = (int16_t)((int32_t)(draw(&seed) % 201) - 100);
        lh_celp_convolve(&response, e, y);
        lh_celp_synthesize(&rest, a_q10, e, LH_CELP_SUBFRAME, y_q14);
        for (int i = 0; i < LH_CELP_SUBFRAME; i++)
            peak = max_i32(peak, abs(y_q14[i] >> 14));
        for (int i = 0; i < LH_CELP_SUBFRAME && peak < 30000; i++)
            if (abs(y[i] - (y_q14[i] >> 14)) > 8 + peak / 64)
                fail_msg("sample %d is %d, not %d", i, y[i], y_q14[i] >> 14);
    }
}

/* The pulses of a code with its gain. */
static void place(const struct lh_celp_subframe *in, int lag, int size, int16_t e[LH_CELP_SUBFRAME])
{
    struct lh_celp_pulses pulses;

    memset(e, 0, LH_CELP_SUBFRAME * sizeof *e);
    for (int count = lh_celp_pulses(in->code, lag, size, &pulses); count-- > 0;)
        e[pulses.at[count]] = (int16_t)(lh_celp_fixed_gain(in->fixed_gain) * pulses.sign[count]);
}

/* The pulses of each code are found again behind the filters. */
static void a_code_search_finds_codes(void **unused)
{
    int16_t a_q10[LH_CELP_ORDER];
    uint32_t seed = 9;
    int lost = 0;

    (void)unused;
    for (int n = 0; n < 2048; n++) {
        int lag = 20 + (int)(draw(&seed) % 128), size = 53 + n / 1024;
        struct lh_celp_subframe in = { .code = (uint8_t)n,
                                       .fixed_gain = (uint8_t)((n / 64 & 19) | 4) },
                                out;
        struct lh_celp_response response;
        int16_t history[LH_CELP_HISTORY + LH_CELP_SUBFRAME] = { 0 }, e[LH_CELP_SUBFRAME],
                                          found[LH_CELP_SUBFRAME],
                                          *enhanced = history + LH_CELP_HISTORY,
                                          t[LH_CELP_SUBFRAME];

        if (n % 256 == 0)
            draw_filter(&seed, a_q10);
        lh_celp_response(dsp_set(0)->celp, a_q10, size, &response);
        place(&in, lag, size, e);
        lh_celp_enhance(e, lag, 2000, size, enhanced);
        lh_celp_convolve(&response, enhanced, t);
        lh_celp_code_search(&response, t, lag, 2000, &out);
        place(&out, lag, size, found);
        lost += memcmp(e, found, sizeof e) != 0;
    }
    print_message("%d of 2048 codes are not found\n", lost);
    assert_true(lost < 20);
}

/* Lags and gains are found again behind the filters. */
static void a_long_term_search_finds_lag_and_gain(void **unused)
{
    static int16_t excitation[LH_CELP_HISTORY + LH_CELP_SUBFRAME],
        enhanced[LH_CELP_HISTORY + LH_CELP_SUBFRAME];
    const struct lh_celp_past past = { excitation + LH_CELP_HISTORY, enhanced + LH_CELP_HISTORY };
    int16_t a_q10[LH_CELP_ORDER], e[LH_CELP_SUBFRAME], t[LH_CELP_SUBFRAME];
    struct lh_celp_response response;
    uint32_t seed = 9;
    int lost = 0;

    (void)unused;
    draw_filter(&seed, a_q10);
    lh_celp_response(dsp_set(best_set())->celp, a_q10, LH_CELP_SUBFRAME, &response);
    for (int i = 0; i < LH_CELP_HISTORY; i++) {
        excitation[i] = (int16_t)((int32_t)(draw(&seed) % 4000) - 2000);
        enhanced[i] = (int16_t)((int32_t)(draw(&seed) % 4000) - 2000);
    }
    for (int lag = LH_CELP_LAG_MIN; lag <= LH_CELP_LAG_MAX; lag++) {
        struct lh_celp_prediction found[LH_CELP_PREDICTIONS_MAX];
        unsigned code = (unsigned)lag % 5 + 5;
        int16_t gain = lh_celp_adaptive_gain(code);

        lh_celp_long_term(past.excitation, lag, gain, LH_CELP_SUBFRAME, e);
        lh_celp_enhance(e, lag, lh_celp_enhancement_gain(gain), LH_CELP_SUBFRAME,
                        enhanced + LH_CELP_HISTORY);
        lh_celp_convolve(&response, enhanced + LH_CELP_HISTORY, t);
        assert_int_equal(lh_celp_long_term_search(
                             &response, &past, t,
                             (struct lh_celp_lags){ LH_CELP_LAG_MIN, LH_CELP_LAG_MAX }, 3, found),
                         3);
        if (lag >= LH_CELP_SUBFRAME && (found[0].lag != lag || found[0].gain != code))
            fail_msg("lag %d and gain %d, not %d and %u", found[0].lag, found[0].gain, lag, code);
        lost += found[0].lag != lag;
    }
    print_message("%d lags below the length of the subframe are not found\n", lost);
    assert_true(lost <= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_original_of_a_real_file_reaches_its_snr),
        cmocka_unit_test(speech_reaches_its_snr),
        cmocka_unit_test(each_block_becomes_a_block_at_once),
        cmocka_unit_test(the_encoder_knows_what_the_decoder_does),
        cmocka_unit_test(no_sound_is_amplified),
        cmocka_unit_test(loud_low_tones_are_not_amplified),
        cmocka_unit_test(silence_is_nearly_silent),
        cmocka_unit_test(responses_are_those_of_the_filters),
        cmocka_unit_test(a_code_search_finds_codes),
        cmocka_unit_test(a_long_term_search_finds_lag_and_gain),
    };

    return cmocka_run_group_tests_name("lh_celp_encoder", tests, 0, 0);
}
