/* Up to LANES chains to encode. Lanes without a chain repeat the last block's. */
#ifndef OMNIACM_CHAINS_H
#define OMNIACM_CHAINS_H

#include "lanes.h"

struct chains {
    const int16_t *from[LANES];     /* the chain's first sample; the next is `channels` further */
    uint8_t *to[LANES];             /* its block */
    unsigned channel[LANES];
    unsigned channels;
    uint32_t samples;
};

/* The group that begins with this chain. */
KERNEL struct chains chains_at(const struct adpcm_blocks *blocks, size_t first, const int16_t *pcm, uint8_t *dst)
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

#if LANES == 8
/* Eight samples of the left channel, and of the right. */
KERNEL void load_pair(row r[2], const int16_t *from)
{
    row low, high, even, odd;

    memcpy(&low, from, 16);
    memcpy(&high, from + 8, 16);
    even = low16(low, high), odd = high16(low, high);           /* samples 0 4, 1 5; 2 6, 3 7: each of both channels */
    low = low16(even, odd), high = high16(even, odd);
    r[0] = low16(low, high), r[1] = high16(low, high);
}

KERNEL void load_eight(const struct chains *chains, uint32_t at, lanes samples[8])
{
    row r[8];

    if (chains->channels == 1)
#pragma GCC unroll 8
        for (int l = 0; l < LANES; l++)
            memcpy(&r[l], chains->from[l] + at, 16);
    else
#pragma GCC unroll 8
        for (int l = 0; l < LANES; l += 2)
            load_pair(&r[l], chains->from[l] + 2 * (size_t)at);
    transpose(r);
#pragma GCC unroll 8
    for (int t = 0; t < 8; t++)
        samples[t] = widened(r[t]);
}
#endif

/* Samples from `at` on, eight of every lane; the last is repeated where there are fewer. */
KERNEL void chains_load(const struct chains *chains, uint32_t at, lanes samples[8])
{
    int32_t copy[8][LANES];
    uint32_t left = chains->samples - at;

#if LANES == 8
    if (left >= 8) {
        load_eight(chains, at, samples);
        return;
    }
#endif
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

#endif
