/* The kernels for SSE2. */
#ifdef __SSE2__
#include <emmintrin.h>
#include "portable.h"
#include "vectors.h"

#define HAVE_PRODUCTS

KERNEL lanes high_product(lanes a, lanes b) { return (lanes)_mm_mulhi_epu16((__m128i)a, (__m128i)b); }
KERNEL lanes both_products(lanes a, lanes b) { return (lanes)_mm_madd_epi16((__m128i)a, (__m128i)b); }

#include "gsm_kernels.h"
#include "celp_x86.h"
#include "ima_sets.h"
#include "ms_search.h"
#include "yamaha_search.h"

const struct dsp dsp_sse2 = {
    .gsm = &gsm_kernels,
    .alaw_expand = portable_alaw_expand, .ulaw_expand = portable_ulaw_expand,
    .alaw_compress = portable_alaw_compress, .ulaw_compress = portable_ulaw_compress,
    .celp = &celp_kernels,
    .ima_decode = sse2_ima_decode, .ima_greedy = sse2_ima_greedy, .ima_search = sse2_ima_search, .ms_encode = ms_encode,
    .yamaha_greedy = yamaha_greedy, .yamaha_search = yamaha_search,
};
#endif
