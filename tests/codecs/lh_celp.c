/* L&H CELP decoding: a real file, random blocks, and the tables of the format. */
#include <math.h>
#include "support.h"
#include "bits.h"
#include "cli/golden.h"
#include "codecs/lh_celp/tables.h"

extern const struct codec lh_celp;

static const struct wave_format mono = { .channels = 1,
                                         .sample_rate = 8000,
                                         .block_align = LH_CELP_FRAME_BYTES };

/* --- librempeg --- */

/* The samples are librempeg's: its decoder ran alone on this file. */
static void a_real_file_decodes_as_librempeg_does(void **unused)
{
    struct bytes file = vector_read("lhcelp/8kcelp.wav"),
                 theirs = vector_read("lhcelp/8kcelp.decoded.s16");
    struct wave_format format;
    struct bytes blocks = wav_open(file, &format);
    struct sound ours = decode_all(&lh_celp, &format, 0, blocks);

    (void)unused;
    assert_int_equal(format.tag, 0x70);
    assert_int_equal(blocks.size, 691 * LH_CELP_FRAME_BYTES);
    assert_int_equal(ours.count, 691 * LH_CELP_FRAME);
    assert_int_equal(theirs.size, ours.count * sizeof(int16_t));
    for (size_t i = 0; i < ours.count; i++)
        if (ours.samples[i] != (int16_t)load16_le(theirs.data + 2 * i))
            fail_msg("sample %zu of block %zu is %d, not %d", i % LH_CELP_FRAME, i / LH_CELP_FRAME,
                     ours.samples[i], (int16_t)load16_le(theirs.data + 2 * i));
    free(file.data);
    free(theirs.data);
    free(ours.samples);
}

static void randomize(uint32_t *seed, uint8_t block[LH_CELP_FRAME_BYTES])
{
    for (int i = 0; i < LH_CELP_FRAME_BYTES; i++)
        block[i] = (uint8_t)(draw(seed) >> 11);
}

/* Beyond 147, librempeg's decoder reads other variables. */
static void limit_lags(struct lh_celp_parameters *parameters)
{
    int lag = LH_CELP_LAG_MIN + parameters->subframes[0].lag;

    for (int i = 1; i < LH_CELP_SUBFRAMES; i++) {
        if (lag + parameters->subframes[i].lag + LH_CELP_DELTA_MIN > LH_CELP_LAG_MAX)
            parameters->subframes[i].lag = -LH_CELP_DELTA_MIN;
        lag += parameters->subframes[i].lag + LH_CELP_DELTA_MIN;
    }
}

/* Most clip, and everything wraps. Every third block has low gains. The checksum is that of the
 * samples of librempeg's functions, compiled with -fwrapv. */
static void random_blocks_decode_as_librempeg_does(void **unused)
{
    enum { COUNT = 100000 };
    static struct lh_celp_decoder state;
    static uint8_t samples[COUNT][2 * LH_CELP_FRAME];
    uint32_t seed = 1, checksum;

    (void)unused;
    lh_celp_reset(&state);
    for (int n = 0; n < COUNT; n++) {
        struct lh_celp_parameters parameters;
        uint8_t block[LH_CELP_FRAME_BYTES];
        int16_t pcm[LH_CELP_FRAME];

        randomize(&seed, block);
        lh_celp_unpack(block, &parameters);
        for (int i = 0; i < LH_CELP_SUBFRAMES && n % 3 == 0; i++) {
            parameters.subframes[i].adaptive_gain %= 6;
            parameters.subframes[i].fixed_gain &= 0x17;
        }
        limit_lags(&parameters);
        lh_celp_decode_frame(&state, &parameters, pcm);
        for (int i = 0; i < LH_CELP_FRAME; i++)
            store16_le(samples[n] + 2 * i, (uint16_t)pcm[i]);
    }
    checksum = golden_checksum(samples, sizeof samples);
    print_message("%d random blocks: checksum %08X\n", COUNT, checksum);
    assert_int_equal(checksum, 0xC4AAB293);
}

/* All lags, for the sanitizers. */
static void any_bytes_decode(void **unused)
{
    enum { COUNT = 100000 };
    struct bytes blocks = { malloc(COUNT * LH_CELP_FRAME_BYTES), COUNT * LH_CELP_FRAME_BYTES };
    struct sound sound;
    uint32_t seed = 70;

    (void)unused;
    for (int n = 0; n < COUNT; n++)
        randomize(&seed, blocks.data + n * LH_CELP_FRAME_BYTES);
    sound = decode_all(&lh_celp, &mono, 0, blocks);
    assert_int_equal(sound.count, COUNT * LH_CELP_FRAME);
    for (size_t i = 0; i < sound.count; i++)
        assert_true(sound.samples[i] >= -32767);
    free(blocks.data);
    free(sound.samples);
}

/* --- Excitation --- */

/* A lag of 163 repeats the excitation 163 samples ago; what precedes the stream is zero. */
static void the_longest_lag_reaches_its_excitation(void **unused)
{
    struct lh_celp_decoder state;
    struct lh_celp_parameters
        loud = { .subframes = { { 0, 0, 255, 15 }, { 7, 0, 255, 15 }, { 7, 0, 255, 15 } } },
        longest = { .subframes = { { 127, 9, 53, 0 }, { 15, 9, 53, 0 }, { 15, 9, 53, 0 } } };
    const int16_t *now;
    int16_t pcm[LH_CELP_FRAME], before[LH_CELP_FRAME];

    (void)unused;
    assert_int_equal(LH_CELP_HISTORY, 163);
    lh_celp_reset(&state);
    lh_celp_decode_frame(&state, &longest, pcm);
    for (int i = 0; i < LH_CELP_HISTORY - 1; i++)
        assert_int_equal(state.excitation[i], i == LH_CELP_HISTORY - LH_CELP_FRAME + 53 ? 9 : 0);
    lh_celp_decode_frame(&state, &loud, pcm);
    memcpy(before, state.excitation + LH_CELP_HISTORY - LH_CELP_FRAME, sizeof before);
    lh_celp_decode_frame(&state, &longest, pcm);
    now = state.excitation + LH_CELP_HISTORY - 53;
    for (int i = 0; i < 53; i++)
        assert_int_equal(
            now[i], wrap16((before[LH_CELP_FRAME - 53 + i + 160 - 163] * 12745 + 0x1000) >> 13));
}

static void pulses_are_inside_the_subframe(void **unused)
{
    (void)unused;
    for (int lag = 6; lag <= LH_CELP_HISTORY; lag++)
        for (unsigned code = 0; code < LH_CELP_CODES; code++)
            for (int size = LH_CELP_SUBFRAME - 1; size <= LH_CELP_SUBFRAME; size++) {
                struct lh_celp_pulses pulses;
                int count = lh_celp_pulses(code, lag, size, &pulses);

                assert_in_range(count, code == 53 && size == 53 ? 0 : 1, LH_CELP_PULSES_MAX);
                for (int i = 0; i < count; i++) {
                    assert_in_range(pulses.at[i], i ? pulses.at[i - 1] + 1 : 0, size - 1);
                    assert_true(pulses.sign[i] == 1 || (pulses.sign[i] == -1 && i && code >= 64));
                }
            }
}

/* --- Bits and tables --- */

static void packing_restores_the_bits(void **unused)
{
    uint8_t bytes[LH_CELP_FRAME_BYTES], again[LH_CELP_FRAME_BYTES];
    struct lh_celp_parameters parameters;
    uint32_t seed = 3;

    (void)unused;
    for (int i = 0; i < 2000; i++) {
        randomize(&seed, bytes);
        lh_celp_unpack(bytes, &parameters);
        lh_celp_pack(&parameters, again);
        assert_memory_equal(bytes, again, LH_CELP_FRAME_BYTES);
        for (int k = 0; k < LH_CELP_ORDER; k++)
            assert_true(parameters.lsf[k] < 1 << lh_celp_lsf_bits[k]);
    }
}

/* Five entries are up to .0053 below the next integer and rounded up; acos(1) is 8, not 0. */
static void tables_follow_their_formulas(void **unused)
{
    const double scale = 32768 / acos(-1), slack = .0053;

    (void)unused;
    for (int i = 1; i < LH_CELP_ACOS_FINE; i++)
        assert_int_equal(lh_celp_acos_fine[i], (int)(scale * acos(1 - i / 1024.) + slack));
    for (int i = 0; i < LH_CELP_ACOS; i++)
        assert_int_equal(lh_celp_acos[i], (int)(scale * acos(1 - i / 128.) + slack));
    for (int i = 0; i < LH_CELP_ORDER; i++) {
        assert_int_equal(lh_celp_lsf_start[i], (2 * i + 1) * 16384 / 10);
        if (i % 2 == 0)
            for (int code = 1; code < 1 << lh_celp_lsf_bits[i]; code++)
                assert_true(lh_celp_lsf_even[i / 2][code] > lh_celp_lsf_even[i / 2][code - 1]);
        else
            assert_int_equal(2 * lh_celp_lsf_odd[i / 2].count - 2, 1 << lh_celp_lsf_bits[i]);
    }
}

/* Except at the upper ends of the intervals: one or two frequencies in each. */
static void cosines_are_close(void **unused)
{
    int far = 0;

    (void)unused;
    for (int lsf = 819; lsf <= 32767 - 819; lsf++) {
        double error = lh_celp_cosine((int16_t)lsf) - 32768 * cos(lsf * acos(-1) / 32768);

        far += fabs(error) > 24;
        assert_true(fabs(error) < 540);
    }
    print_message("%d cosines are off by the wrong sign of a step\n", far);
    assert_in_range(far, 2 * (LH_CELP_ACOS - 4), 2 * (LH_CELP_ACOS + 2 * LH_CELP_ACOS_FINE));
}

/* --- Format --- */

static void the_header_is_as_windows_wrote_it(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format ours = format_of(&lh_celp, lh_celp.modes[0], extra), real;
    struct bytes file = vector_read("lhcelp/8kcelp.wav");

    (void)unused;
    wav_open(file, &real);
    assert_same_header(&real, &ours);
    free(file.data);
}

static void headers_are_read_leniently(void **unused)
{
    struct wave_format format = { .tag = 0x1101, .channels = 1, .sample_rate = 8000 };
    struct layout layout;

    (void)unused;
    assert_ptr_equal(codec_find(0x1101), &lh_celp);
    for (uint16_t align = 0; align < 100; align++) {
        format.block_align = align;
        assert_int_equal(parses(&lh_celp, &format, &layout), align <= 1 || align % 12 == 0);
        if (align <= 1 || align % 12 == 0)
            assert_true(layout.block.bytes == 12 && layout.block.frames == 160 &&
                        layout.least_bytes == 12 && layout.delay == 118);
    }
    format.channels = 2;
    format.block_align = 12;
    assert_false(parses(&lh_celp, &format, &layout));
    format.channels = 1;
    format.sample_rate = 11025;
    assert_false(parses(&lh_celp, &format, &layout));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_real_file_decodes_as_librempeg_does),
        cmocka_unit_test(random_blocks_decode_as_librempeg_does),
        cmocka_unit_test(any_bytes_decode),
        cmocka_unit_test(the_longest_lag_reaches_its_excitation),
        cmocka_unit_test(pulses_are_inside_the_subframe),
        cmocka_unit_test(packing_restores_the_bits),
        cmocka_unit_test(tables_follow_their_formulas),
        cmocka_unit_test(cosines_are_close),
        cmocka_unit_test(the_header_is_as_windows_wrote_it),
        cmocka_unit_test(headers_are_read_leniently),
    };

    return cmocka_run_group_tests_name("lh_celp", tests, 0, 0);
}
