/* The formats and framings of G.723.1, and its output against ffmpeg's. */
#include "support.h"
#include "bits.h"
#include "codecs/g7231/parser.h"

extern const struct codec g7231;

enum { TAG_COMVERSE = 0xA100 };

static struct wave_format format_with(uint16_t tag, uint16_t align, uint16_t config,
                                      uint8_t extra[EXTRA_ROOM])
{
    store16_le(extra, config);
    return (struct wave_format){ tag, 1, 8000, 1, align, 0, config ? 2 : 0, extra };
}

static void headers_are_as_microsoft_wrote_them(void **unused)
{
    static const uint8_t fast[] = { 2, 0, 0xCE, 0x9A, 0x32, 0xF7, 0xA2, 0xAE, 0xDE, 0xAC };
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(&g7231, (struct mode){ 8000, 1, 6300 }, extra);

    (void)unused;
    assert_int_equal(format.byte_rate, 800);
    assert_int_equal(format.block_align, 24);
    assert_int_equal(format.extra_size, sizeof fast);
    assert_memory_equal(extra, fast, sizeof fast);
    format = format_of(&g7231, (struct mode){ 8000, 1, 5300 }, extra);
    assert_int_equal(format.byte_rate, 666);
    assert_int_equal(format.block_align, 20);
    assert_int_equal(extra[0], 3);
    assert_memory_equal(extra + 2, fast + 2, sizeof fast - 2);
}

static void check_block(uint16_t tag, uint16_t align, uint16_t config, uint32_t bytes,
                        uint32_t least)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_with(tag, align, config, extra);
    struct layout layout;

    assert_true(parses(&g7231, &format, &layout));
    assert_int_equal(layout.block.bytes, bytes);
    assert_int_equal(layout.block.frames, G7231_FRAME);
    assert_int_equal(layout.least_bytes, least);
    format.sample_rate = 11025;
    assert_false(parses(&g7231, &format, &layout));
    format.sample_rate = 8000;
    format.channels = 2;
    assert_false(parses(&g7231, &format, &layout));
}

static void formats_are_read_leniently(void **unused)
{
    (void)unused;
    check_block(0x42, 24, 2, 24, 24);
    check_block(0x42, 24, 0, 24, 24);
    check_block(0x42, 20, 3, 20, 20);
    check_block(0x42, 2, 0, 24, 20); /* an encoder that did not update the header of its PCM */
    check_block(0x42, 0, 0, 24, 20);
    check_block(0x42, 1, 0, 24, 20); /* a stream of frames, perhaps */
    check_block(0x42, 4, 0, 24, 20);
    check_block(0x111, 480, 1, 24, 24);
    check_block(0x111, 240, 3, 20, 20);
    check_block(TAG_COMVERSE, 24, 0, 24, 24);
    check_block(TAG_COMVERSE, 1, 0, 24, 1);
    check_block(0x14E3, 0, 0, 24, 1);
}

/* --- Framings --- */

/* n frames, the i-th at the low rate if slow(i). The second half is silence, compressed if `dtx`.
 * cell 0: without cells. */
static struct bytes frames_of(size_t n, size_t cell, bool (*slow)(size_t), bool dtx)
{
    struct sound sound = generated(n * G7231_FRAME, 11);
    struct bytes out = { calloc(n, G7231_FRAME_BYTES), 0 };
    struct g7231_encoder encoder;
    struct g7231_parameters made;
    uint8_t frame[G7231_FRAME_BYTES];

    memset(sound.samples + n / 2 * G7231_FRAME, 0, n / 2 * G7231_FRAME * 2);
    g7231_encoder_start(&encoder, dsp_set(0)->celp);
    encoder.dtx = dtx;
    for (size_t i = 0; i < n; i++) {
        size_t size;

        g7231_encode_frame(&encoder, sound.samples + i * G7231_FRAME,
                           slow(i) ? G7231_RATE_53 : G7231_RATE_63, &made);
        size = g7231_pack(&made, frame);
        memcpy(out.data + out.size, frame, size);
        out.size += cell ? cell : size;
    }
    free(sound.samples);
    return out;
}

static bool never(size_t i) { return (void)i, false; }
static bool always(size_t i) { return (void)i, true; }
static bool in_turn(size_t i) { return i / 3 % 2 == 1; }

/* Has room for more frames than `least` promises: in a format with cells, unpadded silence exceeds
 * it. */
static struct sound decode_in(uint16_t tag, uint16_t align, struct bytes bytes)
{
    enum { MOST = 150 * G7231_FRAME };
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_with(tag, align, 0, extra);
    struct options options = DEFAULT_OPTIONS;
    struct sound out = { malloc(MOST * 2), 0 };
    void *state = malloc(g7231.decoder->state_size);
    struct progress done;

    decoder_init(&g7231, state, &format, &options);
    done =
        g7231.decoder->run(state, bytes.data, out.samples, (struct offer){ bytes.size, MOST, END });
    assert_int_equal(done.used, bytes.size);
    out.count = done.made;
    free(state);
    return out;
}

static void check_same_sound(struct bytes a, uint16_t tag_a, uint16_t align_a, struct bytes b,
                             uint16_t tag_b, uint16_t align_b)
{
    struct sound x = decode_in(tag_a, align_a, a), y = decode_in(tag_b, align_b, b);

    assert_int_equal(x.count, 100 * G7231_FRAME);
    assert_int_equal(y.count, 100 * G7231_FRAME);
    assert_memory_equal(x.samples, y.samples, x.count * 2);
    free(x.samples);
    free(y.samples);
}

static void cells_and_unpadded_frames_decode_alike(void **unused)
{
    bool (*const rates[])(size_t) = { never, always, in_turn };

    (void)unused;
    for (size_t i = 0; i < 3; i++)
        for (int dtx = 0; dtx < 2; dtx++) {
            struct bytes cells = frames_of(100, 24, rates[i], dtx),
                         alone = frames_of(100, 0, rates[i], dtx);

            assert_true(i == 0 && !dtx ? cells.size == alone.size : cells.size > alone.size);
            check_same_sound(cells, 0x42, 24, alone, TAG_COMVERSE, 1);
            check_same_sound(cells, 0x111, 2, alone, TAG_COMVERSE, 24);
            check_same_sound(alone, 0x42, 20, alone, 0x42, 0);
            free(cells.data);
            free(alone.data);
        }
}

/* Some writers do not clear the padding. */
static void cells_are_recognized_by_their_distance(void **unused)
{
    struct bytes cells = frames_of(100, 24, always, false),
                 alone = frames_of(100, 0, always, false);

    (void)unused;
    for (size_t i = 20; i < cells.size; i += i % 24 == 23 ? 21 : 1)
        cells.data[i] = (uint8_t)(0xA0 + i * 7);
    check_same_sound(cells, 0x42, 24, alone, TAG_COMVERSE, 1);
    free(cells.data);
    free(alone.data);
}

static bool twice(size_t i) { return i == 9 || i == 39; }

/* The first frame that is shorter than a cell decides. A later one cannot change the framing,
 * whatever its padding is. */
static void a_decided_framing_does_not_change(void **unused)
{
    struct bytes cells = frames_of(100, 24, twice, false), alone = frames_of(100, 0, twice, false);

    (void)unused;
    memset(cells.data + 39 * 24 + 20, 0xA5, 4);
    check_same_sound(cells, 0x42, 24, alone, TAG_COMVERSE, 1);
    free(cells.data);
    free(alone.data);
}

/* Once the framing is known, pieces of any size, down to a byte, decode to the same as the whole.
 */
static void pieces_of_any_size_decode_alike(void **unused)
{
    struct bytes alone = frames_of(60, 0, in_turn, true);
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_with(TAG_COMVERSE, 1, 0, extra);
    struct sound whole = decode_all(&g7231, &format, 0, alone);

    (void)unused;
    assert_int_equal(whole.count, 60 * G7231_FRAME);
    for (size_t size = 1; size < 60; size += 7) {
        struct g7231_reader *reader = malloc(g7231.decoder->state_size);
        struct options options = DEFAULT_OPTIONS;
        int16_t pcm[60 * G7231_FRAME];
        size_t made = 0;

        decoder_init(&g7231, reader, &format, &options);
        for (size_t at = 0; at < alone.size; at += size) {
            size_t n = alone.size - at < size ? alone.size - at : size;
            struct progress step =
                g7231.decoder->run(reader, alone.data + at, pcm + made,
                                   (struct offer){ n, 60 * G7231_FRAME - made, PART });

            made += step.made;
            if (step.used < n) {
                assert_int_equal(made, 60 * G7231_FRAME);
                assert_int_equal(at + step.used, alone.size);
            }
        }
        assert_int_equal(made, whole.count);
        assert_memory_equal(pcm, whole.samples, sizeof pcm);
        free(reader);
    }
    free(alone.data);
    free(whole.samples);
}

/* A truncated cell still decodes if its frame is complete; a truncated frame is consumed without
 * output. */
static void truncated_ends(void **unused)
{
    struct bytes cells = frames_of(3, 24, always, false);
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_with(0x42, 24, 0, extra);

    (void)unused;
    for (size_t cut = 0; cut <= 24; cut++) {
        struct sound sound =
            decode_all(&g7231, &format, 0, (struct bytes){ cells.data, cells.size - cut });

        assert_int_equal(sound.count, (cut <= 4 ? 3 : 2) * G7231_FRAME);
        free(sound.samples);
    }
    free(cells.data);
}

/* An illegal frame is concealed: speech fades, and the third such frame is silent. */
static void illegal_frames_are_concealed(void **unused)
{
    struct bytes bytes = frames_of(20, 24, never, false);
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_with(0x42, 24, 0, extra);
    struct sound sound;
    int peak = 0;

    (void)unused;
    for (size_t i = 10 * 24; i < bytes.size; i++)
        bytes.data[i] = i % 24 == 0 ? 0xFC : 0xFF; /* lags of 127 */
    sound = decode_all(&g7231, &format, 0, bytes);
    assert_int_equal(sound.count, 20 * G7231_FRAME);
    for (size_t i = 16 * G7231_FRAME; i < 20 * G7231_FRAME; i++)
        peak = abs(sound.samples[i]) > peak ? abs(sound.samples[i]) : peak;
    assert_true(peak < 50);
    free(bytes.data);
    free(sound.samples);
}

static void silence_is_compressed_unless_frames_are_padded(void **unused)
{
    struct options options = { .quality = 1, .quirks = QUIRK_DTX };
    struct sound silence = { calloc(100, G7231_FRAME * 2), 100 * G7231_FRAME };
    uint8_t extra[EXTRA_ROOM];
    struct wave_format cells = format_with(0x42, 24, 0, extra),
                       alone = format_with(TAG_COMVERSE, 1, 0, extra);
    struct bytes a = encode_all(&g7231, &cells, &options, silence),
                 b = encode_all(&g7231, &alone, &options, silence);
    struct bytes c = encode_all(&g7231, &alone, 0, silence);
    struct sound back = decode_all(&g7231, &alone, 0, b);

    (void)unused;
    assert_int_equal(a.size, 2400);
    assert_int_equal(c.size, 2400);
    assert_true(b.size < 500);
    assert_int_equal(back.count, silence.count);
    free(silence.samples);
    free(a.data);
    free(b.data);
    free(c.data);
    free(back.samples);
}

/* --- ffmpeg --- */

/* Decodes everything, perhaps without the postfilter. */
static struct sound decoded_by(const struct wave_format *format, bool unfiltered, struct bytes code)
{
    struct g7231_reader *reader = malloc(g7231.decoder->state_size);
    struct sound out = { malloc((code.size + 1) * G7231_FRAME * sizeof(int16_t)), 0 };
    struct options options = { .quality = 1, .quirks = unfiltered ? QUIRK_NO_POSTFILTER : 0 };
    struct progress done;

    decoder_init(&g7231, reader, format, &options);
    done = g7231.decoder->run(reader, code.data, out.samples,
                              (struct offer){ code.size, (code.size + 1) * G7231_FRAME, END });
    out.count = done.made;
    free(reader);
    return out;
}

static void check_decoding(const char *switches, bool unfiltered, uint16_t align)
{
    struct sound sound = speech(), ours;
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_with(0x42, align, 0, extra);
    struct bytes code, theirs;
    char command[200];

    code = encode_all(&g7231, &format, 0, sound);
    snprintf(command, sizeof command, "ffmpeg -v error -f g723_1 %s -i - -f s16le -", switches);
    theirs = peer_run(command, code.data, code.size);
    ours = decoded_by(&format, unfiltered, code);
    assert_true(ours.count > 0 && ours.count * 2 == theirs.size);
    for (size_t i = 0; i < ours.count; i++)
        if (ours.samples[i] != ((int16_t *)(void *)theirs.data)[i])
            fail_msg("sample %zu of frame %zu is %d, not %d", i % G7231_FRAME, i / G7231_FRAME,
                     ours.samples[i], ((int16_t *)(void *)theirs.data)[i]);
    free(sound.samples);
    free(code.data);
    free(theirs.data);
    free(ours.samples);
}

static void speech_at_the_high_rate_decodes_as_ffmpeg_does(void **unused)
{
    (void)unused;
    check_decoding("", false, 24);
    check_decoding("-postfilter 0", true, 24);
}

static void speech_at_the_low_rate_decodes_as_ffmpeg_does(void **unused)
{
    (void)unused;
    check_decoding("", false, 20);
    check_decoding("-postfilter 0", true, 20);
}

/* ffmpeg has no taming, which the ITU's vectors cover. It does nothing here, because its state is
 * reset in every frame. */
static void without_taming_speech_is_encoded_as_ffmpeg_does(void **unused)
{
    struct sound sound = speech();
    size_t frames = sound.count / G7231_FRAME;
    struct bytes theirs =
        peer_run("ffmpeg -v error -f s16le -ar 8000 -ac 1 -i - -c:a g723_1 -b:a 6300 -f g723_1 -",
                 sound.samples, frames * G7231_FRAME * 2);
    struct g7231_encoder encoder;
    struct g7231_parameters made;
    uint8_t ours[G7231_FRAME_BYTES];

    (void)unused;
    assert_true(frames > 900 && theirs.size == frames * G7231_FRAME_BYTES);
    g7231_encoder_start(&encoder, dsp_set(0)->celp);
    for (size_t i = 0; i < frames; i++) {
        g7231_taming_start(&encoder.taming);
        encoder.sine = 0;
        g7231_encode_frame(&encoder, sound.samples + i * G7231_FRAME, G7231_RATE_63, &made);
        assert_int_equal(g7231_pack(&made, ours), G7231_FRAME_BYTES);
        if (memcmp(ours, theirs.data + i * G7231_FRAME_BYTES, G7231_FRAME_BYTES) != 0)
            fail_msg("frame %zu differs", i);
    }
    free(sound.samples);
    free(theirs.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_as_microsoft_wrote_them),
        cmocka_unit_test(formats_are_read_leniently),
        cmocka_unit_test(cells_and_unpadded_frames_decode_alike),
        cmocka_unit_test(cells_are_recognized_by_their_distance),
        cmocka_unit_test(a_decided_framing_does_not_change),
        cmocka_unit_test(pieces_of_any_size_decode_alike),
        cmocka_unit_test(truncated_ends),
        cmocka_unit_test(illegal_frames_are_concealed),
        cmocka_unit_test(silence_is_compressed_unless_frames_are_padded),
        cmocka_unit_test(speech_at_the_high_rate_decodes_as_ffmpeg_does),
        cmocka_unit_test(speech_at_the_low_rate_decodes_as_ffmpeg_does),
        cmocka_unit_test(without_taming_speech_is_encoded_as_ffmpeg_does),
    };

    return cmocka_run_group_tests_name("g7231_row", tests, 0, 0);
}
