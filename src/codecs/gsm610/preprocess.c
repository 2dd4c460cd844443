/* The 13-bit world outside and the 16-bit one of the coder: 4.2.1 to 4.2.3, 4.3.5 to 4.3.7. */
#include "gsm610.h"

enum { EMPHASIS_Q15 = 28180, OFFSET_Q15 = 32735 };      /* 0.86, 0.999 */

/* 4.2.2: a high-pass. Its input is within 2^14, its gain below 2, so that highpass_q15 stays within 2^30: the standard's
 * product of 31 by 16 bits, in two parts there, is rounded as here, and nothing saturates. */
static int16_t compensate_offset(struct preprocessor *state, int16_t so)
{
    int32_t step = so - state->last;

    state->last = so;
    state->highpass_q15 = step * 32768 + (int32_t)(((int64_t)state->highpass_q15 * OFFSET_Q15 + 0x4000) >> 15);
    return (int16_t)((state->highpass_q15 + 0x4000) >> 15);
}

void gsm610_preprocess(struct preprocessor *state, const int16_t pcm[FRAME], int16_t s[FRAME])
{
    for (int i = 0; i < FRAME; i++) {
        int16_t so = (int16_t)((pcm[i] >> 3) * 4);                      /* 4.2.1 */
        int16_t sof = compensate_offset(state, so);

        s[i] = add(sof, mult_r(state->emphasis, -EMPHASIS_Q15));        /* 4.2.3 */
        state->emphasis = sof;
    }
}

void gsm610_postprocess(int16_t *emphasis, int16_t s[FRAME])
{
    int16_t last = *emphasis;

    for (int i = 0; i < FRAME; i++) {
        last = add(s[i], mult_r(last, EMPHASIS_Q15));                   /* 4.3.5 */
        s[i] = (int16_t)(add(last, last) & ~7);                         /* 4.3.6, 4.3.7 */
    }
    *emphasis = last;
}
