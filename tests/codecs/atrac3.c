/* ATRAC3 against ffmpeg, with models of the two points in which it differs; the same sound at two
 * bit rates, which decides one of them; mono and more than two channels; damaged blocks. */
#include <math.h>
#include "support.h"
#include "cli/golden.h"
#include "codecs/atrac3/tables.h"

extern const struct codec atrac3;

enum { HEADER_EXTRA = 14, LP4_ALIGN = 192, LP2_ALIGN = 384, RATE = 44100 };

typedef int32_t bands[ATRAC3_BANDS][ATRAC3_BAND];

static struct bytes read_vector(const char *rate, struct bytes *file, struct wave_format *format)
{
    char name[80];

    snprintf(name, sizeof name, "atrac3/mc_sich_at3_%s_small.wav", rate);
    *file = vector_read(name);
    return wav_open(*file, format);
}

static struct atrac3_decoder *new_decoder(unsigned channels, unsigned unit_bytes, bool joint)
{
    struct atrac3_decoder *state = calloc(1, sizeof *state);

    state->dsp = dsp_set(0)->mdct;
    state->channels = channels;
    state->unit_bytes = unit_bytes;
    state->block_bytes = channels * unit_bytes;
    state->joint = joint;
    atrac3_reset(state);
    return state;
}

static struct bytes ffmpeg(const struct wave_format *format, struct bytes blocks)
{
    struct bytes wav = wav_make(format, blocks.data,
                                blocks.size - blocks.size % format->block_align, 0),
                 pcm = peer_run("ffmpeg -v error -i - -f s16le -", wav.data, wav.size);

    free(wav.data);
    return pcm;
}

/* --- FFmpeg --- */

/* FFmpeg up to 5.1 takes the start of the last coded subband for the end of the spectrum, and so
 * omits a band of which no other subband is coded. Later versions do not. */
static void omit_band(struct atrac3_unit *unit)
{
    int last = 0, coded, tonal = unit->tonal > 0 ? (unit->tonal + 256) / 256 : 0;

    while (atrac3_edges[last + 1] < unit->spectrum)
        last++;
    coded = (atrac3_edges[last] - 1) >> 8;
    for (int i = (coded > tonal ? coded : tonal) + 1; i < ATRAC3_BANDS; i++)
        memset(unit->x + i * ATRAC3_BAND, 0, ATRAC3_BAND * sizeof *unit->x);
}

static double weight(struct atrac3_weight weight, bool right)
{
    double left = weight.index / 7.;

    if (weight.index == 7)
        return 1;
    return right != weight.swapped ? sqrt(2 - left * left) : left;
}

/* Within the first eight samples, FFmpeg goes from the old weight of the left channel to that of
 * the right one in the left channel, and does the same with the new weights in the right one. */
static void weigh_as_ffmpeg(const struct atrac3_stereo *stereo, bands a, bands b)
{
    const struct atrac3_weight *old = &stereo->weight[0], *new = &stereo->weight[1];

    for (int i = ATRAC3_BAND; i < ATRAC3_FRAME; i++) {
        int band = i / ATRAC3_BAND, n = i % ATRAC3_BAND;
        double left = weight(*new, false), right = weight(*new, true);

        if (n < 8) {
            left = weight(*old, false) + n / 8. * (weight(*old, true) - weight(*old, false));
            right = weight(*new, false) + n / 8. * (weight(*new, true) - weight(*new, false));
        }
        a[band][n] = (int32_t)lrint(a[band][n] * left);
        b[band][n] = (int32_t)lrint(b[band][n] * right);
    }
}

static void model_unit(struct atrac3_decoder *state, struct bit_reader *in, unsigned channel,
                       bands out)
{
    struct atrac3_unit unit;

    assert_true(atrac3_read_unit(in, state->joint && channel == 1, &unit));
    omit_band(&unit);
    atrac3_bands(state->dsp, &state->channel[channel], &unit, out);
}

static void model_block(struct atrac3_decoder *state, const uint8_t *src, int16_t *pcm)
{
    uint8_t second[LP2_ALIGN];
    struct bit_reader in = { src, state->block_bytes * 8, 0 };
    struct atrac3_stereo neutral;
    bands a, b;
    int32_t out[ATRAC3_FRAME];

    model_unit(state, &in, 0, a);
    for (unsigned i = 0; i < state->unit_bytes; i++)
        second[i] = state->joint ? src[state->block_bytes - 1 - i] : src[state->unit_bytes + i];
    in = (struct bit_reader){ second, state->unit_bytes * 8, 0 };
    while (state->joint && bits_peek32(&in) >> 24 == 0xF8)
        in.at += 8;
    if (state->joint)
        atrac3_read_stereo(&in, &state->stereo[0]);
    model_unit(state, &in, 1, b);
    if (state->joint) {
        atrac3_stereo_reset(&neutral);
        memcpy(neutral.matrix, state->stereo[0].matrix, sizeof neutral.matrix);
        atrac3_unmix(&neutral, a, b);
        weigh_as_ffmpeg(&state->stereo[0], a, b);
    }
    for (unsigned channel = 0; channel < 2; channel++) {
        atrac3_join(&state->channel[channel], channel == 0 ? a : b, out);
        for (int i = 0; i < ATRAC3_FRAME; i++)
            pcm[2 * i + (int)channel] =
                (int16_t)fmax(-32768, fmin(32767, floor(ldexp(out[i], -ATRAC3_Q) + .5)));
    }
}

static void compare_model(const char *rate)
{
    struct wave_format format;
    struct bytes file, blocks = read_vector(rate, &file, &format), theirs = ffmpeg(&format, blocks);
    size_t count = blocks.size / format.block_align;
    struct atrac3_decoder *state =
        new_decoder(2, format.block_align / 2u, format.block_align == LP4_ALIGN);
    int16_t *pcm = calloc(count, ATRAC3_FRAME * 2 * sizeof *pcm);

    for (size_t i = 0; i < count; i++)
        model_block(state, blocks.data + i * format.block_align, pcm + i * ATRAC3_FRAME * 2);
    assert_int_equal(theirs.size, count * ATRAC3_FRAME * 2 * sizeof *pcm);
    check_near(rate, pcm, (const int16_t *)(const void *)theirs.data, count * ATRAC3_FRAME * 2);
    free(pcm);
    free(state);
    free(theirs.data);
    free(file.data);
}

static void real_files_decode_as_with_ffmpeg(void **unused)
{
    struct wave_format format;
    struct bytes file, blocks = read_vector("132", &file, &format),
                       theirs = ffmpeg(&format, blocks);
    struct sound ours = decode_all(&atrac3, &format, 0, blocks);

    (void)unused;
    assert_int_equal(theirs.size, ours.count * sizeof(int16_t));
    check_near("LP2", ours.samples, (const int16_t *)(const void *)theirs.data, ours.count);
    free(ours.samples);
    free(theirs.data);
    free(file.data);
    compare_model("066");
    compare_model("105");
}

static double snr_of_channel(const int16_t *clean, const int16_t *coded, size_t frames,
                             unsigned channel)
{
    double signal = 0, noise = 0;

    for (size_t i = 0; i < frames; i++) {
        double error = clean[2 * i + channel] - coded[2 * i + channel];

        signal += (double)clean[2 * i + channel] * clean[2 * i + channel];
        noise += error * error;
    }
    return 10 * log10(signal / noise);
}

/* LP4 and LP2 of the same sound. LP4 is nearer to LP2 here than in FFmpeg. */
static void weights_fade_from_block_to_block(void **unused)
{
    struct wave_format lp4, lp2;
    struct bytes file4, blocks4 = read_vector("066", &file4, &lp4), theirs = ffmpeg(&lp4, blocks4),
                        file2, blocks2 = read_vector("132", &file2, &lp2);
    struct sound ours = decode_all(&atrac3, &lp4, 0, blocks4),
                 clean = decode_all(&atrac3, &lp2, 0, blocks2);
    size_t frames = clean.count / 2;

    (void)unused;
    assert_true(clean.count <= ours.count);
    for (unsigned channel = 0; channel < 2; channel++) {
        double here = snr_of_channel(clean.samples, ours.samples, frames, channel),
               there = snr_of_channel(clean.samples, (const int16_t *)(const void *)theirs.data,
                                      frames, channel);

        print_message("channel %u of LP4: %.2f dB, ffmpeg's %.2f\n", channel, here, there);
        assert_true(here > there + .01);
    }
    free(ours.samples);
    free(clean.samples);
    free(theirs.data);
    free(file4.data);
    free(file2.data);
}

/* --- Channels --- */

/* Decodes the bytes from `skip` to `skip` + `size` of each block, `times` times, as a block of
 * `channels`, and compares each of these with a channel of the stereo file: with the left one if
 * the result is mono, and else with both in turn. */
static void check_channels(const char *rate, unsigned skip, unsigned size, unsigned times,
                           uint16_t channels)
{
    struct wave_format format;
    struct bytes file, blocks = read_vector(rate, &file, &format), other;
    struct sound stereo = decode_all(&atrac3, &format, 0, blocks), result;
    size_t count = blocks.size / format.block_align;
    unsigned left = skip == 0 ? 0 : 1;

    other = (struct bytes){ malloc(count * size * times), count * size * times };
    for (size_t i = 0; i < count * times; i++)
        memcpy(other.data + i * size, blocks.data + i / times * format.block_align + skip, size);
    format.block_align = (uint16_t)(size * times);
    format.channels = channels;
    result = decode_all(&atrac3, &format, 0, other);
    assert_int_equal(result.count, count * ATRAC3_FRAME * channels);
    for (size_t i = 0; i < result.count; i++)
        assert_int_equal(result.samples[i],
                         stereo.samples[i / channels * 2 + (left + i % channels) % 2]);
    free(result.samples);
    free(stereo.samples);
    free(other.data);
    free(file.data);
}

static void units_make_channels(void **unused)
{
    (void)unused;
    check_channels("132", 0, 192, 1, 1);
    check_channels("132", 192, 192, 1, 1);
    check_channels("132", 0, 384, 1, 1); /* mono with stereo's block */
    check_channels("066", 0, 192, 1, 1); /* the same in joint stereo */
    check_channels("105", 0, 304, 2, 4);
    check_channels("066", 0, 192, 4, 8);
}

static void mono_decodes_as_with_ffmpeg(void **unused)
{
    struct wave_format format;
    struct bytes file, blocks = read_vector("132", &file, &format), theirs;
    size_t count = blocks.size / format.block_align;
    struct sound ours;

    (void)unused;
    for (size_t i = 0; i < count; i++)
        memmove(blocks.data + i * 192, blocks.data + i * 384, 192);
    blocks.size = count * 192;
    format.channels = 1;
    format.block_align = 192;
    format.sample_rate = 48000;
    theirs = ffmpeg(&format, blocks);
    ours = decode_all(&atrac3, &format, 0, blocks);
    assert_int_equal(theirs.size, ours.count * sizeof(int16_t));
    check_near("mono", ours.samples, (const int16_t *)(const void *)theirs.data, ours.count);
    free(ours.samples);
    free(theirs.data);
    free(file.data);
}

/* --- Tables --- */

static void check_book(const struct atrac3_book *book)
{
    unsigned sum = 0, symbols = 0;

    for (int i = 0; i < ATRAC3_CODE_BITS; i++) {
        sum += (unsigned)book->counts[i] << (ATRAC3_CODE_BITS - 1 - i);
        symbols += book->counts[i];
    }
    assert_int_equal(sum, 1 << ATRAC3_CODE_BITS);
    assert_int_equal(symbols, book->most == 1 ? 9 : 2 * book->most + 1);
}

static int32_t q30(long double x) { return (int32_t)lroundl(ldexpl(x, 30)); }

static long double slope(int i)
{
    return (1 + sinl(3.14159265358979323846L * ((i + .5L) / ATRAC3_BAND - .5L))) / 2;
}

static void tables_follow_their_formulas(void **unused)
{
    (void)unused;
    for (int i = 0; i < ATRAC3_BAND; i++) {
        long double rise = slope(i), fall = slope(ATRAC3_BAND - 1 - i);

        assert_int_equal(atrac3_window[i], q30(rise / (rise * rise + fall * fall)));
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(atrac3_thirds[i], q30(exp2l(i / 3.L)));
    for (int i = 0; i < 8; i++) {
        assert_int_equal(atrac3_eighths[i], q30(exp2l(-i / 8.L)));
        assert_int_equal(atrac3_weights[i][0], q30(i / 7.L));
        assert_int_equal(atrac3_weights[i][1], q30(sqrtl(2 - i * i / 49.L)));
    }
    for (int i = 0; i < ATRAC3_BOOKS; i++)
        check_book(&atrac3_books[i]);
}

/* --- Damage --- */

/* Random units with a right identifier: they may break off at any place. */
static void randomize(uint32_t *seed, uint8_t *block, unsigned unit_bytes)
{
    for (unsigned i = 0; i < 2 * unit_bytes; i++)
        block[i] = (uint8_t)(draw(seed) >> 9);
    block[0] = (uint8_t)(0xA0 | (block[0] & 3));
    block[unit_bytes] = (uint8_t)(0xA0 | (block[unit_bytes] & 3));
    block[2 * unit_bytes - 2] = (uint8_t)(0xF0 | (block[2 * unit_bytes - 2] & 15));
}

/* The checksum is from when real files decoded as with ffmpeg. Every second block has no gains and
 * no tones, so that it is read to the end of its spectrum. */
static void random_blocks_decode_as_they_did(void **unused)
{
    enum { KINDS = 4, BLOCKS = 50 };
    static int16_t pcm[KINDS * BLOCKS][ATRAC3_FRAME * 2];
    uint32_t seed = 2;

    (void)unused;
    for (int i = 0; i < KINDS * BLOCKS; i += BLOCKS) {
        unsigned bytes = i / BLOCKS % 2 == 0 ? LP4_ALIGN / 2 : LP2_ALIGN / 2;
        struct atrac3_decoder *state = new_decoder(2, bytes, i / BLOCKS >= 2);
        uint8_t block[LP2_ALIGN];

        for (int k = 0; k < BLOCKS; k++) {
            randomize(&seed, block, bytes);
            for (unsigned at = 0; at < 2 * bytes && k % 2 == 1; at += bytes) {
                block[at] = 0xA0;
                block[at + 1] = 0;
            }
            atrac3_decode(state, block, pcm[i + k]);
        }
        free(state);
    }
    assert_int_equal(golden_checksum(pcm, sizeof pcm), 0xDD29A12E);
}

static void damaged_blocks_fade(void **unused)
{
    const uint8_t damaged[LP2_ALIGN] = { 0 };
    uint8_t block[LP2_ALIGN];
    int16_t pcm[ATRAC3_FRAME * 2];
    uint32_t seed = 1;

    (void)unused;
    for (int round = 0; round < 1000; round++) {
        struct atrac3_decoder *state = new_decoder(2, round % 3 == 0 ? 96 : 192, round % 2 == 0);

        for (int i = 0; i < 3; i++) {
            randomize(&seed, block, state->unit_bytes);
            atrac3_decode(state, block, pcm);
        }
        for (int i = 0; i < 3; i++)
            atrac3_decode(state, damaged, pcm);
        for (int i = 0; i < ATRAC3_FRAME * 2; i++)
            assert_int_equal(pcm[i], 0);
        free(state);
    }
}

/* --- Formats --- */

static void headers(void **unused)
{
    uint8_t extra[HEADER_EXTRA] = { [6] = 1 };
    struct wave_format format = {
        .tag = 0x272, .channels = 2, .sample_rate = RATE, .block_align = 192
    };
    struct layout layout;

    (void)unused;
    assert_true(parses(&atrac3, &format, &layout));
    assert_int_equal(layout.block.bytes, 192);
    assert_int_equal(layout.block.frames, 1024);
    format.sample_rate = 48000;
    format.block_align = 384;
    assert_true(parses(&atrac3, &format, &layout));
    format.block_align = 200;
    assert_false(parses(&atrac3, &format, &layout));
    format.block_align = 385;
    assert_false(parses(&atrac3, &format, &layout));
    format.channels = 1;
    format.block_align = 96;
    assert_true(parses(&atrac3, &format, &layout));
    format.extra = extra;
    format.extra_size = sizeof extra;
    assert_false(parses(&atrac3, &format, &layout));
    format.channels = 3;
    format.block_align = 3 * 96;
    assert_false(parses(&atrac3, &format, &layout));
    extra[6] = 0;
    assert_true(parses(&atrac3, &format, &layout));
    format.channels = 9;
    format.block_align = 9 * 96;
    assert_false(parses(&atrac3, &format, &layout));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_files_decode_as_with_ffmpeg),
        cmocka_unit_test(weights_fade_from_block_to_block),
        cmocka_unit_test(units_make_channels),
        cmocka_unit_test(mono_decodes_as_with_ffmpeg),
        cmocka_unit_test(tables_follow_their_formulas),
        cmocka_unit_test(random_blocks_decode_as_they_did),
        cmocka_unit_test(damaged_blocks_fade),
        cmocka_unit_test(headers),
    };

    return cmocka_run_group_tests_name("ATRAC3", tests, 0, 0);
}
