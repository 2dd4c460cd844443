/* The backward gain adapter: blocks 20, 30 and their parts, 39 to 48. */
#include <string.h>
#include "tables.h"

enum {
    OFFSET_Q9 = 32 << 9, /* dB, block 41 */
    MOST_Q9 = 28 << 9,   /* above the offset, block 47: the range is 0 to 60 dB */
    INITIAL = 3          /* gains of 0 dB precede the first vector */
};

static const struct g728_window window = {
    g728_gain_window_q15, G728_GAIN_WINDOW, G728_SHORT_ORDER, 20, 4, 2
};

void g728_gain_init(struct g728_gain_predictor *state)
{
    memset(state, 0, sizeof *state);
    state->a_q14[0] = -(1 << 14);
    state->recursion.q = 31;
    for (int i = 0; i < INITIAL; i++)
        state->logs_q9[G728_GAIN_WINDOW - 1 - i] = -OFFSET_Q9;
}

/* Block 48: 10^(dB / 20), which is 2^(0.166 dB); 0.166 2^6 is 10 + 20649 / 2^15. The fraction's
 * power of 2 is a polynomial. */
static struct g728_scalar antilog(int32_t log_q9)
{
    static const int16_t c_q15[] = { 323, 1874, 7866, 22702 };
    int32_t exponent_q15 = 10 * log_q9 + round_q15(2 * 20649 * log_q9);
    int16_t fraction = (int16_t)(exponent_q15 & 0x7FFF), power = c_q15[0];

    for (int i = 1; i < 4; i++)
        power = round_q15(L_mac(L_deposit_h(c_q15[i]), power, fraction));
    return (struct g728_scalar){ round_q15((1 << 30) + power * fraction),
                                 (int16_t)(14 - (exponent_q15 >> 15)) };
}

/* Blocks 46 to 48. */
struct g728_gain g728_predict_gain(const struct g728_gain_predictor *state)
{
    int64_t sum = 0;
    int32_t log_q9;

    for (int i = 0; i < G728_SHORT_ORDER; i++)
        sum -= state->a_q14[i] * state->logs_q9[G728_GAIN_WINDOW - 1 - i];
    log_q9 = clamp(L_saturate(sum) >> 14, -OFFSET_Q9, MOST_Q9);
    return (struct g728_gain){ (int16_t)log_q9, antilog(log_q9 + OFFSET_Q9) };
}

/* Blocks 39 to 42. Annex G adds the codebooks' gains in dB, instead of computing the logarithm of
 * the excitation's energy. At most 28 + 15 dB above the offset, which fits Q9. */
void g728_gain_append(struct g728_gain_predictor *state, int16_t predicted_q9, g728_index index)
{
    int32_t codebooks_q11 =
        g728_gain_logs_q11[g728_gain_of(index)] + g728_shape_logs_q11[g728_shape_of(index)];

    memmove(state->logs_q9, state->logs_q9 + 1, sizeof state->logs_q9 - sizeof *state->logs_q9);
    state->logs_q9[G728_GAIN_WINDOW - 1] =
        (int16_t)max_i32((predicted_q9 * 4 + codebooks_q11) >> 2, -OFFSET_Q9);
}

/* Blocks 43 to 45. If the autocorrelation is ill-conditioned, the predictor stays. */
void g728_gain_adapt(struct g728_gain_predictor *state, const struct dsp_celp *dsp)
{
    struct g728_predictor predictor;
    int16_t r[G728_SHORT_ORDER + 1], a_q14[G728_SHORT_ORDER];

    if (g728_analyze(dsp, &window, state->logs_q9, &state->recursion, r) &&
        g728_durbin(&predictor, r, 0, G728_SHORT_ORDER) &&
        g728_expand(&predictor, g728_gain_powers_q14, G728_SHORT_ORDER, a_q14))
        memcpy(state->a_q14, a_q14, sizeof a_q14);
}
