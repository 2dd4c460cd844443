/* Encoders of fixed blocks that delay the sound. */
#ifndef OMNIACM_DELAYED_ENCODER_H
#define OMNIACM_DELAYED_ENCODER_H

#include "codec.h"

enum { DELAYED_BLOCK_MAX = 4096 }; /* samples of all channels */

struct delayed_encoder {
    struct span block; /* its frames are samples of all channels */
    void (*encode)(void *state, const int16_t *pcm, uint8_t *dst); /* one block */
    size_t delayed; /* the offset in the state of the samples that are not encoded yet */
    size_t delay;   /* their number */
};

static inline bool is_silent(const int16_t *samples, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (samples[i] != 0)
            return false;
    return true;
}

static inline void encode_silence(const struct delayed_encoder *encoder, void *state, uint8_t *dst)
{
    int16_t silence[DELAYED_BLOCK_MAX] = { 0 };

    encoder->encode(state, silence, dst);
}

/* Each block of samples makes a block of bytes. END makes another one for the delayed sound, unless
 * that is silent. */
static inline struct progress encode_delayed(const struct delayed_encoder *encoder, void *state,
                                             const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    const int16_t *delayed = (const int16_t *)(const void *)((uint8_t *)state + encoder->delayed);
    const struct span *block = &encoder->block;
    size_t blocks = whole_blocks(offer.out, offer.in, block, 1);
    struct progress done = { blocks * block->frames, blocks * block->bytes };

    for (size_t i = 0; i < blocks; i++)
        encoder->encode(state, pcm + i * block->frames, dst + i * block->bytes);
    if (offer.ending == END && offer.in == done.used && offer.out - done.made >= block->bytes &&
        !is_silent(delayed, encoder->delay)) {
        encode_silence(encoder, state, dst + done.made);
        done.made += block->bytes;
    }
    return done;
}

#endif
