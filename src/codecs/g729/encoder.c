/* The coder: 3, Annex A; silence by Annex B. */
#include <string.h>
#include "tables.h"
#include "mac.h"

enum { GAMMA_Q15 = 24576, TILT_Q15 = 22938, TAME_GAIN_Q14 = 15564 }; /* 0.75, 0.7, 0.95 */

static const int16_t lsp_start_q15[ORDER] = { 30000, 26000, 21000,  15000,  8000,
                                              0,     -8000, -15000, -21000, -26000 };

void g729_encoder_start(struct encoder *state, const struct dsp_celp *dsp, bool hears_noise)
{
    memset(state, 0, sizeof *state);
    state->dsp = dsp;
    memcpy(state->lsp_q15, lsp_start_q15, sizeof lsp_start_q15);
    memcpy(state->quantised_q15, lsp_start_q15, sizeof lsp_start_q15);
    state->stable.a_q12[0] = 1 << 12;
    g729_lsf_start(&state->lsf);
    g729_gain_start(&state->gain_memory);
    g729_taming_start(&state->taming);
    state->sharpness_q14 = SHARP_MIN_Q14;
    state->noise_seed = NOISE_SEED;
    state->hears_noise = hears_noise;
    g729_vad_start(&state->vad);
    g729_dtx_start(&state->dtx);
}

/* A.3.3: 1 / A(z / 0.75), and with it the tilt 1 - 0.7 z^-1, for the weighted speech. */
static void weighting_filters(const int16_t a_q12[ORDER + 1], int16_t expanded_q12[ORDER + 1],
                              int16_t tilted_q12[ORDER + 1])
{
    g729_expand(a_q12, GAMMA_Q15, expanded_q12);
    tilted_q12[0] = 1 << 12;
    for (int i = 1; i <= ORDER; i++)
        tilted_q12[i] = sub(expanded_q12[i], mult(expanded_q12[i - 1], TILT_Q15));
}

/* What a subframe's search starts from and leaves behind. */
struct search {
    int16_t h_q12[SUBFRAME];                /* response of 1 / A(z / 0.75), A.3.5 */
    int16_t target[SUBFRAME];               /* x */
    int16_t y1[SUBFRAME], y2_q12[SUBFRAME]; /* adaptive and fixed vectors through it */
    int16_t code_q13[SUBFRAME];
};

static void prepare(const struct encoder *state, const int16_t expanded_q12[ORDER + 1],
                    const int16_t *now, struct search *search)
{
    int16_t memory[ORDER] = { 0 }, target_memory[ORDER];

    memset(search->h_q12, 0, sizeof search->h_q12);
    search->h_q12[0] = 1 << 12;
    g729_synthesis(state->dsp, expanded_q12, search->h_q12, search->h_q12, SUBFRAME, memory);
    memcpy(target_memory, state->target_memory, sizeof target_memory);
    g729_synthesis(state->dsp, expanded_q12, now, search->target, SUBFRAME,
                   target_memory); /* A.3.6 */
}

/* 3.8, (50): what the adaptive codebook leaves. Then the pulses. */
static void search_pulses(const struct encoder *state, struct search *search, int16_t pitch_q14,
                          int16_t lag, struct subframe *out)
{
    int16_t rest[SUBFRAME];

    for (int i = 0; i < SUBFRAME; i++)
        rest[i] = sub(search->target[i], extract_h(L_shl(L_mult(search->y1[i], pitch_q14), 1)));
    g729_sharpen(search->h_q12, lag, state->sharpness_q14);
    g729_codebook_search(state->dsp, search->h_q12, rest, out, search->y2_q12);
    g729_fixed_codebook(out, search->code_q13);
    g729_sharpen(search->code_q13, lag, state->sharpness_q14);
}

/* 3.10: what the filter holds of the error, for the next target. */
static void remember_error(struct encoder *state, const struct search *search, struct gains gains)
{
    for (int i = 0, n = SUBFRAME - ORDER; i < ORDER; i++, n++) {
        int16_t adaptive = extract_h(L_shl(L_mult(search->y1[n], gains.pitch_q14), 1));
        int16_t fixed = extract_h(L_shl(L_mult(search->y2_q12[n], gains.code_q1), 2));

        state->target_memory[i] = sub(search->target[n], add(adaptive, fixed));
    }
}

static struct lag encode_subframe(struct encoder *state, const int16_t expanded_q12[ORDER + 1],
                                  struct range range, int i, struct subframe *out)
{
    int16_t *now = state->excitation + PAST + i * SUBFRAME, memory[ORDER] = { 0 }, pitch_q14;
    struct search search;
    struct pitch_products pitch;
    struct gain_products products;
    struct gains gains;
    struct lag lag;
    bool tame;

    prepare(state, expanded_q12, now, &search);
    lag = g729_closed_loop_lag(state->dsp, search.h_q12, search.target, range, i > 0, now);
    out->lag = i == 0 ? g729_lag_encode1(lag) : g729_lag_encode2(lag, range);
    g729_synthesis(state->dsp, expanded_q12, now, search.y1, SUBFRAME, memory);
    pitch_q14 = g729_pitch_gain(state->dsp, search.target, search.y1, &pitch);
    tame = g729_taming_needed(&state->taming, lag);
    if (tame && pitch_q14 > TAME_GAIN_Q14)
        pitch_q14 = TAME_GAIN_Q14;
    search_pulses(state, &search, pitch_q14, lag.whole, out);
    g729_gain_products(state->dsp, &pitch, search.target, search.y1, search.y2_q12, &products);
    gains = g729_gain_quantise(&state->gain_memory, &products, search.code_q13, tame, out->gains);
    state->sharpness_q14 = g729_sharpness(gains.pitch_q14);
    g729_excite(state->dsp, search.code_q13, gains.pitch_q14, gains.code_q1, now);
    g729_taming_update(&state->taming, gains.pitch_q14, lag.whole);
    remember_error(state, &search, gains);
    return lag;
}

static void encode_speech(struct encoder *state, const int16_t lsp_q15[ORDER],
                          const int16_t *speech, struct parameters *out)
{
    int16_t a_q12[SUBFRAMES][ORDER + 1], expanded_q12[SUBFRAMES][ORDER + 1], tilted_q12[ORDER + 1],
        quantised_q15[ORDER];
    int16_t *now = state->excitation + PAST, *weighted = state->weighted + LAG_MAX;
    struct range range;

    state->noise_seed = NOISE_SEED;
    out->kind = SPEECH;
    g729_lsp_quantise(&state->lsf, lsp_q15, &out->lsf, quantised_q15);
    g729_interpolate(state->quantised_q15, quantised_q15, a_q12);
    memcpy(state->lsp_q15, lsp_q15, sizeof state->lsp_q15);
    memcpy(state->quantised_q15, quantised_q15, sizeof quantised_q15);
    for (int i = 0; i < SUBFRAMES; i++) {
        g729_residual(state->dsp, a_q12[i], speech + i * SUBFRAME, now + i * SUBFRAME);
        weighting_filters(a_q12[i], expanded_q12[i], tilted_q12);
        g729_synthesis(state->dsp, tilted_q12, now + i * SUBFRAME, weighted + i * SUBFRAME,
                       SUBFRAME, state->weighted_memory);
    }
    range = g729_lag_range(g729_open_loop_lag(state->dsp, weighted), 3, 6);
    for (int i = 0; i < SUBFRAMES; i++) {
        struct lag lag = encode_subframe(state, expanded_q12[i], range, i, &out->subframes[i]);

        range = g729_lag_range(lag.whole, 5, 9);
    }
    out->parity = g729_parity(out->subframes[0].lag);
}

/* B.4.4: the coder's filters go on with the noise that the decoder makes. */
static void encode_noise(struct encoder *state, bool first, const int16_t *speech,
                         struct parameters *out)
{
    int16_t a_q12[SUBFRAMES][ORDER + 1], expanded_q12[ORDER + 1], tilted_q12[ORDER + 1],
        x[SUBFRAME];
    struct noise_pitch pitch[SUBFRAMES];
    int16_t *now = state->excitation + PAST;

    out->kind = g729_dtx_encode(&state->dtx, first, &state->stable, &state->lsf,
                                state->quantised_q15, &out->sid)
                    ? SID
                    : UNTRANSMITTED;
    g729_noise_excitation(state->dsp, state->dtx.gain_q3, &state->noise_seed, now, pitch);
    g729_interpolate(state->quantised_q15, state->dtx.lsp_q15, a_q12);
    memcpy(state->quantised_q15, state->dtx.lsp_q15, sizeof state->quantised_q15);
    for (int i = 0; i < SUBFRAMES; i++) {
        g729_taming_update(&state->taming, pitch[i].gain_q14, pitch[i].lag);
        g729_residual(state->dsp, a_q12[i], speech + i * SUBFRAME, x);
        weighting_filters(a_q12[i], expanded_q12, tilted_q12);
        g729_synthesis(state->dsp, tilted_q12, x, state->weighted + LAG_MAX + i * SUBFRAME,
                       SUBFRAME, state->weighted_memory);
        for (int n = 0; n < SUBFRAME; n++)
            x[n] = sub(x[n], now[i * SUBFRAME + n]);
        g729_synthesis(state->dsp, expanded_q12, x, x, SUBFRAME, state->target_memory);
    }
    state->sharpness_q14 = SHARP_MIN_Q14;
}

/* Whether a frame is voice. The detector and the noise's spectrum follow every frame. */
static bool listen(struct encoder *state, enum activity activity, const struct autocorrelation *r,
                   const struct autocorrelation *smooth, const struct prediction *prediction,
                   const int16_t lsp_q15[ORDER])
{
    int16_t lsf_q15[ORDER];
    bool voiced;

    g729_lsp_to_turns(lsp_q15, lsf_q15);
    voiced = g729_vad(&state->vad, smooth, prediction, lsf_q15, state->speech);
    voiced = activity == DETECTED ? voiced : activity == VOICE;
    g729_dtx_listen(&state->dtx, r, voiced);
    return voiced;
}

void g729_encode_frame(struct encoder *state, const int16_t pcm[FRAME], enum activity activity,
                       struct parameters *out)
{
    struct autocorrelation r, smooth;
    struct prediction prediction;
    int16_t lsp_q15[ORDER], *speech = state->speech + WINDOW - FRAME - LOOKAHEAD;
    int order = state->hears_noise ? VAD_ORDER : ORDER;
    bool voiced = true;

    g729_preprocess(&state->input, pcm, state->speech + WINDOW - FRAME);
    g729_autocorrelation(state->dsp, state->speech, order, &r);
    smooth = r;
    g729_lag_window(order, &smooth);
    g729_levinson(&state->stable, smooth.r, &prediction);
    g729_lpc_to_lsp(prediction.a_q12, state->lsp_q15, lsp_q15);
    if (state->hears_noise)
        voiced = listen(state, activity, &r, &smooth, &prediction, lsp_q15);
    if (voiced)
        encode_speech(state, lsp_q15, speech, out);
    else
        encode_noise(state, !state->was_noise, speech, out);
    state->was_noise = !voiced;
    memmove(state->speech, state->speech + FRAME, (WINDOW - FRAME) * sizeof *state->speech);
    memmove(state->weighted, state->weighted + FRAME, LAG_MAX * sizeof *state->weighted);
    memmove(state->excitation, state->excitation + FRAME, PAST * sizeof *state->excitation);
}
