/* Yamaha ADPCM, 4 bits per sample, in the two forms that files have.
 *
 * ffmpeg, games and every player that is known write and read codes alone, which start from sample
 * 0 and the smallest step. Yamaha's own ACM driver (1.0.0.0, 2005, as described by Rockbox) wrote
 * blocks of a thirtieth of a second, which are noise elsewhere. The header holds the sample and the
 * step before the first code; a block in stereo:
 *
 *     left: sample  step | right: sample  step | codes: RL  RL  RL ...
 *           2       2             2       2             1   1   1       bytes
 *
 * There are rate / 60 bytes of codes per channel. The block size distinguishes the two. The low
 * nibble of a byte comes first, and is the left channel in stereo. The encoder writes both; the
 * codes alone are listed first, with ffmpeg's block size of 1024.
 *
 * Blocks go to the kernels: yamaha_decode, and yamaha_greedy (nearest codes) or yamaha_search,
 * depending on the quality; block.c and search.c are their plain C. Without headers no block can be
 * searched on its own, so that all qualities use the nearest codes. */
#include "adpcm.h"
#include "block.h"

enum { HEADER = YAMAHA_HEADER, BARE_BLOCK = 1024 };

static const struct tag tags[] = { { 0x20, 0, "Yamaha ADPCM" }, { 0 } };

/* Each without headers, and then with. */
static const struct mode modes[] = { { 8000, 1, 32000 },
                                     { 8000, 1, 32960 },
                                     { 8000, 2, 64000 },
                                     { 8000, 2, 65920 },
                                     { 11025, 1, 44100 },
                                     { 11025, 1, 45056 },
                                     { 11025, 2, 88200 },
                                     { 11025, 2, 90120 },
                                     { 22050, 1, 88200 },
                                     { 22050, 1, 89160 },
                                     { 22050, 2, 176400 },
                                     { 22050, 2, 178320 },
                                     { 44100, 1, 176400 },
                                     { 44100, 1, 177360 },
                                     { 44100, 2, 352800 },
                                     { 44100, 2, 354720 },
                                     { 0 } };

struct state {
    struct span block;
    const struct dsp *dsp;
    uint16_t channels;
    uint8_t quality;
    bool headers;
    struct yamaha_state channel_states[2];
};

/* Bytes of codes per channel in a block with headers, or 0 if the rate has no such block. */
static uint32_t code_bytes(uint32_t sample_rate, uint16_t channels)
{
    uint32_t bytes = sample_rate / 60;

    return bytes <= UINT16_MAX / 2 - HEADER && channels != 0 ? bytes : 0;
}

static bool has_headers(const struct wave_format *format)
{
    uint32_t bytes = code_bytes(format->sample_rate, format->channels);

    return bytes != 0 && format->block_align == (bytes + HEADER) * format->channels;
}

static bool parse(const struct wave_format *format, struct layout *layout)
{
    if (!adpcm_stream_parse(format, layout))
        return false;
    if (has_headers(format)) {
        uint32_t bytes = code_bytes(layout->sample_rate, layout->channels);

        layout->block = (struct span){ format->block_align, 2 * bytes };
    }
    return true;
}

/* Only a bit rate that is higher than that of the codes asks for headers. A block of 1024 bytes has
 * none, except at two rates that nothing uses. */
static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    uint32_t bytes = code_bytes(mode->sample_rate, mode->channels);
    uint64_t bare = 4u * (uint64_t)mode->sample_rate * mode->channels;

    adpcm_stream_complete(format, mode, dialect);
    if (mode->bit_rate <= bare || bytes == 0 || mode->channels > 2) {
        format->block_align = BARE_BLOCK;
        format->block_align = has_headers(format) ? 1 : BARE_BLOCK;
        return;
    }
    format->block_align = (uint16_t)((bytes + HEADER) * mode->channels);
    format->byte_rate = (uint32_t)((uint64_t)mode->sample_rate * format->block_align / (2 * bytes));
}

/* Without headers, the unit of work is one byte. */
static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct state *state = memory;

    *state = (struct state){ .block = layout->block,
                             .dsp = options->dsp,
                             .channels = layout->channels,
                             .quality = options->quality,
                             .headers = layout->block.bytes > 1,
                             .channel_states = { { 0, YAMAHA_STEP_MIN }, { 0, YAMAHA_STEP_MIN } } };
}

/* Decodes the first bytes of a block, which include whole headers. */
static void decode_block(struct state *state, const uint8_t *src, size_t bytes, int16_t *pcm)
{
    size_t headers = (size_t)HEADER * state->channels;

    for (unsigned channel = 0; channel < state->channels; channel++)
        state->channel_states[channel] = yamaha_read_header(src + HEADER * channel);
    yamaha_decode_codes(state->channel_states, state->channels, src + headers, pcm,
                        bytes - headers);
}

static struct progress decode_blocks(struct state *state, const uint8_t *src, int16_t *pcm,
                                     struct offer offer)
{
    struct adpcm_blocks blocks = { whole_blocks(offer.in, offer.out, &state->block,
                                                state->channels),
                                   state->block.bytes, state->block.frames, state->channels };

    state->dsp->yamaha_decode(&blocks, src, pcm);
    return (struct progress){ blocks.count * blocks.bytes,
                              blocks.count * blocks.samples * blocks.channels };
}

static uint32_t covered(const struct layout *layout, uint32_t bytes)
{
    uint32_t headers = HEADER * (uint32_t)layout->channels;

    return bytes < headers ? 0 : (bytes - headers) * 2 / layout->channels;
}

static void decode_truncated(void *state, const uint8_t *src, struct span block, int16_t *pcm)
{
    decode_block(state, src, block.bytes, pcm);
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct state *state = memory;
    size_t n;

    if (state->headers)
        return decode_blocks(state, src, pcm, offer);
    n = whole_blocks(offer.in, offer.out, &state->block, state->channels);
    yamaha_decode_codes(state->channel_states, state->channels, src, pcm, n);
    return (struct progress){ n, 2 * n };
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct state *state = memory;
    size_t n = whole_blocks(offer.out, offer.in, &state->block, state->channels);
    struct adpcm_blocks blocks = { n, state->block.bytes, state->block.frames, state->channels };

    if (!state->headers)
        yamaha_encode_codes(state->channel_states, state->channels, pcm, dst, n);
    else if (n != 0 && state->quality == 0)
        state->dsp->yamaha_greedy(&blocks, pcm, dst);
    else if (n != 0)
        state->dsp->yamaha_search(&blocks, state->quality, pcm, dst);
    return (struct progress){ n * state->block.frames * state->channels, n * state->block.bytes };
}

static const struct codec_decoder decoder = { sizeof(struct state), init, decode, covered,
                                              decode_truncated };
static const struct codec_encoder encoder = { sizeof(struct state), init, encode };

const struct codec yamaha_adpcm = {
    .name = "Yamaha ADPCM",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
