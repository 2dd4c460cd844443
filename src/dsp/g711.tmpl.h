/* G.711 with AVX2, 16 or 32 samples at a time. include/g711.h converts single samples.
 *
 * Parameter: VECTOR_BYTES, 32. */
#include "g711.h"
#include "simd32.h"

/* Expands 16 codes, each in 16 bits. The level is (step << 4 | 0x108) << (segment - 1), or step <<
 * 4 | 8 in segment 0; the shift is a product with a power of two from a table. */
KERNEL __m256i alaw_levels(__m256i codes)
{
    const __m256i powers = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(1, 1, 2, 4, 8, 16, 32, 64, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i high = _mm256_set1_epi16((int16_t)0xFF00);
    __m256i bits = _mm256_xor_si256(codes, _mm256_set1_epi16(0x55)), negative, level, power;
    __m256i segment = _mm256_and_si256(_mm256_srli_epi16(bits, 4), _mm256_set1_epi16(7));

    level = _mm256_or_si256(_mm256_slli_epi16(_mm256_and_si256(bits, _mm256_set1_epi16(15)), 4),
                            _mm256_set1_epi16(8));
    level = _mm256_or_si256(level,
                            _mm256_andnot_si256(_mm256_cmpeq_epi16(segment, _mm256_setzero_si256()),
                                                _mm256_set1_epi16(0x100)));
    power = _mm256_shuffle_epi8(powers, _mm256_or_si256(segment, high));
    level = _mm256_mullo_epi16(level, power);
    negative =
        _mm256_cmpeq_epi16(_mm256_and_si256(bits, _mm256_set1_epi16(0x80)), _mm256_setzero_si256());
    return _mm256_sub_epi16(_mm256_xor_si256(level, negative), negative);
}

KERNEL __m256i ulaw_levels(__m256i codes)
{
    const __m256i powers = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, (char)128, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i high = _mm256_set1_epi16((int16_t)0xFF00), bias = _mm256_set1_epi16(0x84);
    __m256i bits = _mm256_xor_si256(codes, _mm256_set1_epi16(0xFF)), negative, level, power;
    __m256i segment = _mm256_and_si256(_mm256_srli_epi16(bits, 4), _mm256_set1_epi16(7));

    level =
        _mm256_or_si256(_mm256_slli_epi16(_mm256_and_si256(bits, _mm256_set1_epi16(15)), 3), bias);
    power = _mm256_shuffle_epi8(powers, _mm256_or_si256(segment, high));
    level = _mm256_sub_epi16(_mm256_mullo_epi16(level, power), bias);
    negative = _mm256_cmpeq_epi16(_mm256_and_si256(bits, _mm256_set1_epi16(0x80)),
                                  _mm256_set1_epi16(0x80));
    return _mm256_sub_epi16(_mm256_xor_si256(level, negative), negative);
}

/* The position of a byte's highest set bit, found from its nibbles; 0 for 0. Works on the low byte
 * of each 16 bits; the high byte is 0. */
KERNEL __m256i log2_of_byte(__m256i x)
{
    const __m256i of_low =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3));
    const __m256i of_high =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7));
    const __m256i nibble = _mm256_set1_epi16(15);

    return _mm256_max_epi16(
        _mm256_shuffle_epi8(of_low, _mm256_and_si256(x, nibble)),
        _mm256_shuffle_epi8(of_high, _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble)));
}

/* x >> shift for 0 <= x < 2^15 and shifts of 0 to 7, as the high half of a product with 2^(16 -
 * shift), where 0 stands for 2^16. */
KERNEL __m256i shifted(__m256i x, __m256i shift)
{
    const __m256i powers = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, (char)128, 64, 32, 16, 8, 4, 2, 0, 0, 0, 0, 0, 0, 0, 0));
    __m256i high = _mm256_slli_epi16(_mm256_shuffle_epi8(powers, shift), 8),
            whole = _mm256_cmpeq_epi16(shift, _mm256_setzero_si256());

    return _mm256_blendv_epi8(_mm256_mulhi_epu16(x, high), x, whole);
}

KERNEL __m256i alaw_codes(__m256i samples)
{
    __m256i negative = _mm256_srai_epi16(samples, 15);
    __m256i magnitude = _mm256_srli_epi16(_mm256_xor_si256(samples, negative), 4); /* below 2^11 */
    __m256i segment = log2_of_byte(_mm256_srli_epi16(magnitude, 4)); /* of 7 bits: 0 to 6 */
    __m256i small = _mm256_cmpgt_epi16(_mm256_set1_epi16(16), magnitude), code;

    code = _mm256_and_si256(shifted(magnitude, segment), _mm256_set1_epi16(15));
    code = _mm256_or_si256(code,
                           _mm256_slli_epi16(_mm256_add_epi16(segment, _mm256_set1_epi16(1)), 4));
    code = _mm256_blendv_epi8(code, magnitude, small);
    code = _mm256_or_si256(code, _mm256_andnot_si256(negative, _mm256_set1_epi16(0x80)));
    return _mm256_xor_si256(code, _mm256_set1_epi16(0x55));
}

KERNEL __m256i ulaw_codes(__m256i samples)
{
    __m256i negative = _mm256_srai_epi16(samples, 15);
    __m256i magnitude = _mm256_add_epi16(_mm256_srli_epi16(_mm256_xor_si256(samples, negative), 2),
                                         _mm256_set1_epi16(33));
    __m256i limited = _mm256_min_epi16(magnitude, _mm256_set1_epi16(0x1FFF));
    __m256i segment = log2_of_byte(_mm256_srli_epi16(limited, 5)); /* of 8 bits: 0 to 7 */
    __m256i code =
        _mm256_and_si256(shifted(_mm256_srli_epi16(limited, 1), segment), _mm256_set1_epi16(15));

    code = _mm256_or_si256(code, _mm256_slli_epi16(segment, 4));
    code = _mm256_or_si256(code, _mm256_and_si256(negative, _mm256_set1_epi16(0x80)));
    return _mm256_xor_si256(code, _mm256_set1_epi16(0xFF));
}

#define BOTH_DIRECTIONS(law) \
    static void law##_expand_all(const uint8_t *src, int16_t *pcm, size_t n) \
    { \
        size_t i = 0; \
        for (; i + 16 <= n; i += 16) \
            _mm256_storeu_si256((__m256i_u *)(void *)(pcm + i), \
                                law##_levels(_mm256_cvtepu8_epi16(load128(src + i)))); \
        for (; i < n; i++) \
            pcm[i] = law##_expand(src[i]); \
    } \
    static void law##_compress_all(const int16_t *pcm, uint8_t *dst, size_t n) \
    { \
        size_t i = 0; \
        for (; i + 32 <= n; i += 32) { \
            __m256i low = \
                law##_codes(_mm256_loadu_si256((const __m256i_u *)(const void *)(pcm + i))); \
            __m256i high = \
                law##_codes(_mm256_loadu_si256((const __m256i_u *)(const void *)(pcm + i + 16))); \
            __m256i both = _mm256_permute4x64_epi64(_mm256_packus_epi16(low, high), 0xD8); \
            _mm256_storeu_si256((__m256i_u *)(void *)(dst + i), both); \
        } \
        for (; i < n; i++) \
            dst[i] = law##_compress(pcm[i]); \
    }
BOTH_DIRECTIONS(alaw)
BOTH_DIRECTIONS(ulaw)
