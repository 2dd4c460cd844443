/* Conversion between 13-bit samples and the 16-bit signals of the coder: 4.2.1 to 4.2.3, 4.3.5 to
 * 4.3.7. */
#include "gsm610.h"

enum { LOSS_Q15 = 32768 - 32735 }; /* 1 - 0.999 */

/* 4.2.1: the difference of two samples of 13 bits. */
static inline int16_t step_to(const int16_t *pcm)
{
    return (int16_t)((pcm[0] >> 3) - (pcm[-1] >> 3));
}

/* Compilers vectorize the second loop. */
static void differentiate(int16_t last, const int16_t pcm[GSM610_FRAME],
                          int16_t steps[GSM610_FRAME])
{
    steps[0] = (int16_t)((pcm[0] >> 3) - last);
    for (int i = 1; i < 8; i++)
        steps[i] = step_to(pcm + i);
    for (int i = 8; i < GSM610_FRAME; i++)
        steps[i] = step_to(pcm + i);
}

/* 4.2.2: a high-pass filter. Its input, 4 times the samples, is within 2^14, and its gain below 2,
 * so that y stays within 2^30 and nothing saturates. The standard splits the product of 31 by 16
 * bits in two parts, with the same rounding.
 *
 * A sample y loses floor((2^14 - 33 y) / 2^15) on the way to the next one. `loss` is the dividend,
 * which makes the longest chain from a sample to the next a shift right, a shift left and a
 * subtraction: 3 cycles. */
static int32_t compensate_offset(int32_t y, const int16_t steps[GSM610_FRAME],
                                 int16_t s[GSM610_FRAME])
{
    int64_t loss = 0x4000 - (int64_t)LOSS_Q15 * y;

    for (int i = 0; i < GSM610_FRAME; i++) {
        int64_t lost = loss >> 15;

        loss = loss - (int64_t)steps[i] * (LOSS_Q15 << 17) - lost - lost * 32;
        y += steps[i] * (1 << 17) + (int32_t)lost;
        s[i] = (int16_t)((y + 0x4000) >> 15);
    }
    return y;
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
    int16_t steps[GSM610_FRAME], emphasis = state->emphasis;

    differentiate(state->last, pcm, steps);
    state->last = (int16_t)(pcm[GSM610_FRAME - 1] >> 3);
    state->highpass_q15 = compensate_offset(state->highpass_q15, steps, s);
    state->emphasis = s[GSM610_FRAME - 1];
    kernels->emphasize(emphasis, s);
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
