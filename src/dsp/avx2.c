/* The kernels for AVX2. */
#ifdef __AVX2__
#include <immintrin.h>
#define LANES 8
#include "vectors.h"

#define HAVE_OPERATIONS

KERNEL lanes blend(lanes mask, lanes yes, lanes no)
{
    return (lanes)_mm256_blendv_epi8((__m256i)no, (__m256i)yes, (__m256i)mask);
}

KERNEL lanes at_least(lanes a, lanes b) { return (lanes)_mm256_max_epi32((__m256i)a, (__m256i)b); }
KERNEL lanes at_most(lanes a, lanes b) { return (lanes)_mm256_min_epi32((__m256i)a, (__m256i)b); }
KERNEL lanes magnitude_of(lanes x) { return (lanes)_mm256_abs_epi32((__m256i)x); }
KERNEL lanes signed_by(lanes x, lanes sign) { return (lanes)_mm256_sign_epi32((__m256i)x, (__m256i)sign); }
KERNEL lanes lookup(const int32_t *table, lanes i) { return (lanes)_mm256_i32gather_epi32(table, (__m256i)i, 4); }
KERNEL lanes widened(row x) { return (lanes)_mm256_cvtepi16_epi32((__m128i)x); }
KERNEL lanes choose(const int32_t eight[8], lanes i) { return (lanes)_mm256_permutevar8x32_epi32(*(const __m256i_u *)(const void *)eight, (__m256i)i); }
KERNEL lanes both_products(lanes a, lanes b) { return (lanes)_mm256_madd_epi16((__m256i)a, (__m256i)b); }

KERNEL row narrowed(lanes x)
{
    return (row)_mm_packs_epi32(_mm256_castsi256_si128((__m256i)x), _mm256_extracti128_si256((__m256i)x, 1));
}

#include "g711_avx2.h"
#include "ima.h"
#include "gsm_kernels.h"
#include "ima_search.h"
#include "ms_search.h"
#include "ms.h"
#include "yamaha_decode.h"
#include "yamaha_search.h"
#include "speech.h"

const struct dsp dsp_avx2 = {
    .gsm = &gsm_kernels,
    .alaw_expand = alaw_expands, .ulaw_expand = ulaw_expands, .alaw_compress = alaw_compresses, .ulaw_compress = ulaw_compresses,
    .speech = &speech,
    .ima_decode = ima_decode, .ima_greedy = ima_greedy, .ima_search = ima_search, .ms_decode = ms_decode, .ms_encode = ms_encode,
    .yamaha_decode = yamaha_decode, .yamaha_greedy = yamaha_greedy, .yamaha_search = yamaha_search,
};
#endif
