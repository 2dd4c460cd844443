/* The adaptive postfilter, in the simplified form of Annex A: A.4.2. */
#include <string.h>
#include "g729.h"
#include "oper_32b.h"
#include "mac.h"

enum { NUMERATOR_Q15 = 18022, DENOMINATOR_Q15 = 22938 }; /* gamma_n = 0.55, gamma_d = 0.7 */
enum { TILT_Q15 = 26214, RESPONSE = 22 };                /* 0.8 */

/* A.4.2.1: the best lag around the decoded one, with its correlation and energy. */
struct match {
    int lag;
    int32_t correlation, energy;
};

static struct match best_lag(const struct dsp_celp *dsp, const int16_t *scaled, int min,
                             int32_t energy_now)
{
    struct match best = { min, INT32_MIN, 0 };
    int64_t energy_past = dsp->energy(scaled - min - 6, G729_SUBFRAME + 6);
    bool exact = energy_now < 1 << 30 && energy_past < 1 << 30;
    int32_t sums[7];

    dsp->correlate(scaled, scaled - min - 6, G729_SUBFRAME, sums, 7);
    for (int lag = min; lag <= min + 6; lag++) {
        int32_t correlation =
            exact ? 2 * sums[min + 6 - lag] : L_dot(0, scaled, scaled - lag, G729_SUBFRAME);

        if (correlation > best.correlation)
            best = (struct match){ lag, correlation, 0 };
    }
    best.energy = L_energy(1, dsp->energy(scaled - best.lag, G729_SUBFRAME));
    return best;
}

/* (A.11) to (A.14): (r(i) + g r(i - T)) / (1 + g), g = min(r r_T / r_T r_T, 1) / 2, and g = 0 if
 * the prediction gain is below 3 dB. */
static void long_term(const struct dsp_celp *dsp, const int16_t *residual, const int16_t *scaled,
                      int min, int16_t out[G729_SUBFRAME])
{
    int32_t energy = L_energy(1, dsp->energy(scaled, G729_SUBFRAME)), max;
    struct match best = best_lag(dsp, scaled, min, energy);
    int16_t correlation, energy_past, energy_now, gain = 10923, complement = 21845; /* 1/3, 2/3 */
    int shift;

    best.correlation = max_i32(best.correlation, 0);
    max = max_i32(best.correlation, best.energy);
    shift = norm_l(max_i32(max, energy));
    correlation = round_q15(L_shl(best.correlation, shift));
    energy_past = round_q15(L_shl(best.energy, shift));
    energy_now = round_q15(L_shl(energy, shift));
    if (L_sub(L_mult(correlation, correlation), L_mult(energy_past, energy_now) >> 1) < 0) {
        memcpy(out, residual, G729_SUBFRAME * sizeof *out);
        return;
    }
    if (correlation <= energy_past) {
        int16_t share = (int16_t)(correlation >> 2), sum = (int16_t)(share + (energy_past >> 1));

        gain = sum > 0 ? div_s(share, sum) : 0;
        complement = (int16_t)(32767 - gain);
    }
    for (int i = 0; i < G729_SUBFRAME; i++)
        out[i] = (int16_t)((complement * residual[i] >> 15) +
                           (gain * residual[i - best.lag] >> 15)); /* complement + gain <= 2^15 */
}

/* A.4.2.3: 0.8 times the first normalized correlation of the impulse response of the short-term
 * postfilter, or 0 if it is negative. By the Cauchy-Schwarz inequality it is at most 1. */
static int16_t tilt(const struct dsp_celp *dsp, const int16_t numerator_q12[G729_ORDER + 1],
                    const int16_t denominator_q12[G729_ORDER + 1])
{
    int16_t response[RESPONSE] = { 0 }, memory[G729_ORDER] = { 0 };
    int32_t energy, correlation;

    memcpy(response, numerator_q12, (G729_ORDER + 1) * sizeof *response);
    g729_synthesis(dsp, denominator_q12, response, response, RESPONSE, memory);
    energy = L_energy(0, dsp->energy(response, RESPONSE));
    correlation = energy < INT32_MAX ? 2 * dsp->dot(response, response + 1, RESPONSE - 1)
                                     : L_dot(0, response, response + 1, RESPONSE - 1);
    return (int16_t)(extract_h(correlation) <= 0
                         ? 0
                         : div_s(mult(extract_h(correlation), TILT_Q15), extract_h(energy)));
}

/* y = x - tilt x_previous. The product is rounded down, so the difference is rounded up; it stays
 * below 2^31 in Q15. */
static void compensate_tilt(const struct dsp_celp *dsp, int16_t *last, int16_t tilt_q15,
                            int16_t x[G729_SUBFRAME])
{
    int16_t delayed[1 + G729_SUBFRAME];
    int32_t sums[G729_SUBFRAME];

    delayed[0] = *last;
    memcpy(delayed + 1, x, G729_SUBFRAME * sizeof *x);
    *last = x[G729_SUBFRAME - 1];
    for (int i = 0; i < G729_SUBFRAME; i++)
        sums[i] = delayed[1 + i] * 32768 - tilt_q15 * delayed[i];
    dsp->narrow(sums, 32767, 15, x, G729_SUBFRAME);
}

/* The energy of the samples divided by 4, which leaves 14 bits; the sum saturates. */
static int32_t quarter_energy(const struct dsp_celp *dsp, const int16_t x[G729_SUBFRAME])
{
    int16_t quarter[G729_SUBFRAME];

    for (int i = 0; i < G729_SUBFRAME; i++)
        quarter[i] = (int16_t)(x[i] >> 2);
    return L_energy(0, dsp->energy(quarter, G729_SUBFRAME));
}

/* A.4.2.4: a tenth of the gain that would give the output the energy of the input, in Q12. */
static int16_t target_gain(int32_t in, int32_t out)
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

static void control_gain(const struct dsp_celp *dsp, int16_t *gain_q12,
                         const int16_t in[G729_SUBFRAME], int16_t out[G729_SUBFRAME])
{
    int32_t energy = quarter_energy(dsp, out);
    int16_t gain = *gain_q12, share, gains_q12[G729_SUBFRAME];

    if (energy == 0) {
        *gain_q12 = 0;
        return;
    }
    share = target_gain(quarter_energy(dsp, in), energy);
    for (int i = 0; i < G729_SUBFRAME; i++) {
        gain = (int16_t)((gain * 29491 >> 15) + share); /* 0.9; at most 29490 + 3275 */
        gains_q12[i] = gain;
    }
    dsp->scale(out, gains_q12, 0, 12, out, G729_SUBFRAME);
    *gain_q12 = gain;
}

/* Without a lag, the long-term postfilter is off. */
static void filter_subframe(const struct dsp_celp *dsp, struct g729_postfilter *state,
                            const int16_t a_q12[G729_ORDER + 1], int lag, const int16_t *speech,
                            int16_t out[G729_SUBFRAME])
{
    int16_t numerator_q12[G729_ORDER + 1], denominator_q12[G729_ORDER + 1];
    int16_t residual[G729_POSTFILTER_PAST + G729_SUBFRAME],
        scaled[G729_POSTFILTER_PAST + G729_SUBFRAME];
    int min = min_i32(lag, CELP_LAG_MAX - 3) - 3;

    g729_expand_bandwidth(a_q12, NUMERATOR_Q15, numerator_q12);
    g729_expand_bandwidth(a_q12, DENOMINATOR_Q15, denominator_q12);
    memcpy(residual, state->residual, sizeof state->residual);
    g729_residual(dsp, numerator_q12, speech, residual + G729_POSTFILTER_PAST);
    memcpy(state->residual, residual + G729_SUBFRAME, sizeof state->residual);
    if (lag != 0) {
        for (int i = 0; i < G729_POSTFILTER_PAST + G729_SUBFRAME; i++)
            scaled[i] = (int16_t)(residual[i] >> 2);
        long_term(dsp, residual + G729_POSTFILTER_PAST, scaled + G729_POSTFILTER_PAST, min, out);
    } else {
        memcpy(out, residual + G729_POSTFILTER_PAST, G729_SUBFRAME * sizeof *out);
    }
    compensate_tilt(dsp, &state->tilt, tilt(dsp, numerator_q12, denominator_q12), out);
    g729_synthesis(dsp, denominator_q12, out, out, G729_SUBFRAME, state->synthesis);
    control_gain(dsp, &state->gain_q12, speech, out);
}

void g729_postfilter(const struct dsp_celp *dsp, struct g729_postfilter *state,
                     const int16_t a_q12[G729_SUBFRAMES][G729_ORDER + 1],
                     const int16_t lags[G729_SUBFRAMES], bool active, int16_t speech[G729_FRAME])
{
    int16_t in[G729_ORDER + G729_FRAME];

    memcpy(in, state->speech, sizeof state->speech);
    memcpy(in + G729_ORDER, speech, G729_FRAME * sizeof *speech);
    memcpy(state->speech, in + G729_FRAME, sizeof state->speech);
    for (int i = 0; i < G729_SUBFRAMES; i++)
        filter_subframe(dsp, state, a_q12[i], active ? lags[i] : 0,
                        in + G729_ORDER + i * G729_SUBFRAME, speech + i * G729_SUBFRAME);
}
