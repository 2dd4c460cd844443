/* Siren decoding: a real file against ffmpeg, with its categories and checksums; the tables;
 * damaged frames. */
#include <math.h>
#include "support.h"
#include "cli/golden.h"
#include "codecs/siren/tables.h"

extern const struct codec siren;

enum { REAL_FRAMES = 204 };

static const struct wave_format mono = { .channels = 1,
                                         .sample_rate = 16000,
                                         .block_align = SIREN_BYTES };

static void a_real_file_decodes_as_with_ffmpeg(void **unused)
{
    struct bytes file = vector_read("siren/msnsiren2.wav"),
                 theirs = peer_run("ffmpeg -v error -i - -f s16le -", file.data, file.size);
    struct wave_format format;
    struct bytes blocks = wav_open(file, &format);
    struct sound ours = decode_all(&siren, &format, 0, blocks);

    (void)unused;
    assert_int_equal(format.tag, 0x28E);
    assert_int_equal(ours.count, REAL_FRAMES * SIREN_FRAME);
    assert_int_equal(theirs.size, ours.count * sizeof(int16_t));
    check_near("MSN Siren", ours.samples, (const int16_t *)(const void *)theirs.data, ours.count);
    free(file.data);
    free(theirs.data);
    free(ours.samples);
}

static struct siren_decoder *new_decoder(const struct siren_format *format)
{
    struct siren_decoder *state = calloc(1, sizeof *state);

    state->dsp = dsp_set(0)->mdct;
    state->format = format;
    siren_reset(state);
    return state;
}

/* The checksum of all categories is that of FFmpeg's decoder. */
static void categories_and_checksums(void **unused)
{
    struct bytes file = vector_read("siren/msnsiren2.wav"), blocks;
    struct siren_decoder *state = new_decoder(&siren_msn);
    uint8_t categories[REAL_FRAMES][SIREN_REGIONS];
    struct siren_frame frame;
    struct wave_format format;
    int32_t x[SIREN_FRAME];

    (void)unused;
    blocks = wav_open(file, &format);
    for (int i = 0; i < REAL_FRAMES; i++) {
        const uint8_t *bytes = blocks.data + i * SIREN_BYTES;

        assert_int_equal(bytes[0] >> 6, 1);
        assert_int_equal(bytes[SIREN_BYTES - 1] & 0xF, siren_checksum(bytes));
        assert_true(siren_read(state, bytes, &frame, x));
        memcpy(categories[i], frame.category, SIREN_REGIONS);
    }
    assert_int_equal(golden_checksum(categories, sizeof categories), 0x58FB3B52);
    free(state);
    free(file.data);
}

/* --- Damage --- */

static void randomize(uint32_t *seed, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(draw(seed) >> 9);
}

static bool silent(const int16_t pcm[SIREN_FRAME])
{
    for (int i = 0; i < SIREN_FRAME; i++)
        if (pcm[i] != 0)
            return false;
    return true;
}

/* The same coefficients come again once, fade, and are silent. */
static void damaged_frames_repeat_once(void **unused)
{
    struct bytes file = vector_read("siren/msnsiren2.wav"), blocks;
    struct siren_decoder *state = new_decoder(&siren_msn), *twice;
    const uint8_t *loud;
    struct wave_format format;
    uint8_t damaged[SIREN_BYTES];
    int16_t pcm[SIREN_FRAME], expected[SIREN_FRAME];

    (void)unused;
    blocks = wav_open(file, &format);
    loud = blocks.data + 40 * SIREN_BYTES;
    memcpy(damaged, loud, sizeof damaged);
    damaged[SIREN_BYTES - 1] ^= 1;
    siren_decode(state, loud, pcm);
    twice = memcpy(malloc(sizeof *twice), state, sizeof *state);
    twice->noise = (struct siren_noise){ { 1, 1, 1, 1 } };
    siren_decode(twice, loud, expected);
    siren_decode(state, damaged, pcm);
    assert_memory_equal(pcm, expected, sizeof pcm);
    assert_false(silent(pcm));
    siren_decode(state, damaged, pcm);
    assert_false(silent(pcm));
    siren_decode(state, damaged, pcm);
    assert_true(silent(pcm));
    free(state);
    free(twice);
    free(file.data);
}

/* For the sanitizers. Half of the frames have right checksums. */
static void any_bytes_decode(void **unused)
{
    enum { COUNT = 20000 };
    struct siren_decoder *state[2] = { new_decoder(&siren_msn), new_decoder(&siren_vivo) };
    uint32_t seed = 16;
    int valid = 0;

    (void)unused;
    for (int n = 0; n < COUNT; n++) {
        uint8_t bytes[SIREN_BYTES];
        struct siren_frame frame;
        int32_t x[SIREN_FRAME];
        int16_t pcm[SIREN_FRAME];

        randomize(&seed, bytes, sizeof bytes);
        if (n % 2 == 0)
            bytes[SIREN_BYTES - 1] =
                (uint8_t)((bytes[SIREN_BYTES - 1] & 0xF0) | siren_checksum(bytes));
        siren_decode(state[n % 3 == 0], bytes, pcm);
        valid += siren_read(state[0], bytes, &frame, x);
    }
    assert_true(valid > COUNT / 100);
    free(state[0]);
    free(state[1]);
}

/* --- Tables --- */

static void window(void **unused)
{
    (void)unused;
    for (int i = 0; i < SIREN_FRAME; i++)
        assert_int_equal(siren_window[i],
                         lroundl(ldexpl(sinl(3.14159265358979323846L / 640 * (i + .5L)), 30)));
}

/* Counts the leaves below a node; each step has one. */
static int power_leaves(const int8_t (*tree)[2], int at, uint32_t *steps)
{
    int count = 0;

    for (int bit = 0; bit < 2; bit++)
        if (tree[at][bit] > 0) {
            count += power_leaves(tree, tree[at][bit], steps);
        } else {
            *steps |= 1u << -tree[at][bit];
            count++;
        }
    return count;
}

static int vector_leaves(unsigned category, unsigned at, bool seen[1 << 12])
{
    int count = 0;

    for (unsigned bit = 0; bit < 2; bit++) {
        unsigned next = siren_vector_trees[category][at + bit];

        if (next % 2 == 0) {
            count += vector_leaves(category, next, seen);
            continue;
        }
        assert_false(seen[next / 2]);
        seen[next / 2] = true;
        count++;
    }
    return count;
}

/* Every bit string is a code, and every magnitude has a level. */
static void trees(void **unused)
{
    (void)unused;
    for (int i = 0; i < SIREN_REGIONS - 1; i++) {
        uint32_t steps = 0;

        assert_int_equal(power_leaves(siren_power_trees[i], 0, &steps), SIREN_STEPS);
        assert_int_equal(steps, (1u << SIREN_STEPS) - 1);
    }
    for (unsigned category = 0; category < SIREN_CODED; category++) {
        unsigned bits = siren_magnitude_bits[category], all = siren_dimension[category] * bits;
        bool seen[1 << 12] = { false };

        assert_int_equal(vector_leaves(category, 0, seen), siren_tree_sizes[category] / 2 + 1);
        assert_int_equal(siren_dimension[category] * siren_vectors[category], SIREN_REGION);
        for (unsigned vector = 0; vector < 1u << all; vector++)
            for (unsigned at = 0; at < all && seen[vector]; at += bits) {
                unsigned magnitude = vector >> at & ((1u << bits) - 1);

                assert_true(magnitude == 0 || siren_levels[category][magnitude] != 0);
            }
    }
}

/* --- Formats --- */

static void headers(void **unused)
{
    struct wave_format format = mono;
    struct layout layout;

    (void)unused;
    for (int i = 0; i < 2; i++) {
        format.tag = i ? 0x112 : 0x28E;
        format.block_align = 40;
        assert_true(parses(&siren, &format, &layout));
        assert_int_equal(layout.block.bytes, 40);
        assert_int_equal(layout.block.frames, 320);
        format.block_align = 0;
        assert_true(parses(&siren, &format, &layout));
        format.block_align = 41;
        assert_false(parses(&siren, &format, &layout));
    }
    format.block_align = 40;
    format.channels = 2;
    assert_false(parses(&siren, &format, &layout));
    format = mono;
    format.sample_rate = 8000;
    assert_false(parses(&siren, &format, &layout));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_real_file_decodes_as_with_ffmpeg),
        cmocka_unit_test(categories_and_checksums),
        cmocka_unit_test(damaged_frames_repeat_once),
        cmocka_unit_test(any_bytes_decode),
        cmocka_unit_test(window),
        cmocka_unit_test(trees),
        cmocka_unit_test(headers),
    };

    return cmocka_run_group_tests_name("Siren", tests, 0, 0);
}
