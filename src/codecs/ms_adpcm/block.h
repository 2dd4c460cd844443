/* Blocks of Microsoft ADPCM in plain C: what decoding (block.c) and encoding (encode.c, search.c)
 * share. */
#ifndef OMNIACM_MS_ADPCM_BLOCK_H
#define OMNIACM_MS_ADPCM_BLOCK_H

#include <stdint.h>
#include "dsp_c.h"

enum { MS_HEADER = 7, MS_HEADER_SAMPLES = 2 };

/* The delta is held where its greatest growth still fits 32 bits, as in ffmpeg; what a code adds to
 * a prediction, at most 8 * MS_MOST_DELTA, then fits too. */
enum { MS_GROWTH = 768, MS_LEAST_DELTA = 16, MS_MOST_DELTA = INT32_MAX / MS_GROWTH };

/* What the delta is multiplied by after a code, in 256ths. */
extern const int16_t ms_growth[16];

/* What one channel knows between two codes. */
struct ms_chain {
    int newer, older, delta;
    int weights[2]; /* of the newer sample, of the older one; in 256ths */
};

/* Of weights that fill 16 bits: at most 2^23. */
static inline int ms_prediction(const struct ms_chain *chain)
{
    return (chain->newer * chain->weights[0] + chain->older * chain->weights[1]) / 256;
}

/* The first `samples` of one channel of a block, of at least two; no byte is read that those do not
 * need. */
void ms_decode_channel(const int16_t (*weights)[2], unsigned predictors, const uint8_t *src,
                       int16_t *pcm, uint32_t samples, unsigned channel, unsigned channels);

/* One channel of a block to encode. */
struct ms_channel {
    const int16_t *pcm; /* its first sample */
    uint8_t *block;
    uint32_t samples;
    unsigned channel, channels;
};

static inline int ms_sample(const struct ms_channel *channel, uint32_t i)
{
    return channel
        ->pcm[(size_t)(i < channel->samples ? i : channel->samples - 1) * channel->channels];
}

/* Code i of the channel, in two's complement. */
void ms_put_code(const struct ms_channel *, uint32_t i, unsigned code);

/* The same block by a search through 4 or 16 slots, from about the delta that the chain has;
 * returns the first delta: search.c. */
int ms_search_channel(const struct ms_channel *, struct ms_chain, unsigned slots);

#endif
