/* The Microsoft ADPCM encoder at its three qualities: its margins over ffmpeg's, and the agreement
 * of peers and of all instruction sets. */
#include "adpcm_support.h"
#include "dsp.h"

extern const struct codec ms_adpcm;

static const struct mode speech_mode = { 8000, 1, 0 }, music_mode = { 44100, 2, 0 };

static struct coded coded_in(uint8_t level, unsigned set, struct mode mode, struct sound sound)
{
    const struct options options = { .quality = level, .dsp = dsp_set(set) };

    return coded_with(&ms_adpcm, &options, mode, sound);
}

/* A decoder that shifts, as sox's does, yields nearly the same SNR. */
static void check_encoder(struct mode mode, struct sound sound, const double gains[3],
                          const char *what)
{
    double ffmpeg = quality(&ms_adpcm, coded_by_ffmpeg(&ms_adpcm, "adpcm_ms", mode, sound),
                            decoded_by_us, sound);
    double sox = quality(&ms_adpcm, coded_by_sox("ms-adpcm", mode, sound), decoded_by_us, sound);

    for (uint8_t level = 0; level < 3; level++) {
        double ours =
            quality(&ms_adpcm, coded_in(level, best_set(), mode, sound), decoded_by_us, sound);
        double by_sox =
            quality(&ms_adpcm, coded_in(level, best_set(), mode, sound), decoded_by_sox, sound);

        print_message("%s, quality %u: %.2f dB (%.2f with sox's decoder); ffmpeg %.2f, sox %.2f\n",
                      what, level, ours, by_sox, ffmpeg, sox);
        assert_true(ours >= ffmpeg + gains[level]);
        assert_true(by_sox > ours - 0.1);
        check_equal(&ms_adpcm, coded_whole(&ms_adpcm, coded_in(level, best_set(), mode, sound)),
                    decoded_by_ffmpeg, "ffmpeg's decoder");
    }
    free(sound.samples);
}

static void speech_is_encoded_better_than_by_ffmpeg(void **unused)
{
    (void)unused;
    check_encoder(speech_mode, speech(), (const double[]){ 2.5, 4.5, 6.4 }, "speech");
}

static void music_is_encoded_better_than_by_ffmpeg(void **unused)
{
    (void)unused;
    check_encoder(music_mode, music(), (const double[]){ 9, 9.5, 9.8 }, "music");
}

/* Blocks of several segments, of one and of less, with an incomplete group of chains. */
static void every_set_writes_the_same_bytes(void **unused)
{
    struct sound sound = generated(37 * 500, 3);

    (void)unused;
    for (uint8_t level = 0; level < 3; level++)
        for (size_t mode = 0; ms_adpcm.modes[mode].sample_rate; mode++) {
            struct coded portable = coded_in(level, 0, ms_adpcm.modes[mode], sound);

            for (unsigned set = 1; set <= best_set(); set++) {
                struct coded other = coded_in(level, set, ms_adpcm.modes[mode], sound);

                assert_int_equal(other.file.size, portable.file.size);
                assert_memory_equal(other.file.data, portable.file.data, portable.file.size);
                free(other.file.data);
            }
            free(portable.file.data);
        }
    free(sound.samples);
}

/* Encodes each block on its own, and together with others. */
static void blocks_are_independent(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&ms_adpcm, speech_mode, extra);
    struct sound sound = generated(21 * 500, 9);

    (void)unused;
    for (uint8_t level = 0; level < 3; level++) {
        const struct options options = { .quality = level, .dsp = dsp_set(best_set()) };
        struct bytes together = encode_all(&ms_adpcm, &format, &options, sound);

        for (size_t i = 0; i < 21; i++) {
            struct bytes alone = encode_all(&ms_adpcm, &format, &options,
                                            (struct sound){ sound.samples + i * 500, 500 });

            assert_int_equal(alone.size, 256);
            assert_memory_equal(alone.data, together.data + i * 256, 256);
            free(alone.data);
        }
        free(together.data);
    }
    free(sound.samples);
}

/* Includes noise, clicks and full-scale square waves, whose errors exceed the range that a search
 * can distinguish. */
static void searching_never_loses_much(void **unused)
{
    struct sound sound = generated(100000, 5);
    double nearest =
        quality(&ms_adpcm, coded_in(0, best_set(), speech_mode, sound), decoded_by_us, sound);

    (void)unused;
    for (uint8_t level = 1; level < 3; level++) {
        double searched = quality(&ms_adpcm, coded_in(level, best_set(), speech_mode, sound),
                                  decoded_by_us, sound);

        print_message("quality %u: %.2f dB of generated sound, nearest codes %.2f\n", level,
                      searched, nearest);
        assert_true(searched > nearest - 2);
    }
    free(sound.samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_set_writes_the_same_bytes),
        cmocka_unit_test(blocks_are_independent),
        cmocka_unit_test(searching_never_loses_much),
        cmocka_unit_test(speech_is_encoded_better_than_by_ffmpeg),
        cmocka_unit_test(music_is_encoded_better_than_by_ffmpeg),
    };

    return cmocka_run_group_tests_name("ms_adpcm_encoder", tests, 0, 0);
}
