/* The decoder: clause 3, and A.4's for silence. */
#include <string.h>
#include "tables.h"

enum { UNITY_Q12 = 0x1000 };

void g7231_decoder_start(struct decoder *state, const struct dsp_celp *dsp) /* 3.11 */
{
    memset(state, 0, sizeof *state);
    state->dsp = dsp;
    memcpy(state->lsp, g7231_lsp_mean, sizeof state->lsp);
    g7231_noise_start(&state->noise);
    state->postfilter.gain_q12 = UNITY_Q12;
    state->before = SPEECH;
}

/* 3.4 to 3.6. */
static void excite(struct decoder *state, const struct parameters *in,
                   int16_t excitation[HISTORY + FRAME], int16_t out[FRAME])
{
    int16_t normal[HISTORY + FRAME], shift;

    for (int k = 0; k < SUBFRAMES; k++) {
        int16_t *now = excitation + HISTORY + k * SUBFRAME, past[SUBFRAME], fixed[SUBFRAME];

        g7231_adaptive(state->dsp, now, in->rate, in->lags[k / 2], &in->subframes[k], past);
        g7231_fixed(in, k, fixed);
        g7231_excitation(state->dsp, fixed, past, now);
    }
    memcpy(normal, excitation, sizeof normal);
    shift = g7231_normalise(state->dsp, normal, HISTORY + FRAME);
    g7231_conceal_learn(state->dsp, &state->concealment, in, normal, shift);
    if (state->plain)
        memcpy(out, excitation + HISTORY, FRAME * sizeof *out);
    else
        g7231_pitch_postfilter(state->dsp, in, normal, excitation, out);
}

static void speech(struct decoder *state, const struct parameters *in,
                   int16_t excitation[HISTORY + FRAME], int16_t lpc_q13[SUBFRAMES][ORDER],
                   int16_t out[FRAME])
{
    int16_t lsp[ORDER];

    g7231_lsp_decode(in ? in->lsp : 0, !in, state->lsp, lsp);
    g7231_lsp_interpolate(state->lsp, lsp, lpc_q13);
    memcpy(state->lsp, lsp, sizeof lsp);
    if (in) {
        excite(state, in, excitation, out);
        memcpy(state->noise.lsp, lsp, sizeof lsp);
    } else
        g7231_conceal(&state->concealment, excitation, out);
    state->noise.seed = NOISE_SEED;
}

/* The gain to aim at when silence begins without its descriptor: that of the last good frame. */
static int16_t gain_unseen(const struct concealment *state)
{
    return g7231_noise_gain(
        g7231_noise_index(L_mls(L_shl(state->energy, 16 - 2 * state->shift), 32768 / PAIR)));
}

static void silence(struct decoder *state, const struct parameters *in,
                    int16_t excitation[HISTORY + FRAME], int16_t lpc_q13[SUBFRAMES][ORDER],
                    int16_t out[FRAME])
{
    struct noise *noise = &state->noise;
    struct parameters made;

    if (in && in->kind == SILENCE) {
        noise->target_gain = g7231_noise_gain(in->subframes[0].amplitude);
        g7231_lsp_decode(in->lsp, false, state->lsp, noise->lsp);
    } else if (state->before == SPEECH)
        noise->target_gain = gain_unseen(&state->concealment);
    g7231_noise_approach(noise, state->before == SPEECH);
    g7231_noise(state->dsp, noise, RATE_63, excitation, &made);
    memcpy(out, excitation + HISTORY, FRAME * sizeof *out);
    g7231_lsp_interpolate(state->lsp, noise->lsp, lpc_q13);
    memcpy(state->lsp, noise->lsp, sizeof state->lsp);
}

void g7231_decode_frame(struct decoder *state, const struct parameters *in, int16_t pcm[FRAME])
{
    int16_t excitation[HISTORY + FRAME], lpc_q13[SUBFRAMES][ORDER], e[FRAME], s[ORDER + FRAME];
    enum kind kind = in ? in->kind : state->before == SPEECH ? SPEECH : UNTRANSMITTED;

    memcpy(excitation, state->excitation, sizeof state->excitation);
    (kind == SPEECH ? speech : silence)(state, in, excitation, lpc_q13, e);
    state->before = kind;
    memcpy(state->excitation, excitation + FRAME, sizeof state->excitation);
    memcpy(s, state->synthesis, sizeof state->synthesis);
    for (int k = 0; k < SUBFRAMES; k++) {
        int16_t *now = s + ORDER + k * SUBFRAME;

        g7231_synthesise(state->dsp, lpc_q13[k], e + k * SUBFRAME, now);
        if (!state->plain)
            g7231_postfilter(state->dsp, &state->postfilter, lpc_q13[k], now, pcm + k * SUBFRAME);
    }
    for (int i = 0; i < FRAME && state->plain; i++)
        pcm[i] = shl(s[ORDER + i], 1);
    memcpy(state->synthesis, s + FRAME, sizeof state->synthesis);
}
