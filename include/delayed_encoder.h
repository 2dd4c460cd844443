/* Encoders of fixed blocks that delay the sound. */
#ifndef OMNIACM_DELAYED_ENCODER_H
#define OMNIACM_DELAYED_ENCODER_H

#include <string.h>
#include "codec.h"

enum { DELAYED_BLOCK_MAX = 320 }; /* samples */

struct delayed_encoder {
    struct span block;
    void (*encode)(void *state, const int16_t *pcm, uint8_t *dst); /* one block */
    size_t delayed; /* the offset in the state of the samples that are not encoded yet */
    size_t delay;   /* their number */
};

/* Each block of samples makes a block of bytes. END makes another one for the delayed sound, unless
 * that is silent. */
static inline struct progress encode_delayed(const struct delayed_encoder *encoder, void *state,
                                             const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    static const int16_t silence[DELAYED_BLOCK_MAX] = { 0 };
    const int16_t *delayed = (const int16_t *)(const void *)((uint8_t *)state + encoder->delayed);
    const struct span *block = &encoder->block;
    size_t blocks = whole_blocks(offer.out, offer.in, block, 1);
    struct progress done = { blocks * block->frames, blocks * block->bytes };

    for (size_t i = 0; i < blocks; i++)
        encoder->encode(state, pcm + i * block->frames, dst + i * block->bytes);
    if (offer.ending == END && offer.in == done.used && offer.out - done.made >= block->bytes &&
        memcmp(delayed, silence, encoder->delay * sizeof *delayed) != 0) {
        encoder->encode(state, silence, dst + done.made);
        done.made += block->bytes;
    }
    return done;
}

#endif
