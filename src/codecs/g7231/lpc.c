/* Linear prediction: clause 2.4. */
#include <string.h>
#include "tables.h"

enum { SINE_Q15 = 0x799A /* 0.95 */, SINES = 14, SUBFRAMES_SEEN = 15 };

/* No sum saturates: |v| <= 4096, the squares of the window sum to 71.5, so no sum of products of
 * windowed samples is beyond 71.6 2^24 < 2^31 1025 / 1024. */
static void correlate(const struct dsp_celp *dsp, const int16_t *s,
                      struct g7231_autocorrelation *out)
{
    int16_t v[G7231_WINDOW + G7231_ORDER] = { 0 },
                             shift; /* zeros at the end: every lag is a sum of WINDOW terms */
    int32_t sums[G7231_ORDER + 1], energy;
    int norm;

    memcpy(v, s, G7231_WINDOW * sizeof *v);
    shift = g7231_normalize(dsp, v, G7231_WINDOW);
    for (int i = 0; i < G7231_WINDOW; i++)
        v[i] = mult_r(v[i], g7231_window_q15[i]);
    dsp->correlate(v, v, G7231_WINDOW, sums, G7231_ORDER + 1);
    energy = sums[0];
    energy += energy >> 10; /* white noise at -30 dB */
    norm = norm_l(energy);
    out->r[0] = round_q15(L_shl(energy, norm));
    out->shift = (int16_t)(out->r[0] == 0 ? 40 : norm + 2 * shift);
    for (int i = 1; i <= G7231_ORDER; i++)
        out->r[i] = round_q15(L_mls(L_shl(sums[i], norm), g7231_lag_window_q15[i - 1]));
}

/* The recursion of Levinson and Durbin. It ends early, with the coefficients so far, if rounding
 * would make the filter unstable. `second` is the second reflection coefficient, which is near 1
 * for a sine, or 0x7FFF if the recursion ends early. */
int16_t g7231_levinson(const int16_t r[G7231_ORDER + 1], int16_t lpc_q13[G7231_ORDER],
                       int16_t *second)
{
    int16_t energy = r[0], last[G7231_ORDER];

    memset(lpc_q13, 0, G7231_ORDER * sizeof *lpc_q13);
    for (int i = 0; i < G7231_ORDER; i++) {
        int32_t sum = L_deposit_h(r[i + 1]) >> 2;
        int16_t reflection;

        for (int j = 0; j < i; j++)
            sum = L_msu(sum, lpc_q13[j], r[i - j]);
        sum = L_shl(sum, 2);
        if (L_abs(sum) >= L_deposit_h(energy)) {
            *second = INT16_MAX;
            break;
        }
        reflection = div_l(L_abs(sum), energy);
        if (sum >= 0)
            reflection = negate(reflection);
        if (i == 1)
            *second = reflection;
        lpc_q13[i] = round_q15(L_deposit_h(negate(reflection)) >> 2);
        energy = round_q15(L_add(L_mls(sum, reflection), L_deposit_h(energy)));
        memcpy(last, lpc_q13, sizeof last);
        for (int j = 0; j < i; j++)
            lpc_q13[j] = round_q15(L_mac(L_deposit_h(last[j]), reflection, last[i - j - 1]));
    }
    return energy;
}

/* The lowest 15 bits of `sine` record which of the last subframes resemble a sine, and the top bit
 * whether at least 14 of them do. */
void g7231_lpc(const struct dsp_celp *dsp, const int16_t s[G7231_PAST + G7231_FRAME],
               int16_t lpc_q13[G7231_SUBFRAMES][G7231_ORDER],
               struct g7231_autocorrelation acf[G7231_SUBFRAMES], uint16_t *sine)
{
    int count = 0;

    for (int k = 0; k < G7231_SUBFRAMES; k++) {
        int16_t second = 0;

        correlate(dsp, s + k * G7231_SUBFRAME, &acf[k]);
        g7231_levinson(acf[k].r, lpc_q13[k], &second);
        *sine = (uint16_t)((*sine << 1 | (second > SINE_Q15)) & 0x7FFF);
    }
    for (int i = 0; i < SUBFRAMES_SEEN; i++)
        count += *sine >> i & 1;
    *sine |= (uint16_t)(count >= SINES ? G7231_SINE : 0);
}
