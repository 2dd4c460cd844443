/* The formats that are announced, to the last extra byte: as Windows XP's drivers announced them
 * (Windows Media Audio), as in real files (Intel Music Coder, MSN Siren, ATRAC3), or with the
 * blocks of those (Indeo audio, ACELP.net). */
#include "bits.h"
#include "support.h"

#define KEY "F6DC9830-BC79-11d2-A9D0-006097926036"

struct header {
    uint16_t tag;
    uint32_t rate;
    uint16_t channels;
    uint32_t byte_rate;
    uint16_t block_align, bits;
    uint32_t frames;    /* in a block */
    uint16_t variation; /* the options of Windows Media Audio, or ATRAC3's joint stereo */
};

static const struct header headers[] = {
    { 0x401, 8000, 1, 2000, 64, 16, 256, 0 },    { 0x401, 11025, 1, 2756, 64, 16, 256, 0 },
    { 0x401, 22050, 1, 5512, 64, 16, 256, 0 },   { 0x401, 44100, 1, 11025, 64, 16, 256, 0 },
    { 0x402, 8000, 1, 2000, 64, 16, 256, 0 },    { 0x402, 8000, 2, 4000, 128, 16, 256, 0 },
    { 0x402, 11025, 1, 2756, 64, 16, 256, 0 },   { 0x402, 11025, 2, 5512, 128, 16, 256, 0 },
    { 0x402, 22050, 1, 5512, 64, 16, 256, 0 },   { 0x402, 22050, 2, 11025, 128, 16, 256, 0 },
    { 0x402, 44100, 1, 11025, 64, 16, 256, 0 },  { 0x402, 44100, 2, 22050, 128, 16, 256, 0 },
    { 0x270, 44100, 2, 8268, 192, 0, 1024, 1 },  { 0x270, 44100, 2, 13092, 304, 0, 1024, 0 },
    { 0x270, 44100, 2, 16537, 384, 0, 1024, 0 }, { 0x28E, 16000, 1, 2000, 40, 16, 320, 0 },
    { 0x130, 8000, 1, 616, 37, 16, 480, 0 },     { 0x130, 8000, 1, 805, 29, 16, 288, 0 },
    { 0x130, 8000, 1, 1055, 19, 16, 144, 0 },    { 0x130, 16000, 1, 2000, 20, 16, 160, 0 },
    { 0x160, 8000, 1, 750, 48, 16, 512, 0 },     { 0x160, 8000, 1, 1000, 64, 16, 512, 0 },
    { 0x160, 8000, 2, 1500, 96, 16, 512, 0 },    { 0x160, 11025, 1, 1012, 47, 16, 512, 0 },
    { 0x160, 11025, 1, 1249, 58, 16, 512, 0 },   { 0x160, 16000, 1, 2000, 64, 16, 512, 0 },
    { 0x160, 22050, 1, 2519, 117, 16, 1024, 0 }, { 0x160, 22050, 2, 2519, 117, 16, 1024, 0 },
    { 0x160, 22050, 2, 4005, 186, 16, 1024, 1 }, { 0x160, 44100, 2, 8010, 372, 16, 2048, 1 },
    { 0x161, 8000, 1, 750, 48, 16, 512, 0 },     { 0x161, 8000, 1, 1000, 64, 16, 512, 0 },
    { 0x161, 8000, 2, 1500, 96, 16, 512, 0 },    { 0x161, 11025, 1, 1012, 47, 16, 512, 0 },
    { 0x161, 11025, 1, 1249, 58, 16, 512, 0 },   { 0x161, 16000, 1, 2000, 64, 16, 512, 0 },
    { 0x161, 22050, 1, 2519, 117, 16, 1024, 0 }, { 0x161, 22050, 2, 2519, 117, 16, 1024, 0 },
    { 0x161, 22050, 2, 4005, 186, 16, 1024, 1 }, { 0x161, 44100, 2, 8010, 372, 16, 2048, 1 },
};
enum { HEADERS = sizeof headers / sizeof *headers };

/* Writes the extra bytes; returns how many they are. */
static uint16_t extra_of(const struct header *header, uint8_t extra[EXTRA_ROOM])
{
    memset(extra, 0, EXTRA_ROOM);
    switch (header->tag) {
    case 0x160:
        store16_le(extra, (uint16_t)header->frames);
        store16_le(extra + 2, header->variation);
        return 4;
    case 0x161:
        store32_le(extra, header->frames);
        store16_le(extra + 4, header->variation);
        store32_le(extra + 6, header->block_align);
        memcpy(extra + 10, KEY, sizeof KEY);
        return 47;
    case 0x270:
        store16_le(extra, 1);
        store32_le(extra + 2, 4096);
        store16_le(extra + 6, header->variation);
        store16_le(extra + 8, header->variation);
        store16_le(extra + 10, 1);
        return 14;
    case 0x28E:
        store16_le(extra, 320);
        return 2;
    default:
        return 0;
    }
}

static void check(const struct header *expected, const struct wave_format *format)
{
    uint8_t extra[EXTRA_ROOM];
    uint16_t size = extra_of(expected, extra);

    assert_int_equal(format->tag, expected->tag);
    assert_int_equal(format->sample_rate, expected->rate);
    assert_int_equal(format->channels, expected->channels);
    assert_int_equal(format->byte_rate, expected->byte_rate);
    assert_int_equal(format->block_align, expected->block_align);
    assert_int_equal(format->bits_per_sample, expected->bits);
    assert_int_equal(format->extra_size, size);
    assert_memory_equal(format->extra, extra, size);
}

/* Every mode of these codecs is in the table, in the order in which they are listed. */
static void formats_are_announced_to_the_last_byte(void **unused)
{
    const struct codec *codec = 0;
    const struct mode *mode = 0;

    (void)unused;
    for (size_t i = 0; i < HEADERS; i++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format;
        struct layout layout;

        if (codec != codec_find(headers[i].tag)) {
            assert_true(!mode || mode->sample_rate == 0);
            codec = codec_find(headers[i].tag);
            mode = codec->modes;
        }
        assert_int_not_equal(mode->sample_rate, 0);
        format = format_of(codec, *mode++, extra);
        check(&headers[i], &format);
        assert_true(codec_parse(codec, &format, &layout));
        assert_int_equal(layout.block.bytes, headers[i].block_align);
        assert_int_equal(layout.block.frames, headers[i].frames);
    }
    assert_int_equal(mode->sample_rate, 0);
}

/* A file whose header is in the table, except that Windows Media Audio's may lack the key of the
 * encoder, and ACELP.net's and Intel Music Coder's have no extra size at all. */
static void compare_file(const char *path)
{
    struct wave_format format;
    struct bytes file = vector_read(path);
    size_t i = 0;

    wav_open(file, &format);
    while (i < HEADERS &&
           (headers[i].tag != format.tag || headers[i].rate != format.sample_rate ||
            headers[i].byte_rate != format.byte_rate || headers[i].channels != format.channels))
        i++;
    if (i == HEADERS)
        fail_msg("%s: the format is not announced", path);
    if (format.tag == 0x161) {
        uint8_t extra[EXTRA_ROOM];

        extra_of(&headers[i], extra);
        assert_int_equal(format.extra_size, 10);
        assert_memory_equal(format.extra, extra, 10);
    } else {
        check(&headers[i], &format);
    }
    free(file.data);
}

static void real_files_have_these_headers(void **unused)
{
    (void)unused;
    compare_file("imc/imc-0401.wav");
    compare_file("siren/msnsiren2.wav");
    compare_file("atrac3/mc_sich_at3_066_small.wav");
    compare_file("atrac3/mc_sich_at3_105_small.wav");
    compare_file("atrac3/mc_sich_at3_132_small.wav");
    compare_file("acelpnet/0130-16k.wav");
    compare_file("wma/0161-options1-44k.wav");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_are_announced_to_the_last_byte),
        cmocka_unit_test(real_files_have_these_headers),
    };

    return cmocka_run_group_tests_name("announced formats", tests, 0, 0);
}
