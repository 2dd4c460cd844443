/* A-law and u-law, 8 bits per sample: ITU-T G.711 (11/88). */
#include "codec.h"
#include "dsp.h"
#include "g711.h"

static const struct tag alaw_tags[] = { { 6, 0, "CCITT A-Law" }, { 0x102, 0, "IBM A-Law" }, { 0 } };
static const struct tag ulaw_tags[] = {
    { 7, 0, "CCITT u-Law" }, { 0x101, 0, "IBM u-Law" }, { 0x6C75, 0, "Apple u-Law" }, { 0 }
};

static const struct mode modes[] = { { 8000, 1, 0 },  { 8000, 2, 0 },  { 11025, 1, 0 },
                                     { 11025, 2, 0 }, { 22050, 1, 0 }, { 22050, 2, 0 },
                                     { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 } };

/* The stated bits and block size are ignored: there is one byte per channel. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    (void)format;
    layout->block = (struct span){ layout->channels, 1 };
    return true;
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
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

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct state *state = memory;

    state->dsp = options->dsp;
    state->channels = layout->channels;
}

/* Samples are independent, so that any number may be converted, but the channels of a frame stay
 * together. */
static size_t fitting(const void *memory, struct offer offer)
{
    const struct state *state = memory;
    size_t n = offer.in < offer.out ? offer.in : offer.out;

    return n - n % state->channels;
}

#define RUNS(law) \
    static struct progress law##_decode(void *memory, const uint8_t *src, int16_t *pcm, \
                                        struct offer offer) \
    { \
        const struct state *state = memory; \
        size_t n = fitting(state, offer); \
        state->dsp->law##_expand(src, pcm, n); \
        return (struct progress){ n, n }; \
    } \
    static struct progress law##_encode(void *memory, const int16_t *pcm, uint8_t *dst, \
                                        struct offer offer) \
    { \
        const struct state *state = memory; \
        size_t n = fitting(state, offer); \
        state->dsp->law##_compress(pcm, dst, n); \
        return (struct progress){ n, n }; \
    }
RUNS(alaw)
RUNS(ulaw)

static const struct codec_decoder alaw_decoder = { sizeof(struct state), init, alaw_decode, 0, 0 };
static const struct codec_encoder alaw_encoder = { sizeof(struct state), init, alaw_encode };
static const struct codec_decoder ulaw_decoder = { sizeof(struct state), init, ulaw_decode, 0, 0 };
static const struct codec_encoder ulaw_encoder = { sizeof(struct state), init, ulaw_encode };

const struct codec g711_alaw = {
    .name = "CCITT A-Law",
    .tags = alaw_tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &alaw_decoder,
    .encoder = &alaw_encoder,
};

const struct codec g711_ulaw = {
    .name = "CCITT u-Law",
    .tags = ulaw_tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &ulaw_decoder,
    .encoder = &ulaw_encoder,
};
