/* GSM 06.10's lag search: a lag a lane, two samples a product. */
#include "lanes.h"

enum { GSM_SUBFRAME = 40, GSM_LAG_MIN = 40, GSM_LAG_MAX = 120 };

/* The sums of LANES lags; those of the lanes fall from `lag` + LANES - 1 to `lag`. pairs[i] holds past samples i and i + 1. */
KERNEL lanes gsm_sums(const int32_t *d_pairs, const int32_t *pairs, int lag)
{
    const int32_t *at = pairs + GSM_LAG_MAX - (lag + LANES - 1);
    lanes sum = all(0), even;

#pragma GCC unroll 20
    for (int k = 0; k < GSM_SUBFRAME / 2; k++) {
        memcpy(&even, at + 2 * k, sizeof even);
        sum += both_products(all(d_pairs[k]), even);
    }
    return sum;
}

static struct dsp_match gsm_lag(const int16_t d[40], const int16_t *now)
{
    int32_t d_pairs[GSM_SUBFRAME / 2], pairs[GSM_LAG_MAX - GSM_LAG_MIN + GSM_SUBFRAME];
    const int16_t *past = now - GSM_LAG_MAX;
    lanes best = all(0), best_lag = all(GSM_LAG_MIN), lag = all(0), sum, better;
    struct dsp_match match = { 0, GSM_LAG_MIN };

    memcpy(d_pairs, d, sizeof d_pairs);
    for (int i = 0; i < GSM_LAG_MAX - GSM_LAG_MIN + GSM_SUBFRAME - 1; i++)
        pairs[i] = (int32_t)((uint16_t)past[i] | (uint32_t)(uint16_t)past[i + 1] << 16);
    for (int first = GSM_LAG_MIN; first <= GSM_LAG_MAX; first += LANES) {
        int from = first + LANES - 1 > GSM_LAG_MAX ? GSM_LAG_MAX - LANES + 1 : first;

        for (int l = 0; l < LANES; l++)
            lag[l] = from + LANES - 1 - l;
        sum = gsm_sums(d_pairs, pairs, from);
        better = sum > best;
        best = blend(better, sum, best);
        best_lag = blend(better, lag, best_lag);
    }
    for (int l = 0; l < LANES; l++)
        if (best[l] > match.sum || (best[l] == match.sum && best_lag[l] < match.lag))
            match = (struct dsp_match){ best[l], (uint8_t)best_lag[l] };
    return match;
}
