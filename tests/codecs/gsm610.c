/* GSM 06.10 against the sequences of ETSI and against libgsm. */
#include <math.h>
#include "support.h"
#include "bits.h"
#include "codecs/gsm610/gsm610.h"
#ifdef HAVE_GSM
#include <gsm.h>
#endif

extern const struct codec gsm610;

enum { BLOCK_SAMPLES = GSM610_BLOCK_SAMPLES, PARAMETERS = 76 };

static const struct wave_format mono = { .channels = 1,
                                         .sample_rate = 8000,
                                         .block_align = GSM610_BLOCK_BYTES };

_Static_assert(sizeof(struct gsm610_parameters) == PARAMETERS,
               "parameters are an array of 76 bytes in the order of the sequences");

/* --- The sequences of ETSI: 76 values of 16 bits per frame --- */

static void check_encoder(const char *input, const char *codes)
{
    struct bytes in = vector_read(input), cod = vector_read(codes);
    struct gsm610_encoder state;
    uint8_t made[PARAMETERS];

    assert_true(in.size > 0 && in.size / (2 * GSM610_FRAME) == cod.size / (2 * PARAMETERS));
    gsm610_encoder_start(&state);
    for (size_t frame = 0; frame < in.size / (2 * GSM610_FRAME); frame++) {
        gsm610_encode_frame(&state, (int16_t *)(void *)in.data + frame * GSM610_FRAME,
                            (struct gsm610_parameters *)(void *)made);
        for (size_t i = 0; i < PARAMETERS; i++)
            if (made[i] != load16_le(cod.data + 2 * (frame * PARAMETERS + i)))
                fail_msg("%s, frame %zu: parameter %zu is %u", codes, frame, i, made[i]);
    }
    print_message("%s: %zu frames\n", codes, in.size / (2 * GSM610_FRAME));
    free(in.data);
    free(cod.data);
}

static void check_decoder(const char *codes, const char *output)
{
    struct bytes cod = vector_read(codes), out = vector_read(output);
    struct gsm610_decoder state;
    uint8_t given[PARAMETERS];
    int16_t pcm[GSM610_FRAME];

    assert_true(out.size > 0 && out.size / (2 * GSM610_FRAME) == cod.size / (2 * PARAMETERS));
    gsm610_decoder_start(&state);
    for (size_t frame = 0; frame < out.size / (2 * GSM610_FRAME); frame++) {
        for (size_t i = 0; i < PARAMETERS; i++)
            given[i] = cod.data[2 * (frame * PARAMETERS + i)];
        gsm610_decode_frame(&state, (struct gsm610_parameters *)(void *)given, pcm);
        if (memcmp(pcm, out.data + frame * sizeof pcm, sizeof pcm) != 0)
            fail_msg("%s: frame %zu differs", output, frame);
    }
    print_message("%s: %zu frames\n", output, out.size / (2 * GSM610_FRAME));
    free(cod.data);
    free(out.data);
}

static void sequence_1_is_encoded_as_etsi_did(void **unused)
{
    (void)unused;
    check_encoder("gsm0610/Seq01.inp", "gsm0610/Seq01.cod");
}

static void sequence_2_is_encoded_as_etsi_did(void **unused)
{
    (void)unused;
    check_encoder("gsm0610/Seq02.inp", "gsm0610/Seq02.cod");
}

static void sequence_1_is_decoded_as_etsi_did(void **unused)
{
    (void)unused;
    check_decoder("gsm0610/Seq01.cod", "gsm0610/Seq01.out");
}

static void sequence_2_is_decoded_as_etsi_did(void **unused)
{
    (void)unused;
    check_decoder("gsm0610/Seq02.cod", "gsm0610/Seq02.out");
}

static void sequence_5_is_decoded_as_etsi_did(void **unused)
{
    (void)unused;
    check_decoder("gsm0610/Seq05.cod", "gsm0610/Seq05.out");
}

/* --- libgsm with Microsoft's packing --- */

#ifdef HAVE_GSM
static gsm peer_start(void)
{
    gsm peer = gsm_create();
    int on = 1;

    assert_non_null(peer);
    gsm_option(peer, GSM_OPT_WAV49, &on);
    return peer;
}

static struct sound peer_decode(struct bytes bytes)
{
    gsm peer = peer_start();
    size_t blocks = bytes.size / GSM610_BLOCK_BYTES;
    struct sound out = { malloc(blocks * BLOCK_SAMPLES * sizeof(int16_t)), blocks * BLOCK_SAMPLES };

    for (size_t i = 0; i < blocks; i++) {
        gsm_decode(peer, bytes.data + i * GSM610_BLOCK_BYTES, out.samples + i * BLOCK_SAMPLES);
        gsm_decode(peer, bytes.data + i * GSM610_BLOCK_BYTES + 33,
                   out.samples + i * BLOCK_SAMPLES + GSM610_FRAME);
    }
    gsm_destroy(peer);
    return out;
}

static struct bytes peer_encode(struct sound sound)
{
    gsm peer = peer_start();
    size_t blocks = sound.count / BLOCK_SAMPLES;
    struct bytes out = { malloc(blocks * GSM610_BLOCK_BYTES), blocks * GSM610_BLOCK_BYTES };

    for (size_t i = 0; i < blocks; i++) {
        gsm_encode(peer, sound.samples + i * BLOCK_SAMPLES, out.data + i * GSM610_BLOCK_BYTES);
        gsm_encode(peer, sound.samples + i * BLOCK_SAMPLES + GSM610_FRAME,
                   out.data + i * GSM610_BLOCK_BYTES + 32);
    }
    gsm_destroy(peer);
    return out;
}
#else
static struct sound peer_decode(struct bytes bytes)
{
    (void)bytes;
    print_message("libgsm is not installed\n");
    skip();
    return (struct sound){ 0, 0 };
}

static struct bytes peer_encode(struct sound sound)
{
    (void)sound;
    print_message("libgsm is not installed\n");
    skip();
    return (struct bytes){ 0, 0 };
}
#endif

static void check_decoding(struct bytes bytes)
{
    struct sound theirs = peer_decode(bytes), ours = decode_all(&gsm610, &mono, 0, bytes);

    assert_int_equal(ours.count, theirs.count);
    for (size_t i = 0; i < ours.count; i++)
        if (ours.samples[i] != theirs.samples[i])
            fail_msg("sample %zu is %d, not %d", i, ours.samples[i], theirs.samples[i]);
    free(theirs.samples);
    free(ours.samples);
}

/* Takes a whole number of blocks. */
static void check_encoding(struct sound sound)
{
    struct bytes theirs = peer_encode(sound), ours = encode_all(&gsm610, &mono, 0, sound);

    assert_int_equal(ours.size, theirs.size);
    for (size_t i = 0; i < ours.size; i++)
        if (ours.data[i] != theirs.data[i])
            fail_msg("byte %zu of block %zu differs", i % GSM610_BLOCK_BYTES,
                     i / GSM610_BLOCK_BYTES);
    free(theirs.data);
    free(ours.data);
}

static void random_bytes_decode_as_libgsm_does(void **unused)
{
    struct bytes bytes = { malloc(4000 * GSM610_BLOCK_BYTES), 4000 * GSM610_BLOCK_BYTES };
    uint32_t seed = 610;

    (void)unused;
    for (size_t i = 0; i < bytes.size; i++)
        bytes.data[i] = (uint8_t)(draw(&seed) >> 24);
    check_decoding(bytes);
    free(bytes.data);
}

/* A worst case for the filters and for the lags, most of which are out of range. */
static void a_repeated_byte_decodes_as_libgsm_does(void **unused)
{
    uint8_t data[4 * GSM610_BLOCK_BYTES];

    (void)unused;
    for (int byte = 0; byte < 256; byte++) {
        memset(data, byte, sizeof data);
        check_decoding((struct bytes){ data, sizeof data });
    }
}

/* Pure tones of many frequencies and levels. Their prediction is nearly perfect, so that the Schur
 * recursion stops early. */
static void tones_encode_as_libgsm_does(void **unused)
{
    struct sound sound = { malloc(400 * BLOCK_SAMPLES * sizeof(int16_t)), 400 * BLOCK_SAMPLES };

    (void)unused;
    for (size_t i = 0; i < sound.count; i++) {
        size_t tone = i / BLOCK_SAMPLES;

        sound.samples[i] = (int16_t)lround(ldexp(32767, -(int)(tone % 12)) *
                                           sin((double)(i * tone) * 3.14159265 / 400));
    }
    check_encoding(sound);
    free(sound.samples);
}

static void generated_sound_encodes_as_libgsm_does(void **unused)
{
    struct sound sound = generated(1000 * BLOCK_SAMPLES, 1);

    (void)unused;
    check_encoding(sound);
    free(sound.samples);
}

static void speech_goes_both_directions_as_libgsm_does(void **unused)
{
    struct sound sound = speech();
    struct bytes bytes;

    (void)unused;
    check_encoding(sound);
    bytes = encode_all(&gsm610, &mono, 0, sound);
    check_decoding(bytes);
    free(sound.samples);
    free(bytes.data);
}

static void check_file(const char *name)
{
    struct bytes file = sample_read(name), data;
    struct wave_format format;
    struct layout layout;

    data = wav_open(file, &format);
    assert_int_equal(format.tag, gsm610.tags->tag);
    assert_true(parses(&gsm610, &format, &layout));
    assert_true(data.size >= GSM610_BLOCK_BYTES && data.size % GSM610_BLOCK_BYTES < 33);
    check_decoding(data);
    free(file.data);
}

static void the_file_msgsm_ciao_decodes_as_libgsm_does(void **unused)
{
    (void)unused;
    check_file("msgsm-ciao.wav");
}

static void the_file_11kgsm_decodes_as_libgsm_does(void **unused)
{
    (void)unused;
    check_file("11kgsm.wav");
}

static void the_file_gsm_short_decodes_as_libgsm_does(void **unused)
{
    (void)unused;
    check_file("gsm-short.wav");
}

/* --- The codec interface --- */

static void formats_are_those_of_windows(void **unused)
{
    static const uint32_t byte_rates[] = { 1625, 2239, 4478, 8957 };

    (void)unused;
    for (size_t i = 0; i < 4; i++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(&gsm610, gsm610.modes[i], extra);

        assert_int_equal(format.tag, 0x31);
        assert_int_equal(format.byte_rate, byte_rates[i]);
        assert_int_equal(format.block_align, 65);
        assert_int_equal(format.bits_per_sample, 0);
        assert_int_equal(format.extra_size, 2);
        assert_int_equal(load16_le(extra), 320);
    }
    assert_int_equal(gsm610.modes[4].sample_rate, 0);
    assert_ptr_equal(codec_find(0x1500), &gsm610);
}

static bool accepted(uint16_t channels, uint32_t rate, uint16_t block_align)
{
    struct wave_format format = { .channels = channels,
                                  .sample_rate = rate,
                                  .block_align = block_align };
    struct layout layout;
    bool yes = parses(&gsm610, &format, &layout);

    if (yes)
        assert_true(layout.block.bytes == 65 && layout.block.frames == 320 &&
                    layout.least_bytes == 65);
    return yes;
}

static void odd_formats_are_accepted_and_other_packings_refused(void **unused)
{
    (void)unused;
    assert_true(accepted(1, 8000, 65));
    assert_true(accepted(1, 1, 130));
    assert_true(accepted(1, UINT32_MAX, 0));
    assert_true(accepted(1, 8000, 1));
    assert_false(accepted(1, 8000, 33));
    assert_false(accepted(1, 8000, 64));
    assert_false(accepted(1, 0, 65));
    assert_false(accepted(2, 8000, 65));
    assert_false(accepted(0, 8000, 65));
}

static void a_truncated_block_gives_its_first_frame(void **unused)
{
    struct sound sound = generated(2 * BLOCK_SAMPLES, 2), whole;
    struct bytes bytes = encode_all(&gsm610, &mono, 0, sound);
    int16_t pcm[2 * BLOCK_SAMPLES];

    (void)unused;
    whole = decode_all(&gsm610, &mono, 0, bytes);
    for (size_t in = 0; in <= 2 * GSM610_BLOCK_BYTES; in++)
        for (enum ending ending = WHOLE; ending <= END; ending++) {
            size_t truncated = ending == WHOLE ? 0 : in % GSM610_BLOCK_BYTES;
            size_t made =
                in / GSM610_BLOCK_BYTES * BLOCK_SAMPLES + (truncated >= 33 ? GSM610_FRAME : 0);
            struct progress step;

            step = decode_once(&gsm610, &mono, bytes.data, pcm,
                               (struct offer){ in, 2 * BLOCK_SAMPLES, ending });
            assert_int_equal(step.used, in - in % GSM610_BLOCK_BYTES + truncated);
            assert_int_equal(step.made, made);
            assert_memory_equal(pcm, whole.samples, made * sizeof *pcm);
        }
    free(sound.samples);
    free(bytes.data);
    free(whole.samples);
}

static void nothing_is_consumed_if_no_block_fits(void **unused)
{
    static const uint8_t bytes[GSM610_BLOCK_BYTES] = { 0 };
    static const int16_t silence[BLOCK_SAMPLES] = { 0 };
    int16_t pcm[BLOCK_SAMPLES];
    uint8_t out[GSM610_BLOCK_BYTES];
    struct gsm610_decoder decoder;
    struct gsm610_encoder encoder;
    struct progress step;

    (void)unused;
    decoder_init(&gsm610, &decoder, &mono, 0);
    step = gsm610.decoder->run(&decoder, bytes, pcm,
                               (struct offer){ GSM610_BLOCK_BYTES, BLOCK_SAMPLES - 1, END });
    assert_true(step.used == 0 && step.made == 0);
    encoder_init(&gsm610, &encoder, &mono, 0);
    step = gsm610.encoder->run(&encoder, silence, out,
                               (struct offer){ BLOCK_SAMPLES, GSM610_BLOCK_BYTES - 1, END });
    assert_true(step.used == 0 && step.made == 0);
    step = gsm610.encoder->run(&encoder, silence, out,
                               (struct offer){ BLOCK_SAMPLES - 1, GSM610_BLOCK_BYTES, END });
    assert_true(step.used == 0 && step.made == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequence_1_is_encoded_as_etsi_did),
        cmocka_unit_test(sequence_2_is_encoded_as_etsi_did),
        cmocka_unit_test(sequence_1_is_decoded_as_etsi_did),
        cmocka_unit_test(sequence_2_is_decoded_as_etsi_did),
        cmocka_unit_test(sequence_5_is_decoded_as_etsi_did),
        cmocka_unit_test(random_bytes_decode_as_libgsm_does),
        cmocka_unit_test(a_repeated_byte_decodes_as_libgsm_does),
        cmocka_unit_test(tones_encode_as_libgsm_does),
        cmocka_unit_test(generated_sound_encodes_as_libgsm_does),
        cmocka_unit_test(speech_goes_both_directions_as_libgsm_does),
        cmocka_unit_test(the_file_msgsm_ciao_decodes_as_libgsm_does),
        cmocka_unit_test(the_file_11kgsm_decodes_as_libgsm_does),
        cmocka_unit_test(the_file_gsm_short_decodes_as_libgsm_does),
        cmocka_unit_test(formats_are_those_of_windows),
        cmocka_unit_test(odd_formats_are_accepted_and_other_packings_refused),
        cmocka_unit_test(a_truncated_block_gives_its_first_frame),
        cmocka_unit_test(nothing_is_consumed_if_no_block_fits),
    };

    return cmocka_run_group_tests_name("gsm610", tests, 0, 0);
}
