/* The encoder: blocks 1 to 24. */
#include "g728.h"

void g728_encoder_init(struct g728_encoder *state, const struct dsp_celp *dsp)
{
    g728_synthesizer_init(&state->synthesizer, dsp);
    g728_weighting_init(&state->weighting);
    g728_impulse_response(&state->synthesizer, &state->weighting, state->h_q13);
    g728_shape_energies(state->h_q13, state->energies_q5);
}

/* Block 16: divides the target by the predicted gain. */
static void normalize_target(struct g728_scalar gain, struct g728_vector *target)
{
    struct g728_scalar inverse = g728_divide((struct g728_scalar){ 1 << 14, 14 }, gain);

    for (int i = 0; i < G728_VECTOR; i++)
        target->x[i] = mult(inverse.x, target->x[i]);
    target->q = (int16_t)(target->q + inverse.q - 15);
    g728_normalize(target, 16);
}

/* The weighting filter and the new synthesis filter start with the third vector of a cycle. */
static void adapt(struct g728_encoder *state)
{
    int phase = state->synthesizer.phase;

    g728_adapt(&state->synthesizer);
    if (phase == 1) {
        g728_weighting_adapt(&state->weighting, state->synthesizer.dsp);
        g728_impulse_response(&state->synthesizer, &state->weighting, state->h_q13);
        g728_shape_energies(state->h_q13, state->energies_q5);
    }
}

g728_index g728_encode(struct g728_encoder *state, const int16_t pcm[G728_VECTOR])
{
    struct g728_synthesizer *synthesizer = &state->synthesizer;
    struct g728_gain gain = g728_predict_gain(&synthesizer->gain);
    struct g728_vector zero_input, zero_state, target, excitation;
    int16_t speech_q2[G728_VECTOR];
    g728_index index;

    for (int i = 0; i < G728_VECTOR; i++)
        speech_q2[i] = pcm[i] >> 1;
    g728_zero_input(synthesizer, &zero_input);
    g728_target(&state->weighting, speech_q2, &synthesizer->past[G728_PAST - 2], &zero_input,
                &target);
    normalize_target(gain.linear, &target);
    index = g728_search(&target, state->h_q13, state->energies_q5);
    g728_excite(gain.linear, index, &excitation);
    g728_zero_state(synthesizer, &excitation, &zero_state);
    g728_weight_zero_state(&state->weighting, &zero_state);
    g728_synthesize(synthesizer, &zero_input, &zero_state);
    g728_gain_append(&synthesizer->gain, gain.log_q9, index);
    adapt(state);
    return index;
}
