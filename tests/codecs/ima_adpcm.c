/* IMA ADPCM: decoding equals sox and libsndfile, which follow the standard; ffmpeg rounds
 * differently, as a model shows. */
#include <math.h>
#include "adpcm_support.h"

extern const struct codec ima_adpcm;

static const struct mode speech_mode = { 8000, 1, 0 }, music_mode = { 44100, 2, 0 };

/* A second implementation of the layout and the standard, as simple as possible: codes are gathered
 * bit by bit, and steps are computed. */
enum rounding { SHIFTS_AND_ADDS, PRODUCT };

static int model_step(int index)
{
    double step = index < 8 ? 7 + index : floor(16 * pow(1.1, index - 8));

    return step > 32767 ? 32767 : (int)step;
}

/* The offset in a block of the byte that holds a given bit of a channel's string. */
static size_t model_byte(const struct wave_format *format, unsigned channel, size_t bit)
{
    size_t byte = bit / 8;

    return 4u * format->channels + byte / 4 * 4 * format->channels + 4 * channel + byte % 4;
}

static unsigned model_code(const struct wave_format *format, const uint8_t *block, unsigned channel,
                           size_t i)
{
    unsigned code = 0;

    for (size_t bit = 0; bit < format->bits_per_sample; bit++) {
        size_t at = i * format->bits_per_sample + bit;

        code |= ((unsigned)block[model_byte(format, channel, at)] >> at % 8 & 1) << bit;
    }
    return code;
}

static int model_change(int step, int magnitude, int bits, enum rounding rounding)
{
    int sum = step >> (bits - 1);

    if (rounding == PRODUCT)
        return (2 * magnitude + 1) * step >> (bits - 1);
    for (int bit = 0; bit < bits - 1; bit++)
        sum += magnitude & 1 << bit ? step >> (bits - 2 - bit) : 0;
    return sum;
}

static void model_decode(const struct wave_format *format, const uint8_t *block, int16_t *pcm,
                         size_t samples, enum rounding rounding)
{
    static const int moves[2][8] = { { -1, -1, 1, 2 }, { -1, -1, -1, -1, 2, 4, 6, 8 } };
    int bits = format->bits_per_sample;

    for (unsigned channel = 0; channel < format->channels; channel++) {
        int sample = (int16_t)load16_le(block + 4 * channel), index = block[4 * channel + 2];

        pcm[channel] = (int16_t)sample;
        for (size_t i = 1; i < samples; i++) {
            int code = (int)model_code(format, block, channel, i - 1),
                magnitude = code % (1 << (bits - 1));
            int change = model_change(model_step(index), magnitude, bits, rounding);

            sample += code == magnitude ? change : -change;
            sample = sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample;
            index += moves[bits - 3][magnitude];
            index = index < 0 ? 0 : index > 88 ? 88 : index;
            pcm[i * format->channels + channel] = (int16_t)sample;
        }
    }
}

static struct sound decoded_by_model(const struct codec *codec, const struct coded *coded,
                                     enum rounding rounding)
{
    size_t n = coded->data.size / coded->format.block_align, frame;
    struct layout layout;
    struct sound sound;

    assert_true(parses(codec, &coded->format, &layout));
    frame = (size_t)layout.block.frames * coded->format.channels;
    sound = (struct sound){ malloc(n * frame * sizeof(int16_t) + 1), n * frame };
    for (size_t i = 0; i < n; i++)
        model_decode(&coded->format, coded->data.data + i * layout.block.bytes,
                     sound.samples + i * frame, layout.block.frames, rounding);
    return sound;
}

static struct sound decoded_by_standard(const struct codec *codec, const struct coded *coded)
{
    return decoded_by_model(codec, coded, SHIFTS_AND_ADDS);
}

static uint32_t model_covered(const struct wave_format *format, size_t bytes)
{
    uint32_t samples = 0;

    if (bytes < 4u * format->channels)
        return 0;
    while (model_byte(format, format->channels - 1u, (samples + 1u) * format->bits_per_sample - 1) <
           bytes)
        samples++;
    return samples + 1;
}

/* Blocks of noise with valid headers. */
static struct coded coded_at_random(struct wave_format *format, size_t blocks, uint32_t seed)
{
    struct bytes data = { malloc(blocks * format->block_align), blocks * format->block_align };
    struct coded coded;

    for (size_t i = 0; i < data.size; i++) {
        size_t at = i % format->block_align;

        data.data[i] = (uint8_t)(draw(&seed) >> 11);
        if (at < 4u * format->channels && at % 4 >= 2)
            data.data[i] = at % 4 == 2 ? data.data[i] % 89 : 0;
    }
    coded = coded_make(&ima_adpcm, format, data);
    free(data.data);
    return coded;
}

static struct coded coded_at_random_4(struct mode mode)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&ima_adpcm, mode, extra);

    return coded_at_random(&format, 400, 1 + mode.channels);
}

static struct wave_format format_bare(uint16_t bits, uint16_t channels, size_t block_align)
{
    return (struct wave_format){ .tag = 0x11,
                                 .channels = channels,
                                 .sample_rate = 8000,
                                 .block_align = (uint16_t)block_align,
                                 .bits_per_sample = bits };
}

static void complete_writes_what_windows_wrote(void **unused)
{
    static const struct windows_format expected[] = {
        { { 8000, 1, 0 }, 256, 505, 4055 },     { { 8000, 2, 0 }, 512, 505, 8110 },
        { { 11025, 1, 0 }, 256, 505, 5588 },    { { 11025, 2, 0 }, 512, 505, 11177 },
        { { 22050, 1, 0 }, 512, 1017, 11100 },  { { 22050, 2, 0 }, 1024, 1017, 22201 },
        { { 44100, 1, 0 }, 1024, 2041, 22125 }, { { 44100, 2, 0 }, 2048, 2041, 44251 },
        { { 6000, 1, 0 }, 256, 505, 3041 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        check_complete(&ima_adpcm, &expected[i], 2);
        assert_true(i >= 8 || (ima_adpcm.modes[i].sample_rate == expected[i].mode.sample_rate &&
                               ima_adpcm.modes[i].channels == expected[i].mode.channels));
    }
    assert_int_equal(ima_adpcm.modes[8].sample_rate, 0);
}

static void refused_modes_are_completed_too(void **unused)
{
    static const struct mode odd[] = {
        { 8000, 0, 0 }, { 0, 1, 0 }, { 8000, 300, 0 }, { 0, UINT16_MAX, 0 }, { UINT32_MAX, 8, 0 }
    };

    (void)unused;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(&ima_adpcm, odd[i], extra);
        struct layout layout;

        assert_int_equal(parses(&ima_adpcm, &format, &layout), odd[i].sample_rate == UINT32_MAX);
    }
}

static void headers_are_read_leniently(void **unused)
{
    static const struct {
        uint16_t channels, block_align, bits, extra_size, stated;
        uint32_t samples; /* 0 if refused */
    } headers[] = {
        { 1, 256, 4, 2, 505, 505 }, { 1, 256, 0, 2, 505, 505 },    { 1, 256, 4, 0, 0, 505 },
        { 1, 256, 4, 2, 0, 505 },   { 1, 256, 4, 2, 1, 505 },      { 1, 256, 4, 2, 506, 505 },
        { 1, 256, 4, 2, 498, 498 }, { 1, 256, 4, 4, 400, 400 },    { 1, 257, 4, 0, 0, 507 },
        { 1, 5, 4, 0, 0, 3 },       { 1, 65535, 4, 0, 0, 131063 }, { 2, 512, 4, 0, 0, 505 },
        { 2, 515, 4, 0, 0, 505 },   { 2, 509, 4, 0, 0, 499 },      { 2, 9, 4, 0, 0, 1 },
        { 8, 288, 4, 2, 65, 65 },   { 8, 288, 4, 2, 64, 64 },      { 1, 256, 3, 0, 0, 673 },
        { 1, 512, 3, 0, 0, 1355 },  { 1, 512, 3, 2, 1345, 1345 },  { 2, 512, 3, 0, 0, 673 },
        { 1, 256, 2, 2, 505, 0 },   { 1, 256, 8, 2, 505, 0 },      { 1, 256, 16, 2, 505, 505 },
        { 0, 256, 4, 2, 505, 0 },   { 1, 4, 4, 2, 1, 0 },          { 2, 8, 4, 0, 0, 0 },
        { 1, 0, 4, 0, 0, 0 },       { 20000, 65535, 4, 0, 0, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        uint8_t extra[4] = { (uint8_t)headers[i].stated, (uint8_t)(headers[i].stated >> 8) };
        struct wave_format format = { 0x11,
                                      headers[i].channels,
                                      8000,
                                      16000,
                                      headers[i].block_align,
                                      headers[i].bits,
                                      headers[i].extra_size,
                                      extra };
        struct layout layout = { 0 };

        assert_int_equal(parses(&ima_adpcm, &format, &layout), headers[i].samples != 0);
        if (headers[i].samples != 0 && (layout.block.frames != headers[i].samples ||
                                        layout.block.bytes != headers[i].block_align))
            fail_msg("header %zu: %u samples", i, layout.block.frames);
        format.sample_rate = 0;
        assert_false(parses(&ima_adpcm, &format, &layout));
    }
}

/* Voxware's tag is that of a game only if the header is IMA ADPCM's. */
static void voxwares_tag_needs_a_complete_header(void **unused)
{
    uint8_t extra[EXTRA_ROOM] = { 505 & 255, 505 >> 8 };
    struct wave_format format = { 0x7A, 1, 22050, 0, 256, 4, 2, extra }, other;
    struct layout layout;

    (void)unused;
    assert_true(codec_find(0x7A) == &ima_adpcm && codec_find(0x917) == &ima_adpcm);
    assert_true(parses(&ima_adpcm, &format, &layout) && layout.block.frames == 505);
    other = format;
    other.bits_per_sample = 0;
    assert_false(parses(&ima_adpcm, &other, &layout));
    other = format;
    other.extra_size = 0;
    assert_false(parses(&ima_adpcm, &other, &layout));
    other.extra_size = 18;
    assert_false(parses(&ima_adpcm, &other, &layout));
    extra[0]++;
    assert_false(parses(&ima_adpcm, &format, &layout));
    format.tag = 0x917;
    assert_true(parses(&ima_adpcm, &format, &layout) && layout.block.frames == 505);
    format.tag = 0x7A;
    codec_complete(&ima_adpcm, &format, &music_mode);
    assert_true(parses(&ima_adpcm, &format, &layout) && layout.block.frames == 2041);
}

static const struct adpcm_peers peers = { &ima_adpcm, "adpcm_ima_wav", "ima-adpcm",
                                          coded_at_random_4 };

static void decoding_equals_libsndfile(void **unused)
{
    (void)unused;
    check_streams(&peers, decoded_by_sndfile, "libsndfile", true);
}

static void decoding_equals_sox(void **unused)
{
    (void)unused;
    check_streams(&peers, decoded_by_sox, "sox", true);
}

static void decoding_equals_the_standard(void **unused)
{
    (void)unused;
    check_streams(&peers, decoded_by_standard, "the standard's arithmetic", false);
}

static void check_sample(const char *name)
{
    decoder_of_peer *const decoders[] = { decoded_by_standard, decoded_by_sox, decoded_by_sndfile };
    size_t n = 0;

    for (size_t i = 0; i < 3; i++)
        n = check_equal(&ima_adpcm, coded_whole(&ima_adpcm, coded_open(sample_read(name))),
                        decoders[i], name);
    print_message("%s: %zu samples equal sox and libsndfile\n", name, n);
}

static void real_files_decode_as_in_peers(void **unused)
{
    (void)unused;
    check_sample("ima22m.wav");
    check_sample("4-bit-imaadpcm-8kHz-noBext-mono-reaper.wav");
    check_sample("ima-stereo-wrong-byte-rate.wav");
}

/* Only the rounding of each change differs, by at most one, and clipping does not increase the
 * difference. */
static void codes_of_3_bits_equal_ffmpeg_except_for_its_rounding(void **unused)
{
    size_t n = 0;

    (void)unused;
    for (uint16_t channels = 1; channels <= 2; channels++) {
        struct wave_format format = format_bare(3, channels, 256u * channels);
        struct coded coded = coded_at_random(&format, 200, channels);
        struct sound ours = decoded_by_us(&ima_adpcm, &coded),
                     theirs = decoded_by_ffmpeg(&ima_adpcm, &coded);
        struct sound model = decoded_by_model(&ima_adpcm, &coded, PRODUCT);

        assert_true(ours.count == theirs.count && ours.count == 200u * 673 * channels);
        assert_memory_equal(theirs.samples, model.samples, ours.count * sizeof(int16_t));
        for (size_t i = 0; i < ours.count; i++)
            assert_true((size_t)abs(ours.samples[i] - theirs.samples[i]) <= i / channels % 673);
        n += check_equal(&ima_adpcm, coded, decoded_by_standard, "3 bits");
        free(ours.samples);
        free(theirs.samples);
        free(model.samples);
    }
    print_message("%zu 3-bit samples equal the standard's arithmetic, and ffmpeg's with its "
                  "rounding\n",
                  n);
}

static void codes_of_3_bits_follow_the_standard(void **unused)
{
    static const uint16_t sizes[] = { 5, 7, 16, 17, 100, 256, 511, 1024 };

    (void)unused;
    for (uint16_t channels = 1; channels <= 8; channels++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct wave_format format = format_bare(3, channels, (size_t)sizes[i] * channels);

            check_equal(&ima_adpcm, coded_at_random(&format, 10, channels), decoded_by_standard,
                        "3 bits");
        }
}

/* One block for every index, pair of codes and a few samples. */
static void every_state_takes_every_code(void **unused)
{
    static const int16_t samples[] = { -32768, -32767, -30000, -4096, -100,  -1,    0,
                                       1,      2,      99,     5000,  20000, 32760, 32767 };
    size_t n = sizeof samples / sizeof *samples * 89 * 256;
    struct wave_format formats[] = { format_bare(3, 1, 5), format_bare(4, 1, 5) };
    struct bytes data = { malloc(n * 5), n * 5 };

    (void)unused;
    for (size_t i = 0; i < n; i++) {
        store16_le(data.data + 5 * i, (uint16_t)samples[i / (89 * 256)]);
        data.data[5 * i + 2] = (uint8_t)(i / 256 % 89);
        data.data[5 * i + 3] = 0;
        data.data[5 * i + 4] = (uint8_t)i;
    }
    for (size_t i = 0; i < 2; i++)
        check_equal(&ima_adpcm, coded_make(&ima_adpcm, &formats[i], data), decoded_by_standard,
                    "a state");
    free(data.data);
}

static void an_index_beyond_the_table_is_the_last_one(void **unused)
{
    struct wave_format format = format_bare(4, 1, 8);
    uint8_t block[8] = { 0x34, 0x12, 88, 0, 0x17, 0x92, 0xF3, 0x58 };
    int16_t last[9], beyond[9];

    (void)unused;
    decode_once(&ima_adpcm, &format, block, last, (struct offer){ 8, 9, WHOLE });
    for (unsigned index = 89; index < 256; index++) {
        block[2] = (uint8_t)index;
        block[3] = (uint8_t)index;
        decode_once(&ima_adpcm, &format, block, beyond, (struct offer){ 8, 9, WHOLE });
        assert_memory_equal(last, beyond, sizeof last);
    }
}

/* The kernels limit the index in every lane: more blocks than the widest of them has lanes. */
static void every_lane_limits_its_index(void **unused)
{
    enum { BLOCKS = 41, BYTES = 36 };

    (void)unused;
    for (uint8_t simd = 0; simd <= best_set(); simd++)
        for (uint16_t channels = 1; channels <= 2; channels++) {
            struct wave_format format = format_bare(4, channels, (uint16_t)(BYTES * channels));
            struct options options = { .quality = 1, .dsp = dsp_set(simd) };
            uint8_t last[BLOCKS * 2 * BYTES], beyond[BLOCKS * 2 * BYTES];
            struct bytes bytes = { last, (size_t)BLOCKS * channels * BYTES };
            struct sound a, b;
            uint32_t seed = 88;

            for (size_t i = 0; i < bytes.size; i++)
                last[i] = beyond[i] = (uint8_t)(draw(&seed) >> 9);
            for (size_t block = 0; block < BLOCKS; block++)
                for (size_t channel = 0; channel < channels; channel++) {
                    size_t index = block * BYTES * channels + 4 * channel + 2;

                    last[index] = 88;
                    beyond[index] = (uint8_t)(89 + (block * 4 + channel) % 167);
                }
            a = decode_all(&ima_adpcm, &format, &options, bytes);
            bytes.data = beyond;
            b = decode_all(&ima_adpcm, &format, &options, bytes);
            assert_int_equal(a.count, b.count);
            assert_memory_equal(a.samples, b.samples, a.count * sizeof *a.samples);
            free(a.samples), free(b.samples);
        }
}

static void a_truncated_block_decodes_what_it_covers(void **unused)
{
    (void)unused;
    for (uint16_t channels = 1; channels <= 3; channels++)
        for (uint16_t bits = 3; bits <= 4; bits++)
            for (uint16_t extra_size = 0; extra_size <= 2; extra_size += 2) {
                uint8_t extra[2] = { 40, 0 };
                struct wave_format format = format_bare(bits, channels, 41u * channels + 1);
                struct coded coded;

                format.extra = extra;
                format.extra_size = extra_size;
                coded = coded_at_random(&format, 1, bits);
                check_prefixes(&ima_adpcm, &format, coded.data.data, model_covered);
                free(coded.file.data);
            }
}

static void odd_blocks_are_encoded_and_decoded(void **unused)
{
    static const uint16_t sizes[] = { 9, 36, 37, 62, 256, 8191 };

    (void)unused;
    for (uint16_t channels = 1; channels <= 8; channels += channels)
        for (uint16_t bits = 3; bits <= 4; bits++)
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                struct wave_format format =
                    format_bare(bits, channels, (size_t)sizes[i] * channels);

                check_round_trip(&ima_adpcm, &format, bits == 3 ? 0.5 : 4.5);
            }
}

static void silence_stays_silent(void **unused)
{
    (void)unused;
    for (size_t i = 0; ima_adpcm.modes[i].sample_rate; i++)
        check_silence(&ima_adpcm, ima_adpcm.modes[i]);
}

/* ffmpeg's streams have the best SNR with ffmpeg's decoder, whose rounding they assume. */
static void check_encoder(struct mode mode, struct sound sound, const char *what)
{
    double ours = quality(&ima_adpcm, coded_by_us(&ima_adpcm, mode, sound), decoded_by_us, sound);
    double drifting = quality(&ima_adpcm, coded_by_ffmpeg(&ima_adpcm, "adpcm_ima_wav", mode, sound),
                              decoded_by_us, sound);
    double ffmpeg = quality(&ima_adpcm, coded_by_ffmpeg(&ima_adpcm, "adpcm_ima_wav", mode, sound),
                            decoded_by_ffmpeg, sound);
    double sox = quality(&ima_adpcm, coded_by_sox("ima-adpcm", mode, sound), decoded_by_us, sound);

    print_message("%s: %.2f dB; ffmpeg %.2f (%.2f with its own decoder), sox %.2f\n", what, ours,
                  drifting, ffmpeg, sox);
    assert_true(ours >= drifting && ours >= ffmpeg);
    free(sound.samples);
}

static void speech_is_encoded_better_than_by_ffmpeg(void **unused)
{
    (void)unused;
    check_encoder(speech_mode, speech(), "speech");
}

static void music_is_encoded_better_than_by_ffmpeg(void **unused)
{
    (void)unused;
    check_encoder(music_mode, music(), "music");
}

static void speech_in_3_bits_stays_above_its_floor(void **unused)
{
    struct sound sound = speech();
    struct wave_format format = format_bare(3, 1, 256);
    struct bytes data = encode_all(&ima_adpcm, &format, 0, sound);
    double decibels =
        quality(&ima_adpcm, coded_make(&ima_adpcm, &format, data), decoded_by_us, sound);

    (void)unused;
    print_message("speech in 3 bits: %.2f dB\n", decibels);
    assert_true(decibels > 11.6);
    free(sound.samples);
    free(data.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(complete_writes_what_windows_wrote),
        cmocka_unit_test(refused_modes_are_completed_too),
        cmocka_unit_test(headers_are_read_leniently),
        cmocka_unit_test(voxwares_tag_needs_a_complete_header),
        cmocka_unit_test(decoding_equals_libsndfile),
        cmocka_unit_test(decoding_equals_sox),
        cmocka_unit_test(decoding_equals_the_standard),
        cmocka_unit_test(real_files_decode_as_in_peers),
        cmocka_unit_test(codes_of_3_bits_equal_ffmpeg_except_for_its_rounding),
        cmocka_unit_test(codes_of_3_bits_follow_the_standard),
        cmocka_unit_test(every_state_takes_every_code),
        cmocka_unit_test(an_index_beyond_the_table_is_the_last_one),
        cmocka_unit_test(every_lane_limits_its_index),
        cmocka_unit_test(a_truncated_block_decodes_what_it_covers),
        cmocka_unit_test(odd_blocks_are_encoded_and_decoded),
        cmocka_unit_test(silence_stays_silent),
        cmocka_unit_test(speech_is_encoded_better_than_by_ffmpeg),
        cmocka_unit_test(music_is_encoded_better_than_by_ffmpeg),
        cmocka_unit_test(speech_in_3_bits_stays_above_its_floor),
    };

    return cmocka_run_group_tests_name("ima_adpcm", tests, 0, 0);
}
