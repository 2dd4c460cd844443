/* Selects a set. Sets that are not built are not referred to. */
#include "dsp.h"

const struct dsp *dsp_set(unsigned simd)
{
#if defined _WIN32 && (defined __x86_64__ || defined __i386__)
    return simd >= 2 ? &dsp_avx2 : &dsp_sse2; /* without SSE2, the driver refuses to load */
#elif defined __x86_64__ || defined __i386__
    if (simd == 0)
        return &dsp_portable;
    return simd >= 2 ? &dsp_avx2 : &dsp_sse2;
#else
    (void)simd;
    return &dsp_portable;
#endif
}
