/* TrueSpeech-compatible encoding: its SNR, the likeness of its streams to those of a real encoder,
 * and its stability. */
#include <math.h>
#include "hard_sounds.h"
#include "truespeech_peer.h"
#include "codecs/truespeech/search.h"

static struct bytes encoded(uint8_t quality, struct sound sound)
{
    struct options options = { .quality = quality };

    return encode_all(&truespeech, &mono, &options, sound);
}

/* --- Quality --- */

/* The whole 30 s in optimized builds; the sanitizers take the first seconds of the best quality. */
#ifdef NDEBUG
enum { BEST_SECONDS = 30 };
#else
enum { BEST_SECONDS = 6 };
#endif

static void check_quality(uint8_t quality, size_t seconds, double floor)
{
    struct sound sound = speech(), ours, theirs;
    struct bytes frames;
    double db;

    sound.count = seconds * 8000;
    frames = encoded(quality, sound);
    assert_int_equal(frames.size, (sound.count + TRUESPEECH_DELAY + TRUESPEECH_FRAME - 1) /
                                      TRUESPEECH_FRAME * TRUESPEECH_FRAME_BYTES);
    theirs = peer_decode(frames);
    ours = decode_all(&truespeech, &mono, 0, frames);
    assert_memory_equal(ours.samples, theirs.samples, theirs.count * sizeof(int16_t));
    db = snr(sound.samples, theirs.samples + TRUESPEECH_DELAY, sound.count);
    print_message("quality %d: %.2f dB over %zu s of speech, decoded by FFmpeg\n", quality, db,
                  seconds);
    assert_true(db >= floor);
    free(sound.samples);
    free(ours.samples);
    free(theirs.samples);
    free(frames.data);
}

static void quality_0_reaches_its_snr(void **unused)
{
    (void)unused;
    check_quality(0, 30, 16.0);
}

static void quality_1_reaches_its_snr(void **unused)
{
    (void)unused;
    check_quality(1, 30, 16.8);
}

static void quality_2_reaches_its_snr(void **unused)
{
    (void)unused;
    check_quality(2, BEST_SECONDS, 17.8);
}

/* --- Stream --- */

/* Each call makes as many blocks as it brings, and END one more, once, unless silence is left. */
static void the_end_makes_one_block_more(void **unused)
{
    static const struct {
        struct offer offer;
        size_t blocks;
    } calls[] = { { { 2 * TRUESPEECH_FRAME, 2 * TRUESPEECH_FRAME_BYTES, PART }, 2 },
                  { { 0, 2 * TRUESPEECH_FRAME_BYTES, PART }, 0 },
                  { { TRUESPEECH_FRAME, 2 * TRUESPEECH_FRAME_BYTES, WHOLE }, 1 },
                  { { 0, TRUESPEECH_FRAME_BYTES - 1, END }, 0 },
                  { { 0, 2 * TRUESPEECH_FRAME_BYTES, END }, 1 },
                  { { 0, 2 * TRUESPEECH_FRAME_BYTES, END }, 0 },
                  { { TRUESPEECH_FRAME, 2 * TRUESPEECH_FRAME_BYTES, END }, 1 } };
    struct sound sound = generated(4 * TRUESPEECH_FRAME, 21);
    struct bytes whole;
    uint8_t made[6 * TRUESPEECH_FRAME_BYTES];
    void *state = malloc(truespeech.encoder->state_size);
    struct options options = { .quality = 0, .dsp = dsp_set(0) };
    struct progress done = { 0, 0 };

    (void)unused;
    memset(sound.samples + 3 * TRUESPEECH_FRAME, 0, TRUESPEECH_FRAME * sizeof(int16_t));
    encoder_init(&truespeech, state, &mono, &options);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct progress step = truespeech.encoder->run(state, sound.samples + done.used,
                                                       made + done.made, calls[i].offer);

        assert_int_equal(step.used, calls[i].offer.in);
        assert_int_equal(step.made, calls[i].blocks * TRUESPEECH_FRAME_BYTES);
        done.used += step.used;
        done.made += step.made;
    }
    sound.count = 3 * TRUESPEECH_FRAME;
    whole = encoded(0, sound);
    assert_int_equal(whole.size, 4 * TRUESPEECH_FRAME_BYTES);
    assert_memory_equal(made, whole.data, whole.size);
    free(state);
    free(whole.data);
    free(sound.samples);
}

/* The delay with the best SNR. */
static void the_delay_is_as_stated(void **unused)
{
    struct sound sound = speech(), back;
    struct bytes frames;
    double best = -100;
    size_t at = 0;

    (void)unused;
    sound.count = 16000;
    frames = encoded(0, sound);
    back = decode_all(&truespeech, &mono, 0, frames);
    for (size_t delay = 0; delay < TRUESPEECH_FRAME; delay++) {
        double db = snr(sound.samples, back.samples + delay, 15000);

        at = db > best ? delay : at;
        best = db > best ? db : best;
    }
    assert_int_equal(at, TRUESPEECH_DELAY);
    free(sound.samples);
    free(back.samples);
    free(frames.data);
}

static void frames_resemble_those_of_a_real_encoder(void **unused)
{
    struct sound sound = speech();
    struct bytes frames = encoded(0, sound);
    size_t off = 0, count = frames.size / TRUESPEECH_FRAME_BYTES;

    (void)unused;
    for (size_t i = 0; i < count; i++) {
        struct truespeech_parameters frame;

        truespeech_unpack(frames.data + i * TRUESPEECH_FRAME_BYTES, &frame);
        assert_int_equal(frame.blend, 0);
        for (int j = 0; j < TRUESPEECH_SUBFRAMES; j++) {
            const struct truespeech_subframe *sub = &frame.subframes[j];

            assert_true(sub->positions >> 15 < 4060 && (sub->positions & 0x7FFF) < 27405);
            assert_true(sub->ltp < TRUESPEECH_LAGS * TRUESPEECH_TAPS ||
                        sub->ltp == TRUESPEECH_LTP_OFF);
            assert_true(frame.base[j / 2] <= 127);
            if (sub->ltp != TRUESPEECH_LTP_OFF)
                assert_true(sub->ltp / TRUESPEECH_TAPS + frame.base[j / 2] + TRUESPEECH_LAG_MIN <=
                            TRUESPEECH_LAG_MAX);
            off += sub->ltp == TRUESPEECH_LTP_OFF;
        }
    }
    print_message("long-term prediction is off in %.1f %% of the subframes\n",
                  100. * (double)off / (double)(count * TRUESPEECH_SUBFRAMES));
    assert_true(off < count * TRUESPEECH_SUBFRAMES / 4);
    free(sound.samples);
    free(frames.data);
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
        struct bytes frames;
        double in = rms(x, count), error;

        memcpy(sound.samples, x, count * sizeof *x);
        frames = encoded(quality, sound);
        back = decode_all(&truespeech, &mono, 0, frames);
        for (size_t i = 0; i < count; i++)
            sound.samples[i] = saturate(sound.samples[i] - back.samples[i + TRUESPEECH_DELAY]);
        error = rms(sound.samples, count);
        if (error > in + 3)
            fail_msg("%s, quality %d: the error is %.0f, the sound %.0f", name, quality, error, in);
        if (rms(back.samples + count + TAIL / 2, TAIL / 2) > 3)
            fail_msg("%s, quality %d: the silence behind it is not silent", name, quality);
        free(sound.samples);
        free(back.samples);
        free(frames.data);
    }
}

static void no_sound_is_amplified(void **unused)
{
    (void)unused;
    each_hard_sound(check_calm);
}

/* Seven pulses are mandatory: silence becomes the quietest of them. */
static void silence_is_nearly_silent(void **unused)
{
    struct sound sound = { calloc(SECOND, sizeof(int16_t)), SECOND }, back;
    struct bytes frames = encoded(1, sound);

    (void)unused;
    back = decode_all(&truespeech, &mono, 0, frames);
    for (size_t i = 0; i < back.count; i++)
        assert_in_range(back.samples[i] + 5, 0, 10);
    free(sound.samples);
    free(back.samples);
    free(frames.data);
}

/* --- Stages --- */

/* Random sets of pulses are found again. */
static void a_pulse_search_finds_pulses(void **unused)
{
    static struct truespeech_response response;
    struct truespeech_pulses best[TRUESPEECH_GAINS_MAX];
    const int16_t a_q12[TRUESPEECH_ORDER] = { 3000, -1000 };
    struct truespeech_synthesis_filter filter;
    uint32_t seed = 8;
    int exact = 0;

    (void)unused;
    truespeech_filter(dsp_set(best_set())->celp, a_q12, -20000, &filter);
    truespeech_response(dsp_set(best_set()), &filter, &response);
    for (int i = 0; i < 200; i++) {
        struct truespeech_subframe in = { .gain = 11,
                                          .levels = draw(&seed) & 0x3FFF,
                                          .positions = draw(&seed) % 4060 << 15 },
                                   out;
        int16_t e[TRUESPEECH_SUBFRAME], t[TRUESPEECH_SUBFRAME];
        int count, winner = 0;

        in.positions |= draw(&seed) % 27405;
        truespeech_place_pulses(&in, e);
        truespeech_convolve(&response, e, t);
        count = truespeech_choose_pulses(&response, t, TRUESPEECH_GAINS_MAX, best);
        assert_int_equal(count, TRUESPEECH_GAINS_MAX);
        for (int n = 0; n < count; n++) {
            truespeech_move_pulses(&response, 3, &best[n]);
            if (truespeech_gain_of(&response, &best[n]) >
                truespeech_gain_of(&response, &best[winner]))
                winner = n;
        }
        truespeech_write_pulses(&best[winner], &out);
        exact += in.positions == out.positions && in.levels == out.levels && in.gain == out.gain;
    }
    print_message("%d of 200 random sets of pulses found again\n", exact);
    assert_true(exact >= 100);
}

/* The search finds the lag and the taps of a filtered prediction. */
static void a_long_term_search_finds_lag_and_taps(void **unused)
{
    static struct truespeech_response response;
    static int16_t history[TRUESPEECH_HISTORY + TRUESPEECH_SUBFRAME];
    static const struct truespeech_lags lags = { TRUESPEECH_LAG_MIN, TRUESPEECH_LAG_MAX };
    const int16_t a_q12[TRUESPEECH_ORDER] = { 2000 };
    struct truespeech_synthesis_filter filter;
    struct truespeech_long_term_code codes[TRUESPEECH_CODES_MAX];
    int16_t p[TRUESPEECH_SUBFRAME], t[TRUESPEECH_SUBFRAME];
    uint32_t seed = 9;

    (void)unused;
    truespeech_filter(dsp_set(best_set())->celp, a_q12, -10000, &filter);
    truespeech_response(dsp_set(best_set()), &filter, &response);
    for (int i = 0; i < TRUESPEECH_HISTORY; i++)
        history[i] = (int16_t)((int32_t)(draw(&seed) % 4000) - 2000);
    for (int lag = TRUESPEECH_SUBFRAME; lag <= TRUESPEECH_LAG_MAX; lag++) {
        int taps = lag % TRUESPEECH_TAPS;

        truespeech_long_term(dsp_set(best_set())->celp, history + TRUESPEECH_HISTORY, lag,
                             truespeech_taps[taps], p);
        truespeech_convolve(&response, p, t);
        assert_int_equal(
            truespeech_long_term_search(&response, history + TRUESPEECH_HISTORY, t, lags, 3, codes),
            3);
        if (codes[0].lag != lag || codes[0].taps != taps)
            fail_msg("lag %d and taps %d, not %d and %d", codes[0].lag, codes[0].taps, lag, taps);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quality_0_reaches_its_snr),
        cmocka_unit_test(quality_1_reaches_its_snr),
        cmocka_unit_test(quality_2_reaches_its_snr),
        cmocka_unit_test(the_end_makes_one_block_more),
        cmocka_unit_test(the_delay_is_as_stated),
        cmocka_unit_test(frames_resemble_those_of_a_real_encoder),
        cmocka_unit_test(no_sound_is_amplified),
        cmocka_unit_test(silence_is_nearly_silent),
        cmocka_unit_test(a_pulse_search_finds_pulses),
        cmocka_unit_test(a_long_term_search_finds_lag_and_taps),
    };

    return cmocka_run_group_tests_name("truespeech_encoder", tests, 0, 0);
}
