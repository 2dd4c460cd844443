/* Normalization of a vector, which many stages begin with. */
#include "g7231.h"

/* The norm of the peak is 0 to 14, so that 2^norm |s| stays below 2^15. */
int16_t g7231_normalize(const struct dsp_celp *dsp, int16_t *s, int n)
{
    int norm = norm_s(saturate(dsp->peak(s, n)));

    dsp->mix(s, (int16_t)(1 << norm), s, 0, 0, 3, s, n);
    return (int16_t)(norm - 3);
}
