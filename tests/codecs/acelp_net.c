/* ACELP.net: real files and random blocks of all modes against ffmpeg, second by second; the
 * tables; headers; truncated and extreme blocks. */
#include <math.h>
#include "support.h"
#include "codecs/acelp_net/tables.h"

extern const struct codec acelp_net;

/* The least SNR of each second beside ffmpeg's floating point, in dB: it does not fall with time.
 */
#define SNR_LEAST 65

static const struct acelp_net_mode *wide(void) { return &acelp_net_modes[3]; }

static struct wave_format format_of_mode(const struct acelp_net_mode *mode)
{
    return (struct wave_format){ .tag = 0x130,
                                 .channels = 1,
                                 .sample_rate = mode == wide() ? 16000 : 8000,
                                 .byte_rate = mode->bit_rate / 8u,
                                 .block_align = mode->block_bytes,
                                 .bits_per_sample = 16 };
}

static void randomize(uint32_t *seed, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(draw(seed) >> 9);
}

/* --- FFmpeg --- */

/* If `near`, no sample differs by more than 1. Random blocks of the wide-band mode are up to ten
 * times too loud, and differ by 3 where they return from that. */
static void compare(const char *name, const struct wave_format *format, struct bytes blocks,
                    bool near)
{
    struct bytes wav = wav_make(format, blocks.data, blocks.size, 0),
                 theirs = peer_run("ffmpeg -v error -i - -f s16le -", wav.data, wav.size);
    struct sound ours = decode_all(&acelp_net, format, 0, blocks);
    const int16_t *expected = (const int16_t *)(const void *)theirs.data;
    double least = INFINITY;

    assert_int_equal(theirs.size, ours.count * sizeof(int16_t));
    if (near)
        check_near(name, ours.samples, expected, ours.count);
    for (size_t at = 0; at + format->sample_rate <= ours.count; at += format->sample_rate) {
        double decibels = snr(expected + at, ours.samples + at, format->sample_rate);

        least = decibels < least ? decibels : least;
        if (decibels < SNR_LEAST)
            fail_msg("%s: %.1f dB in the second from sample %zu on", name, decibels, at);
    }
    print_message("# %s: at least %.1f dB in each second\n", name, least);
    free(wav.data);
    free(theirs.data);
    free(ours.samples);
}

static void compare_file(const char *path, unsigned block_align)
{
    struct wave_format format;
    struct bytes file = vector_read(path), blocks = wav_open(file, &format);

    assert_int_equal(format.tag, 0x130);
    assert_int_equal(format.block_align, block_align);
    compare(path, &format, blocks, true);
    free(file.data);
}

static void a_real_wide_band_file_decodes_as_with_ffmpeg(void **unused)
{
    (void)unused;
    compare_file("acelpnet/0130-16k.wav", 20);
}

static void a_real_narrow_band_file_decodes_as_with_ffmpeg(void **unused)
{
    (void)unused;
    compare_file("acelpnet/0130-8k5.wav", 19);
}

static void random_blocks_decode_as_with_ffmpeg(void **unused)
{
    uint32_t seed = 130;

    (void)unused;
    for (int i = 0; i < ACELP_NET_MODES; i++) {
        enum { COUNT = 1000 };
        const struct acelp_net_mode *mode = &acelp_net_modes[i];
        struct wave_format format = format_of_mode(mode);
        size_t size = (size_t)COUNT * mode->block_bytes;
        struct bytes blocks = { malloc(size), size };
        char name[40];

        randomize(&seed, blocks.data, size);
        snprintf(name, sizeof name, "random, %d bit/s", mode->bit_rate);
        compare(name, &format, blocks, mode != wide());
        free(blocks.data);
    }
}

/* --- Blocks --- */

static void the_fields_of_the_frames_fill_a_block(void **unused)
{
    (void)unused;
    for (int i = 0; i < ACELP_NET_MODES; i++) {
        const struct acelp_net_mode *mode = &acelp_net_modes[i];
        uint8_t block[40] = { 0 };
        struct acelp_net_parameters out;
        unsigned at = 0;

        for (int frame = 0; frame < mode->block_frames; frame++)
            at = acelp_net_unpack(mode, block, at, &out);
        assert_int_equal(at, 8 * mode->block_bytes);
    }
}

/* The first of two frames ends in the middle of a block. */
static void a_truncated_block_may_hold_a_frame(void **unused)
{
    uint32_t seed = 29;

    (void)unused;
    for (int i = 0; i < ACELP_NET_MODES; i++) {
        const struct acelp_net_mode *mode = &acelp_net_modes[i];
        struct wave_format format = format_of_mode(mode);
        uint8_t block[40];
        struct sound whole, part;
        size_t least = (mode->block_bytes + mode->block_frames - 1u) / mode->block_frames;

        randomize(&seed, block, sizeof block);
        whole = decode_all(&acelp_net, &format, 0, (struct bytes){ block, mode->block_bytes });
        part = decode_all(&acelp_net, &format, 0, (struct bytes){ block, least });
        assert_int_equal(part.count, mode->frame);
        assert_memory_equal(part.samples, whole.samples, part.count * sizeof *part.samples);
        free(part.samples);
        part = decode_all(&acelp_net, &format, 0, (struct bytes){ block, least - 1 });
        assert_int_equal(part.count, 0);
        free(part.samples);
        free(whole.samples);
    }
}

/* For the sanitizers: the greatest gains and equal lags for a second, so that the excitation grows
 * without end, then random blocks. The limits let the sound return. */
static void extreme_blocks_saturate_and_recover(void **unused)
{
    uint32_t seed = 8;

    (void)unused;
    for (int i = 0; i < ACELP_NET_MODES; i++) {
        enum { LOUD = 200, COUNT = 1000 };
        const struct acelp_net_mode *mode = &acelp_net_modes[i];
        struct wave_format format = format_of_mode(mode);
        size_t size = (size_t)COUNT * mode->block_bytes;
        struct bytes blocks = { malloc(size), size };
        struct sound sound;
        int32_t peak = 0;

        randomize(&seed, blocks.data, size);
        memset(blocks.data, 0xFF, (size_t)LOUD * mode->block_bytes);
        sound = decode_all(&acelp_net, &format, 0, blocks);
        assert_int_equal(sound.count, (size_t)COUNT * mode->block_frames * mode->frame);
        for (size_t at = 0; at < sound.count * LOUD / COUNT; at++)
            peak = abs(sound.samples[at]) > peak ? abs(sound.samples[at]) : peak;
        assert_true(peak >= INT16_MAX);
        peak = 0;
        for (size_t at = sound.count * 9 / 10; at < sound.count; at++)
            peak += sound.samples[at] == INT16_MAX || sound.samples[at] == INT16_MIN;
        assert_true((size_t)peak < sound.count / 1000);
        free(blocks.data);
        free(sound.samples);
    }
}

/* --- Tables --- */

static void cosines(void **unused)
{
    (void)unused;
    for (int32_t lsf = 0; lsf < 330000000; lsf += 9973)
        assert_true(fabs(ldexp(acelp_net_cosine_q30(lsf), -30) - cos(lsf * 1e-8)) < ldexp(1, -27));
}

static void taps_are_mirrored(void **unused)
{
    (void)unused;
    for (int i = 0; i < ACELP_NET_TAPS; i++)
        assert_int_equal(acelp_net_wide_taps[0][i], acelp_net_wide_taps[1][ACELP_NET_TAPS - 1 - i]);
    for (int i = 0; i < ACELP_NET_TAPS - 1; i++)
        assert_int_equal(acelp_net_wide_taps[2][i], acelp_net_wide_taps[2][ACELP_NET_TAPS - 2 - i]);
    for (int phase = 0; phase < 3; phase++) {
        int32_t sum = 0, magnitudes = 0;

        for (int i = 0; i < ACELP_NET_TAPS; i++) {
            sum += acelp_net_wide_taps[phase][i];
            magnitudes += abs(acelp_net_wide_taps[phase][i]);
        }
        assert_true(abs(sum - 1000000) < 20000 && magnitudes < 2000000);
    }
}

/* No pair of vectors leads to coefficients near their limit, 32, or to an unstable reflection
 * coefficient. */
static void coefficients_stay_in_range(void **unused)
{
    uint32_t seed = 10;

    (void)unused;
    for (int n = 0; n < 100000; n++) {
        const struct acelp_net_mode *mode = n % 2 == 0 ? wide() : &acelp_net_modes[0];
        int order = mode == wide() ? ACELP_NET_WIDE_ORDER : ACELP_NET_NARROW_ORDER;
        int32_t past[ACELP_NET_ORDER_MAX] = { 0 }, lsp_q30[ACELP_NET_ORDER_MAX];
        int32_t a[ACELP_NET_ORDER_MAX];

        for (int i = 0; i < 2; i++) {
            uint8_t codes[ACELP_NET_CODEBOOKS];

            for (int j = 0; j < ACELP_NET_CODEBOOKS; j++)
                codes[j] = (uint8_t)(draw(&seed) >> 8 & ((1u << mode->lsf_bits[j]) - 1));
            if (mode == wide())
                acelp_net_wide_lsp(codes, draw(&seed) >> 8 & 1, past, lsp_q30);
            else
                acelp_net_narrow_lsp(codes, past, lsp_q30);
        }
        if (mode == wide())
            acelp_net_wide_lpc(lsp_q30, a);
        else
            acelp_net_narrow_lpc(lsp_q30, a);
        for (int i = 0; i < order; i++)
            assert_true(fabs(ldexp(a[i], -ACELP_NET_A_Q)) < 9);
        if (mode != wide())
            assert_true(fabs(ldexp(lsp_q30[order - 1], -30)) < 0.58);
    }
}

/* --- Formats --- */

static bool parses_as(uint32_t rate, unsigned block_align, uint32_t byte_rate, unsigned bytes)
{
    struct wave_format format = { .tag = 0x130,
                                  .channels = 1,
                                  .sample_rate = rate,
                                  .byte_rate = byte_rate,
                                  .block_align = (uint16_t)block_align };
    struct layout layout;

    return parses(&acelp_net, &format, &layout) && layout.block.bytes == bytes;
}

static void headers(void **unused)
{
    struct wave_format format = format_of_mode(wide());
    struct layout layout;

    (void)unused;
    assert_true(parses_as(8000, 19, 0, 19) && parses_as(8000, 29, 0, 29));
    assert_true(parses_as(8000, 37, 0, 37) && parses_as(16000, 20, 0, 20));
    assert_true(parses_as(8500, 19, 1062, 19)); /* Audible */
    assert_true(parses_as(8000, 1, 1055, 19) && parses_as(8000, 1, 805, 29));
    assert_true(parses_as(8000, 0, 616, 37) && parses_as(16000, 40, 2000, 20));
    assert_true(parses_as(8000, 1, UINT32_MAX, 19));
    assert_false(parses_as(22050, 19, 1055, 19));
    format.channels = 2;
    assert_false(parses(&acelp_net, &format, &layout));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_real_wide_band_file_decodes_as_with_ffmpeg),
        cmocka_unit_test(a_real_narrow_band_file_decodes_as_with_ffmpeg),
        cmocka_unit_test(random_blocks_decode_as_with_ffmpeg),
        cmocka_unit_test(the_fields_of_the_frames_fill_a_block),
        cmocka_unit_test(a_truncated_block_may_hold_a_frame),
        cmocka_unit_test(extreme_blocks_saturate_and_recover),
        cmocka_unit_test(cosines),
        cmocka_unit_test(taps_are_mirrored),
        cmocka_unit_test(coefficients_stay_in_range),
        cmocka_unit_test(headers),
    };

    return cmocka_run_group_tests_name("ACELP.net", tests, 0, 0);
}
