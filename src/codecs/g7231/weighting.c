/* The high-pass filter of the input (clause 2.3), the formant perceptual weighting (2.8), and the
 * combination of synthesis, weighting and harmonic noise shaping: its impulse response (2.12), its
 * ringing (2.13), and its memory (2.19). */
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

/* Signals behind the synthesis filter and behind the weighting filter, preceded by their past. */
struct signals {
    int16_t s[G7231_ORDER + G7231_SUBFRAME], weighted[G7231_HISTORY + G7231_SUBFRAME];
};

static void load(const struct g7231_ringing *state, struct signals *out)
{
    memcpy(out->s, state->synthesis, sizeof state->synthesis);
    memcpy(out->weighted, state->weighted, sizeof state->weighted);
}

/* Synthesis and weighting of `sums`. */
static void filter_both(const struct dsp_celp *dsp, const int16_t lpc_q13[G7231_ORDER],
                        const struct g7231_weighting *filter, int32_t sums[G7231_SUBFRAME], int up,
                        struct signals *signals)
{
    int16_t *s = signals->s + G7231_ORDER;

    g7231_poles(dsp, sums, lpc_q13, s);
    g7231_zeros(dsp, sums, filter->zeros, s);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        sums[i] = L_shl(sums[i], up);
    g7231_poles(dsp, sums, filter->poles, signals->weighted + G7231_HISTORY);
}

void g7231_impulse_response(const struct dsp_celp *dsp, const int16_t lpc_q13[G7231_ORDER],
                            const struct g7231_weighting *filter, struct g7231_harmonic harmonic,
                            int16_t h_q13[G7231_SUBFRAME])
{
    int32_t impulse[G7231_SUBFRAME] = { 0x04000000 };
    struct signals signals = { { 0 }, { 0 } };
    const int16_t *now = signals.weighted + G7231_HISTORY;

    filter_both(dsp, lpc_q13, filter, impulse, 1, &signals);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        h_q13[i] = round_q15(L_msu(L_deposit_h(now[i]), harmonic.gain_q15, now[i - harmonic.lag]));
}

void g7231_subtract_ringing(const struct dsp_celp *dsp, const struct g7231_ringing *state,
                            const int16_t lpc_q13[G7231_ORDER],
                            const struct g7231_weighting *filter, struct g7231_harmonic harmonic,
                            int16_t target[G7231_SUBFRAME])
{
    int32_t nothing[G7231_SUBFRAME] = { 0 };
    struct signals signals;
    const int16_t *now = signals.weighted + G7231_HISTORY;

    load(state, &signals);
    filter_both(dsp, lpc_q13, filter, nothing, 0, &signals);
    for (int i = 0; i < G7231_SUBFRAME; i++)
        target[i] = round_q15(
            L_mac(L_deposit_h(sub(target[i], now[i])), harmonic.gain_q15, now[i - harmonic.lag]));
}

void g7231_ring(const struct dsp_celp *dsp, struct g7231_ringing *state,
                const int16_t lpc_q13[G7231_ORDER], const struct g7231_weighting *filter,
                const int16_t e[G7231_SUBFRAME])
{
    int32_t scaled[G7231_SUBFRAME];
    struct signals signals;

    for (int i = 0; i < G7231_SUBFRAME; i++)
        scaled[i] = L_deposit_h(e[i]) >> 3;
    load(state, &signals);
    filter_both(dsp, lpc_q13, filter, scaled, 0, &signals);
    memcpy(state->synthesis, signals.s + G7231_SUBFRAME, sizeof state->synthesis);
    memcpy(state->weighted, signals.weighted + G7231_SUBFRAME, sizeof state->weighted);
}
