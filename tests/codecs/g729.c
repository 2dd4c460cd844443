/* G.729 as a codec: formats, framing and concealment. Compares it with bcg729, which is not bit
 * exact. */
#include "support.h"
#include "codecs/g729/g729.h"
#ifdef HAVE_BCG729
#include <bcg729/decoder.h>
#include <bcg729/encoder.h>
#endif

extern const struct codec g729a, g729_kelvin;

static struct wave_format blocks_of(uint16_t block_align)
{
    return (struct wave_format){ .channels = 1, .sample_rate = 8000, .block_align = block_align };
}

/* --- Formats --- */

static void formats_and_tags(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&g729a, g729a.modes[0], extra);
    static const uint16_t aliases[] = { 0x44,   0x8C,   0x133,  0x134,  0xA2,   0xA103, 0xA114,
                                        0xA11E, 0xA11F, 0x729A, 0x2222, 0x14DB, 0x14DE };

    (void)unused;
    assert_true(format.tag == 0x83 && format.channels == 1 && format.sample_rate == 8000);
    assert_true(format.byte_rate == 1000 && format.block_align == 10 &&
                format.bits_per_sample == 0 && format.extra_size == 0);
    format = format_of(&g729_kelvin, g729_kelvin.modes[0], extra);
    assert_true(format.tag == 0x135 && format.byte_rate == 1100 && format.block_align == 11);
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        assert_ptr_equal(codec_find(aliases[i]), &g729a);
}

static void block_sizes_that_are_accepted(void **unused)
{
    struct layout layout;

    (void)unused;
    for (uint16_t bytes = 0; bytes < 400; bytes++) {
        struct wave_format format = blocks_of(bytes);
        bool ours = bytes <= 2 || bytes % 10 == 0 || bytes % 10 == 2;

        format.byte_rate = 12345;
        format.bits_per_sample = bytes % 17;
        assert_int_equal(parses(&g729a, &format, &layout), ours);
        if (!ours)
            continue;
        assert_int_equal(layout.block.bytes, bytes > 2 && bytes % 10 == 2 ? bytes : 10);
        assert_int_equal(layout.block.frames, (layout.block.bytes + 8) / 10 * 80);
        assert_int_equal(layout.least_bytes, layout.block.bytes);
    }
    assert_true(parses(
        &g729_kelvin,
        &(struct wave_format){ .channels = 1, .sample_rate = 8000, .block_align = 22 }, &layout));
    assert_true(layout.block.bytes == 11 && layout.block.frames == 80);
    assert_false(parses(
        &g729_kelvin,
        &(struct wave_format){ .channels = 1, .sample_rate = 8000, .block_align = 10 }, &layout));
    assert_false(parses(
        &g729a, &(struct wave_format){ .channels = 2, .sample_rate = 8000, .block_align = 20 },
        &layout));
    assert_false(parses(
        &g729a, &(struct wave_format){ .channels = 1, .sample_rate = 11025, .block_align = 10 },
        &layout));
    assert_false(
        parses(&g729a, &(struct wave_format){ .channels = 1, .block_align = 10 }, &layout));
}

/* --- Framing --- */

static void assert_same_sound(struct sound a, struct sound b)
{
    assert_int_equal(a.count, b.count);
    assert_memory_equal(a.samples, b.samples, a.count * sizeof *a.samples);
    free(a.samples);
    free(b.samples);
}

static void blocks_of_several_frames_equal_single_frames(void **unused)
{
    struct wave_format one = blocks_of(10), six = blocks_of(60);
    struct sound sound = generated(100 * G729_FRAME, 7);
    struct bytes a = encode_all(&g729a, &one, 0, sound), b = encode_all(&g729a, &six, 0, sound);

    (void)unused;
    assert_true(a.size == 1000 && b.size == 1000 && memcmp(a.data, b.data, 1000) == 0);
    assert_same_sound(decode_all(&g729a, &one, 0, a), decode_all(&g729a, &six, 0, b));
    free(sound.samples);
    free(a.data);
    free(b.data);
}

static void kelvin_has_a_byte_before_each_frame(void **unused)
{
    struct wave_format one = blocks_of(10), kelvin = blocks_of(11);
    struct sound sound = generated(50 * G729_FRAME, 8);
    struct bytes a = encode_all(&g729a, &one, 0, sound),
                 b = encode_all(&g729_kelvin, &kelvin, 0, sound);

    (void)unused;
    assert_int_equal(b.size, 550);
    for (size_t i = 0; i < 50; i++) {
        assert_int_equal(b.data[11 * i], 2);
        assert_memory_equal(b.data + 11 * i + 1, a.data + 10 * i, 10);
    }
    assert_same_sound(decode_all(&g729a, &one, 0, a), decode_all(&g729_kelvin, &kelvin, 0, b));
    free(sound.samples);
    free(a.data);
    free(b.data);
}

/* Blocks of 22 are two speech frames and a SID frame, equal to what the stages produce and decode
 * directly. */
static void a_block_of_22_ends_in_a_sid_frame(void **unused)
{
    struct wave_format format = blocks_of(22);
    struct sound sound = generated(60 * G729_FRAME, 9), out;
    struct bytes code = encode_all(&g729a, &format, 0, sound);
    struct g729_decoder decoder;
    struct g729_encoder encoder;

    (void)unused;
    assert_int_equal(code.size, 20 * 22);
    out = decode_all(&g729a, &format, 0, code);
    assert_int_equal(out.count, 60 * G729_FRAME);
    g729_decoder_init(&decoder, dsp_set(0)->celp);
    g729_encoder_init(&encoder, dsp_set(0)->celp, true);
    for (size_t i = 0; i < 60; i++) {
        const uint8_t *at = code.data + i / 3 * 22 + i % 3 * 10;
        struct g729_parameters parameters;
        uint8_t frame[G729_FRAME_BYTES];
        int16_t pcm[G729_FRAME];

        g729_encode_frame(&encoder, sound.samples + i * G729_FRAME,
                          i % 3 < 2 ? G729_VOICE : G729_NOISE, &parameters);
        assert_int_equal(parameters.kind, i % 3 < 2 ? G729_SPEECH : G729_SID);
        if (i % 3 < 2)
            g729_pack(&parameters, frame);
        else
            g729_pack_sid(&parameters.sid, frame);
        assert_memory_equal(frame, at, i % 3 < 2 ? 10 : 2);
        if (i % 3 < 2)
            g729_unpack(at, &parameters);
        else
            g729_unpack_sid(at, &parameters);
        g729_decode_frame(&decoder, &parameters, pcm);
        assert_memory_equal(pcm, out.samples + i * G729_FRAME, sizeof pcm);
    }
    free(sound.samples);
    free(code.data);
    free(out.samples);
}

/* At the end of the data, two extra bytes are a SID frame; any other number is skipped. */
static void truncated_blocks_at_the_end(void **unused)
{
    static const uint8_t bytes[20] = { 0x78, 0x52, 0x80, 0xA0, 0x00, 0xFA, 0xC2,
                                       0x00, 0x06, 0xD6, 0x11, 0x22, 0x33 };
    struct wave_format format = blocks_of(10);
    int16_t pcm[3 * G729_FRAME];

    (void)unused;
    for (size_t in = 0; in < 20; in++)
        for (enum ending ending = WHOLE; ending <= END; ending++) {
            size_t whole = in / 10, left = ending == WHOLE ? 0 : in % 10;
            struct progress step;

            step = decode_once(&g729a, &format, bytes, pcm,
                               (struct offer){ in, 3 * G729_FRAME, ending });
            assert_int_equal(step.used, whole * 10 + left);
            assert_int_equal(step.made, (whole + (left == 2)) * G729_FRAME);
            if (whole != 0) {
                step =
                    decode_once(&g729a, &format, bytes, pcm,
                                (struct offer){ in, whole * G729_FRAME + G729_FRAME - 1, ending });
                assert_int_equal(step.used, whole * 10 + (left == 2 ? 0 : left));
            }
        }
}

/* Ten zero bytes: the decoder repeats its last parameters and fades out. */
static void an_erased_frame_is_concealed(void **unused)
{
    struct wave_format format = blocks_of(10);
    struct sound sound = speech(), whole, lossy;
    struct bytes code;
    double energy[2] = { 0, 0 };

    (void)unused;
    sound.count = 300 * G729_FRAME;
    code = encode_all(&g729a, &format, 0, sound);
    whole = decode_all(&g729a, &format, 0, code);
    for (size_t i = 0; i < 300; i += 20)
        memset(code.data + 10 * i, 0, 10);
    lossy = decode_all(&g729a, &format, 0, code);
    assert_true(snr(whole.samples, lossy.samples, whole.count) > 3);
    memset(code.data + 1000, 0, 2000);
    free(lossy.samples);
    lossy = decode_all(&g729a, &format, 0, code);
    for (size_t i = 0; i < 100 * G729_FRAME; i++) {
        energy[0] += (double)lossy.samples[i] * lossy.samples[i];
        energy[1] +=
            (double)lossy.samples[i + 200 * G729_FRAME] * lossy.samples[i + 200 * G729_FRAME];
    }
    assert_true(energy[0] > 0 && energy[1] < energy[0] / 100);
    free(sound.samples);
    free(code.data);
    free(whole.samples);
    free(lossy.samples);
}

static void dtx_has_no_effect_on_blocks_of_whole_frames(void **unused)
{
    struct options dtx = { .quality = 1, .quirks = QUIRK_DTX };
    struct wave_format format = blocks_of(10);
    struct sound sound = generated(100 * G729_FRAME, 10);
    struct bytes a = encode_all(&g729a, &format, 0, sound),
                 b = encode_all(&g729a, &format, &dtx, sound);

    (void)unused;
    assert_true(a.size == b.size && memcmp(a.data, b.data, a.size) == 0);
    free(sound.samples);
    free(a.data);
    free(b.data);
}

/* --- bcg729 --- */

#ifdef HAVE_BCG729
static struct bytes peer_encode(struct sound sound)
{
    bcg729EncoderChannelContextStruct *peer = initBcg729EncoderChannel(0);
    struct bytes out = { malloc(sound.count / G729_FRAME * G729_FRAME_BYTES),
                         sound.count / G729_FRAME * G729_FRAME_BYTES };
    uint8_t length;

    for (size_t i = 0; i < sound.count / G729_FRAME; i++)
        bcg729Encoder(peer, sound.samples + i * G729_FRAME, out.data + i * G729_FRAME_BYTES,
                      &length);
    closeBcg729EncoderChannel(peer);
    return out;
}

static struct sound peer_decode(struct bytes code)
{
    bcg729DecoderChannelContextStruct *peer = initBcg729DecoderChannel();
    struct sound out = { malloc(code.size / G729_FRAME_BYTES * G729_FRAME * sizeof(int16_t)),
                         code.size / G729_FRAME_BYTES * G729_FRAME };

    for (size_t i = 0; i < code.size / G729_FRAME_BYTES; i++)
        bcg729Decoder(peer, code.data + i * G729_FRAME_BYTES, G729_FRAME_BYTES, 0, 0, 0,
                      out.samples + i * G729_FRAME);
    closeBcg729DecoderChannel(peer);
    return out;
}

/* The codec delays the signal by the encoder's look-ahead. */
static double quality(struct sound sound, struct bytes code)
{
    struct wave_format format = blocks_of(10);
    struct sound back = decode_all(&g729a, &format, 0, code);
    double db = snr(sound.samples, back.samples + G729_LOOKAHEAD, sound.count - G729_FRAME);

    free(back.samples);
    return db;
}

static void bcg729_is_close(void **unused)
{
    struct wave_format format = blocks_of(10);
    struct sound sound = speech(), ours, theirs;
    struct bytes code, peer_code;
    double decoded, us, them;

    (void)unused;
    sound.count -= sound.count % G729_FRAME;
    code = encode_all(&g729a, &format, 0, sound);
    ours = decode_all(&g729a, &format, 0, code);
    theirs = peer_decode(code);
    decoded = snr(ours.samples, theirs.samples, ours.count);
    peer_code = peer_encode(sound);
    us = quality(sound, code);
    them = quality(sound, peer_code);
    print_message(
        "SNR: %.1f dB between the decoders, %.2f dB for our encoder and %.2f dB for bcg729's\n",
        decoded, us, them);
    assert_true(decoded > 20 && us > them - 0.2);
    free(sound.samples);
    free(code.data);
    free(peer_code.data);
    free(ours.samples);
    free(theirs.samples);
}
#else
static void bcg729_is_close(void **unused)
{
    (void)unused;
    print_message("libbcg729 is not installed\n");
    skip();
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_and_tags),
        cmocka_unit_test(block_sizes_that_are_accepted),
        cmocka_unit_test(blocks_of_several_frames_equal_single_frames),
        cmocka_unit_test(kelvin_has_a_byte_before_each_frame),
        cmocka_unit_test(a_block_of_22_ends_in_a_sid_frame),
        cmocka_unit_test(truncated_blocks_at_the_end),
        cmocka_unit_test(an_erased_frame_is_concealed),
        cmocka_unit_test(dtx_has_no_effect_on_blocks_of_whole_frames),
        cmocka_unit_test(bcg729_is_close),
    };

    return cmocka_run_group_tests_name("g729", tests, 0, 0);
}
