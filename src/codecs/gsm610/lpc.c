/* Linear prediction: 4.2.4 and 4.2.5. */
#include <string.h>
#include "gsm610.h"

/* Samples are within 2^11, so that a sum of 160 products stays within 2^30. */
static void correlate(const int16_t s[GSM610_FRAME], int32_t sums[GSM610_ORDER + 1])
{
    int16_t padded[GSM610_ORDER + GSM610_FRAME] = { 0 };

    memcpy(padded + GSM610_ORDER, s, GSM610_FRAME * sizeof *s);
    for (int lag = 0; lag <= GSM610_ORDER; lag++) {
        const int16_t *past = padded + GSM610_ORDER - lag;
        int32_t sum = 0;

        for (int i = 0; i < GSM610_FRAME; i++)
            sum += s[i] * past[i];
        sums[lag] = sum * 2;
    }
}

/* 4.2.4. A peak that was rounded up to 2^15 wraps in 16 bits when the scaling is undone. */
void gsm610_autocorrelate(int16_t s[GSM610_FRAME], int32_t sums[GSM610_ORDER + 1])
{
    int16_t peak = gsm610_peak(s, GSM610_FRAME);
    int shift = peak == 0 ? 0 : 4 - norm_s(peak);

    if (shift <= 0) {
        correlate(s, sums);
        return;
    }
    for (int i = 0; i < GSM610_FRAME; i++)
        s[i] = (int16_t)((s[i] + (1 << (shift - 1))) >> shift);
    correlate(s, sums);
    for (int i = 0; i < GSM610_FRAME; i++)
        s[i] = wrap16(s[i] * (1 << shift));
}

/* 4.2.5: the Schur recursion. It stops, and leaves the other coefficients at zero, if a coefficient
 * would exceed 1. */
void gsm610_reflect(const int32_t sums[GSM610_ORDER + 1], int16_t reflection[GSM610_ORDER])
{
    int16_t p[GSM610_ORDER + 1], k[GSM610_ORDER + 1], shift = norm_l(sums[0]);

    memset(reflection, 0, GSM610_ORDER * sizeof *reflection);
    for (int i = 0; i <= GSM610_ORDER; i++)
        p[i] = k[i] = extract_h(L_shl(sums[i], shift));
    for (int n = 0; n < GSM610_ORDER; n++) {
        int16_t magnitude = abs_s(p[1]), r;

        if (p[0] < magnitude || p[0] == 0)
            return;
        r = div_s(magnitude, p[0]);
        r = p[1] > 0 ? negate(r) : r;
        reflection[n] = r;
        p[0] = add(p[0], mult_r(p[1], r));
        for (int m = 1; m < GSM610_ORDER - n; m++) {
            int16_t next = p[m + 1];

            p[m] = add(next, mult_r(k[m], r));
            k[m] = add(k[m], mult_r(next, r));
        }
    }
}

void gsm610_reflection(const struct dsp_gsm *kernels, int16_t s[GSM610_FRAME],
                       int16_t reflection[GSM610_ORDER])
{
    int32_t sums[GSM610_ORDER + 1];

    kernels->autocorrelate(s, sums);
    kernels->reflect(sums, reflection);
}
