/* MPEG audio decoding: the streams of ISO/IEC 11172-4 and 13818-4 against their samples, streams of
 * four encoders against mpg123's floating point, and streams in pieces, with tags, and with junk.
 */
#include <math.h>
#include "support.h"
#include "codecs/mpeg/frame.h"

extern const struct codec mpeg_layer3, mpeg_layer2;

/* The header at the start of a stream, or else the first one with a bit rate. */
static struct mpeg_header first_header(struct bytes stream)
{
    struct mpeg_header header = { .layer = 3 };

    for (size_t i = 0; i + 4 <= stream.size; i++)
        if (mpeg_parse_header(stream.data + i, &header) && (i == 0 || header.bit_rate_index != 0))
            break;
    return header;
}

static struct sound decode(struct bytes stream, unsigned channels, const struct dsp *dsp)
{
    struct mpeg_header header = first_header(stream);
    struct options options = { .quality = 1, .dsp = dsp };
    struct wave_format format = { .channels =
                                      (uint16_t)(channels ? channels : mpeg_channels(&header)),
                                  .sample_rate = mpeg_sample_rate(&header) };

    return decode_all(header.layer == 3 ? &mpeg_layer3 : &mpeg_layer2, &format, &options, stream);
}

/* --- ISO's streams --- */

/* The samples that may differ, in 1000ths, and those that the reference lacks at the start; the
 * first ones behind them have another past there. */
struct vector {
    const char *name;
    unsigned most, missing, past;
};

static void check_vector(const struct vector *vector)
{
    char name[64];
    struct bytes stream, expected;
    struct sound sound;
    const int16_t *samples;
    size_t count = 0, differ = 0;

    snprintf(name, sizeof name, "mpeg/%s.bit", vector->name);
    stream = vector_read(name);
    snprintf(name, sizeof name, "mpeg/%s.pcm", vector->name);
    expected = vector_read(name);
    samples = (const int16_t *)(const void *)expected.data;
    for (uint8_t set = 0; set <= best_set(); set++) {
        sound = decode(stream, 0, dsp_set(set));
        assert_true(sound.count > vector->missing);
        count = sound.count - vector->missing;
        count = count < expected.size / 2 ? count : expected.size / 2;
        assert_true(count >= expected.size / 5);
        differ = 0;
        for (size_t i = vector->past; i < count; i++) {
            int difference = abs(sound.samples[vector->missing + i] - samples[i]);

            if (difference > 1)
                fail_msg("%s: %d at sample %zu", vector->name, difference, i);
            differ += difference != 0;
        }
        free(sound.samples);
    }
    print_message("%-24s %7zu samples, %.3f %% differ\n", vector->name, count,
                  100.0 * (double)differ / (double)count);
    if (differ * 1000 > count * vector->most)
        fail_msg("%s: %zu of %zu samples differ", vector->name, differ, count);
    free(stream.data);
    free(expected.data);
}

/* The references of compl, MPEG-2 and free format come from decoders in floating point that differ
 * from each other in as many samples. */
static void iso_streams_decode_within_1(void **unused)
{
    static const struct vector vectors[] = {
        { "l3-compl", 4, 0, 0 },
        { "l3-he_32khz", 4, 0, 0 },
        { "l3-he_44khz", 4, 0, 0 },
        { "l3-hecommon", 4, 0, 0 },
        { "l3-si", 4, 0, 0 },
        { "l3-si_block", 4, 0, 0 },
        { "l3-sin1k0db", 9, 2 * 2304, 2304 },
        { "l3-test45", 5, 0, 0 },
        { "M2L3_bitrate_16_all", 4, 0, 0 },
        { "M2L3_bitrate_22_all", 4, 0, 0 },
        { "M2L3_compl24", 4, 0, 0 },
        { "l2-fl10", 4, 0, 0 },
        { "l2-fl11", 4, 0, 0 },
        { "l2-fl12", 4, 0, 0 },
        { "l2-fl14", 6, 0, 0 },
        { "l2-fl15", 4, 0, 0 },
        { "l2-test32", 4, 0, 0 },
        { "l1-fl1", 4, 0, 0 },
        { "l1-fl2", 4, 0, 0 },
        { "l1-fl4", 4, 0, 0 },
        { "l1-fl5", 4, 0, 0 },
        { "l1-fl6", 4, 0, 0 },
        { "l1-fl7", 4, 0, 0 },
        { "l1-fl8", 4, 0, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        check_vector(&vectors[i]);
}

/* Streams with errors that a decoder has to survive, or may not even notice. */
static void odd_streams_decode_within_1(void **unused)
{
    static const char *const names[] = { "ILL2_center2",
                                         "ILL2_dual",
                                         "ILL2_dynx22",
                                         "ILL2_dynx31",
                                         "ILL2_dynx32",
                                         "ILL2_ext_switching",
                                         "ILL2_layer1",
                                         "ILL2_layer3",
                                         "ILL2_mono",
                                         "ILL2_multilingual",
                                         "ILL2_prediction",
                                         "ILL2_samples",
                                         "ILL2_scf63",
                                         "ILL2_tca21",
                                         "ILL2_tca30",
                                         "ILL2_tca30_PC",
                                         "ILL2_tca31_mtx0",
                                         "ILL2_tca31_mtx2",
                                         "ILL2_tca32_PC",
                                         "ILL2_wrongcrc",
                                         "ILL4_ext_id1",
                                         "ILL4_wrong_length1",
                                         "ILL4_wrong_length2",
                                         "ILL4_wrongcrc",
                                         "l2-nonstandard-free_format",
                                         "l3-nonstandard-apetag",
                                         "l3-nonstandard-id3v1",
                                         "l3-nonstandard-id3v1-apetag" };

    (void)unused;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check_vector(&(struct vector){ names[i], 8, 0, 0 });
}

/* The reference has as many channels in each frame as the frame. */
static void the_channels_can_change(void **unused)
{
    struct bytes stream = vector_read("mpeg/l3-he_mode.bit"),
                 expected = vector_read("mpeg/l3-he_mode.pcm");
    struct sound sound = decode(stream, 2, dsp_set(0));
    const int16_t *samples = (const int16_t *)(const void *)expected.data;
    size_t frame = 0, at = 0, end = expected.size / 2;
    struct mpeg_header header;

    (void)unused;
    for (const uint8_t *p = stream.data; at < end; p += mpeg_frame_bytes(&header), frame++) {
        unsigned channels;

        assert_true(mpeg_parse_header(p, &header));
        channels = mpeg_channels(&header);
        for (size_t i = 0; i < 1152 * 2; i++) {
            int ours = sound.samples[frame * 1152 * 2 + i];

            assert_in_range(ours - samples[at + i * channels / 2] + 1, 0, 2);
        }
        at += 1152 * channels;
    }
    assert_int_equal(at, end);
    free(stream.data);
    free(expected.data);
    free(sound.samples);
}

/* --- mpg123 --- */

/* Compares with samples in floating point, rounded; returns the RMS of the difference to the
 * unrounded ones. mpg123 omits the frame of LAME's tag. */
static double compare_with_mpg123(const char *name, struct bytes stream)
{
    struct bytes theirs = peer_run("mpg123 -q -e f32 -s --no-gapless -", stream.data, stream.size);
    struct sound sound = decode(stream, 0, dsp_set(best_set()));
    const float *samples = (const float *)(const void *)theirs.data;
    size_t count = theirs.size / sizeof(float), skipped = sound.count - count, differ = 0;
    double error = 0;

    assert_true(count > 1152 && sound.count >= count && skipped <= 2304);
    for (size_t i = 0; i < count; i++) {
        double exact = 32768 * (double)samples[i], near = floor(exact + 0.5);
        int ours = sound.samples[skipped + i];

        near = near > 32767 ? 32767 : near < -32768 ? -32768 : near;
        if (fabs(ours - near) > 1)
            fail_msg("%s: %d instead of %.0f at %zu", name, ours, near, i);
        differ += ours != (int)near;
        error += (ours - exact) * (ours - exact);
    }
    error = sqrt(error / (double)count) / 32768;
    print_message("%-52s %.3f %% differ, RMS %.4g\n", name, 100.0 * (double)differ / (double)count,
                  error);
    assert_true(differ * 100 <= count);
    free(theirs.data);
    free(sound.samples);
    return error;
}

/* ISO/IEC 11172-4, 2.6.3: full accuracy is an RMS below 2^-15 / sqrt(12), 8.81e-6, for a sweep of
 * -20 dB. Rounding alone yields 8.602e-6. */
static void the_accuracy_is_full(void **unused)
{
    struct bytes stream = vector_read("mpeg/l3-compl.bit");

    (void)unused;
    assert_true(compare_with_mpg123("l3-compl", stream) <= 8.65e-6);
    free(stream.data);
}

/* Noise with bursts in one channel, and a sweep; at most half of full scale, so that nothing clips.
 */
static struct bytes wav_of(unsigned rate, unsigned channels)
{
    uint32_t seed = rate + channels, frames = rate * 3;
    struct wave_format format = { .tag = 1,
                                  .channels = (uint16_t)channels,
                                  .sample_rate = rate,
                                  .byte_rate = rate * channels * 2,
                                  .block_align = (uint16_t)(channels * 2),
                                  .bits_per_sample = 16 };
    int16_t *pcm = malloc(sizeof *pcm * frames * channels);
    struct bytes wav;

    for (uint32_t i = 0; i < frames; i++) {
        double t = (double)i / rate, noise = (int)(draw(&seed) % 2001) - 1000;

        pcm[i * channels] = (int16_t)(8000 * sin(6.28 * (200 + 900 * t) * t) +
                                      noise * (i / (rate / 8) % 4 == 0 ? 6 : 1));
        if (channels == 2)
            pcm[i * 2 + 1] = (int16_t)(pcm[i * 2] / 2 + 3000 * sin(6.28 * 555 * t) + noise);
    }
    wav = wav_make(&format, pcm, (size_t)frames * channels * 2, frames);
    free(pcm);
    return wav;
}

static void check_encoder(const char *command, unsigned rate, unsigned channels)
{
    struct bytes wav = wav_of(rate, channels), stream = peer_run(command, wav.data, wav.size);

    compare_with_mpg123(command, stream);
    free(wav.data);
    free(stream.data);
}

static void streams_of_lame(void **unused)
{
    static const struct {
        const char *options;
        unsigned rate, channels;
    } cases[] = {
        { "-b 128", 44100, 2 },
        { "-b 320", 44100, 2 },
        { "-V 2", 44100, 2 },
        { "-m m -b 64", 44100, 1 },
        { "-b 96", 48000, 2 },
        { "--abr 150", 32000, 2 },
        { "-m s -b 160", 44100, 2 },
        { "-p -b 160", 44100, 2 },
        { "-b 56", 22050, 2 },
        { "-b 64", 24000, 2 },
        { "-V 5", 16000, 2 },
        { "-b 24", 11025, 1 },
        { "-V 4", 12000, 2 },
        { "-b 16", 8000, 1 },
        { "--freeformat -b 200", 44100, 2 },
        { "--nores -b 112", 44100, 2 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char command[96];

        snprintf(command, sizeof command, "lame --quiet %s --resample %u - -", cases[i].options,
                 cases[i].rate);
        check_encoder(command, cases[i].rate, cases[i].channels);
    }
}

/* From any frame on, the sound is that of the whole stream after three frames, which is as far as
 * the reservoir and the overlap of 128 kbit/s reach. */
static void seeking_takes_three_frames(void **unused)
{
    struct bytes wav = wav_of(44100, 2),
                 stream = peer_run("lame --quiet -b 128 - -", wav.data, wav.size);
    struct sound whole = decode(stream, 0, dsp_set(0));
    size_t starts[130], count = 0;

    (void)unused;
    for (size_t at = 0; at + 4 <= stream.size && count < 130; count++) {
        struct mpeg_header header;

        assert_true(mpeg_parse_header(stream.data + at, &header));
        starts[count] = at;
        at += mpeg_frame_bytes(&header);
    }
    assert_true(count > 100);
    for (size_t i = 0; i + 6 < count; i++) {
        struct sound part = decode(
            (struct bytes){ stream.data + starts[i], starts[i + 6] - starts[i] }, 0, dsp_set(0));

        assert_int_equal(part.count, 6 * 2304);
        assert_memory_equal(part.samples + 3 * 2304, whole.samples + (i + 3) * 2304,
                            3 * 2304 * sizeof(int16_t));
        free(part.samples);
    }
    free(whole.samples);
    free(wav.data);
    free(stream.data);
}

static void streams_of_shine(void **unused)
{
    (void)unused;
    check_encoder("shineenc -q -b 128 - -", 44100, 2);
    check_encoder("shineenc -q -b 56 - -", 22050, 2);
}

static void streams_of_twolame(void **unused)
{
    (void)unused;
    check_encoder("twolame --quiet -r -s 44100 -N 2 -b 192 - -", 44100, 2);
    check_encoder("twolame --quiet -r -s 48000 -N 2 -m j -b 96 - -", 48000, 2);
    check_encoder("twolame --quiet -r -s 32000 -N 1 -m m -b 48 - -", 32000, 1);
    check_encoder("twolame --quiet -r -s 24000 -N 2 -b 64 - -", 24000, 2);
}

static void streams_of_ffmpeg(void **unused)
{
    (void)unused;
    check_encoder("ffmpeg -v error -i - -c:a mp2 -b:a 128k -f mp2 -", 44100, 2);
    check_encoder("ffmpeg -v error -i - -c:a mp2 -b:a 384k -f mp2 -", 48000, 2);
    check_encoder("ffmpeg -v error -i - -c:a mp2 -b:a 32k -f mp2 -", 16000, 1);
}

static const unsigned all_rates[9] = {
    44100, 48000, 32000, 22050, 24000, 16000, 11025, 12000, 8000
};

/* lame's options for MPEG-1, MPEG-2 and MPEG-2.5. */
static const char *const all_options[3][9] = {
    { "-b 64", "-b 128", "-b 256", "-V 0", "-V 6", "--abr 130", "--nores -b 112", "-m s -b 192",
      "-p -b 96" },
    { "-b 24", "-b 64", "-b 144", "-V 0", "-V 6", "--abr 60", "--nores -b 48", "-m s -b 96",
      "-p -b 40" },
    { "-b 16", "-b 32", "-b 64", "-V 0", "-V 6", "--abr 30", "--nores -b 24", "-m s -b 48",
      "-p -b 40" },
};

static unsigned check_all_of_layer3(void)
{
    unsigned count = 0;

    for (unsigned i = 0; i < 9 * 2 * 9; i++) {
        unsigned rate = i / 18;
        char command[96];

        snprintf(command, sizeof command, "lame --quiet %s --resample %u - -",
                 all_options[rate / 3][i % 9], all_rates[rate]);
        check_encoder(command, all_rates[rate], 1 + i / 9 % 2);
        count++;
    }
    for (unsigned i = 0; i < 9; i++, count++)
        check_encoder(i < 6 ? "shineenc -q -b 64 - -" : "shineenc -q -b 32 - -", all_rates[i], 2);
    return count;
}

static unsigned check_all_of_layer2(void)
{
    unsigned count = 0;

    for (unsigned i = 0; i < 6 * 2; i++, count += 3) {
        unsigned rate = all_rates[i / 2], channels = 1 + i % 2;
        unsigned kbits = (i < 6 ? 64 : 32) * channels;
        char command[96];

        snprintf(command, sizeof command, "twolame --quiet -r -s %u -N %u -b %u - -", rate,
                 channels, kbits);
        check_encoder(command, rate, channels);
        snprintf(command, sizeof command, "twolame --quiet -r -s %u -N %u -m %c -b %u - -", rate,
                 channels, channels == 2 ? 'j' : 'm', kbits * 2);
        check_encoder(command, rate, channels);
        snprintf(command, sizeof command, "ffmpeg -v error -i - -c:a mp2 -b:a %uk -f mp2 -",
                 kbits * 2);
        check_encoder(command, rate, channels);
    }
    return count;
}

/* 200 streams take minutes. */
static void streams_of_all_modes(void **unused)
{
    (void)unused;
    if (!all_cases())
        skip();
    assert_true(check_all_of_layer3() + check_all_of_layer2() >= 200);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(iso_streams_decode_within_1),
        cmocka_unit_test(odd_streams_decode_within_1),
        cmocka_unit_test(the_channels_can_change),
        cmocka_unit_test(the_accuracy_is_full),
        cmocka_unit_test(streams_of_lame),
        cmocka_unit_test(seeking_takes_three_frames),
        cmocka_unit_test(streams_of_shine),
        cmocka_unit_test(streams_of_twolame),
        cmocka_unit_test(streams_of_all_modes),
        cmocka_unit_test(streams_of_ffmpeg),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
