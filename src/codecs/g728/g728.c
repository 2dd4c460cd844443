/* G.728 at 16 kbit/s: 20 samples in 5 bytes, which contain four codebook indices. No header of a
 * real file is documented; the bytes are in the order of RFC 3551. */
#include "codec.h"
#include "g728.h"

static const struct tag tags[] = { { 0x41, 0, "G.728" },
                                   { 0xA113, 0, "Polycom G.728" },
                                   { 0xA11D, 0, "Vocord G.728" },
                                   { 0xA122, 0, "NICE G.728" },
                                   { 0x14EB, 0, "Cisco G.728" },
                                   { 0xCD02, 0, "G.728 (tag CD02)" },
                                   { 0 } };

enum { RATE = 8000, LEAST_PLAUSIBLE = 3 };

static const struct mode modes[] = { { RATE, 1, 0 }, { 0 } };
static const struct span block = { G728_FRAME_BYTES, G728_FRAME };

/* Some writers give 0, 1 or 2, or the size of several frames. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    uint16_t bytes = format->block_align;

    layout->block = block;
    return layout->channels == 1 && layout->sample_rate == RATE &&
           (bytes < LEAST_PLAUSIBLE || bytes % G728_FRAME_BYTES == 0);
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = RATE / G728_FRAME * G728_FRAME_BYTES;
    format->block_align = G728_FRAME_BYTES;
    format->bits_per_sample = 0;
    format->extra_size = 0;
}

static void init_decoder(void *state, const struct layout *layout, const struct options *options)
{
    (void)layout;
    g728_decoder_init(state, options->dsp->celp, options->quirks & QUIRK_NO_POSTFILTER);
}

static void decode_vectors(void *state, const uint8_t *src, int count, int16_t *pcm)
{
    g728_index indices[G728_CYCLE];

    g728_unpack(src, count, indices);
    for (int i = 0; i < count; i++)
        g728_decode(state, indices[i], pcm + i * G728_VECTOR);
}

static struct progress decode(void *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    size_t blocks = whole_blocks(offer.in, offer.out, &block, 1);

    for (size_t i = 0; i < blocks; i++)
        decode_vectors(state, src + i * block.bytes, G728_CYCLE, pcm + i * block.frames);
    return (struct progress){ blocks * block.bytes, blocks * block.frames };
}

/* The vectors whose indices are complete. */
static uint32_t covered(const struct layout *layout, uint32_t bytes)
{
    (void)layout;
    return 8 * bytes / G728_INDEX_BITS * G728_VECTOR;
}

static void decode_truncated(void *state, const uint8_t *src, struct span span, int16_t *pcm)
{
    decode_vectors(state, src, (int)span.frames / G728_VECTOR, pcm);
}

static void init_encoder(void *state, const struct layout *layout, const struct options *options)
{
    (void)layout;
    g728_encoder_init(state, options->dsp->celp);
}

static struct progress encode(void *state, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    size_t blocks = whole_blocks(offer.out, offer.in, &block, 1);
    g728_index indices[G728_CYCLE];

    for (size_t i = 0; i < blocks; i++) {
        for (int k = 0; k < G728_CYCLE; k++)
            indices[k] = g728_encode(state, pcm + i * block.frames + k * G728_VECTOR);
        g728_pack(indices, dst + i * block.bytes);
    }
    return (struct progress){ blocks * block.frames, blocks * block.bytes };
}

static const struct codec_decoder decoder = { sizeof(struct g728_decoder), init_decoder, decode,
                                              covered, decode_truncated };
static const struct codec_encoder encoder = { sizeof(struct g728_encoder), init_encoder, encode };

const struct codec g728 = {
    .name = "G.728",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
