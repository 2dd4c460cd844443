/* OKI and Dialogic ADPCM, 4 bits per sample: Dialogic Corporation, Dialogic ADPCM Algorithm,
 * application note 00-1366-001 (1988). OKI's data sheets of the MSM5205 to MSM6585 show the same
 * code.
 *
 * Samples have 12 bits, here the upper ones of 16. A code is a sign bit above a magnitude, relative
 * to one of 49 steps. There are neither blocks nor headers: a stream starts from sample 0 and the
 * smallest step. The high nibble of a byte comes first, and is the left channel in stereo, unless
 * QUIRK_LOW_NIBBLE_FIRST is set.
 *
 * The sample saturates at 12 bits, as in the note, ffmpeg and the chips; sox and libsndfile
 * saturate at 16 bits, and stay 15 above from there on. */
#include "adpcm.h"
#include "compiler.h"
#include "fixed.h"
#include "tables.h"

enum { SAMPLE_MAX = 2047, SAMPLE_MIN = -2048, SCALE = 16 };

static const struct tag oki_tags[] = { { 0x10, 0, "OKI ADPCM" }, { 0 } };
static const struct tag dialogic_tags[] = { { 0x17, 0, "Dialogic OKI ADPCM" }, { 0 } };

/* The rates of OKI's chips and sound cards, and of Dialogic's boards, whose clocks yield 6 and 8
 * kHz. */
static const struct mode oki_modes[] = { { 8000, 1, 0 },  { 8000, 2, 0 },  { 11025, 1, 0 },
                                         { 11025, 2, 0 }, { 22050, 1, 0 }, { 22050, 2, 0 },
                                         { 44100, 1, 0 }, { 44100, 2, 0 }, { 0 } };
static const struct mode dialogic_modes[] = {
    { 6000, 1, 0 }, { 8000, 1, 0 }, { 11025, 1, 0 }, { 0 }
};

/* The state of one channel. */
struct channel {
    int sample;          /* 12 bits */
    unsigned offset;     /* OKI_CODES times the index of the step */
    uint32_t reciprocal; /* of the step, for the encoder */
};

struct state {
    struct span block;
    uint16_t channels;
    bool low_first;
    struct channel channel_states[2];
};

static void oki_complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    adpcm_stream_complete(format, mode, dialect);
    format->extra_size = 2; /* "high frequency emphasis value", which is undefined */
    store16_le(format->extra, 0);
}

static bool dialogic_parse(const struct wave_format *format, struct layout *layout)
{
    return layout->channels == 1 && adpcm_stream_parse(format, layout);
}

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct state *state = memory;

    *state = (struct state){ .block = layout->block,
                             .channels = layout->channels,
                             .low_first = options->quirks & QUIRK_LOW_NIBBLE_FIRST };
    for (int i = 0; i < 2; i++)
        state->channel_states[i].reciprocal = oki_effects->reciprocal; /* index 0 stays 0 */
}

static inline struct channel after(struct channel channel, unsigned code)
{
    const struct oki_effect *effect = &oki_effects[channel.offset + code];
    int sample = seldom_clamped(channel.sample + effect->change, SAMPLE_MIN, SAMPLE_MAX);

    return (struct channel){ sample, (unsigned)effect->next, effect->reciprocal };
}

static inline int16_t output(struct channel channel) { return (int16_t)(channel.sample * SCALE); }

/* The loops over bytes are inline, so that channels and order are constants in them. */

static INLINED void decode_stereo(struct state *state, const uint8_t *src, int16_t *pcm, size_t n,
                                  bool low_first)
{
    struct channel first = state->channel_states[0], second = state->channel_states[1];

    for (size_t i = 0; i < n; i++) {
        unsigned high = src[i] >> 4, low = src[i] & 15u;

        first = after(first, low_first ? low : high);
        pcm[2 * i] = output(first);
        second = after(second, low_first ? high : low);
        pcm[2 * i + 1] = output(second);
    }
    state->channel_states[0] = first;
    state->channel_states[1] = second;
}

/* Through the table, the index of the step takes 7 to 8 cycles from one code to the next: a sum and
 * a load with its extension. Two clamped moves in turn are one move and one clamp, so that here it
 * takes a sum, two comparisons and two selections for both codes of a byte, 5 cycles, and no load.
 */
static INLINED void decode_mono(struct state *state, const uint8_t *src, int16_t *pcm, size_t n,
                                bool low_first)
{
    struct channel channel = state->channel_states[0];
    int offset = (int)channel.offset;

    for (size_t i = 0; i < n; i++) {
        unsigned high_first = low_first ? src[i] >> 4 | (src[i] & 15u) << 4 : src[i];
        const struct oki_moves *moves = &oki_moves[high_first & OKI_MAGNITUDES];

        channel.offset = (unsigned)offset;
        channel = after(channel, high_first >> 4);
        pcm[2 * i] = output(channel);
        channel = after(channel, high_first & 15);
        pcm[2 * i + 1] = output(channel);
        offset = clamp(offset + moves->sum, moves->least, moves->most);
    }
    state->channel_states[0] = channel;
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct state *state = memory;
    size_t n = whole_blocks(offer.in, offer.out, &state->block, state->channels);

    if (state->channels == 1 && state->low_first)
        decode_mono(state, src, pcm, n, true);
    else if (state->channels == 1)
        decode_mono(state, src, pcm, n, false);
    else
        decode_stereo(state, src, pcm, n, state->low_first);
    return (struct progress){ n, 2 * n };
}

/* From one code to the next, the encoder's dependency chain is the difference, its magnitude, the
 * product, the limit of 7, the load of the effect and the new sample, 17 cycles. The reciprocal is
 * loaded with the effect, since looking it up by the next step would take longer.
 *
 * The note compares the difference with the step, half and a quarter of it, which finds the nearest
 * code; a quotient does the same. The low 4 bits of a 16-bit sample take part in the comparison. */
static inline unsigned nearest(struct channel channel, int16_t sample)
{
    int difference = sample - channel.sample * SCALE;
    unsigned distance = (unsigned)(difference < 0 ? -difference : difference);
    unsigned magnitude = (unsigned)((uint64_t)distance * channel.reciprocal >> 32);

    return (difference < 0 ? 8u : 0u) | (magnitude < 7 ? magnitude : 7u);
}

static INLINED void encode_bytes(struct state *state, const int16_t *pcm, uint8_t *dst, size_t n,
                                 unsigned channels)
{
    struct channel first = state->channel_states[0], second = state->channel_states[1];

    for (size_t i = 0; i < n; i++) {
        unsigned one = nearest(first, pcm[2 * i]), other;

        first = after(first, one);
        if (channels == 1)
            second = first;
        other = nearest(second, pcm[2 * i + 1]);
        second = after(second, other);
        if (channels == 1)
            first = second;
        dst[i] = (uint8_t)(state->low_first ? other << 4 | one : one << 4 | other);
    }
    state->channel_states[0] = first;
    state->channel_states[1] = second;
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct state *state = memory;
    size_t n = whole_blocks(offer.out, offer.in, &state->block, state->channels);

    if (state->channels == 1)
        encode_bytes(state, pcm, dst, n, 1);
    else
        encode_bytes(state, pcm, dst, n, 2);
    return (struct progress){ 2 * n, n };
}

static const struct codec_decoder decoder = { sizeof(struct state), init, decode, 0, 0 };
static const struct codec_encoder encoder = { sizeof(struct state), init, encode };

const struct codec oki_adpcm = {
    .name = "OKI ADPCM",
    .tags = oki_tags,
    .modes = oki_modes,
    .parse = adpcm_stream_parse,
    .complete = oki_complete,
    .decoder = &decoder,
    .encoder = &encoder,
};

const struct codec dialogic_adpcm = {
    .name = "Dialogic OKI ADPCM",
    .tags = dialogic_tags,
    .modes = dialogic_modes,
    .parse = dialogic_parse,
    .complete = adpcm_stream_complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
