/* TrueSpeech-compatible coding at 8.5 kbit/s: a block of 32 bytes holds 240 samples, as eight
 * reflection coefficients and, for each of four subframes, a prediction from past excitation and
 * seven pulses. The encoder looks 140 samples ahead, by which it delays the sound; DSP Group's own
 * encoder delays it by 60. */
#include <string.h>
#include "search.h"
#include "tables.h"
#include "bits.h"
#include "codec.h"
#include "delayed_encoder.h"

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
    layout->delay = TRUESPEECH_DELAY;
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
    struct truespeech_parameters parameters[TRUESPEECH_GROUP];

    for (size_t i = 0; i < blocks; i += TRUESPEECH_GROUP) {
        int count = (int)min_size(blocks - i, TRUESPEECH_GROUP);

        for (int j = 0; j < count; j++)
            truespeech_unpack(src + (i + (size_t)j) * TRUESPEECH_FRAME_BYTES, &parameters[j]);
        truespeech_decode_frames(state, parameters, count, pcm + i * TRUESPEECH_FRAME);
    }
    return (struct progress){ blocks * TRUESPEECH_FRAME_BYTES, blocks * TRUESPEECH_FRAME };
}

static void init_encoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct truespeech_encoder *state = memory;

    (void)layout;
    memset(state, 0, sizeof *state);
    state->dsp = options->dsp;
    state->decoder.dsp = options->dsp->celp;
    state->quality = options->quality;
}

/* Encodes the frame that ends TRUESPEECH_DELAY samples before the end of a block. */
static void encode_block(void *memory, const int16_t in[TRUESPEECH_FRAME], uint8_t *dst)
{
    struct truespeech_encoder *state = memory;
    int16_t pcm[TRUESPEECH_DELAY + TRUESPEECH_FRAME];
    struct truespeech_parameters parameters;

    memcpy(pcm, state->delayed, sizeof state->delayed);
    memcpy(pcm + TRUESPEECH_DELAY, in, TRUESPEECH_FRAME * sizeof *pcm);
    memcpy(state->delayed, pcm + TRUESPEECH_FRAME, sizeof state->delayed);
    truespeech_encode_frame(state, pcm, &parameters);
    truespeech_pack(&parameters, dst);
}

static struct progress encode(void *state, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    static const struct delayed_encoder delayed = { { TRUESPEECH_FRAME_BYTES, TRUESPEECH_FRAME },
                                                    encode_block,
                                                    offsetof(struct truespeech_encoder, delayed),
                                                    TRUESPEECH_DELAY };

    return encode_delayed(&delayed, state, pcm, dst, offer);
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
