/* Concealment of lost frames: clause 3.10.2. */
#include <string.h>
#include "tables.h"

enum { LOST_MAX = 3, FADE_Q15 = 0x6000 };

/* The lag, within 3 of the last pair's, that best predicts the last half of the frame; 0 if its
 * gain is too low. */
static int16_t voiced_lag(const struct dsp_celp *dsp, const int16_t *half, int lag, int64_t own,
                          int16_t energy)
{
    enum { LAGS = 7 };
    int64_t all = dsp->energy(half - G7231_HISTORY,
                              G7231_HISTORY + G7231_PAIR); /* an upper bound for any past in it */
    int last = min_i32(lag, G7231_HISTORY - 3) + LAGS / 2;
    int32_t sums[LAGS], best = 0;
    int16_t cross, past;

    dsp->correlate(half, half - last, G7231_PAIR, sums, LAGS);
    for (int k = LAGS - 1; k >= 0; k--) {
        int32_t sum =
            mac_is_exact(own, all) ? 2 * sums[k] : L_dot(0, half, half - last + k, G7231_PAIR);

        if (sum > best) {
            best = sum;
            lag = last - k;
        }
    }
    cross = round_q15(best);
    past = round_q15(L_energy(0, dsp->energy(half - lag, G7231_PAIR)));
    return (int16_t)(cross > 0 && L_msu(L_mult(past, energy) >> 3, cross, cross) < 0 ? lag : 0);
}

void g7231_conceal_learn(const struct dsp_celp *dsp, struct g7231_concealment *state,
                         const struct g7231_parameters *in,
                         const int16_t normal[G7231_HISTORY + G7231_FRAME], int16_t shift)
{
    const int16_t *half = normal + G7231_HISTORY + G7231_FRAME - G7231_PAIR;
    int64_t energy = dsp->energy(half, G7231_PAIR);

    state->lost = 0;
    state->gain = g7231_fixed_gains[(in->subframes[G7231_SUBFRAMES - 2].amplitude +
                                     in->subframes[G7231_SUBFRAMES - 1].amplitude) >>
                                    1];
    state->energy = round_q15(L_energy(0, energy));
    state->shift = shift;
    state->lag = voiced_lag(dsp, half, in->lags[G7231_PAIRS - 1], energy, state->energy);
}

/* A voiced frame continues periodically; an unvoiced one continues as noise, which is not stored
 * for later frames. Both fade from frame to frame, and the third is silent. */
void g7231_conceal(struct g7231_concealment *state, int16_t excitation[G7231_HISTORY + G7231_FRAME],
                   int16_t out[G7231_FRAME])
{
    int16_t *now = excitation + G7231_HISTORY;

    state->lost = (int16_t)min_i32(state->lost + 1, LOST_MAX);
    state->gain = mult_r(state->gain, FADE_Q15);
    if (state->lost < LOST_MAX && state->lag != 0) {
        for (int i = 0; i < G7231_FRAME; i++)
            now[i] = now[i - state->lag];
        for (int i = 0; i < G7231_FRAME; i++)
            now[i] = mult(now[i], FADE_Q15);
        memcpy(out, now, G7231_FRAME * sizeof *out);
        return;
    }
    for (int i = 0; i < G7231_FRAME; i++)
        out[i] =
            (int16_t)(state->lost < LOST_MAX ? mult(state->gain, g7231_random(&state->seed)) : 0);
    memset(excitation, 0, (G7231_HISTORY + G7231_FRAME) * sizeof *excitation);
}
