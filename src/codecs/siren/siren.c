/* Siren at 16 kbit/s: MSN Messenger's voice clips, and Vivo's sound. A block of 40 bytes holds 320
 * samples. */
#include <string.h>
#include "bits.h"
#include "codec.h"
#include "delayed_encoder.h"
#include "encoder.h"

enum { MSN, VIVO, RATE = 16000 };

static const struct tag tags[] = { { 0x28E, MSN, "MSN Siren" },
                                   { 0x112, VIVO, "Vivo Siren" },
                                   { 0 } };

static const struct mode modes[] = { { RATE, 1, 0 }, { 0 } };

static const struct span block = { SIREN_BYTES, SIREN_FRAME };

static bool parse(const struct wave_format *format, struct layout *layout)
{
    layout->block = block;
    layout->delay = SIREN_FRAME;
    return layout->channels == 1 && layout->sample_rate == RATE &&
           (format->block_align <= 1 || format->block_align % SIREN_BYTES == 0);
}

/* The extra bytes are the number of samples in a block. */
static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = (uint32_t)((uint64_t)mode->sample_rate * SIREN_BYTES / SIREN_FRAME);
    format->block_align = SIREN_BYTES;
    format->bits_per_sample = 16;
    format->extra_size = 2;
    store16_le(format->extra, SIREN_FRAME);
}

static const struct siren_format *format_of(const struct layout *layout)
{
    return layout->dialect == MSN ? &siren_msn : &siren_vivo;
}

static void init_decoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct siren_decoder *state = memory;

    state->dsp = options->dsp->mdct;
    state->format = format_of(layout);
    siren_reset(state);
}

/* A truncated block has no output: the checksum is at its end. */
static struct progress decode(void *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    size_t blocks = whole_blocks(offer.in, offer.out, &block, 1);

    for (size_t i = 0; i < blocks; i++)
        siren_decode(state, src + i * SIREN_BYTES, pcm + i * SIREN_FRAME);
    return (struct progress){ blocks * SIREN_BYTES, blocks * SIREN_FRAME };
}

static void init_encoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct siren_encoder *state = memory;

    state->dsp = options->dsp->mdct;
    state->format = format_of(layout);
    state->quality = options->quality;
    memset(state->pcm, 0, sizeof state->pcm);
    siren_codes(&state->codes);
}

/* A frame of samples makes a block together with the last one, which it overlaps: the delayed sound
 * is the second half of the last frame's window. */
static void encode_block(void *memory, const int16_t in[SIREN_FRAME], uint8_t *dst)
{
    struct siren_encoder *state = memory;

    siren_encode(state, state->pcm, in, dst);
    memcpy(state->pcm, in, sizeof state->pcm);
}

static struct progress encode(void *state, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    static const struct delayed_encoder delayed = {
        { SIREN_BYTES, SIREN_FRAME }, encode_block, offsetof(struct siren_encoder, pcm), SIREN_FRAME
    };

    return encode_delayed(&delayed, state, pcm, dst, offer);
}

static const struct codec_decoder decoder = { sizeof(struct siren_decoder), init_decoder, decode, 0,
                                              0 };
static const struct codec_encoder encoder = { sizeof(struct siren_encoder), init_encoder, encode };

const struct codec siren = {
    .name = "MSN Siren",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
