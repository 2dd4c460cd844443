/* The adaptive postfilter, in the simpler form of Annex A: A.4.2. */
#include <string.h>
#include "g729.h"
#include "double_precision.h"
#include "mac.h"

enum { NUMERATOR_Q15 = 18022, DENOMINATOR_Q15 = 22938 }; /* gamma n 0.55, gamma d 0.7 */
enum { TILT_Q15 = 26214, RESPONSE = 22 };                /* 0.8 */

/* A.4.2.1: what the best lag about the decoded one adds. Past residual before `now`; scaled is a
 * quarter of it. */
struct match {
    int lag;
    int32_t correlation, energy;
};

static struct match best_lag(const struct dsp_celp *dsp, const int16_t *scaled, int least,
                             int32_t energy_now)
{
    struct match best = { least, INT32_MIN, 0 };
    int64_t reach = dsp->energy(scaled - least - 6, SUBFRAME + 6);
    bool safe = energy_now < 1 << 30 && reach < 1 << 30;
    int32_t sums[7];

    dsp->correlate(scaled, scaled - least - 6, SUBFRAME, sums, 7);
    for (int lag = least; lag <= least + 6; lag++) {
        int32_t correlation =
            safe ? 2 * sums[least + 6 - lag] : L_dot(0, scaled, scaled - lag, SUBFRAME);

        if (correlation > best.correlation)
            best = (struct match){ lag, correlation, 0 };
    }
    best.energy = L_energy(1, dsp->energy(scaled - best.lag, SUBFRAME));
    return best;
}

/* (A.11) to (A.14): (r(i) + g r(i - T)) / (1 + g), g = min(r r_T / r_T r_T, 1) / 2, and 0 where the
 * gain is below 3 dB. */
static void long_term(const struct dsp_celp *dsp, const int16_t *residual, const int16_t *scaled,
                      int least, int16_t out[SUBFRAME])
{
    int32_t energy = L_energy(1, dsp->energy(scaled, SUBFRAME)), most;
    struct match best = best_lag(dsp, scaled, least, energy);
    int16_t correlation, energy_past, energy_now, gain = 10923, rest = 21845; /* 1/3, 2/3 */
    int shift;

    if (best.correlation < 0)
        best.correlation = 0;
    most = best.correlation > best.energy ? best.correlation : best.energy;
    shift = norm_l(most > energy ? most : energy);
    correlation = round_q15(L_shl(best.correlation, shift));
    energy_past = round_q15(L_shl(best.energy, shift));
    energy_now = round_q15(L_shl(energy, shift));
    if (L_sub(L_mult(correlation, correlation), L_mult(energy_past, energy_now) >> 1) < 0) {
        memcpy(out, residual, SUBFRAME * sizeof *out);
        return;
    }
    if (correlation <= energy_past) {
        int16_t share = (int16_t)(correlation >> 2), sum = (int16_t)(share + (energy_past >> 1));

        gain = sum > 0 ? div_s(share, sum) : 0;
        rest = (int16_t)(32767 - gain);
    }
    for (int i = 0; i < SUBFRAME; i++)
        out[i] = (int16_t)((rest * residual[i] >> 15) +
                           (gain * residual[i - best.lag] >> 15)); /* rest + gain <= 2^15 */
}

/* A.4.2.3: 0.8 of the first normalised correlation of the short-term filter's response, where that
 * is positive. By Cauchy and Schwarz it is at most 1. */
static int16_t tilt(const struct dsp_celp *dsp, const int16_t numerator_q12[ORDER + 1],
                    const int16_t denominator_q12[ORDER + 1])
{
    int16_t response[RESPONSE] = { 0 }, memory[ORDER] = { 0 };
    int32_t energy, correlation;

    memcpy(response, numerator_q12, (ORDER + 1) * sizeof *response);
    g729_synthesis(dsp, denominator_q12, response, response, RESPONSE, memory);
    energy = L_energy(0, dsp->energy(response, RESPONSE));
    correlation = energy < INT32_MAX ? 2 * dsp->dot(response, response + 1, RESPONSE - 1)
                                     : L_dot(0, response, response + 1, RESPONSE - 1);
    return (int16_t)(extract_h(correlation) <= 0
                         ? 0
                         : div_s(mult(extract_h(correlation), TILT_Q15), extract_h(energy)));
}

/* x - tilt before, the product rounded down and so the difference up; below 2^31 in Q15. */
static void compensate(const struct dsp_celp *dsp, int16_t *last, int16_t tilt_q15,
                       int16_t x[SUBFRAME])
{
    int16_t before[1 + SUBFRAME];
    int32_t sums[SUBFRAME];

    before[0] = *last;
    memcpy(before + 1, x, SUBFRAME * sizeof *x);
    *last = x[SUBFRAME - 1];
    for (int i = 0; i < SUBFRAME; i++)
        sums[i] = before[1 + i] * 32768 - tilt_q15 * before[i];
    dsp->narrow(sums, 32767, 15, x, SUBFRAME);
}

/* A quarter of the samples: 14 bits, saturated sum. */
static int32_t quarter_energy(const struct dsp_celp *dsp, const int16_t x[SUBFRAME])
{
    int16_t quarter[SUBFRAME];

    for (int i = 0; i < SUBFRAME; i++)
        quarter[i] = (int16_t)(x[i] >> 2);
    return L_energy(0, dsp->energy(quarter, SUBFRAME));
}

/* A.4.2.4: a tenth of the gain that would give the output the energy of the input, Q12. */
static int16_t wanted_gain(int32_t in, int32_t out)
{
    int shift_in = norm_l(in), shift_out = norm_l(out) - 1;
    int16_t mantissa_in = round_q15(L_shl(in, shift_in)),
            mantissa_out = round_q15(L_shl(out, shift_out));
    int32_t ratio;

    if (in == 0)
        return 0;
    ratio = L_shr(div_s(mantissa_out, mantissa_in) * 128, shift_out - shift_in);
    return mult(round_q15(L_shl(Inv_sqrt(ratio), 9)), 32767 - 29491);
}

static void control_gain(const struct dsp_celp *dsp, int16_t *gain_q12, const int16_t in[SUBFRAME],
                         int16_t out[SUBFRAME])
{
    int32_t energy = quarter_energy(dsp, out);
    int16_t gain = *gain_q12, share, gains_q12[SUBFRAME];

    if (energy == 0) {
        *gain_q12 = 0;
        return;
    }
    share = wanted_gain(quarter_energy(dsp, in), energy);
    for (int i = 0; i < SUBFRAME; i++) {
        gain = (int16_t)((gain * 29491 >> 15) + share); /* 0.9; at most 29490 + 3275 */
        gains_q12[i] = gain;
    }
    dsp->scale(out, gains_q12, 0, 12, out, SUBFRAME);
    *gain_q12 = gain;
}

static void filter(const struct dsp_celp *dsp, struct postfilter *state,
                   const int16_t a_q12[ORDER + 1], int lag, bool voiced, const int16_t *speech,
                   int16_t out[SUBFRAME])
{
    int16_t numerator_q12[ORDER + 1], denominator_q12[ORDER + 1];
    int16_t residual[POST_PAST + SUBFRAME], scaled[POST_PAST + SUBFRAME];
    int least = lag + 3 > LAG_MAX ? LAG_MAX - 6 : lag - 3;

    g729_expand(a_q12, NUMERATOR_Q15, numerator_q12);
    g729_expand(a_q12, DENOMINATOR_Q15, denominator_q12);
    memcpy(residual, state->residual, sizeof state->residual);
    g729_residual(dsp, numerator_q12, speech, residual + POST_PAST);
    memcpy(state->residual, residual + SUBFRAME, sizeof state->residual);
    if (voiced) {
        for (int i = 0; i < POST_PAST + SUBFRAME; i++)
            scaled[i] = (int16_t)(residual[i] >> 2);
        long_term(dsp, residual + POST_PAST, scaled + POST_PAST, least, out);
    } else {
        memcpy(out, residual + POST_PAST, SUBFRAME * sizeof *out);
    }
    compensate(dsp, &state->tilt, tilt(dsp, numerator_q12, denominator_q12), out);
    g729_synthesis(dsp, denominator_q12, out, out, SUBFRAME, state->synthesis);
    control_gain(dsp, &state->gain_q12, speech, out);
}

void g729_postfilter(const struct dsp_celp *dsp, struct postfilter *state,
                     const int16_t a_q12[SUBFRAMES][ORDER + 1], const int16_t lags[SUBFRAMES],
                     bool voiced, int16_t speech[FRAME])
{
    int16_t in[ORDER + FRAME];

    memcpy(in, state->speech, sizeof state->speech);
    memcpy(in + ORDER, speech, FRAME * sizeof *speech);
    memcpy(state->speech, in + FRAME, sizeof state->speech);
    for (int i = 0; i < SUBFRAMES; i++)
        filter(dsp, state, a_q12[i], lags[i], voiced, in + ORDER + i * SUBFRAME,
               speech + i * SUBFRAME);
}
