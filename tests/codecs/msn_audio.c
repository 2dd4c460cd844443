/* MSN Audio against ffmpeg, and against libgsm after its pulses are widened. */
#include "adpcm_support.h"
#include "codecs/gsm610/gsm610.h"
#ifdef HAVE_GSM
#include <gsm.h>
#endif

extern const struct codec gsm610, msn_audio;

enum { SIZES = 9, BLOCKS = 300 };

/* The bits of each pulse, as runs: how many pulses have 1, 2 and 3 bits. More bits come first. */
static const struct size {
    uint8_t bytes;
    uint8_t runs[GSM610_SUBFRAMES][3];
} sizes[SIZES] = {
    { 41, { { 5, 8, 0 }, { 13, 0, 0 }, { 13, 0, 0 }, { 13, 0, 0 } } },
    { 44, { { 0, 13, 0 }, { 6, 7, 0 }, { 13, 0, 0 }, { 13, 0, 0 } } },
    { 47, { { 0, 13, 0 }, { 0, 13, 0 }, { 7, 6, 0 }, { 13, 0, 0 } } },
    { 50, { { 0, 13, 0 }, { 0, 13, 0 }, { 0, 13, 0 }, { 8, 5, 0 } } },
    { 53, { { 0, 9, 4 }, { 0, 13, 0 }, { 0, 13, 0 }, { 0, 13, 0 } } },
    { 56, { { 0, 0, 13 }, { 0, 10, 3 }, { 0, 13, 0 }, { 0, 13, 0 } } },
    { 59, { { 0, 0, 13 }, { 0, 0, 13 }, { 0, 11, 2 }, { 0, 13, 0 } } },
    { 62, { { 0, 0, 13 }, { 0, 0, 13 }, { 0, 0, 13 }, { 0, 12, 1 } } },
    { 65, { { 0, 0, 13 }, { 0, 0, 13 }, { 0, 0, 13 }, { 0, 0, 13 } } },
};

static struct wave_format format_with(const struct size *size)
{
    return (struct wave_format){ .tag = 0x32,
                                 .channels = 1,
                                 .sample_rate = 8000,
                                 .byte_rate = size->bytes * 25u,
                                 .block_align = size->bytes };
}

/* The bits of pulse `i` of a subframe. */
static unsigned bits_of(const uint8_t runs[3], unsigned i)
{
    return i < runs[2] ? 3 : i < runs[2] + runs[1] ? 2 : 1;
}

static unsigned bit_at(const uint8_t *bytes, unsigned at) { return bytes[at / 8] >> at % 8 & 1; }

static void put_bit(uint8_t *bytes, unsigned at, unsigned bit)
{
    bytes[at / 8] = (uint8_t)((bytes[at / 8] & ~(1u << at % 8)) | bit << at % 8);
}

/* Copies `n` bits and moves on in both directions. */
static void copy(const uint8_t *from, unsigned *at, uint8_t *to, unsigned *there, unsigned n)
{
    while (n--)
        put_bit(to, (*there)++, bit_at(from, (*at)++));
}

/* Rewrites blocks as blocks of GSM 6.10. */
static struct bytes widened(const struct size *size, struct bytes bytes)
{
    static const uint8_t levels[4][4] = { { 0 }, { 0, 7 }, { 0, 2, 5, 7 } };
    size_t blocks = bytes.size / size->bytes;
    struct bytes out = { calloc(blocks, 65), blocks * 65 };
    unsigned at = 0, there = 0;

    for (size_t frame = 0; frame < 2 * blocks; frame++) {
        copy(bytes.data, &at, out.data, &there, 36);
        for (unsigned i = 0; i < GSM610_SUBFRAMES; i++) {
            copy(bytes.data, &at, out.data, &there, 17);
            for (unsigned j = 0; j < GSM610_PULSES; j++) {
                unsigned n = bits_of(size->runs[i], j), code = 0;

                if (n == 3) {
                    copy(bytes.data, &at, out.data, &there, 3);
                    continue;
                }
                for (unsigned k = 0; k < n; k++)
                    code |= bit_at(bytes.data, at++) << k;
                for (unsigned k = 0; k < 3; k++)
                    put_bit(out.data, there++, levels[n][code] >> k & 1);
            }
        }
    }
    assert_true(at == bytes.size * 8 && there == out.size * 8);
    return out;
}

static struct bytes random_blocks(const struct size *size)
{
    struct bytes bytes = { malloc(BLOCKS * size->bytes), BLOCKS * (size_t)size->bytes };
    uint32_t seed = size->bytes;

    for (size_t i = 0; i < bytes.size; i++)
        bytes.data[i] = (uint8_t)(draw(&seed) >> 24);
    return bytes;
}

/* FFmpeg does not saturate where the standard does, and clips a lag that is out of range, where the
 * standard repeats the last one: this makes lags valid and the sound quiet, and leaves the other
 * bits. */
static void tame(const struct size *size, struct bytes bytes)
{
    uint32_t seed = 50;
    unsigned at = 0;

    while (at < bytes.size * 8) {
        at += 36;
        for (unsigned i = 0; i < GSM610_SUBFRAMES; i++) {
            unsigned lag = 40 + draw(&seed) % 81;

            for (unsigned k = 0; k < 7; k++)
                put_bit(bytes.data, at + k, lag >> k & 1);
            put_bit(bytes.data, at + 15, 0);
            put_bit(bytes.data, at + 16, 0);
            at += 17;
            for (unsigned j = 0; j < GSM610_PULSES; j++)
                at += bits_of(size->runs[i], j);
        }
    }
}

static void random_blocks_decode_as_ffmpeg_does(void **unused)
{
    (void)unused;
    for (const struct size *size = sizes; size < sizes + SIZES; size++) {
        struct wave_format format = format_with(size);
        struct bytes bytes = random_blocks(size);

        tame(size, bytes);
        assert_int_equal(check_equal(&msn_audio, coded_make(&msn_audio, &format, bytes),
                                     decoded_by_ffmpeg, "random blocks"),
                         BLOCKS * GSM610_BLOCK_SAMPLES);
        free(bytes.data);
    }
}

static void made_blocks_decode_as_ffmpeg_does(void **unused)
{
    struct sound sound = speech();

    (void)unused;
    for (const struct size *size = sizes; size < sizes + SIZES; size++) {
        struct wave_format format = format_with(size);
        struct bytes bytes = encode_all(&msn_audio, &format, 0, sound);

        assert_int_equal(bytes.size, sound.count / GSM610_BLOCK_SAMPLES * size->bytes);
        check_equal(&msn_audio, coded_make(&msn_audio, &format, bytes), decoded_by_ffmpeg,
                    "speech");
        free(bytes.data);
    }
    free(sound.samples);
}

#ifdef HAVE_GSM
static struct sound decoded_by_libgsm(struct bytes bytes)
{
    gsm peer = gsm_create();
    struct sound out = { malloc(bytes.size / 65 * 640), bytes.size / 65 * 320 };
    int on = 1;

    gsm_option(peer, GSM_OPT_WAV49, &on);
    for (size_t i = 0; i < bytes.size / 65; i++) {
        gsm_decode(peer, bytes.data + i * 65, out.samples + i * 320);
        gsm_decode(peer, bytes.data + i * 65 + 33, out.samples + i * 320 + GSM610_FRAME);
    }
    gsm_destroy(peer);
    return out;
}
#else
static struct sound decoded_by_libgsm(struct bytes bytes)
{
    (void)bytes;
    print_message("libgsm is not installed\n");
    skip();
    return (struct sound){ 0, 0 };
}
#endif

/* Any bytes, with overflows and lags that are out of range. */
static void random_blocks_decode_as_wider_ones_in_libgsm(void **unused)
{
    (void)unused;
    for (const struct size *size = sizes; size < sizes + SIZES; size++) {
        struct wave_format format = format_with(size);
        struct bytes bytes = random_blocks(size), wide = widened(size, bytes);
        struct sound ours = decode_all(&msn_audio, &format, 0, bytes),
                     theirs = decoded_by_libgsm(wide);

        assert_int_equal(ours.count, theirs.count);
        assert_memory_equal(ours.samples, theirs.samples, ours.count * sizeof(int16_t));
        free(bytes.data);
        free(wide.data);
        free(ours.samples);
        free(theirs.samples);
    }
}

/* --- The codec interface --- */

static void formats_are_those_of_msnaudio_acm(void **unused)
{
    static const struct {
        uint32_t sample_rate;
        uint16_t block;
        uint32_t byte_rate;
        uint16_t bit_rate;
    } known[] = { { 8000, 41, 1025, 8200 },
                  { 8000, 50, 1250, 10000 },
                  { 11025, 41, 1413, 11301 },
                  { 11025, 44, 1516, 12128 },
                  { 11025, 50, 1723, 13782 } };

    (void)unused;
    for (size_t i = 0; i < 5; i++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(&msn_audio, msn_audio.modes[i], extra);

        assert_int_equal(format.tag, 0x32);
        assert_int_equal(format.channels, 1);
        assert_int_equal(format.sample_rate, known[i].sample_rate);
        assert_int_equal(format.block_align, known[i].block);
        assert_int_equal(format.byte_rate, known[i].byte_rate);
        assert_int_equal(format.bits_per_sample, 0);
        assert_int_equal(format.extra_size, 4);
        assert_int_equal(load16_le(extra), 320);
        assert_int_equal(load16_le(extra + 2), known[i].bit_rate);
    }
    assert_int_equal(msn_audio.modes[5].sample_rate, 0);
    assert_ptr_equal(codec_find(0x32), &msn_audio);
}

static void every_size_has_its_bit_rate(void **unused)
{
    (void)unused;
    for (const struct size *size = sizes; size < sizes + SIZES; size++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format =
            format_of(&msn_audio, (struct mode){ 8000, 1, size->bytes * 200u }, extra);
        struct layout layout;

        assert_int_equal(format.block_align, size->bytes);
        assert_int_equal(load16_le(extra + 2), size->bytes * 200);
        assert_true(parses(&msn_audio, &format, &layout) && layout.block.bytes == size->bytes &&
                    layout.block.frames == 320);
        format = format_of(&msn_audio, (struct mode){ 8000, 1, size->bytes * 200u + 100 }, extra);
        assert_false(parses(&msn_audio, &format, &layout));
    }
}

/* The size of a block as parsed from a header, or 0 if it is refused. */
static uint32_t block_of(uint16_t block_align, uint32_t byte_rate, uint16_t bit_rate)
{
    uint8_t extra[4];
    struct wave_format format = {
        0x32, 1, 8000, byte_rate, block_align, 0, bit_rate ? 4 : 0, bit_rate ? extra : 0
    };
    struct layout layout;

    store16_le(extra, 320);
    store16_le(extra + 2, bit_rate);
    return parses(&msn_audio, &format, &layout) ? layout.block.bytes : 0;
}

static void lenient_headers_are_accepted(void **unused)
{
    struct wave_format stereo = { 0x32, 2, 8000, 2050, 41, 0, 0, 0 };
    struct layout layout;

    (void)unused;
    assert_int_equal(block_of(50, 1025, 8200), 50);
    assert_int_equal(block_of(41, 0, 0), 41);
    assert_int_equal(block_of(0, 1025, 10000), 50);
    assert_int_equal(block_of(1, 1250, 0), 50);
    assert_int_equal(block_of(1, 1250, 1), 50);
    assert_int_equal(block_of(82, 1025, 0), 41);
    assert_int_equal(block_of(2200, 0, 10000), 50);
    assert_int_equal(block_of(0, 0, 0), 65);
    assert_int_equal(block_of(1, 0, 0), 65);
    assert_int_equal(block_of(130, 0, 0), 65);
    assert_int_equal(block_of(42, 1025, 8200), 0);
    assert_int_equal(block_of(33, 1650, 0), 0);
    assert_int_equal(block_of(68, 0, 0), 0);
    assert_false(parses(&msn_audio, &stereo, &layout));
}

static void a_truncated_block_gives_its_first_frame(void **unused)
{
    (void)unused;
    for (const struct size *size = sizes; size < sizes + SIZES; size++) {
        struct wave_format format = format_with(size);
        struct bytes bytes = random_blocks(size);
        struct sound whole =
            decode_all(&msn_audio, &format, 0, (struct bytes){ bytes.data, size->bytes });

        for (size_t in = 0; in < size->bytes; in++) {
            int16_t pcm[GSM610_BLOCK_SAMPLES];
            size_t made = 2 * in >= size->bytes ? GSM610_FRAME : 0;
            struct progress step = decode_once(&msn_audio, &format, bytes.data, pcm,
                                               (struct offer){ in, GSM610_BLOCK_SAMPLES, END });

            assert_true(step.used == in && step.made == made);
            assert_memory_equal(pcm, whole.samples, made * sizeof *pcm);
        }
        free(bytes.data);
        free(whole.samples);
    }
}

/* --- Encoding --- */

/* Blocks of 65 bytes are those of GSM 6.10. */
static void the_largest_blocks_encode_as_gsm_610(void **unused)
{
    struct wave_format format = format_with(&sizes[SIZES - 1]), other = format;
    struct sound sound = generated(100 * GSM610_BLOCK_SAMPLES, 3);
    struct bytes ours = encode_all(&msn_audio, &format, 0, sound), theirs;

    (void)unused;
    other.tag = 0x31;
    theirs = encode_all(&gsm610, &other, 0, sound);
    assert_int_equal(ours.size, theirs.size);
    assert_memory_equal(ours.data, theirs.data, ours.size);
    free(ours.data);
    free(theirs.data);
    free(sound.samples);
}

/* The pulses that GSM 6.10 chooses, with their top bits only, reach -3.1 dB at 41 bytes, 5.4 at 50
 * and 13.3 at 62. */
static void speech_reaches_its_quality(void **unused)
{
    static const double floors[SIZES] = { 10.1, 11.8, 12.9, 13.9, 15.0, 15.7, 16.5, 17.0, 15.2 };
    struct sound sound = speech();

    (void)unused;
    for (int i = 0; i < SIZES; i++) {
        struct wave_format format = format_with(&sizes[i]);
        struct bytes bytes = encode_all(&msn_audio, &format, 0, sound);
        struct sound back = decode_all(&msn_audio, &format, 0, bytes);
        double db = snr(sound.samples, back.samples, sound.count);

        print_message("blocks of %u bytes: %.2f dB\n", sizes[i].bytes, db);
        assert_true(db > floors[i]);
        free(bytes.data);
        free(back.samples);
    }
    free(sound.samples);
}

/* The search finds the pulses of a residual that has no others. */
static void the_search_finds_pulses(void **unused)
{
    const int16_t lars_q14[GSM610_ORDER] = { 9000, -6000, 3000 };
    const int16_t before[GSM610_SUBFRAME] = { 0 };
    int32_t h[GSM610_RESPONSE];
    uint32_t seed = 13;
    int found = 0;

    (void)unused;
    gsm610_respond(lars_q14, h);
    for (int n = 0; n < 200; n++) {
        unsigned pulse_bits = 13 + draw(&seed) % 14;
        struct gsm610_subframe in = { .grid = draw(&seed) % 4,
                                      .peak = (uint8_t)(16 + draw(&seed) % 40) },
                               out;
        int16_t d[GSM610_SUBFRAME];

        for (unsigned i = 0; i < GSM610_PULSES; i++) {
            unsigned bits = gsm610_pulse_bits(pulse_bits, i);

            in.pulses[i] = gsm610_pulse_codes[bits][draw(&seed) >> 9 & ((1u << bits) - 1)];
        }
        gsm610_rpe_decode(&in, d);
        gsm610_pulse_search(h, before, d, pulse_bits, &out);
        found += in.grid == out.grid && in.peak == out.peak &&
                 memcmp(in.pulses, out.pulses, sizeof in.pulses) == 0;
    }
    print_message("%d of 200 random sets of pulses found again\n", found);
    assert_true(found >= 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_blocks_decode_as_ffmpeg_does),
        cmocka_unit_test(made_blocks_decode_as_ffmpeg_does),
        cmocka_unit_test(random_blocks_decode_as_wider_ones_in_libgsm),
        cmocka_unit_test(formats_are_those_of_msnaudio_acm),
        cmocka_unit_test(every_size_has_its_bit_rate),
        cmocka_unit_test(lenient_headers_are_accepted),
        cmocka_unit_test(a_truncated_block_gives_its_first_frame),
        cmocka_unit_test(the_largest_blocks_encode_as_gsm_610),
        cmocka_unit_test(speech_reaches_its_quality),
        cmocka_unit_test(the_search_finds_pulses),
    };

    return cmocka_run_group_tests_name("msn_audio", tests, 0, 0);
}
