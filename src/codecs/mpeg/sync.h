/* Finds the frames of a stream. What it finds depends on the bytes since the start alone, not on
 * the pieces in which they come: where a decision needs more bytes, it waits for them. */
#ifndef OMNIACM_MPEG_SYNC_H
#define OMNIACM_MPEG_SYNC_H

#include <stddef.h>
#include "frame.h"

enum {
    SYNC_FREE_MOST = 4092, /* bytes of a frame of free format */
    SYNC_PADDING_MOST = 4, /* bytes, in Layer I */
    /* For any decision, of which that about three headers of free format needs most. */
    SYNC_ROOM = 2 * (SYNC_FREE_MOST + SYNC_PADDING_MOST) + MPEG_HEADER_BYTES
};

struct mpeg_sync {
    uint8_t bytes[SYNC_ROOM];
    uint32_t start, end;         /* of what is in `bytes` */
    uint32_t skip;               /* bytes of a tag to come */
    bool fresh;                  /* nothing but tags since the start */
    bool locked;                 /* a frame begins here */
    bool gap;                    /* something else was between the last frame and the next */
    uint16_t free_bytes;         /* of a frame of free format without padding, when locked */
    struct mpeg_header expected; /* fresh: of the format; locked: of the last frame */
};

/* A frame in mpeg_sync.bytes; `gap`: it does not continue the one before. */
struct mpeg_frame {
    struct mpeg_header header;
    const uint8_t *bytes;
    uint32_t size;
    bool gap;
};

/* `expected` is a header of the format; its layer, sample rate and number of channels matter. If
 * the stream begins with such a header, it is a frame; elsewhere, two headers have to agree. */
void mpeg_sync_start(struct mpeg_sync *, const struct mpeg_header *expected);

/* How many bytes to feed next, at least 1; after those, it may find a frame, but no two. The frame
 * that those bytes complete has this many samples of each channel, or 0 if that is not known. */
uint32_t mpeg_sync_need(const struct mpeg_sync *, unsigned *samples);

/* Adds bytes; returns how many fit. */
uint32_t mpeg_sync_feed(struct mpeg_sync *, const uint8_t *src, size_t count);

/* Finds the next frame, which stays valid until more is fed; false if it needs more bytes. With
 * `last`, no more bytes come: a complete frame at the end needs no other, and the rest is dropped.
 */
bool mpeg_sync_next(struct mpeg_sync *, bool last, struct mpeg_frame *);

#endif
