/* The decoder of the modes at 8 kHz. */
#include <string.h>
#include "real.h"
#include "tables.h"

enum { SIZE = ACELP_NET_NARROW, ORDER = ACELP_NET_NARROW_ORDER, ONE_Q24 = 1 << 24 };

/* Factors of filters, by their hundredths. */
enum {
    Q30_040 = 429496730,
    Q30_050 = 536870912,
    Q30_055 = 590558003,
    Q30_070 = 751619277,
    Q30_075 = 805306368
};

static const struct acelp_net_prediction prediction = {
    94745599, { 11593056, 8455717, 5603590, 3355443 } /* 34 dB; 0.691, 0.504, 0.334, 0.2 */
};

void acelp_net_narrow_reset(struct acelp_net_narrow *state)
{
    memset(state, 0, sizeof *state);
    acelp_net_first_lsp(state->lsp_q30, ORDER);
    acelp_net_first_gains(state->gains_q24);
    state->low_gain = true;
}

/* The pairs in the middle of subframe i of n. */
static void interpolate_lsp(const int32_t *old_q30, const int32_t *new_q30, int i, int n,
                            int32_t lsp_q30[ORDER])
{
    for (int j = 0; j < ORDER; j++)
        lsp_q30[j] =
            old_q30[j] + (int32_t)(((int64_t)new_q30[j] - old_q30[j]) * (2 * i + 1) / (2 * n));
}

static struct celp_lag decode_lag(const struct acelp_net_mode *mode, unsigned code, int i,
                                  int *absolute)
{
    struct celp_lag lag;

    if (mode->lag_bits[i] < 8)
        return celp_lag_relative(code, *absolute);
    lag = celp_lag_absolute(code);
    *absolute = lag.whole;
    return lag;
}

static void adaptive_vector(struct celp_lag lag, int32_t *excitation)
{
    int32_t taps_q23[ACELP_NET_TAPS];

    for (int i = 0; i < ACELP_NET_TAPS; i++)
        taps_q23[i] = celp_lag_taps_q15[lag.third + 1][i] * (1 << 8);
    acelp_net_interpolate(taps_q23, celp_lag_samples(lag), excitation, SIZE);
}

/* The response of A(z / 0.55) / A(z / 0.7), with the pitch of the lag sharpened. */
static void shape(const struct acelp_net_mode *mode, const int32_t *a, int lag, int32_t h[SIZE])
{
    int32_t impulse[SIZE] = { 1 << ACELP_NET_CODE_Q }, memory[ORDER] = { 0 }, weighted[ORDER];

    acelp_net_weigh(a, ORDER, Q30_055, weighted);
    for (int i = 0; i < ORDER; i++)
        impulse[1 + i] = weighted[i] >> (ACELP_NET_A_Q - ACELP_NET_CODE_Q);
    acelp_net_weigh(a, ORDER, Q30_070, weighted);
    acelp_net_poles(weighted, ORDER, memory, impulse, h, SIZE);
    for (int i = 0; i < SIZE; i++) {
        int64_t before = i < lag ? 0 : ((int64_t)mode->sharpening_q30 * h[i - lag]) >> 30;

        h[i] = acelp_net_limit(h[i] + before, ACELP_NET_CODE_LIMIT);
    }
}

/* Pulses with that shape. */
static void fixed_vector(const struct acelp_net_pulse *pulses, int count, const int32_t h[SIZE],
                         int32_t code[SIZE])
{
    for (int i = 0; i < SIZE; i++) {
        int64_t sum = 0;

        for (int j = 0; j < count; j++)
            if (i >= pulses[j].at)
                sum += pulses[j].sign * h[i - pulses[j].at];
        code[i] = acelp_net_limit(sum, ACELP_NET_CODE_LIMIT);
    }
}

/* The part of the fixed vector that synthesis leaves out: half the squared pitch gain, at most 0.4.
 * It grows slowly and falls at once. */
static int32_t smooth_gain(struct acelp_net_narrow *state, int32_t pitch_gain)
{
    const int32_t most_q24 = 6710886, old_q24 = 11744051, new_q24 = 5033165; /* 0.4, 0.7, 0.3 */
    int64_t square_q24 = ((int64_t)pitch_gain * pitch_gain) >> (2 * ACELP_NET_PITCH_Q + 1 - 24);
    int32_t now_q24 = square_q24 < most_q24 ? (int32_t)square_q24 : most_q24;
    int64_t smooth_q48 = (int64_t)old_q24 * state->smooth_gain_q24 + (int64_t)new_q24 * now_q24;

    return state->smooth_gain_q24 = min_i32((int32_t)(smooth_q48 >> 24), now_q24);
}

/* Writes a subframe of excitation after the earlier ones, and what is left of it for synthesis. */
static void excite(struct acelp_net_narrow *state, const struct acelp_net_mode *mode,
                   const struct acelp_net_subframe *sub, const int32_t *a, struct celp_lag lag,
                   int32_t *excitation, int32_t reduced[SIZE])
{
    const struct acelp_net_gains *gains = &acelp_net_narrow_gains[sub->gain];
    struct acelp_net_pulse pulses[10];
    int32_t h[SIZE], code[SIZE], gain, pitch_gain, smooth_q24;
    int count = acelp_net_pulses(mode->pulses, state->low_gain, sub->pulses, pulses);

    adaptive_vector(lag, excitation);
    shape(mode, a, lag.whole, h);
    fixed_vector(pulses, count, h, code);
    state->low_gain = gains->pitch < 800000;
    pitch_gain = acelp_net_fixed(gains->pitch, ACELP_NET_PITCH_Q);
    gain = acelp_net_gain(&prediction, state->gains_q24, gains->code, code, SIZE);
    acelp_net_mix(excitation, pitch_gain, code, gain, SIZE);
    smooth_q24 = smooth_gain(state, pitch_gain);
    memcpy(reduced, excitation, SIZE * sizeof *reduced);
    acelp_net_mix(reduced, 1 << ACELP_NET_PITCH_Q, code,
                  -(int32_t)(((int64_t)gain * smooth_q24) >> 24), SIZE);
}

/* --- The postfilter of the lowest bit rate, on the excitation --- */

/* A(z / 0.5) / A(z / 0.75), and less of the low frequencies. */
static void postfilter(struct acelp_net_postfilter *post, const int32_t *a, int32_t x[SIZE])
{
    int32_t weighted[ORDER], last;

    acelp_net_weigh(a, ORDER, Q30_075, weighted);
    acelp_net_poles(weighted, ORDER, post->poles, x, x, SIZE);
    last = x[SIZE - 1];
    for (int i = SIZE - 1; i >= 0; i--)
        x[i] = acelp_net_limit(x[i] - ((int64_t)(i > 0 ? x[i - 1] : post->tilt) * Q30_040 >> 30),
                               ACELP_NET_LIMIT);
    post->tilt = last;
    acelp_net_weigh(a, ORDER, Q30_050, weighted);
    acelp_net_zeros(weighted, ORDER, post->zeros, x, x, SIZE);
}

/* The energy, divided by 2^6: the sum of the squares fits 62 bits. */
static struct real energy(const int32_t *x)
{
    uint64_t sum = 0;

    for (int i = 0; i < SIZE; i++) {
        int64_t part = x[i] >> 3;

        sum += (uint64_t)(part * part);
    }
    return real_from(sum, 0);
}

/* A gain that approaches the root of the ratio of the energies sample by sample. */
static void control_gain(struct acelp_net_postfilter *post, struct real wanted, int32_t x[SIZE])
{
    enum { KEEP_Q24 = 15099494, ADD_Q24 = ONE_Q24 - KEEP_Q24 }; /* 0.9 */
    struct real present = energy(x);
    int32_t target_q24 = ONE_Q24;

    if (present.m != 0 && wanted.m != 0)
        target_q24 =
            real_integer(real_exp2((real_log2(wanted) - real_log2(present)) / 2 + 24 * ONE_Q24));
    else if (present.m != 0)
        target_q24 = 0;
    for (int i = 0; i < SIZE; i++) {
        post->gain_q24 =
            (int32_t)(((int64_t)KEEP_Q24 * post->gain_q24 + (int64_t)ADD_Q24 * target_q24) >> 24);
        x[i] = acelp_net_limit(((int64_t)x[i] * post->gain_q24) >> 24, ACELP_NET_LIMIT);
    }
}

/* --- Frames --- */

/* 0.939805806 (1 - 1.99997 z^-1 + z^-2) / (1 - 1.93307352 z^-1 + 0.935891986 z^-2) */
static void highpass(struct acelp_net_narrow *state, const int32_t x[SIZE], int16_t *pcm)
{
    const int64_t ends_q28 = 252277200, middle_q28 = -504546832;
    const int64_t first_q28 = 518905472, second_q28 = -251226592;
    int32_t *in = state->highpass_in, *out = state->highpass_out;

    for (int i = 0; i < SIZE; i++) {
        int64_t sum = ends_q28 * ((int64_t)x[i] + in[1]) + middle_q28 * in[0] + first_q28 * out[0] +
                      second_q28 * out[1];

        in[1] = in[0];
        in[0] = x[i];
        out[1] = out[0];
        out[0] = acelp_net_limit((sum + (1 << 27)) >> 28, ACELP_NET_LIMIT);
        pcm[i] = acelp_net_sample(out[0]);
    }
}

static void synthesize(struct acelp_net_narrow *state, const struct acelp_net_mode *mode,
                       const int32_t *a, const int32_t *excitation, int32_t x[SIZE])
{
    struct acelp_net_postfilter *post = &state->post;
    int32_t reference[SIZE];

    if (mode->pulses != ACELP_NET_TWO_OR_THREE) {
        acelp_net_poles(a, ORDER, state->synthesis, x, x, SIZE);
        return;
    }
    postfilter(post, a, x);
    acelp_net_poles(a, ORDER, post->reference, excitation, reference, SIZE);
    acelp_net_poles(a, ORDER, state->synthesis, x, x, SIZE);
    control_gain(post, energy(reference), x);
}

void acelp_net_narrow_decode(struct acelp_net_narrow *state, const struct acelp_net_mode *mode,
                             const struct acelp_net_parameters *in, int16_t *pcm)
{
    int32_t lsp_q30[ORDER], between_q30[ORDER], a[ORDER], x[SIZE];
    int32_t *excitation = state->excitation + CELP_LAG_REACH;
    int absolute = CELP_LAG_MIN;

    acelp_net_narrow_lsp(in->lsf, state->lsf, lsp_q30);
    for (int i = 0; i < mode->subframes; i++) {
        const struct acelp_net_subframe *sub = &in->subframes[i];
        struct celp_lag lag = decode_lag(mode, sub->lag, i, &absolute);

        interpolate_lsp(state->lsp_q30, lsp_q30, i, mode->subframes, between_q30);
        acelp_net_narrow_lpc(between_q30, a);
        excite(state, mode, sub, a, lag, excitation + i * SIZE, x);
        synthesize(state, mode, a, excitation + i * SIZE, x);
        highpass(state, x, pcm + i * SIZE);
    }
    memcpy(state->lsp_q30, lsp_q30, sizeof lsp_q30);
    memmove(state->excitation, state->excitation + mode->frame,
            CELP_LAG_REACH * sizeof *state->excitation);
}
