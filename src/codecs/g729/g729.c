/* G.729 with Annexes A and B: 80 samples in 10 bytes, and silence descriptor (SID) frames of 2
 * bytes. Recorders store several frames per block, which is equivalent to blocks of one frame.
 * Nothing in the bytes identifies a SID frame; a block ends in one if its length modulo 10 is 2.
 * Sipro's Kelvin format has a byte before each frame.
 *
 * Blocks of whole frames have no room for SID frames, so the DTX setting has no effect on them and
 * silence is coded as speech. A block that ends in a SID frame always contains it, so the setting
 * has no effect there either. */
#include <string.h>
#include "g729.h"
#include "codec.h"

static const struct tag tags[] = { { 0x83, 0, "G.729A" },
                                   { 0x44, 0, "Intel G.729" },
                                   { 0x8C, 0, "Convedia G.729" },
                                   { 0x133, 0, "Sipro G.729" },
                                   { 0x134, 0, "Sipro G.729A" },
                                   { 0xA2, 0, "Racal G.729A" },
                                   { 0xA103, 0, "Symbol G.729A" },
                                   { 0xA114, 0, "Polycom G.729A" },
                                   { 0xA11E, 0, "Vocord G.729" },
                                   { 0xA11F, 0, "Vocord G.729A" },
                                   { 0x729A, 0, "G.729A (tag 729A)" },
                                   { 0x2222, 0, "G.729A (tag 2222)" },
                                   { 0x14DB, 0, "Cisco G.729" },
                                   { 0x14DE, 0, "Cisco G.729B" },
                                   { 0 } };
static const struct tag kelvin_tags[] = { { 0x135, 0, "Sipro Kelvin" }, { 0 } };

enum { RATE = 8000, LEAD = 2, KELVIN_BYTES = G729_FRAME_BYTES + 1 };

static const struct mode modes[] = { { RATE, 1, 0 }, { 0 } };

/* A decoder or encoder, and the blocks of its format, with `lead` bytes before each frame. */
struct framing {
    struct span block;
    uint8_t lead;
};
struct decoding {
    struct framing framing;
    struct g729_decoder decoder;
};
struct encoding {
    struct framing framing;
    struct g729_encoder encoder;
};

static uint32_t frames_in(const struct framing *framing, size_t bytes)
{
    return (uint32_t)(bytes / (framing->lead + G729_FRAME_BYTES));
}

static bool ends_in_sid(const struct framing *framing, size_t bytes)
{
    return framing->lead == 0 && bytes % G729_FRAME_BYTES == G729_SID_BYTES;
}

static uint32_t samples_in(const struct framing *framing, size_t bytes)
{
    return (frames_in(framing, bytes) + ends_in_sid(framing, bytes)) * G729_FRAME;
}

static struct framing *framing_in(struct layout *layout)
{
    return (struct framing *)(void *)layout->own;
}

static const struct framing *framing_of(const struct layout *layout)
{
    return (const struct framing *)(const void *)layout->own;
}

static bool is_mono(const struct layout *layout)
{
    return layout->channels == 1 && layout->sample_rate == RATE;
}

/* Some files give 0, 1 or 2 instead of 10, or the size of several frames. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    uint16_t bytes = format->block_align, left = bytes % G729_FRAME_BYTES;
    struct framing *framing = framing_in(layout);

    *framing = (struct framing){ { G729_FRAME_BYTES, G729_FRAME }, 0 };
    if (bytes > G729_SID_BYTES && left == G729_SID_BYTES)
        framing->block = (struct span){ bytes, samples_in(framing, bytes) };
    layout->block = framing->block;
    return is_mono(layout) && (bytes <= G729_SID_BYTES || left == 0 || left == G729_SID_BYTES);
}

static bool parse_kelvin(const struct wave_format *format, struct layout *layout)
{
    struct framing *framing = framing_in(layout);

    *framing = (struct framing){ { KELVIN_BYTES, G729_FRAME }, 1 };
    layout->block = framing->block;
    return is_mono(layout) && (format->block_align <= 1 || format->block_align % KELVIN_BYTES == 0);
}

static void fill(struct wave_format *format, const struct mode *mode, uint16_t block_align)
{
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = block_align * (RATE / G729_FRAME);
    format->block_align = block_align;
    format->bits_per_sample = 0;
    format->extra_size = 0;
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    fill(format, mode, G729_FRAME_BYTES);
}

static void complete_kelvin(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    fill(format, mode, KELVIN_BYTES);
}

static void init_decoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct decoding *state = memory;

    state->framing = *framing_of(layout);
    g729_decoder_init(&state->decoder, options->dsp->celp);
}

static void init_encoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct encoding *state = memory;

    state->framing = *framing_of(layout);
    g729_encoder_init(&state->encoder, options->dsp->celp,
                      ends_in_sid(&state->framing, layout->block.bytes));
}

/* Decodes a block or a truncated one: its whole frames, and the SID frame that its length implies.
 */
static void decode_block(struct decoding *state, const uint8_t *src, size_t bytes, int16_t *pcm)
{
    struct g729_parameters parameters;

    for (uint32_t left = frames_in(&state->framing, bytes); left > 0;
         left--, src += state->framing.lead + G729_FRAME_BYTES, pcm += G729_FRAME) {
        g729_unpack(src + state->framing.lead, &parameters);
        g729_decode_frame(&state->decoder, &parameters, pcm);
    }
    if (ends_in_sid(&state->framing, bytes)) {
        g729_unpack_sid(src, &parameters);
        g729_decode_frame(&state->decoder, &parameters, pcm);
    }
}

static struct progress decode(void *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    const struct span *block = &((struct decoding *)state)->framing.block;
    size_t blocks = whole_blocks(offer.in, offer.out, block, 1);

    for (size_t i = 0; i < blocks; i++)
        decode_block(state, src + i * block->bytes, block->bytes, pcm + i * block->frames);
    return (struct progress){ blocks * block->bytes, blocks * block->frames };
}

static uint32_t covered(const struct layout *layout, uint32_t bytes)
{
    return samples_in(framing_of(layout), bytes);
}

static void decode_truncated(void *state, const uint8_t *src, struct span block, int16_t *pcm)
{
    decode_block(state, src, block.bytes, pcm);
}

static void encode_block(struct encoding *state, const int16_t *pcm, uint8_t *dst)
{
    const struct framing *framing = &state->framing;
    struct g729_parameters parameters;

    for (uint32_t left = frames_in(framing, framing->block.bytes); left > 0;
         left--, pcm += G729_FRAME, dst += G729_FRAME_BYTES) {
        g729_encode_frame(&state->encoder, pcm, G729_VOICE, &parameters);
        if (framing->lead)
            *dst++ = LEAD;
        g729_pack(&parameters, dst);
    }
    if (ends_in_sid(framing, framing->block.bytes)) {
        g729_encode_frame(&state->encoder, pcm, G729_NOISE, &parameters);
        g729_pack_sid(&parameters.sid, dst);
    }
}

static struct progress encode(void *state, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    const struct span *block = &((struct encoding *)state)->framing.block;
    size_t blocks = whole_blocks(offer.out, offer.in, block, 1);

    for (size_t i = 0; i < blocks; i++)
        encode_block(state, pcm + i * block->frames, dst + i * block->bytes);
    return (struct progress){ blocks * block->frames, blocks * block->bytes };
}

static const struct codec_decoder decoder = { sizeof(struct decoding), init_decoder, decode,
                                              covered, decode_truncated };
static const struct codec_encoder encoder = { sizeof(struct encoding), init_encoder, encode };

const struct codec g729a = {
    .name = "G.729A",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};

const struct codec g729_kelvin = {
    .name = "Sipro Kelvin",
    .tags = kelvin_tags,
    .modes = modes,
    .parse = parse_kelvin,
    .complete = complete_kelvin,
    .decoder = &decoder,
    .encoder = &encoder,
};
