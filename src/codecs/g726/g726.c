/* ITU-T G.726 ADPCM under its various tags, at 16 to 40 kbit/s for 8 kHz. Most of them are bare
 * streams of codes. Antex's 0x40 (G.721, 4 bits) and 0x14 (G.723 of 1988, 3 or 5 bits) have the
 * blocks of RIFFNEW: 128 samples, optionally preceded by auxiliary bytes, with the codes of two
 * channels interleaved. The state carries over from block to block. */
#include <string.h>
#include "g726.h"
#include "bits.h"
#include "codec.h"
#include "dsp.h"
#include "fixed.h"

/* Cisco gateways have separate tags for 16, 24 and 32 kbit/s. */
enum dialect { STREAM, CISCO_16, CISCO_24, CISCO_32, G721, G723 };

static const struct tag stream_tags[] = { { 0x64, STREAM, "G.726 ADPCM" },
                                          { 0x85, STREAM, "DataFusion G.726" },
                                          { 0x140, STREAM, "Dictaphone G.726" },
                                          { 0x4243, STREAM, "Divio G.726" },
                                          { 0xA105, STREAM, "Ingenient G.726" },
                                          { 0xA107, STREAM, "Encore G.726" },
                                          { 0x14E7, CISCO_16, "Cisco G.726, 16 kbit/s" },
                                          { 0x14E8, CISCO_24, "Cisco G.726, 24 kbit/s" },
                                          { 0x14E9, CISCO_32, "Cisco G.726, 32 kbit/s" },
                                          { 0 } };
static const struct tag microsoft_tags[] = { { 0x45, STREAM, "Microsoft G.726" }, { 0 } };
static const struct tag g721_tags[] = { { 0x40, G721, "G.721 ADPCM" }, { 0 } };
static const struct tag g723_tags[] = { { 0x14, G723, "G.723 ADPCM" }, { 0 } };

static const struct mode stream_modes[] = {
    { 8000, 1, 32000 },  { 8000, 1, 40000 },   { 8000, 1, 24000 },
    { 8000, 1, 16000 },  { 11025, 1, 44100 },  { 16000, 1, 64000 },
    { 22050, 1, 88200 }, { 44100, 1, 176400 }, { 0 }
};
static const struct mode g721_modes[] = { { 8000, 1, 0 },  { 8000, 2, 0 },  { 11025, 1, 0 },
                                          { 11025, 2, 0 }, { 22050, 1, 0 }, { 22050, 2, 0 },
                                          { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 } };
static const struct mode g723_modes[] = { { 8000, 1, 24000 },
                                          { 8000, 1, 40000 },
                                          { 8000, 2, 48000 },
                                          { 8000, 2, 80000 },
                                          { 11025, 1, 55125 },
                                          { 22050, 1, 110250 },
                                          { 0 } };

enum {
    CHANNELS = 2,
    GROUP = 8,
    UNIT_BYTES = 5 * CHANNELS,
    UNIT_CODES = GROUP * CHANNELS,
    CHUNK = 512,
    LOOK_AHEAD = 4096
};

/* How a format packs its codes: in blocks of auxiliary bytes and codes or, if `aux` is 0, in a bare
 * stream of units. A unit is the smallest number of bytes that contains only complete codes of all
 * channels: at 3 and 5 bits it holds 8 codes per channel. */
struct g726_packing {
    uint32_t block, unit; /* in bytes; equal in a bare stream */
    uint32_t unit_codes;
    uint16_t aux;
    uint8_t bits, channels;
};

struct g726_decoder {
    struct g726_packing packing;
    const struct dsp *dsp;
    enum g726_order order; /* G726_ORDER_DETECTED, which reads like MSB first, until it is known */
    uint32_t collected, sufficient; /* bytes of `evidence`, and how many the next attempt needs */
    size_t ahead;
    uint8_t evidence[G726_ORDER_MAX_BYTES];
    struct g726_coder channels[CHANNELS];
    uint32_t pending; /* bytes of an incomplete unit */
    uint8_t bytes[UNIT_BYTES];
};

struct g726_encoder {
    struct g726_packing packing;
    const struct dsp *dsp;
    struct g726_coder channels[CHANNELS];
    uint32_t pending; /* samples of an incomplete unit */
    int16_t samples[UNIT_CODES];
};

static bool is_antex(uint8_t dialect) { return dialect == G721 || dialect == G723; }

/* Returns the code widths that a tag allows, as a set of bits. */
static unsigned widths(uint8_t dialect)
{
    switch (dialect) {
    case CISCO_16:
        return 1u << 2;
    case CISCO_24:
        return 1u << 3;
    case CISCO_32:
    case G721:
        return 1u << 4;
    case G723:
        return 1u << 3 | 1u << 5;
    default:
        return 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5;
    }
}

/* The only width in a set, or else the most common one. */
static unsigned default_bits(unsigned set)
{
    if ((set & (set - 1)) == 0)
        return 31u - (unsigned)__builtin_clz(set);
    return set >> 4 & 1 ? 4 : 3;
}

/* Returns the bits per code: from the header if it has them, else from the byte rate or the block
 * size, else the default of the tag. A header with 8 or 16 bits means PCM samples, not codes.
 * Returns 0 for a width that the tag does not allow. */
static unsigned bits_of(const struct wave_format *format, uint8_t dialect)
{
    unsigned set = widths(dialect), bits = format->bits_per_sample;
    uint64_t by_rate =
        (uint64_t)format->byte_rate * 8 / ((uint64_t)format->sample_rate * format->channels);

    if ((set & (set - 1)) == 0)
        return default_bits(set);
    if (bits != 0 && bits % 8 != 0)
        return bits < 8 && (set >> bits & 1) ? bits : 0;
    if (by_rate < 8 && (set >> by_rate & 1))
        return (unsigned)by_rate;
    if (format->block_align != 0 && format->block_align % 5 == 0)
        return 5;
    if (format->block_align != 0 && format->block_align % 3 == 0)
        return 3;
    return default_bits(set);
}

/* Returns the number of auxiliary bytes. It is the only extra field in RIFFNEW and the second one
 * in mmreg.h. It is ignored unless the rest of the block is a whole number of units. */
static uint16_t aux_of(const struct wave_format *format, uint8_t dialect, uint32_t unit)
{
    uint16_t aux = 0;

    if (is_antex(dialect) && format->extra_size >= 2)
        aux = load16_le(format->extra + (format->extra_size >= 4 ? 2 : 0));
    return aux < format->block_align && (format->block_align - aux) % unit == 0 ? aux : 0;
}

/* Returns the number of codes in a block, of all channels. */
static uint32_t block_codes(const struct g726_packing *packing)
{
    return (packing->block - packing->aux) / packing->unit * packing->unit_codes;
}

static struct g726_packing *packing_in(struct layout *layout)
{
    return (struct g726_packing *)(void *)layout->own;
}

static const struct g726_packing *packing_of(const struct layout *layout)
{
    return (const struct g726_packing *)(const void *)layout->own;
}

static bool parse(const struct wave_format *format, struct layout *layout)
{
    struct g726_packing *packing = packing_in(layout);
    unsigned channels = layout->channels, bits = bits_of(format, layout->dialect);

    if (channels == 0 || channels > (is_antex(layout->dialect) ? CHANNELS : 1) || bits == 0)
        return false;
    packing->bits = (uint8_t)bits;
    packing->channels = (uint8_t)channels;
    packing->unit_codes = bits % 2 ? GROUP * channels : bits * channels < 8 ? 8 / bits : channels;
    packing->unit = packing->unit_codes * bits / 8;
    packing->aux = aux_of(format, layout->dialect, bits * channels);
    packing->block = packing->aux ? format->block_align : packing->unit;
    layout->bits = packing->bits;
    layout->block = (struct span){ packing->block, block_codes(packing) / channels };
    layout->self_delimiting = packing->aux == 0;
    return true;
}

/* The block size of a bare stream is that in the headers of ffmpeg and cameras: 1 byte, or 3 or 5
 * bytes if that is the number of bits. */
static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    uint64_t rate = (uint64_t)mode->sample_rate * mode->channels;
    unsigned set = widths(dialect), bits = default_bits(set);
    bool allowed;

    /* A tag that has only one rate ignores the one in the mode. */
    if ((set & (set - 1)) != 0 && rate != 0 && mode->bit_rate != 0)
        bits = (unsigned)(mode->bit_rate / rate);
    allowed = bits < 8 && (set >> bits & 1);
    format->channels = allowed ? mode->channels : 0;
    format->sample_rate = mode->sample_rate;
    format->bits_per_sample = (uint16_t)bits;
    format->byte_rate = (uint32_t)(rate * bits / 8);
    format->block_align = (uint16_t)(bits % 2 ? bits : 1);
    if (is_antex(dialect))
        format->block_align = (uint16_t)(16 * bits * mode->channels);
    format->extra_size = is_antex(dialect) ? 2 : 0;
    if (format->extra_size)
        store16_le(format->extra, 0);
}

static void init_decoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct g726_decoder *state = memory;

    memset(state, 0, sizeof *state);
    state->packing = *packing_of(layout);
    state->dsp = options->dsp;
    state->order = G726_ORDER_DETECTED;
    state->sufficient = G726_ORDER_MIN_BYTES;
    if (options->quirks & QUIRK_MSB_FIRST)
        state->order = G726_MSB_FIRST;
    else if (options->quirks & QUIRK_LSB_FIRST)
        state->order = G726_LSB_FIRST;
    for (unsigned i = 0; i < state->packing.channels; i++)
        g726_start(&state->channels[i], state->packing.bits);
}

static void init_encoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct g726_encoder *state = memory;

    memset(state, 0, sizeof *state);
    state->packing = *packing_of(layout);
    state->dsp = options->dsp;
    for (unsigned i = 0; i < state->packing.channels; i++)
        g726_start(&state->channels[i], state->packing.bits);
}

/* Decodes `n` codes of all channels, which start at the beginning of a byte. */
static void decode_codes(struct g726_decoder *state, const uint8_t *src, size_t n, int16_t *pcm)
{
    unsigned channels = state->packing.channels;
    uint8_t codes[CHUNK];

    for (size_t chunk; n != 0; n -= chunk, src += chunk * state->packing.bits / 8, pcm += chunk) {
        chunk = n < CHUNK ? n : CHUNK;
        g726_unpack(src, chunk, state->packing.bits, state->order, codes);
        for (unsigned i = 0; i < channels; i++)
            state->dsp->g726_decode(&state->channels[i], codes + i, pcm + i, chunk / channels,
                                    channels);
    }
}

static void encode_codes(struct g726_encoder *state, const int16_t *pcm, size_t n, uint8_t *dst)
{
    unsigned channels = state->packing.channels;
    uint8_t codes[CHUNK];

    for (size_t chunk; n != 0; n -= chunk, dst += chunk * state->packing.bits / 8, pcm += chunk) {
        chunk = n < CHUNK ? n : CHUNK;
        for (unsigned i = 0; i < channels; i++)
            state->dsp->g726_encode(&state->channels[i], pcm + i, codes + i, chunk / channels,
                                    channels);
        g726_pack(codes, chunk, state->packing.bits, dst);
    }
}

/* Collects input, without leading bytes that mean the same in both orders, such as digital silence,
 * and detects the order from it. Until enough is collected, the default applies; each attempt has
 * half as many bytes again as the one before. `ahead` counts the input that is collected but not
 * yet decoded, because the caller offers it again. */
static void detect_order(struct g726_decoder *state, const uint8_t *src, size_t size)
{
    const struct g726_packing *packing = &state->packing;
    size_t at = state->ahead, unit = packing->unit;

    if (state->order != G726_ORDER_DETECTED)
        return;
    while (state->collected + unit <= sizeof state->evidence) {
        size_t code = at % packing->block == 0 ? at + packing->aux : at;

        if (code + unit > size)
            break;
        if (state->collected != 0 || !g726_reads_alike(src + code, unit, packing->bits)) {
            memcpy(state->evidence + state->collected, src + code, unit);
            state->collected += (uint32_t)unit;
        }
        at = code + unit;
    }
    state->ahead = at;
    if (state->collected < state->sufficient)
        return;
    if (g726_detect_order(state->evidence, state->collected, packing->bits, packing->channels) ==
        G726_LSB_FIRST)
        state->order = G726_LSB_FIRST;
    else if (state->collected + unit > sizeof state->evidence)
        state->order = G726_MSB_FIRST;
    state->sufficient =
        (uint32_t)min_size(3 * state->collected / 2, sizeof state->evidence - unit + 1);
}

/* Returns the number of codes of all channels in `size` bytes, which are at most a block. */
static size_t codes_in(const struct g726_packing *packing, size_t size)
{
    size_t codes = size <= packing->aux ? 0 : (size - packing->aux) * 8 / packing->bits;

    return codes - codes % packing->channels;
}

static uint32_t covered(const struct layout *layout, uint32_t bytes)
{
    return (uint32_t)codes_in(packing_of(layout), bytes) / layout->channels;
}

static void decode_truncated(void *memory, const uint8_t *src, struct span block, int16_t *pcm)
{
    struct g726_decoder *state = memory;

    detect_order(state, src, block.bytes);
    decode_codes(state, src + state->packing.aux, block.frames * state->packing.channels, pcm);
}

/* Buffers an incomplete unit of a stream until more input completes it. At the end of the stream,
 * the complete codes in it are decoded. */
static struct progress decode_incomplete(struct g726_decoder *state, const uint8_t *src,
                                         int16_t *pcm, struct offer left)
{
    size_t n = state->packing.unit - state->pending, codes = 0;
    bool complete_unit = left.in >= n;

    n = complete_unit ? n : left.in;
    if (complete_unit || left.ending == END)
        codes = codes_in(&state->packing, state->pending + n);
    if (codes > left.out)
        return (struct progress){ 0, 0 };
    memcpy(state->bytes + state->pending, src, n);
    state->pending += (uint32_t)n;
    if (complete_unit || left.ending == END) {
        detect_order(state, state->bytes, state->pending);
        decode_codes(state, state->bytes, codes, pcm);
        state->ahead -= min_size(state->pending, state->ahead);
        state->pending = 0;
    }
    return (struct progress){ n, codes };
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct g726_decoder *state = memory;
    const struct g726_packing *packing = &state->packing;
    struct span block = { packing->block, block_codes(packing) };
    size_t blocks = state->pending ? 0 : whole_blocks(offer.in, offer.out, &block, 1);

    if (blocks == 0)
        return packing->aux ? (struct progress){ 0, 0 } : decode_incomplete(state, src, pcm, offer);
    /* Hosts may offer gigabytes, or claim to. */
    detect_order(state, src, min_size(offer.in, blocks * block.bytes + LOOK_AHEAD));
    if (packing->aux == 0)
        decode_codes(state, src, blocks * block.frames, pcm);
    else
        for (size_t i = 0; i < blocks; i++)
            decode_codes(state, src + i * block.bytes + packing->aux, block.frames,
                         pcm + i * block.frames);
    state->ahead -= min_size(blocks * block.bytes, state->ahead);
    return (struct progress){ blocks * block.bytes, blocks * block.frames };
}

/* Buffers the samples of an incomplete unit until more input completes it. At the end of the
 * stream, zeros complete it, but only the bytes that contain codes of real samples are written. The
 * samples of a stereo pair are consumed together. */
static struct progress encode_incomplete(struct g726_encoder *state, const int16_t *pcm,
                                         uint8_t *dst, struct offer left)
{
    const struct g726_packing *packing = &state->packing;
    size_t n = packing->unit_codes - state->pending, bytes = 0;
    bool complete_unit = left.in >= n;

    n = complete_unit ? n : left.in - left.in % packing->channels;
    if (complete_unit || left.ending == END)
        bytes = ((state->pending + n) * packing->bits + 7) / 8;
    if ((left.ending == WHOLE && !complete_unit) || bytes > left.out)
        return (struct progress){ 0, 0 };
    memcpy(state->samples + state->pending, pcm, n * sizeof *pcm);
    state->pending += (uint32_t)n;
    if (bytes) {
        uint8_t unit[UNIT_BYTES];

        memset(state->samples + state->pending, 0,
               (packing->unit_codes - state->pending) * sizeof *pcm);
        encode_codes(state, state->samples, packing->unit_codes, unit);
        memcpy(dst, unit, bytes);
        state->pending = 0;
    }
    return (struct progress){ n, bytes };
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct g726_encoder *state = memory;
    const struct g726_packing *packing = &state->packing;
    struct span block = { packing->block, block_codes(packing) };
    size_t blocks = state->pending ? 0 : whole_blocks(offer.out, offer.in, &block, 1);

    if (blocks == 0)
        return packing->aux ? (struct progress){ 0, 0 } : encode_incomplete(state, pcm, dst, offer);
    if (packing->aux == 0)
        encode_codes(state, pcm, blocks * block.frames, dst);
    else
        for (size_t i = 0; i < blocks; i++) {
            memset(dst + i * block.bytes, 0, packing->aux);
            encode_codes(state, pcm + i * block.frames, block.frames,
                         dst + i * block.bytes + packing->aux);
        }
    return (struct progress){ blocks * block.frames, blocks * block.bytes };
}

static const struct codec_decoder decoder = { sizeof(struct g726_decoder), init_decoder, decode,
                                              covered, decode_truncated };
static const struct codec_encoder encoder = { sizeof(struct g726_encoder), init_encoder, encode };

#define CODEC(symbol, its_name, its_tags, its_modes) \
    const struct codec symbol = { \
        .name = its_name, \
        .tags = its_tags, \
        .modes = its_modes, \
        .parse = parse, \
        .complete = complete, \
        .decoder = &decoder, \
        .encoder = &encoder, \
    }

CODEC(g726, "G.726 ADPCM", stream_tags, stream_modes);
CODEC(g726_microsoft, "Microsoft G.726", microsoft_tags, stream_modes);
CODEC(g721, "G.721 ADPCM", g721_tags, g721_modes);
CODEC(g723_adpcm, "G.723 ADPCM", g723_tags, g723_modes);
