/* The conversion of a frame of 160 samples to and from 76 parameters, and that of blocks of two
 * frames. */
#include <string.h>
#include "gsm610.h"

const struct dsp_gsm gsm610_kernels = {
    .emphasize = gsm610_emphasize,
    .autocorrelate = gsm610_autocorrelate,
    .reflect = gsm610_reflect,
    .interpolate = gsm610_interpolate,
    .analyze = gsm610_analyze,
    .search = gsm610_search,
    .subtract = gsm610_subtract,
    .select = gsm610_select,
    .quantize = gsm610_quantize,
    .excite = gsm610_excite,
    .synthesize = gsm610_synthesize,
};

void gsm610_encoder_start(struct gsm610_encoder *state)
{
    memset(state, 0, sizeof *state);
    state->kernels = &gsm610_kernels;
    state->packing = &gsm610_full;
}

void gsm610_decoder_start(struct gsm610_decoder *state)
{
    memset(state, 0, sizeof *state);
    state->kernels = &gsm610_kernels;
    state->packing = &gsm610_full;
    state->lag = GSM610_LAG_MIN;
}

/* MSN Audio's blocks of 65 bytes are coded as GSM 6.10 prescribes. */
static bool is_reduced(const struct gsm610_packing *packing)
{
    return packing->block_bytes < GSM610_BLOCK_BYTES;
}

/* Stores what the pulses leave of the residual, for the next search. */
static void search_pulses(struct gsm610_encoder *state, const int32_t response[GSM610_RESPONSE],
                          const int16_t d[GSM610_SUBFRAME], unsigned pulse_bits,
                          struct gsm610_subframe *sub)
{
    int16_t e[GSM610_SUBFRAME];

    gsm610_pulse_search(response, state->error, d, pulse_bits, sub);
    gsm610_rpe_decode(sub, e);
    for (int n = 0; n < GSM610_SUBFRAME; n++)
        state->error[n] = saturate(d[n] - e[n]);
}

void gsm610_encode_frame(struct gsm610_encoder *state, const int16_t pcm[GSM610_FRAME],
                         struct gsm610_parameters *out)
{
    const struct dsp_gsm *kernels = state->kernels;
    int16_t s[GSM610_FRAME], reflection[GSM610_ORDER];
    int32_t response[GSM610_RESPONSE];

    gsm610_preprocess(kernels, &state->input, pcm, s);
    gsm610_reflection(kernels, s, reflection);
    gsm610_lar_encode(reflection, out->lars);
    gsm610_short_term_analysis(kernels, &state->short_term, out->lars, s);
    if (is_reduced(state->packing))
        gsm610_respond(state->short_term.lars_q14, response);
    for (int i = 0; i < GSM610_SUBFRAMES; i++) {
        int16_t *d = s + GSM610_SUBFRAME * i,
                *now = state->residual + GSM610_LAG_MAX + GSM610_SUBFRAME * i;
        struct gsm610_subframe *sub = &out->subframes[i];

        gsm610_long_term_search(kernels, d, now, sub);
        gsm610_long_term_analysis(kernels, now, sub, d);
        if (is_reduced(state->packing))
            search_pulses(state, response, d, state->packing->pulse_bits[i], sub);
        else
            gsm610_rpe_encode(kernels, d, sub);
        gsm610_long_term_synthesis(kernels, sub, sub->lag, now);
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
    for (int i = 0; i < GSM610_SUBFRAMES; i++) {
        const struct gsm610_subframe *sub = &in->subframes[i];

        gsm610_long_term_synthesis(state->kernels, sub, valid_lag(state, sub->lag),
                                   state->residual + GSM610_LAG_MAX + GSM610_SUBFRAME * i);
    }
    memcpy(pcm, state->residual + GSM610_LAG_MAX, GSM610_FRAME * sizeof *pcm);
    memmove(state->residual, state->residual + GSM610_FRAME,
            GSM610_LAG_MAX * sizeof *state->residual);
    gsm610_short_term_synthesis(state->kernels, &state->short_term, &state->emphasis, in->lars,
                                pcm);
}

static struct span span_of(const struct gsm610_packing *packing)
{
    return (struct span){ packing->block_bytes, GSM610_BLOCK_SAMPLES };
}

bool gsm610_parse_blocks(const struct gsm610_packing *packing, struct layout *layout)
{
    memcpy(layout->own, packing, sizeof *packing);
    layout->block = span_of(packing);
    return layout->channels == 1;
}

static const struct gsm610_packing *packing_of(const struct layout *layout)
{
    return (const struct gsm610_packing *)layout->own;
}

static void init_decoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct gsm610_decoder *state = memory;

    gsm610_decoder_start(state);
    state->kernels = options->dsp->gsm;
    state->packing = packing_of(layout);
}

static void init_encoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct gsm610_encoder *state = memory;

    gsm610_encoder_start(state);
    state->kernels = options->dsp->gsm;
    state->packing = packing_of(layout);
}

static void decode_half(struct gsm610_decoder *state, const uint8_t *src, unsigned frame,
                        int16_t *pcm)
{
    struct gsm610_parameters parameters;

    gsm610_unpack(src, state->packing, frame, &parameters);
    gsm610_decode_frame(state, &parameters, pcm);
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct gsm610_decoder *state = memory;
    struct span block = span_of(state->packing);
    size_t blocks = whole_blocks(offer.in, offer.out, &block, 1);

    for (size_t i = 0; i < blocks; i++, src += block.bytes)
        for (unsigned frame = 0; frame < 2; frame++, pcm += GSM610_FRAME)
            decode_half(state, src, frame, pcm);
    return (struct progress){ blocks * block.bytes, blocks * block.frames };
}

/* The first frame ends within the first half of the block, rounded up. */
static uint32_t covered(const struct layout *layout, uint32_t bytes)
{
    return bytes < (layout->block.bytes + 1) / 2 ? 0 : GSM610_FRAME;
}

static void decode_truncated(void *state, const uint8_t *src, struct span part, int16_t *pcm)
{
    uint8_t block[GSM610_BLOCK_BYTES] = { 0 };

    memcpy(block, src, part.bytes);
    decode_half(state, block, 0, pcm);
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct gsm610_encoder *state = memory;
    struct span block = span_of(state->packing);
    size_t blocks = whole_blocks(offer.out, offer.in, &block, 1);
    struct gsm610_parameters parameters;

    for (size_t i = 0; i < blocks; i++, dst += block.bytes) {
        memset(dst, 0, block.bytes);
        for (unsigned frame = 0; frame < 2; frame++, pcm += GSM610_FRAME) {
            gsm610_encode_frame(state, pcm, &parameters);
            gsm610_pack(&parameters, state->packing, frame, dst);
        }
    }
    return (struct progress){ blocks * block.frames, blocks * block.bytes };
}

const struct codec_decoder gsm610_block_decoder = { sizeof(struct gsm610_decoder), init_decoder,
                                                    decode, covered, decode_truncated };
const struct codec_encoder gsm610_block_encoder = { sizeof(struct gsm610_encoder), init_encoder,
                                                    encode };
