/* The search for frames in a stream of bytes, and the format of their files. */
#ifndef OMNIACM_AC3_SYNC_H
#define OMNIACM_AC3_SYNC_H

#include <stddef.h>
#include "ac3.h"
#include "codec.h"

enum { AC3_SYNC_BYTES = 2 };

/* The bytes of a frame, or of the beginning of one. */
struct ac3_sync {
    uint16_t count;
    bool synchronized; /* the last frame ended where these bytes begin */
    uint8_t bytes[AC3_MOST_BYTES + AC3_SYNC_BYTES];
};

/* Begins with the bytes of a stream; those of a `synchronized` one begin with a frame. */
void ac3_sync_start(struct ac3_sync *, bool synchronized);

/* Takes bytes until there is a frame, whose size it returns, at the beginning of sync->bytes; 0 if
 * the source ends before. In a synchronized stream, checksums are ignored, since editors leave
 * wrong ones behind. Otherwise, a header is believed if the checksum is correct or another one
 * follows. */
unsigned ac3_sync_find(struct ac3_sync *, const uint8_t **src, size_t *left);

/* Drops the frame that has been found. */
void ac3_sync_drop(struct ac3_sync *, unsigned bytes);

/* Completes a format as AC3ACM does: its byte rate is exact for the shorter frames of 44.1 kHz. */
void ac3_complete(struct wave_format *, const struct mode *, uint8_t dialect);

/* The index of a sample rate, or 3. Halves and quarters of the standard's rates (bsid 9 and 10) are
 * rates, too. */
unsigned ac3_rate_of(uint32_t sample_rate);

#endif
