/* ITU-T G.722 at 64 kbit/s, and its modes of 56 and 48 kbit/s, which leave the lowest bits of each
 * octet to other data. */
#include "g722.h"
#include "codec.h"
#include "dsp.h"

static const struct tag tags[] = { { 0x65, 0, "G.722 ADPCM" },
                                   { 0x28F, 0, "G.722 (tag 28F)" },
                                   { 0xA112, 0, "Polycom G.722" },
                                   { 0 } };

static const struct mode modes[] = {
    { 16000, 1, 64000 }, { 16000, 1, 56000 }, { 16000, 1, 48000 }, { 0 }
};
static const struct span block = { 1, 2 };

struct g722_stream {
    struct g722_coder coder;
    const struct dsp *dsp;
    int mode;
};

/* Every mode has one octet for two samples, so that a correct byte rate does not indicate the mode.
 * A header means 56 or 48 kbit/s if its bits per sample are those of a codeword, or if its byte
 * rate counts audio bits only. All others, including the many that are wrong, mean 64 kbit/s. */
static uint8_t bits_of(const struct wave_format *format)
{
    uint64_t sixteenths = (uint64_t)format->byte_rate * 16 / format->sample_rate;

    if (format->bits_per_sample == 7 || format->bits_per_sample == 6)
        return (uint8_t)format->bits_per_sample;
    return sixteenths == 7 || sixteenths == 6 ? (uint8_t)sixteenths : 8;
}

static bool parse(const struct wave_format *format, struct layout *layout)
{
    layout->bits = bits_of(format);
    layout->block = block;
    return layout->channels == 1;
}

/* Existing files have 4 bits per sample. The modes of 56 and 48 kbit/s are marked by the width of
 * their codewords instead, 7 or 6 bits. */
static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    uint64_t bits = mode->bit_rate == 0 ? 8
                    : mode->sample_rate ? (uint64_t)mode->bit_rate * 2 / mode->sample_rate
                                        : 0;

    (void)dialect;
    format->channels = bits >= 6 && bits <= 8 ? mode->channels : 0;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = mode->sample_rate / 2;
    format->block_align = 1;
    format->bits_per_sample = bits == 8 ? 4 : (uint16_t)bits;
    format->extra_size = 0;
}

/* The codewords of modes 1, 2 and 3 have 8, 7 and 6 bits. */
static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct g722_stream *state = memory;

    g722_start(&state->coder);
    state->dsp = options->dsp;
    state->mode = 9 - layout->bits;
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct g722_stream *state = memory;
    size_t n = whole_blocks(offer.in, offer.out, &block, 1);

    state->dsp->g722_decode(&state->coder, src, pcm, n, state->mode);
    return (struct progress){ n, 2 * n };
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct g722_stream *state = memory;
    size_t n = whole_blocks(offer.out, offer.in, &block, 1);

    state->dsp->g722_encode(&state->coder, pcm, dst, n, state->mode);
    return (struct progress){ 2 * n, n };
}

static const struct codec_decoder decoder = { sizeof(struct g722_stream), init, decode, 0, 0 };
static const struct codec_encoder encoder = { sizeof(struct g722_stream), init, encode };

const struct codec g722 = {
    .name = "G.722 ADPCM",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
