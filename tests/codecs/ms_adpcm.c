/* Microsoft ADPCM: decoding equals ffmpeg's, which divides as the published text does. ffmpeg knows
 * the standard predictors only; a model checks the others. sox and libsndfile shift, and are equal
 * where that makes no difference. */
#include "adpcm_support.h"

extern const struct codec ms_adpcm;

static const struct mode speech_mode = { 8000, 1, 0 };

/* A second implementation of the published pseudo-code, one frame at a time, in integers that
 * cannot overflow. */
struct model {
    int64_t newer, older, delta, weights[2];
};

static int model_step(struct model *model, int code)
{
    static const int growth[16] = { 230, 230, 230, 230, 307, 409, 512, 614,
                                    768, 614, 512, 409, 307, 230, 230, 230 };
    int64_t sample = (model->newer * model->weights[0] + model->older * model->weights[1]) / 256;

    sample += (code < 8 ? code : code - 16) * model->delta;
    model->older = model->newer;
    model->newer = sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample;
    model->delta = model->delta * growth[code] / 256;
    model->delta = model->delta < 16 ? 16 : model->delta > 2796202 ? 2796202 : model->delta;
    return (int)model->newer;
}

static void model_decode(unsigned channels, const uint8_t *block, int16_t *pcm, size_t samples,
                         const int16_t (*table)[2])
{
    struct model models[2];

    for (unsigned c = 0; c < channels; c++) {
        const uint8_t *fields = block + channels + 2 * c;

        models[c].delta = (int16_t)load16_le(fields);
        models[c].newer = (int16_t)load16_le(fields + 2 * channels);
        models[c].older = (int16_t)load16_le(fields + 4 * channels);
        models[c].weights[0] = table[block[c]][0];
        models[c].weights[1] = table[block[c]][1];
        pcm[c] = (int16_t)models[c].older;
        pcm[channels + c] = (int16_t)models[c].newer;
    }
    for (size_t i = 2 * channels; i < samples * channels; i++) {
        size_t at = i - 2 * channels;
        int byte = block[7 * channels + at / 2];

        pcm[i] = (int16_t)model_step(&models[at % channels], at % 2 ? byte % 16 : byte / 16);
    }
}

static struct sound decoded_by_model(const struct codec *codec, const struct coded *coded)
{
    size_t n = coded->data.size / coded->format.block_align, frame;
    int16_t table[256][2];
    struct layout layout;
    struct sound sound;

    assert_true(parses(codec, &coded->format, &layout));
    frame = (size_t)layout.block.frames * coded->format.channels;
    sound = (struct sound){ malloc(n * frame * sizeof(int16_t) + 1), n * frame };
    for (unsigned i = 0; i < 256 && coded->format.extra_size >= 8 + 4 * i; i++) {
        table[i][0] = (int16_t)load16_le(coded->format.extra + 4 + 4 * i);
        table[i][1] = (int16_t)load16_le(coded->format.extra + 6 + 4 * i);
    }
    for (size_t i = 0; i < n; i++)
        model_decode(coded->format.channels, coded->data.data + i * layout.block.bytes,
                     sound.samples + i * frame, layout.block.frames, (const int16_t(*)[2])table);
    return sound;
}

static uint32_t model_covered(const struct wave_format *format, size_t bytes)
{
    uint32_t samples = 2;

    if (bytes < 7u * format->channels)
        return 0;
    for (size_t bits = (bytes - 7u * format->channels) * 8; bits >= 4u * format->channels;
         bits -= 4u * format->channels)
        samples++;
    return samples;
}

/* Blocks of noise with valid predictors; some end with nothing but codes that increase the
 * delta. */
static struct coded coded_at_random(const struct wave_format *format, unsigned predictors,
                                    size_t blocks, uint32_t seed)
{
    struct bytes data = { malloc(blocks * format->block_align), blocks * format->block_align };
    struct coded coded;

    for (size_t i = 0; i < data.size; i++) {
        size_t at = i % format->block_align, block = i / format->block_align;

        data.data[i] = (uint8_t)(draw(&seed) >> 11);
        if (at < format->channels)
            data.data[i] = (uint8_t)(data.data[i] % predictors);
        else if (at > 20 && block % 4 == 3)
            data.data[i] = (uint8_t[]){ 0x88, 0x77, 0x78, 0x87 }[block / 4 % 4];
    }
    coded = coded_make(&ms_adpcm, format, data);
    free(data.data);
    return coded;
}

static struct coded coded_at_random_7(struct mode mode, uint32_t seed)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&ms_adpcm, mode, extra);

    return coded_at_random(&format, 7, 400, seed);
}

/* A format with a table of predictors, but without a number of samples per block. `extra` has room
 * for 4 + 4 n bytes. */
static struct wave_format format_with(uint8_t *extra, const int16_t (*table)[2], uint16_t n,
                                      uint16_t channels, size_t block_align)
{
    store16_le(extra, 0);
    store16_le(extra + 2, n);
    for (unsigned i = 0; i < n; i++) {
        store16_le(extra + 4 + 4 * i, (uint16_t)table[i][0]);
        store16_le(extra + 6 + 4 * i, (uint16_t)table[i][1]);
    }
    return (struct wave_format){
        2, channels, 8000, 0, (uint16_t)block_align, 4, (uint16_t)(4 + 4 * n), extra
    };
}

static void complete_writes_what_windows_wrote(void **unused)
{
    static const struct windows_format expected[] = {
        { { 8000, 1, 0 }, 256, 500, 4096 },     { { 8000, 2, 0 }, 512, 500, 8192 },
        { { 11025, 1, 0 }, 256, 500, 5644 },    { { 11025, 2, 0 }, 512, 500, 11289 },
        { { 22050, 1, 0 }, 512, 1012, 11155 },  { { 22050, 2, 0 }, 1024, 1012, 22311 },
        { { 44100, 1, 0 }, 1024, 2036, 22179 }, { { 44100, 2, 0 }, 2048, 2036, 44359 },
    };
    static const uint8_t extra_after_samples[30] = {
        7, 0,    0, 1,    0, 0, 0, 2,    0, 0xFF, 0,    0,    0, 0,    0xC0,
        0, 0x40, 0, 0xF0, 0, 0, 0, 0xCC, 1, 0x30, 0xFF, 0x88, 1, 0x18, 0xFF
    };

    (void)unused;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        uint8_t extra[EXTRA_ROOM];

        check_complete(&ms_adpcm, &expected[i], 32);
        format_of(&ms_adpcm, expected[i].mode, extra);
        assert_memory_equal(extra + 2, extra_after_samples, 30);
        assert_true(ms_adpcm.modes[i].sample_rate == expected[i].mode.sample_rate &&
                    ms_adpcm.modes[i].channels == expected[i].mode.channels);
    }
    assert_int_equal(ms_adpcm.modes[8].sample_rate, 0);
}

static void headers_are_read_leniently(void **unused)
{
    static const struct {
        uint16_t channels, block_align, bits, extra_size, stated;
        uint32_t samples; /* 0 if refused */
    } headers[] = {
        { 1, 256, 4, 32, 500, 500 }, { 1, 256, 0, 32, 500, 500 },   { 1, 256, 4, 0, 0, 500 },
        { 1, 256, 4, 2, 400, 400 },  { 1, 256, 4, 32, 0, 500 },     { 1, 256, 4, 32, 1, 500 },
        { 1, 256, 4, 32, 501, 500 }, { 1, 256, 4, 32, 2, 500 },     { 1, 7, 4, 0, 0, 2 },
        { 1, 8, 4, 0, 0, 4 },        { 2, 14, 4, 0, 0, 2 },         { 2, 15, 4, 0, 0, 3 },
        { 2, 513, 4, 0, 0, 501 },    { 1, 65535, 4, 0, 0, 131058 }, { 1, 6, 4, 0, 0, 0 },
        { 2, 13, 4, 0, 0, 0 },       { 1, 256, 3, 32, 500, 0 },     { 1, 256, 16, 32, 500, 500 },
        { 1, 256, 8, 32, 500, 500 }, { 0, 256, 4, 32, 500, 0 },     { 3, 256, 4, 0, 0, 0 },
        { 1, 0, 4, 0, 0, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        uint8_t extra[32] = { (uint8_t)headers[i].stated, (uint8_t)(headers[i].stated >> 8) };
        struct wave_format format = { 2,
                                      headers[i].channels,
                                      8000,
                                      16000,
                                      headers[i].block_align,
                                      headers[i].bits,
                                      headers[i].extra_size,
                                      extra };
        struct layout layout = { 0 };

        assert_int_equal(parses(&ms_adpcm, &format, &layout), headers[i].samples != 0);
        if (headers[i].samples != 0 && (layout.block.frames != headers[i].samples ||
                                        layout.block.bytes != headers[i].block_align))
            fail_msg("header %zu: %u samples", i, layout.block.frames);
        format.sample_rate = 0;
        assert_false(parses(&ms_adpcm, &format, &layout));
    }
}

static struct coded coded_at_random_noise(struct mode mode)
{
    return coded_at_random_7(mode, mode.channels + mode.sample_rate);
}

static const struct adpcm_peers peers = { &ms_adpcm, "adpcm_ms", "ms-adpcm",
                                          coded_at_random_noise };

static void decoding_equals_ffmpeg(void **unused)
{
    (void)unused;
    check_streams(&peers, decoded_by_ffmpeg, "ffmpeg", true);
}

static void decoding_equals_the_published_text(void **unused)
{
    (void)unused;
    check_streams(&peers, decoded_by_model, "the published arithmetic", false);
}

/* ffmpeg's encoder uses predictor 0 alone, whose division has no remainder. */
static void integer_weights_decode_as_in_all_peers(void **unused)
{
    struct sound sound = generated(100000, 4);
    size_t n = 0;

    (void)unused;
    for (uint16_t channels = 1; channels <= 2; channels++) {
        n +=
            check_equal(&ms_adpcm, peers_ffmpeg(&peers, (struct mode){ 22050, channels, 0 }, sound),
                        decoded_by_sox, "sox");
        n +=
            check_equal(&ms_adpcm, peers_ffmpeg(&peers, (struct mode){ 22050, channels, 0 }, sound),
                        decoded_by_sndfile, "libsndfile");
    }
    print_message("%zu samples equal sox and libsndfile\n", n);
    free(sound.samples);
}

static void other_predictors_are_honored(void **unused)
{
    static const int16_t table[][2] = { { 256, 0 },       { 512, -256 },      { 0, 0 },
                                        { 192, 64 },      { 240, 0 },         { 460, -208 },
                                        { 392, -232 },    { 500, -250 },      { -256, 128 },
                                        { 32767, 32767 }, { -32767, -32767 }, { 32767, -32767 },
                                        { 1, -1 } };
    size_t n = 0;

    (void)unused;
    for (uint16_t channels = 1; channels <= 2; channels++)
        for (uint16_t first = 0; first < 13; first++) {
            uint8_t extra[4 + sizeof table / sizeof **table * 2];
            struct wave_format format =
                format_with(extra, table + first, (uint16_t)(13 - first), channels, 300);
            struct coded coded = coded_at_random(&format, 13u - first, 100, first);

            n += check_equal(&ms_adpcm, coded, decoded_by_model, "other predictors");
        }
    print_message("%zu samples of other predictors equal the published arithmetic\n", n);
}

/* Decodes the stream with another header. */
static void check_standard(const struct coded *coded, uint16_t extra_size, uint16_t predictors)
{
    uint8_t extra[64] = { 0xF4, 1, (uint8_t)predictors, (uint8_t)(predictors >> 8), 1, 2, 3, 4, 5 };
    struct coded bare = *coded;
    struct sound expected = decoded_by_us(&ms_adpcm, coded), sound;

    bare.format.extra = extra;
    bare.format.extra_size = extra_size;
    sound = decoded_by_us(&ms_adpcm, &bare);
    assert_int_equal(sound.count, expected.count);
    assert_memory_equal(sound.samples, expected.samples, expected.count * sizeof(int16_t));
    free(sound.samples);
    free(expected.samples);
}

static void an_invalid_table_is_replaced_by_the_standard_one(void **unused)
{
    struct coded coded = coded_at_random_7(speech_mode, 5);

    (void)unused;
    check_standard(&coded, 0, 0);
    check_standard(&coded, 1, 7);
    check_standard(&coded, 2, 7);
    check_standard(&coded, 3, 7);
    check_standard(&coded, 4, 7);
    check_standard(&coded, 31, 7);
    check_standard(&coded, 32, 0);
    check_standard(&coded, 32, 8);
    check_standard(&coded, 64, 0x8001);
    free(coded.file.data);
}

static void a_predictor_beyond_the_table_is_the_last_one(void **unused)
{
    static const int16_t table[][2] = { { 100, 50 }, { -32768, -32768 }, { 300, -100 } };
    uint8_t extra[16], block[32], same[32];
    struct wave_format formats[] = { format_with(extra, table, 3, 1, 32),
                                     { 2, 1, 8000, 0, 32, 4, 0, 0 } };
    uint32_t seed = 9;

    (void)unused;
    for (size_t i = 0; i < 32; i++)
        block[i] = same[i] = (uint8_t)(draw(&seed) >> 11);
    for (unsigned f = 0; f < 2; f++)
        for (unsigned predictor = 0; predictor < 256; predictor++) {
            unsigned last = f ? 6 : 2;
            int16_t pcm[52], expected[52];

            block[0] = (uint8_t)predictor;
            same[0] = (uint8_t)(predictor < last ? predictor : last);
            decode_once(&ms_adpcm, &formats[f], block, pcm, (struct offer){ 32, 52, WHOLE });
            decode_once(&ms_adpcm, &formats[f], same, expected, (struct offer){ 32, 52, WHOLE });
            assert_memory_equal(pcm, expected, sizeof pcm);
        }
}

/* One block for every predictor, code and a few samples and deltas, with the code twice. A weight
 * of -32768 counts as -32767. */
static void every_state_takes_every_code(void **unused)
{
    static const int16_t table[][2] = { { 256, 0 },    { 512, -256 },    { 0, 0 },
                                        { 192, 64 },   { 240, 0 },       { 460, -208 },
                                        { 392, -232 }, { 32767, 32767 }, { -32767, -32767 } };
    static const int16_t lowest[][2] = { { -32768, -32768 }, { 32767, -32768 } };
    static const int16_t clamped[][2] = { { -32767, -32767 }, { 32767, -32767 } };
    static const int16_t values[] = {
        -32768, -32767, -1000, -16, -1, 0, 1, 15, 16, 17, 1234, 32767
    };
    enum { VALUES = sizeof values / sizeof *values, CASES = 9 * VALUES * VALUES * VALUES };
    uint8_t extra[40], lowest_extra[12];
    struct wave_format format = format_with(extra, table, 9, 1, 8),
                       with_lowest = format_with(lowest_extra, lowest, 2, 1, 8);
    struct bytes data = { malloc(CASES * 8), CASES * 8 };
    struct coded coded;
    struct sound sound, expected;

    (void)unused;
    for (unsigned code = 0; code < 256; code += 17) {
        for (size_t i = 0; i < CASES; i++) {
            uint8_t *block = data.data + 8 * i;

            block[0] = (uint8_t)(i % 9);
            store16_le(block + 1, (uint16_t)values[i / 9 % VALUES]);
            store16_le(block + 3, (uint16_t)values[i / 9 / VALUES % VALUES]);
            store16_le(block + 5, (uint16_t)values[i / 9 / VALUES / VALUES]);
            block[7] = (uint8_t)code;
        }
        check_equal(&ms_adpcm, coded_make(&ms_adpcm, &format, data), decoded_by_model, "a state");
    }
    sound = decode_all(&ms_adpcm, &with_lowest, 0, data);
    format_with(lowest_extra, clamped, 2, 1, 8);
    for (size_t i = 0; i < CASES; i++)
        data.data[8 * i] = data.data[8 * i] != 0;
    coded = coded_make(&ms_adpcm, &with_lowest, data);
    expected = decoded_by_model(&ms_adpcm, &coded);
    assert_int_equal(sound.count, expected.count);
    assert_memory_equal(sound.samples, expected.samples, expected.count * sizeof(int16_t));
    free(sound.samples);
    free(expected.samples);
    free(coded.file.data);
    free(data.data);
}

static void a_truncated_block_decodes_what_it_covers(void **unused)
{
    (void)unused;
    for (uint16_t channels = 1; channels <= 2; channels++)
        for (uint16_t stated = 0; stated <= 60; stated += 60) {
            uint8_t extra[2] = { (uint8_t)stated, 0 };
            struct wave_format format = { 2, channels, 8000, 0, (uint16_t)(41 * channels + 1),
                                          4, 2,        extra };
            struct coded coded = coded_at_random(&format, 7, 1, stated);

            check_prefixes(&ms_adpcm, &format, coded.data.data, model_covered);
            free(coded.file.data);
        }
}

static void odd_blocks_are_encoded_and_decoded(void **unused)
{
    static const uint16_t sizes[] = { 7, 8, 9, 20, 31, 256, 1023, 65535 };

    (void)unused;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct wave_format mono = { 2, 1, 8000, 0, sizes[i], 4, 0, 0 },
                           stereo = { 2, 2, 8000, 0, sizes[i], 4, 0, 0 };

        check_round_trip(&ms_adpcm, &mono, 7);
        if (sizes[i] >= 14)
            check_round_trip(&ms_adpcm, &stereo, 7);
    }
}

/* Nine useless predictors, and a last one that suits a slow tone. */
static void the_encoder_searches_the_formats_own_predictors(void **unused)
{
    static const int16_t table[][2] = { { 0, 0 },     { 0, 0 },         { -256, 0 },
                                        { 0, -256 },  { 32767, 32767 }, { -32768, -32768 },
                                        { 100, 0 },   { 0, 0 },         { 0, 1 },
                                        { 511, -256 } };
    uint8_t extra[44];
    struct wave_format format = format_with(extra, table, 10, 1, 256),
                       bare = { 2, 1, 8000, 0, 256, 4, 0, 0 };
    struct sound sound = generated(1999, 1), own, usual;
    struct bytes data, standard_data;

    (void)unused;
    data = encode_all(&ms_adpcm, &format, 0, sound);
    standard_data = encode_all(&ms_adpcm, &bare, 0, sound);
    own = decode_all(&ms_adpcm, &format, 0, data);
    usual = decode_all(&ms_adpcm, &bare, 0, standard_data);
    for (size_t i = 0; i < data.size / 256; i++) {
        assert_int_equal(data.data[256 * i], 9);
        assert_true(standard_data.data[256 * i] < 7);
    }
    print_message("own predictors %.2f dB, standard ones %.2f\n",
                  snr(sound.samples, own.samples, sound.count),
                  snr(sound.samples, usual.samples, sound.count));
    assert_true(snr(sound.samples, own.samples, sound.count) > 20);
    free(sound.samples);
    free(own.samples);
    free(usual.samples);
    free(data.data);
    free(standard_data.data);
}

static void silence_stays_silent(void **unused)
{
    (void)unused;
    for (size_t i = 0; ms_adpcm.modes[i].sample_rate; i++)
        check_silence(&ms_adpcm, ms_adpcm.modes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(complete_writes_what_windows_wrote),
        cmocka_unit_test(headers_are_read_leniently),
        cmocka_unit_test(decoding_equals_ffmpeg),
        cmocka_unit_test(decoding_equals_the_published_text),
        cmocka_unit_test(integer_weights_decode_as_in_all_peers),
        cmocka_unit_test(other_predictors_are_honored),
        cmocka_unit_test(an_invalid_table_is_replaced_by_the_standard_one),
        cmocka_unit_test(a_predictor_beyond_the_table_is_the_last_one),
        cmocka_unit_test(every_state_takes_every_code),
        cmocka_unit_test(a_truncated_block_decodes_what_it_covers),
        cmocka_unit_test(odd_blocks_are_encoded_and_decoded),
        cmocka_unit_test(silence_stays_silent),
        cmocka_unit_test(the_encoder_searches_the_formats_own_predictors),
    };

    return cmocka_run_group_tests_name("ms_adpcm", tests, 0, 0);
}
