/* LANES chains in one variable, a 32-bit number of each: what the kernels are written in. The compiler's vectors, which it
 * splits where registers are shorter; the few operations that they lack are here, and a set that has an instruction for
 * one says so by a macro.
 *
 * A comparison's lanes are 0 or -1. */
#ifndef OMNIACM_LANES_H
#define OMNIACM_LANES_H

#include <string.h>
#include "vectors.h"

typedef uint32_t ulanes __attribute__((vector_size(4 * LANES), may_alias));
typedef int32_t row32 __attribute__((vector_size(16), may_alias));
typedef int64_t row64 __attribute__((vector_size(16), may_alias));

KERNEL lanes all(int32_t x)
{
    return x - (lanes){ 0 };
}

KERNEL lanes srl(lanes x, int n)
{
    return (lanes)((ulanes)x >> n);
}

#ifndef HAVE_OPERATIONS
KERNEL lanes blend(lanes mask, lanes yes, lanes no)
{
    return (mask & yes) | (~mask & no);
}

KERNEL lanes at_least(lanes a, lanes b)
{
    return blend(a > b, a, b);
}

KERNEL lanes at_most(lanes a, lanes b)
{
    return blend(a < b, a, b);
}

KERNEL lanes magnitude_of(lanes x)
{
    lanes sign = x >> 31;

    return (x ^ sign) - sign;
}

/* x, or -x where a number that is not 0 is negative. */
KERNEL lanes signed_by(lanes x, lanes sign)
{
    return (x ^ sign >> 31) - (sign >> 31);
}

/* Towards zero. */
KERNEL lanes over_power_of_two(lanes x, int n)
{
    return (x + srl(x >> 31, 32 - n)) >> n;
}

KERNEL lanes lookup(const int32_t *table, lanes i)
{
    lanes found;

    for (int l = 0; l < LANES; l++)
        found[l] = table[i[l]];
    return found;
}

/* One of eight by the low 3 bits of i. */
KERNEL lanes choose(const int32_t eight[8], lanes i)
{
    return lookup(eight, i & 7);
}

#ifndef HAVE_PRODUCTS
/* The sum of the products of both 16-bit halves. */
KERNEL lanes both_products(lanes a, lanes b)
{
    return (a << 16 >> 16) * (b << 16 >> 16) + (a >> 16) * (b >> 16);
}
#endif
#endif

/* What block ADPCM's codes make of a step by their magnitudes, in 256ths: Microsoft's as Yamaha's. */
static const int32_t growths[8] = { 230, 230, 230, 230, 307, 409, 512, 614 };

KERNEL lanes within(lanes x, int32_t least, int32_t most)
{
    return at_most(at_least(x, all(least)), all(most));
}

#if LANES == 8
#ifdef __clang__
#define INTERLEAVE(type, a, b, ...) (type) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define INTERLEAVE(type, a, b, ...) (type) __builtin_shuffle(a, b, (type){ __VA_ARGS__ })
#endif

KERNEL row low16(row a, row b) { return INTERLEAVE(row, a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
KERNEL row high16(row a, row b) { return INTERLEAVE(row, a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
KERNEL row low32(row a, row b) { return (row)INTERLEAVE(row32, (row32)a, (row32)b, 0, 4, 1, 5); }
KERNEL row high32(row a, row b) { return (row)INTERLEAVE(row32, (row32)a, (row32)b, 2, 6, 3, 7); }
KERNEL row low64(row a, row b) { return (row)INTERLEAVE(row64, (row64)a, (row64)b, 0, 2); }
KERNEL row high64(row a, row b) { return (row)INTERLEAVE(row64, (row64)a, (row64)b, 1, 3); }

/* Row i of column j becomes row j of column i. */
KERNEL void transpose(row r[8])
{
    row a[8], b[8];

#pragma GCC unroll 8
    for (int i = 0; i < 4; i++) {
        a[2 * i] = low16(r[2 * i], r[2 * i + 1]);
        a[2 * i + 1] = high16(r[2 * i], r[2 * i + 1]);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 2; i++)
#pragma GCC unroll 8
        for (int j = 0; j < 2; j++) {
            b[4 * i + 2 * j] = low32(a[4 * i + j], a[4 * i + 2 + j]);
            b[4 * i + 2 * j + 1] = high32(a[4 * i + j], a[4 * i + 2 + j]);
        }
#pragma GCC unroll 8
    for (int i = 0; i < 4; i++) {
        r[2 * i] = low64(b[i], b[4 + i]);
        r[2 * i + 1] = high64(b[i], b[4 + i]);
    }
}

/* A group of LANES chains is LANES / channels blocks. Lane l is channel l % channels of its block. */

static const lanes second_channels = { 0, -1, 0, -1, 0, -1, 0, -1 };

/* Up to four bytes from `src` of each lane's block. */
KERNEL lanes load_bytes(const uint8_t *src, size_t block_bytes, size_t bytes, unsigned channels)
{
    int32_t dwords[LANES] = { 0 };

    for (unsigned l = 0; l < LANES; l++)
        memcpy(&dwords[l], src + l / channels * block_bytes, bytes);
    return (lanes){ dwords[0], dwords[1], dwords[2], dwords[3], dwords[4], dwords[5], dwords[6], dwords[7] };
}

/* Eight samples of every lane, a time step each, to where the blocks have them. */
KERNEL void store_samples(const lanes samples[8], int16_t *pcm, size_t block_samples, unsigned channels)
{
    row r[8];

#pragma GCC unroll 8
    for (int t = 0; t < 8; t++)
        r[t] = narrowed(samples[t]);
    transpose(r);
    if (channels == 1)
#pragma GCC unroll 8
        for (int l = 0; l < LANES; l++)
            memcpy(pcm + (size_t)l * block_samples, &r[l], 16);
    else
#pragma GCC unroll 8
        for (int l = 0; l < LANES; l += 2) {
            row low = low16(r[l], r[l + 1]), high = high16(r[l], r[l + 1]);

            memcpy(pcm + (size_t)l / 2 * block_samples, &low, 16);
            memcpy(pcm + (size_t)l / 2 * block_samples + 8, &high, 16);
        }
}

/* The same with fewer than eight: `n` of each lane, by way of a copy. `block_samples` counts all channels. */
KERNEL void store_some(const lanes samples[8], unsigned n, int16_t *pcm, size_t block_samples, unsigned channels)
{
    int16_t copy[8 * LANES];

    store_samples(samples, copy, 8 * channels, channels);
    for (unsigned b = 0; b < LANES / channels; b++)
        for (unsigned i = 0; i < n * channels; i++)
            pcm[b * block_samples + i] = copy[b * 8 * channels + i];
}

#endif

#endif
