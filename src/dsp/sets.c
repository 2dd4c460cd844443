/* Which set a processor gets, and what all of them share. */
#include "dsp.h"
#include "g711.h"
#include "portable.h"

#define BOTH_WAYS(law) \
    void portable_##law##_expand(const uint8_t *src, int16_t *pcm, size_t n) \
    { \
        for (size_t i = 0; i < n; i++) \
            pcm[i] = law##_expand(src[i]); \
    } \
    void portable_##law##_compress(const int16_t *pcm, uint8_t *dst, size_t n) \
    { \
        for (size_t i = 0; i < n; i++) \
            dst[i] = law##_compress(pcm[i]); \
    }
BOTH_WAYS(alaw)
BOTH_WAYS(ulaw)

/* Sets that were not built are not asked for. */
const struct dsp *dsp_set(unsigned simd)
{
#if defined OMNIACM_SSE2            /* and nothing below */
    return simd >= 2 ? &dsp_avx2 : &dsp_sse2;
#elif defined OMNIACM_SIMD
    return simd >= 2 ? &dsp_avx2 : simd == 1 ? &dsp_sse2 : &dsp_portable;
#else
    (void)simd;
    return &dsp_portable;
#endif
}
