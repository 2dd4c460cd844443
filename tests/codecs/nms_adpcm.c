/* NMS VBXADPCM: equals libsndfile, the only other codec, in both directions and at each width,
 * except for the loudness. */
#include "codecs/nms_adpcm/nms.h"
#include "codecs/nms_adpcm/tables.h"
#include <math.h>
#include "adpcm_support.h"

extern const struct codec nms_adpcm;

static const int formats[] = { SF_FORMAT_NMS_ADPCM_16, SF_FORMAT_NMS_ADPCM_24,
                               SF_FORMAT_NMS_ADPCM_32 };

static struct wave_format format_bits(unsigned bits)
{
    return (
        struct wave_format){ 0x38, 1, 8000, 0, (uint16_t)(20 * bits + 2), (uint16_t)bits, 0, 0 };
}

static struct bytes random_frames(unsigned bits, size_t frames, uint32_t seed)
{
    struct bytes data = { malloc(frames * (20 * bits + 2)), frames * (20 * bits + 2) };

    for (size_t i = 0; i < data.size; i++)
        data.data[i] = (uint8_t)(draw(&seed) >> 11);
    return data;
}

static void check_pair(unsigned bits)
{
    char name[64];
    struct coded coded;
    struct bytes pcm;
    struct sound ours;

    snprintf(name, sizeof name, "made/libsndfile-nms%u.wav", 8 * bits);
    coded = coded_open(sample_read(name));
    snprintf(name, sizeof name, "made/libsndfile-nms%u.dec.s16", 8 * bits);
    pcm = sample_read(name);
    ours = decoded_by_us(&nms_adpcm, &coded);
    assert_int_equal(ours.count * 2, pcm.size);
    assert_memory_equal(ours.samples, pcm.data, pcm.size);
    free(coded.file.data);
    free(pcm.data);
    free(ours.samples);
}

static void files_decode_to_their_known_samples(void **unused)
{
    (void)unused;
    for (unsigned bits = 2; bits <= 4; bits++)
        check_pair(bits);
}

static void random_frames_decode_as_in_libsndfile(void **unused)
{
    size_t n = 0;

    (void)unused;
    for (unsigned bits = 2; bits <= 4; bits++)
        for (uint32_t seed = 1; seed < 6; seed++) {
            struct wave_format format = format_bits(bits);
            struct bytes data = random_frames(bits, 1000, seed);

            n += check_equal(&nms_adpcm, coded_make(&nms_adpcm, &format, data), decoded_by_sndfile,
                             "random frames");
            free(data.data);
        }
    print_message("%zu samples of random frames equal libsndfile\n", n);
}

/* Compares all but the last two bytes of each frame. Both encoders end with the last frame that has
 * samples. */
static size_t check_encoding(unsigned bits, struct sound sound)
{
    struct wave_format format = format_bits(bits);
    struct bytes ours = encode_all(&nms_adpcm, &format, 0, sound);
    struct coded theirs = coded_open(written_by_sndfile(SF_FORMAT_WAV | formats[bits - 2], sound));
    size_t frame = format.block_align;

    assert_int_equal(ours.size, theirs.data.size);
    for (size_t i = 0; i < ours.size; i += frame)
        if (memcmp(ours.data + i, theirs.data.data + i, frame - 2) != 0)
            fail_msg("%u bits: frame %zu differs", bits, i / frame);
    free(ours.data);
    free(theirs.file.data);
    return sound.count;
}

static void encoding_equals_libsndfile(void **unused)
{
    struct sound voice = speech(), loud = generated(160000, 3);

    (void)unused;
    for (unsigned bits = 2; bits <= 4; bits++) {
        check_encoding(bits, loud);
        print_message("%u bits: %zu samples of speech encode as in libsndfile\n", bits,
                      check_encoding(bits, voice));
    }
    free(voice.samples);
    free(loud.samples);
}

static double speech_quality(unsigned bits, struct sound voice)
{
    struct wave_format format = format_bits(bits);
    struct bytes data = encode_all(&nms_adpcm, &format, 0, voice);
    double decibels =
        quality(&nms_adpcm, coded_make(&nms_adpcm, &format, data), decoded_by_us, voice);

    print_message("speech in %u bits: %.2f dB\n", bits, decibels);
    free(data.data);
    return decibels;
}

static void speech_reaches_its_quality(void **unused)
{
    struct sound voice = speech();

    (void)unused;
    assert_true(speech_quality(2, voice) > 10 && speech_quality(3, voice) > 16 &&
                speech_quality(4, voice) > 21);
    assert_true(speech_quality(8, voice) > 30);
    free(voice.samples);
}

/* Unpacking reverses packing, and the bits of each fourth group of 3-bit codes are spread over
 * three words. */
static void unpacking_reverses_packing(void **unused)
{
    static const uint16_t masks[] = { 0xCCCC, 0xEEEE, 0xFFFF };
    uint16_t groups[NMS_GROUPS], back[NMS_GROUPS], words[3];
    uint8_t bytes[80];
    uint32_t seed = 8;

    (void)unused;
    for (unsigned bits = 2; bits <= 4; bits++) {
        for (int i = 0; i < NMS_GROUPS; i++)
            groups[i] = (uint16_t)(draw(&seed) & masks[bits - 2]);
        nms_pack(groups, bits, bytes);
        nms_unpack(bytes, bits, back);
        assert_memory_equal(groups, back, sizeof groups);
    }
    memset(groups, 0, sizeof groups);
    groups[3] = 0x8E24;
    nms_pack(groups, 3, bytes);
    for (int i = 0; i < 3; i++)
        words[i] = load16_le(bytes + 2 * i);
    assert_true(words[0] == 0x1100 && words[1] == 0x0101 && words[2] == 0x0110);
}

static void tables_follow_their_formulas(void **unused)
{
    (void)unused;
    for (int i = 0; i < NMS_FRACTIONS; i++)
        assert_true(fabs(nms_powers[i] - 16384 * pow(2, i / 32.0)) < 1);
    for (int bits = 2; bits <= 4; bits++)
        for (int i = 0; i + 1 < 1 << (bits - 1); i++)
            assert_true(abs(nms_thresholds[bits - 2][i] - nms_levels[bits - 2][i] -
                            nms_levels[bits - 2][i + 1]) <= 5);
}

/* Full-scale square waves and steps, and codes that always change the sample in one direction:
 * sanitizers find no overflow. */
static void extremes_do_not_overflow(void **unused)
{
    static const uint8_t patterns[] = { 0x77, 0xFF, 0x7F, 0xF7, 0x00, 0x88, 0x70, 0x0F };

    (void)unused;
    for (unsigned bits = 2; bits <= 4; bits++)
        for (size_t i = 0; i < sizeof patterns; i++)
            for (size_t period = 1; period < 40; period++) {
                struct wave_format format = format_bits(bits);
                struct bytes data = { malloc(200 * format.block_align), 200u * format.block_align };
                struct sound sound;

                for (size_t at = 0; at < data.size; at++)
                    data.data[at] = (uint8_t)(patterns[i] ^ (at / period % 2 ? 0x88 : 0));
                sound = decode_all(&nms_adpcm, &format, 0, data);
                assert_int_equal(sound.count, 200 * 160);
                free(data.data);
                free(sound.samples);
            }
}

static void truncated_frames_decode_what_they_cover(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < 4; i++) {
        unsigned bits = i < 3 ? i + 2 : 8, last = 0;
        struct wave_format format = format_bits(bits);
        struct bytes data = random_frames(bits, 1, 4);
        int16_t whole[160], part[160];

        decode_once(&nms_adpcm, &format, data.data, whole, (struct offer){ data.size, 160, WHOLE });
        for (size_t bytes = 0; bytes < data.size; bytes++) {
            struct progress all = decode_once(&nms_adpcm, &format, data.data, part,
                                              (struct offer){ bytes, 160, PART });

            assert_int_equal(all.used, bytes);
            assert_true(all.made >= last && all.made * bits <= bytes * 8);
            assert_memory_equal(part, whole, all.made * 2);
            last = (unsigned)all.made;
        }
        assert_int_equal(last, 160);
        free(data.data);
    }
}

static void the_loudness_is_the_root_mean_square(void **unused)
{
    struct wave_format format = format_bits(4);
    int16_t pcm[320];
    struct bytes data;

    (void)unused;
    for (int i = 0; i < 320; i++)
        pcm[i] = (int16_t)(i < 160 ? (i % 2 ? 1000 : -1000) : INT16_MIN);
    data = encode_all(&nms_adpcm, &format, 0, (struct sound){ pcm, 320 });
    assert_int_equal(load16_le(data.data + 80), 1000);
    assert_int_equal(load16_le(data.data + 162), 32768);
    free(data.data);
}

static void headers_are_written_as_by_nms_and_read_leniently(void **unused)
{
    static const struct {
        uint32_t bit_rate, byte_rate;
        uint16_t bits, block_align;
    } written[] = { { 16800, 2100, 2, 42 },
                    { 24800, 3100, 3, 62 },
                    { 32800, 4100, 4, 82 },
                    { 64800, 8100, 8, 162 },
                    { 0, 4100, 4, 82 } };
    static const uint16_t read[][3] = {
        /* block align, bits, expected block */
        { 42, 2, 42 },  { 62, 0, 62 }, { 82, 16, 82 }, { 162, 0, 162 }, { 162, 8, 162 },
        { 1, 3, 62 },   { 0, 4, 82 },  { 2, 2, 42 },   { 82, 2, 82 },   { 420, 2, 42 },
        { 410, 4, 82 }, { 32, 0, 0 },  { 0, 0, 0 },    { 1, 16, 0 },    { 13, 4, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format =
            format_of(&nms_adpcm, (struct mode){ 8000, 1, written[i].bit_rate }, extra);

        assert_true(format.byte_rate == written[i].byte_rate &&
                    format.bits_per_sample == written[i].bits);
        assert_true(format.block_align == written[i].block_align && format.extra_size == 0);
    }
    for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
        struct wave_format format = { 0x38, 1, 8000, 1, read[i][0], read[i][1], 0, 0 };
        struct layout layout;

        assert_int_equal(parses(&nms_adpcm, &format, &layout), read[i][2] != 0);
        if (read[i][2] != 0)
            assert_true(layout.block.bytes == read[i][2] && layout.block.frames == 160);
        format.channels = 2;
        assert_false(parses(&nms_adpcm, &format, &layout));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_decode_to_their_known_samples),
        cmocka_unit_test(random_frames_decode_as_in_libsndfile),
        cmocka_unit_test(encoding_equals_libsndfile),
        cmocka_unit_test(speech_reaches_its_quality),
        cmocka_unit_test(unpacking_reverses_packing),
        cmocka_unit_test(tables_follow_their_formulas),
        cmocka_unit_test(extremes_do_not_overflow),
        cmocka_unit_test(truncated_frames_decode_what_they_cover),
        cmocka_unit_test(the_loudness_is_the_root_mean_square),
        cmocka_unit_test(headers_are_written_as_by_nms_and_read_leniently),
    };

    return cmocka_run_group_tests_name("nms_adpcm", tests, 0, 0);
}
