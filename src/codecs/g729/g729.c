/* G.729, Annexes A and B: 80 samples in 10 bytes; a frame of silence (SID) in 2. Recorders pack some frames to a block, which
 * are as good as blocks of one. Nothing in the bytes tells a SID frame: only where a block's length leaves 2 modulo 10 it ends in
 * one. Sipro's Kelvin sets a byte before each frame.
 *
 * Blocks of whole frames have no room for SID frames: there the DTX setting changes nothing, and silence is coded as speech. A block
 * that ends in a SID frame has it always, so that the setting changes nothing there either. */
#include <string.h>
#include "g729.h"
#include "codec.h"

enum { TAG_G729A = 0x83, TAG_KELVIN = 0x135 };

/* Intel; Convedia; Sipro G.729 and G.729A; Racal; Symbol; Polycom; Vocord G.729 and G.729A; unregistered; Cisco G.729 and G.729B. */
static const uint16_t aliases[] = { 0x44, 0x8C, 0x133, 0x134, 0xA2, 0xA103, 0xA114, 0xA11E, 0xA11F, 0x729A, 0x2222, 0x14DB, 0x14DE, 0 };

enum { RATE = 8000, LEAD = 2, KELVIN_BYTES = FRAME_BYTES + 1 };

static const struct mode modes[] = { { RATE, 1, 0 }, { 0 } };

/* A coder or decoder with the blocks of its format: `lead` bytes before each frame. */
struct framing {
    struct block block;
    uint8_t lead;
};
struct decoding {
    struct framing framing;
    struct decoder decoder;
};
struct encoding {
    struct framing framing;
    struct encoder encoder;
};

static uint32_t frames_in(const struct framing *framing, size_t bytes) { return (uint32_t)(bytes / (framing->lead + FRAME_BYTES)); }

static bool ends_in_sid(const struct framing *framing, size_t bytes) { return framing->lead == 0 && bytes % FRAME_BYTES == SID_BYTES; }

static uint32_t samples_in(const struct framing *framing, size_t bytes)
{
    return (frames_in(framing, bytes) + ends_in_sid(framing, bytes)) * FRAME;
}

static bool is_mono(const struct wave_format *format)
{
    return format->channels == 1 && format->sample_rate == RATE;
}

/* Files say 0, 1 or 2 where they mean 10, or count several frames. */
static bool frame_blocks(const struct wave_format *format, struct framing *out)
{
    uint16_t bytes = format->block_align, left = bytes % FRAME_BYTES;

    *out = (struct framing){ { FRAME_BYTES, FRAME, FRAME_BYTES }, 0 };
    if (bytes > SID_BYTES && left == SID_BYTES)
        out->block = (struct block){ bytes, samples_in(out, bytes), bytes };
    return is_mono(format) && (bytes <= SID_BYTES || left == 0 || left == SID_BYTES);
}

static bool kelvin_blocks(const struct wave_format *format, struct framing *out)
{
    *out = (struct framing){ { KELVIN_BYTES, FRAME, KELVIN_BYTES }, 1 };
    return is_mono(format) && (format->block_align <= 1 || format->block_align % KELVIN_BYTES == 0);
}

static bool accepts(const struct wave_format *format, struct block *out)
{
    struct framing framing;
    bool ours = frame_blocks(format, &framing);

    *out = framing.block;
    return ours;
}

static bool accepts_kelvin(const struct wave_format *format, struct block *out)
{
    struct framing framing;
    bool ours = kelvin_blocks(format, &framing);

    *out = framing.block;
    return ours;
}

static void fill(struct wave_format *format, const struct mode *mode, uint16_t block_align)
{
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = block_align * (RATE / FRAME);
    format->block_align = block_align;
    format->bits_per_sample = 0;
    format->extra_size = 0;
}

static void complete(struct wave_format *format, const struct mode *mode) { fill(format, mode, FRAME_BYTES); }
static void complete_kelvin(struct wave_format *format, const struct mode *mode) { fill(format, mode, KELVIN_BYTES); }

static void start_decoder(void *state, const struct wave_format *format, const struct settings *settings)
{
    struct decoding *decoding = state;

    frame_blocks(format, &decoding->framing);
    g729_decoder_start(&decoding->decoder);
    decoding->decoder.dsp = dsp_set(settings->simd)->celp;
}

static void start_kelvin_decoder(void *state, const struct wave_format *format, const struct settings *settings)
{
    struct decoding *decoding = state;

    kelvin_blocks(format, &decoding->framing);
    g729_decoder_start(&decoding->decoder);
    decoding->decoder.dsp = dsp_set(settings->simd)->celp;
}

static void start_encoder(void *state, const struct wave_format *format, const struct settings *settings)
{
    struct encoding *encoding = state;

    frame_blocks(format, &encoding->framing);
    g729_encoder_start(&encoding->encoder, ends_in_sid(&encoding->framing, encoding->framing.block.bytes));
    encoding->encoder.dsp = dsp_set(settings->simd)->celp;
}

static void start_kelvin_encoder(void *state, const struct wave_format *format, const struct settings *settings)
{
    struct encoding *encoding = state;

    kelvin_blocks(format, &encoding->framing);
    g729_encoder_start(&encoding->encoder, false);
    encoding->encoder.dsp = dsp_set(settings->simd)->celp;
}

/* A block, or the part of one that is there: its whole frames, and its SID frame where its length tells of one. */
static void decode_block(struct decoding *state, const uint8_t *src, size_t bytes, int16_t *pcm)
{
    struct parameters parameters;

    for (uint32_t left = frames_in(&state->framing, bytes); left > 0; left--, src += state->framing.lead + FRAME_BYTES, pcm += FRAME) {
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
    const struct framing *framing = &((struct decoding *)state)->framing;
    const struct block *block = &framing->block;
    size_t blocks = whole_blocks(offer.in, offer.out, block, 1);
    struct progress done = { blocks * block->bytes, blocks * block->samples };
    size_t torn = offer.in - done.used;

    for (size_t i = 0; i < blocks; i++)
        decode_block(state, src + i * block->bytes, block->bytes, pcm + i * block->samples);
    if (offer.ending != WHOLE && torn < block->bytes && samples_in(framing, torn) <= offer.out - done.made) {
        decode_block(state, src + done.used, torn, pcm + done.made);
        done.made += samples_in(framing, torn);
        done.used = offer.in;
    }
    return done;
}

static void encode_block(struct encoding *state, const int16_t *pcm, uint8_t *dst)
{
    const struct framing *framing = &state->framing;
    struct parameters parameters;

    for (uint32_t left = frames_in(framing, framing->block.bytes); left > 0; left--, pcm += FRAME, dst += FRAME_BYTES) {
        g729_encode_frame(&state->encoder, pcm, VOICE, &parameters);
        if (framing->lead)
            *dst++ = LEAD;
        g729_pack(&parameters, dst);
    }
    if (ends_in_sid(framing, framing->block.bytes)) {
        g729_encode_frame(&state->encoder, pcm, NOISE, &parameters);
        g729_pack_sid(&parameters.sid, dst);
    }
}

static struct progress encode(void *state, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    const struct block *block = &((struct encoding *)state)->framing.block;
    size_t blocks = whole_blocks(offer.out, offer.in, block, 1);

    for (size_t i = 0; i < blocks; i++)
        encode_block(state, pcm + i * block->samples, dst + i * block->bytes);
    return (struct progress){ blocks * block->samples, blocks * block->bytes };
}

const struct codec g729a = {
    .tag = TAG_G729A, .aliases = aliases, .name = "G.729A", .modes = modes,
    .complete = complete, .accepts = accepts,
    .decoder = { sizeof(struct decoding), start_decoder, decode },
    .encoder = { sizeof(struct encoding), start_encoder, encode },
};

const struct codec g729_kelvin = {
    .tag = TAG_KELVIN, .name = "Sipro Kelvin", .modes = modes,
    .complete = complete_kelvin, .accepts = accepts_kelvin,
    .decoder = { sizeof(struct decoding), start_kelvin_decoder, decode },
    .encoder = { sizeof(struct encoding), start_kelvin_encoder, encode },
};
