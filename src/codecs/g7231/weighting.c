/* The input's high pass (clause 2.3), the formant perceptual weighting (2.8), and the filter that
 * synthesis, weighting and harmonic noise shaping make together: its impulse response (2.12), its
 * ringing (2.13), its memory (2.19). */
#include <string.h>
#include "tables.h"

void g7231_highpass(struct g7231_highpass *state, const int16_t pcm[G7231_FRAME],
                    int16_t s[G7231_FRAME])
{
    for (int i = 0; i < G7231_FRAME; i++) {
        int32_t sum = L_mac(L_mult(pcm[i], 0x4000), state->zero, -0x4000);

        state->zero = pcm[i];
        state->pole = L_add(sum, L_mls(state->pole, 0x7F00));
        s[i] = round_q15(state->pole);
    }
}

void g7231_weighting(const int16_t lpc_q13[G7231_ORDER], struct g7231_weighting *out)
{
    for (int j = 0; j < G7231_ORDER; j++) {
        out->zeros[j] = mult_r(lpc_q13[j], g7231_weighting_zeros_q15[j]);
        out->poles[j] = mult_r(lpc_q13[j], g7231_weighting_poles_q15[j]);
    }
}

void g7231_weight(const struct dsp_celp *dsp, const struct g7231_weighting *filter,
                  const int16_t *s, int16_t *out)
{
    int32_t sums[G7231_SUBFRAME];

    for (int i = 0; i < G7231_SUBFRAME; i++)
        sums[i] = L_mult(s[i], 0x2000);
    g7231_zeros(dsp, sums, filter->zeros, s);
    g7231_poles(dsp, sums, filter->poles, out);
}

/* Synthesis and weighting of what is in `sums`, from their memories before s and out. */
static void combined(const struct dsp_celp *dsp, const int16_t lpc_q13[G7231_ORDER],
                     const struct g7231_weighting *filter, int32_t sums[G7231_SUBFRAME], int up,
                     int16_t *s, int16_t *out)
{
    g7231_poles(dsp, sums, lpc_q13, s);
    g7231_zeros(dsp, sums, filter->zeros, s);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        sums[i] = L_shl(sums[i], up);
    g7231_poles(dsp, sums, filter->poles, out);
}

void g7231_impulse_response(const struct dsp_celp *dsp, const int16_t lpc_q13[G7231_ORDER],
                            const struct g7231_weighting *filter, struct g7231_harmonic harmonic,
                            int16_t h_q13[G7231_SUBFRAME])
{
    int32_t impulse[G7231_SUBFRAME] = { 0x04000000 };
    int16_t s[G7231_ORDER + G7231_SUBFRAME] = { 0 }, out[G7231_HISTORY + G7231_SUBFRAME] = { 0 },
                            *now = out + G7231_HISTORY;

    combined(dsp, lpc_q13, filter, impulse, 1, s + G7231_ORDER, now);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        h_q13[i] = round_q15(L_msu(L_deposit_h(now[i]), harmonic.gain_q15, now[i - harmonic.lag]));
}

void g7231_subtract_ringing(const struct dsp_celp *dsp, const struct g7231_ringing *state,
                            const int16_t lpc_q13[G7231_ORDER],
                            const struct g7231_weighting *filter, struct g7231_harmonic harmonic,
                            int16_t target[G7231_SUBFRAME])
{
    int16_t s[G7231_ORDER + G7231_SUBFRAME], out[G7231_HISTORY + G7231_SUBFRAME],
        *now = out + G7231_HISTORY;
    int32_t nothing[G7231_SUBFRAME] = { 0 };

    memcpy(s, state->synthesis, sizeof state->synthesis);
    memcpy(out, state->weighted, sizeof state->weighted);
    combined(dsp, lpc_q13, filter, nothing, 0, s + G7231_ORDER, now);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        target[i] = round_q15(
            L_mac(L_deposit_h(sub(target[i], now[i])), harmonic.gain_q15, now[i - harmonic.lag]));
}

void g7231_ring(const struct dsp_celp *dsp, struct g7231_ringing *state,
                const int16_t lpc_q13[G7231_ORDER], const struct g7231_weighting *filter,
                const int16_t e[G7231_SUBFRAME])
{
    int16_t s[G7231_ORDER + G7231_SUBFRAME], out[G7231_HISTORY + G7231_SUBFRAME];
    int32_t scaled[G7231_SUBFRAME];

    for (int i = 0; i < G7231_SUBFRAME; i++)
        scaled[i] = L_deposit_h(e[i]) >> 3;
    memcpy(s, state->synthesis, sizeof state->synthesis);
    memcpy(out, state->weighted, sizeof state->weighted);
    combined(dsp, lpc_q13, filter, scaled, 0, s + G7231_ORDER, out + G7231_HISTORY);
    memcpy(state->synthesis, s + G7231_SUBFRAME, sizeof state->synthesis);
    memcpy(state->weighted, out + G7231_SUBFRAME, sizeof state->weighted);
}
