/* The bit reservoir: the main data of a frame begins up to 511 bytes before its header, in the room
 * that the frames before have left. So frames wait until they are full. */
#include <string.h>
#include "pending.h"

/* Where the frame begins that follows the byte of main data `at`, or the end. */
static uint32_t next_frame(const struct mpeg_pending *pending, uint32_t at)
{
    uint32_t begin = 0;

    for (unsigned i = 0; i < pending->frames && begin <= at; i++)
        begin += pending->length[i];
    return begin;
}

/* Main data; null is stuffing. */
void mpeg_put(struct mpeg_encoder *encoder, const uint8_t *bytes, uint32_t count)
{
    struct mpeg_pending *pending = &encoder->pending;

    pending->free -= count;
    while (count > 0) {
        uint32_t run = pending->boundary - pending->filled;

        run = run < count ? run : count;
        if (bytes) {
            memcpy(pending->bytes + pending->filled, bytes, run);
            bytes += run;
        }
        count -= run;
        pending->filled += run;
        if (pending->filled == pending->boundary && pending->filled < pending->end) {
            pending->filled += encoder->overhead;
            pending->boundary = next_frame(pending, pending->filled);
        }
    }
}

uint8_t *mpeg_add_frame(struct mpeg_encoder *encoder, uint32_t bytes)
{
    struct mpeg_pending *pending = &encoder->pending;
    uint8_t *frame = pending->bytes + pending->end;

    memset(frame, 0, bytes);
    if (pending->filled == pending->end) {
        pending->filled += encoder->overhead;
        pending->boundary = pending->end + bytes;
    }
    pending->length[pending->frames++] = (uint16_t)bytes;
    pending->end += bytes;
    pending->free += bytes - encoder->overhead;
    return frame;
}

uint32_t mpeg_full_block(const struct mpeg_encoder *encoder)
{
    const struct mpeg_pending *pending = &encoder->pending;
    uint32_t bytes = 0;

    if (pending->frames < encoder->period)
        return 0;
    for (unsigned i = 0; i < encoder->period; i++)
        bytes += pending->length[i];
    return pending->filled >= bytes ? bytes : 0;
}

void mpeg_take_block(struct mpeg_encoder *encoder, uint8_t *dst)
{
    struct mpeg_pending *pending = &encoder->pending;
    uint32_t bytes = mpeg_full_block(encoder);

    memcpy(dst, pending->bytes, bytes);
    pending->end -= bytes;
    pending->filled -= bytes;
    pending->boundary -= bytes;
    memmove(pending->bytes, pending->bytes + bytes, pending->end);
    pending->frames -= encoder->period;
    memmove(pending->length, pending->length + encoder->period,
            pending->frames * sizeof pending->length[0]);
}
