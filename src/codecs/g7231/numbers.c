/* What several stages need. */
#include "g7231.h"

int32_t g7231_dot(int32_t sum, const int16_t *a, const int16_t *b, int n)
{
    for (int i = 0; i < n; i++)
        sum = L_mac(sum, a[i], b[i]);
    return sum;
}

/* The peak's norm is 0 to 14, so that 2^norm |s| stays below 2^15. */
int16_t g7231_normalize(const struct dsp_celp *dsp, int16_t *s, int n)
{
    int norm = norm_s(saturate(dsp->peak(s, n)));

    dsp->mix(s, (int16_t)(1 << norm), s, 0, 0, 3, s, n);
    return (int16_t)(norm - 3);
}

int16_t g7231_sqrt(int32_t square_q31)
{
    int16_t root = 0;

    for (int bit = 0x4000; bit > 1; bit >>= 1) {
        int16_t trial = (int16_t)(root + bit);

        if (square_q31 >= L_mult(trial, trial))
            root = trial;
    }
    return root;
}

/* The first step saturates by itself, but not where pulses are below 2^14. */
void g7231_excitation(const struct dsp_celp *dsp, const int16_t fixed[G7231_SUBFRAME],
                      const int16_t past[G7231_SUBFRAME], int16_t out[G7231_SUBFRAME])
{
    if (dsp->peak(fixed, G7231_SUBFRAME) < 1 << 14)
        dsp->mix(fixed, 2, past, 1, 0, 0, out, G7231_SUBFRAME);
    else
        for (int i = 0; i < G7231_SUBFRAME; i++)
            out[i] = add(shl(fixed[i], 1), past[i]);
}
