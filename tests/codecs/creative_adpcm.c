/* Creative ADPCM: decoding equals ffmpeg, the only other decoder; encoding, which nothing else
 * offers, is checked by its SNR. */
#include "codecs/creative_adpcm/creative.h"
#include "adpcm_support.h"

extern const struct codec creative_adpcm;

static const struct mode speech_mode = { 8000, 1, 0 }, music_mode = { 44100, 2, 0 };

static void a_creative_file_decodes_to_its_known_samples(void **unused)
{
    struct coded coded = coded_open(sample_read("creative0200-intro-partial.wav"));
    struct sound sound = decoded_by_us(&creative_adpcm, &coded);
    struct bytes sum = peer_run("md5sum", sound.samples, sound.count * 2);

    (void)unused;
    assert_memory_equal(sum.data, "66004779a5e51ca659b21a4197e019e6", 32);
    free(coded.file.data);
    free(sound.samples);
    free(sum.data);
}

static void decoding_equals_ffmpeg(void **unused)
{
    struct sound sound = generated(100000, 3);
    size_t n = 0;

    (void)unused;
    for (const struct mode *mode = creative_adpcm.modes; mode->sample_rate; mode++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(&creative_adpcm, *mode, extra);
        uint32_t seed = mode->sample_rate + mode->channels;
        struct bytes data = { malloc(200000), 200000 };

        for (size_t i = 0; i < data.size; i++)
            data.data[i] = (uint8_t)(draw(&seed) >> 11);
        n += check_equal(&creative_adpcm, coded_make(&creative_adpcm, &format, data),
                         decoded_by_ffmpeg, "random bytes");
        n += check_equal(&creative_adpcm, coded_by_us(&creative_adpcm, *mode, sound),
                         decoded_by_ffmpeg, "our encoder");
        free(data.data);
    }
    print_message("%zu samples equal ffmpeg\n", n);
    free(sound.samples);
}

static double quality_at(uint8_t level, struct mode mode, struct sound sound)
{
    const struct options options = { .quality = level };
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&creative_adpcm, mode, extra);
    struct bytes data = encode_all(&creative_adpcm, &format, &options, sound);
    double decibels =
        quality(&creative_adpcm, coded_make(&creative_adpcm, &format, data), decoded_by_us, sound);

    assert_int_equal(data.size, sound.count / 2);
    free(data.data);
    return decibels;
}

static void check_quality(struct mode mode, struct sound sound, const char *what, double floor)
{
    double fast = quality_at(0, mode, sound), standard = quality_at(1, mode, sound),
           best = quality_at(2, mode, sound);

    print_message("%s: %.2f dB, fast %.2f, best %.2f\n", what, standard, fast, best);
    assert_true(fast > floor && standard >= fast && best > standard);
    free(sound.samples);
}

static void speech_reaches_its_quality(void **unused)
{
    (void)unused;
    check_quality(speech_mode, speech(), "speech", 20);
}

static void music_reaches_its_quality(void **unused)
{
    (void)unused;
    check_quality(music_mode, music(), "music", 20);
}

/* A search with one path takes the nearest code for each sample. */
static void the_fast_encoder_is_greedy(void **unused)
{
    const struct options fast = { .quality = 0 };
    struct sound sound = generated(50000, 8);
    struct wave_format format = { 0x200, 1, 8000, 4000, 1, 4, 0, 0 };
    struct bytes data = encode_all(&creative_adpcm, &format, &fast, sound);
    struct creative_state state = { 0, 511 };

    (void)unused;
    for (size_t i = 0; i < sound.count; i++) {
        unsigned code = data.data[i / 2] >> (i % 2 ? 0 : 4) & 15;
        int difference = sound.samples[i] - (state.sample * 254 >> 8),
            magnitude = 4 * abs(difference) / state.step;

        assert_int_equal(code, (difference < 0 ? 8 : 0) + (magnitude < 7 ? magnitude : 7));
        state = creative_next(state, code);
    }
    free(sound.samples);
    free(data.data);
}

/* Whatever the length of a call and its ending, it makes all of its bytes, and the end makes none.
 * With a few samples in a call, the search is hardly better than at quality 1, which never looks
 * beyond a byte; with more, it improves. */
static void every_call_makes_its_bytes(void **unused)
{
    static const size_t lengths[] = { 1, 16, 1024 };
    const struct options options[] = { { .quality = 1 }, { .quality = 2 } };
    struct sound sound = speech();

    (void)unused;
    sound.count = 80000;
    for (uint16_t channels = 1; channels <= 2; channels++) {
        struct wave_format format = { 0x200, channels, 8000, 4000, 1, 4, 0, 0 };
        struct bytes standard = encode_all(&creative_adpcm, &format, &options[0], sound);
        struct sound back = decode_all(&creative_adpcm, &format, 0, standard);
        double last = snr(sound.samples, back.samples, sound.count);

        free(standard.data);
        free(back.samples);
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            struct bytes bytes = { malloc(sound.count / 2), sound.count / 2 };
            void *state = malloc(creative_adpcm.encoder->state_size);
            double db;

            encoder_init(&creative_adpcm, state, &format, &options[1]);
            for (size_t at = 0; at < bytes.size; at += lengths[i]) {
                size_t n = bytes.size - at < lengths[i] ? bytes.size - at : lengths[i];
                struct progress done = creative_adpcm.encoder->run(
                    state, sound.samples + 2 * at, bytes.data + at,
                    (struct offer){ 2 * n, n + 9, (enum ending)(at / lengths[i] % 3) });

                assert_true(done.used == 2 * n && done.made == n);
            }
            back = decode_all(&creative_adpcm, &format, 0, bytes);
            db = snr(sound.samples, back.samples, sound.count);
            print_message("%u channels, calls of %zu bytes: %.2f dB, before %.2f\n", channels,
                          lengths[i], db, last);
            assert_true(db >= last);
            last = db;
            free(state);
            free(bytes.data);
            free(back.samples);
        }
    }
    free(sound.samples);
}

static void headers_follow_creatives_guide(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&creative_adpcm, (struct mode){ 22050, 2, 0 }, extra);
    struct layout layout;

    (void)unused;
    assert_true(format.byte_rate == 22050 && format.block_align == 1 &&
                format.bits_per_sample == 4);
    assert_true(format.extra_size == 2 && load16_le(extra) == 0);
    store16_le(extra, 1);
    assert_true(parses(&creative_adpcm, &format, &layout) && layout.block.bytes == 1 &&
                layout.block.frames == 1);
    format.extra_size = 0;
    format.block_align = 2;
    format.bits_per_sample = 0;
    assert_true(parses(&creative_adpcm, &format, &layout));
    format.bits_per_sample = 3;
    assert_false(parses(&creative_adpcm, &format, &layout));
    format.bits_per_sample = 4;
    format.channels = 3;
    assert_false(parses(&creative_adpcm, &format, &layout));
    check_stream_is_small(&(struct wave_format){ 0x200, 2, 44100, 0, 1, 4, 0, 0 });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_creative_file_decodes_to_its_known_samples),
        cmocka_unit_test(decoding_equals_ffmpeg),
        cmocka_unit_test(speech_reaches_its_quality),
        cmocka_unit_test(music_reaches_its_quality),
        cmocka_unit_test(the_fast_encoder_is_greedy),
        cmocka_unit_test(every_call_makes_its_bytes),
        cmocka_unit_test(headers_follow_creatives_guide),
    };

    return cmocka_run_group_tests_name("creative_adpcm", tests, 0, 0);
}
