/* Duck DK4 and DK3: a model with FFmpeg's rounding equals FFmpeg, and with Duck's it equals the
 * decoder; the decoder gives the known checksums of real blocks. */
#include "adpcm_support.h"

extern const struct codec dk4_adpcm, dk3_adpcm;

/* A second implementation of both layouts, as simple as possible, with two roundings. */
enum rounding { DUCK, FFMPEG };

static const int steps[89] = { 7,     8,     9,     10,    11,    12,    13,    14,    16,    17,
                               19,    21,    23,    25,    28,    31,    34,    37,    41,    45,
                               50,    55,    60,    66,    73,    80,    88,    97,    107,   118,
                               130,   143,   157,   173,   190,   209,   230,   253,   279,   307,
                               337,   371,   408,   449,   494,   544,   598,   658,   724,   796,
                               876,   963,   1060,  1166,  1282,  1411,  1552,  1707,  1878,  2066,
                               2272,  2499,  2749,  3024,  3327,  3660,  4026,  4428,  4871,  5358,
                               5894,  6484,  7132,  7845,  8630,  9493,  10442, 11487, 12635, 13899,
                               15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767 };

struct model {
    int sample, index;
};

static int limited(int x, int low, int high) { return x < low ? low : x > high ? high : x; }

static int model_follow(struct model *model, int code, enum rounding rounding)
{
    static const int moves[8] = { -1, -1, -1, -1, 2, 4, 6, 8 };
    int m = code & 7, step = steps[model->index];
    int change = rounding == DUCK ? step * m / 4 + step / 8 : (2 * m + 1) * step / 8;

    model->sample = limited(model->sample + (code & 8 ? -change : change), -32768, 32767);
    model->index = limited(model->index + moves[m], 0, 88);
    return model->sample;
}

static struct model model_of(const uint8_t *sample, int index)
{
    return (struct model){ (int16_t)load16_le(sample), limited(index, 0, 88) };
}

static void model_dk4(const uint8_t *block, int16_t *pcm, size_t frames, unsigned channels,
                      enum rounding rounding)
{
    for (unsigned channel = 0; channel < channels; channel++) {
        const uint8_t *header = block + 4 * channel;
        struct model model = model_of(header, load16_le(header + 2));

        pcm[channel] = (int16_t)model.sample;
        for (size_t i = 1; i < frames; i++) {
            size_t nibble = (i - 1) * channels + channel;
            int byte = block[4 * channels + nibble / 2];

            pcm[i * channels + channel] =
                (int16_t)model_follow(&model, nibble % 2 ? byte & 15 : byte >> 4, rounding);
        }
    }
}

/* The sum of a frame is the nibble 3 i / 2 of the codes, rounded up. */
static void model_dk3(const uint8_t *block, int16_t *pcm, size_t frames, enum rounding rounding)
{
    struct model sum = model_of(block + 10, block[14]),
                 difference = model_of(block + 12, block[15]);

    for (size_t i = 0; i < frames; i++) {
        size_t at = (3 * i + 1) / 2;
        int code = block[16 + at / 2] >> 4 * (at % 2) & 15;

        model_follow(&sum, code, rounding);
        code = block[16 + (at + 1) / 2] >> 4 * ((at + 1) % 2) & 15;
        if (i % 2 == 0)
            model_follow(&difference, code, rounding);
        pcm[2 * i] = (int16_t)limited(sum.sample + difference.sample, -32768, 32767);
        pcm[2 * i + 1] = (int16_t)limited(sum.sample - difference.sample, -32768, 32767);
    }
}

static struct sound decoded_by_model(const struct codec *codec, const struct coded *coded,
                                     enum rounding rounding)
{
    const struct wave_format *format = &coded->format;
    size_t n = coded->data.size / format->block_align, frame;
    struct layout layout;
    struct sound sound;

    assert_true(parses(codec, format, &layout));
    frame = (size_t)layout.block.frames * format->channels;
    sound = (struct sound){ malloc(n * frame * sizeof(int16_t) + 1), n * frame };
    for (size_t i = 0; i < n; i++)
        if (codec == &dk4_adpcm)
            model_dk4(coded->data.data + i * layout.block.bytes, sound.samples + i * frame,
                      layout.block.frames, format->channels, rounding);
        else
            model_dk3(coded->data.data + i * layout.block.bytes, sound.samples + i * frame,
                      layout.block.frames, rounding);
    return sound;
}

static struct sound decoded_by_duck(const struct codec *codec, const struct coded *coded)
{
    return decoded_by_model(codec, coded, DUCK);
}

/* Blocks of random codes whose headers are valid. */
static struct coded coded_at_random(const struct codec *codec, struct mode mode, size_t blocks)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(codec, mode, extra);
    struct bytes data = { malloc(blocks * format.block_align), blocks * format.block_align };
    uint32_t seed = mode.sample_rate + mode.channels;
    struct coded coded;

    for (size_t i = 0; i < data.size; i++)
        data.data[i] = (uint8_t)(draw(&seed) >> 11);
    for (size_t i = 0; i < blocks; i++) {
        uint8_t *block = data.data + i * format.block_align;

        for (unsigned channel = 0; channel < mode.channels; channel++)
            if (codec == &dk4_adpcm)
                store16_le(block + 4 * channel + 2, (uint16_t)(block[4 * channel + 2] % 89));
            else
                block[14 + channel] %= 89;
    }
    coded = coded_make(codec, &format, data);
    free(data.data);
    return coded;
}

static void random_blocks_equal_the_model(void **unused)
{
    const struct codec *const both[] = { &dk4_adpcm, &dk3_adpcm };
    size_t n = 0;

    (void)unused;
    for (size_t i = 0; i < 2; i++)
        for (const struct mode *mode = both[i]->modes; mode->sample_rate; mode++)
            n += check_equal(both[i], coded_at_random(both[i], *mode, 40), decoded_by_duck,
                             both[i]->name);
    print_message("%zu samples equal the model\n", n);
}

/* The layout of the model is FFmpeg's. */
static void check_ffmpeg(const struct codec *codec, struct coded coded)
{
    struct sound model = decoded_by_model(codec, &coded, FFMPEG),
                 theirs = decoded_by_ffmpeg(codec, &coded);

    assert_true(theirs.count == model.count);
    for (size_t i = 0; i < model.count; i++)
        if (model.samples[i] != theirs.samples[i])
            fail_msg("%s: sample %zu of %zu is %d in the model, %d in ffmpeg", codec->name, i,
                     model.count, model.samples[i], theirs.samples[i]);
    print_message("%s: %zu samples equal ffmpeg with its rounding\n", codec->name, model.count);
    free(model.samples);
    free(theirs.samples);
    free(coded.file.data);
}

/* Without DK3's random blocks, because FFmpeg lets the sum of two channels wrap. */
static void the_model_equals_ffmpeg_with_its_rounding(void **unused)
{
    (void)unused;
    for (const struct mode *mode = dk4_adpcm.modes; mode->sample_rate; mode++)
        check_ffmpeg(&dk4_adpcm, coded_at_random(&dk4_adpcm, *mode, 40));
    check_ffmpeg(&dk4_adpcm, coded_open(vector_read("dk/dk4-60blocks.wav")));
    check_ffmpeg(&dk3_adpcm, coded_open(vector_read("dk/dk3-60blocks.wav")));
}

static void assert_md5(const void *data, size_t size, const char *expected)
{
    struct bytes md5 = peer_run("md5sum", data, size);

    assert_true(md5.size > 32);
    if (memcmp(md5.data, expected, 32) != 0)
        fail_msg("the MD5 is %.32s, not %s", (const char *)md5.data, expected);
    free(md5.data);
}

/* The checksums come from a program that was written before this decoder, with FFmpeg's layout and
 * Duck's rounding. */
static void check_file(const struct codec *codec, const char *name, const char *md5)
{
    struct coded coded = coded_open(vector_read(name));

    for (uint8_t set = 0; set <= best_set(); set++) {
        struct options options = { .quality = 1, .dsp = dsp_set(set) };
        struct sound sound = decode_all(codec, &coded.format, &options, coded.data);

        assert_md5(sound.samples, sound.count * 2, md5);
        free(sound.samples);
    }
    free(coded.file.data);
}

static void real_blocks_have_the_known_checksums(void **unused)
{
    (void)unused;
    check_file(&dk4_adpcm, "dk/dk4-60blocks.wav", "b0bfc389298e6b136548418d0cf8dfae");
    check_file(&dk3_adpcm, "dk/dk3-60blocks.wav", "96559c5f8469d15fe649e4725d767718");
}

static void complete_writes_what_real_files_have(void **unused)
{
    static const struct {
        const struct codec *codec;
        struct windows_format format;
    } expected[] = {
        { &dk4_adpcm, { { 44100, 2, 0 }, 2048, 2041, 44251 } },
        { &dk3_adpcm, { { 44100, 2, 0 }, 2048, 2708, 33351 } },
        { &dk4_adpcm, { { 22050, 1, 0 }, 2048, 4089, 11043 } },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(expected[i].codec, expected[i].format.mode, extra);

        assert_int_equal(format.block_align, expected[i].format.block_align);
        assert_int_equal(format.byte_rate, expected[i].format.byte_rate);
        assert_true(format.bits_per_sample == 16 && format.extra_size == 2);
        assert_int_equal(load16_le(extra), expected[i].format.samples);
    }
}

static void headers_are_read_leniently(void **unused)
{
    static const struct {
        uint16_t tag, channels, block_align, bits, extra_size, stated;
        uint32_t samples; /* 0 if refused */
    } headers[] = {
        { 0x61, 2, 2048, 16, 2, 2041, 2041 }, { 0x61, 2, 2048, 4, 0, 0, 2041 },
        { 0x61, 1, 2048, 0, 2, 5000, 4089 },  { 0x61, 1, 2048, 16, 2, 4000, 4000 },
        { 0x61, 1, 5, 4, 0, 0, 3 },           { 0x61, 2, 9, 4, 0, 0, 2 },
        { 0x61, 1, 4, 4, 0, 0, 0 },           { 0x61, 2, 8, 4, 0, 0, 0 },
        { 0x61, 3, 2048, 4, 0, 0, 0 },        { 0x61, 2, 2048, 3, 0, 0, 0 },
        { 0x62, 2, 2048, 16, 2, 2708, 2708 }, { 0x62, 2, 2048, 4, 0, 0, 2708 },
        { 0x62, 2, 2048, 0, 2, 2709, 2708 },  { 0x62, 2, 2048, 16, 2, 2001, 2000 },
        { 0x62, 2, 18, 4, 0, 0, 2 },          { 0x62, 2, 17, 4, 0, 0, 0 },
        { 0x62, 2, 10, 4, 0, 0, 0 },          { 0x62, 1, 2048, 4, 0, 0, 0 },
        { 0x62, 2, 65535, 4, 0, 0, 87358 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        uint8_t extra[2] = { (uint8_t)headers[i].stated, (uint8_t)(headers[i].stated >> 8) };
        struct wave_format format = {
            headers[i].tag,  headers[i].channels,   44100, 7, headers[i].block_align,
            headers[i].bits, headers[i].extra_size, extra
        };
        struct layout layout = { 0 };
        bool taken = parses(codec_find(headers[i].tag), &format, &layout);

        if (taken != (headers[i].samples != 0) ||
            (taken && layout.block.frames != headers[i].samples))
            fail_msg("header %zu: %u samples", i, layout.block.frames);
    }
}

static uint32_t covered(const struct wave_format *format, size_t bytes)
{
    size_t header = format->tag == 0x61 ? 4u * format->channels : 16;

    if (bytes < header)
        return 0;
    bytes -= header;
    return (uint32_t)(format->tag == 0x61 ? 1 + 2 * bytes / format->channels : 2 * bytes / 3 * 2);
}

static void a_truncated_block_decodes_what_it_covers(void **unused)
{
    static const struct wave_format formats[] = {
        { 0x61, 1, 22050, 0, 99, 16, 0, 0 },
        { 0x61, 2, 22050, 0, 120, 16, 0, 0 },
        { 0x62, 2, 22050, 0, 100, 16, 0, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        uint8_t block[120];
        uint32_t seed = 4;

        for (size_t k = 0; k < sizeof block; k++)
            block[k] = (uint8_t)(draw(&seed) >> 11);
        check_prefixes(codec_find(formats[i].tag), &formats[i], block, covered);
    }
}

static void odd_blocks_are_encoded_and_decoded(void **unused)
{
    static const uint16_t sizes[] = { 18, 19, 20, 36, 37, 1001, 8191 };

    (void)unused;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct wave_format format = { 0x61, 1, 22050, 0, sizes[i], 4, 0, 0 };

        check_round_trip(&dk4_adpcm, &format, 4.5);
        format.channels = 2;
        check_round_trip(&dk4_adpcm, &format, 4.5);
        format.tag = 0x62;
        check_round_trip(&dk3_adpcm, &format, 0.5);
    }
}

static void silence_stays_silent(void **unused)
{
    (void)unused;
    for (const struct mode *mode = dk4_adpcm.modes; mode->sample_rate; mode++)
        check_silence(&dk4_adpcm, *mode);
    for (const struct mode *mode = dk3_adpcm.modes; mode->sample_rate; mode++)
        check_silence(&dk3_adpcm, *mode);
}

/* Real files state the rate and the frames in the header of a block. */
static void the_header_is_that_of_real_blocks(void **unused)
{
    struct bytes file = vector_read("dk/dk3-60blocks.wav");
    struct coded real = coded_open(file), ours;
    struct sound sound = generated(10000, 5);

    (void)unused;
    ours = coded_by_us(&dk3_adpcm, (struct mode){ 44100, 2, 0 }, sound);
    assert_memory_equal(ours.data.data, real.data.data, 10);
    assert_memory_equal(ours.data.data + 2048, real.data.data + 2048, 10);
    free(sound.samples);
    free(ours.file.data);
    free(file.data);
}

static struct sound resampled(struct sound sound, const char *command)
{
    struct bytes bytes = peer_run(command, sound.samples, sound.count * 2);

    free(sound.samples);
    return (struct sound){ (int16_t *)(void *)bytes.data, bytes.size / 2 };
}

/* FFmpeg's rounding drifts from the encoder's, within a block. Without OMNIACM_FULL, the best
 * search gets the first seconds only. */
static void check_encoder(const struct codec *codec, struct mode mode, struct sound sound)
{
    size_t most = 4u * mode.sample_rate * mode.channels;
    double db[3], ffmpeg[3];

    sound.count = sound.count > most && !all_cases() ? most : sound.count;
    for (uint8_t i = 0; i < 3; i++) {
        struct options options = { .quality = i, .dsp = dsp_set(0) };

        db[i] = quality(codec, coded_with(codec, &options, mode, sound), decoded_by_us, sound);
        ffmpeg[i] =
            quality(codec, coded_with(codec, &options, mode, sound), decoded_by_ffmpeg, sound);
        assert_true(ffmpeg[i] >= 25);
    }
    print_message("%s, %u Hz: %.2f, %.2f, %.2f dB; decoded by ffmpeg %.2f, %.2f, %.2f\n",
                  codec->name, mode.sample_rate, db[0], db[1], db[2], ffmpeg[0], ffmpeg[1],
                  ffmpeg[2]);
    assert_true(db[0] <= db[1] && db[1] <= db[2]);
    free(sound.samples);
}

static void ffmpeg_decodes_our_speech(void **unused)
{
    static const char *const commands[] = { "sox -D -t s16 -r 8000 -c 1 - -t s16 -r 22050 -c 1 -",
                                            "sox -D -t s16 -r 8000 -c 1 - -t s16 -r 22050 -c 2 -" };

    (void)unused;
    check_encoder(&dk4_adpcm, (struct mode){ 22050, 1, 0 }, resampled(speech(), commands[0]));
    check_encoder(&dk4_adpcm, (struct mode){ 22050, 2, 0 }, resampled(speech(), commands[1]));
    check_encoder(&dk3_adpcm, (struct mode){ 22050, 2, 0 }, resampled(speech(), commands[1]));
}

static void ffmpeg_decodes_our_music(void **unused)
{
    (void)unused;
    check_encoder(&dk4_adpcm, (struct mode){ 44100, 2, 0 }, music());
    check_encoder(&dk3_adpcm, (struct mode){ 44100, 2, 0 }, music());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_blocks_equal_the_model),
        cmocka_unit_test(the_model_equals_ffmpeg_with_its_rounding),
        cmocka_unit_test(real_blocks_have_the_known_checksums),
        cmocka_unit_test(complete_writes_what_real_files_have),
        cmocka_unit_test(headers_are_read_leniently),
        cmocka_unit_test(a_truncated_block_decodes_what_it_covers),
        cmocka_unit_test(odd_blocks_are_encoded_and_decoded),
        cmocka_unit_test(silence_stays_silent),
        cmocka_unit_test(the_header_is_that_of_real_blocks),
        cmocka_unit_test(ffmpeg_decodes_our_speech),
        cmocka_unit_test(ffmpeg_decodes_our_music),
    };

    return cmocka_run_group_tests_name("duck_adpcm", tests, 0, 0);
}
