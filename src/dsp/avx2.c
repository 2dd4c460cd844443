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
KERNEL lanes low_and_high(lanes low, lanes high) { return (lanes)_mm256_blend_epi16((__m256i)low, (__m256i)high, 0xAA); }
KERNEL lanes unsigned_at_most(lanes a, lanes b) { return (lanes)_mm256_min_epu32((__m256i)a, (__m256i)b); }
KERNEL lanes magnitude_of(lanes x) { return (lanes)_mm256_abs_epi32((__m256i)x); }
KERNEL lanes signed_by(lanes x, lanes sign) { return (lanes)_mm256_sign_epi32((__m256i)x, (__m256i)sign); }
KERNEL lanes over_power_of_two(lanes x, int n) { return signed_by((lanes)_mm256_srli_epi32((__m256i)magnitude_of(x), n), x); }
KERNEL lanes lookup(const int32_t *table, lanes i) { return (lanes)_mm256_i32gather_epi32(table, (__m256i)i, 4); }
KERNEL lanes choose(const int32_t eight[8], lanes i) { return (lanes)_mm256_permutevar8x32_epi32(*(const __m256i_u *)(const void *)eight, (__m256i)i); }
KERNEL lanes where_negative(lanes x, lanes yes, lanes no) { return (lanes)_mm256_blendv_ps((__m256)no, (__m256)yes, (__m256)x); }
KERNEL lanes high_product(lanes a, lanes b) { return (lanes)_mm256_mulhi_epu16((__m256i)a, (__m256i)b); }
KERNEL lanes both_products(lanes a, lanes b) { return (lanes)_mm256_madd_epi16((__m256i)a, (__m256i)b); }

/* Saturated to 16 bits, and two of these in one. */
KERNEL lanes halves(lanes x) { return (lanes)_mm256_packs_epi32((__m256i)x, (__m256i)x); }
KERNEL lanes interleaved(lanes low, lanes high) { return (lanes)_mm256_unpacklo_epi16((__m256i)low, (__m256i)high); }

#include "twos.h"
#include "g711_avx2.h"
#include "gsm_kernels.h"
#include "ima_sets.h"
#include "ms_search.h"
#include "ms_decode.h"
#include "yamaha_decode.h"
#include "yamaha_search.h"
#include "celp_x86.h"

const struct dsp dsp_avx2 = {
    .gsm = &gsm_kernels,
    .alaw_expand = alaw_expands, .ulaw_expand = ulaw_expands, .alaw_compress = alaw_compresses, .ulaw_compress = ulaw_compresses,
    .celp = &celp_kernels,
    .ima_decode = avx2_ima_decode, .ima_greedy = avx2_ima_greedy, .ima_search = avx2_ima_search, .ms_decode = ms_decode, .ms_encode = ms_encode,
    .yamaha_decode = yamaha_decode, .yamaha_greedy = yamaha_greedy, .yamaha_search = yamaha_search,
};
#endif
