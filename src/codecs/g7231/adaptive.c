/* The pitch predictor of five taps, for the encoder and the decoder: clauses 2.18, 3.4. */
#include <string.h>
#include "tables.h"

const int16_t *g7231_taps(enum g7231_rate rate, int16_t pair_lag, int16_t index)
{
    return rate == G7231_RATE_63 && pair_lag < G7231_SHORT_LAG ? g7231_gains_85[index]
                                                               : g7231_gains_170[index];
}

/* Where the lag reaches beyond the present, the last period repeats. */
void g7231_past(const int16_t *now, int lag, int16_t past[G7231_SUBFRAME + G7231_TAPS - 1])
{
    int period = G7231_TAPS / 2 + lag, n = G7231_SUBFRAME + G7231_TAPS - 1;

    memcpy(past, now - period, (size_t)(n < period ? n : period) * sizeof *past);
    for (int i = period; i < n; i++)
        past[i] = past[i - lag];
}

/* The magnitudes of five taps add up to at most 36775: L_mac does not saturate if samples are below
 * 29000. */
void g7231_adaptive(const struct dsp_celp *dsp, const int16_t *now, enum g7231_rate rate,
                    int16_t pair_lag, const struct g7231_subframe *sub, int16_t out[G7231_SUBFRAME])
{
    const int16_t *taps = g7231_taps(rate, pair_lag, sub->taps);
    int16_t past[G7231_SUBFRAME + G7231_TAPS] = { 0 }, falling[G7231_TAPS + 1] = { 0 };
    int32_t sums[G7231_SUBFRAME];

    g7231_past(now, pair_lag - 1 + sub->lag_offset, past);
    for (int j = 0; j < G7231_TAPS; j++)
        falling[G7231_TAPS - j] = taps[j];
    if (dsp->peak(past, G7231_SUBFRAME + G7231_TAPS) < 29000)
        dsp->zeros(past + G7231_TAPS, falling, (G7231_TAPS + 1) / 2, sums, G7231_SUBFRAME);
    else
        for (int i = 0; i < G7231_SUBFRAME; i++)
            sums[i] = L_dot(0, past + i, taps, G7231_TAPS) >>
                      1; /* even, or INT32_MAX: rounded like 2^31 */
    dsp->narrow(sums, 0x2000, 14, out, G7231_SUBFRAME);
}

/* The doubling saturates on its own, but never where pulses are below 2^14. */
void g7231_excitation(const struct dsp_celp *dsp, const int16_t fixed[G7231_SUBFRAME],
                      const int16_t adaptive[G7231_SUBFRAME], int16_t out[G7231_SUBFRAME])
{
    if (dsp->peak(fixed, G7231_SUBFRAME) < 1 << 14)
        dsp->mix(fixed, 2, adaptive, 1, 0, 0, out, G7231_SUBFRAME);
    else
        for (int i = 0; i < G7231_SUBFRAME; i++)
            out[i] = add(shl(fixed[i], 1), adaptive[i]);
}
