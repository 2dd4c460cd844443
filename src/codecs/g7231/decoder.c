/* The decoder: clause 3, and A.4 for silence. */
#include <string.h>
#include "tables.h"

enum { UNITY_Q12 = 0x1000 };

void g7231_decoder_start(struct g7231_decoder *state, const struct dsp_celp *dsp) /* 3.11 */
{
    memset(state, 0, sizeof *state);
    state->dsp = dsp;
    memcpy(state->lsp, g7231_lsp_mean, sizeof state->lsp);
    g7231_noise_start(&state->noise);
    state->postfilter.gain_q12 = UNITY_Q12;
    state->last_kind = G7231_SPEECH;
}

/* 3.4 to 3.6. */
static void excite(struct g7231_decoder *state, const struct g7231_parameters *in,
                   int16_t excitation[G7231_HISTORY + G7231_FRAME], int16_t out[G7231_FRAME])
{
    int16_t normal[G7231_HISTORY + G7231_FRAME], shift;

    for (int k = 0; k < G7231_SUBFRAMES; k++) {
        int16_t *now = excitation + G7231_HISTORY + k * G7231_SUBFRAME, past[G7231_SUBFRAME],
                fixed[G7231_SUBFRAME];

        g7231_adaptive(state->dsp, now, in->rate, in->lags[k / 2], &in->subframes[k], past);
        g7231_fixed(in, k, fixed);
        g7231_excitation(state->dsp, fixed, past, now);
    }
    memcpy(normal, excitation, sizeof normal);
    shift = g7231_normalize(state->dsp, normal, G7231_HISTORY + G7231_FRAME);
    g7231_conceal_learn(state->dsp, &state->concealment, in, normal, shift);
    if (state->no_postfilter)
        memcpy(out, excitation + G7231_HISTORY, G7231_FRAME * sizeof *out);
    else
        g7231_pitch_postfilter(state->dsp, in, normal, excitation, out);
}

static void decode_speech(struct g7231_decoder *state, const struct g7231_parameters *in,
                          int16_t excitation[G7231_HISTORY + G7231_FRAME],
                          int16_t lpc_q13[G7231_SUBFRAMES][G7231_ORDER], int16_t out[G7231_FRAME])
{
    int16_t lsp[G7231_ORDER];

    g7231_lsp_decode(in ? in->lsp : 0, !in, state->lsp, lsp);
    g7231_lsp_interpolate(state->lsp, lsp, lpc_q13);
    memcpy(state->lsp, lsp, sizeof lsp);
    if (in) {
        excite(state, in, excitation, out);
        memcpy(state->noise.lsp, lsp, sizeof lsp);
    } else
        g7231_conceal(&state->concealment, excitation, out);
    state->noise.seed = G7231_NOISE_SEED;
}

/* The target gain where silence begins but its descriptor is lost: the level of the last good
 * frame. */
static int16_t gain_of_lost(const struct g7231_concealment *state)
{
    return g7231_noise_gain(
        g7231_noise_index(L_mls(L_shl(state->energy, 16 - 2 * state->shift), 32768 / G7231_PAIR)));
}

static void decode_silence(struct g7231_decoder *state, const struct g7231_parameters *in,
                           int16_t excitation[G7231_HISTORY + G7231_FRAME],
                           int16_t lpc_q13[G7231_SUBFRAMES][G7231_ORDER], int16_t out[G7231_FRAME])
{
    struct g7231_noise *noise = &state->noise;
    struct g7231_parameters made;

    if (in && in->kind == G7231_SID) {
        noise->target_gain = g7231_noise_gain(in->subframes[0].amplitude);
        g7231_lsp_decode(in->lsp, false, state->lsp, noise->lsp);
    } else if (state->last_kind == G7231_SPEECH)
        noise->target_gain = gain_of_lost(&state->concealment);
    g7231_noise_approach(noise, state->last_kind == G7231_SPEECH);
    g7231_noise(state->dsp, noise, G7231_RATE_63, excitation, &made);
    memcpy(out, excitation + G7231_HISTORY, G7231_FRAME * sizeof *out);
    g7231_lsp_interpolate(state->lsp, noise->lsp, lpc_q13);
    memcpy(state->lsp, noise->lsp, sizeof state->lsp);
}

static enum g7231_kind kind_of_lost(const struct g7231_decoder *state)
{
    return state->last_kind == G7231_SPEECH ? G7231_SPEECH : G7231_UNTRANSMITTED;
}

void g7231_decode_frame(struct g7231_decoder *state, const struct g7231_parameters *in,
                        int16_t pcm[G7231_FRAME])
{
    int16_t excitation[G7231_HISTORY + G7231_FRAME], lpc_q13[G7231_SUBFRAMES][G7231_ORDER],
        e[G7231_FRAME], s[G7231_ORDER + G7231_FRAME];
    enum g7231_kind kind = in ? in->kind : kind_of_lost(state);

    memcpy(excitation, state->excitation, sizeof state->excitation);
    (kind == G7231_SPEECH ? decode_speech : decode_silence)(state, in, excitation, lpc_q13, e);
    state->last_kind = kind;
    memcpy(state->excitation, excitation + G7231_FRAME, sizeof state->excitation);
    memcpy(s, state->synthesis, sizeof state->synthesis);
    for (int k = 0; k < G7231_SUBFRAMES; k++) {
        int16_t *now = s + G7231_ORDER + k * G7231_SUBFRAME;

        g7231_synthesize(state->dsp, lpc_q13[k], e + k * G7231_SUBFRAME, now);
        if (!state->no_postfilter)
            g7231_postfilter(state->dsp, &state->postfilter, lpc_q13[k], now,
                             pcm + k * G7231_SUBFRAME);
    }
    for (int i = 0; i < G7231_FRAME && state->no_postfilter; i++)
        pcm[i] = shl(s[G7231_ORDER + i], 1);
    memcpy(state->synthesis, s + G7231_FRAME, sizeof state->synthesis);
}
