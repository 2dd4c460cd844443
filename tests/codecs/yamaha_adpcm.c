/* Yamaha ADPCM: without headers, it equals ffmpeg; with headers, it equals a model of the layout
 * that Rockbox documents. */
#include "adpcm_support.h"

extern const struct codec yamaha_adpcm;

/* A bit rate above that of the codes asks for headers. */
enum { WITH_HEADERS = 1000000 };

static const struct mode speech_mode = { 8000, 1, WITH_HEADERS },
                         music_mode = { 44100, 2, WITH_HEADERS };

static struct wave_format format_headerless(struct mode mode)
{
    return (struct wave_format){ 0x20, mode.channels, mode.sample_rate, 0, 1024, 4, 0, 0 };
}

static bool has_headers(const struct mode *mode)
{
    return mode->bit_rate > 4 * mode->sample_rate * mode->channels;
}

static struct bytes random_bytes(size_t size, uint32_t seed)
{
    struct bytes data = { malloc(size), size };

    for (size_t i = 0; i < size; i++)
        data.data[i] = (uint8_t)(draw(&seed) >> 11);
    return data;
}

/* A second implementation of the chips' arithmetic, on one channel. */
struct model {
    int sample, step;
};

static int16_t model_decode(struct model *model, int code)
{
    static const int factors[8] = { 230, 230, 230, 230, 307, 409, 512, 614 };
    int change = model->step * (2 * (code & 7) + 1) / 8;

    model->sample += code & 8 ? -change : change;
    model->sample = model->sample > 32767 ? 32767 : model->sample < -32768 ? -32768 : model->sample;
    model->step = model->step * factors[code & 7] / 256;
    model->step = model->step < 127 ? 127 : model->step > 24576 ? 24576 : model->step;
    return (int16_t)model->sample;
}

static void model_decode_block(const uint8_t *block, int16_t *pcm, unsigned channels,
                               size_t samples)
{
    for (unsigned channel = 0; channel < channels; channel++) {
        const uint8_t *header = block + 4 * channel;
        struct model model = { (int16_t)load16_le(header), load16_le(header + 2) };

        for (size_t i = 0; i < samples; i++) {
            size_t nibble = i * channels + channel;
            int byte = block[4 * channels + nibble / 2];

            pcm[nibble] = model_decode(&model, nibble % 2 ? byte >> 4 : byte & 15);
        }
    }
}

static struct coded headerless(struct mode mode, struct bytes data)
{
    struct wave_format format = format_headerless(mode);
    struct coded coded = coded_make(&yamaha_adpcm, &format, data);

    free(data.data);
    return coded;
}

static struct coded headerless_by_us(struct mode mode, struct sound sound)
{
    struct wave_format format = format_headerless(mode);

    return headerless(mode, encode_all(&yamaha_adpcm, &format, 0, sound));
}

static struct coded headerless_by_ffmpeg(struct mode mode, struct sound sound)
{
    char line[256];

    snprintf(line, sizeof line,
             "ffmpeg -v error -f s16le -ar %u -ac %u -i pipe:0 -c:a adpcm_yamaha -f wav -",
             mode.sample_rate, mode.channels);
    return coded_open(peer_run(line, sound.samples, sound.count * 2));
}

static void decoding_without_headers_equals_ffmpeg(void **unused)
{
    struct sound sound = generated(100000, 3);
    size_t n = 0;

    (void)unused;
    for (uint16_t channels = 1; channels <= 2; channels++)
        for (uint32_t seed = 1; seed < 5; seed++) {
            struct mode mode = { 11025 * seed, channels, 0 };

            n += check_equal(&yamaha_adpcm, headerless_by_ffmpeg(mode, sound), decoded_by_ffmpeg,
                             "ffmpeg's encoder");
            n += check_equal(&yamaha_adpcm, headerless_by_us(mode, sound), decoded_by_ffmpeg,
                             "our encoder");
            n += check_equal(&yamaha_adpcm, headerless(mode, random_bytes(102400, seed)),
                             decoded_by_ffmpeg, "random bytes");
        }
    print_message("%zu samples equal ffmpeg\n", n);
    free(sound.samples);
}

static void an_ffmpeg_file_decodes_as_in_ffmpeg(void **unused)
{
    size_t n = check_equal(&yamaha_adpcm, coded_open(sample_read("made/ffmpeg-yamaha.wav")),
                           decoded_by_ffmpeg, "the file");

    (void)unused;
    assert_int_equal(n, 8192);
}

static void blocks_with_headers_decode_as_documented(void **unused)
{
    size_t n = 0;

    (void)unused;
    for (const struct mode *mode = yamaha_adpcm.modes; mode->sample_rate; mode++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(&yamaha_adpcm, *mode, extra);
        struct layout layout;
        struct sound ours;
        struct bytes data;
        int16_t *model;

        if (!has_headers(mode))
            continue;
        data = random_bytes(9u * format.block_align, mode->sample_rate);
        assert_true(parses(&yamaha_adpcm, &format, &layout));
        for (size_t at = 0; at < data.size; at += layout.block.bytes)
            for (unsigned channel = 0; channel < mode->channels; channel++)
                store16_le(data.data + at + 4 * channel + 2,
                           (uint16_t)(127 + load16_le(data.data + at) % 24450));
        ours = decode_all(&yamaha_adpcm, &format, 0, data);
        model = malloc(ours.count * 2);
        for (size_t i = 0; i < 9; i++)
            model_decode_block(data.data + i * layout.block.bytes,
                               model + i * layout.block.frames * mode->channels, mode->channels,
                               layout.block.frames);
        assert_int_equal(ours.count, 9u * layout.block.frames * mode->channels);
        assert_memory_equal(ours.samples, model, ours.count * 2);
        n += ours.count;
        free(data.data);
        free(ours.samples);
        free(model);
    }
    print_message("%zu samples equal the model\n", n);
}

/* A byte covers two samples of one channel, or one of each of two. */
static uint32_t covered(const struct wave_format *format, size_t bytes)
{
    return bytes < 4u * format->channels
               ? 0
               : (uint32_t)(2 * (bytes - 4u * format->channels) / format->channels);
}

static void a_truncated_block_decodes_what_it_covers(void **unused)
{
    (void)unused;
    for (uint16_t channels = 1; channels <= 2; channels++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format =
            format_of(&yamaha_adpcm, (struct mode){ 6000, channels, WITH_HEADERS }, extra);
        struct bytes data = random_bytes(format.block_align, 5);

        check_prefixes(&yamaha_adpcm, &format, data.data, covered);
        free(data.data);
    }
}

static void a_step_out_of_range_is_clamped(void **unused)
{
    uint8_t extra[EXTRA_ROOM], block[137] = { 0, 0, 0, 0, 0x47, 0x9F };
    struct wave_format format = format_of(&yamaha_adpcm, speech_mode, extra);
    static const uint16_t pairs[][2] = {
        { 0, 127 }, { 126, 127 }, { 24577, 24576 }, { 65535, 24576 }
    };
    int16_t given[266], clamped[266];

    (void)unused;
    for (size_t i = 0; i < 4; i++) {
        store16_le(block + 2, pairs[i][0]);
        decode_once(&yamaha_adpcm, &format, block, given, (struct offer){ 137, 266, WHOLE });
        store16_le(block + 2, pairs[i][1]);
        decode_once(&yamaha_adpcm, &format, block, clamped, (struct offer){ 137, 266, WHOLE });
        assert_memory_equal(given, clamped, sizeof given);
    }
}

static void blocks_are_encoded_independently(void **unused)
{
    (void)unused;
    for (const struct mode *mode = yamaha_adpcm.modes; mode->sample_rate; mode++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(&yamaha_adpcm, *mode, extra);

        if (!has_headers(mode))
            continue;
        check_round_trip(&yamaha_adpcm, &format, 4);
        check_stream_is_small(&format);
    }
}

static void check_encoder(struct mode mode, struct sound sound, const char *what)
{
    double blocks =
        quality(&yamaha_adpcm, coded_by_us(&yamaha_adpcm, mode, sound), decoded_by_us, sound);
    double bare = quality(&yamaha_adpcm, headerless_by_us(mode, sound), decoded_by_us, sound);
    double ffmpeg =
        quality(&yamaha_adpcm, headerless_by_ffmpeg(mode, sound), decoded_by_ffmpeg, sound);

    print_message("%s: %.2f dB, without headers %.2f; ffmpeg %.2f\n", what, blocks, bare, ffmpeg);
    assert_true(blocks >= ffmpeg && bare >= ffmpeg);
    free(sound.samples);
}

static void speech_is_encoded_as_well_as_by_ffmpeg(void **unused)
{
    (void)unused;
    check_encoder(speech_mode, speech(), "speech");
}

static void music_is_encoded_as_well_as_by_ffmpeg(void **unused)
{
    (void)unused;
    check_encoder(music_mode, music(), "music");
}

/* Each mode is listed twice, first without headers and with a block of ffmpeg's size. */
static void codes_alone_are_listed_first_and_are_the_default(void **unused)
{
    size_t count = 0;

    (void)unused;
    while (yamaha_adpcm.modes[count].sample_rate)
        count++;
    assert_int_equal(count, 16);
    for (size_t i = 0; i < count; i++) {
        uint8_t extra[EXTRA_ROOM];
        struct mode mode = yamaha_adpcm.modes[i];
        struct wave_format format = format_of(&yamaha_adpcm, mode, extra);
        struct layout layout;

        assert_int_equal(has_headers(&mode), i % 2);
        assert_int_equal(mode.bit_rate / 8, format.byte_rate);
        assert_true(mode.sample_rate == yamaha_adpcm.modes[i & ~1u].sample_rate &&
                    mode.channels == yamaha_adpcm.modes[i & ~1u].channels);
        if (has_headers(&mode))
            mode.bit_rate = 0;
        format = format_of(&yamaha_adpcm, mode, extra);
        assert_true(parses(&yamaha_adpcm, &format, &layout) && layout.block.bytes == 1);
        assert_true(format.block_align == 1024 && format.extra_size == 0 &&
                    format.bits_per_sample == 4 &&
                    format.byte_rate == mode.sample_rate * mode.channels / 2);
    }
    for (uint32_t rate = 61190; rate < 61270;
         rate++) { /* a block with headers may have 1024 bytes */
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(&yamaha_adpcm, (struct mode){ rate, 1, 0 }, extra);
        struct layout layout;

        assert_true(parses(&yamaha_adpcm, &format, &layout) && layout.block.bytes == 1);
    }
}

static void blocks_are_a_thirtieth_of_a_second(void **unused)
{
    static const struct windows_format expected[] = {
        { { 8000, 1, WITH_HEADERS }, 137, 266, 4120 },
        { { 11025, 1, WITH_HEADERS }, 187, 366, 5632 },
        { { 22050, 1, WITH_HEADERS }, 371, 734, 11145 },
        { { 22050, 2, WITH_HEADERS }, 742, 734, 22290 },
        { { 44100, 1, WITH_HEADERS }, 739, 1470, 22170 },
        { { 44100, 2, WITH_HEADERS }, 1478, 1470, 44340 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(&yamaha_adpcm, expected[i].mode, extra);
        struct layout layout;

        assert_true(parses(&yamaha_adpcm, &format, &layout));
        assert_true(format.block_align == expected[i].block_align &&
                    layout.block.bytes == expected[i].block_align);
        assert_true(layout.block.frames == expected[i].samples &&
                    format.byte_rate == expected[i].byte_rate);
        assert_true(format.bits_per_sample == 4 && format.extra_size == 0);
    }
}

static void headers_are_read_leniently(void **unused)
{
    static const struct {
        uint16_t channels, block_align, bits;
        uint32_t rate, bytes; /* 0 if refused */
    } headers[] = {
        { 1, 137, 4, 8000, 137 }, { 1, 137, 0, 8000, 137 }, { 2, 274, 16, 8000, 274 },
        { 1, 138, 4, 8000, 1 },   { 1, 1, 4, 8000, 1 },     { 2, 137, 4, 8000, 1 },
        { 1, 0, 4, 8000, 1 },     { 2, 1024, 4, 44100, 1 }, { 1, 4, 4, 59, 1 },
        { 1, 5, 4, 60, 5 },       { 3, 1, 4, 8000, 0 },     { 0, 1, 4, 8000, 0 },
        { 1, 137, 4, 0, 0 },      { 1, 137, 3, 8000, 0 },   { 1, 1, 4, UINT32_MAX, 1 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct wave_format format = { 0x20,
                                      headers[i].channels,
                                      headers[i].rate,
                                      7,
                                      headers[i].block_align,
                                      headers[i].bits,
                                      0,
                                      0 };
        struct layout layout = { 0 };

        if (parses(&yamaha_adpcm, &format, &layout) != (headers[i].bytes != 0) ||
            layout.block.bytes != headers[i].bytes)
            fail_msg("header %zu: %u bytes", i, layout.block.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoding_without_headers_equals_ffmpeg),
        cmocka_unit_test(an_ffmpeg_file_decodes_as_in_ffmpeg),
        cmocka_unit_test(blocks_with_headers_decode_as_documented),
        cmocka_unit_test(a_truncated_block_decodes_what_it_covers),
        cmocka_unit_test(a_step_out_of_range_is_clamped),
        cmocka_unit_test(blocks_are_encoded_independently),
        cmocka_unit_test(speech_is_encoded_as_well_as_by_ffmpeg),
        cmocka_unit_test(music_is_encoded_as_well_as_by_ffmpeg),
        cmocka_unit_test(codes_alone_are_listed_first_and_are_the_default),
        cmocka_unit_test(blocks_are_a_thirtieth_of_a_second),
        cmocka_unit_test(headers_are_read_leniently),
    };

    return cmocka_run_group_tests_name("yamaha_adpcm", tests, 0, 0);
}
