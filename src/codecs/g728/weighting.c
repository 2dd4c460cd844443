/* The perceptual weighting filter: blocks 4, 10, 36 to 38. */
#include <string.h>
#include "tables.h"

enum { MEMORY = G728_SHORT_ORDER };

static const struct g728_window window = {
    g728_weighting_window_q15, G728_WEIGHTING_WINDOW, G728_SHORT_ORDER, 30, G728_FRAME, 1
};

void g728_weighting_init(struct g728_weighting *state)
{
    memset(state, 0, sizeof *state);
    state->recursion.q = 31;
}

/* W(z), whose output continues `memory`; x has the last ten inputs before it. */
static void filter(const struct g728_weighting *state, const int16_t *x, int16_t memory[MEMORY])
{
    int16_t y[MEMORY + G728_VECTOR];

    memcpy(y, memory, MEMORY * sizeof *y);
    for (int i = 0, now = MEMORY; i < G728_VECTOR; i++, now++) {
        int64_t sum_q16 = x[i] * (1 << 14);

        for (int j = 0; j < G728_SHORT_ORDER; j++) {
            sum_q16 += state->zeros_q14[j] * x[i - 1 - j];
            sum_q16 -= state->poles_q14[j] * y[now - 1 - j];
        }
        y[now] = saturate((int32_t)(sum_q16 >> 14));
    }
    memcpy(memory, y + G728_VECTOR, MEMORY * sizeof *y);
}

/* Block 4. */
static void weight_speech(struct g728_weighting *state, const int16_t speech_q2[G728_VECTOR])
{
    int16_t *newest = state->speech_q2 + G728_WEIGHTING_WINDOW - G728_VECTOR;

    memmove(state->speech_q2, state->speech_q2 + G728_VECTOR,
            (G728_WEIGHTING_WINDOW - G728_VECTOR) * sizeof *newest);
    memcpy(newest, speech_q2, G728_VECTOR * sizeof *newest);
    filter(state, newest, state->weighted_q2);
}

/* Block 10. The memory of the filter's zeros is the quantized speech. */
static void weight_zero_input(struct g728_weighting *state, const struct g728_vector past[2],
                              const struct g728_vector *zero_input)
{
    int16_t x_q2[MEMORY + G728_VECTOR];

    for (int i = 0; i < G728_VECTOR; i++) {
        x_q2[i] = shl(past[0].x[i], 2 - past[0].q);
        x_q2[G728_VECTOR + i] = shl(past[1].x[i], 2 - past[1].q);
        x_q2[MEMORY + i] = shl(zero_input->x[i], 2 - zero_input->q);
    }
    filter(state, x_q2 + MEMORY, state->quantized_q2);
}

/* Block 11. */
void g728_target(struct g728_weighting *state, const int16_t speech_q2[G728_VECTOR],
                 const struct g728_vector past[2], const struct g728_vector *zero_input,
                 struct g728_vector *target)
{
    weight_speech(state, speech_q2);
    weight_zero_input(state, past, zero_input);
    for (int i = MEMORY - G728_VECTOR, k = 0; i < MEMORY; i++, k++)
        target->x[k] = sub(state->weighted_q2[i], state->quantized_q2[i]);
    target->q = 2;
}

/* The filter with an empty memory. */
void g728_weight_zero_state(struct g728_weighting *state, const struct g728_vector *zero_state)
{
    const int16_t *x = zero_state->x;
    int16_t *y_q2 = state->quantized_q2 + MEMORY - G728_VECTOR, y[G728_VECTOR] = { 0 };

    for (int i = 0; i < G728_VECTOR; i++) {
        int64_t sum = x[i] * (1 << 14);

        for (int j = 0; j < i; j++) {
            sum += state->zeros_q14[j] * x[i - 1 - j];
            sum -= state->poles_q14[j] * y[i - 1 - j];
        }
        y[i] = saturate((int32_t)(sum >> 14));
        y_q2[i] = saturate(y_q2[i] + L_shl(y[i], 2 - zero_state->q));
    }
}

/* Blocks 36 to 38. If the autocorrelation is ill-conditioned, the filter stays. Digital silence,
 * of which the recursion would add up exponents, limits them. */
void g728_weighting_adapt(struct g728_weighting *state, const struct dsp_celp *dsp)
{
    enum { MOST_Q = 41 };
    struct g728_predictor predictor;
    int16_t r[G728_SHORT_ORDER + 1], zeros_q14[G728_SHORT_ORDER], poles_q14[G728_SHORT_ORDER];
    bool usable = g728_analyze(dsp, &window, state->speech_q2, &state->recursion, r);

    state->recursion.q = (int16_t)min_i32(state->recursion.q, MOST_Q);
    if (usable && g728_durbin(&predictor, r, 0, G728_SHORT_ORDER) &&
        g728_expand(&predictor, g728_weighting_poles_q14, G728_SHORT_ORDER, poles_q14) &&
        g728_expand(&predictor, g728_weighting_zeros_q14, G728_SHORT_ORDER, zeros_q14)) {
        memcpy(state->poles_q14, poles_q14, sizeof poles_q14);
        memcpy(state->zeros_q14, zeros_q14, sizeof zeros_q14);
    }
}
