/* liba52 and ffmpeg's decoder, for the tests of AC-3. */
#ifndef OMNIACM_TESTS_AC3_PEERS_H
#define OMNIACM_TESTS_AC3_PEERS_H

#include <math.h>
#include "support.h"
#include "codecs/ac3/ac3.h"

extern const struct codec ac3;

/* 16-bit samples, in the order of WAVE. */
static inline struct sound ac3_ffmpeg(const char *options, struct bytes stream)
{
    char command[160];
    struct bytes pcm;

    snprintf(command, sizeof command, "ffmpeg -v fatal %s -f ac3 -i - -f s16le -", options);
    pcm = peer_run(command, stream.data, stream.size);
    return (struct sound){ (int16_t *)(void *)pcm.data, pcm.size / 2 };
}

/* FFmpeg's mantissas have 24 bits, cut off, so that more samples differ by 1 than with liba52. Its
 * integer decoder differs from its own floating point by 2 in loud sounds. */
static inline void ac3_check_ffmpeg(const char *name, struct sound ours, struct sound theirs,
                                    int most)
{
    size_t differ = 0;

    assert_int_equal(ours.count, theirs.count);
    for (size_t i = 0; i < ours.count; i++) {
        int difference = abs(ours.samples[i] - theirs.samples[i]);

        if (difference > most)
            fail_msg("%s: sample %zu is %d, not %d", name, i, ours.samples[i], theirs.samples[i]);
        differ += difference > 0;
    }
    print_message("%s: %.2f %% of %zu samples differ from ffmpeg's\n", name,
                  100. * (double)differ / (double)ours.count, ours.count);
    assert_true(differ * 20 <= ours.count);
    free(theirs.samples);
}

static inline unsigned ac3_channels(const uint8_t *frame)
{
    struct bit_reader in = { frame, 64 * 8, 0 };
    struct ac3_header header;

    assert_true(ac3_read_start(frame, &header));
    ac3_read_header(&in, &header);
    return header.full + header.lfe;
}

/* The mask that WAVE files have for a stream's channels. */
static inline uint32_t ac3_mask(const uint8_t *frame)
{
    static const uint16_t masks[8] = { 0x3, 0x4, 0x3, 0x7, 0x103, 0x107, 0x33, 0x37 };
    struct bit_reader in = { frame, 64 * 8, 0 };
    struct ac3_header header;

    assert_true(ac3_read_start(frame, &header));
    ac3_read_header(&in, &header);
    return masks[header.mode] | (header.lfe ? 8u : 0);
}

static inline struct wave_format ac3_format(const uint8_t *frame, uint16_t channels, uint32_t mask)
{
    static const uint32_t rates[] = { 48000, 44100, 32000 };
    struct ac3_header header;

    assert_true(ac3_read_start(frame, &header));
    return (struct wave_format){ .tag = 0x2000,
                                 .channels = channels,
                                 .sample_rate = rates[header.rate] >> header.halvings,
                                 .block_align = header.bytes,
                                 .channel_mask = mask };
}

/* Our decoder, with the channels of the stream; the codec has no format for a center with LFE. */
static inline struct sound ac3_ours(struct bytes stream)
{
    unsigned channels = ac3_channels(stream.data);
    struct ac3_decoder *state = calloc(1, sizeof *state);
    struct sound sound = { malloc(stream.size / AC3_LEAST_BYTES * AC3_FRAME * channels * 2 + 1),
                           0 };

    ac3_reset(state, ac3_mask(stream.data), dsp_set(0)->mdct);
    for (size_t at = 0; at < stream.size; at += state->frame.header.bytes) {
        ac3_decode(state, stream.data + at, sound.samples + sound.count);
        sound.count += (size_t)AC3_FRAME * channels;
    }
    free(state);
    return sound;
}

/* Clears the flags of dither in all blocks. Checksums become wrong. */
static inline void ac3_clear_dither(struct bytes stream)
{
    struct ac3_decoder *state = calloc(1, sizeof *state);
    static int32_t x[AC3_OUTPUTS][AC3_BLOCK];
    uint16_t noise = 1;

    for (size_t at = 0; at + AC3_LEAST_BYTES <= stream.size; at += state->frame.header.bytes) {
        struct bit_reader in = { stream.data + at, 0, 0 };

        ac3_begin(&state->frame, &in);
        for (unsigned block = 0; block < AC3_BLOCKS; block++) {
            for (unsigned i = 0; i < state->frame.header.full; i++) {
                uint32_t bit = in.at + state->frame.header.full + i;

                stream.data[at + bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
            }
            assert_true(ac3_read_block(&in, &state->frame));
            ac3_read_coefficients(&in, &state->frame, &noise, x);
        }
    }
    free(state);
}

#ifdef HAVE_A52
#include <a52dec/a52.h>
#include <a52dec/mm_accel.h>

/* The place of WAVE's n-th channel in liba52's order, which is that of the stream behind LFE. */
static inline unsigned ac3_place(unsigned mode, bool lfe, unsigned n)
{
    static const uint8_t center_last[] = { 0, 2, 1, 3, 4 };
    unsigned fronts = mode == 1 ? 1 : mode & 1 ? 3 : 2;

    if (!lfe)
        return mode & 1 && mode != 1 ? center_last[n] : n;
    if (n == fronts)
        return 0;
    return 1 + ac3_place(mode, false, n < fronts ? n : n - 1);
}

/* All channels, without dynamic range control. */
static inline struct sound ac3_liba52(struct bytes stream)
{
    unsigned channels = ac3_channels(stream.data);
    a52_state_t *state = a52_init(0);
    uint8_t frame[AC3_MOST_BYTES + 16] = { 0 };
    struct sound sound = { malloc(stream.size / AC3_LEAST_BYTES * AC3_FRAME * channels * 2 + 1),
                           0 };
    int flags, rate, bits, size;

    for (size_t at = 0; at + 7 < stream.size; at += (size_t)size) {
        sample_t level = 1;
        unsigned mode = stream.data[at + 6] >> 5;

        size = a52_syncinfo(stream.data + at, &flags, &rate, &bits);
        assert_true(size > 0 && at + (size_t)size <= stream.size);
        memcpy(frame, stream.data + at, (size_t)size);
        flags = (int)mode | (flags & A52_LFE);
        assert_int_equal(a52_frame(state, frame, &flags, &level, 0), 0);
        a52_dynrng(state, 0, 0);
        for (unsigned block = 0; block < AC3_BLOCKS; block++) {
            const sample_t *samples = a52_samples(state);

            assert_int_equal(a52_block(state), 0);
            for (unsigned i = 0; i < AC3_BLOCK; i++)
                for (unsigned n = 0; n < channels; n++) {
                    unsigned place = ac3_place(mode, flags & A52_LFE, n);
                    double sample = rint(samples[place * AC3_BLOCK + i] * 32768.);

                    sound.samples[sound.count++] = (int16_t)fmax(-32768, fmin(32767, sample));
                }
        }
    }
    a52_free(state);
    return sound;
}
#endif

#endif
