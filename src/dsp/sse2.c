/* The kernels for SSE2: a group of lanes is two registers. */
#ifdef __SSE2__
#include <emmintrin.h>
#include "ima.h"
#include "ima_search.h"
#include "ms.h"

const struct dsp dsp_sse2 = {
    .ima_decode = ima_decode, .ima_search = ima_search, .ms_decode = ms_decode,
};
#endif
