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

/* Of sixteen bytes, by the low 4 bits of each byte of i; 0 where its top bit is set. */
#define SIXTEEN(i, ...) _mm256_shuffle_epi8(_mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__), i)

/* One more than the index moves by a code of 4 bits: none by 0, which the high bytes have. */
KERNEL words ima_growth_by(words code)
{
    return (words)SIXTEEN((__m256i)code, 0, 0, 0, 0, 3, 5, 7, 9, 0, 0, 0, 0, 3, 5, 7, 9);
}

KERNEL words ima_growth(words magnitude)
{
    return ima_growth_by(magnitude);
}

/* What a code adds, or takes where it is negative. Each part of a step is the high half of a product with a power of two: a
 * half and a quarter of it; and, in a whole and an eighth, which round down together, of a step twice as large. */
KERNEL words ima_change(words code, words step)
{
    __m256i high = (__m256i)(code << 8 | 0x80), twice = (__m256i)(step + step);
    __m256i whole = SIXTEEN(high, 16, 16, 16, 16, -112, -112, -112, -112, 16, 16, 16, 16, -112, -112, -112, -112);
    __m256i half = SIXTEEN(high, 0, 0, -128, -128, 0, 0, -128, -128, 0, 0, -128, -128, 0, 0, -128, -128);
    __m256i quarter = SIXTEEN(high, 0, 64, 0, 64, 0, 64, 0, 64, 0, 64, 0, 64, 0, 64, 0, 64);

    return (words)_mm256_mulhi_epu16(twice, whole) + (words)_mm256_mulhi_epu16((__m256i)step, half) +
           (words)_mm256_mulhi_epu16((__m256i)step, quarter);
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
