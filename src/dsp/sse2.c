/* The kernels for SSE2. */
#ifdef __SSE2__
#include <emmintrin.h>
#include "vectors.h"

#define HAVE_PRODUCTS

KERNEL lanes both_products(lanes a, lanes b) { return (lanes)_mm_madd_epi16((__m128i)a, (__m128i)b); }

#include "ima_search.h"

const struct dsp dsp_sse2 = {
    .ima_search = ima_search,
};
#endif
