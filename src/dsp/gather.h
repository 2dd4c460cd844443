/* Gathering the chains of block ADPCM into lanes, and scattering what the lanes make: README.md has
 * a drawing. A chain is one channel of one block; lane l of a group follows the l-th of as many
 * chains, block by block, channel by channel. Lanes without a chain of their own repeat the last
 * block, and write the same bytes there once more. */
#ifndef OMNIACM_GATHER_H
#define OMNIACM_GATHER_H

#include <stdbool.h>
#include "bits.h"
#include "dsp.h"
#include "simd16.h"

/* --- 16-bit lanes: any number of channels, bytes or samples on either side --- */

struct gather16 {
    const uint8_t *in[LANES16];
    uint8_t *out[LANES16];
    unsigned channels;
};

/* The blocks of one side: their bytes, and how far a channel is from the one before. */
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

/* The group that begins with chain `first`. */
APART struct gather16 gather16_at(const struct adpcm_blocks *blocks, size_t first, struct side in,
                                  struct side out)
{
    size_t all = blocks->count * blocks->channels;
    struct gather16 chains;

    chains.channels = blocks->channels;
    for (size_t i = 0; i < LANES16; i++) {
        size_t channel = (first + i) % blocks->channels,
               chain = first + i < all ? first + i : all - 1;

        chains.in[i] = side_at(&in, chain / blocks->channels, channel);
        chains.out[i] = side_at(&out, chain / blocks->channels, channel);
    }
    return chains;
}

/* The most channels of a block that are loaded and stored 16 bytes at a time. */
enum { VECTOR_CHANNELS = 2 };

/* Eight 16-bit words of each chain, `at` bytes on, where one or two channels' words lie in turn:
 * r[i] gets word i of every chain. */
KERNEL void gather16_load(vec16 r[8], const struct gather16 *chains, size_t at, unsigned channels)
{
    vec32 half[8];

    if (channels == 1) {
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++)
            r[i] = (vec16)load_halves(chains->in[i] + at, chains->in[i + LANES16 - 8] + at);
        transpose16(r);
        return;
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        half[i] = load_halves(chains->in[2 * i] + at, chains->in[2 * i + LANES16 - 8] + at);
        half[i + 4] =
            load_halves(chains->in[2 * i] + at + 16, chains->in[2 * i + LANES16 - 8] + at + 16);
    }
    transpose32(half);
    transpose32(half + 4);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r[i] = (vec16)half[i];
}

KERNEL void scatter16_store(vec16 r[8], const struct gather16 *chains, size_t at, unsigned channels)
{
    vec32 half[8];

    if (channels == 1) {
        transpose16(r);
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++)
            store_halves((vec32)r[i], chains->out[i] + at, chains->out[i + LANES16 - 8] + at);
        return;
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        half[i] = (vec32)r[i];
    transpose32(half);
    transpose32(half + 4);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        store_halves(half[i], chains->out[2 * i] + at, chains->out[2 * i + LANES16 - 8] + at);
        store_halves(half[i + 4], chains->out[2 * i] + at + 16,
                     chains->out[2 * i + LANES16 - 8] + at + 16);
    }
}

/* One sample at a time; the last of `samples` is repeated where there are fewer than 8. */
APART void gather16_load_each(vec16 r[8], const struct gather16 *chains, uint32_t at,
                              uint32_t samples)
{
    uint16_t copy[8][LANES16];

    for (uint32_t i = 0; i < 8; i++)
#pragma GCC unroll 1
        for (int l = 0; l < LANES16; l++)
            copy[i][l] =
                load16_le(chains->in[l] +
                          2 * (size_t)(at + i < samples ? at + i : samples - 1) * chains->channels);
    memcpy(r, copy, sizeof copy);
}

/* Samples from `at` on, counted from -32768. */
KERNEL void gather16_samples(vec16 r[8], const struct gather16 *chains, uint32_t at,
                             uint32_t samples)
{
    if (samples - at < 8 || chains->channels > VECTOR_CHANNELS)
        gather16_load_each(r, chains, at, samples);
    else if (chains->channels == 1)
        gather16_load(r, chains, 2 * (size_t)at, 1);
    else
        gather16_load(r, chains, 4 * (size_t)at, 2);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        r[i] ^= 0x8000;
}

/* --- 32-bit lanes: one or two channels --- */

/* What a code of Microsoft's or Yamaha's makes of its step by its magnitude, in 256ths. */
static const int32_t step_growths[8] = { 230, 230, 230, 230, 307, 409, 512, 614 };

/* Chains to encode. */
struct gather32 {
    const int16_t *from[LANES32]; /* the chain's first sample; the next is `channels` further */
    uint8_t *to[LANES32];         /* its block */
    unsigned channel[LANES32];
    unsigned channels;
    uint32_t samples;
};

/* The group that begins with chain `first`. */
APART struct gather32 gather32_at(const struct adpcm_blocks *blocks, size_t first,
                                  const int16_t *pcm, uint8_t *dst)
{
    size_t most = blocks->count * blocks->channels - 1;
    struct gather32 chains;

    chains.channels = blocks->channels;
    chains.samples = blocks->samples;
    for (unsigned l = 0; l < LANES32; l++) {
        size_t chain =
            first + l <= most ? first + l : most + 1 - blocks->channels + l % blocks->channels;
        size_t block = chain / blocks->channels;

        chains.channel[l] = (unsigned)(chain % blocks->channels);
        chains.from[l] = pcm + block * blocks->samples * blocks->channels + chains.channel[l];
        chains.to[l] = dst + block * blocks->bytes;
    }
    return chains;
}

/* One sample at a time; the last is repeated where there are fewer than 8. */
APART void gather32_load_each(const struct gather32 *chains, uint32_t at, vec32 samples[8])
{
    int32_t copy[8][LANES32];
    uint32_t left = chains->samples - at;

    if (left >= 8)
        for (unsigned l = 0; l < LANES32; l++) {
            const int16_t *from = chains->from[l] + (size_t)at * chains->channels;

            for (unsigned t = 0; t < 8; t++)
                copy[t][l] = from[t * chains->channels];
        }
    else
        for (unsigned l = 0; l < LANES32; l++)
            for (unsigned t = 0; t < 8; t++)
                copy[t][l] =
                    chains->from[l][(size_t)(at + (t < left ? t : left - 1)) * chains->channels];
    memcpy(samples, copy, sizeof copy);
}

#if VECTOR_BYTES == 32
KERNEL vec32 earlier_of(vec32 pair) { return pair << 16 >> 16; }
KERNEL vec32 later_of(vec32 pair) { return pair >> 16; }

/* The middle two 16-bit words of each 64 bits change places: two samples of both channels become
 * two of each, and back. */
KERNEL vec32 swap_middle(vec32 x)
{
    return (vec32)_mm256_shufflehi_epi16(_mm256_shufflelo_epi16((simd)x, 0xD8), 0xD8);
}

/* Eight samples of each lane, as pairs: the earlier one in the low half. */
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

/* Eight samples of each lane, as pairs, to blocks that are `stride` bytes apart. */
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

/* 16 bytes of codes of each block: four dwords of each lane. Of two channels both lanes get the
 * same. */
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

/* Sixteen bytes of codes of each block, and the samples that they make. Fewer go through copies, so
 * that nothing beyond a block is touched. */
enum { STRETCH = 16, STRETCH_CODES = 2 * STRETCH, STRETCH_BLOCKS = 2 * LANES32 };

struct stretch {
    const uint8_t *from;
    uint8_t *to;
    size_t from_stride, to_stride;
    uint8_t codes[STRETCH_BLOCKS][STRETCH], samples[STRETCH_BLOCKS][4 * STRETCH];
};

/* Where the codes of a group of blocks are read, and where their samples go. */
struct cursor {
    const uint8_t *from;
    uint8_t *to;
    size_t from_stride, to_stride, blocks;
};

/* The next `n` codes of all channels of each block. */
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

/* Samples from `at` on, eight of every lane; the last is repeated where there are fewer. */
KERNEL void gather32_samples(const struct gather32 *chains, uint32_t at, vec32 samples[8])
{
#if VECTOR_BYTES == 32
    vec32 pairs[4];

    if (chains->samples - at >= 8) {
        if (chains->channels == 1)
            gather32_pairs(pairs, chains->from, at, 1);
        else
            gather32_pairs(pairs, chains->from, at, 2);
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            samples[2 * i] = earlier_of(pairs[i]);
            samples[2 * i + 1] = later_of(pairs[i]);
        }
        return;
    }
#endif
    gather32_load_each(chains, at, samples);
}

/* The low four nibbles as the low nibbles of four bytes. */
KERNEL vec32 spread_nibbles(vec32 x)
{
    x = (x | (vec32)((uvec32)x << 8)) & 0x00FF00FF;
    return (x | (vec32)((uvec32)x << 4)) & 0x0F0F0F0F;
}

KERNEL vec32 swap_nibbles(vec32 x)
{
    return (vec32)((uvec32)(x & 0x0F0F0F0F) << 4) | (srl32(x, 4) & 0x0F0F0F0F);
}

/* The first `n` of a number's `whole` bytes. */
static inline void put_bytes(uint8_t *to, uint64_t number, uint32_t n, uint32_t whole)
{
    if (n == whole)
        memcpy(to, &number, whole);
    else
        memcpy(to, &number, n);
}

/* Where codes lie in a block: after how many bytes of header for each channel, and in which nibble
 * of a byte the first one. */
struct code_order {
    size_t header;
    bool high_first;
};

/* A dword of codes of every lane, the first sample's lowest: the first `n` of them go to the place
 * of sample `at`, a multiple of 8. */
APART void scatter32_codes(const struct gather32 *chains, struct code_order order, uint32_t at,
                           uint32_t n, vec32 codes)
{
    uint32_t low[LANES32], high[LANES32];

    if (chains->channels == 1) {
        codes = order.high_first ? swap_nibbles(codes) : codes;
        memcpy(low, &codes, sizeof codes);
#pragma GCC unroll 8
        for (unsigned l = 0; l < LANES32; l++)
            put_bytes(chains->to[l] + order.header + at / 2, low[l], (n + 1) / 2, 4);
    } else {
        vec32 first = spread_nibbles(codes & 0xFFFF), last = spread_nibbles(srl32(codes, 16));
        unsigned upper = order.high_first ? 0 : 1;

        memcpy(low, &first, sizeof first);
        memcpy(high, &last, sizeof last);
#pragma GCC unroll 4
        for (unsigned l = 0; l < LANES32; l += 2) {
            uint64_t both = high[l + upper] << 4 | high[l + 1 - upper];

            put_bytes(chains->to[l] + 2 * order.header + at,
                      both << 32 | low[l + upper] << 4 | low[l + 1 - upper], n, 8);
        }
    }
}

#endif
