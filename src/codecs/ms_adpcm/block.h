/* Blocks of Microsoft ADPCM in plain C: the declarations that decoding (block.c) and encoding
 * (encode.c, search.c) share. */
#ifndef OMNIACM_MS_ADPCM_BLOCK_H
#define OMNIACM_MS_ADPCM_BLOCK_H

#include <stdint.h>
#include "dsp_c.h"

enum { MS_HEADER = 7, MS_HEADER_SAMPLES = 2 };

/* The delta is limited so that its greatest growth still fits 32 bits, as in ffmpeg. The change by
 * a code, at most 8 * MS_DELTA_MAX, then fits as well. */
enum { MS_GROWTH = 768, MS_DELTA_MIN = 16, MS_DELTA_MAX = INT32_MAX / MS_GROWTH };

/* The factors, in 256ths, by which codes multiply the delta. */
extern const int16_t ms_growth[16];

/* The state of one channel. */
struct ms_state {
    int newer, older, delta;
    int weights[2]; /* of the newer and the older sample, in 256ths */
};

/* At most 2^23 in magnitude for 16-bit weights. */
static inline int ms_prediction(const struct ms_state *state)
{
    return (state->newer * state->weights[0] + state->older * state->weights[1]) / 256;
}

/* The predictors that a block header may name. */
struct ms_table {
    const int16_t (*weights)[2];
    unsigned predictors;
};

/* Decodes the first `samples`, at least two, of one channel of a block. No byte that those samples
 * do not need is read. */
void ms_decode_channel(struct ms_table, const uint8_t *src, int16_t *pcm, uint32_t samples,
                       unsigned channel, unsigned channels);

/* One channel of a block that is being encoded. */
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

/* Writes code i of the channel, in two's complement. */
void ms_put_code(const struct ms_channel *, uint32_t i, unsigned code);

/* Encodes a channel by a search with 4 or 16 slots around the delta of `state`, and returns the
 * first delta: search.c. */
int ms_search_channel(const struct ms_channel *, struct ms_state, unsigned slots);

#endif
