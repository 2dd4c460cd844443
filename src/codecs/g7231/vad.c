/* Whether a frame is speech: A.2. */
#include <string.h>
#include "tables.h"

enum {
    NOISE_START = 0x400,
    NOISE_LEAST = 0x80,
    NOISE_MOST = 0x1FFFF,
    HANGOVER = 6,
    ADAPTING_MOST = 6
};

void g7231_activity_start(struct g7231_activity *state)
{
    memset(state, 0, sizeof *state);
    state->hangover = 3;
    state->energy = state->noise = NOISE_START;
    state->lags[0] = state->lags[1] = 1;
    state->lags[2] = state->lags[3] = G7231_SUBFRAME;
}

/* Whether the last four open loop lags are near multiples of the least: so many that each counts,
 * and more than once. */
static bool unvoiced(const int16_t lags[2 * G7231_PAIRS])
{
    int least = G7231_HISTORY, matches = 0;

    for (int i = 0; i < 2 * G7231_PAIRS; i++)
        least = lags[i] < least ? lags[i] : least;
    for (int i = 0; i < 2 * G7231_PAIRS; i++)
        for (int j = 1; j <= 8; j++)
            matches += j * least - lags[i] <= 3 && lags[i] - j * least <= 3;
    return matches == 4;
}

/* The noise level follows a quieter frame fast; else it rises while nothing forbids it, and decays
 * otherwise. */
static void follow_noise(struct g7231_activity *state, int32_t energy)
{
    if (state->noise > state->energy)
        state->noise = L_add(L_sub(state->energy, state->energy >> 2), state->noise >> 2);
    state->noise += state->adapting == 0 ? state->noise >> 5 : -(state->noise >> 11);
    state->energy = energy;
    state->noise = state->noise < NOISE_LEAST  ? NOISE_LEAST
                   : state->noise > NOISE_MOST ? NOISE_MOST
                                               : state->noise;
}

/* The noise level times a factor that falls with its logarithm: 5 dB where there is little noise,
 * to 2 dB where there is much. */
static int32_t threshold(int32_t noise)
{
    static const int16_t factors[] = { 9170,  9170,  9170,  9170,  10289, 11544,
                                       12953, 14533, 16306, 18296, 20529 };
    int32_t level = L_shl(noise, 13), factor;
    /* 1 to 10 by the noise level's bounds: the clamp only shows it. */
    int leading = norm_l(level), shift = leading < 1 ? 1 : leading > 10 ? 10 : leading;
    int16_t fraction = extract_h((L_shl(level, shift) & 0x3F000000) << 1);

    factor = L_mac(L_deposit_h(factors[shift]), fraction, factors[shift - 1]);
    factor = L_msu(factor, fraction, factors[shift]);
    return L_mult(extract_l(noise >> 2), extract_h(factor)) >> 11;
}

static bool hang_over(struct g7231_activity *state, bool active)
{
    state->active = (int16_t)(active              ? state->active + 1
                              : state->active > 0 ? state->active - 1
                                                  : 0);
    state->hangover = (int16_t)(state->hangover + active);
    if (state->active >= 2) {
        state->hangover = HANGOVER;
        state->active = state->active > 3 ? 3 : state->active;
    }
    if (state->hangover == 0)
        return active;
    if (state->active == 0)
        state->hangover--;
    return true;
}

/* s is the input behind the high pass. */
bool g7231_is_active(struct g7231_activity *state, const int16_t s[G7231_FRAME], uint16_t sine)
{
    int32_t energy = 0;
    bool active;

    state->adapting =
        (int16_t)(state->adapting + (unvoiced(state->lags) || sine & G7231_SINE ? 2 : -1));
    state->adapting = state->adapting > ADAPTING_MOST ? ADAPTING_MOST
                      : state->adapting < 0           ? 0
                                                      : state->adapting;
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
