/* The qualities of the IMA ADPCM encoder: each is compared with ffmpeg's default and trellis
 * encoders, every stream with the decoder that it assumes; and peers decode all of them to the same
 * samples. */
#include "adpcm_support.h"

extern const struct codec ima_adpcm;

static const struct mode speech_mode = { 8000, 1, 0 }, music_mode = { 44100, 2, 0 };

/* All sets write the same bytes: see tests/dsp. */
static struct coded coded_by_quality(struct mode mode, struct sound sound, uint8_t quality)
{
    struct options options = { .quality = quality, .dsp = dsp_set(best_set()) };

    return coded_with(&ima_adpcm, &options, mode, sound);
}

/* Checks the margins over ffmpeg: over its default encoder at quality 0 and 1, over its trellis at
 * 2. */
static void check_floors(struct mode mode, struct sound sound, const double more[3])
{
    double nearest = quality(&ima_adpcm, coded_by_ffmpeg(&ima_adpcm, "adpcm_ima_wav", mode, sound),
                             decoded_by_ffmpeg, sound);
    double trellis =
        quality(&ima_adpcm, coded_by_ffmpeg(&ima_adpcm, "adpcm_ima_wav -trellis 8", mode, sound),
                decoded_by_ffmpeg, sound);

    print_message("ffmpeg %.3f dB, its trellis %.3f\n", nearest, trellis);
    for (uint8_t i = 0; i < 3; i++) {
        double ours = quality(&ima_adpcm, coded_by_quality(mode, sound, i), decoded_by_sox, sound);

        print_message("quality %u: %.3f dB\n", i, ours);
        assert_true(ours >= (i == 2 ? trellis : nearest) + more[i]);
    }
    free(sound.samples);
}

static void speech_is_better_than_by_ffmpeg(void **unused)
{
    (void)unused;
    check_floors(speech_mode, speech(), (const double[3]){ 0, 2, 1.5 });
}

/* 5 s, because ffmpeg's trellis is slow. */
static void music_is_better_than_by_ffmpeg(void **unused)
{
    struct sound sound = music();

    (void)unused;
    sound.count = 5 * 44100 * 2;
    check_floors(music_mode, sound, (const double[3]){ -0.02, 0.7, -0.15 });
}

/* ffmpeg's decoder rounds differently, and drifts within a block, whatever the encoder does. */
static void check_ffmpeg_plays(struct mode mode, struct sound sound, uint8_t i, double floor)
{
    double decibels =
        quality(&ima_adpcm, coded_by_quality(mode, sound, i), decoded_by_ffmpeg, sound);

    if (decibels < floor)
        fail_msg("quality %u, %u channels: %.2f dB by ffmpeg", i, mode.channels, decibels);
}

static void peers_decode_every_quality(void **unused)
{
    struct sound voice = speech(), tune = music();
    size_t n = 0;

    (void)unused;
    tune.count = 2 * 44100 * 2;
    for (uint8_t i = 0; i < 3; i++) {
        n += check_equal(&ima_adpcm, coded_by_quality(speech_mode, voice, i), decoded_by_sox,
                         "sox, speech");
        n += check_equal(&ima_adpcm, coded_by_quality(music_mode, tune, i), decoded_by_sox,
                         "sox, music");
        n += check_equal(&ima_adpcm, coded_by_quality(speech_mode, voice, i), decoded_by_sndfile,
                         "libsndfile, speech");
        n += check_equal(&ima_adpcm, coded_by_quality(music_mode, tune, i), decoded_by_sndfile,
                         "libsndfile, music");
        check_ffmpeg_plays(speech_mode, voice, i, 20);
        check_ffmpeg_plays(music_mode, tune, i, 25);
    }
    print_message("%zu samples equal sox and libsndfile\n", n);
    free(voice.samples);
    free(tune.samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speech_is_better_than_by_ffmpeg),
        cmocka_unit_test(music_is_better_than_by_ffmpeg),
        cmocka_unit_test(peers_decode_every_quality),
    };

    return cmocka_run_group_tests_name("ima_search", tests, 0, 0);
}
