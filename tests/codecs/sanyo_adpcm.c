/* Sanyo LD-ADPCM: decoding has the checksums of librempeg's rules, run alone on the same random
 * blocks. There is no other decoder, and no real file. */
#include "adpcm_support.h"

extern const struct codec sanyo_adpcm;

static struct wave_format format_bare(uint16_t bits, uint16_t channels, uint16_t block_align)
{
    return (struct wave_format){ 0x125, channels, 8000, 0, block_align, bits, 0, 0 };
}

/* 50 blocks of random bytes, in which the steps of the headers are valid. */
static struct bytes random_blocks(uint16_t bits, uint16_t channels)
{
    static const int limits[] = { 7281, 2621, 1024 };
    size_t block = 256u * channels;
    struct bytes data = { malloc(50 * block), 50 * block };
    uint32_t seed = bits * 10u + channels;

    for (size_t i = 0; i < data.size; i++)
        data.data[i] = (uint8_t)(draw(&seed) >> 11);
    for (size_t at = 0; at < data.size; at += block)
        for (unsigned channel = 0; channel < channels; channel++) {
            uint8_t *step = data.data + at + 4 * channel + 2;

            store16_le(step, (uint16_t)(1 + load16_le(step) % limits[bits - 3]));
        }
    return data;
}

static void random_blocks_have_the_checksums_of_librempeg(void **unused)
{
    static const char *const md5s[3][2] = {
        { "3f25d4c7eb58cab4f493254a92978d12", "9fff4511262dd014d52ff021a16be194" },
        { "9fbd8980019340e8b4d9fb98e1eb9036", "f1330b058c0551c0585edd49664c2c73" },
        { "c1469fa9538314221653cd62d9b4b9b9", "7a20c0c94b88c848052722df55dfc4c4" },
    };

    (void)unused;
    for (uint16_t bits = 3; bits <= 5; bits++)
        for (uint16_t channels = 1; channels <= 2; channels++) {
            struct wave_format format = format_bare(bits, channels, (uint16_t)(256 * channels));
            struct bytes data = random_blocks(bits, channels), md5;
            struct sound sound = decode_all(&sanyo_adpcm, &format, 0, data);

            md5 = peer_run("md5sum", sound.samples, sound.count * 2);
            assert_memory_equal(md5.data, md5s[bits - 3][channels - 1], 32);
            free(md5.data);
            free(sound.samples);
            free(data.data);
        }
}

static uint32_t covered(const struct wave_format *format, size_t bytes)
{
    size_t header = 4u * format->channels;

    return bytes < header
               ? 0
               : (uint32_t)((bytes - header) * 8 / (format->bits_per_sample * format->channels));
}

static void a_truncated_block_decodes_what_it_covers(void **unused)
{
    (void)unused;
    for (uint16_t bits = 3; bits <= 5; bits++)
        for (uint16_t channels = 1; channels <= 2; channels++) {
            struct wave_format format = format_bare(bits, channels, 256);
            struct bytes data = random_blocks(bits, 1);

            check_prefixes(&sanyo_adpcm, &format, data.data, covered);
            free(data.data);
        }
}

static void a_step_out_of_range_is_clamped(void **unused)
{
    static const uint16_t pairs[][2] = { { 0, 1 }, { 2622, 2621 }, { 32767, 2621 }, { 65535, 1 } };
    struct wave_format format = format_bare(4, 1, 256);
    struct bytes data = random_blocks(4, 1);
    int16_t given[504], clamped[504];

    (void)unused;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        store16_le(data.data + 2, pairs[i][0]);
        decode_once(&sanyo_adpcm, &format, data.data, given, (struct offer){ 256, 504, WHOLE });
        store16_le(data.data + 2, pairs[i][1]);
        decode_once(&sanyo_adpcm, &format, data.data, clamped, (struct offer){ 256, 504, WHOLE });
        assert_memory_equal(given, clamped, sizeof given);
    }
    free(data.data);
}

static void headers_are_read_leniently(void **unused)
{
    static const struct {
        uint16_t channels, block_align, bits, extra_size, stated;
        uint32_t samples; /* 0 if refused */
    } headers[] = {
        { 1, 256, 4, 2, 504, 504 }, { 1, 256, 4, 0, 0, 504 },      { 1, 256, 4, 2, 505, 504 },
        { 1, 256, 3, 2, 600, 600 }, { 2, 512, 5, 0, 0, 403 },      { 1, 5, 4, 0, 0, 2 },
        { 1, 4, 4, 0, 0, 0 },       { 3, 1024, 4, 0, 0, 0 },       { 1, 256, 2, 0, 0, 0 },
        { 1, 256, 6, 0, 0, 0 },     { 1, 65535, 3, 0, 0, 174749 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        uint8_t extra[2] = { (uint8_t)headers[i].stated, (uint8_t)(headers[i].stated >> 8) };
        struct wave_format format =
            format_bare(headers[i].bits, headers[i].channels, headers[i].block_align);
        struct layout layout = { 0 };
        bool taken;

        format.extra_size = headers[i].extra_size;
        format.extra = extra;
        taken = parses(&sanyo_adpcm, &format, &layout);
        if (taken != (headers[i].samples != 0) ||
            (taken && layout.block.frames != headers[i].samples))
            fail_msg("header %zu: %u samples", i, layout.block.frames);
    }
}

static void odd_blocks_are_encoded_and_decoded(void **unused)
{
    static const uint16_t sizes[] = { 9, 37, 256, 8191 };

    (void)unused;
    for (uint16_t bits = 3; bits <= 5; bits++)
        for (uint16_t channels = 1; channels <= 2; channels++)
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                struct wave_format format =
                    format_bare(bits, channels, (uint16_t)(sizes[i] * channels));

                check_round_trip(&sanyo_adpcm, &format, 1.5);
            }
}

static void silence_stays_silent(void **unused)
{
    (void)unused;
    for (const struct mode *mode = sanyo_adpcm.modes; mode->sample_rate; mode++)
        check_silence(&sanyo_adpcm, *mode);
}

static void speech_stays_above_its_floor(void **unused)
{
    static const double floors[] = { 16.7, 22, 24.5 };
    struct sound sound = speech();

    (void)unused;
    for (uint16_t bits = 3; bits <= 5; bits++) {
        struct mode mode = { 8000, 1, 8000u * bits };
        double db =
            quality(&sanyo_adpcm, coded_by_us(&sanyo_adpcm, mode, sound), decoded_by_us, sound);

        print_message("%u bits: %.2f dB\n", bits, db);
        assert_true(db >= floors[bits - 3]);
    }
    free(sound.samples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_blocks_have_the_checksums_of_librempeg),
        cmocka_unit_test(a_truncated_block_decodes_what_it_covers),
        cmocka_unit_test(a_step_out_of_range_is_clamped),
        cmocka_unit_test(headers_are_read_leniently),
        cmocka_unit_test(odd_blocks_are_encoded_and_decoded),
        cmocka_unit_test(silence_stays_silent),
        cmocka_unit_test(speech_stays_above_its_floor),
    };

    return cmocka_run_group_tests_name("sanyo_adpcm", tests, 0, 0);
}
