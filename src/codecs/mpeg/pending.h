/* The frames of an encoder that wait for their main data. */
#ifndef OMNIACM_MPEG_PENDING_H
#define OMNIACM_MPEG_PENDING_H

#include "encoder.h"

/* Appends an empty frame of so many bytes, and returns it. */
uint8_t *mpeg_add_frame(struct mpeg_encoder *, uint32_t bytes);

/* Writes main data, or stuffing if `bytes` is null, of at most pending.free bytes. */
void mpeg_put(struct mpeg_encoder *, const uint8_t *bytes, uint32_t count);

/* The bytes of the first block if all its frames are full, otherwise 0. */
uint32_t mpeg_full_block(const struct mpeg_encoder *);
void mpeg_take_block(struct mpeg_encoder *, uint8_t *dst);

#endif
