/* TrueSpeech-compatible decoding against FFmpeg, and the tables of the format against their
 * formulas. */
#include <math.h>
#include "truespeech_peer.h"

static const struct options reversed = { .quality = 1, .quirks = QUIRK_REVERSED_INTERPOLATION };

/* --- FFmpeg --- */

static void check_decoding(struct bytes frames)
{
    struct sound theirs = peer_decode(frames),
                 ours = decode_all(&truespeech, &mono, &reversed, frames);

    assert_int_equal(ours.count, frames.size / TRUESPEECH_FRAME_BYTES * TRUESPEECH_FRAME);
    assert_int_equal(ours.count, theirs.count);
    for (size_t i = 0; i < ours.count; i++)
        if (ours.samples[i] != theirs.samples[i])
            fail_msg("sample %zu of frame %zu is %d, not %d", i % TRUESPEECH_FRAME,
                     i / TRUESPEECH_FRAME, ours.samples[i], theirs.samples[i]);
    free(theirs.samples);
    free(ours.samples);
}

static void a_real_file_decodes_as_ffmpeg_does(void **unused)
{
    struct wave_format format;
    struct bytes file = sample_read("truespeech-a6.wav"), frames = wav_open(file, &format);

    (void)unused;
    assert_int_equal(frames.size, 1442 * TRUESPEECH_FRAME_BYTES);
    check_decoding(frames);
    free(file.data);
}

/* Half of the frames have too few pulses somewhere, nearly all clip, and sums wrap. */
static void random_frames_decode_as_ffmpeg_does(void **unused)
{
    struct bytes frames = { malloc(20000 * TRUESPEECH_FRAME_BYTES),
                            20000 * TRUESPEECH_FRAME_BYTES };
    uint32_t seed = 22;

    (void)unused;
    for (size_t i = 0; i < frames.size; i++)
        frames.data[i] = (uint8_t)(draw(&seed) >> 24);
    check_decoding(frames);
    free(frames.data);
}

/* Frames that random bits rarely make: the loudest pulses, the strongest taps, the sharpest
 * resonances, or a long time without pulses. */
static void extreme_frames_decode_as_ffmpeg_does(void **unused)
{
    enum { COUNT = 4000 };
    struct bytes frames = { malloc(COUNT * TRUESPEECH_FRAME_BYTES),
                            COUNT * TRUESPEECH_FRAME_BYTES };
    struct truespeech_parameters parameters = { 0 };
    uint32_t seed = 5;

    (void)unused;
    for (int i = 0; i < COUNT; i++) {
        if (i % 8 == 0)
            for (int k = 0; k < TRUESPEECH_ORDER; k++)
                parameters.reflection[k] =
                    (uint8_t)(draw(&seed) % 2 ? (1 << truespeech_reflection_bits[k]) - 1 : 0);
        parameters.blend = draw(&seed) % 2;
        parameters.base[0] = (uint8_t)draw(&seed);
        parameters.base[1] = (uint8_t)(draw(&seed) % 20);
        for (int j = 0; j < TRUESPEECH_SUBFRAMES; j++)
            parameters.subframes[j] = (struct truespeech_subframe){
                (uint8_t)(25 * (draw(&seed) % 5) + draw(&seed) % 3 * 5), i % 16 < 12 ? 15 : 0,
                (uint16_t)(draw(&seed) & (i % 3 ? 0x1555 : 0x3FFF)),
                i % 5 ? draw(&seed) & 0x7FFFFFF : 0x7FFFFFF
            };
        truespeech_pack(&parameters, frames.data + i * TRUESPEECH_FRAME_BYTES);
    }
    check_decoding(frames);
    free(frames.data);
}

/* --- Evidence for the described order --- */

enum { SUBFRAME_COUNT = 1442 * TRUESPEECH_SUBFRAMES };

/* The mean distance, in dB, of the energy of a subframe from the mean of its neighbors, by position
 * in the frame; quiet subframes do not count. */
static void roughness(const int16_t *pcm, double out[TRUESPEECH_SUBFRAMES])
{
    static double db[SUBFRAME_COUNT];
    double sums[TRUESPEECH_SUBFRAMES] = { 0 };
    int counts[TRUESPEECH_SUBFRAMES] = { 0 };

    for (int i = 0; i < SUBFRAME_COUNT; i++) {
        double energy = 1;

        for (int n = 0; n < TRUESPEECH_SUBFRAME; n++)
            energy += (double)pcm[TRUESPEECH_SUBFRAME * i + n] * pcm[TRUESPEECH_SUBFRAME * i + n];
        db[i] = 10 * log10(energy / TRUESPEECH_SUBFRAME);
    }
    for (int i = 1; i < SUBFRAME_COUNT - 1; i++)
        if (db[i] > 45 && db[i - 1] > 45 && db[i + 1] > 45) {
            sums[i % TRUESPEECH_SUBFRAMES] += fabs(db[i] - (db[i - 1] + db[i + 1]) / 2);
            counts[i % TRUESPEECH_SUBFRAMES]++;
        }
    for (int i = 0; i < TRUESPEECH_SUBFRAMES; i++)
        out[i] = sums[i] / counts[i];
}

static void the_described_order_is_smoother(void **unused)
{
    struct wave_format format;
    struct bytes file = sample_read("truespeech-a6.wav"), frames = wav_open(file, &format);
    struct sound ours = decode_all(&truespeech, &mono, 0, frames),
                 other = decode_all(&truespeech, &mono, &reversed, frames);
    double described[TRUESPEECH_SUBFRAMES], backwards[TRUESPEECH_SUBFRAMES];

    (void)unused;
    roughness(ours.samples, described);
    roughness(other.samples, backwards);
    print_message("roughness of subframes 0 to 3: described order %.2f %.2f %.2f %.2f dB, FFmpeg's "
                  "%.2f %.2f %.2f %.2f dB\n",
                  described[0], described[1], described[2], described[3], backwards[0],
                  backwards[1], backwards[2], backwards[3]);
    for (int i = 0; i < 2; i++) {
        assert_true(described[i] < 1.05 * (described[2] + described[3]) / 2);
        assert_true(backwards[i] > 1.2 * (backwards[2] + backwards[3]) / 2);
    }
    free(file.data);
    free(ours.samples);
    free(other.samples);
}

/* --- Bits and tables --- */

static void packing_restores_the_bits(void **unused)
{
    uint8_t bytes[TRUESPEECH_FRAME_BYTES], again[TRUESPEECH_FRAME_BYTES];
    struct truespeech_parameters parameters;
    uint32_t seed = 3;

    (void)unused;
    for (int i = 0; i < 2000; i++) {
        for (int j = 0; j < TRUESPEECH_FRAME_BYTES; j++)
            bytes[j] = (uint8_t)(draw(&seed) >> 9);
        truespeech_unpack(bytes, &parameters);
        truespeech_pack(&parameters, again);
        assert_memory_equal(bytes, again, TRUESPEECH_FRAME_BYTES);
    }
}

/* Every left half and every right half. */
static void positions_round_trip(void **unused)
{
    enum { LEFT = 4060, RIGHT = 27405 };

    (void)unused;
    for (uint32_t number = 0; number < RIGHT; number++) {
        struct truespeech_subframe sub = { .gain = 10,
                                           .levels = 0x0DB,
                                           .positions = number % LEFT << 15 | number };
        int16_t e[TRUESPEECH_SUBFRAME];
        uint8_t at[TRUESPEECH_PULSES];
        int n = 0;

        truespeech_place_pulses(&sub, e);
        for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
            if (e[i])
                at[n++] = (uint8_t)i;
        assert_int_equal(n, TRUESPEECH_PULSES);
        assert_int_equal(truespeech_positions(at), sub.positions);
    }
    for (uint32_t number = RIGHT; number < 1 << 15; number++) {
        struct truespeech_subframe sub = { .positions = (uint32_t)LEFT << 15 | number };
        int16_t e[TRUESPEECH_SUBFRAME];

        truespeech_place_pulses(&sub, e);
        for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
            assert_int_equal(e[i], 0);
    }
}

static void tables_follow_their_formulas(void **unused)
{
    static const struct {
        const int16_t *table;
        double base;
    } decays[] = {
        { truespeech_decay_994, .994 },
        { truespeech_decay_550, .55 },
        { truespeech_decay_750, .75 },
    };

    (void)unused;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < TRUESPEECH_ORDER; k++)
            assert_int_equal(decays[i].table[k], lround(32768 * pow(decays[i].base, k + 1)));
    for (int i = 0; i < TRUESPEECH_GAINS; i++)
        for (int level = 0; level < TRUESPEECH_LEVELS; level++)
            assert_int_equal(truespeech_levels[i][level],
                             (level & 1 ? 3 : 1) * (level & 2 ? -1 : 1) *
                                 (int)(pow(2, (2 * i + 4) / 3.) + 1e-9));
    for (int i = 0; i < TRUESPEECH_ORDER; i++)
        for (int code = 1; code < 1 << truespeech_reflection_bits[i]; code++)
            assert_true(truespeech_reflections[i][code] > truespeech_reflections[i][code - 1]);
}

/* --- Stages --- */

static int16_t clipped(int32_t x)
{
    return (int16_t)(x > TRUESPEECH_SAMPLE_MAX    ? TRUESPEECH_SAMPLE_MAX
                     : x < -TRUESPEECH_SAMPLE_MAX ? -TRUESPEECH_SAMPLE_MAX
                                                  : x);
}

static uint32_t prediction(const int16_t *c, const int16_t *now)
{
    uint32_t sum = 0;

    for (int k = 0; k < TRUESPEECH_ORDER; k++)
        sum += (uint32_t)(c[k] * now[-1 - k]);
    return sum;
}

static void synthesize_reference(struct truespeech_synthesis *state,
                                 const struct truespeech_synthesis_filter *filter, const int16_t *e,
                                 int16_t *out)
{
    int16_t s[TRUESPEECH_ORDER + TRUESPEECH_SUBFRAME], y[TRUESPEECH_ORDER + TRUESPEECH_SUBFRAME];

    memcpy(s, state->s, sizeof state->s);
    memcpy(y, state->y, sizeof state->y);
    for (int i = TRUESPEECH_ORDER; i < TRUESPEECH_ORDER + TRUESPEECH_SUBFRAME; i++) {
        uint32_t sum;
        int32_t tilted;

        s[i] = clipped(e[i - TRUESPEECH_ORDER] +
                       ((int32_t)(prediction(filter->a_q12, s + i) + 0x800) >> 12));
        sum = (uint32_t)(wrap16(s[i] + (-(int32_t)prediction(filter->zeros_q12, s + i) >> 12)) *
                         4096) +
              prediction(filter->poles_q12, y + i);
        y[i] = clipped((int32_t)(sum + 0x800) >> 12);
        tilted = (int32_t)(sum + (uint32_t)(y[i - 1] * filter->tilt >> 4));
        out[i - TRUESPEECH_ORDER] =
            clipped((int32_t)((uint32_t)(tilted - (tilted >> 3)) + 0x800) >> 12);
    }
    memcpy(state->s, s + TRUESPEECH_SUBFRAME, sizeof state->s);
    memcpy(state->y, y + TRUESPEECH_SUBFRAME, sizeof state->y);
}

/* At all levels, also where samples are clipped and sums wrap. */
static void synthesis_equals_the_reference(void **unused)
{
    struct truespeech_synthesis mine = { { 0 }, { 0 } }, slow = mine;
    uint32_t seed = 12;

    (void)unused;
    for (unsigned round = 0; round < 3000; round++) {
        struct truespeech_synthesis_filter filter;
        int16_t a_q12[TRUESPEECH_ORDER], e[TRUESPEECH_SUBFRAME], out[TRUESPEECH_SUBFRAME],
            expected[TRUESPEECH_SUBFRAME];
        uint8_t reflection[TRUESPEECH_ORDER];
        int quiet = (int)(16 + draw(&seed) % 16);

        for (int i = 0; i < TRUESPEECH_ORDER; i++)
            reflection[i] =
                (uint8_t)(draw(&seed) >> 8 & ((1u << truespeech_reflection_bits[i]) - 1));
        truespeech_predictor(reflection, a_q12);
        for (int i = 0; i < TRUESPEECH_ORDER && round % 9 == 0; i++)
            a_q12[i] = (int16_t)((int32_t)draw(&seed) >> quiet);
        truespeech_filter(dsp_set(round % (best_set() + 1))->celp, a_q12,
                          truespeech_reflections[0][reflection[0]], &filter);
        for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
            e[i] = (int16_t)((int32_t)draw(&seed) >> quiet);
        truespeech_synthesize(&mine, &filter, e, out);
        synthesize_reference(&slow, &filter, e, expected);
        assert_memory_equal(out, expected, sizeof out);
        assert_memory_equal(&mine, &slow, sizeof mine);
        if (round % 5 == 0) {
            memset(&mine, 0, sizeof mine);
            memset(&slow, 0, sizeof slow);
        }
    }
}

/* Lags shorter than a subframe repeat their own output; results beyond 16 bits wrap. */
static void long_term_prediction_equals_the_reference(void **unused)
{
    uint32_t seed = 13;

    (void)unused;
    for (unsigned round = 0; round < 3000; round++) {
        int16_t mine[TRUESPEECH_HISTORY + TRUESPEECH_SUBFRAME],
            slow[TRUESPEECH_HISTORY + TRUESPEECH_SUBFRAME], p[TRUESPEECH_SUBFRAME],
            *now = slow + TRUESPEECH_HISTORY;
        const int16_t *taps = truespeech_taps[draw(&seed) % TRUESPEECH_TAPS];
        int lag = TRUESPEECH_LAG_MIN +
                  (int)(draw(&seed) % (TRUESPEECH_LAG_MAX - TRUESPEECH_LAG_MIN + 1)),
            quiet = (int)(16 + draw(&seed) % 12);

        for (int i = 0; i < TRUESPEECH_HISTORY + TRUESPEECH_SUBFRAME; i++)
            mine[i] = slow[i] = (int16_t)((int32_t)draw(&seed) >> quiet);
        for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
            now[i] = wrap16((now[i - lag - 1] * taps[0] + now[i - lag] * taps[1] + 0x2000) >> 14);
        truespeech_long_term(dsp_set(round % (best_set() + 1))->celp, mine + TRUESPEECH_HISTORY,
                             lag, taps, p);
        assert_memory_equal(mine, slow, sizeof mine);
        assert_memory_equal(p, now, sizeof p);
    }
}

/* --- Format --- */

static void the_header_is_as_windows_wrote_it(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format ours = format_of(&truespeech, truespeech.modes[0], extra), real;
    struct bytes file = sample_read("truespeech-a6.wav");

    (void)unused;
    wav_open(file, &real);
    assert_same_header(&real, &ours);
    assert_memory_equal(real.extra, ours.extra, 32);
    free(file.data);
}

static void headers_are_read_leniently(void **unused)
{
    struct wave_format format = { .tag = 0x1501, .channels = 1, .sample_rate = 8000 };
    struct layout layout;

    (void)unused;
    assert_ptr_equal(codec_find(0x1501), &truespeech);
    for (uint16_t align = 0; align < 100; align++) {
        format.block_align = align;
        assert_int_equal(parses(&truespeech, &format, &layout), align <= 1 || align % 32 == 0);
        if (align <= 1 || align % 32 == 0)
            assert_true(layout.block.bytes == 32 && layout.block.frames == 240 &&
                        layout.least_bytes == 32);
    }
    format.channels = 2;
    format.block_align = 32;
    assert_false(parses(&truespeech, &format, &layout));
    format.channels = 1;
    format.sample_rate = 11025;
    assert_false(parses(&truespeech, &format, &layout));
}

/* TRUESPEECHWAVEFORMAT: revision 1, 240 samples per block, zeros. */
static void the_extra_fields_are_written(void **unused)
{
    static const uint8_t expected[32] = { 1, 0, TRUESPEECH_FRAME, 0 };
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&truespeech, truespeech.modes[0], extra);

    (void)unused;
    assert_int_equal(format.extra_size, sizeof expected);
    assert_memory_equal(extra, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_real_file_decodes_as_ffmpeg_does),
        cmocka_unit_test(random_frames_decode_as_ffmpeg_does),
        cmocka_unit_test(extreme_frames_decode_as_ffmpeg_does),
        cmocka_unit_test(the_described_order_is_smoother),
        cmocka_unit_test(packing_restores_the_bits),
        cmocka_unit_test(positions_round_trip),
        cmocka_unit_test(tables_follow_their_formulas),
        cmocka_unit_test(synthesis_equals_the_reference),
        cmocka_unit_test(long_term_prediction_equals_the_reference),
        cmocka_unit_test(the_header_is_as_windows_wrote_it),
        cmocka_unit_test(headers_are_read_leniently),
        cmocka_unit_test(the_extra_fields_are_written),
    };

    return cmocka_run_group_tests_name("truespeech", tests, 0, 0);
}
