/* A-law and u-law, 8 bits a sample: ITU-T G.711 (11/88). */
#include "codec.h"
#include "dsp.h"
#include "g711.h"

enum { TAG_ALAW = 6, TAG_MULAW = 7 };

static const uint16_t alaw_aliases[] = { 0x102, 0 }, ulaw_aliases[] = { 0x101, 0 };     /* IBM's tags */

static const struct mode modes[] = {
    { 8000, 1, 0 }, { 8000, 2, 0 }, { 11025, 1, 0 }, { 11025, 2, 0 },
    { 22050, 1, 0 }, { 22050, 2, 0 }, { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 }
};

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
    const struct dsp *dsp;
    uint16_t channels;
};

static void start(void *memory, const struct wave_format *format, const struct settings *settings)
{
    struct state *state = memory;

    state->dsp = dsp_set(settings->simd);
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
    static struct progress law##_decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer) \
    { \
        const struct state *state = memory; \
        size_t n = fitting(state, offer); \
        state->dsp->law##_expand(src, pcm, n); \
        return (struct progress){ n + torn(state, offer, n), n }; \
    } \
    static struct progress law##_encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer) \
    { \
        const struct state *state = memory; \
        size_t n = fitting(state, offer); \
        state->dsp->law##_compress(pcm, dst, n); \
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
