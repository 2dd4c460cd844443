/* Conversion between 13-bit samples and the 16-bit signals of the coder: 4.2.1 to 4.2.3, 4.3.5 to
 * 4.3.7. */
#include "gsm610.h"

enum { OFFSET_Q15 = 32735 }; /* 0.999 */

/* 4.2.2: a high-pass filter. Its input is within 2^14 and its gain below 2, so that highpass_q15
 * stays within 2^30 and nothing saturates. The standard splits the product of 31 by 16 bits in two
 * parts, with the same rounding. */
static inline int16_t compensate_offset(struct gsm610_preprocessor *state, int16_t so)
{
    int64_t rounded_step_q30 = (int64_t)(so - state->last) * (1 << 30) + 0x4000;

    state->last = so;
    state->highpass_q15 =
        (int32_t)(((int64_t)state->highpass_q15 * OFFSET_Q15 + rounded_step_q30) >> 15);
    return (int16_t)((state->highpass_q15 + 0x4000) >> 15);
}

/* 4.2.3: pre-emphasis. */
void gsm610_emphasize(int16_t last, int16_t s[GSM610_FRAME])
{
    for (int i = 0; i < GSM610_FRAME; i++) {
        int16_t now = s[i];

        s[i] = saturate(now + gsm610_mult_r(-GSM_EMPHASIS_Q15, last));
        last = now;
    }
}

void gsm610_preprocess(const struct dsp_gsm *kernels, struct gsm610_preprocessor *state,
                       const int16_t pcm[GSM610_FRAME], int16_t s[GSM610_FRAME])
{
    struct gsm610_preprocessor local = *state;

    for (int i = 0; i < GSM610_FRAME; i++)
        s[i] = compensate_offset(&local, (int16_t)((pcm[i] >> 3) * 4)); /* 4.2.1 */
    local.emphasis = s[GSM610_FRAME - 1];
    kernels->emphasize(state->emphasis, s);
    *state = local;
}

void gsm610_postprocess(int16_t *emphasis, int16_t s[GSM610_FRAME])
{
    int16_t last = *emphasis;

    for (int i = 0; i < GSM610_FRAME; i++) {
        last = seldom_saturated(s[i] + gsm610_mult_r(GSM_EMPHASIS_Q15, last)); /* 4.3.5 */
        s[i] = (int16_t)(seldom_saturated(last * 2) & ~7);                     /* 4.3.6, 4.3.7 */
    }
    *emphasis = last;
}
