/* Siren at 16 kbit/s: MSN Messenger's voice clips, and Vivo's sound. A block of 40 bytes holds 320
 * samples. */
#include <string.h>
#include "bits.h"
#include "codec.h"
#include "encoder.h"
#include "fixed.h"

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
    state->quality = (unsigned)min_i32(options->quality, 2);
    memset(state->pcm, 0, sizeof state->pcm);
    siren_codes(&state->codes);
}

static void encode_block(struct siren_encoder *state, const int16_t in[SIREN_FRAME], uint8_t *dst)
{
    siren_encode(state, state->pcm, in, dst);
    memcpy(state->pcm, in, sizeof state->pcm);
}

static bool is_silent(const int16_t pcm[SIREN_FRAME])
{
    for (int i = 0; i < SIREN_FRAME; i++)
        if (pcm[i] != 0)
            return false;
    return true;
}

/* Each frame of samples makes a block, which overlaps it and the last one. END makes another block
 * for the second half of the last frame's window. */
static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    static const int16_t silence[SIREN_FRAME] = { 0 };
    struct siren_encoder *state = memory;
    size_t blocks = whole_blocks(offer.out, offer.in, &block, 1);
    struct progress done = { blocks * SIREN_FRAME, blocks * SIREN_BYTES };

    for (size_t i = 0; i < blocks; i++)
        encode_block(state, pcm + i * SIREN_FRAME, dst + i * SIREN_BYTES);
    if (offer.ending == END && offer.in == done.used && !is_silent(state->pcm) &&
        offer.out - done.made >= SIREN_BYTES) {
        encode_block(state, silence, dst + done.made);
        done.made += SIREN_BYTES;
    }
    return done;
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
