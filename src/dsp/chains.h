/* Up to LANES chains to encode. Lanes without a chain repeat the last block's. */
#ifndef OMNIACM_CHAINS_H
#define OMNIACM_CHAINS_H

#include <stdbool.h>
#include "bits.h"
#include "lanes.h"

struct chains {
    const int16_t *from[LANES];     /* the chain's first sample; the next is `channels` further */
    uint8_t *to[LANES];             /* its block */
    unsigned channel[LANES];
    unsigned channels;
    uint32_t samples;
};

/* The group that begins with this chain. */
APART struct chains chains_at(const struct adpcm_blocks *blocks, size_t first, const int16_t *pcm, uint8_t *dst)
{
    size_t most = blocks->count * blocks->channels - 1;
    struct chains chains;

    chains.channels = blocks->channels;
    chains.samples = blocks->samples;
    for (unsigned l = 0; l < LANES; l++) {
        size_t chain = first + l <= most ? first + l : most + 1 - blocks->channels + l % blocks->channels;
        size_t block = chain / blocks->channels;

        chains.channel[l] = (unsigned)(chain % blocks->channels);
        chains.from[l] = pcm + block * blocks->samples * blocks->channels + chains.channel[l];
        chains.to[l] = dst + block * blocks->bytes;
    }
    return chains;
}

/* What cannot be loaded by rows. */
APART void chains_load_each(const struct chains *chains, uint32_t at, lanes samples[8])
{
    int32_t copy[8][LANES];
    uint32_t left = chains->samples - at;

    if (left >= 8)
        for (unsigned l = 0; l < LANES; l++) {
            const int16_t *from = chains->from[l] + (size_t)at * chains->channels;

            for (unsigned t = 0; t < 8; t++)
                copy[t][l] = from[t * chains->channels];
        }
    else
        for (unsigned l = 0; l < LANES; l++)
            for (unsigned t = 0; t < 8; t++)
                copy[t][l] = chains->from[l][(size_t)(at + (t < left ? t : left - 1)) * chains->channels];
    memcpy(samples, copy, sizeof copy);
}

/* Samples from `at` on, eight of every lane; the last is repeated where there are fewer. */
KERNEL void chains_load(const struct chains *chains, uint32_t at, lanes samples[8])
{
#if LANES == 8
    lanes twos[4];

    if (chains->samples - at >= 8) {
        if (chains->channels == 1)
            load_twos(twos, chains->from, at, 1);
        else
            load_twos(twos, chains->from, at, 2);
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
            samples[2 * i] = earlier_of(twos[i]);
            samples[2 * i + 1] = later_of(twos[i]);
        }
        return;
    }
#endif
    chains_load_each(chains, at, samples);
}

/* The low four nibbles as the low nibbles of four bytes. */
KERNEL lanes nibbles_apart(lanes x)
{
    x = (x | (lanes)((ulanes)x << 8)) & 0x00FF00FF;
    return (x | (lanes)((ulanes)x << 4)) & 0x0F0F0F0F;
}

KERNEL lanes nibbles_swapped(lanes x)
{
    return (lanes)((ulanes)(x & 0x0F0F0F0F) << 4) | (srl(x, 4) & 0x0F0F0F0F);
}

/* The first `n` of a number's `whole` bytes. */
static inline void put_bytes(uint8_t *to, uint64_t number, uint32_t n, uint32_t whole)
{
    if (n == whole)
        memcpy(to, &number, whole);
    else
        memcpy(to, &number, n);
}

/* Codes of every lane, a dword of each, the first sample's lowest: the first `n` of them go to where sample `at`, a multiple of
 * 8 after `header` bytes of each channel, has its own. A byte's first code is in its high nibble, or in its low one. */
APART void chains_put_codes(const struct chains *chains, size_t header, uint32_t at, uint32_t n, lanes codes, bool high_first)
{
    uint32_t low[LANES], high[LANES];

    if (chains->channels == 1) {
        codes = high_first ? nibbles_swapped(codes) : codes;
        memcpy(low, &codes, sizeof codes);
#pragma GCC unroll 8
        for (unsigned l = 0; l < LANES; l++)
            put_bytes(chains->to[l] + header + at / 2, low[l], (n + 1) / 2, 4);
    } else {
        lanes first = nibbles_apart(codes & 0xFFFF), last = nibbles_apart(srl(codes, 16));
        unsigned upper = high_first ? 0 : 1;

        memcpy(low, &first, sizeof first);
        memcpy(high, &last, sizeof last);
#pragma GCC unroll 4
        for (unsigned l = 0; l < LANES; l += 2) {
            uint64_t both = high[l + upper] << 4 | high[l + 1 - upper];

            put_bytes(chains->to[l] + 2 * header + at, both << 32 | low[l + upper] << 4 | low[l + 1 - upper], n, 8);
        }
    }
}

#endif
