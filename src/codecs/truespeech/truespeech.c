/* TrueSpeech-compatible coding at 8.5 kbit/s: a block of 32 bytes holds 240 samples, as eight
 * reflection coefficients and, for each of four subframes, a prediction from past excitation and
 * seven pulses. */
#include <string.h>
#include "search.h"
#include "tables.h"
#include "bits.h"
#include "codec.h"

enum { RATE = 8000 };

static const struct tag tags[] = { { 0x22, 0, "DSP Group TrueSpeech(TM)" },
                                   { 0x1501, 0, "TrueSpeech (tag 1501)" },
                                   { 0 } };

static const struct mode modes[] = { { RATE, 1, 0 }, { 0 } };

static const struct span block = { TRUESPEECH_FRAME_BYTES, TRUESPEECH_FRAME };

/* Headers may give 1 for the block, or a multiple of it. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    layout->block = block;
    layout->lookahead = TRUESPEECH_FRAME;
    return layout->channels == 1 && layout->sample_rate == RATE &&
           (format->block_align <= 1 || format->block_align % TRUESPEECH_FRAME_BYTES == 0);
}

/* TRUESPEECHWAVEFORMAT: wRevision 1, nSamplesPerBlock 240, 28 reserved bytes. */
static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate =
        (uint32_t)(((uint64_t)mode->sample_rate * TRUESPEECH_FRAME_BYTES + TRUESPEECH_FRAME / 2) /
                   TRUESPEECH_FRAME);
    format->block_align = TRUESPEECH_FRAME_BYTES;
    format->bits_per_sample = 1;
    format->extra_size = 32;
    memset(format->extra, 0, 32);
    store16_le(format->extra, 1);
    store16_le(format->extra + 2, TRUESPEECH_FRAME);
}

static void init_decoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct truespeech_decoder *state = memory;

    (void)layout;
    memset(state, 0, sizeof *state);
    state->dsp = options->dsp->celp;
    state->reversed = (options->quirks & QUIRK_REVERSED_INTERPOLATION) != 0;
}

/* A truncated block has no output: it lacks the last pulses of every subframe. */
static struct progress decode(void *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    size_t blocks = whole_blocks(offer.in, offer.out, &block, 1);
    struct truespeech_parameters parameters;

    for (size_t i = 0; i < blocks; i++) {
        truespeech_unpack(src + i * TRUESPEECH_FRAME_BYTES, &parameters);
        truespeech_decode_frame(state, &parameters, pcm + i * TRUESPEECH_FRAME);
    }
    return (struct progress){ blocks * TRUESPEECH_FRAME_BYTES, blocks * TRUESPEECH_FRAME };
}

static void init_encoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct truespeech_encoder *state = memory;

    (void)layout;
    memset(state, 0, sizeof *state);
    state->decoder.dsp = options->dsp->celp;
    state->quality = (uint8_t)min_i32(options->quality, 2);
}

/* Encodes the withheld frame, now that its successor is known; a null pointer stands for silence.
 */
static void encode_withheld(struct truespeech_encoder *state, const int16_t *next, uint8_t *dst)
{
    int16_t pcm[2 * TRUESPEECH_FRAME] = { 0 };
    struct truespeech_parameters parameters;

    memcpy(pcm, state->pcm, sizeof state->pcm);
    if (next)
        memcpy(pcm + TRUESPEECH_FRAME, next, TRUESPEECH_FRAME * sizeof *next);
    truespeech_encode_frame(state, pcm, &parameters);
    truespeech_pack(&parameters, dst);
}

/* The output is one frame behind: the first call has none, and END returns the last frame. */
static struct progress encode(void *state, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct truespeech_encoder *encoder = state;
    struct progress done = { 0, 0 };

    for (; offer.in - done.used >= TRUESPEECH_FRAME &&
           (!encoder->withheld || offer.out - done.made >= TRUESPEECH_FRAME_BYTES);
         done.used += TRUESPEECH_FRAME) {
        if (encoder->withheld) {
            encode_withheld(encoder, pcm + done.used, dst + done.made);
            done.made += TRUESPEECH_FRAME_BYTES;
        }
        memcpy(encoder->pcm, pcm + done.used, sizeof encoder->pcm);
        encoder->withheld = 1;
    }
    if (offer.ending == END && offer.in == done.used && encoder->withheld &&
        offer.out - done.made >= TRUESPEECH_FRAME_BYTES) {
        encode_withheld(encoder, 0, dst + done.made);
        done.made += TRUESPEECH_FRAME_BYTES;
        encoder->withheld = 0;
    }
    return done;
}

static const struct codec_decoder decoder = { sizeof(struct truespeech_decoder), init_decoder,
                                              decode, 0, 0 };
static const struct codec_encoder encoder = { sizeof(struct truespeech_encoder), init_encoder,
                                              encode };

const struct codec truespeech = {
    .name = "DSP Group TrueSpeech(TM)",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
