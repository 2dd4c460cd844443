/* One conversion between PCM and a codec's format: the block loop, and the sizes it implies. */
#ifndef OMNIACM_STREAM_H
#define OMNIACM_STREAM_H

#include "codec.h"
#include "pcm.h"

/* What is to be converted, worked out from two formats. */
struct plan {
    const struct codec *codec;
    uint16_t tag; /* of the codec's side */
    bool decoding;
    enum pcm pcm;
    struct layout layout;
};

/* Whether some codec converts `from` into `to`: one side PCM, rates and channels equal. */
bool stream_plan(struct plan *, const struct wave_format *from, const struct wave_format *to);

/* Bytes of destination that `src` bytes may need in one call; false where they exceed 32 bits. */
bool stream_size_from_source(const struct plan *, uint32_t src, uint32_t *dst);

/* Bytes of source that are sure to fit into `dst` bytes. */
bool stream_size_from_destination(const struct plan *, uint32_t dst, uint32_t *src);

struct stream;

/* A stream takes stream_bytes() of the caller's memory, aligned for any type. */
size_t stream_bytes(const struct plan *);
struct stream *stream_start(void *memory, const struct plan *, const struct options *);
void stream_reset(struct stream *);

/* Converts as much as fits, in bytes. A decoder's destination that holds a frame of PCM, but no
 * block, gets what it holds of one, and the next calls the rest. */
struct progress stream_convert(struct stream *, const uint8_t *src, uint8_t *dst, struct offer);

/* Whether an offer that came to nothing did so for lack of room: it had more than nothing, or than
 * WHOLE's incomplete block. */
bool stream_lacks_room(const struct stream *, struct offer);

#endif
