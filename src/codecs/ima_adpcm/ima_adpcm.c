/* IMA ADPCM (Intel's DVI), 4 or 3 bits a sample: the Interactive Multimedia Association's Recommended Practices for
 * Enhancing Digital Audio Compatibility, revision 3.00 (1992); blocks as in Microsoft's Multimedia Data Standards Update.
 *
 * A block is a header of each channel - first sample (2 bytes), index of its step (1), 0 - then rows of a dword of each
 * channel. A channel's dwords make one string of codes, lowest bit first, in which codes of 3 bits straddle bytes and
 * dwords. A code is a sign bit over a magnitude, whose bits weigh a step, half and (of 4 bits) a quarter of it.
 *
 * The difference is the standard's sum of truncated shifts, not a product: sox and libsndfile agree, ffmpeg drifts. */
#include <string.h>
#include "adpcm.h"
#include "dsp.h"
#include "fixed.h"

enum { HEADER = 4, LAST_INDEX = IMA_LAST_INDEX, FEW = 2 };

static const struct tag tags[] = { { 0x11, 0, "Intel" }, { 0 } };

static const struct mode modes[] = {
    { 8000, 1, 0 }, { 8000, 2, 0 }, { 11025, 1, 0 }, { 11025, 2, 0 },
    { 22050, 1, 0 }, { 22050, 2, 0 }, { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 }
};

struct state {
    struct span block;
    uint16_t channels, bits;
    uint8_t quality;
    const struct dsp *dsp;
};

/* What one channel knows between two codes. */
struct chain {
    int sample, index;
};

/* Samples of each channel that a block's first bytes cover: the header's, and one for each code that every channel has. */
static uint32_t frames_in(size_t bytes, uint16_t channels, unsigned bits)
{
    size_t row = 4u * channels, body, rest;

    if (channels == 0 || bytes < HEADER * channels)
        return 0;
    body = bytes - HEADER * channels;
    rest = body % row;
    return (uint32_t)(1 + (body / row * 4 + (rest > row - 4 ? rest - (row - 4) : 0)) * 8 / bits);
}

static unsigned bits_of(const struct wave_format *format)
{
    return format->bits_per_sample ? format->bits_per_sample : 4;
}

static bool parse(const struct wave_format *format, struct layout *layout)
{
    unsigned bits = bits_of(format);
    uint32_t frames = frames_in(format->block_align, layout->channels, bits);

    if ((bits != 3 && bits != 4) || format->block_align <= HEADER * layout->channels)
        return false;
    layout->bits = (uint8_t)bits;
    layout->block = (struct span){ format->block_align, adpcm_samples(format, frames) };
    return true;
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    adpcm_complete(format, mode, 2);
    adpcm_complete_samples(format, frames_in(format->block_align, format->channels, 4));
}

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct state *state = memory;

    state->block = layout->block;
    state->channels = layout->channels;
    state->bits = layout->bits;
    state->quality = options->quality;
    state->dsp = options->dsp;
}

/* Codes of 3 bits; those of 4 are src/dsp's. */

enum { BITS = 3 };

/* How the index moves after a code, by its magnitude. */
static const int8_t moves[4] = { -1, -1, 1, 2 };

/* Where a channel's string has a byte, counted from its first. */
static size_t place(uint32_t byte, unsigned channels)
{
    return (size_t)(byte / 4) * 4 * channels + byte % 4;
}

static inline unsigned code_at(const uint8_t *codes, uint32_t i, unsigned channels)
{
    uint32_t byte = i * BITS / 8;
    unsigned shift = i * BITS % 8, window = codes[place(byte, channels)];

    if (shift + BITS > 8)
        window |= (unsigned)codes[place(byte + 1, channels)] << 8;
    return window >> shift & ((1u << BITS) - 1);
}

/* Into zeros. */
static inline void put_code(uint8_t *codes, uint32_t i, unsigned code, unsigned channels)
{
    uint32_t byte = i * BITS / 8;
    unsigned shift = i * BITS % 8;

    codes[place(byte, channels)] |= (uint8_t)(code << shift);
    if (shift + BITS > 8)
        codes[place(byte + 1, channels)] |= (uint8_t)(code >> (8 - shift));
}

/* What a magnitude adds: the weights of its bits, and always half of the lowest weight. */
static inline int difference(int step, unsigned magnitude)
{
    return (step >> 2) + (magnitude & 2 ? step : 0) + (magnitude & 1 ? step >> 1 : 0);
}

static inline void follow(struct chain *chain, unsigned code)
{
    unsigned sign = 1u << (BITS - 1), magnitude = code & (sign - 1);
    int change = difference(ima_steps[chain->index], magnitude), negative = -(int)(code >> (BITS - 1));
    int index = chain->index + moves[magnitude];

    chain->sample = seldom_saturated(chain->sample + (change ^ negative) - negative);
    chain->index = index < 0 ? 0 : index > LAST_INDEX ? LAST_INDEX : index;
}

static inline void decode_channel(const uint8_t *header, int16_t *pcm, uint32_t samples, unsigned channels)
{
    const uint8_t *codes = header + HEADER * channels;
    struct chain chain = { (int16_t)load16_le(header), header[2] < LAST_INDEX ? header[2] : LAST_INDEX };

    pcm[0] = (int16_t)chain.sample;
    for (uint32_t i = 1; i < samples; i++) {
        follow(&chain, code_at(codes, i - 1, channels));
        pcm[(size_t)i * channels] = (int16_t)chain.sample;
    }
}

static void decode_block(const struct state *state, const uint8_t *src, int16_t *pcm, uint32_t samples)
{
    for (unsigned channel = 0; channel < state->channels; channel++)
        if (state->bits == 4)
            ima_decode_alone(src + HEADER * channel, pcm + channel, samples, state->channels);
        else
            decode_channel(src + HEADER * channel, pcm + channel, samples, state->channels);
}

/* The whole blocks of 4-bit codes, but for so few that their chains would fill the least part of a kernel's group. */
static struct progress decode_whole(const struct state *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    size_t n = state->bits == 4 ? whole_blocks(offer.in, offer.out, &state->block, state->channels) : 0;
    struct adpcm_blocks blocks = { n, state->block.bytes, state->block.frames, state->channels };

    if (n * state->channels <= FEW)
        return (struct progress){ 0, 0 };
    state->dsp->ima_decode(&blocks, src, pcm);
    return (struct progress){ n * blocks.bytes, n * blocks.samples * blocks.channels };
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    const struct state *state = memory;
    size_t n = whole_blocks(offer.in, offer.out, &state->block, state->channels);
    size_t samples = (size_t)state->block.frames * state->channels;
    struct progress done = decode_whole(state, src, pcm, offer);

    for (; done.used < n * state->block.bytes; done.used += state->block.bytes, done.made += samples)
        decode_block(state, src + done.used, pcm + done.made, state->block.frames);
    return done;
}

static uint32_t covered(const struct layout *layout, uint32_t bytes)
{
    uint32_t frames = frames_in(bytes, layout->channels, layout->bits);

    return frames < layout->block.frames ? frames : layout->block.frames;
}

static void decode_truncated(void *state, const uint8_t *src, struct span block, int16_t *pcm)
{
    decode_block(state, src, pcm, block.frames);
}

static int distance_between(int a, int b)
{
    return a < b ? b - a : a - b;
}

/* The code that leads nearest to a sample. */
static inline unsigned nearest(const struct chain *chain, int sample)
{
    unsigned sign = 1u << (BITS - 1), magnitude = 0;
    int step = ima_steps[chain->index], distance = distance_between(sample, chain->sample), left = distance;

    for (unsigned weight = 0; weight < BITS - 1; weight++) {
        bool reached = left >= step >> weight;

        magnitude = magnitude << 1 | reached;
        left -= reached ? step >> weight : 0;
    }
    /* The weights are truncated, so that the next magnitude can be nearer; the one below cannot. */
    if (magnitude < sign - 1 && difference(step, magnitude + 1) - distance < distance - difference(step, magnitude))
        magnitude++;
    return sample < chain->sample ? sign | magnitude : magnitude;
}

/* The squared error that codes from this start index would make in the samples after the first. */
static uint64_t trial(const int16_t *pcm, uint32_t samples, unsigned channels, int index)
{
    struct chain chain = { pcm[0], index };
    uint64_t error = 0;

    for (uint32_t i = 1; i < samples; i++) {
        int sample = pcm[(size_t)i * channels];
        uint32_t miss;

        follow(&chain, nearest(&chain, sample));
        miss = (uint32_t)distance_between(sample, chain.sample);
        error += miss * miss;       /* at most 65535^2 */
    }
    return error;
}

/* The start index of a block, told from its first samples alone, so that blocks can be encoded in any order: the step that
 * is the mean difference, or a neighbour that does better on trial. */
static int start_index(const int16_t *pcm, uint32_t samples, unsigned channels)
{
    enum { LOOK = 25, REACH = 8, STRIDE = 4 };
    uint32_t n = samples < LOOK ? samples : LOOK;
    int sum = 0, middle = 0, best = 0;
    uint64_t least = UINT64_MAX;

    for (uint32_t i = 1; i < n; i++)
        sum += distance_between(pcm[(size_t)i * channels], pcm[(size_t)(i - 1) * channels]);
    while (middle < LAST_INDEX && ima_steps[middle] * (LOOK - 1) < sum)
        middle++;
    for (int index = middle - REACH; index <= middle + REACH; index += STRIDE) {
        uint64_t error = index < 0 || index > LAST_INDEX ? UINT64_MAX : trial(pcm, n, channels, index);

        best = error < least ? index : best;
        least = error < least ? error : least;
    }
    return best;
}

static inline void encode_channel(uint8_t *header, const int16_t *pcm, uint32_t samples, unsigned channels)
{
    uint8_t *codes = header + HEADER * channels;
    struct chain chain = { pcm[0], start_index(pcm, samples, channels) };

    store16_le(header, (uint16_t)chain.sample);
    header[2] = (uint8_t)chain.index;
    for (uint32_t i = 1; i < samples; i++) {
        unsigned code = nearest(&chain, pcm[(size_t)i * channels]);

        put_code(codes, i - 1, code, channels);
        follow(&chain, code);
    }
}

/* Of 3 bits: those of 4 are the kernels'. */
static void encode_block(const struct state *state, const int16_t *pcm, uint8_t *dst)
{
    uint32_t samples = state->block.frames;

    memset(dst, 0, state->block.bytes);
    for (unsigned channel = 0; channel < state->channels; channel++)
        encode_channel(dst + HEADER * channel, pcm + channel, samples, state->channels);
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    const struct state *state = memory;
    size_t n = whole_blocks(offer.out, offer.in, &state->block, state->channels);
    size_t samples = (size_t)state->block.frames * state->channels;
    struct adpcm_blocks blocks = { n, state->block.bytes, state->block.frames, state->channels };

    if (state->bits == 4 && n != 0) {
        memset(dst, 0, n * state->block.bytes);
        if (state->quality == 0 && n * state->channels == 1)
            ima_encode_alone(pcm, dst, state->block.frames, 1);
        else if (state->quality == 0)
            state->dsp->ima_greedy(&blocks, pcm, dst);
        else
            state->dsp->ima_search(&blocks, state->quality, pcm, dst);
    } else
        for (size_t i = 0; i < n; i++)
            encode_block(state, pcm + i * samples, dst + i * state->block.bytes);
    return (struct progress){ n * samples, n * state->block.bytes };
}

static const struct codec_decoder decoder = { sizeof(struct state), init, decode, covered,
                                              decode_truncated };
static const struct codec_encoder encoder = { sizeof(struct state), init, encode };

const struct codec ima_adpcm = {
    .name = "IMA ADPCM", .tags = tags, .modes = modes, .parse = parse, .complete = complete,
    .decoder = &decoder, .encoder = &encoder,
};

/* The Xbox' dialect, under a tag that was Voxware's: small blocks, whose last code counts for nothing. */

enum { XBOX_BYTES = HEADER + 32, XBOX_FRAMES = 64 };

static const struct tag xbox_tags[] = { { 0x69, 0, "Microsoft's Xbox" }, { 0 } };

static const struct mode xbox_modes[] = {
    { 11025, 1, 0 }, { 11025, 2, 0 }, { 22050, 1, 0 }, { 22050, 2, 0 },
    { 44100, 1, 0 }, { 44100, 2, 0 }, { 48000, 1, 0 }, { 48000, 2, 0 }, { 0 }
};

/* Any count of blocks may be called one, and a missing size is known. */
static bool xbox_parse(const struct wave_format *format, struct layout *layout)
{
    uint32_t bytes = XBOX_BYTES * (uint32_t)layout->channels;

    layout->bits = 4;
    layout->block = (struct span){ bytes, XBOX_FRAMES };
    return bytes <= UINT16_MAX && bits_of(format) == 4 &&
           (format->block_align == 1 || format->block_align % bytes == 0);
}

static void xbox_complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->block_align = (uint16_t)(XBOX_BYTES * (uint32_t)mode->channels & UINT16_MAX);
    format->bits_per_sample = 4;
    format->extra_size = 2;
    adpcm_complete_samples(format, XBOX_FRAMES);
}

const struct codec xbox_adpcm = {
    .name = "Xbox ADPCM", .tags = xbox_tags, .modes = xbox_modes, .parse = xbox_parse,
    .complete = xbox_complete, .decoder = &decoder, .encoder = &encoder,
};
