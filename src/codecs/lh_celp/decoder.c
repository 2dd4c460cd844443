/* The decoding of a frame. */
#include <string.h>
#include "tables.h"

void lh_celp_reset(struct lh_celp_decoder *state)
{
    memset(state, 0, sizeof *state);
    memcpy(state->lsf, lh_celp_lsf_start, sizeof state->lsf);
}

void lh_celp_decode_frame(struct lh_celp_decoder *state, const struct lh_celp_parameters *in,
                          int16_t pcm[LH_CELP_FRAME])
{
    int16_t lsf[LH_CELP_ORDER], between[LH_CELP_ORDER], a_q10[LH_CELP_ORDER];
    int32_t y_q14[LH_CELP_SUBFRAME];
    int lag = LH_CELP_LAG_MIN;

    lh_celp_lsf(in->lsf, lsf);
    for (int i = 0; i < LH_CELP_SUBFRAMES; i++) {
        int size = lh_celp_subframe_size(i), start = lh_celp_subframe_start(i);
        int16_t *enhanced = state->enhanced + LH_CELP_HISTORY + start;

        lag += in->subframes[i].lag + (i == 0 ? 0 : LH_CELP_DELTA_MIN);
        lh_celp_interpolate(state->lsf, lsf, i, between);
        lh_celp_predictor(between, a_q10);
        lh_celp_excite(state->excitation + LH_CELP_HISTORY + start, enhanced, &in->subframes[i],
                       lag, size);
        lh_celp_synthesize(&state->synthesis, a_q10, enhanced, size, y_q14);
        for (int n = 0; n < size; n++)
            pcm[start + n] = lh_celp_sample(y_q14[n]);
    }
    memcpy(state->lsf, lsf, sizeof lsf);
    memmove(state->excitation, state->excitation + LH_CELP_FRAME,
            LH_CELP_HISTORY * sizeof *state->excitation);
    memmove(state->enhanced, state->enhanced + LH_CELP_FRAME,
            LH_CELP_HISTORY * sizeof *state->enhanced);
}
