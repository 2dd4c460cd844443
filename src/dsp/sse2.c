/* The kernels for SSE2. */
#ifdef __SSE2__
#include <emmintrin.h>
#include "portable.h"
#include "vectors.h"

#define HAVE_PRODUCTS

KERNEL lanes both_products(lanes a, lanes b) { return (lanes)_mm_madd_epi16((__m128i)a, (__m128i)b); }

#include "gsm_lag.h"
#include "ima_sets.h"

const struct dsp dsp_sse2 = {
    .alaw_expand = portable_alaw_expand, .ulaw_expand = portable_ulaw_expand,
    .alaw_compress = portable_alaw_compress, .ulaw_compress = portable_ulaw_compress,
    .gsm_lag = gsm_lag, .ima_decode = sse2_ima_decode, .ima_greedy = sse2_ima_greedy, .ima_search = sse2_ima_search,
};
#endif
