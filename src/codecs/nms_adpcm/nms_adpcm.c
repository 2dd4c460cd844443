/* NMS VBXADPCM, as recorded by Natural MicroSystems' voice boards. A frame holds 20 ms of telephony
 * at 8 kHz:
 *
 *     160 codes of 2, 3 or 4 bits, or 160 bytes of u-law | loudness
 *     40, 60 or 80                    160                  2         bytes
 *
 * The loudness is for players that skip silence; decoding ignores it. libsndfile writes a stand-in
 * that it calls a lie; here it is the root mean square of the 16-bit samples. The header is
 * described in NMS' CT Access manual (6422-12, appendix F). It does not say which law a line had;
 * u-law is assumed. */
#include <string.h>
#include "bits.h"
#include "codec.h"
#include "fixed.h"
#include "g711.h"
#include "nms.h"

enum { LAW = 8 };

static const struct tag tags[] = { { 0x38, 0, "NMS VBXADPCM" }, { 0 } };

static const uint8_t widths[] = { 4, 3, 2, LAW };

static const struct mode modes[] = {
    { 8000, 1, 32800 }, { 8000, 1, 24800 }, { 8000, 1, 16800 }, { 8000, 1, 64800 }, { 0 }
};

struct state {
    struct span block;
    unsigned bits;
    struct nms nms;
};

static unsigned frame_bytes(unsigned bits) { return NMS_FRAME / 8 * bits + 2; }

/* The bits per code: those that the format states, if its block size agrees or is unknown; else
 * those that the block size implies, or 0. */
static unsigned bits_of(const struct wave_format *format)
{
    unsigned by_block = 0, align = format->block_align;

    for (unsigned i = 0; i < sizeof widths; i++) {
        if (format->bits_per_sample == widths[i] &&
            (align <= 2 || align % frame_bytes(widths[i]) == 0))
            return widths[i];
        if (by_block == 0 && align != 0 && align % frame_bytes(widths[i]) == 0)
            by_block = widths[i];
    }
    return by_block;
}

static bool parse(const struct wave_format *format, struct layout *layout)
{
    unsigned bits = bits_of(format);

    layout->bits = (uint8_t)bits;
    layout->block = (struct span){ frame_bytes(bits), NMS_FRAME };
    return bits != 0 && layout->channels == 1;
}

static uint32_t byte_rate(uint32_t sample_rate, unsigned bits)
{
    return (uint32_t)((uint64_t)sample_rate * frame_bytes(bits) / NMS_FRAME);
}

/* The smallest width that reaches the bit rate, or 4 bits if none is requested. */
static unsigned bits_for(const struct mode *mode)
{
    unsigned bits = 2;

    if (mode->bit_rate == 0)
        return 4;
    while (bits < 4 && (uint64_t)byte_rate(mode->sample_rate, bits) * 8 < mode->bit_rate)
        bits++;
    return (uint64_t)byte_rate(mode->sample_rate, bits) * 8 < mode->bit_rate ? LAW : bits;
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    unsigned bits = bits_for(mode);

    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = byte_rate(mode->sample_rate, bits);
    format->block_align = (uint16_t)frame_bytes(bits);
    format->bits_per_sample = (uint16_t)bits;
    format->extra_size = 0;
}

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct state *state = memory;

    (void)options;
    state->block = layout->block;
    state->bits = layout->bits;
    nms_start(&state->nms, state->bits);
}

static void decode_frame(struct state *state, const uint8_t *src, int16_t *pcm, size_t samples)
{
    uint16_t groups[NMS_GROUPS];

    if (state->bits == LAW) {
        for (size_t i = 0; i < samples; i++)
            pcm[i] = ulaw_expand(src[i]);
        return;
    }
    nms_unpack(src, state->bits, groups);
    nms_decode(&state->nms, groups, pcm, samples);
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct state *state = memory;
    size_t frames = whole_blocks(offer.in, offer.out, &state->block, 1);

    for (size_t i = 0; i < frames; i++)
        decode_frame(state, src + i * state->block.bytes, pcm + i * NMS_FRAME, NMS_FRAME);
    return (struct progress){ frames * state->block.bytes, frames * NMS_FRAME };
}

/* Whole words count; with 3 bits, every three words also hold a fourth group of codes. */
static uint32_t covered(const struct layout *layout, uint32_t bytes)
{
    uint32_t words = bytes / 2, samples = words * (16u / layout->bits);

    if (layout->bits == 3)
        samples = words * 4 + words / 3 * 4;
    if (layout->bits == LAW)
        samples = bytes;
    return samples < NMS_FRAME ? samples : NMS_FRAME;
}

/* Pads the frame with zeros, and decodes the samples that are covered. */
static void decode_truncated(void *state, const uint8_t *src, struct span block, int16_t *pcm)
{
    uint8_t frame[NMS_FRAME + 2] = { 0 };

    memcpy(frame, src, block.bytes);
    decode_frame(state, frame, pcm, block.frames);
}

/* At most 2^15. */
static uint16_t loudness(const int16_t *pcm)
{
    uint64_t sum = 0;

    for (int i = 0; i < NMS_FRAME; i++)
        sum += (uint64_t)((int32_t)pcm[i] * pcm[i]);
    return (uint16_t)isqrt((uint32_t)(sum / NMS_FRAME));
}

static void encode_frame(struct state *state, const int16_t *pcm, uint8_t *dst)
{
    uint16_t groups[NMS_GROUPS] = { 0 };

    store16_le(dst + state->block.bytes - 2, loudness(pcm));
    if (state->bits == LAW) {
        for (int i = 0; i < NMS_FRAME; i++)
            dst[i] = ulaw_compress(pcm[i]);
        return;
    }
    nms_encode(&state->nms, pcm, groups);
    nms_pack(groups, state->bits, dst);
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct state *state = memory;
    size_t frames = whole_blocks(offer.out, offer.in, &state->block, 1);

    for (size_t i = 0; i < frames; i++)
        encode_frame(state, pcm + i * NMS_FRAME, dst + i * state->block.bytes);
    return (struct progress){ frames * NMS_FRAME, frames * state->block.bytes };
}

static const struct codec_decoder decoder = { sizeof(struct state), init, decode, covered,
                                              decode_truncated };
static const struct codec_encoder encoder = { sizeof(struct state), init, encode };

const struct codec nms_adpcm = {
    .name = "NMS VBXADPCM",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
