/* GSM 06.10 full rate speech: a frame of 160 samples becomes 76 parameters in 260 bits. A block in
 * Microsoft's format is two frames without a gap, so that the second begins in the middle of
 * byte 32. */
#include <string.h>
#include "gsm610.h"
#include "bits.h"
#include "codec.h"

static const struct tag tags[] = { { 0x31, 0, "GSM 6.10 (OmniACM)" },
                                   { 0x32, 0, "MSN Audio" },
                                   { 0x1500, 0, "GSM 6.10 (tag 1500)" },
                                   { 0 } };

enum { BLOCK_SAMPLES = 2 * GSM610_FRAME, FIRST_FRAME_BYTES = (GSM610_FRAME_BITS + 7) / 8 };

static const struct mode modes[] = {
    { 8000, 1, 0 }, { 11025, 1, 0 }, { 22050, 1, 0 }, { 44100, 1, 0 }, { 0 }
};

const struct dsp_gsm gsm610_kernels = {
    .emphasize = gsm610_emphasize,
    .autocorrelate = gsm610_autocorrelate,
    .interpolate = gsm610_interpolate,
    .analyze = gsm610_analyze,
    .search = gsm610_search,
    .subtract = gsm610_subtract,
    .weigh = gsm610_weigh,
    .add = gsm610_add,
    .synthesize = gsm610_synthesize,
};

void gsm610_encoder_start(struct gsm610_encoder *state)
{
    memset(state, 0, sizeof *state);
    state->kernels = &gsm610_kernels;
}

void gsm610_decoder_start(struct gsm610_decoder *state)
{
    memset(state, 0, sizeof *state);
    state->kernels = &gsm610_kernels;
    state->lag = GSM610_LAG_MIN;
}

void gsm610_encode_frame(struct gsm610_encoder *state, const int16_t pcm[GSM610_FRAME],
                         struct gsm610_parameters *out)
{
    const struct dsp_gsm *kernels = state->kernels;
    int16_t s[GSM610_FRAME], reflection[GSM610_ORDER], e[GSM610_SUBFRAME];

    gsm610_preprocess(kernels, &state->input, pcm, s);
    gsm610_reflection(kernels, s, reflection);
    gsm610_lar_encode(reflection, out->lars);
    gsm610_short_term_analysis(kernels, &state->short_term, out->lars, s);
    for (int i = 0; i < GSM610_SUBFRAMES; i++) {
        int16_t *d = s + GSM610_SUBFRAME * i,
                *now = state->residual + GSM610_LAG_MAX + GSM610_SUBFRAME * i;
        struct gsm610_subframe *sub = &out->subframes[i];

        gsm610_long_term_search(kernels, d, now, sub);
        gsm610_long_term_analysis(kernels, now, sub, d);
        gsm610_rpe_encode(kernels, d, sub);
        gsm610_rpe_decode(sub, e);
        gsm610_long_term_synthesis(kernels, e, sub, now);
    }
    memmove(state->residual, state->residual + GSM610_FRAME,
            GSM610_LAG_MAX * sizeof *state->residual);
}

/* 4.3.2: the last valid lag replaces one that is out of range. */
static uint8_t valid_lag(struct gsm610_decoder *state, uint8_t lag)
{
    if (lag >= GSM610_LAG_MIN && lag <= GSM610_LAG_MAX)
        state->lag = lag;
    return state->lag;
}

void gsm610_decode_frame(struct gsm610_decoder *state, const struct gsm610_parameters *in,
                         int16_t pcm[GSM610_FRAME])
{
    int16_t e[GSM610_SUBFRAME];

    for (int i = 0; i < GSM610_SUBFRAMES; i++) {
        struct gsm610_subframe sub = in->subframes[i];

        sub.lag = valid_lag(state, sub.lag);
        gsm610_rpe_decode(&sub, e);
        gsm610_long_term_synthesis(state->kernels, e, &sub,
                                   state->residual + GSM610_LAG_MAX + GSM610_SUBFRAME * i);
    }
    memcpy(pcm, state->residual + GSM610_LAG_MAX, GSM610_FRAME * sizeof *pcm);
    memmove(state->residual, state->residual + GSM610_FRAME,
            GSM610_LAG_MAX * sizeof *state->residual);
    gsm610_short_term_synthesis(state->kernels, &state->short_term, &state->emphasis, in->lars,
                                pcm);
}

static const struct span block = { GSM610_BLOCK_BYTES, BLOCK_SAMPLES };

/* Some files have a block_align of 0 or 1 instead of 65, or one of several blocks. A value of 33
 * indicates the packing of single frames, which is another format. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    layout->block = block;
    return layout->channels == 1 &&
           (format->block_align == 1 || format->block_align % GSM610_BLOCK_BYTES == 0);
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate =
        (uint32_t)((uint64_t)mode->sample_rate * GSM610_BLOCK_BYTES / BLOCK_SAMPLES);
    format->block_align = GSM610_BLOCK_BYTES;
    format->bits_per_sample = 0;
    format->extra_size = 2;
    store16_le(format->extra, BLOCK_SAMPLES);
}

static void init_decoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct gsm610_decoder *state = memory;

    (void)layout;
    gsm610_decoder_start(state);
    state->kernels = options->dsp->gsm;
}

static void init_encoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct gsm610_encoder *state = memory;

    (void)layout;
    gsm610_encoder_start(state);
    state->kernels = options->dsp->gsm;
}

static void decode_half(struct gsm610_decoder *state, const uint8_t *src, unsigned half,
                        int16_t *pcm)
{
    struct gsm610_parameters parameters;

    gsm610_unpack(src, half * GSM610_FRAME_BITS, &parameters);
    gsm610_decode_frame(state, &parameters, pcm + half * GSM610_FRAME);
}

static struct progress decode(void *state, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    size_t blocks = whole_blocks(offer.in, offer.out, &block, 1);

    for (size_t i = 0; i < blocks; i++)
        for (unsigned half = 0; half < 2; half++)
            decode_half(state, src + i * GSM610_BLOCK_BYTES, half, pcm + i * BLOCK_SAMPLES);
    return (struct progress){ blocks * GSM610_BLOCK_BYTES, blocks * BLOCK_SAMPLES };
}

static uint32_t covered(const struct layout *layout, uint32_t bytes)
{
    (void)layout;
    return bytes < FIRST_FRAME_BYTES ? 0 : GSM610_FRAME;
}

static void decode_truncated(void *state, const uint8_t *src, struct span part, int16_t *pcm)
{
    (void)part;
    decode_half(state, src, 0, pcm);
}

static struct progress encode(void *state, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    size_t blocks = whole_blocks(offer.out, offer.in, &block, 1);
    struct gsm610_parameters parameters;

    for (size_t i = 0; i < blocks; i++, pcm += BLOCK_SAMPLES, dst += GSM610_BLOCK_BYTES) {
        memset(dst, 0, GSM610_BLOCK_BYTES);
        for (unsigned half = 0; half < 2; half++) {
            gsm610_encode_frame(state, pcm + half * GSM610_FRAME, &parameters);
            gsm610_pack(&parameters, dst, half * GSM610_FRAME_BITS);
        }
    }
    return (struct progress){ blocks * BLOCK_SAMPLES, blocks * GSM610_BLOCK_BYTES };
}

static const struct codec_decoder decoder = { sizeof(struct gsm610_decoder), init_decoder, decode,
                                              covered, decode_truncated };
static const struct codec_encoder encoder = { sizeof(struct gsm610_encoder), init_encoder, encode };

const struct codec gsm610 = {
    .name = "GSM 6.10",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
