/* The synthesis filter: clause 3.7. */
#include "g7231.h"

void g7231_synthesize(const struct dsp_celp *dsp, const int16_t lpc_q13[G7231_ORDER],
                      const int16_t e[G7231_SUBFRAME], int16_t *s)
{
    int32_t sums[G7231_SUBFRAME];

    for (int i = 0; i < G7231_SUBFRAME; i++)
        sums[i] = e[i] * 0x2000;
    g7231_poles(dsp, sums, lpc_q13, s);
}
