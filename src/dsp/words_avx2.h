/* AVX2's own operations on words. */
#include <immintrin.h>

KERNEL words least(words a, words b) { return (words)_mm256_min_epu16((__m256i)a, (__m256i)b); }
KERNEL words less(words a, words b) { return (words)_mm256_subs_epu16((__m256i)a, (__m256i)b); }
KERNEL words more(words a, words b) { return (words)_mm256_adds_epu16((__m256i)a, (__m256i)b); }
KERNEL pairs least_pair(pairs a, pairs b) { return (pairs)_mm256_min_epi32((__m256i)a, (__m256i)b); }
KERNEL words joined(pairs even, pairs odd) { return (words)_mm256_blend_epi16((__m256i)even, (__m256i)odd, 0xAA); }
KERNEL pairs square(pairs x) { return (pairs)_mm256_madd_epi16((__m256i)x, (__m256i)x); }

KERNEL words load_row(const uint8_t *low, const uint8_t *high)
{
    return (words)_mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i_u *)(const void *)low)),
                                          _mm_loadu_si128((const __m128i_u *)(const void *)high), 1);
}

KERNEL void store_row(words x, uint8_t *low, uint8_t *high)
{
    _mm_storeu_si128((__m128i_u *)(void *)low, _mm256_castsi256_si128((__m256i)x));
    _mm_storeu_si128((__m128i_u *)(void *)high, _mm256_extracti128_si256((__m256i)x, 1));
}

KERNEL __m256i ima_part(const uint8_t *bytes, int i)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i_u *)(const void *)(bytes + 16 * i)));
}

/* Without a gather: of six parts of the table those from the index's own on are looked at, the others shut out by a top bit,
 * and each holds what differs between it and the next. Low bytes, then high bytes, of which the first part has none. */
KERNEL void ima_steps_of(words a, words b, words *steps_a, words *steps_b)
{
    __m256i index = _mm256_packus_epi16((__m256i)a, (__m256i)b);
    __m256i low = _mm256_shuffle_epi8(ima_part(ima_low_bytes, 5), index), high = _mm256_shuffle_epi8(ima_part(ima_high_bytes, 5), index);

#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
        __m256i place = _mm256_adds_epu8(index, _mm256_set1_epi8((char)(0x70 - 16 * i)));

        low ^= _mm256_shuffle_epi8(ima_part(ima_low_bytes, i) ^ ima_part(ima_low_bytes, i + 1), place);
        if (i > 0)
            high ^= _mm256_shuffle_epi8(ima_part(ima_high_bytes, i) ^ ima_part(ima_high_bytes, i + 1), place);
    }
    *steps_a = (words)_mm256_unpacklo_epi8(low, high);
    *steps_b = (words)_mm256_unpackhi_epi8(low, high);
}
