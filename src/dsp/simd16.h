/* A vector register as 16-bit lanes, unsigned unless noted. 32-bit results are in two registers,
 * one of the even lanes and one of the odd lanes. simd32.h has the other operations. */
#ifndef OMNIACM_SIMD16_H
#define OMNIACM_SIMD16_H

#include "simd32.h"

typedef uint16_t vec16 __attribute__((vector_size(VECTOR_BYTES)));
typedef int16_t ivec16 __attribute__((vector_size(VECTOR_BYTES)));

KERNEL vec16 set16(uint16_t x) { return x - (vec16){ 0 }; }

/* Broadcasts the sign bit of each lane to all its bits. */
KERNEL vec16 sign_mask16(vec16 x) { return (vec16)((ivec16)x >> 15); }

KERNEL vec16 blend16(vec16 mask, vec16 yes, vec16 no) { return (mask & yes) | (~mask & no); }
KERNEL vec16 equal16(vec16 a, vec16 b) { return (vec16)(a == b); }

/* Unsigned saturating differences and sums. */
KERNEL vec16 subs16(vec16 a, vec16 b) { return (vec16)SIMD(subs_epu16)((simd)a, (simd)b); }
KERNEL vec16 adds16(vec16 a, vec16 b) { return (vec16)SIMD(adds_epu16)((simd)a, (simd)b); }
KERNEL vec16 absdiff16(vec16 a, vec16 b) { return subs16(a, b) | subs16(b, a); }

#if VECTOR_BYTES == 32
KERNEL vec16 min16(vec16 a, vec16 b) { return (vec16)_mm256_min_epu16((simd)a, (simd)b); }
#else
KERNEL vec16 min16(vec16 a, vec16 b) { return a - subs16(a, b); }
#endif

KERNEL vec32 even16(vec16 x) { return (vec32)x & 0xFFFF; }
KERNEL vec32 odd16(vec16 x) { return (vec32)((uvec32)x >> 16); }
KERNEL vec16 join16(vec32 even, vec32 odd) { return (vec16)blend_halves(even, odd); }

/* Transposes a matrix of 8 x 8 elements, one row per register, in each 16 bytes. */
KERNEL void transpose16(vec16 r[8])
{
    vec32 a[4], b[4];

#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        a[i] = unpack_low16((vec32)r[2 * i], (vec32)r[2 * i + 1]);
        b[i] = unpack_high16((vec32)r[2 * i], (vec32)r[2 * i + 1]);
    }
    transpose32(a);
    transpose32(b);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        r[i] = (vec16)a[i];
        r[i + 4] = (vec16)b[i];
    }
}

#endif
