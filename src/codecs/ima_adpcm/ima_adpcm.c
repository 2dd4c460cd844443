/* IMA ADPCM (Intel's DVI), 4 or 3 bits per sample: the Interactive Multimedia Association's
 * Recommended Practices for Enhancing Digital Audio Compatibility, revision 3.00 (1992); blocks as
 * in Microsoft's Multimedia Data Standards Update. A block in stereo:
 *
 *     left: sample  index  0 | right: sample  index  0 | left | right | left | right | ...
 *           2       1      1          2       1      1   4      4       4      4     bytes
 *
 * The header holds the first sample and the index of its step. The dwords of a channel form one
 * string of codes, lowest bits first, in which 3-bit codes straddle bytes and dwords. A code is a
 * sign bit above a magnitude, whose bits weigh one step, half and, with 4 bits, a quarter of it.
 *
 * Blocks of 4-bit codes go to the kernels: ima_decode, ima_greedy and ima_search of dsp.h, with
 * block4.c and search.c as their plain C. block3.c handles 3-bit codes.
 *
 * The difference is the standard's sum of truncated shifts, not a product: sox and libsndfile
 * agree, ffmpeg drifts. */
#include <string.h>
#include "adpcm.h"
#include "adpcm_block.h"
#include "block.h"
#include "dsp.h"

enum { HEADER = IMA_HEADER };

/* 0x7A is registered to Voxware, whose codec is another one. */
enum { VOXWARE = 1 };
static const struct tag tags[] = { { 0x11, 0, "IMA ADPCM (OmniACM)" },
                                   { 0x7A, VOXWARE, "IMA ADPCM (tag 7A)" },
                                   { 0x917, 0, "IMA ADPCM (tag 917)" },
                                   { 0 } };

static const struct mode modes[] = { { 8000, 1, 0 },  { 8000, 2, 0 },  { 11025, 1, 0 },
                                     { 11025, 2, 0 }, { 22050, 1, 0 }, { 22050, 2, 0 },
                                     { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 } };

struct state {
    struct span block;
    uint16_t channels, bits;
    uint8_t quality;
    const struct dsp *dsp;
};

/* The header of a game's file with Voxware's tag is as complete as that of IMA ADPCM. */
static bool is_games(const struct wave_format *format)
{
    uint32_t stated = format->extra_size == 2 ? load16_le(format->extra) : 0;

    return format->bits_per_sample == 4 && stated > 1 &&
           stated <= ima_block_frames(format->block_align, format->channels, 4);
}

static bool parse(const struct wave_format *format, struct layout *layout)
{
    unsigned bits = ima_bits(format->bits_per_sample);

    if ((bits != 3 && bits != 4) || (layout->dialect == VOXWARE && !is_games(format)))
        return false;
    layout->bits = (uint8_t)bits;
    layout->block = adpcm_block(format, &ima_shape, bits);
    return layout->block.frames != 0;
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    adpcm_complete(format, mode, 2);
    adpcm_complete_samples(format, ima_block_frames(format->block_align, format->channels, 4));
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

static void decode_block(const struct state *state, const uint8_t *src, int16_t *pcm,
                         uint32_t samples)
{
    for (unsigned channel = 0; channel < state->channels; channel++)
        if (state->bits == 4)
            ima_decode_channel4(src + HEADER * channel, pcm + channel, samples, state->channels);
        else
            ima_decode_channel3(src + HEADER * channel, pcm + channel, samples, state->channels);
}

/* Decodes the whole blocks, if they have 4-bit codes. */
static struct progress decode_whole(const struct state *state, const uint8_t *src, int16_t *pcm,
                                    struct offer offer)
{
    size_t n =
        state->bits == 4 ? whole_blocks(offer.in, offer.out, &state->block, state->channels) : 0;
    struct adpcm_blocks blocks = { n, state->block.bytes, state->block.frames, state->channels };

    state->dsp->ima_decode(&blocks, src, pcm);
    return (struct progress){ n * blocks.bytes, n * blocks.samples * blocks.channels };
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    const struct state *state = memory;
    size_t n = whole_blocks(offer.in, offer.out, &state->block, state->channels);
    size_t samples = (size_t)state->block.frames * state->channels;
    struct progress done = decode_whole(state, src, pcm, offer);

    for (; done.used < n * state->block.bytes;
         done.used += state->block.bytes, done.made += samples)
        decode_block(state, src + done.used, pcm + done.made, state->block.frames);
    return done;
}

static uint32_t covered(const struct layout *layout, uint32_t bytes)
{
    uint32_t frames = ima_block_frames(bytes, layout->channels, layout->bits);

    return frames < layout->block.frames ? frames : layout->block.frames;
}

static void decode_truncated(void *state, const uint8_t *src, struct span block, int16_t *pcm)
{
    decode_block(state, src, pcm, block.frames);
}

/* Encodes a block of 3-bit codes. */
static void encode_block(const struct state *state, const int16_t *pcm, uint8_t *dst)
{
    uint32_t samples = state->block.frames;

    memset(dst, 0, state->block.bytes);
    for (unsigned channel = 0; channel < state->channels; channel++)
        ima_encode_channel3(pcm + channel, dst + HEADER * channel, samples, state->channels);
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    const struct state *state = memory;
    size_t n = whole_blocks(offer.out, offer.in, &state->block, state->channels);
    size_t samples = (size_t)state->block.frames * state->channels;
    struct adpcm_blocks blocks = { n, state->block.bytes, state->block.frames, state->channels };

    if (state->bits == 4 && n != 0) {
        memset(dst, 0, n * state->block.bytes);
        if (state->quality == 0)
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
    .name = "IMA ADPCM",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};

/* The Xbox's dialect, under a tag that was Voxware's: small blocks, whose last code is ignored. */

enum { XBOX_BYTES = HEADER + 32, XBOX_FRAMES = 64 };

static const struct tag xbox_tags[] = { { 0x69, 0, "Xbox ADPCM" }, { 0 } };

static const struct mode xbox_modes[] = { { 11025, 1, 0 }, { 11025, 2, 0 }, { 22050, 1, 0 },
                                          { 22050, 2, 0 }, { 44100, 1, 0 }, { 44100, 2, 0 },
                                          { 48000, 1, 0 }, { 48000, 2, 0 }, { 0 } };

/* The stated block may comprise several actual ones; 0 or 1 stands for an unknown size. */
static bool xbox_parse(const struct wave_format *format, struct layout *layout)
{
    uint32_t bytes = XBOX_BYTES * (uint32_t)layout->channels;

    layout->bits = 4;
    layout->block = (struct span){ bytes, XBOX_FRAMES };
    return bytes <= UINT16_MAX && adpcm_has_4_bits(format) &&
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
    .name = "Xbox ADPCM",
    .tags = xbox_tags,
    .modes = xbox_modes,
    .parse = xbox_parse,
    .complete = xbox_complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
