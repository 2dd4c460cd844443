/* AC-3 against ffmpeg and liba52: streams of ffmpeg's encoder at every rate and in every channel
 * mode; mixing; pieces, and bytes between frames; headers; tables. ac3_made.c has streams that no
 * encoder writes. */
#include "ac3_peers.h"
#include "channels.h"
#include "stream.h"
#include "codecs/ac3/tables.h"

/* A layout of ffmpeg, with its channels. */
struct arrangement {
    const char *name;
    unsigned channels;
};

static const struct arrangement arrangements[] = { { "mono", 1 }, { "stereo", 2 },    { "3.0", 3 },
                                                   { "2.1", 3 },  { "3.0(back)", 3 }, { "4.0", 4 },
                                                   { "4.1", 5 },  { "quad", 4 },      { "5.0", 5 },
                                                   { "5.1", 6 },  { "3.1", 4 } };

static struct bytes encoded(const char *arrangement, unsigned channels, unsigned rate,
                            unsigned kbits)
{
    struct sound sound = generated((size_t)rate / 2 * channels, rate + channels + kbits);
    struct bytes stream;
    char command[200];

    for (size_t i = 0; i < sound.count; i++)
        sound.samples[i] /= 2;
    snprintf(command, sizeof command,
             "ffmpeg -v error -f s16le -ar %u -ac %u -channel_layout '%s' -i - -c:a ac3_fixed "
             "-b:a %uk -f ac3 -",
             rate, channels, arrangement, kbits);
    stream = peer_run(command, sound.samples, sound.count * sizeof(int16_t));
    free(sound.samples);
    assert_true(stream.size > 1000);
    return stream;
}

/* As it is, which has dither, beside liba52; without dither also beside ffmpeg's integer decoder.
 */
static void check_stream(const char *name, struct bytes stream)
{
    struct sound ours = ac3_ours(stream), theirs;

    (void)theirs;
    assert_true(ours.count > 0);
#ifdef HAVE_A52
    theirs = ac3_liba52(stream);
    assert_int_equal(ours.count, theirs.count);
    check_near(name, ours.samples, theirs.samples, ours.count);
    free(theirs.samples);
#endif
    free(ours.samples);
    ac3_clear_dither(stream);
    ours = ac3_ours(stream);
    ac3_check_ffmpeg(name, ours, ac3_ffmpeg("-c:a ac3 -drc_scale 0", stream), 1);
    ac3_check_ffmpeg(name, ours, ac3_ffmpeg("-c:a ac3_fixed", stream), 1);
    free(ours.samples);
}

static void check_encoded(const struct arrangement *arrangement, unsigned rate, unsigned kbits)
{
    struct bytes stream = encoded(arrangement->name, arrangement->channels, rate, kbits);
    char name[80];

    snprintf(name, sizeof name, "%s, %u Hz, %u kbit/s", arrangement->name, rate, kbits);
    check_stream(name, stream);
    free(stream.data);
}

static void channel_modes_decode_as_with_peers(void **unused)
{
    static const unsigned rates[] = { 48000, 44100, 32000 };

    (void)unused;
#ifndef HAVE_A52
    print_message("liba52-0.7.4-dev is not installed\n");
#endif
    for (unsigned i = 0; i < sizeof arrangements / sizeof *arrangements; i++)
        check_encoded(&arrangements[i], rates[i % 3], 96 * arrangements[i].channels);
}

/* At low bit rates, ffmpeg's encoder couples channels. */
static void bit_rates_decode_as_with_peers(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < AC3_RATES; i++) {
        check_encoded(&arrangements[ac3_bit_rates[i] < 56 ? 0 : 1], ac3_sample_rates[i % 3],
                      ac3_bit_rates[i]);
        if (ac3_bit_rates[i] >= 224)
            check_encoded(&arrangements[9], ac3_sample_rates[(i + 1) % 3], ac3_bit_rates[i]);
    }
}

static void vectors_decode_as_with_peers(void **unused)
{
    static const char *const names[] = { "2000-stereo-made", "2000-mono441-made", "2000-51-made" };

    (void)unused;
    for (unsigned i = 0; i < 3; i++) {
        char path[80];
        struct wave_format format;
        struct bytes file, stream;

        snprintf(path, sizeof path, "ac3/%s.wav", names[i]);
        file = vector_read(path);
        stream = wav_open(file, &format);
        check_stream(names[i], stream);
        free(file.data);
    }
}

/* --- Mixing --- */

static void check_mix(const struct arrangement *arrangement, uint16_t channels)
{
    struct bytes stream = encoded(arrangement->name, arrangement->channels, 48000, 448);
    struct wave_format format = ac3_format(stream.data, channels, 0);
    struct sound ours, theirs;
    char name[80];

    snprintf(name, sizeof name, "%s to %u", arrangement->name, channels);
    ac3_clear_dither(stream);
    ours = decode_all(&ac3, &format, 0, stream);
    theirs = ac3_ffmpeg(channels == 1 ? "-c:a ac3 -drc_scale 0 -downmix mono"
                                      : "-c:a ac3 -drc_scale 0 -downmix stereo",
                        stream);
    ac3_check_ffmpeg(name, ours, theirs, 1);
    free(ours.samples);
    free(stream.data);
}

static void mixes_equal_those_of_ffmpeg(void **unused)
{
    (void)unused;
    for (unsigned i = 1; i < sizeof arrangements / sizeof *arrangements; i++) {
        check_mix(&arrangements[i], 1);
        if (arrangements[i].channels > 2)
            check_mix(&arrangements[i], 2);
    }
}

static double gain(const struct ac3_mix *mix, unsigned output, unsigned channel)
{
    return ldexp(mix->gain[output][channel], -AC3_GAIN_Q);
}

static void check_gains(const struct ac3_header *header, uint32_t mask,
                        const double expected[AC3_OUTPUTS][AC3_OUTPUTS])
{
    struct ac3_mix mix;

    ac3_plan_mix(header, mask, &mix);
    for (unsigned i = 0; i < AC3_OUTPUTS; i++)
        for (unsigned j = 0; j < AC3_OUTPUTS; j++)
            assert_true(fabs(gain(&mix, i, j) - expected[i][j]) < 1e-8);
}

/* Speakers that the stream lacks are silent, and a single channel is on both sides. */
static void speakers_get_their_channels(void **unused)
{
    const struct ac3_header mono = { .mode = 1, .full = 1, .center = 5, .surround = 6 },
                            films = { .mode = 7,
                                      .full = 5,
                                      .lfe = true,
                                      .center = 4,
                                      .surround = 4 },
                            single = { .mode = 5, .full = 4, .center = 6, .surround = 7 };
    const uint32_t back = 0x3F, side = 0x60F, quad = 0x33;
    const double r = sqrt(.5), n = 1 / 1.5, m = 1 / (1 + r);

    (void)unused;
    check_gains(&mono, 0x4, (const double[6][6]){ { 1 } });
    check_gains(&mono, 0x3, (const double[6][6]){ { 1 }, { 1 } });
    check_gains(&mono, back, (const double[6][6]){ { 0 }, { 0 }, { 1 } });
    for (unsigned i = 0; i < 2; i++)
        check_gains(&films, i ? side : back,
                    (const double[6][6]){ { 1 },
                                          { 0, 0, 1 },
                                          { 0, 1 },
                                          { 0, 0, 0, 0, 0, 1 },
                                          { 0, 0, 0, 1 },
                                          { 0, 0, 0, 0, 1 } });
    check_gains(
        &films, quad,
        (const double[6][6]){ { m, m * r }, { 0, m * r, m }, { 0, 0, 0, m }, { 0, 0, 0, 0, m } });
    check_gains(&single, 0x107,
                (const double[6][6]){ { 1 }, { 0, 0, 1 }, { 0, 1 }, { 0, 0, 0, 1 } });
    check_gains(&single, quad,
                (const double[6][6]){
                    { n, n / 2 }, { 0, n / 2, n }, { 0, 0, 0, n * r }, { 0, 0, 0, n * r } });
    check_gains(&single, 0x3, (const double[6][6]){ { n, n / 2 }, { 0, n / 2, n } });
}

/* --- Synchronization --- */

static struct bytes joined(struct bytes a, struct bytes b)
{
    struct bytes both = { malloc(a.size + b.size), a.size + b.size };

    memcpy(both.data, a.data, a.size);
    memcpy(both.data + a.size, b.data, b.size);
    return both;
}

/* Bytes in front of a stream and between frames are skipped, also if they look like a header. */
static void other_bytes_are_skipped(void **unused)
{
    static const uint8_t header[] = { 0x0B, 8, 0x0B, 0x77, 1, 2, 0x14, 0x40, 0x40, 0x0B, 0x77 };
    struct bytes stream = encoded("stereo", 2, 48000, 192), other = { malloc(5000), 5000 }, all;
    size_t half = stream.size / 2 / 768 * 768;
    struct sound whole = ac3_ours(stream), ours;
    struct bytes first = { stream.data, half }, second = { stream.data + half, stream.size - half };
    struct wave_format format = ac3_format(stream.data, 2, 0);
    struct bytes begun, twice;

    (void)unused;
    for (size_t i = 0; i < other.size; i++)
        other.data[i] = header[i % sizeof header];
    begun = joined(other, first);
    twice = joined(begun, other);
    all = joined(twice, second);
    ours = decode_all(&ac3, &format, 0, all);
    assert_int_equal(ours.count, whole.count);
    assert_memory_equal(ours.samples, whole.samples, whole.count * 2);
    free(begun.data);
    free(twice.data);
    free(all.data);
    free(other.data);
    free(ours.samples);
    free(whole.samples);
    free(stream.data);
}

/* Of a synchronized stream, checksums are not used; after other bytes, a frame with a wrong one
 * needs another behind it. */
static void checksums_find_frames(void **unused)
{
    struct bytes stream = encoded("stereo", 2, 48000, 192), shifted;
    struct wave_format format = ac3_format(stream.data, 2, 0);
    struct sound ours;

    (void)unused;
    stream.size = 768;
    assert_true(ac3_checksum_fits(stream.data, 768));
    stream.data[300] ^= 1;
    assert_false(ac3_checksum_fits(stream.data, 768));
    ours = decode_all(&ac3, &format, 0, stream);
    assert_int_equal(ours.count, 2 * AC3_FRAME);
    free(ours.samples);
    shifted = joined((struct bytes){ (uint8_t[]){ 7 }, 1 }, stream);
    ours = decode_all(&ac3, &format, 0, shifted);
    assert_int_equal(ours.count, 0);
    free(ours.samples);
    shifted.data[301] ^= 1;
    ours = decode_all(&ac3, &format, 0, shifted);
    assert_int_equal(ours.count, 2 * AC3_FRAME);
    free(ours.samples);
    free(shifted.data);
    free(stream.data);
}

/* Pieces of 1 to 2000 bytes, and destinations of 0 to 4 frames, make the same as the whole. */
static void pieces_equal_the_whole(void **unused)
{
    struct bytes stream = encoded("5.1", 6, 44100, 384);
    struct wave_format format = ac3_format(stream.data, 6, 0);
    struct sound whole = decode_all(&ac3, &format, 0, stream);
    int16_t *out = malloc(whole.count * 2);
    uint32_t seed = 3;

    (void)unused;
    for (uint32_t longest = 1; longest <= 2000; longest = longest * 5 + 3) {
        void *state = calloc(1, ac3.decoder->state_size);
        size_t used = 0, made = 0;

        decoder_init(&ac3, state, &format, 0);
        while (made < whole.count) {
            size_t left = stream.size - used, in = draw(&seed) % longest + 1,
                   room = draw(&seed) % (4 * AC3_FRAME) * 6;
            struct progress step;

            in = in < left ? in : left;
            room = room < whole.count - made ? room : whole.count - made;
            step = ac3.decoder->run(state, stream.data + used, out + made,
                                    (struct offer){ in, room, WHOLE });
            assert_true(step.used <= in && step.made <= room);
            used += step.used;
            made += step.made;
        }
        assert_memory_equal(out, whole.samples, whole.count * 2);
        free(state);
    }
    free(out);
    free(whole.samples);
    free(stream.data);
}

/* Frames of which bits are inverted decode to as many samples. */
static void damaged_frames_do_no_harm(void **unused)
{
    struct bytes stream = encoded("5.1", 6, 48000, 384);
    struct wave_format format = ac3_format(stream.data, 6, 0);
    size_t frames = stream.size / 1536;
    uint32_t seed = 11;

    (void)unused;
    for (int round = 0; round < 60; round++) {
        struct sound sound;

        for (size_t i = 0; i < stream.size; i++)
            if (i % 1536 >= 6 && (round >= 50 || draw(&seed) % 400 == 0))
                stream.data[i] ^= (uint8_t)(draw(&seed) >> 9);
        sound = decode_all(&ac3, &format, 0, stream);
        assert_int_equal(sound.count, frames * AC3_FRAME * 6);
        free(sound.samples);
    }
    free(stream.data);
}

/* --- Headers --- */

/* A frame has one of three rates and of 38 sizes, and a version of up to 10. */
static void only_valid_frames_start(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < 1u << 16; i++) {
        uint8_t bytes[AC3_HEADER_BYTES] = { 0x0B, 0x77, 0, 0, (uint8_t)(i >> 8), (uint8_t)i, 0x40 };
        unsigned rate = bytes[4] >> 6, size = bytes[4] & 0x3F, version = bytes[5] >> 3;
        struct ac3_header header;

        assert_int_equal(ac3_read_start(bytes, &header), rate < 3 && size < 38 && version <= 10);
        bytes[1] ^= 1;
        assert_false(ac3_read_start(bytes, &header));
    }
}

static void headers(void **unused)
{
    /* rate, channels, byte rate, block; block of the layout, fewest bytes */
    static const uint32_t cases[][6] = {
        { 48000, 2, 24000, 3840, 768, 768 }, /* ffmpeg */
        { 48000, 2, 24000, 1, 768, 768 },    /* AVI */
        { 44100, 2, 24000, 3840, 836, 834 }, /* ffmpeg */
        { 44100, 2, 23945, 834, 834, 834 },  /* AC3ACM */
        { 48000, 6, 56000, 1792, 1792, 1792 }, { 48000, 6, 0, 0, 3840, 128 },
        { 48000, 2, 192000, 4, 3840, 128 }, /* that of PCM */
        { 24000, 2, 12000, 1, 768, 768 },      { 11025, 1, 6000, 1, 836, 834 },
    };
    struct layout layout;

    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wave_format format = { .tag = 0x2000,
                                      .sample_rate = cases[i][0],
                                      .channels = (uint16_t)cases[i][1],
                                      .byte_rate = cases[i][2],
                                      .block_align = (uint16_t)cases[i][3] };

        assert_true(parses(&ac3, &format, &layout));
        assert_true(layout.self_delimiting && layout.mixes);
        assert_int_equal(layout.block.frames, AC3_FRAME);
        assert_int_equal(layout.block.bytes, cases[i][4]);
        assert_in_range(layout.least_bytes, 128, layout.block.bytes);
        assert_int_equal(layout.least_bytes, cases[i][5]);
        format.channels = 7;
        assert_false(parses(&ac3, &format, &layout));
        format.channels = 1;
        format.sample_rate++;
        assert_false(parses(&ac3, &format, &layout));
    }
}

/* The sizes and byte rates of AC3ACM. */
static void announced_formats_are_ac3acms(void **unused)
{
    static const uint32_t formats[][4] = {
        { 48000, 1, 384, 12000 },  { 48000, 2, 768, 24000 },  { 48000, 2, 512, 16000 },
        { 48000, 2, 896, 28000 },  { 48000, 2, 1024, 32000 }, { 48000, 2, 1536, 48000 },
        { 48000, 3, 1024, 32000 }, { 48000, 4, 1280, 40000 }, { 48000, 5, 1536, 48000 },
        { 48000, 6, 1536, 48000 }, { 48000, 6, 1792, 56000 }, { 48000, 6, 2560, 80000 },
        { 44100, 1, 416, 11944 },  { 44100, 2, 834, 23945 },  { 44100, 6, 1950, 55986 },
        { 32000, 1, 576, 12000 },  { 32000, 2, 1152, 24000 }, { 32000, 6, 2688, 56000 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(&ac3, ac3.modes[i], extra);

        assert_int_equal(format.sample_rate, formats[i][0]);
        assert_int_equal(format.channels, formats[i][1]);
        assert_int_equal(format.block_align, formats[i][2]);
        assert_int_equal(format.byte_rate, formats[i][3]);
        assert_int_equal(format.bits_per_sample, 0);
        assert_int_equal(format.extra_size, 0);
    }
}

/* --- Tables --- */

static int32_t q30(long double x) { return (int32_t)lroundl(ldexpl(x, 30)); }

static void check_levels(const int32_t *levels, int n)
{
    for (int i = 0; i < n; i++)
        assert_int_equal(levels[i], q30((2 * i - (n - 1)) / (long double)n));
}

/* The modified Bessel function of the first kind. */
static long double bessel(long double x)
{
    long double sum = 1, term = 1;

    for (int k = 1; k < 60; k++) {
        term *= x / 2 / k * (x / 2 / k);
        sum += term;
    }
    return sum;
}

static void tables_follow_their_formulas(void **unused)
{
    const long double pi = 3.14159265358979323846L;
    long double kaiser[AC3_BLOCK + 1], sum = 0, rise = 0;

    (void)unused;
    for (int i = 0; i <= AC3_BLOCK; i++) {
        long double x = 2.L * i / AC3_BLOCK - 1;

        kaiser[i] = bessel(5 * pi * sqrtl(1 - x * x));
        sum += kaiser[i];
    }
    for (int i = 0; i < AC3_BLOCK; i++) {
        rise += kaiser[i];
        assert_int_equal(ac3_window[i], q30(sqrtl(rise / sum)));
    }
    for (int i = 0; i < 256; i++)
        assert_true(fabsl(ac3_log_add[i] - 64 * log2l(1 + powl(2, -i / 32.L))) < 1);
    for (int i = 0; i < 7; i++)
        assert_int_equal(ac3_mix_levels[i], q30(powl(2, (2 - i) / 4.L)));
    check_levels(ac3_levels_3, 3);
    check_levels(ac3_levels_5, 5);
    check_levels(ac3_levels_7, 7);
    check_levels(ac3_levels_11, 11);
    check_levels(ac3_levels_15, 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(channel_modes_decode_as_with_peers),
        cmocka_unit_test(bit_rates_decode_as_with_peers),
        cmocka_unit_test(vectors_decode_as_with_peers),
        cmocka_unit_test(mixes_equal_those_of_ffmpeg),
        cmocka_unit_test(speakers_get_their_channels),
        cmocka_unit_test(other_bytes_are_skipped),
        cmocka_unit_test(checksums_find_frames),
        cmocka_unit_test(pieces_equal_the_whole),
        cmocka_unit_test(damaged_frames_do_no_harm),
        cmocka_unit_test(only_valid_frames_start),
        cmocka_unit_test(headers),
        cmocka_unit_test(announced_formats_are_ac3acms),
        cmocka_unit_test(tables_follow_their_formulas),
    };

    return cmocka_run_group_tests_name("AC-3", tests, 0, 0);
}
