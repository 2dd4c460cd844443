/* Long-term prediction: 4.2.11, 4.2.12, 4.2.18 and 4.3.2. */
#include "tables.h"

/* After the shift, samples are within 2^12, so that 40 squares, doubled, stay below 2^31. */
static int32_t power(const int16_t past[GSM610_SUBFRAME])
{
    int32_t sum = 0;

    for (int k = 0; k < GSM610_SUBFRAME; k++)
        sum += (past[k] >> 3) * (past[k] >> 3);
    return sum * 2;
}

/* Returns the right shift that brings a subframe within 2^9, so that sums of 40 products with
 * 16-bit samples stay within 2^30. */
static int scale_of(const int16_t d[GSM610_SUBFRAME])
{
    int16_t peak = gsm610_peak(d, GSM610_SUBFRAME);

    return peak == 0 || norm_s(peak) > 6 ? 0 : 6 - norm_s(peak);
}

/* The gain is correlation / power. Both are normalized to 16 bits to compare it with the
 * thresholds.
 */
static uint8_t quantize_gain(int32_t correlation, int32_t power)
{
    uint8_t gain = 0;
    int16_t shift, numerator, denominator;

    if (correlation <= 0)
        return 0;
    if (correlation >= power)
        return 3;
    shift = norm_l(power);
    numerator = extract_h(L_shl(correlation, shift));
    denominator = extract_h(L_shl(power, shift));
    while (gain < 3 && numerator > mult(denominator, gsm610_gain_thresholds_q15[gain]))
        gain++;
    return gain;
}

struct gsm_match gsm610_search(const int16_t d[GSM610_SUBFRAME], const int16_t *now)
{
    struct gsm_match best = { .lag = GSM610_LAG_MIN };
    int16_t scaled[GSM610_SUBFRAME];
    int scale = scale_of(d);

    for (int k = 0; k < GSM610_SUBFRAME; k++)
        scaled[k] = (int16_t)(d[k] >> scale);
    for (int lag = GSM610_LAG_MIN; lag <= GSM610_LAG_MAX; lag++) {
        int32_t sum = 0;

        for (int k = 0; k < GSM610_SUBFRAME; k++)
            sum += scaled[k] * now[k - lag];
        if (sum > best.sum) {
            best.sum = sum;
            best.lag = (uint8_t)lag;
        }
    }
    best.sum = best.sum * 2 >> (6 - scale);
    best.power = power(now - best.lag);
    return best;
}

/* 4.2.11 */
void gsm610_long_term_search(const struct dsp_gsm *kernels, const int16_t d[GSM610_SUBFRAME],
                             const int16_t *now, struct gsm610_subframe *out)
{
    struct gsm_match match = kernels->search(d, now);

    out->lag = match.lag;
    out->gain = quantize_gain(match.sum, match.power);
}

void gsm610_subtract(const int16_t *past, int16_t gain_q15, int16_t d[GSM610_SUBFRAME])
{
    for (int k = 0; k < GSM610_SUBFRAME; k++)
        d[k] = saturate(d[k] - gsm610_mult_r(gain_q15, past[k]));
}

/* 4.2.12 */
void gsm610_long_term_analysis(const struct dsp_gsm *kernels, const int16_t *now,
                               const struct gsm610_subframe *in, int16_t d[GSM610_SUBFRAME])
{
    kernels->subtract(now - in->lag, gsm610_gain_levels_q15[in->gain], d);
}

/* 4.3.2, and 4.2.18, which is the same in the encoder. */
void gsm610_long_term_synthesis(const struct dsp_gsm *kernels, const struct gsm610_subframe *in,
                                int lag, int16_t *now)
{
    kernels->excite(gsm610_decode_peak(in->peak), in->pulses, in->grid, now - lag,
                    gsm610_gain_levels_q15[in->gain], now);
}
