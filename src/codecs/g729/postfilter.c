/* The adaptive postfilter, in the simplified form of Annex A: A.4.2. */
#include <string.h>
#include "g729.h"
#include "oper_32b.h"
#include "mac.h"

enum { TILT_Q15 = 26214, RESPONSE = 22, PADDED = 24 }; /* 0.8 */

/* A.4.2.1: the best lag around the decoded one, with its correlation and energy. */
struct match {
    int lag;
    int32_t correlation, energy;
};

/* The energy of samples of 14 bits, fewer than 64 of them, which fits in 32 bits. */
static int64_t small_energy(const struct dsp_celp *dsp, const int16_t *x, int n)
{
    return (uint32_t)dsp->dot(x, x, n);
}

static struct match best_lag(const struct dsp_celp *dsp, const int16_t *scaled, int min,
                             int32_t energy_now)
{
    struct match best = { min, INT32_MIN, 0 };
    int64_t energy_past = small_energy(dsp, scaled - min - 6, G729_SUBFRAME + 6);
    bool exact = energy_now < 1 << 30 && energy_past < 1 << 30;
    int32_t sums[7];

    dsp->correlate(scaled, scaled - min - 6, G729_SUBFRAME, sums, 7);
    for (int lag = min; lag <= min + 6; lag++) {
        int32_t correlation =
            exact ? 2 * sums[min + 6 - lag] : L_dot(0, scaled, scaled - lag, G729_SUBFRAME);

        if (correlation > best.correlation)
            best = (struct match){ lag, correlation, 0 };
    }
    best.energy = L_energy(1, small_energy(dsp, scaled - best.lag, G729_SUBFRAME));
    return best;
}

/* (A.11) to (A.14): (r(i) + g r(i - T)) / (1 + g), g = min(r r_T / r_T r_T, 1) / 2, and g = 0 if
 * the prediction gain is below 3 dB. */
static void long_term(const struct dsp_celp *dsp, const int16_t *residual, const int16_t *scaled,
                      int min, int16_t out[G729_SUBFRAME])
{
    int32_t energy = L_energy(1, small_energy(dsp, scaled, G729_SUBFRAME)), max;
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

/* A.4.2.2: A(z / gamma_n) / A(z / gamma_d). */
struct short_term {
    int16_t numerator_q12[G729_ORDER + 1], denominator_q12[G729_ORDER + 1];
};

/* A.4.2.3: 0.8 times the first normalized correlation of the impulse response of the short-term
 * postfilter, or 0 if it is negative. By the Cauchy-Schwarz inequality it is at most 1. */
static int16_t tilt(const struct dsp_celp *dsp, const int16_t numerator_q12[G729_ORDER + 1],
                    const int16_t denominator_q12[G729_ORDER + 1])
{
    int16_t response[PADDED] = { 0 }, memory[G729_ORDER] = { 0 };
    int32_t energy, correlation;

    memcpy(response, numerator_q12, (G729_ORDER + 1) * sizeof *response);
    g729_synthesis(dsp, denominator_q12, response, response, PADDED, memory);
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

/* The energy of the samples divided by 4; the sum saturates. */
static int32_t quarter_energy(const struct dsp_celp *dsp, const int16_t x[G729_SUBFRAME])
{
    int16_t quarter[G729_SUBFRAME];

    for (int i = 0; i < G729_SUBFRAME; i++)
        quarter[i] = (int16_t)(x[i] >> 2);
    return L_energy(0, small_energy(dsp, quarter, G729_SUBFRAME));
}

/* A.4.2.4: a tenth of the gain that would give the output the energy of the input, in Q12; -1 if
 * the output has none. */
static int16_t target_gain(int32_t in, int32_t out)
{
    int shift_in = norm_l(in), shift_out = norm_l(out) - 1;
    int16_t mantissa_in = round_q15(L_shl(in, shift_in)),
            mantissa_out = round_q15(L_shl(out, shift_out));
    int32_t ratio;

    if (out == 0)
        return -1;
    if (in == 0)
        return 0;
    ratio = L_shr(div_s(mantissa_out, mantissa_in) * 128, shift_out - shift_in);
    return mult(round_q15(L_shl(Inv_sqrt(ratio), 9)), 32767 - 29491);
}

/* Returns the share of the gain. */
static int32_t filter_subframe(const struct dsp_celp *dsp, struct g729_postfilter *state,
                               const struct short_term *filter, int lag, int i,
                               int16_t speech[G729_SUBFRAME])
{
    const int16_t *residual = state->residual + G729_POSTFILTER_PAST + i * G729_SUBFRAME,
                  *scaled = state->scaled + G729_POSTFILTER_PAST + i * G729_SUBFRAME;
    int16_t out[G729_SUBFRAME], share_q12;

    if (lag != 0)
        long_term(dsp, residual, scaled, min_i32(lag, CELP_LAG_MAX - 3) - 3, out);
    else
        memcpy(out, residual, sizeof out);
    compensate_tilt(dsp, &state->tilt, tilt(dsp, filter->numerator_q12, filter->denominator_q12),
                    out);
    g729_synthesis(dsp, filter->denominator_q12, out, out, G729_SUBFRAME, state->synthesis);
    share_q12 = target_gain(quarter_energy(dsp, speech), quarter_energy(dsp, out));
    memcpy(speech, out, sizeof out);
    return share_q12;
}

void g729_postfilter(const struct dsp_celp *dsp, struct g729_postfilter *state,
                     const int16_t a_q12[G729_SUBFRAMES][G729_ORDER + 1], const int16_t *lags,
                     int16_t speech[G729_FRAME], int32_t shares_q12[G729_SUBFRAMES])
{
    int16_t in[G729_ORDER + G729_FRAME], *residual = state->residual + G729_POSTFILTER_PAST,
                                         *scaled = state->scaled + G729_POSTFILTER_PAST;
    struct short_term filters[G729_SUBFRAMES];

    memcpy(in, state->speech, sizeof state->speech);
    memcpy(in + G729_ORDER, speech, G729_FRAME * sizeof *speech);
    memcpy(state->speech, in + G729_FRAME, sizeof state->speech);
    for (int i = 0; i < G729_SUBFRAMES; i++) {
        g729_expand_bandwidth(a_q12[i], G729_NUMERATOR, filters[i].numerator_q12);
        g729_expand_bandwidth(a_q12[i], G729_DENOMINATOR, filters[i].denominator_q12);
        g729_residual(dsp, filters[i].numerator_q12, in + G729_ORDER + i * G729_SUBFRAME,
                      residual + i * G729_SUBFRAME);
    }
    for (int k = 0; k < G729_FRAME; k++)
        scaled[k] = (int16_t)(residual[k] >> 2);
    for (int i = 0; i < G729_SUBFRAMES; i++)
        shares_q12[i] = filter_subframe(dsp, state, &filters[i], lags ? lags[i] : 0, i,
                                        speech + i * G729_SUBFRAME);
    for (int k = 0; k < G729_POSTFILTER_PAST; k++) {
        state->residual[k] = state->residual[G729_FRAME + k];
        state->scaled[k] = state->scaled[G729_FRAME + k];
    }
}
