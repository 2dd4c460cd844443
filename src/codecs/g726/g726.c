/* ITU-T G.726 ADPCM under its several tags, 16 to 40 kbit/s at 8 kHz. Most are bare streams of codes. Antex' 0x40 (G.721:
 * 4 bits) and 0x14 (G.723 of 1988: 3 or 5) come in RIFFNEW's blocks of 128 samples, which auxiliary bytes may precede, and
 * in stereo: a code of each channel in turn. Nothing is reset between blocks. */
#include <string.h>
#include "g726.h"
#include "bits.h"
#include "codec.h"

enum { TAG_G723_ADPCM = 0x14, TAG_G721_ADPCM = 0x40, TAG_G726 = 0x45, TAG_G726_ADPCM = 0x64, TAG_CISCO = 0x14E7 };

/* DataFusion, Dictaphone, Divio, Ingenient, Encore; Cisco's gateways, of fixed rates: 16, 24 and 32 kbit/s at 8 kHz. */
static const uint16_t aliases[] = { 0x85, 0x140, 0x4243, 0xA105, 0xA107, TAG_CISCO, TAG_CISCO + 1, TAG_CISCO + 2, 0 };

static const struct mode stream_modes[] = {
    { 8000, 1, 32000 }, { 8000, 1, 40000 }, { 8000, 1, 24000 }, { 8000, 1, 16000 },
    { 11025, 1, 44100 }, { 16000, 1, 64000 }, { 22050, 1, 88200 }, { 44100, 1, 176400 }, { 0 }
};
static const struct mode g721_modes[] = {
    { 8000, 1, 0 }, { 8000, 2, 0 }, { 11025, 1, 0 }, { 11025, 2, 0 },
    { 22050, 1, 0 }, { 22050, 2, 0 }, { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 }
};
static const struct mode g723_modes[] = {
    { 8000, 1, 24000 }, { 8000, 1, 40000 }, { 8000, 2, 48000 }, { 8000, 2, 80000 },
    { 11025, 1, 55125 }, { 22050, 1, 110250 }, { 0 }
};

enum { CHANNELS = 2, GROUP = 8, UNIT_BYTES = 5 * CHANNELS, UNIT_CODES = GROUP * CHANNELS, CHUNK = 512 };

/* A format's bytes: blocks of auxiliary bytes and codes, or, where `aux` is 0, a stream of units: the fewest whole bytes that
 * hold whole samples, 8 of each channel at 3 and 5 bits. */
struct layout {
    uint32_t block, unit;           /* bytes; of a block in a stream, a unit's */
    uint32_t unit_codes;
    uint16_t aux;
    uint8_t bits, channels;
};

struct decoder {
    struct layout layout;
    enum order order;
    struct adpcm channels[CHANNELS];
    uint32_t kept;                  /* bytes of an incomplete unit */
    uint8_t bytes[UNIT_BYTES];
};

struct encoder {
    struct layout layout;
    struct adpcm channels[CHANNELS];
    uint32_t kept;                  /* samples of an incomplete unit */
    int16_t samples[UNIT_CODES];
};

static bool is_antex(uint16_t tag)
{
    return tag == TAG_G721_ADPCM || tag == TAG_G723_ADPCM;
}

/* Bits of a code that a tag can have, as a set. */
static unsigned widths(uint16_t tag)
{
    switch (tag) {
    case TAG_G721_ADPCM: return 1u << 4;
    case TAG_G723_ADPCM: return 1u << 3 | 1u << 5;
    case TAG_CISCO: return 1u << 2;
    case TAG_CISCO + 1: return 1u << 3;
    case TAG_CISCO + 2: return 1u << 4;
    default: return 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5;
    }
}

/* Bits of a code: what the header says, else what the byte rate or the block make of it, else the tag's commonest. The width
 * of samples, 8 or 16, is no word on codes. 0 for a width that the tag cannot have. */
static unsigned bits_of(const struct wave_format *format)
{
    unsigned set = widths(format->tag), bits = format->bits_per_sample;
    uint64_t by_rate = (uint64_t)format->byte_rate * 8 / ((uint64_t)format->sample_rate * format->channels);

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

/* RIFFNEW's one word is the size of the auxiliary bytes; mmreg.h puts another before it. It counts where whole units remain. */
static uint16_t aux_of(const struct wave_format *format, uint32_t unit)
{
    uint16_t aux = 0;

    if (is_antex(format->tag) && format->extra_size >= 2)
        aux = load16_le(format->extra + (format->extra_size >= 4 ? 2 : 0));
    return aux < format->block_align && (format->block_align - aux) % unit == 0 ? aux : 0;
}

static bool lay_out(const struct wave_format *format, struct layout *out)
{
    unsigned channels = format->channels, bits;

    if (format->sample_rate == 0 || channels == 0 || channels > (is_antex(format->tag) ? CHANNELS : 1) || (bits = bits_of(format)) == 0)
        return false;
    out->bits = (uint8_t)bits;
    out->channels = (uint8_t)channels;
    out->unit_codes = bits % 2 ? GROUP * channels : bits * channels < 8 ? 8 / bits : channels;
    out->unit = out->unit_codes * bits / 8;
    out->aux = aux_of(format, bits * channels);
    out->block = out->aux ? format->block_align : out->unit;
    return true;
}

/* Samples of all channels in a block. */
static uint32_t block_codes(const struct layout *layout)
{
    return (layout->block - layout->aux) / layout->unit * layout->unit_codes;
}

static bool accepts(const struct wave_format *format, struct block *block)
{
    struct layout layout;

    if (!lay_out(format, &layout))
        return false;
    *block = (struct block){ layout.block, block_codes(&layout) / layout.channels, layout.block };
    return true;
}

/* Units of a bare stream are written as ffmpeg's and cameras' headers count them: 1 byte, or 3 or 5. */
static void complete(struct wave_format *format, const struct mode *mode)
{
    uint64_t rate = (uint64_t)mode->sample_rate * mode->channels;
    unsigned set = widths(format->tag), bits = rate && mode->bit_rate ? (unsigned)(mode->bit_rate / rate) : set >> 4 & 1 ? 4 : set >> 3 & 1 ? 3 : 2;
    bool can;

    if ((set & (set - 1)) == 0)         /* a tag of one rate settles it */
        bits = 31u - (unsigned)__builtin_clz(set);
    can = bits < 8 && (set >> bits & 1);
    format->channels = can ? mode->channels : 0;
    format->sample_rate = mode->sample_rate;
    format->bits_per_sample = (uint16_t)bits;
    format->byte_rate = (uint32_t)(rate * bits / 8);
    format->block_align = (uint16_t)(is_antex(format->tag) ? 16 * bits * mode->channels : bits % 2 ? bits : 1);
    format->extra_size = is_antex(format->tag) ? 2 : 0;
    if (format->extra_size)
        store16_le(format->extra, 0);
}

static void start_decoder(void *memory, const struct wave_format *format, const struct settings *settings)
{
    struct decoder *state = memory;

    memset(state, 0, sizeof *state);
    lay_out(format, &state->layout);
    state->order = settings->bit_order <= LSB_FIRST ? (enum order)settings->bit_order : TOLD_FROM_BYTES;
    for (unsigned i = 0; i < state->layout.channels; i++)
        g726_start(&state->channels[i], state->layout.bits);
}

static void start_encoder(void *memory, const struct wave_format *format, const struct settings *settings)
{
    struct encoder *state = memory;

    (void)settings;
    memset(state, 0, sizeof *state);
    lay_out(format, &state->layout);
    for (unsigned i = 0; i < state->layout.channels; i++)
        g726_start(&state->channels[i], state->layout.bits);
}

/* `n` codes of all channels, from the start of a byte. */
static void decode_codes(struct decoder *state, const uint8_t *src, size_t n, int16_t *pcm)
{
    unsigned channels = state->layout.channels;
    uint8_t codes[CHUNK];

    for (size_t chunk; n != 0; n -= chunk, src += chunk * state->layout.bits / 8, pcm += chunk) {
        chunk = n < CHUNK ? n : CHUNK;
        g726_unpack(src, chunk, state->layout.bits, state->order, codes);
        for (unsigned i = 0; i < channels; i++)
            g726_decode_samples(&state->channels[i], codes + i, pcm + i, chunk / channels, channels);
    }
}

static void encode_codes(struct encoder *state, const int16_t *pcm, size_t n, uint8_t *dst)
{
    unsigned channels = state->layout.channels;
    uint8_t codes[CHUNK];

    for (size_t chunk; n != 0; n -= chunk, dst += chunk * state->layout.bits / 8, pcm += chunk) {
        chunk = n < CHUNK ? n : CHUNK;
        for (unsigned i = 0; i < channels; i++)
            g726_encode_samples(&state->channels[i], pcm + i, codes + i, chunk / channels, channels);
        g726_pack(codes, chunk, state->layout.bits, dst);
    }
}

/* Once, from the first bytes that are decoded. */
static void settle_order(struct decoder *state, const uint8_t *src, size_t size)
{
    const struct layout *layout = &state->layout;
    uint8_t bytes[ORDER_MOST];
    size_t n = 0;

    if (state->order != TOLD_FROM_BYTES)
        return;
    for (size_t i = 0; i < size && n < ORDER_MOST; i++)
        if (i % layout->block >= layout->aux)
            bytes[n++] = src[i];
    state->order = size < ORDER_LEAST ? MSB_FIRST : g726_order(bytes, n, layout->bits, layout->channels);
}

/* Samples of all channels that `size` bytes hold, at most a block. */
static size_t covered(const struct layout *layout, size_t size)
{
    size_t codes = size <= layout->aux ? 0 : (size - layout->aux) * 8 / layout->bits;

    return codes - codes % layout->channels;
}

/* Less than a block with auxiliary bytes gives the samples that it covers. */
static struct progress decode_torn(struct decoder *state, const uint8_t *src, int16_t *pcm, struct offer left)
{
    size_t codes = covered(&state->layout, left.in);

    if (left.ending == WHOLE || left.in >= state->layout.block || codes > left.out)
        return (struct progress){ 0, 0 };
    settle_order(state, src, left.in);
    decode_codes(state, src + state->layout.aux, codes, pcm);
    return (struct progress){ left.in, codes };
}

/* Less than a unit of a stream is kept until more makes it whole, or until the end, which decodes what there is of it. */
static struct progress decode_kept(struct decoder *state, const uint8_t *src, int16_t *pcm, struct offer left)
{
    size_t n = state->layout.unit - state->kept, codes = 0;
    bool whole = left.in >= n;

    n = whole ? n : left.in;
    if (whole || left.ending == END)
        codes = covered(&state->layout, state->kept + n);
    if ((left.ending == WHOLE && !whole) || codes > left.out)
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
    const struct layout *layout = &state->layout;
    struct block block = { layout->block, block_codes(layout), layout->block };
    size_t blocks = state->kept ? 0 : whole_blocks(offer.in, offer.out, &block, 1);

    if (blocks == 0)
        return (layout->aux ? decode_torn : decode_kept)(state, src, pcm, offer);
    settle_order(state, src, offer.in);
    if (layout->aux == 0)
        decode_codes(state, src, blocks * block.samples, pcm);
    else
        for (size_t i = 0; i < blocks; i++)
            decode_codes(state, src + i * block.bytes + layout->aux, block.samples, pcm + i * block.samples);
    return (struct progress){ blocks * block.bytes, blocks * block.samples };
}

/* A unit of a stream that lacks samples: they are kept, and at the end silence makes up for the missing ones, in the bytes that
 * the real ones need. Whole samples only: an odd one of a stereo pair stays. */
static struct progress encode_kept(struct encoder *state, const int16_t *pcm, uint8_t *dst, struct offer left)
{
    const struct layout *layout = &state->layout;
    size_t n = layout->unit_codes - state->kept, bytes = 0;
    bool whole = left.in >= n;

    n = whole ? n : left.in - left.in % layout->channels;
    if (whole || left.ending == END)
        bytes = ((state->kept + n) * layout->bits + 7) / 8;
    if ((left.ending == WHOLE && !whole) || bytes > left.out)
        return (struct progress){ 0, 0 };
    memcpy(state->samples + state->kept, pcm, n * sizeof *pcm);
    state->kept += (uint32_t)n;
    if (bytes) {
        uint8_t unit[UNIT_BYTES];

        memset(state->samples + state->kept, 0, (layout->unit_codes - state->kept) * sizeof *pcm);
        encode_codes(state, state->samples, layout->unit_codes, unit);
        memcpy(dst, unit, bytes);
        state->kept = 0;
    }
    return (struct progress){ n, bytes };
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct encoder *state = memory;
    const struct layout *layout = &state->layout;
    struct block block = { layout->block, block_codes(layout), layout->block };
    size_t blocks = state->kept ? 0 : whole_blocks(offer.out, offer.in, &block, 1);

    if (blocks == 0)
        return layout->aux ? (struct progress){ 0, 0 } : encode_kept(state, pcm, dst, offer);
    if (layout->aux == 0)
        encode_codes(state, pcm, blocks * block.samples, dst);
    else
        for (size_t i = 0; i < blocks; i++) {
            memset(dst + i * block.bytes, 0, layout->aux);
            encode_codes(state, pcm + i * block.samples, block.samples, dst + i * block.bytes + layout->aux);
        }
    return (struct progress){ blocks * block.samples, blocks * block.bytes };
}

#define ROW(row, row_tag, row_aliases, row_name, row_modes)                                            \
    const struct codec row = {                                                                         \
        .tag = row_tag, .aliases = row_aliases, .name = row_name, .modes = row_modes,                  \
        .complete = complete, .accepts = accepts,                                                      \
        .decoder = { sizeof(struct decoder), start_decoder, decode },                                  \
        .encoder = { sizeof(struct encoder), start_encoder, encode },                                  \
    }

ROW(g726, TAG_G726_ADPCM, aliases, "G.726 ADPCM", stream_modes);
ROW(g726_microsoft, TAG_G726, 0, "Microsoft G.726", stream_modes);
ROW(g721, TAG_G721_ADPCM, 0, "G.721 ADPCM", g721_modes);
ROW(g723_adpcm, TAG_G723_ADPCM, 0, "G.723 ADPCM", g723_modes);
