/* The decoding of frames. */
#include <string.h>
#include "tables.h"

/* The predictors of the four subframes. Subframes 2 and 3 always have the frame's own. In subframes
 * 0 and 1, FFmpeg blends in the opposite order: the one nearer to the new predictor comes first. */
static void predictors(const struct truespeech_decoder *state,
                       const struct truespeech_parameters *in,
                       int16_t a_q12[TRUESPEECH_SUBFRAMES][TRUESPEECH_ORDER])
{
    const int16_t *before = state->a_q12;
    int16_t *now = a_q12[3], first = state->reversed ? 1 : 0;

    truespeech_predictor(in->reflection, now);
    memcpy(a_q12[2], now, sizeof a_q12[2]);
    if (in->blend) {
        truespeech_blend(before, now, a_q12[first]);
        truespeech_blend(now, before, a_q12[1 - first]);
    } else {
        memcpy(a_q12[0], before, sizeof a_q12[0]);
        memcpy(a_q12[1], before, sizeof a_q12[1]);
    }
}

/* Excites the subframes of a frame, and selects their filters: neighbors with the same predictor
 * share one. */
static void excite_frame(struct truespeech_decoder *state, const struct truespeech_parameters *in,
                         int16_t (*e)[TRUESPEECH_SUBFRAME],
                         struct truespeech_synthesis_filter *filters,
                         const struct truespeech_synthesis_filter **selected)
{
    int16_t a_q12[TRUESPEECH_SUBFRAMES][TRUESPEECH_ORDER], p[TRUESPEECH_SUBFRAME];

    predictors(state, in, a_q12);
    for (int i = 0; i < TRUESPEECH_SUBFRAMES; i++) {
        const struct truespeech_subframe *sub = &in->subframes[i];
        int16_t *now = state->history + TRUESPEECH_HISTORY + TRUESPEECH_SUBFRAME * i;
        bool shared = i == 3 || (i == 1 && !in->blend);

        if (sub->ltp == TRUESPEECH_LTP_OFF)
            memset(p, 0, sizeof p);
        else
            truespeech_long_term(state->dsp, now, truespeech_lag(sub->ltp, in->base[i / 2]),
                                 truespeech_taps[sub->ltp % TRUESPEECH_TAPS], p);
        truespeech_place_pulses(sub, e[i]);
        truespeech_excite(now, p, e[i]);
        selected[i] = &filters[i - shared];
        if (!shared)
            truespeech_filter(state->dsp, a_q12[i], truespeech_reflections[0][in->reflection[0]],
                              &filters[i]);
    }
    memmove(state->history, state->history + TRUESPEECH_FRAME,
            TRUESPEECH_HISTORY * sizeof *state->history);
    memcpy(state->a_q12, a_q12[3], sizeof state->a_q12);
}

/* The postfilter of a frame runs beside 1/A of the next. */
void truespeech_decode_frames(struct truespeech_decoder *state,
                              const struct truespeech_parameters *in, int count, int16_t *pcm)
{
    enum { SUBFRAMES = TRUESPEECH_GROUP * TRUESPEECH_SUBFRAMES };
    int16_t e[SUBFRAMES][TRUESPEECH_SUBFRAME];
    struct truespeech_synthesis_filter filters[SUBFRAMES];
    const struct truespeech_synthesis_filter *selected[SUBFRAMES];

    for (int i = 0; i < count; i++)
        excite_frame(state, &in[i], e + TRUESPEECH_SUBFRAMES * i,
                     filters + TRUESPEECH_SUBFRAMES * i, selected + TRUESPEECH_SUBFRAMES * i);
    truespeech_synthesize_all(&state->synthesis, selected, (const int16_t(*)[TRUESPEECH_SUBFRAME])e,
                              TRUESPEECH_SUBFRAMES * count, pcm);
}
