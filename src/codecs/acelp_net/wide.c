/* The decoder of the mode at 16 kHz. */
#include <string.h>
#include "tables.h"

enum {
    SIZE = ACELP_NET_WIDE,
    FRAME = ACELP_NET_WIDE_FRAME,
    ORDER = ACELP_NET_WIDE_ORDER,
    LAG_MIN = 30,
    LAG_MAX = 281,
    FIRST_LAG = 180,
    FADE = 30
};

static const struct acelp_net_prediction prediction = {
    52946070, { 13421773, 10066330 } /* 19 dB; 0.8, 0.6 */
};

void acelp_net_wide_reset(struct acelp_net_wide *state)
{
    memset(state, 0, sizeof *state);
    acelp_net_first_lsp(state->lsp_q30, ORDER);
    acelp_net_first_gains(state->gains_q24);
    state->lag = FIRST_LAG;
}

/* Lags, in thirds: from 29 1/3 in steps of a third and from 160 in whole steps, or around the last
 * one. */
static int first_lag(int code) { return code < 390 ? code + 88 : 3 * code - 690; }
static int second_lag(int code, int last)
{
    return code < 62 ? 3 * clamp(last - 10, LAG_MIN, LAG_MAX - 19) + code - 2 : 3 * last;
}

/* The pulses repeat at the lag, with the pitch gain but at most 1: two more times at most. */
static void fixed_vector(const uint16_t *fields, int lag, int32_t pitch_gain, int32_t code[SIZE])
{
    struct acelp_net_pulse pulses[10];
    int count = acelp_net_pulses(ACELP_NET_TEN, false, fields, pulses);
    int64_t repeat = min_i32(pitch_gain, 1 << ACELP_NET_PITCH_Q);

    memset(code, 0, SIZE * sizeof *code);
    for (int i = 0; i < count; i++)
        code[pulses[i].at] += pulses[i].sign * (1 << ACELP_NET_CODE_Q);
    for (int i = lag; i < SIZE; i++)
        code[i] += (int32_t)((code[i - lag] * repeat) >> ACELP_NET_PITCH_Q);
}

static void excite(struct acelp_net_wide *state, const struct acelp_net_subframe *sub, int thirds,
                   int32_t *excitation)
{
    int32_t code[SIZE], gain, pitch_gain;
    const int32_t *taps = acelp_net_wide_taps[(thirds + 2) % 3];
    int32_t taps_q23[ACELP_NET_TAPS];

    state->lag = (thirds + 1) / 3;
    pitch_gain = acelp_net_fixed(acelp_net_wide_pitch_gains[sub->pitch_gain], ACELP_NET_PITCH_Q);
    for (int i = 0; i < ACELP_NET_TAPS; i++)
        taps_q23[i] = acelp_net_fixed(taps[i], 23);
    acelp_net_interpolate(taps_q23, (thirds + 2) / 3, excitation, SIZE);
    fixed_vector(sub->pulses, state->lag, pitch_gain, code);
    gain =
        acelp_net_gain(&prediction, state->gains_q24, acelp_net_wide_gains[sub->gain], code, SIZE);
    acelp_net_mix(excitation, pitch_gain, code, gain, SIZE);
}

/* 1 / A(z / 2) of the last frame, into which it fades from that of the frame before. */
static void postfilter(struct acelp_net_wide *state, int32_t x[FRAME])
{
    int32_t before[FADE], memory[ORDER];

    memcpy(memory, state->post, sizeof memory);
    acelp_net_poles(state->weighted[1], ORDER, memory, x, before, FADE);
    acelp_net_poles(state->weighted[0], ORDER, state->post, x, x, FRAME);
    for (int i = 0; i < FADE; i++)
        x[i] = before[i] + (int32_t)(((int64_t)x[i] - before[i]) * i / FADE);
}

void acelp_net_wide_decode(struct acelp_net_wide *state, const struct acelp_net_parameters *in,
                           int16_t pcm[FRAME])
{
    int32_t lsp_q30[ORDER], middle_q30[ORDER], a[ORDER], x[FRAME];
    int32_t *excitation = state->excitation + ACELP_NET_WIDE_REACH;
    const struct acelp_net_subframe *sub = in->subframes;

    acelp_net_wide_lsp(in->lsf, in->predictor, state->lsf, lsp_q30);
    for (int i = 0; i < ORDER; i++)
        middle_q30[i] = (int32_t)(((int64_t)state->lsp_q30[i] + lsp_q30[i]) / 2);
    memcpy(state->lsp_q30, lsp_q30, sizeof lsp_q30);
    excite(state, &sub[0], first_lag(sub[0].lag), excitation);
    excite(state, &sub[1], second_lag(sub[1].lag, state->lag), excitation + SIZE);
    acelp_net_wide_lpc(middle_q30, a);
    acelp_net_poles(a, ORDER, state->synthesis, excitation, x, SIZE);
    acelp_net_wide_lpc(lsp_q30, a);
    acelp_net_poles(a, ORDER, state->synthesis, excitation + SIZE, x + SIZE, SIZE);
    memmove(state->excitation, state->excitation + FRAME,
            ACELP_NET_WIDE_REACH * sizeof *state->excitation);
    postfilter(state, x);
    memcpy(state->weighted[1], state->weighted[0], sizeof state->weighted[0]);
    acelp_net_weigh(a, ORDER, 1 << 29, state->weighted[0]);
    for (int i = 0; i < FRAME; i++)
        pcm[i] = acelp_net_sample(x[i]);
}
