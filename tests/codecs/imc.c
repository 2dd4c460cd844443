/* Intel Music Coder and Indeo audio against ffmpeg: samples, the bit allocation of a real file, and
 * the masking of all sample rates; the arithmetic against the C library's; damaged blocks. */
#include <math.h>
#include "support.h"
#include "cli/golden.h"
#include "codecs/imc/tables.h"

extern const struct codec intel_music, indeo_audio;

enum { MUSIC_RATE = 11025, REAL_BLOCKS = 1311, SKIPPED = 9 };

static const struct wave_format mono = { .channels = 1,
                                         .sample_rate = MUSIC_RATE,
                                         .block_align = IMC_BLOCK_BYTES };

/* --- FFmpeg --- */

static void compare_with_ffmpeg(const struct codec *codec, unsigned rate, unsigned channels,
                                struct bytes blocks)
{
    struct wave_format format = { .tag = codec->tags->tag,
                                  .channels = (uint16_t)channels,
                                  .sample_rate = rate,
                                  .byte_rate = rate * channels / 4,
                                  .block_align = (uint16_t)(IMC_BLOCK_BYTES * channels),
                                  .bits_per_sample = 16 };
    struct sound ours = decode_all(codec, &format, 0, blocks);
    struct bytes wav = wav_make(&format, blocks.data, blocks.size, 0),
                 theirs = peer_run("ffmpeg -v error -i - -f s16le -", wav.data, wav.size);
    char name[80];

    snprintf(name, sizeof name, "%s, %u Hz, %u channels", codec->name, rate, channels);
    assert_int_equal(theirs.size, ours.count * sizeof(int16_t));
    check_near(name, ours.samples, (const int16_t *)(const void *)theirs.data, ours.count);
    free(ours.samples);
    free(wav.data);
    free(theirs.data);
}

/* Indeo audio's blocks are read the same way, with other tables: no file with them is known, so the
 * blocks of Intel Music Coder stand for them. */
static void a_real_file_decodes_as_with_ffmpeg(void **unused)
{
    static const unsigned rates[] = { 8000, 11025, 22050, 44100 };
    struct bytes file = vector_read("imc/imc-0401.wav"), blocks;
    struct wave_format format;

    (void)unused;
    blocks = wav_open(file, &format);
    assert_int_equal(format.tag, 0x401);
    assert_int_equal(blocks.size, REAL_BLOCKS * IMC_BLOCK_BYTES);
    compare_with_ffmpeg(&intel_music, MUSIC_RATE, 1, blocks);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        for (unsigned channels = 1; channels <= IMC_CHANNELS; channels++) {
            blocks.size -= blocks.size % (IMC_BLOCK_BYTES * channels);
            compare_with_ffmpeg(&indeo_audio, rates[i], channels, blocks);
        }
    free(file.data);
}

static struct imc_decoder *new_decoder(void)
{
    struct imc_decoder *state = calloc(1, sizeof *state);

    state->dsp = dsp_set(0)->mdct;
    state->channels = 1;
    imc_masking_fixed(&state->masking);
    imc_reset(state);
    return state;
}

/* The checksum is that of the lengths in FFmpeg's decoder. */
static void lengths_equal_ffmpeg(void **unused)
{
    struct bytes file = vector_read("imc/imc-0401.wav"), blocks;
    struct imc_decoder *state = new_decoder();
    uint8_t(*lengths)[IMC_FRAME] = calloc(REAL_BLOCKS, sizeof *lengths);
    struct wave_format format;
    struct imc_block block;

    (void)unused;
    blocks = wav_open(file, &format);
    for (size_t i = 0; i < REAL_BLOCKS; i++) {
        const uint8_t *src = blocks.data + i * IMC_BLOCK_BYTES;

        assert_true(imc_read(state, &state->channel[0], src, &block));
        for (int j = 0; j < IMC_FRAME; j++)
            lengths[i][j] = block.skipped[j] ? SKIPPED : block.lengths[j];
    }
    assert_int_equal(golden_checksum(lengths, REAL_BLOCKS * sizeof *lengths), 0xD1A5B293);
    free(lengths);
    free(state);
    free(file.data);
}

/* --- Masking --- */

static double bark(double f) { return 3.5 * atan((f / 7500) * (f / 7500)) + 13 * atan(f * .00076); }

static double value_of(struct real x) { return ldexp(x.m, x.e); }

/* FFmpeg's search, in steps of half a hertz. */
static double edge(double f, double limit, double step)
{
    double target = bark(f) + (step > 0 ? .5 : -.5), at = f;

    while (step > 0 ? at < limit : at > 0) {
        at += step;
        if (step > 0 ? bark(at) > target : bark(at) <= target)
            break;
    }
    return at;
}

static void check_masking(uint32_t rate)
{
    struct imc_masking masking;
    double middle[IMC_BANDS];

    imc_masking_of_rate(&masking, rate);
    for (int i = 0; i < IMC_BANDS; i++)
        middle[i] = (imc_edges[i] + imc_edges[i + 1] - 1) * (rate / 1024.0);
    for (int i = 0; i < IMC_BANDS; i++) {
        double above = edge(middle[i], rate * .5, .5), below = edge(middle[i], 0, -.5);
        int end = IMC_BANDS - 1, start = 0;

        while (end > 0 && above <= middle[end])
            end--;
        while (start < IMC_BANDS && below >= middle[start])
            start++;
        assert_int_equal(masking.end[i], end + 1);
        assert_int_equal(masking.start[i], start - 1);
    }
    for (int i = 0; i < IMC_BANDS - 1; i++) {
        double barks = bark(middle[i + 1]) - bark(middle[i]);

        assert_true(fabs(value_of(masking.up[i]) / pow(10, -barks) - 1) < 1e-6);
        assert_true(fabs(value_of(masking.down[i]) / pow(10, -2.7 * barks) - 1) < 1e-6);
    }
}

static void masking_follows_the_rate(void **unused)
{
    (void)unused;
    check_masking(1);
    for (uint32_t rate = 8000; rate <= 96000; rate += all_cases() ? 25 : 4000)
        check_masking(rate);
    check_masking(11025);
    check_masking(22050);
    check_masking(44100);
}

/* --- Tables and arithmetic --- */

static void tables_follow_their_formulas(void **unused)
{
    static const double decades[4] = { 1, 1.778280, 3.162278, 5.623413 };

    (void)unused;
    for (int i = 0; i < IMC_FRAME; i++)
        assert_int_equal(imc_window[i],
                         lroundl(ldexpl(sinl(3.14159265358979323846L / 512 * (i + .5L)), 30)));
    for (int i = 0; i < 14; i++)
        assert_int_equal(imc_roots[i], lroundl(ldexpl(sqrtl(i), 30)));
    for (int i = 0; i < 4; i++)
        assert_true(fabs(value_of(imc_quarter_decades[i]) / decades[i] - 1) < 1e-9);
    for (int i = 0; i < 9; i++)
        assert_true(fabs(value_of(imc_decades[i]) / pow(10, i - 4) - 1) < 1e-9);
    for (int i = 0; i < IMC_BOOKS * 4; i++) {
        const struct imc_prefix_code *code = &imc_codes[i / 4][i % 4];
        uint32_t sum = 0, symbols = 0;

        for (int j = 0; j < code->size; j++) {
            sum += 1u << (20 - code->lengths[j]);
            symbols |= 1u << code->symbols[j];
        }
        assert_int_equal(sum, 1 << 20);
        assert_int_equal(symbols, (1u << code->size) - 1);
    }
}

static void logarithms(void **unused)
{
    uint32_t seed = 3;

    (void)unused;
    for (int i = 0; i < 10000; i++) {
        struct real x = real_from((uint64_t)draw(&seed) << 20 | 1, (int)(draw(&seed) % 200) - 150);
        struct real y = real_from(draw(&seed) % 1000, 0);
        double log = ldexp(real_log2(x), -REAL_LOG_Q), power;
        int64_t exponent = (int32_t)draw(&seed) / 4;

        assert_true(fabs(log - log2(value_of(x))) < ldexp(1, -22));
        power = value_of(real_exp2(exponent)) / exp2(ldexp((double)exponent, -REAL_LOG_Q));
        assert_true(fabs(power - 1) < ldexp(1, -26));
        assert_true(fabs(value_of(real_plus(x, y)) / (value_of(x) + value_of(y)) - 1) < 1e-9);
        assert_int_equal(real_above(x, y), value_of(x) > value_of(y));
    }
    assert_int_equal(real_times(real_exp2(-150 * ((int64_t)1 << REAL_LOG_Q)), real_one).m, 0);
}

/* --- Damage --- */

static void randomize(uint32_t *seed, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(draw(seed) >> 9);
}

/* Every random block ends and leaves the decoder usable: a damaged header lets the last block fade
 * and then is silent. */
static void damaged_blocks_fade(void **unused)
{
    enum { ROUNDS = 3000 };
    uint8_t blocks[4][IMC_BLOCK_BYTES];
    struct imc_decoder *state = new_decoder();
    int16_t pcm[IMC_FRAME];
    uint32_t seed = 1;

    (void)unused;
    for (int round = 0; round < ROUNDS; round++) {
        randomize(&seed, blocks[0], sizeof blocks);
        for (int i = 0; i < 4; i++)
            blocks[i][1] = (uint8_t)(i < 2 ? blocks[i][1] & ~0x0C : blocks[i][1] | 0x04);
        for (int i = 0; i < 4; i++)
            imc_decode(state, blocks[i], pcm);
        for (int i = 0; i < IMC_FRAME; i++)
            assert_int_equal(pcm[i], 0);
    }
    free(state);
}

/* A block of raw levels depends on nothing: it decodes alone as after others. */
static void raw_blocks_have_their_own_amplitudes(void **unused)
{
    uint8_t block[IMC_BLOCK_BYTES], other[IMC_BLOCK_BYTES];
    struct imc_decoder *fresh = new_decoder(), *used = new_decoder();
    int16_t pcm[IMC_FRAME], again[IMC_FRAME];
    uint32_t seed = 2;

    (void)unused;
    randomize(&seed, block, sizeof block);
    randomize(&seed, other, sizeof other);
    block[1] = 0;
    block[0] = 0x1F & (block[0] | 0x10); /* the code is 1 */
    other[1] = 0x0C;
    imc_decode(fresh, block, pcm);
    imc_decode(used, block, again);
    imc_decode(used, other, again);
    imc_decode(used, other, again);
    imc_decode(used, block, again);
    assert_memory_equal(pcm, again, sizeof pcm);
    for (int i = 0; i < IMC_FRAME; i++)
        again[i] = (int16_t)(pcm[i] != 0);
    assert_non_null(memchr(again, 1, sizeof again));
    free(fresh);
    free(used);
}

/* --- Formats --- */

static void headers(void **unused)
{
    struct wave_format format = mono;
    struct layout layout;

    (void)unused;
    assert_true(parses(&intel_music, &format, &layout));
    assert_int_equal(layout.block.bytes, 64);
    assert_int_equal(layout.block.frames, 256);
    format.block_align = 0;
    assert_true(parses(&intel_music, &format, &layout));
    format.block_align = 65;
    assert_false(parses(&intel_music, &format, &layout));
    format.block_align = 128;
    format.channels = 2;
    assert_false(parses(&intel_music, &format, &layout));
    assert_true(parses(&indeo_audio, &format, &layout));
    assert_int_equal(layout.block.bytes, 128);
    format.channels = 3;
    assert_false(parses(&indeo_audio, &format, &layout));
    format = mono;
    format.sample_rate = 96001;
    assert_false(parses(&indeo_audio, &format, &layout));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_real_file_decodes_as_with_ffmpeg),
        cmocka_unit_test(lengths_equal_ffmpeg),
        cmocka_unit_test(masking_follows_the_rate),
        cmocka_unit_test(tables_follow_their_formulas),
        cmocka_unit_test(logarithms),
        cmocka_unit_test(damaged_blocks_fade),
        cmocka_unit_test(raw_blocks_have_their_own_amplitudes),
        cmocka_unit_test(headers),
    };

    return cmocka_run_group_tests_name("Intel Music Coder", tests, 0, 0);
}
