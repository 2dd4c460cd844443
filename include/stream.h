/* A conversion between PCM and a codec's format: the block loop, and buffer sizes. */
#ifndef OMNIACM_STREAM_H
#define OMNIACM_STREAM_H

#include "codec.h"
#include "mix.h"

/* A conversion, determined from its two formats. */
struct plan {
    const struct codec *codec;
    uint16_t tag; /* of the codec's format */
    bool decoding;
    struct layout layout;
    struct mix mix; /* between the codec's 16-bit samples and the PCM */
};

/* Finds the codec that converts `from` to `to`; false if there is none. One of the formats must be
 * PCM, and rates must be equal. A decoder that mixes makes the channels of the PCM, if they are
 * fewer than its own. */
bool stream_plan(struct plan *, const struct wave_format *from, const struct wave_format *to);

/* The bytes of destination that one call needs for `src` bytes; false if they exceed 32 bits. */
bool stream_size_from_source(const struct plan *, uint32_t src, uint32_t *dst);

/* The bytes of source whose conversion always fits into `dst` bytes. */
bool stream_size_from_destination(const struct plan *, uint32_t dst, uint32_t *src);

struct stream;

/* `memory` has stream_bytes() bytes, aligned for any type. */
size_t stream_bytes(const struct plan *);
struct stream *stream_start(void *memory, const struct plan *, const struct options *);
void stream_reset(struct stream *);

/* Converts as much as fits; offer and progress are in bytes. If a decoder's destination has room
 * for a frame of PCM but not for a block, it is filled, and the next calls return the rest. */
struct progress stream_convert(struct stream *, const uint8_t *src, uint8_t *dst, struct offer);

/* After a call that neither used nor made anything: true if the destination was too small, false if
 * the source was empty or, with WHOLE, less than a block. */
bool stream_lacks_room(const struct stream *, struct offer);

#endif
