/* Lernout & Hauspie's subband coder at 12 kbit/s: a frame of 1 to 37 bytes holds 128 samples, as
 * the samples of up to six of eight bands. The 8 and 16 kbit/s of the tags beside it are unknown.
 */
#include <string.h>
#include "codec.h"
#include "lh_sbc.h"

enum { RATE = 8000 };

static const struct tag tags[] = { { 0x72, 0, "L&H SBC 12 kbit/s" },
                                   { 0x1103, 0, "L&H SBC (tag 1103)" },
                                   { 0 } };

static const struct mode modes[] = { { RATE, 1, 0 }, { 0 } };

struct decoder {
    struct lh_sbc_synthesis synthesis;
    uint8_t bytes[LH_SBC_FRAME_BYTES_MAX]; /* of an incomplete frame */
    uint8_t count;
};

/* A silent frame has a single byte. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    (void)format;
    layout->block = (struct span){ LH_SBC_FRAME_BYTES_MAX, LH_SBC_FRAME };
    layout->least_bytes = 1;
    layout->self_delimiting = true;
    return layout->channels == 1 && layout->sample_rate == RATE;
}

/* The byte rate is that of the longest frames. */
static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = mode->sample_rate * LH_SBC_FRAME_BYTES_MAX / LH_SBC_FRAME;
    format->block_align = LH_SBC_FRAME_BYTES_MAX;
    format->bits_per_sample = 16;
    format->extra_size = 0;
}

static void init(void *state, const struct layout *layout, const struct options *options)
{
    (void)layout;
    (void)options;
    memset(state, 0, sizeof(struct decoder));
}

/* Takes bytes of a frame; returns how many. */
static size_t fill(struct decoder *state, const uint8_t *src, size_t size)
{
    size_t used = 0;

    if (state->count == 0 && size > 0)
        state->bytes[state->count++] = src[used++];
    while (used < size && state->count < lh_sbc_frame_bytes(state->bytes[0]))
        state->bytes[state->count++] = src[used++];
    return used;
}

/* Without room for a frame, takes nothing. An incomplete frame at the end is dropped. */
static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct decoder *state = memory;
    int32_t bands[LH_SBC_BANDS][LH_SBC_SAMPLES];
    struct progress done = { 0, 0 };

    while (offer.out - done.made >= LH_SBC_FRAME && done.used < offer.in) {
        done.used += fill(state, src + done.used, offer.in - done.used);
        if (state->count < lh_sbc_frame_bytes(state->bytes[0]))
            break;
        lh_sbc_read_frame(state->bytes, bands);
        lh_sbc_synthesize(&state->synthesis, bands, pcm + done.made);
        state->count = 0;
        done.made += LH_SBC_FRAME;
    }
    return done;
}

static const struct codec_decoder decoder = { sizeof(struct decoder), init, decode, 0, 0 };

const struct codec lh_sbc = {
    .name = "L&H SBC 12 kbit/s",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
};
