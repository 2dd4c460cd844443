/* The decoder: blocks 29 to 35. */
#include <string.h>
#include "g728.h"

void g728_decoder_init(struct g728_decoder *state, const struct dsp_celp *dsp, bool no_postfilter)
{
    g728_synthesizer_init(&state->synthesizer, dsp);
    state->no_postfilter = no_postfilter;
    g728_postfilter_init(&state->postfilter);
}

/* Converts quantized speech to Q`q`. */
static void scale(const struct g728_vector *in, int q, int16_t out[G728_VECTOR])
{
    for (int i = 0; i < G728_VECTOR; i++)
        out[i] = round_q15(L_shl(in->x[i], 16 + q - in->q));
}

void g728_decode(struct g728_decoder *state, g728_index index, int16_t pcm[G728_VECTOR])
{
    struct g728_synthesizer *synthesizer = &state->synthesizer;
    struct g728_gain gain = g728_predict_gain(&synthesizer->gain);
    struct g728_vector excitation, zero_input, zero_state;
    const struct g728_vector *speech;
    int16_t speech_q2[G728_VECTOR];
    int phase = synthesizer->phase;

    g728_zero_input(synthesizer, &zero_input);
    g728_excite(gain.linear, index, &excitation);
    g728_zero_state(synthesizer, &excitation, &zero_state);
    speech = g728_synthesize(synthesizer, &zero_input, &zero_state);
    if (state->no_postfilter) {
        scale(speech, 3, pcm);
    } else {
        scale(speech, 2, speech_q2);
        g728_postfilter(&state->postfilter, synthesizer->dsp, phase, speech_q2, pcm);
        for (int i = 0; i < G728_VECTOR; i++)
            pcm[i] = shl(pcm[i], 1);
    }
    g728_gain_append(&synthesizer->gain, gain.log_q9, index);
    g728_adapt(synthesizer);
    if (phase == G728_CYCLE - 1 && synthesizer->valid && !state->no_postfilter)
        g728_postfilter_adapt(&state->postfilter, &synthesizer->predictor);
}
