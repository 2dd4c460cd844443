/* Yamaha's ADPCM, 4 bits a sample, in the two forms that files have it in.
 *
 * Yamaha's own ACM driver (1.0.0.0, 2005, by Rockbox' account) wrote blocks of a thirtieth of a second: each channel's
 * sample and step (2 bytes each) before the first code, then r / 60 bytes of codes a channel; that we write. ffmpeg and
 * games write codes alone, from sample 0 and the least step. The size of a block tells which it is. The first of a byte's
 * codes, the left one in stereo, is the low nibble's.
 *
 * Blocks are encoded by src/dsp's kernels: quality 0 takes the nearest codes, 1 and 2 search. Codes without headers, where no
 * block can be looked at alone, are the nearest in every quality. */
#include "adpcm.h"
#include "adpcm_step.h"
#include "dsp.h"

enum { HEADER = 4, STEP_LEAST = 127, STEP_MOST = 24576 };

static const struct tag tags[] = { { 0x20, 0, "Yamaha" }, { 0 } };

static const struct mode modes[] = {
    { 8000, 1, 0 }, { 8000, 2, 0 }, { 11025, 1, 0 }, { 11025, 2, 0 },
    { 22050, 1, 0 }, { 22050, 2, 0 }, { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 }
};

/* What one channel knows between two codes. */
struct chain {
    int sample, step;
};

struct state {
    struct span block;
    const struct dsp *dsp;
    uint16_t channels;
    uint8_t quality;
    bool headers;
    struct chain chains[2];
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

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    uint32_t bytes = code_bytes(mode->sample_rate, mode->channels);

    adpcm_stream_complete(format, mode, dialect);
    if (bytes == 0 || mode->channels > 2)
        return;
    format->block_align = (uint16_t)((bytes + HEADER) * mode->channels);
    format->byte_rate = (uint32_t)((uint64_t)mode->sample_rate * format->block_align / (2 * bytes));
}

/* A byte is the block of a stream without headers. */
static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct state *state = memory;

    *state = (struct state){ .block = layout->block, .dsp = options->dsp, .channels = layout->channels,
                             .quality = options->quality, .headers = layout->block.bytes > 1,
                             .chains = { { 0, STEP_LEAST }, { 0, STEP_LEAST } } };
}

static inline struct chain after(struct chain chain, unsigned code)
{
    int sample = adpcm_held(chain.sample + adpcm_change(chain.step, code));

    return (struct chain){ sample, adpcm_next_step(chain.step, code, STEP_LEAST, STEP_MOST) };
}

/* A chain is serial, and others beside it take hardly longer: the channels of stereo, or a second mono block. */

static void decode_mono(struct chain *chain, const uint8_t *src, int16_t *pcm, size_t n)
{
    struct chain now = *chain;

    for (size_t i = 0; i < n; i++) {
        now = after(now, src[i] & 15u);
        pcm[2 * i] = (int16_t)now.sample;
        now = after(now, src[i] >> 4);
        pcm[2 * i + 1] = (int16_t)now.sample;
    }
    *chain = now;
}

static void decode_stereo(struct chain chains[2], const uint8_t *src, int16_t *pcm, size_t n)
{
    struct chain left = chains[0], right = chains[1];

    for (size_t i = 0; i < n; i++) {
        left = after(left, src[i] & 15u);
        right = after(right, src[i] >> 4);
        pcm[2 * i] = (int16_t)left.sample;
        pcm[2 * i + 1] = (int16_t)right.sample;
    }
    chains[0] = left;
    chains[1] = right;
}

static void decode_codes(struct state *state, const uint8_t *src, int16_t *pcm, size_t n)
{
    if (state->channels == 1)
        decode_mono(state->chains, src, pcm, n);
    else
        decode_stereo(state->chains, src, pcm, n);
}

static struct chain read_header(const uint8_t *src)
{
    int step = load16_le(src + 2);

    return (struct chain){ (int16_t)load16_le(src), step < STEP_LEAST ? STEP_LEAST : step > STEP_MOST ? STEP_MOST : step };
}

static void decode_two_mono(const struct state *state, const uint8_t *src, int16_t *pcm)
{
    const uint8_t *later = src + state->block.bytes;
    int16_t *later_pcm = pcm + state->block.frames;
    struct chain first = read_header(src), second = read_header(later);

    for (size_t i = 0, at = HEADER; at < state->block.bytes; i++, at++) {
        first = after(first, src[at] & 15u);
        second = after(second, later[at] & 15u);
        pcm[2 * i] = (int16_t)first.sample;
        later_pcm[2 * i] = (int16_t)second.sample;
        first = after(first, src[at] >> 4);
        second = after(second, later[at] >> 4);
        pcm[2 * i + 1] = (int16_t)first.sample;
        later_pcm[2 * i + 1] = (int16_t)second.sample;
    }
}

/* A block with headers, or its first bytes. */
static void decode_block(struct state *state, const uint8_t *src, size_t bytes, int16_t *pcm)
{
    size_t headers = (size_t)HEADER * state->channels;

    for (unsigned channel = 0; channel < state->channels; channel++)
        state->chains[channel] = read_header(src + HEADER * channel);
    decode_codes(state, src + headers, pcm, bytes - headers);
}

static struct progress decode_blocks(struct state *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct adpcm_blocks blocks = { whole_blocks(offer.in, offer.out, &state->block, state->channels), state->block.bytes,
                                   state->block.frames, state->channels };
    size_t done = state->dsp->yamaha_decode ? state->dsp->yamaha_decode(&blocks, src, pcm) : 0;
    size_t samples = (size_t)blocks.samples * blocks.channels;

    if (state->channels == 1)
        for (; done + 2 <= blocks.count; done += 2)
            decode_two_mono(state, src + done * blocks.bytes, pcm + done * samples);
    for (; done < blocks.count; done++)
        decode_block(state, src + done * blocks.bytes, blocks.bytes, pcm + done * samples);
    return (struct progress){ done * blocks.bytes, done * samples };
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
    decode_codes(state, src, pcm, n);
    return (struct progress){ n, 2 * n };
}

static inline unsigned encode_sample(struct chain *chain, int16_t sample)
{
    struct adpcm_choice choice = adpcm_nearest(sample - chain->sample, chain->step);

    chain->sample = adpcm_held(chain->sample + choice.change);
    chain->step = adpcm_next_step(chain->step, (unsigned)choice.magnitude, STEP_LEAST, STEP_MOST);
    return adpcm_code(choice);
}

static void encode_mono(struct chain *chain, const int16_t *pcm, uint8_t *dst, size_t n)
{
    struct chain now = *chain;

    for (size_t i = 0; i < n; i++) {
        unsigned low = encode_sample(&now, pcm[2 * i]), high = encode_sample(&now, pcm[2 * i + 1]);

        dst[i] = (uint8_t)(high << 4 | low);
    }
    *chain = now;
}

static void encode_stereo(struct chain chains[2], const int16_t *pcm, uint8_t *dst, size_t n)
{
    struct chain left = chains[0], right = chains[1];

    for (size_t i = 0; i < n; i++) {
        unsigned low = encode_sample(&left, pcm[2 * i]), high = encode_sample(&right, pcm[2 * i + 1]);

        dst[i] = (uint8_t)(high << 4 | low);
    }
    chains[0] = left;
    chains[1] = right;
}

static void encode_codes(struct state *state, const int16_t *pcm, uint8_t *dst, size_t n)
{
    if (state->channels == 1)
        encode_mono(state->chains, pcm, dst, n);
    else
        encode_stereo(state->chains, pcm, dst, n);
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct state *state = memory;
    size_t n = whole_blocks(offer.out, offer.in, &state->block, state->channels);
    struct adpcm_blocks blocks = { n, state->block.bytes, state->block.frames, state->channels };

    if (!state->headers)
        encode_codes(state, pcm, dst, n);
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
    .name = "Yamaha ADPCM", .tags = tags, .modes = modes, .parse = parse, .complete = complete,
    .decoder = &decoder, .encoder = &encoder,
};
