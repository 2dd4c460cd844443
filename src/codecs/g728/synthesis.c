/* The synthesis filter and its backward adaptation: blocks 9, 19, 21 to 23, 49 to 51. */
#include <string.h>
#include "tables.h"

enum {
    VECTORS = G728_LPC_WINDOW / G728_VECTOR,
    MEMORY = G728_ORDER / G728_VECTOR, /* vectors that the filter reaches back */
    INITIAL_Q = 16,
    FULL_SCALE = 4095, /* of the quantized speech, which has 13 bits */
    PAST_BITS = 14,
    RESPONSE_BITS = 15,
    LANES = 8 /* G728_VECTOR, rounded up so that compilers vectorize */
};

static const struct g728_window window = { g728_lpc_window_q15, G728_LPC_WINDOW,
                                           G728_ORDER,          35,
                                           G728_FRAME,          2 };

void g728_synthesizer_init(struct g728_synthesizer *state, const struct dsp_celp *dsp)
{
    memset(state, 0, sizeof *state);
    state->dsp = dsp;
    for (int i = 0; i < VECTORS; i++)
        state->past[i].q = INITIAL_Q;
    state->recursion.q = 31;
    g728_gain_init(&state->gain);
}

/* --- Responses --- */

/* The contribution of one past vector to each sample of the next one. `a` begins with the
 * coefficient that joins the vector's newest sample and the first new one. */
static void predict_from(const struct g728_vector *past, const int16_t *a, int32_t sums[LANES])
{
    memset(sums, 0, LANES * sizeof *sums);
    for (int j = 0; j < G728_VECTOR; j++)
        for (int i = 0; i < LANES; i++)
            sums[i] -= past->x[G728_VECTOR - 1 - j] * a[i + j];
}

/* The products of a vector have its exponent, and the sums of the vectors are aligned to the
 * smallest one. The coefficients beyond the order are zero, but the sum of the oldest vector, if it
 * is shifted out, must not leave a -1. */
void g728_zero_input(const struct g728_synthesizer *state, struct g728_vector *response)
{
    const struct g728_vector *newest = &state->past[VECTORS - 1];
    const int16_t *a = state->a_q14;
    int64_t sums[G728_VECTOR] = { 0 };

    response->q = newest->q;
    for (int k = 1; k < MEMORY; k++)
        response->q = (int16_t)min_i32(response->q, newest[-k].q);
    for (int k = 0; k < MEMORY; k++) {
        int excess = newest[-k].q - response->q;
        int32_t products[LANES];

        predict_from(&newest[-k], a + k * G728_VECTOR, products);
        for (int i = 0; i < G728_VECTOR && (k < MEMORY - 1 || excess < 30); i++)
            sums[i] += L_shr(products[i], excess);
    }
    for (int i = 0; i < G728_VECTOR; i++) {
        for (int j = 0; j < i; j++)
            sums[i] -= response->x[i - 1 - j] * a[j];
        response->x[i] = saturate((int32_t)(sums[i] >> 14));
    }
    g728_normalize(response, RESPONSE_BITS);
}

/* Gain and shape are normalized, so that the products have at most one bit of headroom. */
void g728_excite(struct g728_scalar gain, g728_index index, struct g728_vector *excitation)
{
    int16_t level_q13 = g728_gains_q13[g728_gain_of(index)], scale;
    int shift = norm_s(level_q13) + 1;

    scale = round_q15(L_shl(gain.x * level_q13, shift));
    memcpy(excitation->x, g728_shapes_q11[g728_shape_of(index)], sizeof excitation->x);
    excitation->q = (int16_t)(gain.q + 13 + shift - 16 + 11 - 16);
    g728_normalize(excitation, 16);
    for (int i = 0; i < G728_VECTOR; i++)
        excitation->x[i] = round_q15(scale * excitation->x[i]);
}

/* Filters, with an empty memory. False if a sample exceeds 15 bits. */
static bool filter(const int16_t *a_q14, const int16_t *in, int16_t *out)
{
    for (int i = 0; i < G728_VECTOR; i++) {
        int64_t sum = in[i] * (1 << 14);

        for (int j = 0; j < i; j++)
            sum -= a_q14[j] * out[i - 1 - j];
        if (sum >= 1 << 28 || sum < -(1 << 28))
            return false;
        out[i] = (int16_t)(sum >> 14);
    }
    return true;
}

void g728_zero_state(const struct g728_synthesizer *state, struct g728_vector *excitation,
                     struct g728_vector *response)
{
    while (!filter(state->a_q14, excitation->x, response->x)) {
        for (int i = 0; i < G728_VECTOR; i++)
            excitation->x[i] >>= 1;
        excitation->q--;
    }
    response->q = excitation->q;
}

/* Clips to 13 bits, or if q is too large for that, to 16. */
static int16_t clipped(int32_t x, int q)
{
    if (q > 3)
        return saturate(x);
    return (int16_t)clamp(x, -shl(FULL_SCALE, q), shl(FULL_SCALE, q));
}

const struct g728_vector *g728_synthesize(struct g728_synthesizer *state,
                                          const struct g728_vector *zero_input,
                                          const struct g728_vector *zero_state)
{
    struct g728_vector *newest = &state->past[VECTORS - 1];
    int excess = zero_input->q - zero_state->q;

    memmove(state->past, state->past + 1, (VECTORS - 1) * sizeof *state->past);
    newest->q = (int16_t)min_i32(zero_input->q, zero_state->q);
    for (int i = 0; i < G728_VECTOR; i++)
        newest->x[i] = clipped(shr(zero_input->x[i], max_i32(excess, 0)) +
                                   shr(zero_state->x[i], max_i32(-excess, 0)),
                               newest->q);
    g728_normalize(newest, PAST_BITS);
    return newest;
}

/* --- Adaptation --- */

/* Block 49. The windowed signal takes the smallest exponent. */
static bool analyze(struct g728_synthesizer *state)
{
    int16_t windowed[G728_LPC_WINDOW], *to = windowed;
    const int16_t *weight = g728_lpc_window_q15;
    int q = state->past[0].q;

    for (int k = 1; k < VECTORS; k++)
        q = min_i32(q, state->past[k].q);
    for (int k = VECTORS - 1; k >= 0; k--)
        for (int i = G728_VECTOR - 1; i >= 0; i--)
            *to++ = round_q15(L_shl(state->past[k].x[i] * *weight++, q + 1 - state->past[k].q));
    return g728_autocorrelation(state->dsp, &window, windowed, q, &state->recursion, state->r);
}

/* The recursion starts after the last vector of a cycle and ends after the first of the next; the
 * new filter serves from the third. */
void g728_adapt(struct g728_synthesizer *state)
{
    switch (state->phase) {
    case 0:
        state->valid =
            state->valid &&
            g728_durbin(&state->predictor, state->r, G728_SHORT_ORDER, G728_ORDER) &&
            g728_expand(&state->predictor, g728_lpc_powers_q14, G728_ORDER, state->next_q14);
        g728_gain_adapt(&state->gain, state->dsp);
        break;
    case 1:
        if (state->valid)
            memcpy(state->a_q14, state->next_q14, sizeof state->next_q14);
        break;
    case G728_CYCLE - 1:
        state->valid =
            analyze(state) && g728_durbin(&state->predictor, state->r, 0, G728_SHORT_ORDER);
        break;
    }
    state->phase = (state->phase + 1) % G728_CYCLE;
}
