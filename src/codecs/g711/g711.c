/* A-law and u-law, 8 bits a sample: ITU-T G.711 (11/88), tables 1a to 2b, on 16-bit linear samples.
 *
 * Decoding gives the tables' values, aligned to the left of 16 bits. Encoding truncates, as the ITU's own tool (G.191,
 * alaw_compress and ulaw_compress) does. */
#include "codec.h"

enum { TAG_ALAW = 6, TAG_MULAW = 7 };

static const uint16_t alaw_aliases[] = { 0x102, 0 }, ulaw_aliases[] = { 0x101, 0 };     /* IBM's tags */

static const struct mode modes[] = {
    { 8000, 1, 0 }, { 8000, 2, 0 }, { 11025, 1, 0 }, { 11025, 2, 0 },
    { 22050, 1, 0 }, { 22050, 2, 0 }, { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 }
};

/* The highest set bit of a segment's magnitude, counted from bit 4: 0 for segments 0 and 1. */
static unsigned log2_above_16(unsigned x)
{
    return x < 32 ? 0 : 27u - (unsigned)__builtin_clz(x);
}

static int16_t alaw_expand(uint8_t code)
{
    unsigned bits = code ^ 0x55u, segment = bits >> 4 & 7, step = bits & 15;
    int level = segment == 0 ? (int)(step << 4 | 8) : (int)((step << 4 | 0x108) << (segment - 1));

    return (int16_t)(bits & 0x80 ? level : -level);
}

/* 12 bits of magnitude; a negative sample's is its one's complement, so that -1 falls into the first negative step. */
static uint8_t alaw_compress(int16_t sample)
{
    unsigned magnitude = (unsigned)(sample < 0 ? ~sample : sample) >> 4, shift = log2_above_16(magnitude);
    unsigned code = magnitude < 16 ? magnitude : (shift + 1) << 4 | (magnitude >> shift & 15);

    return (uint8_t)((code | (sample < 0 ? 0u : 0x80u)) ^ 0x55u);
}

static int16_t ulaw_expand(uint8_t code)
{
    unsigned bits = ~(unsigned)code, segment = bits >> 4 & 7, step = bits & 15;
    int level = (int)((step << 3 | 0x84) << segment) - 0x84;

    return (int16_t)(bits & 0x80 ? -level : level);
}

/* 14 bits: 13 of magnitude, biased by 33 and held below 8192. */
static uint8_t ulaw_compress(int16_t sample)
{
    unsigned magnitude = ((unsigned)(sample < 0 ? ~sample : sample) >> 2) + 33;
    unsigned held = magnitude > 0x1FFF ? 0x1FFF : magnitude, segment = 26u - (unsigned)__builtin_clz(held);

    return (uint8_t)~(segment << 4 | (held >> (segment + 1) & 15) | (sample < 0 ? 0x80u : 0u));
}

/* Any bits and any block are read as what the law is: a byte for each channel. */
static bool accepts(const struct wave_format *format, struct block *block)
{
    *block = (struct block){ format->channels, 1, format->channels };
    return format->channels != 0 && format->sample_rate != 0;
}

static void complete(struct wave_format *format, const struct mode *mode)
{
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = mode->sample_rate * mode->channels;
    format->block_align = mode->channels;
    format->bits_per_sample = 8;
    format->extra_size = 0;
}

struct state {
    uint16_t channels;
};

static void start(void *memory, const struct wave_format *format, const struct settings *settings)
{
    struct state *state = memory;

    (void)settings;
    state->channels = format->channels;
}

/* Samples are independent, so what fits is all that matters; a block's channels stay together. */
static size_t fitting(const void *memory, struct offer offer)
{
    const struct state *state = memory;
    size_t n = offer.in < offer.out ? offer.in : offer.out;

    return n - n % state->channels;
}

/* The bytes of a last, torn block, which nothing can complete. */
static size_t torn(const void *memory, struct offer offer, size_t used)
{
    const struct state *state = memory;
    size_t left = offer.in - used;

    return offer.ending != WHOLE && left < state->channels ? left : 0;
}

#define RUNS(law) \
    static struct progress law##_decode(void *state, const uint8_t *src, int16_t *pcm, struct offer offer) \
    { \
        size_t n = fitting(state, offer); \
        for (size_t i = 0; i < n; i++) \
            pcm[i] = law##_expand(src[i]); \
        return (struct progress){ n + torn(state, offer, n), n }; \
    } \
    static struct progress law##_encode(void *state, const int16_t *pcm, uint8_t *dst, struct offer offer) \
    { \
        size_t n = fitting(state, offer); \
        for (size_t i = 0; i < n; i++) \
            dst[i] = law##_compress(pcm[i]); \
        return (struct progress){ n, n }; \
    }
RUNS(alaw)
RUNS(ulaw)

const struct codec g711_alaw = {
    .tag = TAG_ALAW, .aliases = alaw_aliases, .name = "CCITT A-Law", .modes = modes,
    .complete = complete, .accepts = accepts,
    .decoder = { sizeof(struct state), start, alaw_decode },
    .encoder = { sizeof(struct state), start, alaw_encode },
};

const struct codec g711_ulaw = {
    .tag = TAG_MULAW, .aliases = ulaw_aliases, .name = "CCITT u-Law", .modes = modes,
    .complete = complete, .accepts = accepts,
    .decoder = { sizeof(struct state), start, ulaw_decode },
    .encoder = { sizeof(struct state), start, ulaw_encode },
};
