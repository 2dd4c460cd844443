/* The lag about the open-loop one, and its gain: A.3.7, 3.7.2, 3.7.3. */
#include <string.h>
#include "g729.h"
#include "mac.h"

/* Correlation of a target with an impulse response, at most 13 bits and a sign: (A.8), (52). */
void g729_backward_filter(const struct dsp_celp *dsp, const int16_t h_q12[SUBFRAME],
                          const int16_t target[SUBFRAME], int16_t d[SUBFRAME])
{
    int16_t padded[2 * SUBFRAME] = { 0 };
    int32_t sums[SUBFRAME], most = 0;
    bool safe = mac_is_exact(dsp->energy(h_q12, SUBFRAME), dsp->energy(target, SUBFRAME));
    int shift;

    memcpy(padded, target, SUBFRAME * sizeof *padded);
    dsp->correlate(h_q12, padded, SUBFRAME, sums, SUBFRAME);
    for (int i = 0; i < SUBFRAME; i++) {
        sums[i] = safe ? 2 * sums[i] : L_dot(0, target + i, h_q12, SUBFRAME - i);
        most = L_abs(sums[i]) > most ? L_abs(sums[i]) : most;
    }
    shift = norm_l(most);
    for (int i = 0; i < SUBFRAME; i++)
        d[i] = extract_l(sums[i] >> (18 - (shift > 16 ? 16 : shift)));
}

static int32_t correlation(const struct dsp_celp *dsp, const int16_t d[SUBFRAME], const int16_t *x,
                           bool safe)
{
    return safe ? 2 * dsp->dot(d, x, SUBFRAME) : L_dot(0, d, x, SUBFRAME);
}

enum { LAGS_MOST = 10 };

/* (A.8): the whole lag whose delayed excitation is most like d. For lags below 40 the residual
 * stands for what is not yet known. */
static int16_t whole_lag(const struct dsp_celp *dsp, const int16_t d[SUBFRAME], const int16_t *now,
                         struct range range)
{
    bool safe = mac_is_exact(dsp->energy(d, SUBFRAME),
                             dsp->energy(now - range.most, SUBFRAME + range.most - range.least));
    int32_t most = INT32_MIN, sums[LAGS_MOST];
    int16_t best = range.least;

    dsp->correlate(d, now - range.most, SUBFRAME, sums, range.most - range.least + 1);
    for (int16_t lag = range.least; lag <= range.most; lag++) {
        int32_t now_at = safe ? 2 * sums[range.most - lag] : L_dot(0, d, now - lag, SUBFRAME);

        if (now_at > most) {
            most = now_at;
            best = lag;
        }
    }
    return best;
}

/* Leaves the adaptive codebook's vector in `now`. Thirds are tried but above 84 in the first
 * subframe. */
struct lag g729_closed_loop_lag(const struct dsp_celp *dsp, const int16_t h_q12[SUBFRAME],
                                const int16_t target[SUBFRAME], struct range range,
                                bool thirds_always, int16_t *now)
{
    static const int16_t order[3] = { 0, -1, 1 };
    int16_t d[SUBFRAME], best_vector[SUBFRAME];
    int32_t most = INT32_MIN;
    struct lag lag, best;
    int64_t energy;

    g729_backward_filter(dsp, h_q12, target, d);
    energy = dsp->energy(d, SUBFRAME);
    lag = best = (struct lag){ whole_lag(dsp, d, now, range), 0 };
    for (int i = 0; i < 3; i++) {
        int32_t now_at;

        lag.third = order[i];
        g729_adaptive_codebook(dsp, now, lag);
        now_at = correlation(dsp, d, now, mac_is_exact(energy, dsp->energy(now, SUBFRAME)));
        if (now_at > most || i == 0) {
            most = now_at;
            best = lag;
            memcpy(best_vector, now, sizeof best_vector);
        }
        if (!thirds_always && lag.whole > 84)
            break;
    }
    memcpy(now, best_vector, sizeof best_vector);
    return best;
}

/* 3.7.2 */
uint8_t g729_lag_encode1(struct lag lag)
{
    return (uint8_t)(lag.whole <= 85 ? 3 * lag.whole - 58 + lag.third : lag.whole + 112);
}

uint8_t g729_lag_encode2(struct lag lag, struct range range)
{
    return (uint8_t)(3 * (lag.whole - range.least) + 2 + lag.third);
}

/* `span` + 1 lags from `below` under the lag on, within what there is. */
struct range g729_lag_range(int lag, int below, int span)
{
    int least = lag - below < LAG_MIN ? LAG_MIN : lag - below;

    if (least + span > LAG_MAX)
        least = LAG_MAX - span;
    return (struct range){ (int16_t)least, (int16_t)(least + span) };
}

/* What L_mac gives, and whether a step saturated. */
static int32_t watched_dot(const int16_t x[SUBFRAME], const int16_t y[SUBFRAME], bool *overflow)
{
    int32_t sum = 0;

    for (int i = 0; i < SUBFRAME; i++) {
        int64_t exact = sum + (int64_t)2 * x[i] * y[i];

        sum = L_mac(sum, x[i], y[i]);
        *overflow |= sum != exact;
    }
    return sum;
}

static struct scaled normalise(int32_t sum, int exponent)
{
    int shift = norm_l(sum);

    return (struct scaled){ round_q15(L_shl(sum, shift)), shift + exponent };
}

/* (43), at most 1.2, Q14. A sum that overflows is taken of the filtered vector's quarter. */
int16_t g729_pitch_gain(const struct dsp_celp *dsp, const int16_t target[SUBFRAME],
                        const int16_t filtered[SUBFRAME], struct pitch_products *out)
{
    int16_t quarter[SUBFRAME], gain;
    int64_t energy = dsp->energy(filtered, SUBFRAME);
    bool overflow = false;
    int32_t product = mac_is_exact(energy, dsp->energy(target, SUBFRAME))
                          ? 2 * dsp->dot(target, filtered, SUBFRAME)
                          : watched_dot(target, filtered, &overflow);

    for (int i = 0; i < SUBFRAME; i++)
        quarter[i] = (int16_t)(filtered[i] >> 2);
    out->energy = energy < 1 << 30 ? normalise((int32_t)energy * 2 + 1, 0)
                                   : normalise(L_energy(1, energy_exact(quarter, SUBFRAME)), -4);
    out->product =
        overflow ? normalise(L_dot(0, target, quarter, SUBFRAME), -2) : normalise(product, 0);
    if (out->product.mantissa <= 0) {
        out->product.exponent = 30;
        return 0;
    }
    gain = shr(div_s(out->product.mantissa >> 1, out->energy.mantissa),
               out->product.exponent - out->energy.exponent);
    return gain > 19661 ? 19661 : gain;
}
