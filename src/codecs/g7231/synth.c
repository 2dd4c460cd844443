/* The synthesis filter: clause 3.7. */
#include "g7231.h"

/* Half of the input is within 2^27. */
void g7231_synthesize(const struct dsp_celp *dsp, const int16_t lpc_q13[G7231_ORDER],
                      const int16_t e[G7231_SUBFRAME], int16_t *s)
{
    int32_t sums[G7231_SUBFRAME], peak;

    for (int i = 0; i < G7231_SUBFRAME; i++)
        sums[i] = e[i] * 0x1000;
    peak = dsp->poles(sums, lpc_q13, 13, s, sums, G7231_SUBFRAME);
    if (peak < INT16_MAX &&
        (int64_t)2 * sum_of_magnitudes(lpc_q13, G7231_ORDER) * peak <= INT32_MAX - (1 << 28))
        return;
    for (int i = 0; i < G7231_SUBFRAME; i++)
        sums[i] = e[i] * 0x2000;
    g7231_poles(dsp, sums, lpc_q13, s);
}
