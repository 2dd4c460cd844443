/* Xbox ADPCM: IMA's blocks of 36 bytes per channel, without the last sample of each. libsndfile and
 * ffmpeg, which read them as IMA, provide the other samples. */
#include "adpcm_support.h"

extern const struct codec xbox_adpcm, ima_adpcm;

/* Noise with valid headers. */
static struct bytes random_blocks(uint16_t channels, size_t blocks, uint32_t seed)
{
    struct bytes data = { malloc(blocks * 36 * channels), blocks * 36 * channels };

    for (size_t i = 0; i < data.size; i++) {
        size_t at = i % (36u * channels);

        data.data[i] = (uint8_t)(draw(&seed) >> 11);
        if (at < 4u * channels && at % 4 >= 2)
            data.data[i] = at % 4 == 2 ? data.data[i] % 89 : 0;
    }
    return data;
}

/* Drops the last of the 65 samples that an IMA decoder returns for each block. */
static struct sound without_last(struct sound sound, unsigned channels)
{
    size_t count = 0;

    for (size_t i = 0; i < sound.count; i++)
        if (i / channels % 65 != 64)
            sound.samples[count++] = sound.samples[i];
    return (struct sound){ sound.samples, count };
}

static struct wave_format format_xbox(uint16_t channels, uint8_t extra[EXTRA_ROOM])
{
    return format_of(&xbox_adpcm, (struct mode){ 22050, channels, 0 }, extra);
}

static struct sound as_ima(decoder_of_peer *peer, uint16_t channels, struct bytes data)
{
    uint8_t extra[2] = { 65, 0 };
    struct wave_format format = {
        0x11, channels, 22050, 0, (uint16_t)(36 * channels), 4, 2, extra
    };
    struct coded coded = coded_make(&ima_adpcm, &format, data);
    struct sound sound = without_last(peer(&ima_adpcm, &coded), channels);

    free(coded.file.data);
    return sound;
}

static size_t compare_with_libsndfile(uint16_t channels, struct bytes data)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_xbox(channels, extra);
    struct sound ours = decode_all(&xbox_adpcm, &format, 0, data),
                 theirs = as_ima(decoded_by_sndfile, channels, data);

    assert_int_equal(ours.count, data.size / 36 * 64);
    assert_int_equal(theirs.count, ours.count);
    assert_memory_equal(ours.samples, theirs.samples, ours.count * 2);
    free(ours.samples);
    free(theirs.samples);
    free(data.data);
    return ours.count;
}

static void decoding_equals_libsndfile(void **unused)
{
    struct sound sound = generated(64000, 3);
    size_t n = 0;

    (void)unused;
    for (uint16_t channels = 1; channels <= 2; channels++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_xbox(channels, extra);

        n += compare_with_libsndfile(channels, random_blocks(channels, 2000, channels));
        n += compare_with_libsndfile(channels, encode_all(&xbox_adpcm, &format, 0, sound));
    }
    print_message("%zu samples equal libsndfile\n", n);
    free(sound.samples);
}

/* ffmpeg knows the tag. It rounds each change differently, by at most two, and returns the 65th
 * sample too. */
static void decoding_equals_ffmpeg_except_for_its_rounding(void **unused)
{
    (void)unused;
    for (uint16_t channels = 1; channels <= 2; channels++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_xbox(channels, extra);
        struct bytes data = random_blocks(channels, 2000, 7);
        struct coded coded = coded_make(&xbox_adpcm, &format, data);
        struct sound ours = decoded_by_us(&xbox_adpcm, &coded);
        struct sound theirs = without_last(decoded_by_ffmpeg(&xbox_adpcm, &coded), channels);

        assert_int_equal(theirs.count, ours.count);
        for (size_t i = 0; i < ours.count; i++)
            if ((size_t)abs(ours.samples[i] - theirs.samples[i]) > 2 * (i / channels % 64))
                fail_msg("sample %zu is %d, not %d", i, ours.samples[i], theirs.samples[i]);
        free(data.data);
        free(coded.file.data);
        free(ours.samples);
        free(theirs.samples);
    }
}

static void blocks_are_encoded_and_decoded(void **unused)
{
    (void)unused;
    for (const struct mode *mode = xbox_adpcm.modes; mode->sample_rate; mode++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(&xbox_adpcm, *mode, extra);

        check_round_trip(&xbox_adpcm, &format, 5);
        check_silence(&xbox_adpcm, *mode);
    }
}

static uint32_t covered(const struct wave_format *format, size_t bytes)
{
    size_t body = bytes < 4u * format->channels ? 0 : bytes - 4u * format->channels;
    size_t group = 4u * format->channels, rest = body % group, last = group - 4;

    return bytes < 4u * format->channels
               ? 0
               : (uint32_t)(1 + body / group * 8 + (rest > last ? (rest - last) * 2 : 0));
}

static void a_truncated_block_decodes_what_it_covers(void **unused)
{
    (void)unused;
    for (uint16_t channels = 1; channels <= 2; channels++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_xbox(channels, extra);
        struct bytes data = random_blocks(channels, 1, 5);

        check_prefixes(&xbox_adpcm, &format, data.data, covered);
        free(data.data);
    }
}

static void complete_writes_what_xbox_files_have(void **unused)
{
    static const struct windows_format expected[] = {
        { { 22050, 1, 0 }, 36, 64, 12403 },
        { { 44100, 2, 0 }, 72, 64, 49612 },
        { { 48000, 2, 0 }, 72, 64, 54000 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        check_complete(&xbox_adpcm, &expected[i], 2);
}

static void headers_are_read_leniently(void **unused)
{
    static const uint16_t headers[][5] = {
        /* channels, block align, bits, stated samples, expected bytes */
        { 1, 36, 4, 64, 36 },  { 2, 72, 4, 65, 72 },   { 2, 72, 0, 0, 72 }, { 1, 360, 4, 64, 36 },
        { 1, 0, 4, 64, 36 },   { 2, 1, 4, 64, 72 },    { 2, 36, 4, 64, 0 }, { 1, 256, 4, 505, 0 },
        { 1, 36, 16, 64, 36 }, { 1, 36, 3, 64, 0 },    { 0, 36, 4, 64, 0 }, { 8, 288, 4, 64, 288 },
        { 9, 324, 4, 64, 0 },  { 6, 216, 4, 64, 216 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        uint8_t extra[2] = { (uint8_t)headers[i][3], 0 };
        struct wave_format format = { 0x69,          headers[i][0], 22050, 1,
                                      headers[i][1], headers[i][2], 2,     extra };
        struct layout layout;

        if (parses(&xbox_adpcm, &format, &layout) != (headers[i][4] != 0))
            fail_msg("header %zu", i);
        if (headers[i][4] != 0)
            assert_true(layout.block.bytes == headers[i][4] && layout.block.frames == 64);
        format.sample_rate = 0;
        assert_false(parses(&xbox_adpcm, &format, &layout));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoding_equals_libsndfile),
        cmocka_unit_test(decoding_equals_ffmpeg_except_for_its_rounding),
        cmocka_unit_test(blocks_are_encoded_and_decoded),
        cmocka_unit_test(a_truncated_block_decodes_what_it_covers),
        cmocka_unit_test(complete_writes_what_xbox_files_have),
        cmocka_unit_test(headers_are_read_leniently),
    };

    return cmocka_run_group_tests_name("xbox_adpcm", tests, 0, 0);
}
