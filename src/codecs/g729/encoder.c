/* The encoder: clause 3, Annex A; silence: Annex B. */
#include <string.h>
#include "tables.h"
#include "mac.h"

enum { TILT_Q15 = 22938, TAME_GAIN_Q14 = 15564 }; /* 0.7, 0.95 */

void g729_encoder_init(struct g729_encoder *state, const struct dsp_celp *dsp, bool vad_enabled)
{
    memset(state, 0, sizeof *state);
    state->dsp = dsp;
    memcpy(state->lsp_q15, g729_initial_lsp_q15, sizeof g729_initial_lsp_q15);
    memcpy(state->quantized_q15, g729_initial_lsp_q15, sizeof g729_initial_lsp_q15);
    state->stable.a_q12[0] = 1 << 12;
    g729_lsf_init(&state->lsf);
    g729_gain_init(&state->gain_memory);
    g729_taming_init(&state->taming);
    state->sharpness_q14 = G729_SHARPENING_MIN_Q14;
    state->noise_seed = G729_NOISE_SEED;
    state->vad_enabled = vad_enabled;
    g729_vad_init(&state->vad);
    g729_dtx_init(&state->dtx);
}

/* A.3.3: the denominator A(z / 0.75), and its product with the tilt 1 - 0.7 z^-1 for the weighted
 * speech. */
static void weighting_filters(const int16_t a_q12[G729_ORDER + 1],
                              int16_t expanded_q12[G729_ORDER + 1],
                              int16_t tilted_q12[G729_ORDER + 1])
{
    g729_expand_bandwidth(a_q12, G729_WEIGHTING, expanded_q12);
    tilted_q12[0] = 1 << 12;
    for (int i = 1; i <= G729_ORDER; i++)
        tilted_q12[i] = sub(expanded_q12[i], mult(expanded_q12[i - 1], TILT_Q15));
}

/* The inputs and results of the codebook searches in a subframe. */
struct search {
    int16_t h_q12[G729_SUBFRAME];  /* A.3.5: impulse response of 1 / A(z / 0.75) */
    int16_t target[G729_SUBFRAME]; /* x */
    int16_t y1[G729_SUBFRAME],
        y2_q12[G729_SUBFRAME]; /* filtered adaptive and fixed codebook vectors */
    int16_t code_q13[G729_SUBFRAME];
};

static void prepare(const struct g729_encoder *state, const int16_t expanded_q12[G729_ORDER + 1],
                    const int16_t *exc, struct search *search)
{
    int16_t memory[G729_ORDER] = { 0 }, target_memory[G729_ORDER];

    memset(search->h_q12, 0, sizeof search->h_q12);
    search->h_q12[0] = 1 << 12;
    g729_synthesis(state->dsp, expanded_q12, search->h_q12, search->h_q12, G729_SUBFRAME, memory);
    memcpy(target_memory, state->target_memory, sizeof target_memory);
    g729_synthesis(state->dsp, expanded_q12, exc, search->target, G729_SUBFRAME,
                   target_memory); /* A.3.6 */
}

/* 3.8, (50): searches the fixed codebook for what remains of the target without the adaptive
 * codebook's contribution. */
static void search_pulses(const struct g729_encoder *state, struct search *search,
                          int16_t pitch_q14, int16_t lag, struct g729_subframe *out)
{
    int16_t residue[G729_SUBFRAME];

    state->dsp->mix(search->y1, pitch_q14, search->y1, 0, 0, 14, residue, G729_SUBFRAME);
    state->dsp->mix(search->target, 1, residue, -1, 0, 0, residue, G729_SUBFRAME);
    g729_sharpen(search->h_q12, lag, state->sharpness_q14);
    g729_codebook_search(state->dsp, search->h_q12, residue, out, search->y2_q12);
    g729_fixed_codebook(out, search->code_q13);
    g729_sharpen(search->code_q13, lag, state->sharpness_q14);
}

/* 3.10: the error that remains in the weighting filter starts the next target. */
static void update_target_memory(struct g729_encoder *state, const struct search *search,
                                 struct g729_gains gains)
{
    for (int i = 0, n = G729_SUBFRAME - G729_ORDER; i < G729_ORDER; i++, n++) {
        int16_t adaptive = extract_h(L_shl(L_mult(search->y1[n], gains.pitch_q14), 1));
        int16_t fixed = extract_h(L_shl(L_mult(search->y2_q12[n], gains.code_q1), 2));

        state->target_memory[i] = sub(search->target[n], add(adaptive, fixed));
    }
}

static struct celp_lag encode_subframe(struct g729_encoder *state,
                                       const int16_t expanded_q12[G729_ORDER + 1],
                                       struct g729_lag_range range, int i,
                                       struct g729_subframe *out)
{
    int16_t *exc = state->excitation + G729_PAST + i * G729_SUBFRAME, memory[G729_ORDER] = { 0 },
            pitch_q14;
    struct search search;
    struct g729_pitch_products pitch;
    struct g729_gain_products products;
    struct g729_gains gains;
    struct celp_lag lag;
    bool tame;

    prepare(state, expanded_q12, exc, &search);
    lag = g729_closed_loop_lag(state->dsp, search.h_q12, search.target, range, i > 0, exc);
    out->lag = i == 0 ? g729_lag_encode1(lag) : g729_lag_encode2(lag, range);
    g729_synthesis(state->dsp, expanded_q12, exc, search.y1, G729_SUBFRAME, memory);
    pitch_q14 = g729_pitch_gain(state->dsp, search.target, search.y1, &pitch);
    tame = g729_taming_needed(&state->taming, lag);
    if (tame && pitch_q14 > TAME_GAIN_Q14)
        pitch_q14 = TAME_GAIN_Q14;
    search_pulses(state, &search, pitch_q14, lag.whole, out);
    g729_gain_products(state->dsp, &pitch, search.target, search.y1, search.y2_q12, &products);
    gains = g729_gain_quantize(state->dsp, &state->gain_memory, &products, search.code_q13, tame,
                               out->gains);
    state->sharpness_q14 = g729_sharpness(gains.pitch_q14);
    g729_excite(state->dsp, search.code_q13, gains.pitch_q14, gains.code_q1, exc);
    g729_taming_update(&state->taming, gains.pitch_q14, lag.whole);
    update_target_memory(state, &search, gains);
    return lag;
}

static void encode_speech(struct g729_encoder *state, const int16_t lsp_q15[G729_ORDER],
                          const int16_t *speech, struct g729_parameters *out)
{
    int16_t a_q12[G729_SUBFRAMES][G729_ORDER + 1], expanded_q12[G729_SUBFRAMES][G729_ORDER + 1],
        tilted_q12[G729_ORDER + 1], quantized_q15[G729_ORDER];
    int16_t *exc = state->excitation + G729_PAST, *weighted = state->weighted + CELP_LAG_MAX;
    struct g729_lag_range range;

    state->noise_seed = G729_NOISE_SEED;
    out->kind = G729_SPEECH;
    g729_lsp_quantize(state->dsp, &state->lsf, lsp_q15, &out->lsf, quantized_q15);
    g729_interpolate(state->quantized_q15, quantized_q15, a_q12);
    memcpy(state->lsp_q15, lsp_q15, sizeof state->lsp_q15);
    memcpy(state->quantized_q15, quantized_q15, sizeof quantized_q15);
    for (int i = 0; i < G729_SUBFRAMES; i++) {
        g729_residual(state->dsp, a_q12[i], speech + i * G729_SUBFRAME, exc + i * G729_SUBFRAME);
        weighting_filters(a_q12[i], expanded_q12[i], tilted_q12);
        g729_synthesis(state->dsp, tilted_q12, exc + i * G729_SUBFRAME,
                       weighted + i * G729_SUBFRAME, G729_SUBFRAME, state->weighted_memory);
    }
    range = g729_lag_range_around(g729_open_loop_lag(state->dsp, weighted), 3, 6);
    for (int i = 0; i < G729_SUBFRAMES; i++) {
        struct celp_lag lag = encode_subframe(state, expanded_q12[i], range, i, &out->subframes[i]);

        range = g729_lag_range_around(lag.whole, 5, 9);
    }
    out->parity = g729_parity(out->subframes[0].lag);
}

/* B.4.4: the encoder's filters continue with the noise that the decoder generates. */
static void encode_noise(struct g729_encoder *state, bool first, const int16_t *speech,
                         struct g729_parameters *out)
{
    int16_t a_q12[G729_SUBFRAMES][G729_ORDER + 1], expanded_q12[G729_ORDER + 1],
        tilted_q12[G729_ORDER + 1], x[G729_SUBFRAME];
    struct g729_noise_pitch pitch[G729_SUBFRAMES];
    int16_t *exc = state->excitation + G729_PAST;

    out->kind = g729_dtx_encode(&state->dtx, first, &state->stable, &state->lsf,
                                state->quantized_q15, &out->sid)
                    ? G729_SID
                    : G729_UNTRANSMITTED;
    g729_noise_excitation(state->dsp, state->dtx.gain_q3, &state->noise_seed, exc, pitch);
    g729_interpolate(state->quantized_q15, state->dtx.lsp_q15, a_q12);
    memcpy(state->quantized_q15, state->dtx.lsp_q15, sizeof state->quantized_q15);
    for (int i = 0; i < G729_SUBFRAMES; i++) {
        g729_taming_update(&state->taming, pitch[i].gain_q14, pitch[i].lag);
        g729_residual(state->dsp, a_q12[i], speech + i * G729_SUBFRAME, x);
        weighting_filters(a_q12[i], expanded_q12, tilted_q12);
        g729_synthesis(state->dsp, tilted_q12, x,
                       state->weighted + CELP_LAG_MAX + i * G729_SUBFRAME, G729_SUBFRAME,
                       state->weighted_memory);
        for (int n = 0; n < G729_SUBFRAME; n++)
            x[n] = sub(x[n], exc[i * G729_SUBFRAME + n]);
        g729_synthesis(state->dsp, expanded_q12, x, x, G729_SUBFRAME, state->target_memory);
    }
    state->sharpness_q14 = G729_SHARPENING_MIN_Q14;
}

/* Returns whether a frame is active. The detector and the spectrum of the noise follow every frame.
 */
static bool is_active_frame(struct g729_encoder *state, enum g729_activity activity,
                            const struct g729_autocorrelation *r,
                            const struct g729_autocorrelation *smooth,
                            const struct g729_prediction *prediction,
                            const int16_t lsp_q15[G729_ORDER])
{
    int16_t lsf_q15[G729_ORDER];
    bool active;

    g729_lsp_to_normalized_lsf(lsp_q15, lsf_q15);
    active = g729_vad(&state->vad, smooth, prediction, lsf_q15, state->speech);
    active = activity == G729_DETECTED ? active : activity == G729_VOICE;
    g729_dtx_update(&state->dtx, r, active);
    return active;
}

void g729_encode_frame(struct g729_encoder *state, const int16_t pcm[G729_FRAME],
                       enum g729_activity activity, struct g729_parameters *out)
{
    struct g729_autocorrelation r, smooth;
    struct g729_prediction prediction;
    int16_t lsp_q15[G729_ORDER],
        *speech = state->speech + G729_WINDOW - G729_FRAME - G729_LOOKAHEAD;
    int order = state->vad_enabled ? G729_VAD_ORDER : G729_ORDER;
    bool active = true;

    g729_preprocess(&state->input, pcm, state->speech + G729_WINDOW - G729_FRAME);
    g729_autocorrelation(state->dsp, state->speech, order, &r);
    smooth = r;
    g729_lag_window(order, &smooth);
    g729_levinson(&state->stable, smooth.r, &prediction);
    g729_lpc_to_lsp(prediction.a_q12, state->lsp_q15, lsp_q15);
    if (state->vad_enabled)
        active = is_active_frame(state, activity, &r, &smooth, &prediction, lsp_q15);
    if (active)
        encode_speech(state, lsp_q15, speech, out);
    else
        encode_noise(state, !state->was_noise, speech, out);
    state->was_noise = !active;
    memmove(state->speech, state->speech + G729_FRAME,
            (G729_WINDOW - G729_FRAME) * sizeof *state->speech);
    memmove(state->weighted, state->weighted + G729_FRAME, CELP_LAG_MAX * sizeof *state->weighted);
    memmove(state->excitation, state->excitation + G729_FRAME,
            G729_PAST * sizeof *state->excitation);
}
