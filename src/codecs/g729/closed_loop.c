/* The closed-loop lag, searched around the open-loop one, and the pitch gain: A.3.7, 3.7.2, 3.7.3.
 */
#include <string.h>
#include "g729.h"
#include "mac.h"

/* (A.8), (52): the correlation of the target with the impulse response, scaled to at most 13 bits
 * and a sign. Sum k has 40 - k terms; it is computed in steps, because later ones need fewer. */
void g729_backward_filter(const struct dsp_celp *dsp, const int16_t h_q12[G729_SUBFRAME],
                          const int16_t target[G729_SUBFRAME], int16_t d[G729_SUBFRAME])
{
    int16_t padded[2 * G729_SUBFRAME] = { 0 };
    int32_t sums[G729_SUBFRAME], bits = 0; /* those of all magnitudes */
    bool exact =
        mac_is_exact(dsp->energy(h_q12, G729_SUBFRAME), dsp->energy(target, G729_SUBFRAME));
    int shift;

    memcpy(padded, target, G729_SUBFRAME * sizeof *padded);
    for (int from = 0, count = 8; from < G729_SUBFRAME; from += count, count = 16)
        dsp->correlate(h_q12, padded + from, G729_SUBFRAME - from, sums + from, count);
    for (int i = 0; i < G729_SUBFRAME && exact; i++) {
        sums[i] *= 2;
        bits |= negate_if(-(sums[i] < 0), sums[i]);
    }
    for (int i = 0; i < G729_SUBFRAME && !exact; i++) {
        sums[i] = L_dot(0, target + i, h_q12, G729_SUBFRAME - i);
        bits |= L_abs(sums[i]);
    }
    shift = norm_l(bits);
    dsp->narrow(sums, 0, 18 - min_i32(shift, 16), d, G729_SUBFRAME);
}

static int32_t saturating_dot(const struct dsp_celp *dsp, const int16_t d[G729_SUBFRAME],
                              const int16_t *x, bool exact)
{
    return exact ? 2 * dsp->dot(d, x, G729_SUBFRAME) : L_dot(0, d, x, G729_SUBFRAME);
}

enum { LAGS_MAX = 10 };

/* (A.8): the integer lag whose delayed excitation correlates best with d. For lags below 40, the
 * residual stands in for the excitation that is not known yet. */
static int16_t whole_lag(const struct dsp_celp *dsp, const int16_t d[G729_SUBFRAME],
                         const int16_t *exc, struct g729_lag_range range)
{
    bool exact = mac_is_exact(dsp->energy(d, G729_SUBFRAME),
                              dsp->energy(exc - range.max, G729_SUBFRAME + range.max - range.min));
    int32_t max = INT32_MIN, sums[LAGS_MAX];
    int16_t best = range.min;

    dsp->correlate(d, exc - range.max, G729_SUBFRAME, sums, range.max - range.min + 1);
    for (int16_t lag = range.min; lag <= range.max; lag++) {
        int32_t correlation =
            exact ? 2 * sums[range.max - lag] : L_dot(0, d, exc - lag, G729_SUBFRAME);

        if (correlation > max) {
            max = correlation;
            best = lag;
        }
    }
    return best;
}

/* Leaves the adaptive codebook vector in `exc`. In the first subframe, fractional lags are only
 * tried up to 84. */
struct celp_lag g729_closed_loop_lag(const struct dsp_celp *dsp, const int16_t h_q12[G729_SUBFRAME],
                                     const int16_t target[G729_SUBFRAME],
                                     struct g729_lag_range range, bool always_fractional,
                                     int16_t *exc)
{
    static const int16_t order[3] = { 0, -1, 1 };
    int16_t d[G729_SUBFRAME], best_vector[G729_SUBFRAME];
    int32_t max = INT32_MIN;
    struct celp_lag lag, best;
    int64_t energy;

    g729_backward_filter(dsp, h_q12, target, d);
    energy = dsp->energy(d, G729_SUBFRAME);
    lag = best = (struct celp_lag){ whole_lag(dsp, d, exc, range), 0 };
    for (int i = 0; i < 3; i++) {
        int32_t correlation;

        lag.third = order[i];
        g729_adaptive_codebook(dsp, exc, lag);
        correlation =
            saturating_dot(dsp, d, exc, mac_is_exact(energy, dsp->energy(exc, G729_SUBFRAME)));
        if (correlation > max || i == 0) {
            max = correlation;
            best = lag;
            memcpy(best_vector, exc, sizeof best_vector);
        }
        if (!always_fractional && lag.whole > 84)
            break;
    }
    memcpy(exc, best_vector, sizeof best_vector);
    return best;
}

/* 3.7.2 */
uint8_t g729_lag_encode1(struct celp_lag lag)
{
    return (uint8_t)(lag.whole <= 85 ? 3 * lag.whole - 58 + lag.third : lag.whole + 112);
}

uint8_t g729_lag_encode2(struct celp_lag lag, struct g729_lag_range range)
{
    return (uint8_t)(3 * (lag.whole - range.min) + 2 + lag.third);
}

/* The range of `span` + 1 lags that starts `below` under the given one, shifted to lie within the
 * limits. */
struct g729_lag_range g729_lag_range_around(int lag, int below, int span)
{
    int min = min_i32(max_i32(lag - below, CELP_LAG_MIN), CELP_LAG_MAX - span);

    return (struct g729_lag_range){ (int16_t)min, (int16_t)(min + span) };
}

/* L_mac over all terms; sets `overflow` if a step saturates. */
static int32_t dot_with_overflow(const int16_t x[G729_SUBFRAME], const int16_t y[G729_SUBFRAME],
                                 bool *overflow)
{
    int32_t sum = 0;

    for (int i = 0; i < G729_SUBFRAME; i++) {
        int64_t exact = sum + (int64_t)2 * x[i] * y[i];

        sum = L_mac(sum, x[i], y[i]);
        *overflow |= sum != exact;
    }
    return sum;
}

static struct g729_scaled normalize(int32_t sum, int exponent)
{
    int shift = norm_l(sum);

    return (struct g729_scaled){ round_q15(L_shl(sum, shift)), shift + exponent };
}

/* (43), at most 1.2, in Q14. If a sum overflows, it is computed from a quarter of the filtered
 * vector. */
int16_t g729_pitch_gain(const struct dsp_celp *dsp, const int16_t target[G729_SUBFRAME],
                        const int16_t filtered[G729_SUBFRAME], struct g729_pitch_products *out)
{
    int16_t quarter[G729_SUBFRAME], gain;
    int64_t energy = dsp->energy(filtered, G729_SUBFRAME);
    bool overflow = false;
    int32_t product = mac_is_exact(energy, dsp->energy(target, G729_SUBFRAME))
                          ? 2 * dsp->dot(target, filtered, G729_SUBFRAME)
                          : dot_with_overflow(target, filtered, &overflow);

    for (int i = 0; i < G729_SUBFRAME; i++)
        quarter[i] = (int16_t)(filtered[i] >> 2);
    out->energy = energy < 1 << 30
                      ? normalize((int32_t)energy * 2 + 1, 0)
                      : normalize(L_energy(1, energy_exact(quarter, G729_SUBFRAME)), -4);
    out->product =
        overflow ? normalize(L_dot(0, target, quarter, G729_SUBFRAME), -2) : normalize(product, 0);
    if (out->product.mantissa <= 0) {
        out->product.exponent = 30;
        return 0;
    }
    gain = shr(div_s(out->product.mantissa >> 1, out->energy.mantissa),
               out->product.exponent - out->energy.exponent);
    return (int16_t)min_i32(gain, 19661);
}
