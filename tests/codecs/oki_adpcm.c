/* OKI and Dialogic ADPCM: decoding equals ffmpeg always, and sox unless a sample saturates;
 * encoding follows the note. */
#include <math.h>
#include "fixed.h"
#include "codecs/oki_adpcm/tables.h"
#include "adpcm_support.h"

extern const struct codec oki_adpcm, dialogic_adpcm;

static const struct mode speech_mode = { 8000, 1, 0 }, stereo_mode = { 44100, 2, 0 };

/* A second implementation of the note, straight from its text, with the note's 12-bit limits or the
 * 16-bit limits of sox and libsndfile. */
struct model {
    int sample, index, low, high;
};

static const struct model note = { 0, 0, -2048 * 16, 2047 * 16 },
                          of_16_bits = { 0, 0, -32768, 32767 };

static int model_step(int index) { return (int)floor(16 * pow(1.1, index)); }

static int model_decode(struct model *model, int code)
{
    static const int moves[8] = { -1, -1, -1, -1, 2, 4, 6, 8 };
    double step = model_step(model->index);
    int change = (int)((code & 4 ? step : 0) + (code & 2 ? step / 2 : 0) +
                       (code & 1 ? step / 4 : 0) + step / 8);

    model->sample += 16 * (code & 8 ? -change : change);
    model->sample = model->sample > model->high  ? model->high
                    : model->sample < model->low ? model->low
                                                 : model->sample;
    model->index += moves[code & 7];
    model->index = model->index < 0 ? 0 : model->index > 48 ? 48 : model->index;
    return model->sample;
}

static int model_encode(struct model *model, double sample)
{
    double step = model_step(model->index), difference = (sample - model->sample) / 16;
    int code = difference < 0 ? 8 : 0;

    difference = fabs(difference);
    for (int weight = 4; weight != 0; weight /= 2)
        if (difference >= step * weight / 4) {
            code |= weight;
            difference -= step * weight / 4;
        }
    model_decode(model, code);
    return code;
}

static struct bytes encoded_by_model(struct model model, struct sound sound)
{
    struct bytes bytes = { calloc(sound.count / 2 + 1, 1), (sound.count + 1) / 2 };

    for (size_t i = 0; i < 2 * bytes.size; i++)
        bytes.data[i / 2] |= (uint8_t)(model_encode(&model, i < sound.count ? sound.samples[i] : 0)
                                       << (i % 2 ? 0 : 4));
    return bytes;
}

static struct sound decoded_by_model(struct model model, struct bytes bytes)
{
    struct sound sound = { malloc(bytes.size * 4 + 1), bytes.size * 2 };

    for (size_t i = 0; i < sound.count; i++)
        sound.samples[i] = (int16_t)model_decode(&model, bytes.data[i / 2] >> (i % 2 ? 0 : 4) & 15);
    return sound;
}

static struct coded coded_random(const struct codec *codec, struct mode mode, uint32_t seed)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(codec, mode, extra);
    struct bytes data = { malloc(100000), 100000 };
    struct coded coded;

    for (size_t i = 0; i < data.size; i++)
        data.data[i] = (uint8_t)(draw(&seed) >> 11);
    coded = coded_make(codec, &format, data);
    free(data.data);
    return coded;
}

static struct bytes sox_encodes(struct sound sound)
{
    return peer_run("sox -V1 -D -t s16 -r 8000 -c 1 - -t vox -", sound.samples, sound.count * 2);
}

static struct sound sox_decodes(struct bytes code)
{
    struct bytes pcm = peer_run("sox -V1 -D -t vox -r 8000 - -t s16 -", code.data, code.size);

    return (struct sound){ (int16_t *)(void *)pcm.data, pcm.size / 2 };
}

/* Of a code's effect: falls are in front of the rises, the greatest first. */
static int place_of(int code) { return code & 8 ? OKI_RISES - 1 - (code & 7) : OKI_RISES + code; }

static void the_tables_follow_from_the_note(void **unused)
{
    (void)unused;
    for (int index = 0; index < OKI_STEPS; index++) {
        for (int code = 0; code < OKI_CODES; code++) {
            struct model model = { 0, index, INT32_MIN, INT32_MAX };
            int sample = model_decode(&model, code);
            const struct oki_effect *effect = &oki_effects[OKI_CODES * index + place_of(code)];

            assert_int_equal((effect->change - OKI_BIAS) * 2, sample);
            assert_int_equal(effect->next, OKI_STRIDE * model.index);
            assert_int_equal(effect->reciprocal,
                             (int32_t)(-1 - floor(4294967296.0 / (4 * model_step(model.index)))));
        }
    }
}

/* From every step, a pair of codes leads where one code after the other does. */
static void the_moves_of_pairs_are_those_of_their_codes(void **unused)
{
    (void)unused;
    for (int index = 0; index < OKI_STEPS; index++)
        for (int one = 0; one < OKI_CODES; one++)
            for (int other = 0; other < OKI_CODES; other++) {
                const struct oki_moves *moves = &oki_moves[OKI_CODES * one + other];
                int first = oki_effects[OKI_CODES * index + place_of(one)].next / OKI_STRIDE,
                    second = oki_effects[OKI_CODES * first + place_of(other)].next / OKI_STRIDE;

                assert_int_equal(clamp(index + moves->sum, moves->least, moves->most), second);
                assert_int_equal(moves->places, OKI_CODES * place_of(one) + place_of(other));
            }
}

/* Of the step that the smallest magnitude leads to, or of the largest one. */
static int32_t reciprocal_of(int index)
{
    bool last = index == OKI_STEPS - 1;

    return oki_effects[OKI_CODES * (last ? index : index + 1) + place_of(last ? 7 : 0)].reciprocal;
}

/* A sample that is too high by n or too low by n yields the same magnitude. */
static void the_reciprocal_divides_every_distance(void **unused)
{
    (void)unused;
    for (int index = 0; index < OKI_STEPS; index++)
        for (int n = 0; n < 65536; n++) {
            int quotient = n / (4 * model_step(index));

            assert_int_equal(-(int64_t)n * reciprocal_of(index) >> 32, quotient);
            assert_true(n == 0 || (int64_t)n * reciprocal_of(index) >> 32 == -1 - quotient);
        }
}

static void decoding_equals_ffmpeg(void **unused)
{
    struct sound voice = speech(), loud = generated(100001, 3);
    size_t n = 0;

    (void)unused;
    n += check_equal(&dialogic_adpcm, coded_by_us(&dialogic_adpcm, speech_mode, voice),
                     decoded_by_ffmpeg, "speech");
    n += check_equal(&oki_adpcm, coded_by_us(&oki_adpcm, speech_mode, loud), decoded_by_ffmpeg,
                     "mono");
    loud.count--;
    n += check_equal(&oki_adpcm, coded_by_us(&oki_adpcm, stereo_mode, loud), decoded_by_ffmpeg,
                     "stereo");
    for (uint32_t seed = 1; seed < 4; seed++) {
        n += check_equal(&oki_adpcm, coded_random(&oki_adpcm, speech_mode, seed), decoded_by_ffmpeg,
                         "random mono");
        n += check_equal(&oki_adpcm, coded_random(&oki_adpcm, stereo_mode, seed), decoded_by_ffmpeg,
                         "random stereo");
        n += check_equal(&dialogic_adpcm, coded_random(&dialogic_adpcm, speech_mode, seed),
                         decoded_by_ffmpeg, "random");
    }
    print_message("%zu samples equal ffmpeg\n", n);
    free(voice.samples);
    free(loud.samples);
}

/* Streams of speech by sox and by us, then random bytes, on which sox equals the model with 16-bit
 * limits. */
static void decoding_equals_sox_except_for_its_limits(void **unused)
{
    struct sound voice = speech();
    struct bytes code = sox_encodes(voice);
    struct wave_format format = { 0x17, 1, 8000, 4000, 1, 4, 0, 0 };
    struct coded random = coded_random(&dialogic_adpcm, speech_mode, 5);
    struct sound ours = decode_all(&dialogic_adpcm, &format, 0, code), theirs = sox_decodes(code);
    struct sound random_sox = sox_decodes(random.data),
                 random_model = decoded_by_model(of_16_bits, random.data);

    (void)unused;
    assert_int_equal(ours.count, theirs.count);
    assert_memory_equal(ours.samples, theirs.samples, ours.count * 2);
    assert_memory_equal(random_sox.samples, random_model.samples, random_model.count * 2);
    print_message("%zu samples of speech equal sox\n", ours.count);
    free(voice.samples);
    free(code.data);
    free(ours.samples);
    free(theirs.samples);
    free(random.file.data);
    free(random_sox.samples);
    free(random_model.samples);
}

static void decoding_follows_the_note(void **unused)
{
    struct coded coded = coded_random(&dialogic_adpcm, speech_mode, 9);
    struct sound ours = decoded_by_us(&dialogic_adpcm, &coded),
                 model = decoded_by_model(note, coded.data);

    (void)unused;
    assert_int_equal(ours.count, model.count);
    assert_memory_equal(ours.samples, model.samples, model.count * 2);
    free(coded.file.data);
    free(ours.samples);
    free(model.samples);
}

static void check_encoder(struct model model, struct sound sound)
{
    struct wave_format format = { 0x17, 1, 8000, 4000, 1, 4, 0, 0 };
    struct bytes ours = encode_all(&dialogic_adpcm, &format, 0, sound),
                 theirs = encoded_by_model(model, sound);

    assert_int_equal(ours.size, theirs.size);
    assert_memory_equal(ours.data, theirs.data, ours.size);
    free(ours.data);
    free(theirs.data);
}

static void encoding_follows_the_note(void **unused)
{
    struct sound sound = generated(200001, 4);

    (void)unused;
    check_encoder(note, sound);
    for (size_t i = 0; i < sound.count; i++)
        sound.samples[i] = (int16_t)(sound.samples[i] & ~15); /* the 12 bits of the note */
    check_encoder(note, sound);
    free(sound.samples);
}

static struct bytes sndfile_encodes(struct sound sound)
{
    return written_by_sndfile(SF_FORMAT_RAW | SF_FORMAT_VOX_ADPCM, sound);
}

/* Equal on speech. On full-scale square waves, the peers equal the model with 16-bit limits. */
static void compare_encoders(struct bytes (*peer)(struct sound))
{
    struct sound voice = speech(), loud = generated(100000, 3);
    struct wave_format format = { 0x17, 1, 8000, 4000, 1, 4, 0, 0 };
    struct bytes ours = encode_all(&dialogic_adpcm, &format, 0, voice), theirs = peer(voice);
    struct bytes loud_theirs = peer(loud), loud_model = encoded_by_model(of_16_bits, loud);

    assert_int_equal(ours.size, theirs.size);
    assert_memory_equal(ours.data, theirs.data, ours.size);
    assert_int_equal(loud_theirs.size, loud_model.size);
    assert_memory_equal(loud_theirs.data, loud_model.data, loud_model.size);
    print_message("%zu bytes of speech are the same\n", ours.size);
    free(voice.samples);
    free(loud.samples);
    free(ours.data);
    free(theirs.data);
    free(loud_theirs.data);
    free(loud_model.data);
}

static void encoding_equals_sox_except_for_its_limits(void **unused)
{
    (void)unused;
    compare_encoders(sox_encodes);
}

static void encoding_equals_libsndfile_except_for_its_limits(void **unused)
{
    (void)unused;
    compare_encoders(sndfile_encodes);
}

static void a_dialogic_file_decodes_to_its_known_samples(void **unused)
{
    struct coded coded = coded_open(sample_read("vox0017-test.wav"));
    struct sound sound = decoded_by_us(&dialogic_adpcm, &coded);
    struct bytes sum = peer_run("md5sum", sound.samples, sound.count * 2);

    (void)unused;
    assert_memory_equal(sum.data, "641049800e735b62e975baacc9a011a4", 32);
    free(coded.file.data);
    free(sound.samples);
    free(sum.data);
}

static void speech_reaches_its_quality(void **unused)
{
    struct sound voice = speech();
    double decibels = quality(&dialogic_adpcm, coded_by_us(&dialogic_adpcm, speech_mode, voice),
                              decoded_by_us, voice);

    (void)unused;
    print_message("speech: %.2f dB\n", decibels);
    assert_true(decibels > 19);
    free(voice.samples);
}

static void low_nibbles_first_are_the_same_codes_swapped(void **unused)
{
    const struct options low_first = { .quality = 1, .quirks = QUIRK_LOW_NIBBLE_FIRST };
    struct sound sound = generated(30000, 6);

    (void)unused;
    for (uint16_t channels = 1; channels <= 2; channels++) {
        struct wave_format format = { 0x10, channels, 8000, 4000, 1, 4, 0, 0 };
        struct bytes high = encode_all(&oki_adpcm, &format, 0, sound),
                     low = encode_all(&oki_adpcm, &format, &low_first, sound);
        struct sound from_high = decode_all(&oki_adpcm, &format, 0, high),
                     from_low = decode_all(&oki_adpcm, &format, &low_first, low);

        assert_true(high.size == sound.count / 2 && low.size == high.size);
        for (size_t i = 0; i < high.size; i++)
            assert_int_equal(high.data[i], (uint8_t)(low.data[i] << 4 | low.data[i] >> 4));
        assert_memory_equal(from_high.samples, from_low.samples, sound.count * 2);
        free(high.data);
        free(low.data);
        free(from_high.samples);
        free(from_low.samples);
    }
    free(sound.samples);
}

static void headers_are_written_as_registered_and_read_leniently(void **unused)
{
    static const struct {
        uint16_t channels, block_align, bits;
        uint32_t rate;
        bool oki, dialogic;
    } headers[] = {
        { 1, 1, 4, 8000, true, true },     { 1, 0, 0, 6000, true, true },
        { 1, 4, 4, 8000, true, true },     { 1, 2, 8, 6053, true, true },
        { 1, 1024, 16, 8117, true, true }, { 2, 1, 4, 22050, true, false },
        { 2, 2, 4, 44100, true, false },   { 3, 1, 4, 8000, false, false },
        { 0, 1, 4, 8000, false, false },   { 1, 1, 4, 0, false, false },
        { 1, 3, 3, 8000, false, false },   { 1, 1, 24, 8000, false, false },
    };
    uint8_t extra[EXTRA_ROOM];
    struct wave_format dialogic = format_of(&dialogic_adpcm, (struct mode){ 6000, 1, 0 }, extra),
                       oki;

    (void)unused;
    assert_true(dialogic.byte_rate == 3000 && dialogic.block_align == 1 &&
                dialogic.bits_per_sample == 4 && dialogic.extra_size == 0);
    oki = format_of(&oki_adpcm, (struct mode){ 11025, 2, 0 }, extra);
    assert_true(oki.byte_rate == 11025 && oki.block_align == 1 && oki.bits_per_sample == 4 &&
                oki.extra_size == 2 && load16_le(extra) == 0);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct wave_format format = {
            0, headers[i].channels, headers[i].rate, 1, headers[i].block_align, headers[i].bits, 0,
            0
        };
        struct layout layout = { 0 };

        assert_int_equal(parses(&dialogic_adpcm, &format, &layout), headers[i].dialogic);
        assert_int_equal(parses(&oki_adpcm, &format, &layout), headers[i].oki);
        if (headers[i].oki)
            assert_true(layout.block.bytes == 1 && layout.least_bytes == 1 &&
                        layout.block.frames * headers[i].channels == 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables_follow_from_the_note),
        cmocka_unit_test(the_moves_of_pairs_are_those_of_their_codes),
        cmocka_unit_test(the_reciprocal_divides_every_distance),
        cmocka_unit_test(decoding_equals_ffmpeg),
        cmocka_unit_test(decoding_equals_sox_except_for_its_limits),
        cmocka_unit_test(decoding_follows_the_note),
        cmocka_unit_test(encoding_follows_the_note),
        cmocka_unit_test(encoding_equals_sox_except_for_its_limits),
        cmocka_unit_test(encoding_equals_libsndfile_except_for_its_limits),
        cmocka_unit_test(a_dialogic_file_decodes_to_its_known_samples),
        cmocka_unit_test(speech_reaches_its_quality),
        cmocka_unit_test(low_nibbles_first_are_the_same_codes_swapped),
        cmocka_unit_test(headers_are_written_as_registered_and_read_leniently),
    };

    return cmocka_run_group_tests_name("oki_adpcm", tests, 0, 0);
}
