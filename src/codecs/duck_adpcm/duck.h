/* Duck ADPCM: the step that DK4 and DK3 share, and their blocks. A code is a sign bit above a
 * magnitude m of three bits, and the steps and the growth of their index are IMA's. The change is
 * (step * m >> 2) + (step >> 3), however: one product, not a sum of truncated shifts. */
#ifndef OMNIACM_DUCK_ADPCM_DUCK_H
#define OMNIACM_DUCK_ADPCM_DUCK_H

#include <stdint.h>
#include "fixed.h"
#include "ima_tables.h"

enum {
    DK4_HEADER = 4,  /* per channel: the first sample and the index of its step */
    DK3_HEADER = 16, /* 10 bytes that decoders ignore, two samples, two indices */
    DK3_SAMPLES = 10 /* the position of the samples in it */
};

struct duck_channel {
    int sample, index;
};

/* An index beyond the table is the last one. */
static inline struct duck_channel duck_channel(uint16_t sample, uint16_t index)
{
    return (struct duck_channel){ (int16_t)sample, min_i32(index, IMA_LAST_INDEX) };
}

/* Below 2^16, since a step is below 2^15. */
static inline int duck_change(int step, unsigned magnitude)
{
    return (step * (int)magnitude >> 2) + (step >> 3);
}

static inline int duck_next_index(int index, unsigned magnitude)
{
    static const int8_t growths[8] = { -1, -1, -1, -1, 2, 4, 6, 8 };

    return clamp(index + growths[magnitude], 0, IMA_LAST_INDEX);
}

static inline int duck_follow(struct duck_channel *state, unsigned code)
{
    int change = duck_change(ima_steps[state->index], code & 7), negative = -(int)(code >> 3);

    state->index = duck_next_index(state->index, code & 7);
    return state->sample = seldom_saturated(state->sample + negate_if(negative, change));
}

/* Decode one block. They do not read bytes that the samples do not need. DK3's are in stereo, and
 * their number is even. */
void dk4_decode_block(const uint8_t *block, int16_t *pcm, uint32_t samples, unsigned channels);
void dk3_decode_block(const uint8_t *block, int16_t *pcm, uint32_t samples);

#endif
