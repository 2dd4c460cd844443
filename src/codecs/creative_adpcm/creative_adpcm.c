/* Creative's ADPCM, 4 bits a sample, as the Sound Blaster's tools wrote it: a leaking sample and a
 * step that is multiplied (wiki.multimedia.cx, Creative ADPCM), codes alone from sample 0 and the
 * least step. The first of a byte's codes, the left one in stereo, is the high nibble's. The header
 * is of Creative's programming guide (SB0350, p. B-12); its revision is 0 there and 1 in files, of
 * the same code.
 *
 * The encoder takes the nearest code in quality 0. In quality 1 it searches within each byte, so
 * that of a mono stream's two samples the first knows of the second. In quality 2 it holds 14 codes
 * of each channel back, which is worth 4 dB of speech, until a call says that nothing may follow.
 */
#include "adpcm.h"
#include "creative.h"

static const struct tag tags[] = { { 0x200, 0, "Creative" }, { 0 } };

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
    struct chain chains[2];
};

static void init_decoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct decoder *state = memory;

    (void)options;
    *state = (struct decoder){ .block = layout->block,
                               .channels = layout->channels,
                               .chains = { { 0, STEP_LEAST }, { 0, STEP_LEAST } } };
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct decoder *state = memory;
    size_t n = whole_blocks(offer.in, offer.out, &state->block, state->channels);
    struct chain *first = &state->chains[0], *second = &state->chains[state->channels - 1];

    for (size_t i = 0; i < n; i++) {
        *first = after(*first, src[i] >> 4);
        pcm[2 * i] = (int16_t)first->sample;
        *second = after(*second, src[i] & 15u);
        pcm[2 * i + 1] = (int16_t)second->sample;
    }
    return (struct progress){ n, 2 * n };
}

struct encoder {
    uint16_t channels;
    unsigned held, most; /* codes of each channel that are not settled, and how many may be */
    struct search searches[2];
};

static void init_encoder(void *memory, const struct layout *layout, const struct options *options)
{
    static const struct {
        uint8_t count, fineness, most;
    } searches[] = { { 1, 0, 0 }, { 16, 3, 0 }, { 16, 3, 14 } };
    struct encoder *state = memory;
    unsigned quality = options->quality < 2 ? options->quality : 2;

    *state = (struct encoder){ .channels = layout->channels, .most = searches[quality].most };
    for (unsigned channel = 0; channel < layout->channels; channel++)
        creative_search_start(&state->searches[channel], searches[quality].count,
                              searches[quality].fineness);
}

/* The codes that a byte has of each channel. */
static unsigned codes_of(const struct encoder *state) { return 2u / state->channels; }

static uint8_t settled_byte(struct encoder *state)
{
    unsigned high = creative_search_settle(&state->searches[0], state->held);
    unsigned low = creative_search_settle(&state->searches[state->channels - 1],
                                          state->held + 1 - codes_of(state));

    state->held -= codes_of(state);
    return (uint8_t)(high << 4 | low);
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct encoder *state = memory;
    struct progress done = { 0, 0 };

    while (offer.in - done.used >= 2 &&
           (state->held + codes_of(state) <= state->most || done.made < offer.out)) {
        creative_search_extend(&state->searches[0], pcm[done.used]);
        creative_search_extend(&state->searches[state->channels - 1], pcm[done.used + 1]);
        done.used += 2;
        state->held += codes_of(state);
        if (state->held > state->most)
            dst[done.made++] = settled_byte(state);
    }
    while (offer.ending != WHOLE && done.used == offer.in && state->held != 0 &&
           done.made < offer.out)
        dst[done.made++] = settled_byte(state);
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
