/* Sanyo's LD-ADPCM, 3, 4 or 5 bits per sample, of its voice recorders. Sanyo never published it;
 * the rules are those of librempeg's decoder. It is untested on real files, of which none was
 * available, and the size of the encoder's blocks is a guess.
 *
 *     left: sample  step | right: sample  step | codes ...
 *           2       2             2       2    bytes
 *
 * The header holds the sample before the first one. The codes are a string of bits, the lowest
 * first, in which the channels alternate. A code is a two's complement number, whose magnitude
 * selects the change of the sample and of the step. The encoder takes the nearest codes. */
#include <string.h>
#include "adpcm.h"
#include "adpcm_block.h"
#include "fixed.h"

enum { HEADER = 4, TRIALS = 6 };

static const struct tag tags[] = { { 0x125, 0, "Sanyo LD-ADPCM" }, { 0 } };

static const struct mode modes[] = { { 8000, 1, 24000 },   { 8000, 1, 32000 },
                                     { 8000, 1, 40000 },   { 11025, 1, 33075 },
                                     { 11025, 1, 44100 },  { 11025, 1, 55125 },
                                     { 22050, 1, 66150 },  { 22050, 1, 88200 },
                                     { 22050, 1, 110250 }, { 0 } };

struct channel {
    int sample, step;
};

/* The change of the sample by a magnitude, in halves of a step. */
static const uint8_t halves3[] = { 0, 2, 4, 7, 11 }, halves4[] = { 0, 2, 4, 6, 8, 11, 15, 21, 25 };

static const int step_limits[] = { 7281, 2621, 1024 };

/* No product below exceeds 25 times 2621 or 11 times 7281. */
static int next_step3(int step, unsigned magnitude)
{
    switch (magnitude) {
    case 0:
        return 3 * step >> 2;
    case 1:
        return (4 * step - (step >> 1)) >> 2;
    case 2:
        return ((step >> 1) + 2 * step) >> 1;
    case 3:
        return 2 * step;
    default:
        return 3 * step;
    }
}

static int next_step4(int step, unsigned magnitude)
{
    switch (magnitude) {
    case 0:
    case 1:
        return 3 * step >> 2;
    case 5:
        return step + (step >> 2);
    case 6:
        return 2 * step;
    case 7:
        return 2 * step + (step >> 1);
    case 8:
        return 5 * step;
    default:
        return step;
    }
}

/* A step grows by whole multiples of itself, and by parts that are each rounded down. */
static int next_step5(int step, unsigned magnitude)
{
    static const int8_t wholes[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3 };
    static const int8_t added[] = { 2, 3, 3, 3, 4, 4, 0, 3, 2, 1, 0, 3, 1, 0, 0, 1, 1 };
    static const int8_t taken[] = { 1, 2, 2, 2, 3, 3, 0, 0, 0, 0, 3, 0, 3, 2, 0, 0, 0 };
    int next = wholes[magnitude] * step;

    next += added[magnitude] ? step >> added[magnitude] : 0;
    return next - (taken[magnitude] ? step >> taken[magnitude] : 0);
}

/* With 3 bits, the half that is subtracted from 4 steps is rounded down, not the result. */
static int change_of(int step, unsigned magnitude, bool negative, unsigned bits)
{
    if (bits == 5)
        return (int)magnitude * step;
    if (bits == 3)
        return magnitude == 3 ? 4 * step - (step >> 1) : halves3[magnitude] * step >> 1;
    return (magnitude == 7 && negative ? 19 : halves4[magnitude]) * step >> 1;
}

static int follow(struct channel *state, unsigned code, unsigned bits)
{
    unsigned half = 1u << (bits - 1);
    bool negative = code >= half;
    unsigned magnitude = negative ? 2 * half - code : code;
    int change = change_of(state->step, magnitude, negative, bits), next;

    if (bits == 3)
        next = next_step3(state->step, magnitude);
    else if (bits == 4)
        next = next_step4(state->step, magnitude);
    else
        next = next_step5(state->step, magnitude);
    state->step = clamp(next, 1, step_limits[bits - 3]);
    return state->sample = saturate(state->sample + (negative ? -change : change));
}

/* The frames that the first bytes of a block cover, and the size of a block. */

static uint32_t frames_in(size_t bytes, unsigned channels, unsigned bits)
{
    size_t header = (size_t)HEADER * channels;

    return channels == 0 || bytes < header ? 0 : (uint32_t)((bytes - header) * 8 / bits / channels);
}

static uint64_t bytes_of(uint32_t frames, unsigned channels, unsigned bits)
{
    return (uint64_t)HEADER * channels + ((uint64_t)frames * channels * bits + 7) / 8;
}

static const struct adpcm_shape shape = { frames_in, bytes_of };

static bool parse(const struct wave_format *format, struct layout *layout)
{
    unsigned bits = format->bits_per_sample;

    if (bits < 3 || bits > 5 || layout->channels > 2)
        return false;
    layout->bits = (uint8_t)bits;
    layout->block = adpcm_block(format, &shape, bits);
    return layout->block.frames != 0;
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    uint32_t bits = mode->sample_rate ? mode->bit_rate / mode->sample_rate : 0;

    (void)dialect;
    adpcm_complete(format, mode, 2);
    format->bits_per_sample = (uint16_t)(bits >= 3 && bits <= 5 ? bits : 4);
    adpcm_complete_samples(
        format, frames_in(format->block_align, format->channels, format->bits_per_sample));
}

struct state {
    struct span block;
    uint16_t channels;
    uint8_t bits;
};

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct state *state = memory;

    (void)options;
    *state = (struct state){ layout->block, layout->channels, layout->bits };
}

static void decode_block(const struct state *state, const uint8_t *src, int16_t *pcm,
                         uint32_t frames)
{
    struct channel channels[2];
    const uint8_t *byte = src + (size_t)HEADER * state->channels;
    unsigned bits = state->bits, buffered = 0, buffer = 0;

    for (unsigned i = 0; i < state->channels; i++)
        channels[i] = (struct channel){ (int16_t)load16_le(src + HEADER * i),
                                        clamp((int16_t)load16_le(src + HEADER * i + 2), 1,
                                              step_limits[bits - 3]) };
    for (size_t i = 0; i < (size_t)frames * state->channels; i++) {
        if (buffered < bits) {
            buffer |= (unsigned)*byte++ << buffered;
            buffered += 8;
        }
        *pcm++ = (int16_t)follow(&channels[i % state->channels], buffer & ((1u << bits) - 1), bits);
        buffer >>= bits;
        buffered -= bits;
    }
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    const struct state *state = memory;
    size_t n = whole_blocks(offer.in, offer.out, &state->block, state->channels);
    size_t samples = (size_t)state->block.frames * state->channels;

    for (size_t i = 0; i < n; i++)
        decode_block(state, src + i * state->block.bytes, pcm + i * samples, state->block.frames);
    return (struct progress){ n * state->block.bytes, n * samples };
}

static uint32_t covered(const struct layout *layout, uint32_t bytes)
{
    uint32_t frames = frames_in(bytes, layout->channels, layout->bits);

    return frames < layout->block.frames ? frames : layout->block.frames;
}

static void decode_truncated(void *state, const uint8_t *src, struct span part, int16_t *pcm)
{
    decode_block(state, src, pcm, part.frames);
}

/* The code whose sample is nearest. Advances the state. */
static unsigned nearest(struct channel *state, int sample, unsigned bits)
{
    struct channel from = *state, next;
    unsigned best = 0;
    int least = INT32_MAX;

    for (unsigned code = 0; code < 1u << bits; code++) {
        int miss;

        next = from;
        miss = sample - follow(&next, code, bits);
        miss = miss < 0 ? -miss : miss;
        if (miss >= least)
            continue;
        least = miss;
        best = code;
        *state = next;
    }
    return best;
}

/* The first step: the one of a few, in powers of 4, with which the first samples have the smallest
 * error. */
static int first_step(const struct state *state, const int16_t *pcm)
{
    enum { LOOK = 16 };
    uint32_t n = state->block.frames < LOOK ? state->block.frames : LOOK;
    int64_t least = INT64_MAX;
    int best = 1;

    for (int trial = 0; trial < TRIALS; trial++) {
        int start = clamp(1 << 2 * trial, 1, step_limits[state->bits - 3]);
        struct channel channel = { *pcm, start };
        int64_t error = 0;

        for (uint32_t i = 0; i < n; i++) {
            int64_t miss;

            nearest(&channel, pcm[i * state->channels], state->bits);
            miss = pcm[i * state->channels] - channel.sample;
            error += miss * miss;
        }
        best = error < least ? start : best;
        least = error < least ? error : least;
    }
    return best;
}

static void encode_block(const struct state *state, const int16_t *pcm, uint8_t *dst)
{
    struct channel channels[2];
    uint8_t *codes = dst + (size_t)HEADER * state->channels;
    size_t at = 0;

    memset(dst, 0, state->block.bytes);
    for (unsigned i = 0; i < state->channels; i++) {
        channels[i] = (struct channel){ pcm[i], first_step(state, pcm + i) };
        store16_le(dst + HEADER * i, (uint16_t)channels[i].sample);
        store16_le(dst + HEADER * i + 2, (uint16_t)channels[i].step);
    }
    for (size_t i = 0; i < (size_t)state->block.frames * state->channels; i++, at += state->bits) {
        unsigned code = nearest(&channels[i % state->channels], pcm[i], state->bits) << at % 8;

        codes[at / 8] |= (uint8_t)code;
        if (code >> 8 != 0)
            codes[at / 8 + 1] |= (uint8_t)(code >> 8);
    }
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    const struct state *state = memory;
    size_t n = whole_blocks(offer.out, offer.in, &state->block, state->channels);
    size_t samples = (size_t)state->block.frames * state->channels;

    for (size_t i = 0; i < n; i++)
        encode_block(state, pcm + i * samples, dst + i * state->block.bytes);
    return (struct progress){ n * samples, n * state->block.bytes };
}

static const struct codec_decoder decoder = { sizeof(struct state), init, decode, covered,
                                              decode_truncated };
static const struct codec_encoder encoder = { sizeof(struct state), init, encode };

const struct codec sanyo_adpcm = {
    .name = "Sanyo LD-ADPCM",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
