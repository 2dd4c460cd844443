/* ITU-T G.726 ADPCM under its several tags, 16 to 40 kbit/s at 8 kHz. Most are bare streams of
 * codes. Antex' 0x40 (G.721: 4 bits) and 0x14 (G.723 of 1988: 3 or 5) come in RIFFNEW's blocks of
 * 128 samples, which auxiliary bytes may precede, and in stereo: a code of each channel in turn.
 * Nothing is reset between blocks. */
#include <string.h>
#include "g726.h"
#include "bits.h"
#include "codec.h"

/* Cisco's gateways have a tag for each of 16, 24 and 32 kbit/s. */
enum dialect { STREAM, CISCO_16, CISCO_24, CISCO_32, G721, G723 };

static const struct tag stream_tags[] = {
    { 0x64, STREAM, "APICOM" },      { 0x85, STREAM, "DataFusion" },
    { 0x140, STREAM, "Dictaphone" }, { 0x4243, STREAM, "Divio" },
    { 0xA105, STREAM, "Ingenient" }, { 0xA107, STREAM, "Encore" },
    { 0x14E7, CISCO_16, "Cisco" },   { 0x14E8, CISCO_24, "Cisco" },
    { 0x14E9, CISCO_32, "Cisco" },   { 0 }
};
static const struct tag microsoft_tags[] = { { 0x45, STREAM, "Microsoft" }, { 0 } };
static const struct tag g721_tags[] = { { 0x40, G721, "Antex" }, { 0 } };
static const struct tag g723_tags[] = { { 0x14, G723, "Antex" }, { 0 } };

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
    CHUNK = 512
};

/* A format's bytes: blocks of auxiliary bytes and codes, or, where `aux` is 0, a stream of units:
 * the fewest whole bytes that hold whole samples, 8 of each channel at 3 and 5 bits. */
struct packing {
    uint32_t block, unit; /* bytes; of a block in a stream, a unit's */
    uint32_t unit_codes;
    uint16_t aux;
    uint8_t bits, channels;
};

struct decoder {
    struct packing packing;
    enum order order;
    struct adpcm channels[CHANNELS];
    uint32_t kept; /* bytes of an incomplete unit */
    uint8_t bytes[UNIT_BYTES];
};

struct encoder {
    struct packing packing;
    struct adpcm channels[CHANNELS];
    uint32_t kept; /* samples of an incomplete unit */
    int16_t samples[UNIT_CODES];
};

static bool is_antex(uint8_t dialect) { return dialect == G721 || dialect == G723; }

/* Bits of a code that a tag can have, as a set. */
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

/* Bits of a code: what the header says, else what the byte rate or the block make of it, else the
 * tag's commonest. The width of samples, 8 or 16, is no word on codes. 0 for a width that the tag
 * cannot have. */
static unsigned bits_of(const struct wave_format *format, uint8_t dialect)
{
    unsigned set = widths(dialect), bits = format->bits_per_sample;
    uint64_t by_rate =
        (uint64_t)format->byte_rate * 8 / ((uint64_t)format->sample_rate * format->channels);

    if ((set & (set - 1)) == 0)
        return 31u - (unsigned)__builtin_clz(set);
    if (bits != 0 && bits % 8 != 0)
        return bits < 8 && (set >> bits & 1) ? bits : 0;
    if (by_rate < 8 && (set >> by_rate & 1))
        return (unsigned)by_rate;
    if (format->block_align % 5 == 0 && format->block_align != 0)
        return 5;
    return format->block_align % 3 == 0 && format->block_align != 0 ? 3 : set >> 4 & 1 ? 4 : 3;
}

/* RIFFNEW's one word is the size of the auxiliary bytes; mmreg.h puts another before it. It counts
 * where whole units remain. */
static uint16_t aux_of(const struct wave_format *format, uint8_t dialect, uint32_t unit)
{
    uint16_t aux = 0;

    if (is_antex(dialect) && format->extra_size >= 2)
        aux = load16_le(format->extra + (format->extra_size >= 4 ? 2 : 0));
    return aux < format->block_align && (format->block_align - aux) % unit == 0 ? aux : 0;
}

/* Samples of all channels in a block. */
static uint32_t block_codes(const struct packing *packing)
{
    return (packing->block - packing->aux) / packing->unit * packing->unit_codes;
}

static struct packing *packing_in(struct layout *layout)
{
    return (struct packing *)(void *)layout->own;
}

static const struct packing *packing_of(const struct layout *layout)
{
    return (const struct packing *)(const void *)layout->own;
}

static bool parse(const struct wave_format *format, struct layout *layout)
{
    struct packing *packing = packing_in(layout);
    unsigned channels = layout->channels, bits = bits_of(format, layout->dialect);

    if (channels > (is_antex(layout->dialect) ? CHANNELS : 1) || bits == 0)
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

/* Units of a bare stream are written as ffmpeg's and cameras' headers count them: 1 byte, or 3
 * or 5. */
static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    uint64_t rate = (uint64_t)mode->sample_rate * mode->channels;
    unsigned set = widths(dialect), bits = rate && mode->bit_rate
                                               ? (unsigned)(mode->bit_rate / rate)
                                           : set >> 4 & 1 ? 4
                                           : set >> 3 & 1 ? 3
                                                          : 2;
    bool can;

    if ((set & (set - 1)) == 0) /* a tag of one rate settles it */
        bits = 31u - (unsigned)__builtin_clz(set);
    can = bits < 8 && (set >> bits & 1);
    format->channels = can ? mode->channels : 0;
    format->sample_rate = mode->sample_rate;
    format->bits_per_sample = (uint16_t)bits;
    format->byte_rate = (uint32_t)(rate * bits / 8);
    format->block_align = (uint16_t)(is_antex(dialect) ? 16 * bits * mode->channels
                                     : bits % 2        ? bits
                                                       : 1);
    format->extra_size = is_antex(dialect) ? 2 : 0;
    if (format->extra_size)
        store16_le(format->extra, 0);
}

static void init_decoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct decoder *state = memory;

    memset(state, 0, sizeof *state);
    state->packing = *packing_of(layout);
    state->order = options->quirks & QUIRK_MSB_FIRST   ? MSB_FIRST
                   : options->quirks & QUIRK_LSB_FIRST ? LSB_FIRST
                                                       : TOLD_FROM_BYTES;
    for (unsigned i = 0; i < state->packing.channels; i++)
        g726_start(&state->channels[i], state->packing.bits);
}

static void init_encoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct encoder *state = memory;

    (void)options;
    memset(state, 0, sizeof *state);
    state->packing = *packing_of(layout);
    for (unsigned i = 0; i < state->packing.channels; i++)
        g726_start(&state->channels[i], state->packing.bits);
}

/* `n` codes of all channels, from the start of a byte. */
static void decode_codes(struct decoder *state, const uint8_t *src, size_t n, int16_t *pcm)
{
    unsigned channels = state->packing.channels;
    uint8_t codes[CHUNK];

    for (size_t chunk; n != 0; n -= chunk, src += chunk * state->packing.bits / 8, pcm += chunk) {
        chunk = n < CHUNK ? n : CHUNK;
        g726_unpack(src, chunk, state->packing.bits, state->order, codes);
        for (unsigned i = 0; i < channels; i++)
            g726_decode_samples(&state->channels[i], codes + i, pcm + i, chunk / channels,
                                channels);
    }
}

static void encode_codes(struct encoder *state, const int16_t *pcm, size_t n, uint8_t *dst)
{
    unsigned channels = state->packing.channels;
    uint8_t codes[CHUNK];

    for (size_t chunk; n != 0; n -= chunk, dst += chunk * state->packing.bits / 8, pcm += chunk) {
        chunk = n < CHUNK ? n : CHUNK;
        for (unsigned i = 0; i < channels; i++)
            g726_encode_samples(&state->channels[i], pcm + i, codes + i, chunk / channels,
                                channels);
        g726_pack(codes, chunk, state->packing.bits, dst);
    }
}

/* Once, from the first bytes that are decoded. */
static void settle_order(struct decoder *state, const uint8_t *src, size_t size)
{
    const struct packing *packing = &state->packing;
    uint8_t bytes[ORDER_MOST];
    size_t n = 0;

    if (state->order != TOLD_FROM_BYTES)
        return;
    for (size_t i = 0; i < size && n < ORDER_MOST; i++)
        if (i % packing->block >= packing->aux)
            bytes[n++] = src[i];
    state->order =
        size < ORDER_LEAST ? MSB_FIRST : g726_order(bytes, n, packing->bits, packing->channels);
}

/* Samples of all channels that `size` bytes hold, at most a block. */
static size_t codes_in(const struct packing *packing, size_t size)
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
    struct decoder *state = memory;

    settle_order(state, src, block.bytes);
    decode_codes(state, src + state->packing.aux, block.frames * state->packing.channels, pcm);
}

/* Less than a unit of a stream is kept until more makes it whole, or until the end, which decodes
 * what there is of it. */
static struct progress decode_kept(struct decoder *state, const uint8_t *src, int16_t *pcm,
                                   struct offer left)
{
    size_t n = state->packing.unit - state->kept, codes = 0;
    bool whole = left.in >= n;

    n = whole ? n : left.in;
    if (whole || left.ending == END)
        codes = codes_in(&state->packing, state->kept + n);
    if (codes > left.out)
        return (struct progress){ 0, 0 };
    memcpy(state->bytes + state->kept, src, n);
    state->kept += (uint32_t)n;
    if (whole || left.ending == END) {
        settle_order(state, state->bytes, state->kept);
        decode_codes(state, state->bytes, codes, pcm);
        state->kept = 0;
    }
    return (struct progress){ n, codes };
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct decoder *state = memory;
    const struct packing *packing = &state->packing;
    struct span block = { packing->block, block_codes(packing) };
    size_t blocks = state->kept ? 0 : whole_blocks(offer.in, offer.out, &block, 1);

    if (blocks == 0)
        return packing->aux ? (struct progress){ 0, 0 } : decode_kept(state, src, pcm, offer);
    settle_order(state, src, offer.in);
    if (packing->aux == 0)
        decode_codes(state, src, blocks * block.frames, pcm);
    else
        for (size_t i = 0; i < blocks; i++)
            decode_codes(state, src + i * block.bytes + packing->aux, block.frames,
                         pcm + i * block.frames);
    return (struct progress){ blocks * block.bytes, blocks * block.frames };
}

/* A unit of a stream that lacks samples: they are kept, and at the end silence makes up for the
 * missing ones, in the bytes that the real ones need. Whole samples only: an odd one of a stereo
 * pair stays. */
static struct progress encode_kept(struct encoder *state, const int16_t *pcm, uint8_t *dst,
                                   struct offer left)
{
    const struct packing *packing = &state->packing;
    size_t n = packing->unit_codes - state->kept, bytes = 0;
    bool whole = left.in >= n;

    n = whole ? n : left.in - left.in % packing->channels;
    if (whole || left.ending == END)
        bytes = ((state->kept + n) * packing->bits + 7) / 8;
    if ((left.ending == WHOLE && !whole) || bytes > left.out)
        return (struct progress){ 0, 0 };
    memcpy(state->samples + state->kept, pcm, n * sizeof *pcm);
    state->kept += (uint32_t)n;
    if (bytes) {
        uint8_t unit[UNIT_BYTES];

        memset(state->samples + state->kept, 0, (packing->unit_codes - state->kept) * sizeof *pcm);
        encode_codes(state, state->samples, packing->unit_codes, unit);
        memcpy(dst, unit, bytes);
        state->kept = 0;
    }
    return (struct progress){ n, bytes };
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct encoder *state = memory;
    const struct packing *packing = &state->packing;
    struct span block = { packing->block, block_codes(packing) };
    size_t blocks = state->kept ? 0 : whole_blocks(offer.out, offer.in, &block, 1);

    if (blocks == 0)
        return packing->aux ? (struct progress){ 0, 0 } : encode_kept(state, pcm, dst, offer);
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

static const struct codec_decoder decoder = { sizeof(struct decoder), init_decoder, decode, covered,
                                              decode_truncated };
static const struct codec_encoder encoder = { sizeof(struct encoder), init_encoder, encode };

#define CODEC(its, its_name, its_tags, its_modes) \
    const struct codec its = { \
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
