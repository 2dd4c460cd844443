/* The encoder: clause 2, and A.2 to A.4 for silence. */
#include <string.h>
#include "tables.h"

enum { BUDGET = 120 };

void g7231_encoder_start(struct g7231_encoder *state, const struct dsp_celp *dsp) /* 2.21 */
{
    memset(state, 0, sizeof *state);
    state->dsp = dsp;
    memcpy(state->lsp, g7231_lsp_mean, sizeof state->lsp);
    g7231_taming_start(&state->taming);
    g7231_activity_start(&state->activity);
    g7231_silence_start(&state->silence);
}

/* The results of the analysis of a frame: 2.4 to 2.9. */
struct analysis {
    struct g7231_weighting weighting[G7231_SUBFRAMES];
    int16_t weighted[G7231_HISTORY + G7231_FRAME];
    int16_t normal[G7231_HISTORY + G7231_FRAME]; /* `weighted`, normalized */
    int16_t lsp[G7231_ORDER];
    bool active;
};

static void analyze(struct g7231_encoder *state, const int16_t pcm[G7231_FRAME],
                    struct analysis *out, struct g7231_parameters *parameters)
{
    int16_t s[G7231_PAST + G7231_FRAME], lpc_q13[G7231_SUBFRAMES][G7231_ORDER];
    const int16_t *now = s + G7231_PAST - G7231_LOOKAHEAD;
    struct g7231_autocorrelation acf[G7231_SUBFRAMES];

    memcpy(s, state->past, sizeof state->past);
    if (state->no_highpass)
        for (int i = 0; i < G7231_FRAME; i++)
            s[G7231_PAST + i] = (int16_t)(pcm[i] >> 1);
    else
        g7231_highpass(&state->highpass, pcm, s + G7231_PAST);
    g7231_lpc(state->dsp, s, lpc_q13, acf, &state->sine);
    g7231_lsp_from_lpc(lpc_q13[G7231_SUBFRAMES - 1], state->lsp, out->lsp);
    if (state->dtx)
        g7231_silence_learn(&state->silence, acf);
    out->active = !state->dtx || g7231_is_active(&state->activity, s + G7231_PAST, state->sine);
    memcpy(out->weighted, state->weighted, sizeof state->weighted);
    for (int k = 0; k < G7231_SUBFRAMES; k++) {
        g7231_weighting(lpc_q13[k], &out->weighting[k]);
        g7231_weight(state->dsp, &out->weighting[k], now + k * G7231_SUBFRAME,
                     out->weighted + G7231_HISTORY + k * G7231_SUBFRAME);
    }
    memcpy(out->normal, out->weighted, sizeof out->normal);
    g7231_normalize(state->dsp, out->normal, G7231_HISTORY + G7231_FRAME);
    for (int k = 0; k < G7231_PAIRS; k++)
        state->activity.lags[G7231_PAIRS + k] = parameters->lags[k] =
            g7231_open_loop(state->dsp, out->normal + G7231_HISTORY + k * G7231_PAIR);
    memcpy(state->past, s + G7231_FRAME, sizeof state->past);
    memcpy(state->weighted, out->weighted + G7231_FRAME, sizeof state->weighted);
}

/* The filters of a frame of speech, and the searches that are left to the low rate. */
struct filters {
    int16_t lpc_q13[G7231_SUBFRAMES][G7231_ORDER];
    struct g7231_harmonic harmonics[G7231_SUBFRAMES];
    int budget;
};

/* 2.10 to 2.18. */
static void encode_subframe(struct g7231_encoder *state, const struct analysis *in,
                            struct filters *filters, int k, int16_t *now,
                            struct g7231_parameters *out)
{
    int16_t target[G7231_SUBFRAME], h_q13[G7231_SUBFRAME], fixed[G7231_SUBFRAME],
        adaptive[G7231_SUBFRAME];
    struct g7231_pulse_search pulses = { state->dsp, target, h_q13, 0 };
    const int16_t *lpc_q13 = filters->lpc_q13[k];
    const struct g7231_weighting *weighting = &in->weighting[k];
    struct g7231_harmonic harmonic = filters->harmonics[k];
    struct g7231_subframe *sub = &out->subframes[k];

    g7231_shape(in->weighted + G7231_HISTORY + k * G7231_SUBFRAME, harmonic, target);
    g7231_impulse_response(state->dsp, lpc_q13, weighting, harmonic, h_q13);
    g7231_subtract_ringing(state->dsp, &state->ringing, lpc_q13, weighting, harmonic, target);
    g7231_closed_loop(state, now, h_q13, out, k, target);
    pulses.pair_lag = out->lags[k / 2];
    if (out->rate == G7231_RATE_63)
        g7231_multipulse(&pulses, g7231_pulses[k], sub, fixed);
    else
        g7231_algebraic(&pulses, &filters->budget, sub, fixed);
    g7231_adaptive(state->dsp, now, out->rate, pulses.pair_lag, sub, adaptive);
    g7231_excitation(state->dsp, fixed, adaptive, now);
}

static void encode_speech(struct g7231_encoder *state, const struct analysis *in,
                          int16_t excitation[G7231_HISTORY + G7231_FRAME],
                          struct g7231_parameters *out)
{
    struct filters filters = { .budget = BUDGET };
    int16_t lsp[G7231_ORDER];

    out->kind = G7231_SPEECH;
    for (int k = 0; k < G7231_SUBFRAMES; k++)
        filters.harmonics[k] = g7231_harmonic(
            state->dsp, in->normal + G7231_HISTORY + k * G7231_SUBFRAME, out->lags[k / 2]);
    out->lsp = g7231_lsp_encode(state->dsp, in->lsp, state->lsp);
    g7231_lsp_decode(out->lsp, false, state->lsp, lsp);
    g7231_lsp_interpolate(state->lsp, lsp, filters.lpc_q13);
    memcpy(state->lsp, lsp, sizeof lsp);
    for (int k = 0; k < G7231_SUBFRAMES; k++) {
        int16_t *now = excitation + G7231_HISTORY + k * G7231_SUBFRAME;

        encode_subframe(state, in, &filters, k, now, out);
        g7231_tame(&state->taming, out->rate, out->lags[k / 2], &out->subframes[k]);
        g7231_ring(state->dsp, &state->ringing, filters.lpc_q13[k], &in->weighting[k], now);
    }
    state->silence.last_kind = G7231_SPEECH;
    state->silence.noise.seed = G7231_NOISE_SEED;
}

static void encode_silence(struct g7231_encoder *state, const struct analysis *in,
                           int16_t excitation[G7231_HISTORY + G7231_FRAME],
                           struct g7231_parameters *out)
{
    int16_t lpc_q13[G7231_SUBFRAMES][G7231_ORDER];

    g7231_silence(state->dsp, &state->silence, &state->activity, state->lsp, excitation, out);
    g7231_lsp_interpolate(state->lsp, state->silence.noise.lsp, lpc_q13);
    memcpy(state->lsp, state->silence.noise.lsp, sizeof state->lsp);
    for (int k = 0; k < G7231_SUBFRAMES; k++) {
        g7231_tame(&state->taming, out->rate, out->lags[k / 2], &out->subframes[k]);
        g7231_ring(state->dsp, &state->ringing, lpc_q13[k], &in->weighting[k],
                   excitation + G7231_HISTORY + k * G7231_SUBFRAME);
    }
}

void g7231_encode_frame(struct g7231_encoder *state, const int16_t pcm[G7231_FRAME],
                        enum g7231_rate rate, struct g7231_parameters *out)
{
    int16_t excitation[G7231_HISTORY + G7231_FRAME];
    struct analysis analysis;

    memset(out, 0, sizeof *out);
    out->rate = rate;
    analyze(state, pcm, &analysis, out);
    memcpy(excitation, state->excitation, sizeof state->excitation);
    (analysis.active ? encode_speech : encode_silence)(state, &analysis, excitation, out);
    memcpy(state->excitation, excitation + G7231_FRAME, sizeof state->excitation);
}
