/* Voice activity detection: A.2. */
#include <string.h>
#include "tables.h"

enum { NOISE_START = 0x400, NOISE_MIN = 0x80, NOISE_MAX = 0x1FFFF, HANGOVER = 6, ADAPTING_MAX = 6 };

void g7231_activity_start(struct g7231_activity *state)
{
    memset(state, 0, sizeof *state);
    state->hangover = 3;
    state->energy = state->noise = NOISE_START;
    state->lags[0] = state->lags[1] = 1;
    state->lags[2] = state->lags[3] = G7231_SUBFRAME;
}

/* True if the last four open-loop lags are close to multiples of the smallest one, with four
 * matches in all. */
static bool lags_match(const int16_t lags[2 * G7231_PAIRS])
{
    int least = G7231_HISTORY, matches = 0;

    for (int i = 0; i < 2 * G7231_PAIRS; i++)
        least = min_i32(least, lags[i]);
    for (int i = 0; i < 2 * G7231_PAIRS; i++)
        for (int j = 1; j <= 8; j++)
            matches += j * least - lags[i] <= 3 && lags[i] - j * least <= 3;
    return matches == 4;
}

/* The noise level follows a quieter frame fast. Otherwise it rises while `adapting` is 0, and
 * decays if not. */
static void follow_noise(struct g7231_activity *state, int32_t energy)
{
    if (state->noise > state->energy)
        state->noise = L_add(L_sub(state->energy, state->energy >> 2), state->noise >> 2);
    state->noise += state->adapting == 0 ? state->noise >> 5 : -(state->noise >> 11);
    state->energy = energy;
    state->noise = clamp(state->noise, NOISE_MIN, NOISE_MAX);
}

/* The noise level times a factor that falls with its logarithm, from 5 dB at low levels to 2 dB at
 * high ones. */
static int32_t threshold(int32_t noise)
{
    static const int16_t factors[] = { 9170,  9170,  9170,  9170,  10289, 11544,
                                       12953, 14533, 16306, 18296, 20529 };
    int32_t level = L_shl(noise, 13), factor;
    /* 1 to 10 by the bounds of the noise level; the clamp makes that visible to compilers. */
    int shift = clamp(norm_l(level), 1, 10);
    int16_t fraction = extract_h((L_shl(level, shift) & 0x3F000000) << 1);

    factor = L_mac(L_deposit_h(factors[shift]), fraction, factors[shift - 1]);
    factor = L_msu(factor, fraction, factors[shift]);
    return L_mult(extract_l(noise >> 2), extract_h(factor)) >> 11;
}

static bool hang_over(struct g7231_activity *state, bool active)
{
    state->active = (int16_t)max_i32(state->active + (active ? 1 : -1), 0);
    state->hangover = (int16_t)(state->hangover + active);
    if (state->active >= 2) {
        state->hangover = HANGOVER;
        state->active = (int16_t)min_i32(state->active, 3);
    }
    if (state->hangover == 0)
        return active;
    if (state->active == 0)
        state->hangover--;
    return true;
}

/* s is the high-pass filtered input. */
bool g7231_is_active(struct g7231_activity *state, const int16_t s[G7231_FRAME], uint16_t sine)
{
    int change = lags_match(state->lags) || sine & G7231_SINE ? 2 : -1;
    int32_t energy = 0;
    bool active;

    state->adapting = (int16_t)clamp(state->adapting + change, 0, ADAPTING_MAX);
    for (int i = G7231_SUBFRAME; i < G7231_FRAME; i++) {
        int32_t sum = L_mult(s[i], 0x2000);
        int16_t residual;

        for (int j = 0; j < G7231_ORDER; j++)
            sum = L_msu(sum, s[i - 1 - j], state->lpc_q13[j]);
        residual = round_q15(sum);
        energy = L_mac(energy, residual, residual);
    }
    energy = L_mls(energy, 2913);
    follow_noise(state, energy);
    active = hang_over(state, threshold(state->noise) <= energy);
    for (int i = 0; i < G7231_PAIRS; i++)
        state->lags[i] = state->lags[G7231_PAIRS + i];
    return active;
}
