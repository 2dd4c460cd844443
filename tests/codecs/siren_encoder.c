/* Siren encoding: the SNR of speech, its decoding by ffmpeg, the checksums, and the formulas of its
 * constants. */
#include <math.h>
#include "support.h"
#include "codecs/siren/encoder.h"

extern const struct codec siren;

enum { MSN_TAG = 0x28E, VIVO_TAG = 0x112 };

static struct wave_format format_with(uint16_t tag)
{
    return (struct wave_format){ .tag = tag,
                                 .channels = 1,
                                 .sample_rate = 16000,
                                 .byte_rate = 2000,
                                 .block_align = SIREN_BYTES,
                                 .bits_per_sample = 16 };
}

/* 30 s of speech at 16 kHz. */
static struct sound wide_speech(void)
{
    struct sound narrow = speech();
    struct bytes wide = peer_run("sox -t raw -r 8000 -e signed -b 16 -c 1 - "
                                 "-t raw -r 16000 -e signed -b 16 -c 1 - ",
                                 narrow.samples, narrow.count * sizeof *narrow.samples);

    free(narrow.samples);
    return (struct sound){ (int16_t *)(void *)wide.data,
                           wide.size / sizeof(int16_t) / SIREN_FRAME * SIREN_FRAME };
}

/* The mean over frames above -50 dB. The decoded sound has a delay of a frame. */
static double segmental_snr(const int16_t *pcm, const int16_t *decoded, size_t count)
{
    double sum = 0;
    int frames = 0;

    for (size_t at = 0; at < count; at += SIREN_FRAME) {
        double energy = 0;

        for (size_t i = at; i < at + SIREN_FRAME; i++)
            energy += (double)pcm[i] * pcm[i];
        if (energy < SIREN_FRAME * 100.0 * 100.0)
            continue;
        sum += fmin(fmax(snr(pcm + at, decoded + at + SIREN_FRAME, SIREN_FRAME), -10), 35);
        frames++;
    }
    return frames ? sum / frames : 0;
}

static void speech_has_the_expected_snr(void **unused)
{
    static const double floors[3] = { 17.5, 17.75, 17.9 };
    struct wave_format format = format_with(MSN_TAG);
    struct sound sound = wide_speech();

    (void)unused;
    for (uint8_t quality = 0; quality < 3; quality++) {
        struct options options = { .quality = quality };
        struct bytes blocks = encode_all(&siren, &format, &options, sound);
        struct sound decoded = decode_all(&siren, &format, 0, blocks);
        double segmental;

        assert_true(blocks.size <= (sound.count / SIREN_FRAME + 1) * SIREN_BYTES);
        assert_int_equal(decoded.count, blocks.size / SIREN_BYTES * SIREN_FRAME);
        decoded.samples =
            realloc(decoded.samples, (sound.count + SIREN_FRAME) * sizeof *decoded.samples);
        for (size_t i = decoded.count; i < sound.count + SIREN_FRAME; i++)
            decoded.samples[i] = 0;
        segmental = segmental_snr(sound.samples, decoded.samples, sound.count);
        print_message("# quality %u: segmental SNR %.2f dB\n", quality, segmental);
        assert_true(segmental > floors[quality]);
        free(blocks.data);
        free(decoded.samples);
    }
    free(sound.samples);
}

/* ffmpeg would drop a frame with a wrong checksum. Noise and tones included. */
static void ffmpeg_decodes_the_blocks(void **unused)
{
    struct wave_format format = format_with(MSN_TAG);
    struct sound sound = generated(100 * SIREN_FRAME, 5);
    struct bytes blocks = encode_all(&siren, &format, 0, sound),
                 wav = wav_make(&format, blocks.data, blocks.size, 0);
    struct bytes theirs = peer_run("ffmpeg -v error -err_detect crccheck+explode -i - -f s16le -",
                                   wav.data, wav.size);
    struct sound ours = decode_all(&siren, &format, 0, blocks);

    (void)unused;
    assert_true(ours.count >= sound.count);
    assert_int_equal(theirs.size, ours.count * sizeof(int16_t));
    check_near("MSN Siren", ours.samples, (const int16_t *)(const void *)theirs.data, ours.count);
    free(sound.samples);
    free(blocks.data);
    free(wav.data);
    free(theirs.data);
    free(ours.samples);
}

/* Every frame is valid, and the samples of a tone come back, in both formats. */
static void tones_come_back(void **unused)
{
    struct sound sound = { malloc(50 * SIREN_FRAME * sizeof(int16_t)), 50 * SIREN_FRAME };

    (void)unused;
    for (size_t i = 0; i < sound.count; i++)
        sound.samples[i] =
            (int16_t)lround(8000 * sin(.3 * (double)i) + 5000 * sin(.11 * (double)i));
    for (int vivo = 0; vivo < 2; vivo++) {
        struct wave_format format = format_with(vivo ? VIVO_TAG : MSN_TAG);
        struct bytes blocks = encode_all(&siren, &format, 0, sound);
        struct sound decoded = decode_all(&siren, &format, 0, blocks);
        struct siren_decoder state = { .format = vivo ? &siren_vivo : &siren_msn };

        siren_reset(&state);
        for (size_t at = 0; at < blocks.size; at += SIREN_BYTES) {
            struct siren_frame frame;
            int32_t x[SIREN_FRAME];

            assert_true(siren_read(&state, blocks.data + at, &frame, x));
            assert_true(vivo || blocks.data[at] >> 6 == 1);
        }
        assert_int_equal(decoded.count, sound.count + SIREN_FRAME);
        assert_true(snr(sound.samples, decoded.samples + SIREN_FRAME, sound.count) > 20);
        free(blocks.data);
        free(decoded.samples);
    }
    free(sound.samples);
}

static void constants_follow_their_formulas(void **unused)
{
    const struct siren_format *formats[2] = { &siren_msn, &siren_vivo };

    (void)unused;
    for (int i = 0; i < 2; i++) {
        const struct siren_format *format = formats[i];
        double gain = i ? 1 : 1. / 22;

        for (int odd = 0; odd < 2; odd++) {
            assert_int_equal(format->gain[odd], lround(ldexp(gain * exp2(odd / 2.), 30)));
            assert_int_equal(format->inverse[odd], lround(ldexp(.8 / gain * exp2(-odd / 2.), 24)));
        }
        assert_int_equal(format->energy, lround(ldexp(sqrt(2) / 20 * pow(.8 / gain, 2), 24)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speech_has_the_expected_snr),
        cmocka_unit_test(ffmpeg_decodes_the_blocks),
        cmocka_unit_test(tones_come_back),
        cmocka_unit_test(constants_follow_their_formulas),
    };

    return cmocka_run_group_tests_name("Siren encoder", tests, 0, 0);
}
