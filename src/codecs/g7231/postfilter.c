/* The pitch postfilter (clause 3.6), the formant postfilter (3.8) and the gain scaling unit (3.9).
 */
#include <string.h>
#include "tables.h"

enum { FORGETTING_Q15 = 0x2000, TILT_Q15 = -0x4000, UNITY_Q12 = 0x1000 };

/* A subframe is normalized to magnitudes of up to 4096: 60 products of 2^24, doubled, are below
 * 2^31. */
static int32_t correlation(const struct dsp_celp *dsp, const int16_t *a, const int16_t *b)
{
    return 2 * dsp->dot(a, b, G7231_SUBFRAME);
}

/* --- Pitch --- */

enum { RANGE = 3, LAGS = 2 * RANGE + 1 };

struct match {
    int lag; /* < 0: backward; 0: none */
    int32_t correlation;
};

struct comb {
    int lag;
    int16_t gain_q15, scale_q15;
};

/* The lag within 3 of the decoded one at which the subframe at `now` best resembles its past; the
 * shortest one of equals. */
static struct match best_in_past(const struct dsp_celp *dsp, const int16_t *now, int lag)
{
    int32_t sums[LAGS];
    struct match best = { 0, 0 };

    dsp->correlate(now, now - lag - RANGE, G7231_SUBFRAME, sums, LAGS);
    for (int k = LAGS - 1; k >= 0; k--) {
        best.lag = sums[k] > best.correlation ? k - lag - RANGE : best.lag;
        best.correlation = max_i32(sums[k], best.correlation);
    }
    best.correlation *= 2;
    return best;
}

/* The same for its future, `room` samples of which are known. */
static struct match best_in_future(const struct dsp_celp *dsp, const int16_t *now, int lag,
                                   int room)
{
    int count = min_i32(room - (lag - RANGE) + 1, LAGS);
    int32_t sums[LAGS];
    struct match best = { 0, 0 };

    dsp->correlate(now, now + lag - RANGE, G7231_SUBFRAME, sums, count);
    for (int k = 0; k < count; k++) {
        best.lag = sums[k] > best.correlation ? lag - RANGE + k : best.lag;
        best.correlation = max_i32(sums[k], best.correlation);
    }
    best.correlation *= 2;
    return best;
}

/* The gain for the correlation c of a subframe of energy t with one of energy e; 0 if the
 * prediction gains less than 1.25 dB. */
static struct comb comb_of(enum g7231_rate rate, int lag, int16_t t, int16_t c, int16_t e)
{
    static const int16_t weights_q15[] = { [G7231_RATE_63] = 0x1800, [G7231_RATE_53] = 0x2000 };
    struct comb comb = { lag, 0, INT16_MAX };
    int32_t half = L_deposit_h(t) >> 1, sum;
    int16_t total;

    if (L_mult(c, c) <= L_mult(t, e) >> 2)
        return comb;
    comb.gain_q15 = c >= e ? weights_q15[rate] : mult(div_s(c, e), weights_q15[rate]);
    sum = L_mac(half, c, comb.gain_q15);
    sum = L_add(sum, L_mult(e, mult(comb.gain_q15, comb.gain_q15)) >> 1);
    total = round_q15(sum);
    comb.scale_q15 =
        g7231_sqrt(L_deposit_h(half >= L_deposit_h(total) ? INT16_MAX : div_l(half, total)));
    comb.gain_q15 = mult(comb.gain_q15, comb.scale_q15);
    return comb;
}

static struct comb find_comb(const struct dsp_celp *dsp, enum g7231_rate rate, const int16_t *now,
                             int lag, int room)
{
    int near = min_i32(lag, G7231_HISTORY - RANGE);
    struct match best[2] = { best_in_past(dsp, now, near), best_in_future(dsp, now, near, room) };
    int32_t wide[5] = { 0 }, peak = 0;
    int16_t s[5]; /* the energy; then a correlation and an energy for each direction */
    int shift, pick;

    if (best[0].lag == 0 && best[1].lag == 0)
        return (struct comb){ 0, 0, INT16_MAX };
    wide[0] = correlation(dsp, now, now);
    for (int k = 0; k < 2; k++)
        if (best[k].lag != 0) {
            wide[1 + 2 * k] = best[k].correlation;
            wide[2 + 2 * k] = correlation(dsp, now + best[k].lag, now + best[k].lag);
        }
    for (int i = 0; i < 5; i++)
        peak = max_i32(peak, wide[i]);
    shift = norm_l(peak);
    for (int i = 0; i < 5; i++)
        s[i] = extract_h(L_shl(wide[i], shift));
    if (best[0].lag == 0 || best[1].lag == 0)
        pick = best[0].lag == 0;
    else
        pick = L_mult(mult_r(s[1], s[1]), s[4]) <= L_mult(mult_r(s[3], s[3]), s[2]);
    return comb_of(rate, best[pick].lag, s[0], s[1 + 2 * pick], s[2 + 2 * pick]);
}

void g7231_pitch_postfilter(const struct dsp_celp *dsp, const struct g7231_parameters *in,
                            const int16_t normal[G7231_HISTORY + G7231_FRAME],
                            const int16_t excitation[G7231_HISTORY + G7231_FRAME],
                            int16_t out[G7231_FRAME])
{
    for (int k = 0; k < G7231_SUBFRAMES; k++) {
        int at = G7231_HISTORY + k * G7231_SUBFRAME;
        struct comb comb = find_comb(dsp, in->rate, normal + at, in->lags[k / 2],
                                     G7231_FRAME - (k + 1) * G7231_SUBFRAME);
        const int16_t *now = excitation + at;

        /* The scale is at most 1 and the gain at most 1/4: the sum fits 32 bits. */
        dsp->mix(now, comb.scale_q15, now + comb.lag, comb.gain_q15, 0x4000, 15,
                 out + k * G7231_SUBFRAME, G7231_SUBFRAME);
    }
}

/* --- Formants --- */

/* Returns twice the sum of squares, shifted for the gain scaling unit. Updates the spectral tilt,
 * which the filter compensates by half of its recent mean. */
static int32_t measure(const struct dsp_celp *dsp, struct g7231_postfilter *state, const int16_t *s)
{
    int16_t normal[G7231_SUBFRAME], first = 0;
    int32_t energy, cross;
    int shift;

    memcpy(normal, s, sizeof normal);
    shift = g7231_normalize(dsp, normal, G7231_SUBFRAME);
    energy = correlation(dsp, normal, normal);
    cross = 2 * dsp->dot(normal + 1, normal, G7231_SUBFRAME - 1);
    if (extract_h(energy) != 0) {
        first = div_l(L_abs(cross >> 1), extract_h(energy));
        first = cross < 0 ? negate(first) : first;
    }
    state->tilt_q15 =
        round_q15(L_mac(L_msu(L_deposit_h(state->tilt_q15), state->tilt_q15, FORGETTING_Q15), first,
                        FORGETTING_Q15));
    return L_shr(energy, 2 * shift + 4);
}

struct formant_filter {
    int16_t zeros[G7231_ORDER], poles[G7231_ORDER], tilt;
};

/* The standard's steps. */
static void formants_saturating(const struct dsp_celp *dsp, const struct formant_filter *filter,
                                const int16_t *s, int16_t *now, int16_t out[G7231_SUBFRAME])
{
    int32_t sums[G7231_SUBFRAME];

    for (int i = 0; i < G7231_SUBFRAME; i++)
        sums[i] = L_deposit_h(s[i]) >> 2;
    g7231_zeros(dsp, sums, filter->zeros, s);
    g7231_poles(dsp, sums, filter->poles, now);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        out[i] = round_q15(L_mac(L_shl(sums[i], 2), now[i - 1], filter->tilt));
}

/* With half of the sums above. Returns false if a step may saturate before the last one: the bound
 * of the sums is that of the zeros, which is reached first, and then that of the poles. If all
 * outputs of the poles fit, half the sums are below 2^28 and both terms of the tilt within 2^30. */
static bool formants_exact(const struct dsp_celp *dsp, const struct formant_filter *filter,
                           const int16_t *s, int16_t *now, int16_t out[G7231_SUBFRAME])
{
    int64_t bound = (int64_t)(0x4000 + 2 * sum_of_magnitudes(filter->zeros, G7231_ORDER)) *
                    dsp->peak(s - G7231_ORDER, G7231_ORDER + G7231_SUBFRAME);
    int32_t sums[G7231_SUBFRAME], peak;

    dsp->zeros(s - 1, filter->zeros, G7231_ORDER / 2, sums, G7231_SUBFRAME);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        sums[i] = (int32_t)((uint32_t)(s[i] * 0x2000) - (uint32_t)sums[i]);
    peak = dsp->poles(sums, filter->poles, 13, now, sums, G7231_SUBFRAME);
    bound += (int64_t)2 * sum_of_magnitudes(filter->poles, G7231_ORDER) * peak;
    if (peak >= INT16_MAX || bound > INT32_MAX)
        return false;
    for (int i = 0; i < G7231_SUBFRAME / 8 * 8; i++)
        sums[i] = 4 * sums[i] + now[i - 1] * filter->tilt;
    for (int i = G7231_SUBFRAME / 8 * 8; i < G7231_SUBFRAME; i++)
        sums[i] = 4 * sums[i] + now[i - 1] * filter->tilt;
    dsp->narrow(sums, 0x4000, 15, out, G7231_SUBFRAME);
    return true;
}

static void formants(const struct dsp_celp *dsp, struct g7231_postfilter *state,
                     const int16_t lpc_q13[G7231_ORDER], const int16_t *s,
                     int16_t out[G7231_SUBFRAME])
{
    int16_t y[G7231_ORDER + G7231_SUBFRAME], *now = y + G7231_ORDER;
    struct formant_filter filter;

    filter.tilt = (int16_t)(mult(state->tilt_q15, TILT_Q15) & ~3);
    for (int j = 0; j < G7231_ORDER; j++) {
        filter.zeros[j] = mult_r(lpc_q13[j], g7231_postfilter_zeros_q15[j]);
        filter.poles[j] = mult_r(lpc_q13[j], g7231_postfilter_poles_q15[j]);
    }
    memcpy(y, state->poles, sizeof state->poles);
    if (!formants_exact(dsp, &filter, s, now, out))
        formants_saturating(dsp, &filter, s, now, out);
    memcpy(state->poles, y + G7231_SUBFRAME, sizeof state->poles);
}

/* --- Gain --- */

static int16_t gain_towards(const struct dsp_celp *dsp, int32_t wanted,
                            const int16_t s[G7231_SUBFRAME])
{
    int16_t quarter[G7231_SUBFRAME];
    int32_t energy;
    int up, wanted_up, down;

    for (int i = 0; i < G7231_SUBFRAME; i++)
        quarter[i] = (int16_t)(s[i] >> 2);
    energy = L_energy(0, dsp->energy(quarter, G7231_SUBFRAME));
    if (energy == 0 || wanted == 0)
        return UNITY_Q12;
    up = norm_l(energy);
    wanted_up = norm_l(wanted);
    down = 6 - (up - wanted_up + 1);
    return g7231_sqrt(
        L_deposit_h(div_l(L_shl(wanted, wanted_up) >> 1, extract_h(L_shl(energy, up)))) >>
        max_i32(down, 0));
}

/* Gains are not negative: G 2^16 - G 2^12 + W 2^12 is below 2^31 - 2^15, and nothing saturates
 * before the end. The standard rounds G - G / 16 + W / 16 from that, which is G plus a sixteenth of
 * what is left up to W, rounded. So the dependency chain from one gain to the next is a shift and a
 * difference, two cycles. */
static void scale(const struct dsp_celp *dsp, struct g7231_postfilter *state, int16_t wanted_q12,
                  int16_t s[G7231_SUBFRAME])
{
    int32_t limit = wanted_q12 + 8, left = limit - state->gain_q12, gain = 0;
    int16_t gains[G7231_SUBFRAME];

    for (int i = 0; i < G7231_SUBFRAME; i++) {
        left -= left >> 4;
        gain = limit - left;
        gains[i] = (int16_t)min_i32(gain + (gain >> 4), INT16_MAX);
    }
    dsp->scale(s, gains, 0x400, 11, s, G7231_SUBFRAME);
    state->gain_q12 = (int16_t)gain;
}

void g7231_postfilter(const struct dsp_celp *dsp, struct g7231_postfilter *state,
                      const int16_t lpc_q13[G7231_ORDER], const int16_t *s,
                      int16_t out[G7231_SUBFRAME])
{
    int32_t energy = measure(dsp, state, s);

    formants(dsp, state, lpc_q13, s, out);
    scale(dsp, state, gain_towards(dsp, energy, out), out);
}
