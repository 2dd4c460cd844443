/* The encoder: clause 2, and A.2 to A.4's for silence. */
#include <string.h>
#include "tables.h"

enum { BUDGET = 120 };

void g7231_encoder_start(struct encoder *state, const struct dsp_celp *dsp) /* 2.21 */
{
    memset(state, 0, sizeof *state);
    state->dsp = dsp;
    memcpy(state->lsp, g7231_lsp_mean, sizeof state->lsp);
    g7231_taming_start(&state->taming);
    g7231_activity_start(&state->activity);
    g7231_silence_start(&state->silence);
}

/* What the frame's analysis gives: 2.4 to 2.9. */
struct analysis {
    struct weighting weighting[SUBFRAMES];
    int16_t weighted[HISTORY + FRAME];
    int16_t normal[HISTORY + FRAME]; /* the same, normalised */
    int16_t lsp[ORDER];
    bool active;
};

static void analyse(struct encoder *state, const int16_t pcm[FRAME], struct analysis *out,
                    struct parameters *parameters)
{
    int16_t s[PAST + FRAME], *now = s + PAST - LOOKAHEAD, lpc_q13[SUBFRAMES][ORDER];
    struct autocorrelation acf[SUBFRAMES];

    memcpy(s, state->past, sizeof state->past);
    if (state->plain)
        for (int i = 0; i < FRAME; i++)
            s[PAST + i] = (int16_t)(pcm[i] >> 1);
    else
        g7231_highpass(&state->highpass, pcm, s + PAST);
    g7231_lpc(state->dsp, s, lpc_q13, acf, &state->sine);
    g7231_lsp_from_lpc(lpc_q13[SUBFRAMES - 1], state->lsp, out->lsp);
    if (state->dtx)
        g7231_silence_learn(&state->silence, acf);
    out->active = !state->dtx || g7231_is_active(&state->activity, s + PAST, state->sine);
    memcpy(out->weighted, state->weighted, sizeof state->weighted);
    for (int k = 0; k < SUBFRAMES; k++) {
        g7231_weighting(lpc_q13[k], &out->weighting[k]);
        g7231_weight(state->dsp, &out->weighting[k], now + k * SUBFRAME,
                     out->weighted + HISTORY + k * SUBFRAME);
    }
    memcpy(out->normal, out->weighted, sizeof out->normal);
    g7231_normalise(state->dsp, out->normal, HISTORY + FRAME);
    for (int k = 0; k < PAIRS; k++)
        state->activity.lags[PAIRS + k] = parameters->lags[k] =
            g7231_open_loop(state->dsp, out->normal + HISTORY + k * PAIR);
    memcpy(state->past, s + FRAME, sizeof state->past);
    memcpy(state->weighted, out->weighted + FRAME, sizeof state->weighted);
}

/* 2.10 to 2.19. */
static void encode_subframe(struct encoder *state, const struct analysis *in,
                            const int16_t lpc_q13[ORDER], int k, struct harmonic harmonic,
                            int *budget, int16_t *now, struct parameters *out)
{
    int16_t target[SUBFRAME], h_q13[SUBFRAME], own[SUBFRAME], past[SUBFRAME];
    struct subframe *sub = &out->subframes[k];

    g7231_shape(in->weighted + HISTORY + k * SUBFRAME, harmonic, target);
    g7231_impulse_response(state->dsp, lpc_q13, &in->weighting[k], harmonic, h_q13);
    g7231_subtract_ringing(state->dsp, &state->ringing, lpc_q13, &in->weighting[k], harmonic,
                           target);
    g7231_closed_loop(state->dsp, now, h_q13, &state->taming, state->sine, out, k, target);
    if (out->rate == RATE_63)
        g7231_multipulse(target, h_q13, out->lags[k / 2], g7231_pulses[k], sub, own);
    else
        g7231_algebraic(target, h_q13, out->lags[k / 2], budget, sub, own);
    g7231_adaptive(state->dsp, now, out->rate, out->lags[k / 2], sub, past);
    g7231_excitation(state->dsp, own, past, now);
}

static void encode_speech(struct encoder *state, const struct analysis *in,
                          int16_t excitation[HISTORY + FRAME], struct parameters *out)
{
    int16_t lpc_q13[SUBFRAMES][ORDER], lsp[ORDER];
    struct harmonic harmonics[SUBFRAMES];
    int budget = BUDGET;

    out->kind = SPEECH;
    for (int k = 0; k < SUBFRAMES; k++)
        harmonics[k] =
            g7231_harmonic(state->dsp, in->normal + HISTORY + k * SUBFRAME, out->lags[k / 2]);
    out->lsp = g7231_lsp_encode(in->lsp, state->lsp);
    g7231_lsp_decode(out->lsp, false, state->lsp, lsp);
    g7231_lsp_interpolate(state->lsp, lsp, lpc_q13);
    memcpy(state->lsp, lsp, sizeof lsp);
    for (int k = 0; k < SUBFRAMES; k++) {
        int16_t *now = excitation + HISTORY + k * SUBFRAME;

        encode_subframe(state, in, lpc_q13[k], k, harmonics[k], &budget, now, out);
        g7231_tame(&state->taming, out->rate, out->lags[k / 2], &out->subframes[k]);
        g7231_ring(state->dsp, &state->ringing, lpc_q13[k], &in->weighting[k], now);
    }
    state->silence.before = SPEECH;
    state->silence.noise.seed = NOISE_SEED;
}

static void encode_silence(struct encoder *state, const struct analysis *in,
                           int16_t excitation[HISTORY + FRAME], struct parameters *out)
{
    int16_t lpc_q13[SUBFRAMES][ORDER];

    g7231_silence(state->dsp, &state->silence, &state->activity, state->lsp, excitation, out);
    g7231_lsp_interpolate(state->lsp, state->silence.noise.lsp, lpc_q13);
    memcpy(state->lsp, state->silence.noise.lsp, sizeof state->lsp);
    for (int k = 0; k < SUBFRAMES; k++) {
        g7231_tame(&state->taming, out->rate, out->lags[k / 2], &out->subframes[k]);
        g7231_ring(state->dsp, &state->ringing, lpc_q13[k], &in->weighting[k],
                   excitation + HISTORY + k * SUBFRAME);
    }
}

void g7231_encode_frame(struct encoder *state, const int16_t pcm[FRAME], enum rate rate,
                        struct parameters *out)
{
    int16_t excitation[HISTORY + FRAME];
    struct analysis analysis;

    memset(out, 0, sizeof *out);
    out->rate = rate;
    analyse(state, pcm, &analysis, out);
    memcpy(excitation, state->excitation, sizeof state->excitation);
    (analysis.active ? encode_speech : encode_silence)(state, &analysis, excitation, out);
    memcpy(state->excitation, excitation + FRAME, sizeof state->excitation);
}
