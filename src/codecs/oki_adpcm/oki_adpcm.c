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

/* Samples of 12 bits, from 0, in the upper ones of 15: below the top bit of 16. */
enum { SAMPLE_MAX = 4095 * 8, SAMPLE_ZERO = 2048 * 8, TOP_BIT = 1 << 15 };

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
    uint16_t sample;    /* 0 to SAMPLE_MAX */
    ptrdiff_t offset;   /* OKI_STRIDE times the index of the step */
    int32_t reciprocal; /* of the step, for the encoder */
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
    for (int i = 0; i < 2; i++) /* a small rise from index 0 leads to index 0 */
        state->channel_states[i] =
            (struct channel){ SAMPLE_ZERO, 0, oki_effects[OKI_RISES].reciprocal };
}

static INLINED const struct oki_effect *effect_at(size_t place, ptrdiff_t offset)
{
    return (const void *)((const char *)(oki_effects + place) + offset);
}

/* The 16-bit sum of a sample and a change. The bias of the change flips the top bit, so that of a
 * sum in range it is `top`. Out of range, the top bit is the other one, since no change reaches
 * 2^15. */
static INLINED uint16_t changed(uint16_t sample, size_t place, const struct oki_effect *effect,
                                unsigned top)
{
    uint16_t sum = (uint16_t)(sample + effect->change);

    if (__builtin_expect((sum & TOP_BIT) != top, 0))
        sum = (uint16_t)(top + (place < OKI_RISES ? 0 : SAMPLE_MAX));
    return sum;
}

/* Ignores the top bit. */
static INLINED int16_t output(uint16_t sample) { return (int16_t)(sample * 2 - 2 * SAMPLE_ZERO); }

static INLINED void decode_code(struct channel *channel, size_t place)
{
    const struct oki_effect *effect = effect_at(place, channel->offset);

    channel->sample = changed(channel->sample, place, effect, TOP_BIT) & (TOP_BIT - 1);
    channel->offset = effect->next;
}

static void decode_stereo(struct state *state, const uint8_t *src, int16_t *pcm, size_t n)
{
    struct channel first = state->channel_states[0], second = state->channel_states[1];

    for (size_t i = 0; i < n; i++) {
        size_t places = oki_moves[src[i]].places;

        decode_code(&first, places >> 4);
        pcm[2 * i] = output(first.sample);
        decode_code(&second, places & 15);
        pcm[2 * i + 1] = output(second.sample);
    }
    state->channel_states[0] = first;
    state->channel_states[1] = second;
}

/* Through the table, the index of the step takes 5 to 6 cycles from one code to the next: a sum and
 * a load. Two clamped moves in turn are one move and one clamp, so that here it takes a sum, a
 * difference and two selections for both codes of a byte, 4 cycles, and no load. The selections are
 * by signs, since some processors need two cycles to select by a comparison. What limits the loop
 * is its 32 instructions. */
static void decode_mono(struct state *state, const uint8_t *src, int16_t *pcm, size_t n)
{
    uint16_t sample = state->channel_states[0].sample;
    ptrdiff_t index = state->channel_states[0].offset / OKI_STRIDE;

    for (size_t i = 0; i < n; i++) {
        const struct oki_moves *moves = &oki_moves[src[i]];
        size_t first = moves->places >> 4, second = moves->places & 15;
        const struct oki_effect *effect = effect_at(first, index * OKI_STRIDE);
        size_t moved = (size_t)(index + moves->sum);

        sample = changed(sample, first, effect, TOP_BIT);
        pcm[2 * i] = output(sample);
        sample = changed(sample, second, effect_at(second, effect->next), 0);
        pcm[2 * i + 1] = output(sample);
        index = (ptrdiff_t)(moved - moves->least) < 0 ? moves->least : (ptrdiff_t)moved;
        index = (ptrdiff_t)(moves->most - moved) < 0 ? moves->most : index;
    }
    state->channel_states[0].sample = sample;
    state->channel_states[0].offset = index * OKI_STRIDE;
}

static void swap_nibbles(uint8_t *dst, const uint8_t *src, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = (uint8_t)(src[i] >> 4 | src[i] << 4);
}

enum { SWAPPED = 256 }; /* bytes at a time, where the low nibble comes first */

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct state *state = memory;
    size_t n = whole_blocks(offer.in, offer.out, &state->block, state->channels), done = n;
    uint8_t swapped[SWAPPED];

    for (size_t at = 0; at < n; at += done) {
        const uint8_t *from = src + at;

        if (state->low_first) {
            done = min_size(n - at, SWAPPED);
            swap_nibbles(swapped, from, done);
            from = swapped;
        }
        if (state->channels == 1)
            decode_mono(state, from, pcm + 2 * at, done);
        else
            decode_stereo(state, from, pcm + 2 * at, done);
    }
    return (struct progress){ n, 2 * n };
}

/* The encoder follows by how much the last sample exceeds the one to be coded. From one code to the
 * next, its dependency chain is the product, its upper half, the address and the load of the effect
 * and a sum, 10 cycles: the difference from the next sample and the negative sign are in what is
 * added, quotients beyond the largest change are predicted not to occur, and reciprocals are loaded
 * with the effect, since looking them up by the next step would take longer. */
struct tracker {
    ptrdiff_t excess;               /* of the sample over the next one to be coded */
    const struct oki_effect *rises; /* those of the step */
    int32_t reciprocal;
};

static INLINED struct tracker opened(const struct channel *channel, int16_t sample)
{
    return (struct tracker){ output(channel->sample) - sample,
                             effect_at(OKI_RISES, channel->offset), channel->reciprocal };
}

static INLINED struct channel closed(const struct tracker *tracker, int16_t sample)
{
    return (struct channel){ (uint16_t)((tracker->excess + sample) / 2 + SAMPLE_ZERO),
                             (const char *)(tracker->rises - OKI_RISES) - (const char *)oki_effects,
                             tracker->reciprocal };
}

/* Encodes a sample, of which `next` is the next one. Returns the quotient, -8 to 7.
 *
 * The note compares the difference with the step, half and a quarter of it, which finds the nearest
 * code; a quotient does the same. The low 4 bits of a 16-bit sample take part in the comparison. */
static INLINED int track(struct tracker *tracker, ptrdiff_t sample, ptrdiff_t next)
{
    ptrdiff_t quotient = (ptrdiff_t)((int64_t)tracker->excess * tracker->reciprocal >> 32);
    ptrdiff_t excess = tracker->excess - (next - sample + 2 * OKI_BIAS);
    const struct oki_effect *effect;

    /* The address is taken in both branches: with GCC 12, encoding takes 8 % longer if it is taken
     * once behind them. */
    if (__builtin_expect((size_t)quotient + OKI_RISES < OKI_CODES, 1)) {
        effect = tracker->rises + quotient;
    } else {
        quotient = quotient < 0 ? -OKI_RISES : OKI_RISES - 1;
        effect = tracker->rises + quotient;
    }
    excess += (ptrdiff_t)effect->change * 2;
    if (__builtin_expect((size_t)(excess + next - INT16_MIN) > UINT16_MAX, 0))
        excess = output(excess + next < 0 ? 0 : SAMPLE_MAX) - next;
    *tracker = (struct tracker){ excess, effect_at(OKI_RISES, effect->next), effect->reciprocal };
    return (int)quotient;
}

/* Two quotients as codes. The lower bits of negative ones are inverted, which is also how
 * quotients, as nibbles of places less 8, follow from codes. */
static INLINED uint8_t codes_of(int high, int low)
{
    return oki_moves[(uint8_t)(high * 16 + (low & 15))].places ^ 0x88;
}

/* Also reads the first sample of each channel behind those of the bytes. */
static INLINED void encode_bytes(struct state *state, const int16_t *pcm, uint8_t *dst, size_t n,
                                 unsigned channels)
{
    struct tracker first = opened(&state->channel_states[0], pcm[0]), second;

    if (channels == 2)
        second = opened(&state->channel_states[1], pcm[1]);
    for (size_t i = 0; i < n; i++) {
        int one, other;

        if (channels == 1) {
            one = track(&first, pcm[0], pcm[1]);
            other = track(&first, pcm[1], pcm[2]);
        } else {
            one = track(&first, pcm[0], pcm[2]);
            other = track(&second, pcm[1], pcm[3]);
        }
        dst[i] = codes_of(one, other);
        pcm += 2;
    }
    state->channel_states[0] = closed(&first, pcm[0]);
    if (channels == 2)
        state->channel_states[1] = closed(&second, pcm[1]);
}

OUTLINED void encode_mono(struct state *state, const int16_t *pcm, uint8_t *dst, size_t n)
{
    encode_bytes(state, pcm, dst, n, 1);
}

OUTLINED void encode_stereo(struct state *state, const int16_t *pcm, uint8_t *dst, size_t n)
{
    encode_bytes(state, pcm, dst, n, 2);
}

/* There are no samples behind those of the last byte, so that it is apart. */
static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct state *state = memory;
    void (*run)(struct state *, const int16_t *, uint8_t *, size_t) =
        state->channels == 1 ? encode_mono : encode_stereo;
    size_t n = whole_blocks(offer.out, offer.in, &state->block, state->channels);

    if (n != 0) {
        const int16_t last[4] = { pcm[2 * n - 2], pcm[2 * n - 1] };

        run(state, pcm, dst, n - 1);
        run(state, last, dst + n - 1, 1);
        if (state->low_first)
            swap_nibbles(dst, dst, n);
    }
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
