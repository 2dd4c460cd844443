/* The postfilter: blocks 71 to 77, and its adaptation, 83 to 85. */
#include <string.h>
#include "tables.h"

enum { LENGTH = G728_PITCH_WINDOW + G728_LAG_MAX, PITCH_PHASE = 2, ONE_Q14 = 1 << 14 };

void g728_postfilter_init(struct g728_postfilter *state)
{
    memset(state, 0, sizeof *state);
    state->pitch.lag = 50;
    state->gain_q14 = ONE_Q14;
    state->scale_q14 = ONE_Q14;
}

/* Block 85, and the predictor of block 81. */
void g728_postfilter_adapt(struct g728_postfilter *state, const struct g728_predictor *predictor)
{
    enum { TILT_Q15 = 4915 }; /* 0.15 */
    int16_t poles_q14[G728_SHORT_ORDER];

    for (int i = 0; i < G728_SHORT_ORDER; i++)
        state->pitch.a_q13[i] = round_q15(predictor->a[i] * (1 << (29 - predictor->q)));
    if (!g728_expand(predictor, g728_postfilter_poles_q14, G728_SHORT_ORDER, poles_q14))
        return;
    memcpy(state->poles_q14, poles_q14, sizeof poles_q14);
    g728_expand(predictor, g728_postfilter_zeros_q14, G728_SHORT_ORDER, state->zeros_q14);
    state->tilt_q14 = round_q15(predictor->reflection_q15 * TILT_Q15);
}

/* Block 83: the gain of a predictor of one tap. The energy is at most 100 4095^2 < 2^31. */
static int32_t pitch_tap_q14(const int16_t *speech, int lag, const struct dsp_celp *dsp)
{
    const int16_t *x = speech + LENGTH - G728_PITCH_WINDOW;
    int32_t energy = dsp->dot(x - lag, x - lag, G728_PITCH_WINDOW);
    int32_t sum = dsp->dot(x, x - lag, G728_PITCH_WINDOW);
    struct g728_scalar tap;

    if (energy <= 0 || sum <= 0)
        return 0;
    if (sum >= energy)
        return ONE_Q14;
    tap = g728_divide(g728_normalized(sum), g728_normalized(energy));
    return tap.x >> min_i32(tap.q - 14, 15);
}

/* Block 84. The coefficient b is 0.15 times the gain; no postfilter below a gain of 0.6. The sum
 * is scaled by 1 / (1 + b). */
static void adapt_long_term(struct g728_postfilter *state, const struct dsp_celp *dsp)
{
    enum { THRESHOLD_Q14 = 9830, FACTOR_Q16 = 9830 };
    int32_t tap_q14 = pitch_tap_q14(state->speech, state->pitch.lag, dsp), b_q16;
    struct g728_scalar gain;

    if (tap_q14 < THRESHOLD_Q14)
        tap_q14 = 0;
    b_q16 = FACTOR_Q16 * tap_q14 >> 14;
    gain = g728_divide((struct g728_scalar){ ONE_Q14, 14 },
                       (struct g728_scalar){ (int16_t)(ONE_Q14 + (b_q16 >> 2)), 14 });
    state->tap_q16 = (int16_t)(gain.x * b_q16 >> gain.q);
    state->gain_q14 = (int16_t)(gain.x >> (gain.q - 14));
}

/* Appends to the speech, oldest first, and returns where the new samples start. */
static const int16_t *append(struct g728_postfilter *state, const int16_t in_q2[G728_VECTOR])
{
    int16_t *at = state->speech + LENGTH - G728_VECTOR;

    memmove(state->speech, state->speech + G728_VECTOR, (LENGTH - G728_VECTOR) * sizeof *at);
    for (int i = 0; i < G728_VECTOR; i++)
        at[i] = in_q2[i] >> 2;
    return at;
}

/* Blocks 71 and 72. */
static void filter(struct g728_postfilter *state, const int16_t in_q2[G728_VECTOR],
                   int16_t out_q2[G728_VECTOR])
{
    const int16_t *delayed = append(state, in_q2) - state->pitch.lag;
    int16_t x[G728_SHORT_ORDER + G728_VECTOR], y[G728_SHORT_ORDER + G728_VECTOR];

    memcpy(x, state->input_q2, sizeof state->input_q2);
    memcpy(y, state->output_q2, sizeof state->output_q2);
    for (int i = 0, now = G728_SHORT_ORDER; i < G728_VECTOR; i++, now++) {
        int64_t sum_q16 = state->gain_q14 * in_q2[i] + (int64_t)state->tap_q16 * delayed[i];

        x[now] = round_q15(L_saturate(4 * sum_q16));
        for (int j = 0; j < G728_SHORT_ORDER; j++) {
            sum_q16 += state->zeros_q14[j] * x[now - 1 - j];
            sum_q16 -= state->poles_q14[j] * y[now - 1 - j];
        }
        y[now] = saturate(L_saturate(sum_q16 >> 14));
        sum_q16 += state->tilt_q14 * y[now - 1];
        out_q2[i] = saturate(L_saturate(sum_q16 >> 14));
    }
    memcpy(state->input_q2, x + G728_VECTOR, sizeof state->input_q2);
    memcpy(state->output_q2, y + G728_VECTOR, sizeof state->output_q2);
}

static int32_t magnitude(const int16_t x[G728_VECTOR])
{
    int32_t sum = 0;

    for (int i = 0; i < G728_VECTOR; i++)
        sum += x[i] < 0 ? -x[i] : x[i];
    return sum;
}

/* Blocks 73 to 77: scales the output to the level of the input. The quotient of the levels, which
 * a low-pass filter smooths, is 1 for output that is nearly silent. */
static void control_gain(int16_t *scale_q14, const int16_t in_q2[G728_VECTOR],
                         int16_t out_q2[G728_VECTOR])
{
    enum { OLD_Q14 = 16220, NEW_Q21 = 20972, NEARLY_SILENT_Q2 = 4 };
    struct g728_scalar ratio = { ONE_Q14, 14 };
    int32_t level = magnitude(out_q2), update_q28;

    if (level > NEARLY_SILENT_Q2)
        ratio = g728_divide(g728_normalized(magnitude(in_q2)), g728_normalized(level));
    update_q28 = L_shr(NEW_Q21 * ratio.x, ratio.q - 7);
    for (int i = 0; i < G728_VECTOR; i++) {
        *scale_q14 = round_q15(L_saturate(4 * (update_q28 + (int64_t)OLD_Q14 * *scale_q14)));
        out_q2[i] = round_q15(L_shl(*scale_q14 * out_q2[i], 2));
    }
}

void g728_postfilter(struct g728_postfilter *state, const struct dsp_celp *dsp, int phase,
                     const int16_t in_q2[G728_VECTOR], int16_t out_q2[G728_VECTOR])
{
    g728_pitch_residual(&state->pitch, in_q2);
    if (phase == PITCH_PHASE) {
        g728_pitch_search(&state->pitch, dsp);
        adapt_long_term(state, dsp);
    }
    filter(state, in_q2, out_q2);
    control_gain(&state->scale_q14, in_q2, out_q2);
}
