/* The synthesis filter: clause 3.7. */
#include "g7231.h"

void g7231_synthesise(const struct dsp_celp *dsp, const int16_t lpc_q13[ORDER],
                      const int16_t e[SUBFRAME], int16_t *s)
{
    int32_t sums[SUBFRAME];

    for (int i = 0; i < SUBFRAME; i++)
        sums[i] = e[i] * 0x2000;
    g7231_poles(dsp, sums, lpc_q13, s);
}
