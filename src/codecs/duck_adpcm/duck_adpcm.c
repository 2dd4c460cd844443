/* Duck's DK4 and DK3, 4 bits per code, from AVI files of PC games. Duck never published them; the
 * layout is the one in which FFmpeg and MPlayer read the files.
 *
 * DK4 has a header per channel, and then the codes, the high nibble of a byte first; in stereo the
 * high nibble is the left channel. The first sample is the header's.
 *
 *     left: sample  index | right: sample  index | codes ...
 *           2       2              2       2
 *
 * DK3 has a code per frame for the half sum of two channels, and a code per two frames for their
 * half difference: sum, difference, sum, the low nibble of a byte first. Real files state the rate
 * and the frames of a block in its header.
 *
 *     0  rate  0  frames  0 | sum  difference | index of sum  of difference | codes ...
 *     2  2     2  2       2   2    2            1             1
 *
 * The rounding of a change is not known from Duck either. In a game's file, the header of the next
 * block shows where the sound was, and the drift is smallest with the rounding of duck.h: an RMS of
 * 22.9 over 1278 headers, against 24.1 with IMA's and 27.5 with FFmpeg's.
 *
 * The encoder searches at quality 1 and 2: search.c. */
#include <string.h>
#include "adpcm.h"
#include "adpcm_block.h"
#include "chain.h"
#include "dsp.h"
#include "duck.h"

enum { BLOCK_BYTES = 2048 };

static const struct tag dk4_tags[] = { { 0x61, 0, "Duck DK4 ADPCM" }, { 0 } };
static const struct tag dk3_tags[] = { { 0x62, 0, "Duck DK3 ADPCM" }, { 0 } };

static const struct mode dk4_modes[] = {
    { 22050, 1, 0 }, { 22050, 2, 0 }, { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 }
};
static const struct mode dk3_modes[] = { { 22050, 2, 0 }, { 44100, 2, 0 }, { 0 } };

struct state {
    struct span block;
    uint32_t sample_rate;
    uint16_t channels;
    uint8_t quality;
    const struct dsp *dsp;
};

/* The frames that the first bytes of a block cover, and the size of a block. */

static uint32_t dk4_frames_in(size_t bytes, unsigned channels, unsigned bits)
{
    size_t header = (size_t)DK4_HEADER * channels;

    (void)bits;
    return channels == 0 || bytes < header ? 0 : (uint32_t)(1 + (bytes - header) * 2 / channels);
}

static uint64_t dk4_bytes_of(uint32_t frames, unsigned channels, unsigned bits)
{
    (void)bits;
    return (uint64_t)DK4_HEADER * channels + ((uint64_t)(frames - 1) * channels + 1) / 2;
}

static uint32_t dk3_frames_in(size_t bytes, unsigned channels, unsigned bits)
{
    (void)channels;
    (void)bits;
    return bytes < DK3_HEADER ? 0 : (uint32_t)((bytes - DK3_HEADER) * 2 / 3 * 2);
}

static uint64_t dk3_bytes_of(uint32_t frames, unsigned channels, unsigned bits)
{
    (void)channels;
    (void)bits;
    return DK3_HEADER + ((uint64_t)(frames + 1) / 2 * 3 + 1) / 2;
}

static const struct adpcm_shape dk4_shape = { dk4_frames_in, dk4_bytes_of };
static const struct adpcm_shape dk3_shape = { dk3_frames_in, dk3_bytes_of };

static bool dk4_parse(const struct wave_format *format, struct layout *layout)
{
    layout->block = adpcm_block(format, &dk4_shape, 4);
    return layout->channels <= 2 && adpcm_has_4_bits(format) &&
           layout->block.bytes > DK4_HEADER * layout->channels && layout->block.frames != 0;
}

static bool dk3_parse(const struct wave_format *format, struct layout *layout)
{
    layout->block = adpcm_block(format, &dk3_shape, 4);
    layout->block.frames &= ~1u;
    return layout->channels == 2 && adpcm_has_4_bits(format) && layout->block.frames != 0;
}

static void complete(struct wave_format *format, const struct mode *mode, uint32_t frames)
{
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->block_align = BLOCK_BYTES;
    format->bits_per_sample = 16;
    format->extra_size = 2;
    adpcm_complete_samples(format, frames);
}

static void dk4_complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    complete(format, mode, dk4_frames_in(BLOCK_BYTES, mode->channels, 4));
}

static void dk3_complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    complete(format, mode, dk3_frames_in(BLOCK_BYTES, 2, 4));
}

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct state *state = memory;

    state->block = layout->block;
    state->sample_rate = layout->sample_rate;
    state->channels = layout->channels;
    state->quality = options->quality;
    state->dsp = options->dsp;
}

static struct adpcm_blocks blocks_in(const struct state *state, struct offer offer)
{
    size_t n = whole_blocks(offer.in, offer.out, &state->block, state->channels);

    return (struct adpcm_blocks){ n, state->block.bytes, state->block.frames, state->channels };
}

static struct progress decoded(const struct adpcm_blocks *blocks)
{
    return (struct progress){ blocks->count * blocks->bytes,
                              blocks->count * blocks->samples * blocks->channels };
}

static struct progress dk4_decode(void *memory, const uint8_t *src, int16_t *pcm,
                                  struct offer offer)
{
    const struct state *state = memory;
    struct adpcm_blocks blocks = blocks_in(state, offer);

    state->dsp->dk4_decode(&blocks, src, pcm);
    return decoded(&blocks);
}

static struct progress dk3_decode(void *memory, const uint8_t *src, int16_t *pcm,
                                  struct offer offer)
{
    const struct state *state = memory;
    struct adpcm_blocks blocks = blocks_in(state, offer);

    state->dsp->dk3_decode(&blocks, src, pcm);
    return decoded(&blocks);
}

static uint32_t at_most(uint32_t frames, const struct layout *layout)
{
    return frames < layout->block.frames ? frames : layout->block.frames;
}

static uint32_t dk4_covered(const struct layout *layout, uint32_t bytes)
{
    return at_most(dk4_frames_in(bytes, layout->channels, 4), layout);
}

static uint32_t dk3_covered(const struct layout *layout, uint32_t bytes)
{
    return at_most(dk3_frames_in(bytes, 2, 4), layout);
}

static void dk4_decode_truncated(void *memory, const uint8_t *src, struct span part, int16_t *pcm)
{
    const struct state *state = memory;

    dk4_decode_block(src, pcm, part.frames, state->channels);
}

static void dk3_decode_truncated(void *memory, const uint8_t *src, struct span part, int16_t *pcm)
{
    (void)memory;
    dk3_decode_block(src, pcm, part.frames);
}

static void dk4_encode_block(const struct state *state, const int16_t *pcm, uint8_t *block)
{
    struct duck_chain chain = { .kind = DUCK_CHANNEL,
                                .channels = state->channels,
                                .count = state->block.frames - 1,
                                .pcm = pcm + state->channels,
                                .codes = block + DK4_HEADER * state->channels };

    for (; chain.channel < chain.channels; chain.channel++) {
        uint8_t *header = block + DK4_HEADER * chain.channel;
        int sample = pcm[chain.channel];

        store16_le(header, (uint16_t)sample);
        store16_le(header + 2, (uint16_t)duck_encode_chain(&chain, sample, state->quality));
    }
}

/* The first codes repeat the samples of the header. */
static void dk3_encode_block(const struct state *state, const int16_t *pcm, uint8_t *block)
{
    struct duck_chain sums = {
        .kind = DUCK_SUM, .count = state->block.frames, .pcm = pcm, .codes = block + DK3_HEADER
    };
    struct duck_chain differences = sums;
    int sum = duck_target(&sums, 0), difference;

    differences.kind = DUCK_DIFFERENCE;
    differences.count /= 2;
    difference = duck_target(&differences, 0);
    store16_le(block + 2, (uint16_t)state->sample_rate);
    store16_le(block + 6, (uint16_t)state->block.frames);
    store16_le(block + DK3_SAMPLES, (uint16_t)sum);
    store16_le(block + DK3_SAMPLES + 2, (uint16_t)difference);
    block[14] = (uint8_t)duck_encode_chain(&sums, sum, state->quality);
    block[15] = (uint8_t)duck_encode_chain(&differences, difference, state->quality);
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer,
                              void (*encode_block)(const struct state *, const int16_t *,
                                                   uint8_t *))
{
    const struct state *state = memory;
    size_t n = whole_blocks(offer.out, offer.in, &state->block, state->channels);
    size_t samples = (size_t)state->block.frames * state->channels;

    if (n != 0)
        memset(dst, 0, n * state->block.bytes);
    for (size_t i = 0; i < n; i++)
        encode_block(state, pcm + i * samples, dst + i * state->block.bytes);
    return (struct progress){ n * samples, n * state->block.bytes };
}

static struct progress dk4_encode(void *memory, const int16_t *pcm, uint8_t *dst,
                                  struct offer offer)
{
    return encode(memory, pcm, dst, offer, dk4_encode_block);
}

static struct progress dk3_encode(void *memory, const int16_t *pcm, uint8_t *dst,
                                  struct offer offer)
{
    return encode(memory, pcm, dst, offer, dk3_encode_block);
}

static const struct codec_decoder dk4_decoder = { sizeof(struct state), init, dk4_decode,
                                                  dk4_covered, dk4_decode_truncated };
static const struct codec_decoder dk3_decoder = { sizeof(struct state), init, dk3_decode,
                                                  dk3_covered, dk3_decode_truncated };
static const struct codec_encoder dk4_encoder = { sizeof(struct state), init, dk4_encode };
static const struct codec_encoder dk3_encoder = { sizeof(struct state), init, dk3_encode };

const struct codec dk4_adpcm = {
    .name = "Duck DK4 ADPCM",
    .tags = dk4_tags,
    .modes = dk4_modes,
    .parse = dk4_parse,
    .complete = dk4_complete,
    .decoder = &dk4_decoder,
    .encoder = &dk4_encoder,
};

const struct codec dk3_adpcm = {
    .name = "Duck DK3 ADPCM",
    .tags = dk3_tags,
    .modes = dk3_modes,
    .parse = dk3_parse,
    .complete = dk3_complete,
    .decoder = &dk3_decoder,
    .encoder = &dk3_encoder,
};
