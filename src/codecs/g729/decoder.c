/* The decoder: 4.1, 4.4, B.4.5. */
#include <string.h>
#include "tables.h"
#include "mac.h"

/* The noise spectrum until the first SID frame: cos(pi (i + 1) / 11), rounded as in the standard's
 * C code. */
static const int16_t noise_lsp_q15[G729_ORDER] = { 31441, 27566,  21458,  13612,  4663,
                                                   -4663, -13612, -21458, -27566, -31441 };

void g729_decoder_init(struct g729_decoder *state, const struct dsp_celp *dsp)
{
    memset(state, 0, sizeof *state);
    state->dsp = dsp;
    memcpy(state->lsp_q15, g729_initial_lsp_q15, sizeof g729_initial_lsp_q15);
    memcpy(state->noise_lsp_q15, noise_lsp_q15, sizeof noise_lsp_q15);
    memcpy(state->lsf.last_q13, g729_initial_lsf_q13, sizeof g729_initial_lsf_q13);
    g729_lsf_init(&state->lsf.memory);
    g729_gain_init(&state->gain_memory);
    state->sharpness_q14 = G729_SHARPENING_MIN_Q14;
    state->lag = 60;
    state->erasure_seed = 21845;
    state->noise_seed = G729_NOISE_SEED;
    state->last = G729_SPEECH;
    state->energy.shift = -1;
    state->sid_gain_q3 = g729_sid_gains_q3[0];
    state->gain_q12 = 1 << 12;
}

/* 4.1.6. If the synthesis overflows, the excitation is divided by four, including its past, and
 * filtered again. */
static void synthesize(struct g729_decoder *state, const int16_t a_q12[G729_ORDER + 1], int i,
                       int16_t speech[G729_SUBFRAME])
{
    const int16_t *exc = state->excitation + G729_PAST + i * G729_SUBFRAME;
    int16_t memory[G729_ORDER];

    memcpy(memory, state->synthesis, sizeof memory);
    if (g729_synthesis(state->dsp, a_q12, exc, speech, G729_SUBFRAME, state->synthesis)) {
        memcpy(state->synthesis, memory, sizeof memory);
        for (int k = 0; k < G729_PAST + G729_FRAME; k++)
            state->excitation[k] = (int16_t)(state->excitation[k] >> 2);
        g729_synthesis(state->dsp, a_q12, exc, speech, G729_SUBFRAME, state->synthesis);
    }
}

/* 4.1.2, 4.4: an unreliable lag is replaced by the last one, which is then incremented. The second
 * subframe's lag is relative to the one that the first subframe used. */
static struct celp_lag decode_lag(struct g729_decoder *state, const struct g729_parameters *in,
                                  bool erased, int i, int16_t first)
{
    const struct g729_subframe *sub = &in->subframes[i];
    struct celp_lag lag = { state->lag, 0 };

    if (erased || (i == 0 && in->parity != g729_parity(sub->lag))) {
        state->lag = (int16_t)(state->lag >= CELP_LAG_MAX ? CELP_LAG_MAX : state->lag + 1);
        return lag;
    }
    lag = i == 0 ? celp_lag_absolute(sub->lag) : celp_lag_relative(sub->lag, first);
    state->lag = lag.whole;
    return lag;
}

static void decode_subframe(struct g729_decoder *state, const struct g729_parameters *in,
                            bool erased, int i, int16_t lags[G729_SUBFRAMES])
{
    struct g729_subframe sub = in->subframes[i];
    struct celp_lag lag = decode_lag(state, in, erased, i, lags[0]);
    int16_t *exc = state->excitation + G729_PAST + i * G729_SUBFRAME, code_q13[G729_SUBFRAME];

    lags[i] = lag.whole;
    g729_adaptive_codebook(state->dsp, exc, lag);
    if (erased) { /* 4.4.4 */
        sub.positions = g729_random(&state->erasure_seed) & 0x1FFF;
        sub.signs = g729_random(&state->erasure_seed) & 15;
    }
    g729_fixed_codebook(&sub, code_q13);
    g729_sharpen(code_q13, lag.whole, state->sharpness_q14);
    state->gains = erased ? g729_gain_conceal(&state->gain_memory, state->gains)
                          : g729_gain_decode(state->dsp, &state->gain_memory, sub.gains, code_q13);
    state->sharpness_q14 = g729_sharpness(state->gains.pitch_q14);
    g729_excite(state->dsp, code_q13, state->gains.pitch_q14, state->gains.code_q1, exc);
}

static void decode_speech(struct g729_decoder *state, const struct g729_parameters *in, bool erased,
                          int16_t a_q12[G729_SUBFRAMES][G729_ORDER + 1],
                          int16_t lags[G729_SUBFRAMES], int16_t pcm[G729_FRAME])
{
    int16_t lsp_q15[G729_ORDER];

    state->noise_seed = G729_NOISE_SEED;
    if (erased)
        g729_lsp_conceal(&state->lsf, lsp_q15);
    else
        g729_lsp_decode(&state->lsf, &in->lsf, lsp_q15);
    g729_interpolate(state->lsp_q15, lsp_q15, a_q12);
    memcpy(state->lsp_q15, lsp_q15, sizeof lsp_q15);
    for (int i = 0; i < G729_SUBFRAMES; i++) {
        decode_subframe(state, in, erased, i, lags);
        synthesize(state, a_q12[i], i, pcm + i * G729_SUBFRAME);
    }
}

/* B.4.5. If the SID frame at the start of a pause is lost, the noise takes the level of the
 * preceding speech. */
static void decode_noise(struct g729_decoder *state, const struct g729_sid *sid,
                         int16_t a_q12[G729_SUBFRAMES][G729_ORDER + 1],
                         int16_t lags[G729_SUBFRAMES], int16_t pcm[G729_FRAME])
{
    struct g729_noise_pitch unused[G729_SUBFRAMES];
    bool first = state->last == G729_SPEECH;

    if (sid) {
        state->sid_gain_q3 = g729_sid_gains_q3[sid->gain];
        g729_sid_lsp_decode(&state->lsf.memory, sid, state->noise_lsp_q15);
    } else if (first) {
        state->sid_gain_q3 = g729_sid_gains_q3[g729_sid_gain_of_speech(state->energy).code];
    }
    state->noise_gain_q3 =
        first ? state->sid_gain_q3 : g729_noise_gain(state->noise_gain_q3, state->sid_gain_q3);
    g729_noise_excitation(state->dsp, state->noise_gain_q3, &state->noise_seed,
                          state->excitation + G729_PAST, unused);
    g729_interpolate(state->lsp_q15, state->noise_lsp_q15, a_q12);
    memcpy(state->lsp_q15, state->noise_lsp_q15, sizeof state->lsp_q15);
    for (int i = 0; i < G729_SUBFRAMES; i++) {
        synthesize(state, a_q12[i], i, pcm + i * G729_SUBFRAME);
        lags[i] = state->lag;
    }
    state->sharpness_q14 = G729_SHARPENING_MIN_Q14;
}

static struct g729_energy excitation_energy(const struct dsp_celp *dsp,
                                            const int16_t exc[G729_FRAME])
{
    int32_t sum = L_energy(0, dsp->energy(exc, G729_FRAME));
    int16_t shift = norm_l(sum);

    return (struct g729_energy){ round_q15(L_shl(sum, shift)), (int16_t)(shift - 16) };
}

/* Without energy the gain is 1, which a share of 0.1 keeps, and then 0. */
static void scale(struct g729_decoder *state, int32_t share_q12, int16_t pcm[G729_SUBFRAME])
{
    if (share_q12 >= 0) {
        state->gain_q12 =
            g729_postprocess(&state->output, (struct g729_gain){ state->gain_q12, share_q12 }, pcm);
        return;
    }
    g729_postprocess(&state->output, (struct g729_gain){ 1 << 12, 410 }, pcm);
    state->gain_q12 = 0;
}

void g729_decode_frame(struct g729_decoder *state, const struct g729_parameters *in,
                       int16_t pcm[G729_FRAME])
{
    bool erased = in->kind == G729_ERASED;
    enum g729_frame_kind kind = in->kind;
    int16_t a_q12[G729_SUBFRAMES][G729_ORDER + 1], lags[G729_SUBFRAMES] = { 0 };
    int32_t shares_q12[G729_SUBFRAMES];

    if (erased)
        kind = state->last == G729_SPEECH ? G729_SPEECH : G729_UNTRANSMITTED;
    if (kind == G729_SPEECH)
        decode_speech(state, in, erased, a_q12, lags, pcm);
    else
        decode_noise(state, kind == G729_SID ? &in->sid : 0, a_q12, lags, pcm);
    if (!erased)
        state->energy = excitation_energy(state->dsp, state->excitation + G729_PAST);
    memmove(state->excitation, state->excitation + G729_FRAME,
            G729_PAST * sizeof *state->excitation);
    state->last = kind;
    g729_postfilter(state->dsp, &state->postfilter, (const int16_t(*)[G729_ORDER + 1]) a_q12,
                    kind == G729_SPEECH ? lags : 0, pcm, shares_q12);
    for (int i = 0; i < G729_SUBFRAMES; i++)
        scale(state, shares_q12[i], pcm + i * G729_SUBFRAME);
}
