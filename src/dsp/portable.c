/* The reference, and what every machine has. */
#include "ima_search.h"

const struct dsp dsp_portable = {
    .ima_search = ima_search,
};

/* Sets that were not built are not asked for. */
const struct dsp *dsp_set(unsigned simd)
{
#ifdef OMNIACM_SIMD
    return simd >= 2 ? &dsp_avx2 : simd == 1 ? &dsp_sse2 : &dsp_portable;
#else
    (void)simd;
    return &dsp_portable;
#endif
}
