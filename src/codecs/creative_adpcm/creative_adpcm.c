/* Creative ADPCM, 4 bits per sample, as written by the Sound Blaster's tools: a decaying sample and
 * a multiplied step (wiki.multimedia.cx, Creative ADPCM). A stream is codes alone; it starts from
 * sample 0 and the smallest step. The high nibble of a byte comes first, and is the left channel in
 * stereo. The header is that of Creative's programming guide (SB0350, p. B-12); its revision is 0
 * there and 1 in files with the same codes.
 *
 * At quality 0, the encoder takes the nearest code. At quality 1, it searches within each byte, so
 * that in mono the choice of the first code accounts for the second sample. At quality 2, it looks
 * 14 codes ahead in each channel, which gains 4 dB on speech, but not beyond the end of a call:
 * each call makes all of its bytes, so that its codes depend on how the sound is divided. */
#include "adpcm.h"
#include "compiler.h"
#include "creative.h"
#include "fixed.h"

static const struct tag tags[] = { { 0x200, 0, "Creative ADPCM" }, { 0 } };

static const struct mode modes[] = { { 8000, 1, 0 },  { 8000, 2, 0 },  { 11025, 1, 0 },
                                     { 11025, 2, 0 }, { 22050, 1, 0 }, { 22050, 2, 0 },
                                     { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 } };

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    adpcm_stream_complete(format, mode, dialect);
    format->extra_size = 2;
    store16_le(format->extra, 0);
}

struct decoder {
    struct span block;
    uint16_t channels;
    struct creative_state channel_states[2];
};

static void init_decoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct decoder *state = memory;

    (void)options;
    *state = (struct decoder){ .block = layout->block,
                               .channels = layout->channels,
                               .channel_states = { { 0, CREATIVE_STEP_MIN },
                                                   { 0, CREATIVE_STEP_MIN } } };
}

/* Inlined, so that the number of channels is a constant and the states are in registers. From one
 * code to the next, the longest dependency chain is that of the step: a product, a difference and a
 * selection, 5 cycles. A state in memory would add a store and a load to it, 4 to 5 cycles. */
static INLINED void decode_bytes(struct decoder *state, const uint8_t *src, int16_t *pcm, size_t n,
                                 unsigned channels)
{
    struct creative_state first = state->channel_states[0], second = state->channel_states[1];

    for (size_t i = 0; i < n; i++) {
        size_t code = src[i];

        first = creative_next(first, code >> 4);
        second = creative_next(channels == 1 ? first : second, code & 15);
        pcm[2 * i] = (int16_t)first.sample;
        pcm[2 * i + 1] = (int16_t)second.sample;
        if (channels == 1)
            first = second;
    }
    state->channel_states[0] = first;
    state->channel_states[1] = second;
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct decoder *state = memory;
    size_t n = whole_blocks(offer.in, offer.out, &state->block, state->channels);

    if (state->channels == 1)
        decode_bytes(state, src, pcm, n, 1);
    else
        decode_bytes(state, src, pcm, n, 2);
    return (struct progress){ n, 2 * n };
}

struct encoder {
    uint16_t channels;
    unsigned pending, most; /* codes of each channel that are not decided yet, and their maximum */
    struct creative_search searches[2];
};

static void init_encoder(void *memory, const struct layout *layout, const struct options *options)
{
    static const struct {
        uint8_t count, fineness, most;
    } searches[] = { { 1, 0, 0 }, { 16, 3, 0 }, { 16, 3, 14 } };
    struct encoder *state = memory;
    unsigned quality = options->quality;

    *state = (struct encoder){ .channels = layout->channels, .most = searches[quality].most };
    for (unsigned channel = 0; channel < layout->channels; channel++)
        creative_search_start(&state->searches[channel], searches[quality].count,
                              searches[quality].fineness);
}

/* Codes of each channel in a byte. */
static unsigned codes_of(const struct encoder *state) { return 2u / state->channels; }

static uint8_t decided_byte(struct encoder *state)
{
    unsigned high = creative_search_decide(&state->searches[0], state->pending);
    unsigned low = creative_search_decide(&state->searches[state->channels - 1],
                                          state->pending + 1 - codes_of(state));

    state->pending -= codes_of(state);
    return (uint8_t)(high << 4 | low);
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct encoder *state = memory;
    size_t bytes = min_size(offer.in / 2, offer.out);
    struct progress done = { 0, 0 };

    for (; done.used < 2 * bytes; done.used += 2) {
        creative_search_extend(&state->searches[0], pcm[done.used]);
        creative_search_extend(&state->searches[state->channels - 1], pcm[done.used + 1]);
        state->pending += codes_of(state);
        if (state->pending > state->most)
            dst[done.made++] = decided_byte(state);
    }
    while (state->pending != 0)
        dst[done.made++] = decided_byte(state);
    return done;
}

static const struct codec_decoder decoder = { sizeof(struct decoder), init_decoder, decode, 0, 0 };
static const struct codec_encoder encoder = { sizeof(struct encoder), init_encoder, encode };

const struct codec creative_adpcm = {
    .name = "Creative ADPCM",
    .tags = tags,
    .modes = modes,
    .parse = adpcm_stream_parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
