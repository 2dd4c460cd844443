/* TrueSpeech-compatible coding, 8.5 kbit/s: 240 samples become 32 bytes. A lattice of eight reflection coefficients, and for
 * each of four subframes a prediction from past excitation and seven pulses. */
#include <string.h>
#include "search.h"
#include "tables.h"
#include "bits.h"
#include "codec.h"

enum { TAG_TRUESPEECH = 0x22, RATE = 8000 };

static const uint16_t aliases[] = { 0x1501, 0 };

static const struct mode modes[] = { { RATE, 1, 0 }, { 0 } };

static const struct block block = { FRAME_BYTES, FRAME, FRAME_BYTES };

/* Files may say 1 for a block, or count several. */
static bool accepts(const struct wave_format *format, struct block *out)
{
    *out = block;
    return format->channels == 1 && format->sample_rate == RATE && (format->block_align <= 1 || format->block_align % FRAME_BYTES == 0);
}

/* TRUESPEECHWAVEFORMAT: wRevision 1, nSamplesPerBlock 240, 28 reserved bytes. */
static void complete(struct wave_format *format, const struct mode *mode)
{
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = (uint32_t)(((uint64_t)mode->sample_rate * FRAME_BYTES + FRAME / 2) / FRAME);
    format->block_align = FRAME_BYTES;
    format->bits_per_sample = 1;
    format->extra_size = 32;
    memset(format->extra, 0, 32);
    store16_le(format->extra, 1);
    store16_le(format->extra + 2, FRAME);
}

static void start_decoder(void *state, const struct wave_format *format, const struct settings *settings)
{
    struct decoder *decoder = state;

    (void)format;
    memset(decoder, 0, sizeof *decoder);
    decoder->dsp = dsp_set(settings->simd)->celp;
    decoder->reversed = settings->interpolation == 1;
}

/* A torn block is used up: its last pulses are lost, and with them all subframes. */
static struct progress decode(void *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    size_t blocks = whole_blocks(offer.in, offer.out, &block, 1), used = blocks * FRAME_BYTES;
    struct parameters parameters;

    for (size_t i = 0; i < blocks; i++) {
        truespeech_unpack(src + i * FRAME_BYTES, &parameters);
        truespeech_decode_frame(state, &parameters, pcm + i * FRAME);
    }
    if (offer.ending != WHOLE && offer.in - used < FRAME_BYTES)
        used = offer.in;
    return (struct progress){ used, blocks * FRAME };
}

static void start_encoder(void *state, const struct wave_format *format, const struct settings *settings)
{
    struct encoder *encoder = state;

    (void)format;
    memset(encoder, 0, sizeof *encoder);
    encoder->decoder.dsp = dsp_set(settings->simd)->celp;
    encoder->quality = settings->quality > 2 ? 2 : settings->quality;
}

/* The frame that is held back, now that what follows it is known; null: silence. */
static void encode_held(struct encoder *state, const int16_t *next, uint8_t *dst)
{
    int16_t pcm[2 * FRAME] = { 0 };
    struct parameters parameters;

    memcpy(pcm, state->pcm, sizeof state->pcm);
    if (next)
        memcpy(pcm + FRAME, next, FRAME * sizeof *next);
    truespeech_encode_frame(state, pcm, &parameters);
    truespeech_pack(&parameters, dst);
}

/* A frame behind: the first is used and nothing made, and END without more gives the last. */
static struct progress encode(void *state, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct encoder *encoder = state;
    struct progress done = { 0, 0 };

    for (; offer.in - done.used >= FRAME && (!encoder->holding || offer.out - done.made >= FRAME_BYTES); done.used += FRAME) {
        if (encoder->holding) {
            encode_held(encoder, pcm + done.used, dst + done.made);
            done.made += FRAME_BYTES;
        }
        memcpy(encoder->pcm, pcm + done.used, sizeof encoder->pcm);
        encoder->holding = 1;
    }
    if (offer.ending == END && offer.in == done.used && encoder->holding && offer.out - done.made >= FRAME_BYTES) {
        encode_held(encoder, 0, dst + done.made);
        done.made += FRAME_BYTES;
        encoder->holding = 0;
    }
    return done;
}

const struct codec truespeech = {
    .tag = TAG_TRUESPEECH, .aliases = aliases, .name = "DSP Group TrueSpeech(TM)", .modes = modes,
    .complete = complete, .accepts = accepts,
    .decoder = { sizeof(struct decoder), start_decoder, decode },
    .encoder = { sizeof(struct encoder), start_encoder, encode, .held = 1 },
};
