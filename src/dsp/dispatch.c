/* Which set a processor gets. Those that are not built are not referred to. */
#include "dsp.h"

const struct dsp *dsp_set(unsigned simd)
{
#if defined _WIN32 && (defined __x86_64__ || defined __i386__)
    return simd >= 2 ? &dsp_avx2 : &dsp_sse2; /* the driver declines to be loaded without SSE2 */
#elif defined __x86_64__ || defined __i386__
    return simd >= 2 ? &dsp_avx2 : simd == 1 ? &dsp_sse2 : &dsp_portable;
#else
    (void)simd;
    return &dsp_portable;
#endif
}
