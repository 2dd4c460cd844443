/* Eight lanes of 32 bits as samples in twos: the earlier of two in the low half. Rows of 16 bytes of the blocks that they belong
 * to are read and written whole: eight samples, or 32 codes; of two channels, lane l is channel l % 2 of its block. */
#ifndef OMNIACM_TWOS_H
#define OMNIACM_TWOS_H

#include "lanes.h"

KERNEL lanes low_dwords(lanes a, lanes b) { return (lanes)_mm256_unpacklo_epi32((__m256i)a, (__m256i)b); }
KERNEL lanes high_dwords(lanes a, lanes b) { return (lanes)_mm256_unpackhi_epi32((__m256i)a, (__m256i)b); }
KERNEL lanes low_qwords(lanes a, lanes b) { return (lanes)_mm256_unpacklo_epi64((__m256i)a, (__m256i)b); }
KERNEL lanes high_qwords(lanes a, lanes b) { return (lanes)_mm256_unpackhi_epi64((__m256i)a, (__m256i)b); }

KERNEL lanes earlier_of(lanes two) { return two << 16 >> 16; }
KERNEL lanes later_of(lanes two) { return two >> 16; }

/* Of each 64 bits the 16 in the middle change places: two samples of both channels become two of each, and back. */
KERNEL lanes middle_swapped(lanes x)
{
    return (lanes)_mm256_shufflehi_epi16(_mm256_shufflelo_epi16((__m256i)x, 0xD8), 0xD8);
}

/* Dword i of each row j becomes dword j of row i, in both halves. */
KERNEL void transpose_dwords(lanes r[4])
{
    lanes a = low_dwords(r[0], r[1]), b = high_dwords(r[0], r[1]), c = low_dwords(r[2], r[3]), d = high_dwords(r[2], r[3]);

    r[0] = low_qwords(a, c), r[1] = high_qwords(a, c), r[2] = low_qwords(b, d), r[3] = high_qwords(b, d);
}

KERNEL lanes load_rows(const void *low, const void *high)
{
    return (lanes)_mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(low)), _mm_loadu_si128(high), 1);
}

KERNEL void store_rows(lanes x, void *low, void *high)
{
    _mm_storeu_si128(low, _mm256_castsi256_si128((__m256i)x));
    _mm_storeu_si128(high, _mm256_extracti128_si256((__m256i)x, 1));
}

/* Eight samples of each lane, of which `from` is the first. */
KERNEL void load_twos(lanes twos[4], const int16_t *const from[LANES], size_t at, unsigned channels)
{
    if (channels == 1) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++)
            twos[i] = load_rows(from[i] + at, from[i + 4] + at);
        transpose_dwords(twos);
    } else {
#pragma GCC unroll 2
        for (size_t i = 0; i < 4; i += 2) {
            size_t frame = 2 * (at + 2 * i);
            lanes a = middle_swapped(load_rows(from[0] + frame, from[4] + frame));
            lanes b = middle_swapped(load_rows(from[2] + frame, from[6] + frame));

            twos[i] = low_qwords(a, b);
            twos[i + 1] = high_qwords(a, b);
        }
    }
}

/* Eight samples of each lane to blocks that are `stride` bytes apart. */
KERNEL void store_twos(lanes twos[4], uint8_t *to, size_t stride, unsigned channels)
{
    if (channels == 1) {
        transpose_dwords(twos);
#pragma GCC unroll 4
        for (size_t i = 0; i < 4; i++)
            store_rows(twos[i], to + i * stride, to + (i + 4) * stride);
    } else {
#pragma GCC unroll 2
        for (size_t i = 0; i < 4; i += 2) {
            lanes a = middle_swapped(twos[i]), b = middle_swapped(twos[i + 1]);

            store_rows(low_qwords(a, b), to + 8 * i, to + 8 * i + 2 * stride);
            store_rows(high_qwords(a, b), to + 8 * i + stride, to + 8 * i + 3 * stride);
        }
    }
}

/* 16 bytes of the blocks: four dwords of each lane. Of two channels both have the same. */
KERNEL void load_codes(lanes codes[4], const uint8_t *src, size_t stride, unsigned channels)
{
    if (channels == 1) {
#pragma GCC unroll 4
        for (size_t i = 0; i < 4; i++)
            codes[i] = load_rows(src + i * stride, src + (i + 4) * stride);
        transpose_dwords(codes);
    } else {
        lanes a = load_rows(src, src + 2 * stride), b = load_rows(src + stride, src + 3 * stride);
        lanes c = low_dwords(a, a), d = low_dwords(b, b), e = high_dwords(a, a), f = high_dwords(b, b);

        codes[0] = low_qwords(c, d), codes[1] = high_qwords(c, d);
        codes[2] = low_qwords(e, f), codes[3] = high_qwords(e, f);
    }
}

/* Sixteen bytes of codes of every block, and the samples that they make. Fewer go by way of copies. */
enum { STRETCH = 16, STRETCH_CODES = 2 * STRETCH, STRETCH_BLOCKS = 2 * LANES };

struct stretch {
    const uint8_t *from;
    uint8_t *to;
    size_t from_stride, to_stride;
    uint8_t codes[STRETCH_BLOCKS][STRETCH], samples[STRETCH_BLOCKS][4 * STRETCH];
};

/* `n` codes of all channels of each block, and where their samples go. */
KERNEL void stretch_begin(struct stretch *stretch, const uint8_t *from, size_t from_stride, uint8_t *to, size_t to_stride,
                          size_t blocks, size_t n)
{
    stretch->from = from, stretch->from_stride = from_stride;
    stretch->to = to, stretch->to_stride = to_stride;
    if (n == STRETCH_CODES)
        return;
    memset(stretch->codes, 0, sizeof stretch->codes);
    for (size_t b = 0; b < blocks; b++)
        memcpy(stretch->codes[b], from + b * from_stride, (n + 1) / 2);
    stretch->from = stretch->codes[0], stretch->from_stride = sizeof stretch->codes[0];
    stretch->to = stretch->samples[0], stretch->to_stride = sizeof stretch->samples[0];
}

KERNEL void stretch_end(const struct stretch *stretch, uint8_t *to, size_t to_stride, size_t blocks, size_t n)
{
    for (size_t b = 0; b < blocks && n < STRETCH_CODES; b++)
        memcpy(to + b * to_stride, stretch->samples[b], 2 * n);
}

#endif
