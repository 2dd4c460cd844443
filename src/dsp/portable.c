/* The reference, and what every machine has. */
#include "g711.h"
#include "ima_search.h"
#include "ms_search.h"
#include "portable.h"
#include "yamaha_search.h"

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

const struct dsp dsp_portable = {
    .speech = &dsp_speech_portable,
    .alaw_expand = portable_alaw_expand, .ulaw_expand = portable_ulaw_expand,
    .alaw_compress = portable_alaw_compress, .ulaw_compress = portable_ulaw_compress,
    .ima_greedy = ima_greedy, .ima_search = ima_search, .ms_encode = ms_encode,
    .yamaha_greedy = yamaha_greedy, .yamaha_search = yamaha_search,
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
