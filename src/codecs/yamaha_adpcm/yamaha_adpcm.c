/* Yamaha's ADPCM, 4 bits a sample, in the two forms that files have it in.
 *
 * Yamaha's own ACM driver (1.0.0.0, 2005, by Rockbox' account) wrote blocks of a thirtieth of a second: each channel's
 * sample and step (2 bytes each) before the first code, then r / 60 bytes of codes a channel; that we write. ffmpeg and
 * games write codes alone, from sample 0 and the least step. The size of a block tells which it is. The first of a byte's
 * codes, the left one in stereo, is the low nibble's.
 *
 * Blocks go to the kernels: yamaha_decode, and yamaha_greedy (the nearest codes) or yamaha_search by the quality; their plain C is in
 * block.c and search.c. Codes without headers, where no block can be looked at by itself, are the nearest in every quality. */
#include "adpcm.h"
#include "block.h"

enum { TAG_YAMAHA = 0x20, HEADER = YAMAHA_HEADER };

static const struct mode modes[] = {
    { 8000, 1, 0 }, { 8000, 2, 0 }, { 11025, 1, 0 }, { 11025, 2, 0 },
    { 22050, 1, 0 }, { 22050, 2, 0 }, { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 }
};

struct state {
    struct block block;
    const struct dsp *dsp;
    uint16_t channels;
    uint8_t quality;
    bool headers;
    struct yamaha_chain chains[2];
};

/* The codes of a block with headers, in bytes of each channel; 0 where the rate has no such block. */
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

static bool accepts(const struct wave_format *format, struct block *block)
{
    if (!adpcm_stream_accepts(format, block))
        return false;
    if (has_headers(format)) {
        block->bytes = block->least = format->block_align;
        block->samples = 2 * code_bytes(format->sample_rate, format->channels);
    }
    return true;
}

static void complete(struct wave_format *format, const struct mode *mode)
{
    uint32_t bytes = code_bytes(mode->sample_rate, mode->channels);

    adpcm_stream_complete(format, mode);
    if (bytes == 0 || mode->channels > 2)
        return;
    format->block_align = (uint16_t)((bytes + HEADER) * mode->channels);
    format->byte_rate = (uint32_t)((uint64_t)mode->sample_rate * format->block_align / (2 * bytes));
}

static void start(void *memory, const struct wave_format *format, const struct settings *settings)
{
    struct state *state = memory;

    *state = (struct state){ .dsp = dsp_set(settings->simd), .channels = format->channels, .quality = settings->quality,
                             .headers = has_headers(format), .chains = { { 0, YAMAHA_STEP_LEAST }, { 0, YAMAHA_STEP_LEAST } } };
    accepts(format, &state->block);
}

/* A block with headers, or the first bytes of one. */
static struct progress decode_block(struct state *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    size_t headers = (size_t)HEADER * state->channels, bytes = offer.in < state->block.bytes ? offer.in : state->block.bytes;
    size_t codes = bytes < headers ? 0 : bytes - headers;

    if ((bytes < state->block.bytes && offer.ending == WHOLE) || 2 * codes > offer.out)
        return (struct progress){ 0, 0 };
    if (codes != 0) {
        for (unsigned channel = 0; channel < state->channels; channel++)
            state->chains[channel] = yamaha_read_header(src + HEADER * channel);
        yamaha_decode_codes(state->chains, state->channels, src + headers, pcm, codes);
    }
    return (struct progress){ bytes, 2 * codes };
}

static struct progress decode_blocks(struct state *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct adpcm_blocks blocks = { whole_blocks(offer.in, offer.out, &state->block, state->channels), state->block.bytes,
                                   state->block.samples, state->channels };
    struct progress done = { blocks.count * blocks.bytes, blocks.count * blocks.samples * blocks.channels }, step;

    state->dsp->yamaha_decode(&blocks, src, pcm);
    do {
        step = decode_block(state, src + done.used, pcm + done.made,
                            (struct offer){ offer.in - done.used, offer.out - done.made, offer.ending });
        done.used += step.used;
        done.made += step.made;
    } while (step.used != 0);
    return done;
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct state *state = memory;
    size_t n;

    if (state->headers)
        return decode_blocks(state, src, pcm, offer);
    n = whole_blocks(offer.in, offer.out, &state->block, state->channels);
    yamaha_decode_codes(state->chains, state->channels, src, pcm, n);
    return (struct progress){ n, 2 * n };
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct state *state = memory;
    size_t n = whole_blocks(offer.out, offer.in, &state->block, state->channels);
    struct adpcm_blocks blocks = { n, state->block.bytes, state->block.samples, state->channels };

    if (!state->headers)
        yamaha_encode_codes(state->chains, state->channels, pcm, dst, n);
    else if (n != 0 && state->quality == 0)
        state->dsp->yamaha_greedy(&blocks, pcm, dst);
    else if (n != 0)
        state->dsp->yamaha_search(&blocks, state->quality, pcm, dst);
    return (struct progress){ n * state->block.samples * state->channels, n * state->block.bytes };
}

const struct codec yamaha_adpcm = {
    .tag = TAG_YAMAHA, .name = "Yamaha ADPCM", .modes = modes, .complete = complete, .accepts = accepts,
    .decoder = { sizeof(struct state), start, decode },
    .encoder = { sizeof(struct state), start, encode },
};
