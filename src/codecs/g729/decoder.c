/* The decoder: 4.1, 4.4, B.4.5. */
#include <string.h>
#include "tables.h"
#include "mac.h"

static const int16_t lsp_start_q15[ORDER] = { 30000, 26000, 21000,  15000,  8000,
                                              0,     -8000, -15000, -21000, -26000 };

/* The spectrum of noise until a SID frame tells another: cos(pi (i + 1) / 11), rounded as the
 * standard's C has it. */
static const int16_t noise_lsp_q15[ORDER] = { 31441, 27566,  21458,  13612,  4663,
                                              -4663, -13612, -21458, -27566, -31441 };

void g729_decoder_start(struct decoder *state, const struct dsp_celp *dsp)
{
    memset(state, 0, sizeof *state);
    state->dsp = dsp;
    memcpy(state->lsp_q15, lsp_start_q15, sizeof lsp_start_q15);
    memcpy(state->noise_lsp_q15, noise_lsp_q15, sizeof noise_lsp_q15);
    memcpy(state->lsf.last_q13, g729_lsf_start_q13, sizeof g729_lsf_start_q13);
    g729_lsf_start(&state->lsf.memory);
    g729_gain_start(&state->gain_memory);
    state->sharpness_q14 = SHARP_MIN_Q14;
    state->lag = 60;
    state->erasure_seed = 21845;
    state->noise_seed = NOISE_SEED;
    state->last = SPEECH;
    state->energy.shift = -1;
    state->sid_gain_q3 = g729_sid_gains_q3[0];
    state->postfilter.gain_q12 = 1 << 12;
}

/* 4.1.6. Where the synthesis overflows, the excitation is lowered to a quarter, the past as well,
 * and filtered again. */
static void synthesize(struct decoder *state, const int16_t a_q12[ORDER + 1], int i,
                       int16_t speech[SUBFRAME])
{
    const int16_t *now = state->excitation + PAST + i * SUBFRAME;
    int16_t memory[ORDER];

    memcpy(memory, state->synthesis, sizeof memory);
    if (g729_synthesis(state->dsp, a_q12, now, speech, SUBFRAME, state->synthesis)) {
        memcpy(state->synthesis, memory, sizeof memory);
        for (int k = 0; k < PAST + FRAME; k++)
            state->excitation[k] = (int16_t)(state->excitation[k] >> 2);
        g729_synthesis(state->dsp, a_q12, now, speech, SUBFRAME, state->synthesis);
    }
}

/* 4.1.2, 4.4: in place of a lag that is not to be trusted, the last one, then one more each time.
 * The second subframe's is told from the one that the first has used. */
static struct lag lag_of(struct decoder *state, const struct parameters *in, bool erased, int i,
                         int16_t first)
{
    const struct subframe *sub = &in->subframes[i];
    struct lag lag = { state->lag, 0 };

    if (erased || (i == 0 && in->parity != g729_parity(sub->lag))) {
        state->lag = (int16_t)(state->lag >= LAG_MAX ? LAG_MAX : state->lag + 1);
        return lag;
    }
    lag = i == 0 ? g729_lag_decode1(sub->lag) : g729_lag_decode2(sub->lag, first);
    state->lag = lag.whole;
    return lag;
}

static void speech_subframe(struct decoder *state, const struct parameters *in, bool erased, int i,
                            int16_t lags[SUBFRAMES])
{
    struct subframe sub = in->subframes[i];
    struct lag lag = lag_of(state, in, erased, i, lags[0]);
    int16_t *now = state->excitation + PAST + i * SUBFRAME, code_q13[SUBFRAME];

    lags[i] = lag.whole;
    g729_adaptive_codebook(state->dsp, now, lag);
    if (erased) { /* 4.4.4 */
        sub.positions = g729_random(&state->erasure_seed) & 0x1FFF;
        sub.signs = g729_random(&state->erasure_seed) & 15;
    }
    g729_fixed_codebook(&sub, code_q13);
    g729_sharpen(code_q13, lag.whole, state->sharpness_q14);
    state->gains = erased ? g729_gain_conceal(&state->gain_memory, state->gains)
                          : g729_gain_decode(&state->gain_memory, sub.gains, code_q13);
    state->sharpness_q14 = g729_sharpness(state->gains.pitch_q14);
    g729_excite(state->dsp, code_q13, state->gains.pitch_q14, state->gains.code_q1, now);
}

static void speech_frame(struct decoder *state, const struct parameters *in, bool erased,
                         int16_t a_q12[SUBFRAMES][ORDER + 1], int16_t lags[SUBFRAMES],
                         int16_t pcm[FRAME])
{
    int16_t lsp_q15[ORDER];

    state->noise_seed = NOISE_SEED;
    if (erased)
        g729_lsp_conceal(&state->lsf, lsp_q15);
    else
        g729_lsp_decode(&state->lsf, &in->lsf, lsp_q15);
    g729_interpolate(state->lsp_q15, lsp_q15, a_q12);
    memcpy(state->lsp_q15, lsp_q15, sizeof lsp_q15);
    for (int i = 0; i < SUBFRAMES; i++) {
        speech_subframe(state, in, erased, i, lags);
        synthesize(state, a_q12[i], i, pcm + i * SUBFRAME);
    }
}

/* B.4.5. A first frame of noise whose SID frame was lost takes the level of the speech before. */
static void noise_frame(struct decoder *state, const struct sid *sid,
                        int16_t a_q12[SUBFRAMES][ORDER + 1], int16_t lags[SUBFRAMES],
                        int16_t pcm[FRAME])
{
    struct noise_pitch unused[SUBFRAMES];
    bool first = state->last == SPEECH;

    if (sid) {
        state->sid_gain_q3 = g729_sid_gains_q3[sid->gain];
        g729_sid_lsp_decode(&state->lsf.memory, sid, state->noise_lsp_q15);
    } else if (first) {
        state->sid_gain_q3 = g729_sid_gains_q3[g729_sid_gain_of_speech(state->energy).code];
    }
    state->noise_gain_q3 =
        first ? state->sid_gain_q3 : g729_noise_gain(state->noise_gain_q3, state->sid_gain_q3);
    g729_noise_excitation(state->dsp, state->noise_gain_q3, &state->noise_seed,
                          state->excitation + PAST, unused);
    g729_interpolate(state->lsp_q15, state->noise_lsp_q15, a_q12);
    memcpy(state->lsp_q15, state->noise_lsp_q15, sizeof state->lsp_q15);
    for (int i = 0; i < SUBFRAMES; i++) {
        synthesize(state, a_q12[i], i, pcm + i * SUBFRAME);
        lags[i] = state->lag;
    }
    state->sharpness_q14 = SHARP_MIN_Q14;
}

static struct energy excitation_energy(const int16_t now[FRAME])
{
    int32_t sum = L_energy(0, energy_exact(now, FRAME));
    int16_t shift = norm_l(sum);

    return (struct energy){ round_q15(L_shl(sum, shift)), (int16_t)(shift - 16) };
}

void g729_decode_frame(struct decoder *state, const struct parameters *in, int16_t pcm[FRAME])
{
    bool erased = in->kind == ERASED;
    enum kind kind = !erased ? in->kind : state->last == SPEECH ? SPEECH : UNTRANSMITTED;
    int16_t a_q12[SUBFRAMES][ORDER + 1], lags[SUBFRAMES] = { 0 };

    if (kind == SPEECH)
        speech_frame(state, in, erased, a_q12, lags, pcm);
    else
        noise_frame(state, kind == SID ? &in->sid : 0, a_q12, lags, pcm);
    if (!erased)
        state->energy = excitation_energy(state->excitation + PAST);
    memmove(state->excitation, state->excitation + FRAME, PAST * sizeof *state->excitation);
    state->last = kind;
    g729_postfilter(state->dsp, &state->postfilter, (const int16_t(*)[ORDER + 1]) a_q12, lags,
                    kind == SPEECH, pcm);
    g729_postprocess(&state->output, pcm);
}
