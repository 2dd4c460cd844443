/* GSM 06.10 in 16 bytes: eight 16-bit numbers per register, in either set. dsp_gsm.h specifies the
 * kernels; src/codecs/gsm610 has them in plain C.
 *
 * Parameter: VECTOR_BYTES (simd32.h); 32 implies SSSE3 too. */
#include "dsp_gsm.h"
#include "fixed.h"
#include "simd32.h"

enum { GSM_VECTOR = 8 };

/* mult_r of each lane, except for -1 times -1, which does not occur. */
KERNEL __m128i product(__m128i a, __m128i b)
{
#if VECTOR_BYTES == 32
    return _mm_mulhrs_epi16(a, b);
#else
    __m128i high = _mm_mulhi_epi16(a, b), low = _mm_srli_epi16(_mm_mullo_epi16(a, b), 14);

    return _mm_add_epi16(_mm_add_epi16(high, high),
                         _mm_srli_epi16(_mm_add_epi16(low, _mm_set1_epi16(1)), 1));
#endif
}

/* Eight samples of two vectors, from number n of the first one on. A macro, since n must be
 * constant. */
#if VECTOR_BYTES == 32
#define SAMPLES_FROM(n, first, second) _mm_alignr_epi8(second, first, 2 * (n))
#else
#define SAMPLES_FROM(n, first, second) \
    _mm_or_si128(_mm_srli_si128(first, 2 * (n)), _mm_slli_si128(second, 16 - 2 * (n)))
#endif

KERNEL __m128i newest(int16_t x) { return _mm_slli_si128(_mm_cvtsi32_si128(x), 14); }
KERNEL int16_t newest_of(__m128i x) { return (int16_t)_mm_extract_epi16(x, 7); }

KERNEL int32_t sum_of(__m128i x)
{
    x = _mm_add_epi32(x, _mm_shuffle_epi32(x, _MM_SHUFFLE(1, 0, 3, 2)));
    return _mm_cvtsi128_si32(_mm_add_epi32(x, _mm_shuffle_epi32(x, _MM_SHUFFLE(2, 3, 0, 1))));
}

/* The greatest abs_s. */
KERNEL int16_t peak_of_vectors(const int16_t *s, int vectors)
{
    __m128i peak = _mm_setzero_si128();

#pragma GCC unroll 5
    for (int i = 0; i < vectors; i++) {
        __m128i x = load128(s + GSM_VECTOR * i);

        peak = _mm_max_epi16(peak, _mm_max_epi16(x, _mm_subs_epi16(_mm_setzero_si128(), x)));
    }
    peak = _mm_max_epi16(peak, _mm_shuffle_epi32(peak, _MM_SHUFFLE(1, 0, 3, 2)));
    peak = _mm_max_epi16(peak, _mm_shuffle_epi32(peak, _MM_SHUFFLE(2, 3, 0, 1)));
    peak = _mm_max_epi16(peak, _mm_shufflelo_epi16(peak, _MM_SHUFFLE(2, 3, 0, 1)));
    return (int16_t)_mm_extract_epi16(peak, 0);
}
