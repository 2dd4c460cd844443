/* Gathers the chains of block ADPCM into lanes, and scatters the results of the lanes: README.md
 * has a drawing. A chain is one channel of one block. The lanes of a group take consecutive chains,
 * block by block, channel by channel. Lanes without a chain of their own repeat the last block, and
 * write the same bytes to it. */
#ifndef OMNIACM_GATHER_H
#define OMNIACM_GATHER_H

#include <stdbool.h>
#include "bits.h"
#include "dsp.h"
#include "simd16.h"

/* --- 16-bit lanes: any number of channels, with bytes or samples on either side --- */

struct gather16 {
    const uint8_t *in[LANES16];
    uint8_t *out[LANES16];
    unsigned channels;
};

/* The input or the output: the distances between its blocks, and between the channels of a
 * block. */
struct side {
    void *base;
    size_t block_bytes, channel_bytes;
};

KERNEL struct side side_of(const void *base, size_t block_bytes, size_t channel_bytes)
{
    return (struct side){ (void *)(uintptr_t)base, block_bytes, channel_bytes };
}

KERNEL uint8_t *side_at(const struct side *side, size_t block, size_t channel)
{
    return (uint8_t *)side->base + block * side->block_bytes + channel * side->channel_bytes;
}

/* The group of chains from `first` on. */
OUTLINED struct gather16 gather16_at(const struct adpcm_blocks *blocks, size_t first,
                                     struct side in, struct side out)
{
    size_t all = blocks->count * blocks->channels;
    struct gather16 lanes;

    lanes.channels = blocks->channels;
    for (size_t i = 0; i < LANES16; i++) {
        size_t channel = (first + i) % blocks->channels,
               chain = first + i < all ? first + i : all - 1;

        lanes.in[i] = side_at(&in, chain / blocks->channels, channel);
        lanes.out[i] = side_at(&out, chain / blocks->channels, channel);
    }
    return lanes;
}

/* The number of channels up to which 16 bytes at a time are loaded and stored. */
enum { VECTOR_CHANNELS = 2 };

/* Loads eight 16-bit words of each chain, at an offset in bytes, from blocks of one channel or of
 * two interleaved ones: r[i] gets word i of every chain. */
KERNEL void gather16_load(vec16 r[8], const struct gather16 *lanes, size_t at, unsigned channels)
{
    vec32 half[8];

    if (channels == 1) {
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++)
            r[i] = (vec16)load_halves(lanes->in[i] + at, lanes->in[i + LANES16 - 8] + at);
        transpose16(r);
        return;
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        half[i] = load_halves(lanes->in[2 * i] + at, lanes->in[2 * i + LANES16 - 8] + at);
        half[i + 4] =
            load_halves(lanes->in[2 * i] + at + 16, lanes->in[2 * i + LANES16 - 8] + at + 16);
    }
    transpose32(half);
    transpose32(half + 4);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r[i] = (vec16)half[i];
}

KERNEL void scatter16_store(vec16 r[8], const struct gather16 *lanes, size_t at, unsigned channels)
{
    vec32 half[8];

    if (channels == 1) {
        transpose16(r);
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++)
            store_halves((vec32)r[i], lanes->out[i] + at, lanes->out[i + LANES16 - 8] + at);
        return;
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        half[i] = (vec32)r[i];
    transpose32(half);
    transpose32(half + 4);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        store_halves(half[i], lanes->out[2 * i] + at, lanes->out[2 * i + LANES16 - 8] + at);
        store_halves(half[i + 4], lanes->out[2 * i] + at + 16,
                     lanes->out[2 * i + LANES16 - 8] + at + 16);
    }
}

/* Loads one sample at a time. If fewer than 8 of `samples` are left, the last one is repeated. */
OUTLINED void gather16_load_each(vec16 r[8], const struct gather16 *lanes, uint32_t at,
                                 uint32_t samples)
{
    uint16_t copy[8][LANES16];

    for (uint32_t i = 0; i < 8; i++)
#pragma GCC unroll 1
        for (int l = 0; l < LANES16; l++)
            copy[i][l] =
                load16_le(lanes->in[l] +
                          2 * (size_t)(at + i < samples ? at + i : samples - 1) * lanes->channels);
    memcpy(r, copy, sizeof copy);
}

/* Loads eight samples from `at` on, offset by 32768. */
KERNEL void gather16_samples(vec16 r[8], const struct gather16 *lanes, uint32_t at,
                             uint32_t samples)
{
    if (samples - at < 8 || lanes->channels > VECTOR_CHANNELS)
        gather16_load_each(r, lanes, at, samples);
    else if (lanes->channels == 1)
        gather16_load(r, lanes, 2 * (size_t)at, 1);
    else
        gather16_load(r, lanes, 4 * (size_t)at, 2);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r[i] ^= 0x8000;
}

/* --- 32-bit lanes: one or two channels --- */

/* The factor, in 256ths, by which a magnitude multiplies the step of Microsoft and Yamaha ADPCM. */
static const int32_t step_growths[8] = { 230, 230, 230, 230, 307, 409, 512, 614 };

/* The chains that are being encoded. */
struct gather32 {
    const int16_t *from[LANES32]; /* first samples; the next ones are `channels` further */
    uint8_t *to[LANES32];         /* blocks */
    unsigned channel[LANES32];
    unsigned channels;
    uint32_t samples;
};

/* The group of chains from `first` on. */
OUTLINED struct gather32 gather32_at(const struct adpcm_blocks *blocks, size_t first,
                                     const int16_t *pcm, uint8_t *dst)
{
    size_t most = blocks->count * blocks->channels - 1;
    struct gather32 lanes;

    lanes.channels = blocks->channels;
    lanes.samples = blocks->samples;
    for (unsigned l = 0; l < LANES32; l++) {
        size_t chain =
            first + l <= most ? first + l : most + 1 - blocks->channels + l % blocks->channels;
        size_t block = chain / blocks->channels;

        lanes.channel[l] = (unsigned)(chain % blocks->channels);
        lanes.from[l] = pcm + block * blocks->samples * blocks->channels + lanes.channel[l];
        lanes.to[l] = dst + block * blocks->bytes;
    }
    return lanes;
}

/* Loads one sample at a time. If fewer than 8 are left, the last one is repeated. */
OUTLINED void gather32_load_each(const struct gather32 *lanes, uint32_t at, vec32 samples[8])
{
    int32_t copy[8][LANES32];
    uint32_t left = lanes->samples - at;

    if (left >= 8)
        for (unsigned l = 0; l < LANES32; l++) {
            const int16_t *from = lanes->from[l] + (size_t)at * lanes->channels;

            for (unsigned t = 0; t < 8; t++)
                copy[t][l] = from[t * lanes->channels];
        }
    else
        for (unsigned l = 0; l < LANES32; l++)
            for (unsigned t = 0; t < 8; t++)
                copy[t][l] =
                    lanes->from[l][(size_t)(at + (t < left ? t : left - 1)) * lanes->channels];
    memcpy(samples, copy, sizeof copy);
}

#if VECTOR_BYTES == 32
KERNEL vec32 earlier_of(vec32 pair) { return pair << 16 >> 16; }
KERNEL vec32 later_of(vec32 pair) { return pair >> 16; }

/* Swaps the middle two 16-bit words of each 64 bits: two samples of both channels become two of
 * each, and vice versa. */
KERNEL vec32 swap_middle(vec32 x)
{
    return (vec32)_mm256_shufflehi_epi16(_mm256_shufflelo_epi16((simd)x, 0xD8), 0xD8);
}

/* Loads eight samples of each lane as pairs, the earlier sample in the low half. */
KERNEL void gather32_pairs(vec32 pairs[4], const int16_t *const from[LANES32], size_t at,
                           unsigned channels)
{
    if (channels == 1) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++)
            pairs[i] = load_halves(from[i] + at, from[i + 4] + at);
        transpose32(pairs);
        return;
    }
#pragma GCC unroll 2
    for (size_t i = 0; i < 4; i += 2) {
        size_t frame = 2 * (at + 2 * i);
        vec32 a = swap_middle(load_halves(from[0] + frame, from[4] + frame));
        vec32 b = swap_middle(load_halves(from[2] + frame, from[6] + frame));

        pairs[i] = unpack_low64(a, b);
        pairs[i + 1] = unpack_high64(a, b);
    }
}

/* Stores eight samples of each lane, given as pairs, to blocks that are `stride` bytes apart. */
KERNEL void scatter32_pairs(vec32 pairs[4], uint8_t *to, size_t stride, unsigned channels)
{
    if (channels == 1) {
        transpose32(pairs);
#pragma GCC unroll 4
        for (size_t i = 0; i < 4; i++)
            store_halves(pairs[i], to + i * stride, to + (i + 4) * stride);
        return;
    }
#pragma GCC unroll 2
    for (size_t i = 0; i < 4; i += 2) {
        vec32 a = swap_middle(pairs[i]), b = swap_middle(pairs[i + 1]);

        store_halves(unpack_low64(a, b), to + 8 * i, to + 8 * i + 2 * stride);
        store_halves(unpack_high64(a, b), to + 8 * i + stride, to + 8 * i + 3 * stride);
    }
}

/* Loads 16 bytes of codes of each block, as four dwords per lane. With two channels, both lanes of
 * a block get the same dwords. */
KERNEL void gather32_codes(vec32 codes[4], const uint8_t *src, size_t stride, unsigned channels)
{
    if (channels == 1) {
#pragma GCC unroll 4
        for (size_t i = 0; i < 4; i++)
            codes[i] = load_halves(src + i * stride, src + (i + 4) * stride);
        transpose32(codes);
    } else {
        vec32 a = load_halves(src, src + 2 * stride),
              b = load_halves(src + stride, src + 3 * stride);
        vec32 c = unpack_low32(a, a), d = unpack_low32(b, b), e = unpack_high32(a, a),
              f = unpack_high32(b, b);

        codes[0] = unpack_low64(c, d);
        codes[1] = unpack_high64(c, d);
        codes[2] = unpack_low64(e, f);
        codes[3] = unpack_high64(e, f);
    }
}

/* A stretch is 16 bytes of codes of each block, and the samples that they decode to. Shorter ones
 * go through copies, so that no byte outside a block is accessed. */
enum { STRETCH = 16, STRETCH_CODES = 2 * STRETCH, STRETCH_BLOCKS = 2 * LANES32 };

struct stretch {
    const uint8_t *from;
    uint8_t *to;
    size_t from_stride, to_stride;
    uint8_t codes[STRETCH_BLOCKS][STRETCH], samples[STRETCH_BLOCKS][4 * STRETCH];
};

/* The read and write positions of a group of blocks. */
struct cursor {
    const uint8_t *from;
    uint8_t *to;
    size_t from_stride, to_stride, blocks;
};

/* Begins a stretch with the next `n` codes of each block, counted over all channels. */
KERNEL void stretch_begin(struct stretch *stretch, const struct cursor *at, size_t n)
{
    stretch->from = at->from;
    stretch->from_stride = at->from_stride;
    stretch->to = at->to;
    stretch->to_stride = at->to_stride;
    if (n == STRETCH_CODES)
        return;
    memset(stretch->codes, 0, sizeof stretch->codes);
    for (size_t b = 0; b < at->blocks; b++)
        memcpy(stretch->codes[b], at->from + b * at->from_stride, (n + 1) / 2);
    stretch->from = stretch->codes[0];
    stretch->from_stride = sizeof stretch->codes[0];
    stretch->to = stretch->samples[0];
    stretch->to_stride = sizeof stretch->samples[0];
}

KERNEL void stretch_end(const struct stretch *stretch, struct cursor *at, size_t n)
{
    for (size_t b = 0; b < at->blocks && n < STRETCH_CODES; b++)
        memcpy(at->to + b * at->to_stride, stretch->samples[b], 2 * n);
    at->from += n / 2;
    at->to += 2 * n;
}
#endif

/* Loads eight samples of every lane from `at` on. If fewer are left, the last one is repeated. */
KERNEL void gather32_samples(const struct gather32 *lanes, uint32_t at, vec32 samples[8])
{
#if VECTOR_BYTES == 32
    vec32 pairs[4];

    if (lanes->samples - at >= 8) {
        if (lanes->channels == 1)
            gather32_pairs(pairs, lanes->from, at, 1);
        else
            gather32_pairs(pairs, lanes->from, at, 2);
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            samples[2 * i] = earlier_of(pairs[i]);
            samples[2 * i + 1] = later_of(pairs[i]);
        }
        return;
    }
#endif
    gather32_load_each(lanes, at, samples);
}

/* Spreads the low four nibbles to the low nibbles of four bytes. */
KERNEL vec32 spread_nibbles(vec32 x)
{
    x = (x | (vec32)((uvec32)x << 8)) & 0x00FF00FF;
    return (x | (vec32)((uvec32)x << 4)) & 0x0F0F0F0F;
}

KERNEL vec32 swap_nibbles(vec32 x)
{
    return (vec32)((uvec32)(x & 0x0F0F0F0F) << 4) | (srl32(x, 4) & 0x0F0F0F0F);
}

/* Stores the first `n` of the `whole` bytes of a number. */
static inline void put_bytes(uint8_t *to, uint64_t number, uint32_t n, uint32_t whole)
{
    if (n == whole)
        memcpy(to, &number, whole);
    else
        memcpy(to, &number, n);
}

/* The position of codes in a block: the size of the header per channel, and the nibble of a byte
 * that comes first. */
struct code_order {
    size_t header;
    bool high_first;
};

/* Stores a dword of codes of every lane, the first sample in the lowest nibble: its first `n` codes
 * go to the position of sample `at`, a multiple of 8. */
OUTLINED void scatter32_codes(const struct gather32 *lanes, struct code_order order, uint32_t at,
                              uint32_t n, vec32 codes)
{
    uint32_t low[LANES32], high[LANES32];

    if (lanes->channels == 1) {
        codes = order.high_first ? swap_nibbles(codes) : codes;
        memcpy(low, &codes, sizeof codes);
#pragma GCC unroll 8
        for (unsigned l = 0; l < LANES32; l++)
            put_bytes(lanes->to[l] + order.header + at / 2, low[l], (n + 1) / 2, 4);
    } else {
        vec32 first = spread_nibbles(codes & 0xFFFF), last = spread_nibbles(srl32(codes, 16));
        unsigned upper = order.high_first ? 0 : 1;

        memcpy(low, &first, sizeof first);
        memcpy(high, &last, sizeof last);
#pragma GCC unroll 4
        for (unsigned l = 0; l < LANES32; l += 2) {
            uint64_t both = high[l + upper] << 4 | high[l + 1 - upper];

            put_bytes(lanes->to[l] + 2 * order.header + at,
                      both << 32 | low[l + upper] << 4 | low[l + 1 - upper], n, 8);
        }
    }
}

#endif
