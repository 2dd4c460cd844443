/* Lernout & Hauspie's CELP at 4.8 kbit/s, NetMeeting's: a block of 12 bytes holds 160 samples, as
 * ten line spectral frequencies and, for each of three subframes, a prediction from past excitation
 * and one of 256 pulse patterns. */
#include <string.h>
#include "codec.h"
#include "delayed_encoder.h"
#include "search.h"

enum { RATE = 8000 };

static const struct tag tags[] = { { 0x70, 0, "L&H CELP 4.8 kbit/s" },
                                   { 0x1101, 0, "L&H CELP (tag 1101)" },
                                   { 0 } };

static const struct mode modes[] = { { RATE, 1, 0 }, { 0 } };

static const struct span block = { LH_CELP_FRAME_BYTES, LH_CELP_FRAME };

/* Headers may give 1 for the block, or a multiple of it. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    layout->block = block;
    layout->delay = LH_CELP_DELAY;
    return layout->channels == 1 && layout->sample_rate == RATE &&
           (format->block_align <= 1 || format->block_align % LH_CELP_FRAME_BYTES == 0);
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = mode->sample_rate * LH_CELP_FRAME_BYTES / LH_CELP_FRAME;
    format->block_align = LH_CELP_FRAME_BYTES;
    format->bits_per_sample = 16;
    format->extra_size = 0;
}

static void init_decoder(void *state, const struct layout *layout, const struct options *options)
{
    (void)layout;
    (void)options;
    lh_celp_reset(state);
}

/* A truncated block has no output: it lacks the last subframes. */
static struct progress decode(void *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    size_t blocks = whole_blocks(offer.in, offer.out, &block, 1);
    struct lh_celp_parameters parameters;

    for (size_t i = 0; i < blocks; i++) {
        lh_celp_unpack(src + i * LH_CELP_FRAME_BYTES, &parameters);
        lh_celp_decode_frame(state, &parameters, pcm + i * LH_CELP_FRAME);
    }
    return (struct progress){ blocks * LH_CELP_FRAME_BYTES, blocks * LH_CELP_FRAME };
}

static void init_encoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct lh_celp_encoder *state = memory;

    (void)layout;
    memset(state, 0, sizeof *state);
    lh_celp_reset(&state->decoder);
    state->dsp = options->dsp->celp;
    state->quality = options->quality;
}

static void encode_block(void *state, const int16_t pcm[LH_CELP_FRAME], uint8_t *dst)
{
    struct lh_celp_parameters parameters;

    lh_celp_encode_frame(state, pcm, &parameters);
    lh_celp_pack(&parameters, dst);
}

static struct progress encode(void *state, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    static const struct delayed_encoder delayed = { { LH_CELP_FRAME_BYTES, LH_CELP_FRAME },
                                                    encode_block,
                                                    offsetof(struct lh_celp_encoder,
                                                             pcm[LH_CELP_PAST]),
                                                    LH_CELP_DELAY };

    return encode_delayed(&delayed, state, pcm, dst, offer);
}

static const struct codec_decoder decoder = { sizeof(struct lh_celp_decoder), init_decoder, decode,
                                              0, 0 };
static const struct codec_encoder encoder = { sizeof(struct lh_celp_encoder), init_encoder,
                                              encode };

const struct codec lh_celp = {
    .name = "L&H CELP 4.8 kbit/s",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
