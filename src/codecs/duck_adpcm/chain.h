/* The chains of a block of Duck ADPCM, for encoding. A chain is the series of codes that share a
 * step: one channel of DK4, or the sum or the difference of DK3. */
#ifndef OMNIACM_DUCK_ADPCM_CHAIN_H
#define OMNIACM_DUCK_ADPCM_CHAIN_H

#include <stddef.h>
#include <stdint.h>
#include "duck.h"

enum duck_kind { DUCK_CHANNEL, DUCK_SUM, DUCK_DIFFERENCE };

struct duck_chain {
    enum duck_kind kind;
    unsigned channel, channels; /* of DK4 */
    uint32_t count;             /* of codes */
    const int16_t *pcm;         /* the first code's; interleaved */
    uint8_t *codes;             /* of the block, zeroed */
};

/* The value that a code approximates. The error of a difference is least, for the two frames that
 * share it, if it is their mean. */
static inline int duck_target(const struct duck_chain *chain, size_t i)
{
    const int16_t *pcm = chain->pcm;

    if (chain->kind == DUCK_CHANNEL)
        return pcm[i * chain->channels + chain->channel];
    if (chain->kind == DUCK_SUM)
        return (pcm[2 * i] + pcm[2 * i + 1]) >> 1;
    return (pcm[4 * i] - pcm[4 * i + 1] + pcm[4 * i + 2] - pcm[4 * i + 3]) >> 2;
}

/* Writes a code. DK4 begins with the high nibble of a byte, DK3 with the low one. */
static inline void duck_put(const struct duck_chain *chain, size_t i, unsigned code)
{
    size_t nibble = i * chain->channels + chain->channel;

    if (chain->kind == DUCK_SUM)
        nibble = (3 * i + 1) / 2;
    else if (chain->kind == DUCK_DIFFERENCE)
        nibble = 3 * i + 1;
    chain->codes[nibble / 2] |=
        (uint8_t)(code << ((nibble % 2 != 0) == (chain->kind != DUCK_CHANNEL) ? 4 : 0));
}

/* Encodes a chain from a sample on, at quality 0 to 2. Returns the index of the first step. */
int duck_encode_chain(const struct duck_chain *, int sample, unsigned quality);

#endif
