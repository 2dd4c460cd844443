/* A vector register as 32-bit lanes, and the basics of all templates: its size, loads, stores and
 * transposes.
 *
 * Parameter: VECTOR_BYTES, 16 for SSE2 or 32 for AVX2. Arithmetic uses the compiler's vector types;
 * this header adds the missing operations. Comparisons yield 0 or -1 in each lane. */
#ifndef OMNIACM_SIMD32_H
#define OMNIACM_SIMD32_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>
#include "compiler.h"

#define KERNEL static INLINED
#define LANES32 (VECTOR_BYTES / 4)
#define LANES16 (VECTOR_BYTES / 2)

typedef int32_t vec32 __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef uint32_t uvec32 __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef uint64_t uvec64 __attribute__((vector_size(VECTOR_BYTES), may_alias));

/* The register type of the intrinsics, and the prefix of their names. */
#if VECTOR_BYTES == 32
typedef __m256i simd;
#define SIMD(operation) _mm256_##operation
#else
typedef __m128i simd;
#define SIMD(operation) _mm_##operation
#endif

KERNEL vec32 set32(int32_t x) { return x - (vec32){ 0 }; }
KERNEL vec32 srl32(vec32 x, int n) { return (vec32)((uvec32)x >> n); }

/* Products of 16-bit halves: the high half of unsigned products, and the sum of two signed ones. */
KERNEL vec32 mulhi_u16(vec32 a, vec32 b) { return (vec32)SIMD(mulhi_epu16)((simd)a, (simd)b); }
KERNEL vec32 madd16(vec32 a, vec32 b) { return (vec32)SIMD(madd_epi16)((simd)a, (simd)b); }

#if VECTOR_BYTES == 32
KERNEL vec32 blend32(vec32 mask, vec32 yes, vec32 no)
{
    return (vec32)_mm256_blendv_epi8((simd)no, (simd)yes, (simd)mask);
}

KERNEL vec32 blend_negative32(vec32 x, vec32 yes, vec32 no)
{
    return (vec32)_mm256_blendv_ps((__m256)no, (__m256)yes, (__m256)x);
}

KERNEL vec32 max32(vec32 a, vec32 b) { return (vec32)_mm256_max_epi32((simd)a, (simd)b); }
KERNEL vec32 min32(vec32 a, vec32 b) { return (vec32)_mm256_min_epi32((simd)a, (simd)b); }
KERNEL vec32 min_u32(vec32 a, vec32 b) { return (vec32)_mm256_min_epu32((simd)a, (simd)b); }
KERNEL vec32 blend_halves(vec32 low, vec32 high)
{
    return (vec32)_mm256_blend_epi16((simd)low, (simd)high, 0xAA);
}
KERNEL vec32 abs32(vec32 x) { return (vec32)_mm256_abs_epi32((simd)x); }
KERNEL vec32 sign32(vec32 x, vec32 sign) { return (vec32)_mm256_sign_epi32((simd)x, (simd)sign); }

KERNEL vec32 div_power_of_two(vec32 x, int n)
{
    return sign32((vec32)_mm256_srli_epi32((simd)abs32(x), n), x);
}

KERNEL vec32 lookup32(const int32_t *table, vec32 i)
{
    return (vec32)_mm256_i32gather_epi32(table, (simd)i, 4);
}

KERNEL vec32 lookup8(const int32_t table[8], vec32 i)
{
    return (vec32)_mm256_permutevar8x32_epi32(*(const __m256i_u *)(const void *)table, (simd)i);
}
#else
KERNEL vec32 blend32(vec32 mask, vec32 yes, vec32 no) { return (mask & yes) | (~mask & no); }
KERNEL vec32 blend_negative32(vec32 x, vec32 yes, vec32 no) { return blend32(x >> 31, yes, no); }
KERNEL vec32 max32(vec32 a, vec32 b) { return blend32(a > b, a, b); }
KERNEL vec32 min32(vec32 a, vec32 b) { return blend32(a < b, a, b); }
KERNEL vec32 min_u32(vec32 a, vec32 b) { return blend32((vec32)((uvec32)a < (uvec32)b), a, b); }

/* The low halves of one vector, the high halves of the other. */
KERNEL vec32 blend_halves(vec32 low, vec32 high) { return (low & 0xFFFF) | (high & -65536); }

KERNEL vec32 abs32(vec32 x)
{
    vec32 sign = x >> 31;

    return (x ^ sign) - sign;
}

/* x, or -x if `sign`, which must not be 0, is negative. */
KERNEL vec32 sign32(vec32 x, vec32 sign) { return (x ^ sign >> 31) - (sign >> 31); }

/* x / 2^n, rounded toward zero. */
KERNEL vec32 div_power_of_two(vec32 x, int n) { return (x + srl32(x >> 31, 32 - n)) >> n; }

KERNEL vec32 lookup32(const int32_t *table, vec32 i)
{
    vec32 found;

    for (int l = 0; l < LANES32; l++)
        found[l] = table[i[l]];
    return found;
}

/* Looks up an element by the low 3 bits of i. */
KERNEL vec32 lookup8(const int32_t table[8], vec32 i) { return lookup32(table, i & 7); }
#endif

/* Combines the low halves of both. */
KERNEL vec32 pair16(vec32 low, vec32 high)
{
    return blend_halves(low, (vec32)((uvec32)high << 16));
}

KERNEL vec32 clamp32(vec32 x, int32_t least, int32_t most)
{
    return min32(max32(x, set32(least)), set32(most));
}

/* 16 bytes, unaligned. */
KERNEL __m128i load128(const void *from) { return _mm_loadu_si128((const __m128i_u *)from); }
KERNEL void store128(void *to, __m128i x) { _mm_storeu_si128((__m128i_u *)to, x); }

/* Negates the lanes of 16 bits whose masks are -1; those with 0 stay as they are. */
KERNEL __m128i negate128_if(__m128i mask, __m128i x)
{
    return _mm_sub_epi16(_mm_xor_si128(x, mask), mask);
}

/* Loads and stores 16 bytes per half of a register. SSE2's has only the low half. */
KERNEL vec32 load_halves(const void *low, const void *high)
{
#if VECTOR_BYTES == 32
    return (vec32)_mm256_inserti128_si256(_mm256_castsi128_si256(load128(low)), load128(high), 1);
#else
    (void)high;
    return (vec32)load128(low);
#endif
}

KERNEL void store_halves(vec32 x, void *low, void *high)
{
#if VECTOR_BYTES == 32
    store128(low, _mm256_castsi256_si128((simd)x));
    store128(high, _mm256_extracti128_si256((simd)x, 1));
#else
    (void)high;
    store128(low, (simd)x);
#endif
}

/* Interleaves the low, or the high, elements of each 16 bytes. */
KERNEL vec32 unpack_low16(vec32 a, vec32 b)
{
    return (vec32)SIMD(unpacklo_epi16)((simd)a, (simd)b);
}
KERNEL vec32 unpack_high16(vec32 a, vec32 b)
{
    return (vec32)SIMD(unpackhi_epi16)((simd)a, (simd)b);
}
KERNEL vec32 unpack_low32(vec32 a, vec32 b)
{
    return (vec32)SIMD(unpacklo_epi32)((simd)a, (simd)b);
}
KERNEL vec32 unpack_high32(vec32 a, vec32 b)
{
    return (vec32)SIMD(unpackhi_epi32)((simd)a, (simd)b);
}
KERNEL vec32 unpack_low64(vec32 a, vec32 b)
{
    return (vec32)SIMD(unpacklo_epi64)((simd)a, (simd)b);
}
KERNEL vec32 unpack_high64(vec32 a, vec32 b)
{
    return (vec32)SIMD(unpackhi_epi64)((simd)a, (simd)b);
}

/* Transposes a matrix of 4 x 4 elements, one row per register, in each 16 bytes. */
KERNEL void transpose32(vec32 r[4])
{
    vec32 a = unpack_low32(r[0], r[1]), b = unpack_high32(r[0], r[1]);
    vec32 c = unpack_low32(r[2], r[3]), d = unpack_high32(r[2], r[3]);

    r[0] = unpack_low64(a, c);
    r[1] = unpack_high64(a, c);
    r[2] = unpack_low64(b, d);
    r[3] = unpack_high64(b, d);
}

#endif
