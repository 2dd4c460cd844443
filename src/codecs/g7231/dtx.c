/* Discontinuous transmission: when a silence descriptor is sent, and its content. A.4. */
#include <string.h>
#include "tables.h"

enum { NOTHING = 40, MARGIN = 14, GAIN_STEP = 3, DISTANCE_Q15 = 7000 };

void g7231_silence_start(struct g7231_silence *state)
{
    memset(state, 0, sizeof *state);
    for (int i = 0; i <= G7231_SILENCE_FRAMES; i++)
        state->acf[i].shift = NOTHING;
    state->last_kind = G7231_SPEECH;
    state->noise.seed = G7231_NOISE_SEED;
}

/* The normalized sum of n autocorrelations, on a common scale. n is at most 4, for which the margin
 * suffices. */
static struct g7231_autocorrelation sum_of(const struct g7231_autocorrelation *acf, int n)
{
    int32_t sums[G7231_ORDER + 1] = { 0 };
    struct g7231_autocorrelation sum;
    int least = acf[0].shift, down;

    for (int k = 1; k < n; k++)
        least = min_i32(least, acf[k].shift);
    for (int k = 0; k < n; k++)
        for (int i = 0; i <= G7231_ORDER; i++)
            sums[i] = L_add(sums[i], L_shl(acf[k].r[i], least + MARGIN - acf[k].shift));
    down = max_i32(16 - norm_l(sums[0]), 0);
    for (int i = 0; i <= G7231_ORDER; i++)
        sum.r[i] = extract_l(L_shr(sums[i], down));
    sum.shift = (int16_t)(least + MARGIN - down);
    return sum;
}

void g7231_silence_learn(struct g7231_silence *state,
                         const struct g7231_autocorrelation acf[G7231_SUBFRAMES])
{
    memmove(state->acf + 1, state->acf, G7231_SILENCE_FRAMES * sizeof *state->acf);
    state->acf[0] = sum_of(acf, G7231_SUBFRAMES);
}

/* The autocorrelation of the coefficients of a filter, for Itakura's distance. */
static void autocorrelate(const int16_t lpc_q13[G7231_ORDER], struct g7231_autocorrelation *out)
{
    int32_t sum = L_add(L_dot(0, lpc_q13, lpc_q13, G7231_ORDER) >> 1, 0x04000000);
    int shift = norm_l(sum) - 2;

    out->r[0] = round_q15(L_shl(sum, shift));
    for (int i = 1; i <= G7231_ORDER; i++) {
        sum = L_dot(L_mult(-0x2000, lpc_q13[i - 1]), lpc_q13, lpc_q13 + i, G7231_ORDER - i);
        out->r[i] = round_q15(L_shl(sum, shift));
    }
    out->shift = (int16_t)shift;
}

/* True if the residual of the signal is at most 1.2136 times that of the best filter. */
static bool suits(const struct g7231_autocorrelation *filter,
                  const struct g7231_autocorrelation *signal, int16_t best)
{
    int32_t left = 0;

    for (int i = 0; i <= G7231_ORDER; i++)
        left = L_mac(left, filter->r[i], (int16_t)(signal->r[i] >> 2));
    return left <= L_shl(L_add(mult_r(best, DISTANCE_Q15), best), filter->shift + 9);
}

/* The index of the mean energy of the last frames, with a weight for their number. */
static int16_t gain_index(const struct g7231_silence *state)
{
    static const int16_t factors_q15[] = { 0, 998, 499, 333 };
    int least = state->acf[0].shift;
    int32_t sum = 0;

    for (int k = 1; k < state->frames; k++)
        least = min_i32(least, state->acf[k].shift);
    for (int k = 0; k < state->frames; k++)
        sum +=
            mult_r(factors_q15[state->frames], shr(state->energy[k], state->acf[k].shift - least));
    return g7231_noise_index(L_shl(sum, 15 - least));
}

/* The descriptor has the mean filter of the previous frames, from which voice activity detection
 * also learns, or the filter of this frame if that one suits it better. */
static void describe(const struct dsp_celp *dsp, struct g7231_silence *state,
                     struct g7231_activity *activity, const int16_t own[G7231_ORDER],
                     const int16_t last_lsp[G7231_ORDER], struct g7231_parameters *out)
{
    struct g7231_autocorrelation mean = sum_of(state->acf + 1, G7231_SILENCE_FRAMES);
    int16_t filter[G7231_ORDER], unused;

    g7231_levinson(mean.r, filter, &unused);
    if (activity->adapting == 0)
        memcpy(activity->lpc_q13, filter, sizeof filter);
    autocorrelate(filter, &state->reference);
    if (!suits(&state->reference, &state->acf[0], state->energy[0])) {
        memcpy(filter, own, sizeof filter);
        autocorrelate(filter, &state->reference);
    }
    g7231_lsp_from_lpc(filter, last_lsp, state->noise.lsp);
    out->lsp = g7231_lsp_encode(dsp, state->noise.lsp, last_lsp);
    g7231_lsp_decode(out->lsp, false, last_lsp, state->noise.lsp);
    state->index = out->subframes[0].amplitude;
    state->noise.target_gain = g7231_noise_gain(state->index);
}

void g7231_silence(const struct dsp_celp *dsp, struct g7231_silence *state,
                   struct g7231_activity *activity, const int16_t last_lsp[G7231_ORDER],
                   int16_t excitation[G7231_HISTORY + G7231_FRAME], struct g7231_parameters *out)
{
    int16_t own[G7231_ORDER], unused, index;
    bool first = state->last_kind == G7231_SPEECH;

    memmove(state->energy + 1, state->energy, (G7231_SILENCE_FRAMES - 1) * sizeof *state->energy);
    state->energy[0] = g7231_levinson(state->acf[0].r, own, &unused);
    state->frames = (int16_t)(first ? 1 : min_i32(state->frames + 1, G7231_SILENCE_FRAMES));
    index = gain_index(state);
    out->kind = first || !suits(&state->reference, &state->acf[0], state->energy[0]) ||
                        abs_s(sub(index, state->index)) > GAIN_STEP
                    ? G7231_SID
                    : G7231_UNTRANSMITTED;
    out->subframes[0].amplitude = index;
    if (out->kind == G7231_SID)
        describe(dsp, state, activity, own, last_lsp, out);
    g7231_noise_approach(&state->noise, first);
    g7231_noise(dsp, &state->noise, out->rate, excitation, out);
    state->last_kind = out->kind;
}
