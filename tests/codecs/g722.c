/* G.722 against the sequences of its Appendix II, spandsp and ffmpeg. */
#include "support.h"
#include "bits.h"
#include "codecs/g722/coder.c" /* for access to each band */
#include "codecs/g722/tables.h"
#include <math.h>
#ifdef HAVE_SPANDSP
#include <spandsp/telephony.h>
#include <spandsp/g722.h>
#endif

extern const struct codec g722;

static const struct wave_format wide = { .tag = 0x65,
                                         .channels = 1,
                                         .sample_rate = 16000,
                                         .byte_rate = 8000,
                                         .block_align = 1,
                                         .bits_per_sample = 4 };

/* --- A single code of one band: 15-bit samples to codes of 6 and 2 bits, and back. Codes of the
 * low band lack the bits that the mode does not use. --- */

static unsigned low_encoded(struct g722_band *band, int32_t x)
{
    struct window window;
    unsigned code;

    open_window(&window, band);
    code = encode_low(band, x, window.d + CHUNK);
    close_window(&window, band, 1);
    return code;
}

static unsigned high_encoded(struct g722_band *band, int32_t x)
{
    struct window window;
    unsigned code;

    open_window(&window, band);
    code = encode_high(band, x, window.d + CHUNK);
    close_window(&window, band, 1);
    return code;
}

static int32_t low_decoded(struct g722_band *band, unsigned code, int mode)
{
    struct window window;
    int32_t r;

    open_window(&window, band);
    r = decode_low(band, code, mode, window.d + CHUNK);
    close_window(&window, band, 1);
    return r;
}

static int32_t high_decoded(struct g722_band *band, unsigned code)
{
    struct window window;
    int32_t r;

    open_window(&window, band);
    r = g722_limit(g722_adapt_high(band, code, window.d + CHUNK));
    close_window(&window, band, 1);
    return r;
}

/* --- Appendix II: bypasses the filters; a 16-bit value with its lowest bit set requests a reset
 * ---
 */

static void sequence_is_encoded(const char *input, const char *codes)
{
    struct bytes in = vector_read(input), cod = vector_read(codes);
    struct g722_coder state;
    size_t octets = 0;

    assert_true(in.size > 0 && in.size == cod.size);
    g722_start(&state);
    for (size_t i = 0; i < in.size; i += 2) {
        uint16_t word = load16_le(in.data + i);
        unsigned made;

        if (word & 1) {
            g722_start(&state);
            continue;
        }
        made = low_encoded(&state.low, (int16_t)word >> 1) |
               high_encoded(&state.high, (int16_t)word >> 1) << 6;
        if (made != cod.data[i + 1])
            fail_msg("%s: octet %zu is %02x, not %02x", codes, i / 2, made, cod.data[i + 1]);
        octets++;
    }
    print_message("%s: %zu octets\n", codes, octets);
    free(in.data);
    free(cod.data);
}

/* The mode, a digit, is appended to `low`. */
static void sequence_is_decoded(const char *codes, const char *low, const char *high)
{
    for (int mode = 1; mode <= 3; mode++) {
        char name[40];
        struct bytes cod = vector_read(codes), out_high = vector_read(high), out_low;
        struct g722_coder state;
        size_t octets = 0;

        snprintf(name, sizeof name, "%s%d", low, mode);
        out_low = vector_read(name);
        assert_true(cod.size > 0 && cod.size == out_low.size && cod.size == out_high.size);
        g722_start(&state);
        for (size_t i = 0; i < cod.size; i += 2) {
            unsigned octet = cod.data[i + 1];
            int32_t rl, rh;

            if (load16_le(cod.data + i) & 1) {
                g722_start(&state);
                continue;
            }
            rl = low_decoded(&state.low, (octet & 63) >> (mode - 1), mode);
            rh = high_decoded(&state.high, octet >> 6);
            if (rl != (int16_t)load16_le(out_low.data + i) >> 1 ||
                rh != (int16_t)load16_le(out_high.data + i) >> 1)
                fail_msg("%s, mode %d: sample %zu is %d and %d", codes, mode, i / 2, (int)rl,
                         (int)rh);
            octets++;
        }
        print_message("%s, mode %d: %zu octets\n", codes, mode, octets);
        free(cod.data);
        free(out_low.data);
        free(out_high.data);
    }
}

static void sequence_1_is_encoded(void **unused)
{
    (void)unused;
    sequence_is_encoded("g722/bt1c1.xmt", "g722/bt2r1.cod");
}
static void sequence_2_is_encoded(void **unused)
{
    (void)unused;
    sequence_is_encoded("g722/bt1c2.xmt", "g722/bt2r2.cod");
}
static void sequence_1_is_decoded(void **unused)
{
    (void)unused;
    sequence_is_decoded("g722/bt2r1.cod", "g722/bt3l1.rc", "g722/bt3h1.rc0");
}
static void sequence_2_is_decoded(void **unused)
{
    (void)unused;
    sequence_is_decoded("g722/bt2r2.cod", "g722/bt3l2.rc", "g722/bt3h2.rc0");
}
static void sequence_3_is_decoded(void **unused)
{
    (void)unused;
    sequence_is_decoded("g722/bt1d3.cod", "g722/bt3l3.rc", "g722/bt3h3.rc0");
}

/* --- spandsp and ffmpeg, including the filters --- */

static struct bytes bytes_of(struct sound sound)
{
    return (struct bytes){ (uint8_t *)sound.samples, sound.count * 2 };
}

static void assert_same(struct bytes ours, struct bytes theirs, unsigned width)
{
    assert_int_equal(ours.size, theirs.size);
    for (size_t i = 0; i < ours.size; i++)
        if (ours.data[i] != theirs.data[i])
            fail_msg("%zu of %zu differs", i / width, ours.size / width);
}

#ifdef HAVE_SPANDSP
static struct bytes peer_encode(struct sound sound)
{
    struct bytes out = { malloc(sound.count / 2 + 1), 0 };
    g722_encode_state_t *peer = g722_encode_init(0, 64000, 0);

    out.size = (size_t)g722_encode(peer, out.data, sound.samples, (int)sound.count);
    g722_encode_free(peer);
    return out;
}

static struct sound peer_decode(struct bytes bytes, int mode)
{
    struct sound out = { malloc(bytes.size * 4 + 1), 0 };
    g722_decode_state_t *peer = g722_decode_init(0,
                                                 mode == 1   ? 64000
                                                 : mode == 2 ? 56000
                                                             : 48000,
                                                 0);
    uint8_t *codes = malloc(bytes.size + 1);

    /* In spandsp's octets of 56 and 48 kbit/s the unused bits are at the top. */
    for (size_t i = 0; i < bytes.size; i++)
        codes[i] = (uint8_t)(bytes.data[i] >> (mode - 1));
    out.count = (size_t)g722_decode(peer, out.samples, codes, (int)bytes.size);
    g722_decode_free(peer);
    free(codes);
    return out;
}
#else
static struct bytes peer_encode(struct sound sound)
{
    (void)sound;
    print_message("spandsp is not installed\n");
    skip();
    return (struct bytes){ 0, 0 };
}

static struct sound peer_decode(struct bytes bytes, int mode)
{
    (void)bytes;
    (void)mode;
    print_message("spandsp is not installed\n");
    skip();
    return (struct sound){ 0, 0 };
}
#endif

static struct sound decode_mode(struct bytes bytes, int mode)
{
    struct wave_format format = wide;

    format.bits_per_sample = (uint16_t)(mode == 1 ? 4 : 9 - mode);
    return decode_all(&g722, &format, 0, bytes);
}

static void check_both_directions(struct sound sound)
{
    struct bytes ours, theirs;

    sound.count -= sound.count % 2;
    ours = encode_all(&g722, &wide, 0, sound);
    theirs = peer_encode(sound);
    assert_same(ours, theirs, 1);
    for (int mode = 1; mode <= 3; mode++) {
        struct sound out = decode_mode(ours, mode), peers = peer_decode(ours, mode);

        assert_same(bytes_of(out), bytes_of(peers), 2);
        free(out.samples);
        free(peers.samples);
    }
    free(ours.data);
    free(theirs.data);
}

static struct sound wide_speech(void)
{
    struct sound narrow = speech();
    struct bytes out = peer_run("sox -t s16 -r 8000 -c 1 - -t s16 -r 16000 - 2>/dev/null",
                                narrow.samples, narrow.count * 2);

    free(narrow.samples);
    return (struct sound){ (int16_t *)(void *)out.data, out.size / 2 };
}

static void speech_goes_both_directions_as_in_spandsp(void **unused)
{
    struct sound sound = wide_speech();

    (void)unused;
    check_both_directions(sound);
    free(sound.samples);
}

static void music_goes_both_directions_as_in_spandsp(void **unused)
{
    struct sound sound = music();

    (void)unused;
    check_both_directions(sound);
    free(sound.samples);
}

/* The filters of ffmpeg saturate like the ITU's; those of spandsp do not. */
static void check_decoding(struct bytes bytes)
{
    struct bytes theirs =
        peer_run("ffmpeg -v error -f g722 -i - -f s16le -", bytes.data, bytes.size);
    struct sound out = decode_mode(bytes, 1);

    assert_same(bytes_of(out), theirs, 2);
    free(out.samples);
    free(theirs.data);
}

/* ffmpeg encodes frames of 320 samples and pads the last one. */
static void check_encoding(struct sound sound)
{
    struct bytes ours = encode_all(&g722, &wide, 0, sound), theirs;

    theirs = peer_run("ffmpeg -v error -f s16le -ar 16000 -ac 1 -i - -f g722 -", sound.samples,
                      sound.count * 2);
    assert_in_range(theirs.size, sound.count / 2 - 320, sound.count / 2 + 320);
    theirs.size = ours.size = theirs.size < ours.size ? theirs.size : ours.size;
    assert_same(ours, theirs, 1);
    check_decoding(ours);
    free(ours.data);
    free(theirs.data);
}

static void speech_goes_both_directions_as_in_ffmpeg(void **unused)
{
    struct sound sound = wide_speech();

    (void)unused;
    check_encoding(sound);
    free(sound.samples);
}

/* The level is half of full scale because ffmpeg does not limit the output of the filter (5.2.1),
 * which square waves and noise at full scale would exceed. */
static void generated_sound_goes_both_directions_as_in_ffmpeg(void **unused)
{
    struct sound sound = generated(200000, 722);

    (void)unused;
    for (size_t i = 0; i < sound.count; i++)
        sound.samples[i] /= 2;
    check_encoding(sound);
    free(sound.samples);
}

static void random_octets_decode_as_in_ffmpeg(void **unused)
{
    struct bytes bytes = { malloc(100000), 100000 };
    uint32_t seed = 722;

    (void)unused;
    for (size_t i = 0; i < bytes.size; i++)
        bytes.data[i] = (uint8_t)(draw(&seed) >> 24);
    check_decoding(bytes);
    free(bytes.data);
}

static void asterisks_prompt_decodes_as_in_ffmpeg(void **unused)
{
    struct bytes bytes = sample_read("conf-adminmenu-162.g722");

    (void)unused;
    check_decoding(bytes);
    free(bytes.data);
}

/* Requires the Debian package of Asterisk's prompts in G.722. */
static void debians_prompts_decode_as_in_ffmpeg(void **unused)
{
    struct bytes bytes =
        peer_run("cat $(ls ${OMNIACM_G722:-/usr/share/asterisk/sounds/en_US_f_Allison}/*.g722 "
                 "2>/dev/null | head -100) /dev/null",
                 "", 0);

    (void)unused;
    if (bytes.size == 0) {
        print_message("the prompts of asterisk-core-sounds-en-g722 are missing\n");
        skip();
    }
    check_decoding(bytes);
    print_message("%zu octets\n", bytes.size);
    free(bytes.data);
}

/* --- Tables and headers --- */

static void tables_have_their_formulas(void **unused)
{
    (void)unused;
    for (int i = 0; i < 32; i++)
        assert_int_equal(lround(2048 * exp2(i / 32.0)), g722_antilog[i]);
    for (int i = 0; i < G722_TAPS; i++) {
        assert_int_equal(g722_filter[i], g722_filter[G722_TAPS - 1 - i]);
        assert_int_equal(g722_mirror[i], i % 2 ? g722_filter[i] : -g722_filter[i]);
    }
    for (int i = 0; i < 32; i++) /* the sign is the same in 6 and in 5 bits */
        assert_true((g722_inverse_6[2 * i] < 0) == (g722_inverse_5[i] < 0) || i == 31);
}

static struct wave_format header(uint32_t byte_rate, uint16_t block_align, uint16_t bits)
{
    return (struct wave_format){ .tag = 0x65,
                                 .channels = 1,
                                 .sample_rate = 16000,
                                 .byte_rate = byte_rate,
                                 .block_align = block_align,
                                 .bits_per_sample = bits };
}

/* Determines the mode that a header means from the decoder's output. */
static int mode_of(struct wave_format format)
{
    struct bytes bytes = { malloc(400), 400 };
    uint32_t seed = 9;
    struct sound out;

    for (size_t i = 0; i < bytes.size; i++)
        bytes.data[i] = (uint8_t)(draw(&seed) >> 24);
    out = decode_all(&g722, &format, 0, bytes);
    for (int mode = 1; mode <= 3; mode++)
        if (memcmp(out.samples, decode_mode(bytes, mode).samples, out.count * 2) == 0)
            return mode;
    return 0;
}

static void headers_determine_the_mode(void **unused)
{
    uint8_t extra[EXTRA_ROOM];

    (void)unused;
    assert_int_equal(mode_of(header(8000, 1, 4)), 1);
    assert_int_equal(mode_of(header(16000, 1, 8)),
                     1); /* written by a recorder; the byte rate is that of ffmpeg */
    assert_int_equal(mode_of(header(0, 0, 0)), 1);
    assert_int_equal(mode_of(header(7000, 1, 4)), 2);
    assert_int_equal(mode_of(header(6000, 1, 0)), 3);
    assert_int_equal(mode_of(format_of(&g722, (struct mode){ 16000, 1, 64000 }, extra)), 1);
    assert_int_equal(mode_of(format_of(&g722, (struct mode){ 16000, 1, 56000 }, extra)), 2);
    assert_int_equal(mode_of(format_of(&g722, (struct mode){ 16000, 1, 48000 }, extra)), 3);
    assert_int_equal(format_of(&g722, (struct mode){ 16000, 1, 32000 }, extra).channels, 0);
    assert_ptr_equal(codec_find(0x28F), &g722);
    assert_ptr_equal(codec_find(0xA112), &g722);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_have_their_formulas),
        cmocka_unit_test(headers_determine_the_mode),
        cmocka_unit_test(sequence_1_is_encoded),
        cmocka_unit_test(sequence_2_is_encoded),
        cmocka_unit_test(sequence_1_is_decoded),
        cmocka_unit_test(sequence_2_is_decoded),
        cmocka_unit_test(sequence_3_is_decoded),
        cmocka_unit_test(speech_goes_both_directions_as_in_spandsp),
        cmocka_unit_test(music_goes_both_directions_as_in_spandsp),
        cmocka_unit_test(speech_goes_both_directions_as_in_ffmpeg),
        cmocka_unit_test(generated_sound_goes_both_directions_as_in_ffmpeg),
        cmocka_unit_test(random_octets_decode_as_in_ffmpeg),
        cmocka_unit_test(asterisks_prompt_decodes_as_in_ffmpeg),
        cmocka_unit_test(debians_prompts_decode_as_in_ffmpeg),
    };

    return cmocka_run_group_tests_name("g722", tests, 0, 0);
}
