/* Synchronization. */
#include <string.h>
#include "bits.h"
#include "sync.h"

enum {
    ID3V1_BYTES = 128,
    ID3V2_HEADER = 10,
    APE_HEADER = 32,
    FREE_LEAST = 24,  /* bytes of a frame */
    SEARCH_STEP = 16, /* bytes between two looks for a frame */
    FREE_STEP = 256   /* for the length of one in free format */
};

/* The outcome of a look at the next bytes. */
enum outcome { NO, YES, MORE };

void mpeg_sync_start(struct mpeg_sync *sync, const struct mpeg_header *expected)
{
    sync->start = sync->end = sync->skip = 0;
    sync->fresh = true;
    sync->locked = sync->gap = false;
    sync->free_bytes = 0;
    sync->expected = *expected;
}

static uint32_t available(const struct mpeg_sync *sync) { return sync->end - sync->start; }

uint32_t mpeg_sync_feed(struct mpeg_sync *sync, const uint8_t *src, size_t count)
{
    uint32_t room;

    if (sync->start != 0 && count > SYNC_ROOM - sync->end) {
        memmove(sync->bytes, sync->bytes + sync->start, available(sync));
        sync->end -= sync->start;
        sync->start = 0;
    }
    room = SYNC_ROOM - sync->end;
    if (count > room)
        count = room;
    memcpy(sync->bytes + sync->end, src, count);
    sync->end += (uint32_t)count;
    return (uint32_t)count;
}

/* 28 bits in four bytes, whose highest bits are 0; -1 if they are not. */
static int32_t synchsafe(const uint8_t *p)
{
    if ((p[0] | p[1] | p[2] | p[3]) & 0x80)
        return -1;
    return p[0] << 21 | p[1] << 14 | p[2] << 7 | p[3];
}

/* Whether a tag begins here, and its length: ID3v1 (www.id3.org), ID3v2.4 (3.1), APEv2, in which
 * the length does not count a header. */
static enum outcome find_tag(const uint8_t *p, uint32_t have, uint32_t *length)
{
    if (have >= 3 && memcmp(p, "TAG", 3) == 0) {
        *length = ID3V1_BYTES;
        return YES;
    }
    if (memcmp(p, "ID3", have < 3 ? have : 3) == 0) {
        int32_t size;

        if (have < ID3V2_HEADER)
            return MORE;
        size = synchsafe(p + 6);
        *length = (uint32_t)size + (p[5] & 0x10 ? 2u : 1u) * ID3V2_HEADER;
        return p[3] != 0xFF && p[4] != 0xFF && size >= 0 ? YES : NO;
    }
    if (memcmp(p, "APETAGEX", have < 8 ? have : 8) == 0) {
        if (have < APE_HEADER)
            return MORE;
        *length = APE_HEADER;
        if (p[23] & 0x20) /* this is the header, not the footer */
            *length += load32_le(p + 12) & 0xFFFFFFF;
        return YES;
    }
    return have < 3 && memcmp(p, "TAG", have) == 0 ? MORE : NO;
}

static bool same_stream(const struct mpeg_header *a, const struct mpeg_header *b)
{
    return a->version == b->version && a->layer == b->layer && a->rate_index == b->rate_index &&
           (a->bit_rate_index == 0) == (b->bit_rate_index == 0);
}

/* Between two headers far from any known frame, more has to agree. */
static bool same_channels(const struct mpeg_header *a, const struct mpeg_header *b)
{
    return mpeg_channels(a) == mpeg_channels(b);
}

static uint32_t frame_length(const struct mpeg_sync *sync, const struct mpeg_header *header)
{
    return mpeg_frame_bytes(header) + (header->bit_rate_index == 0 ? sync->free_bytes : 0);
}

static bool agrees(const uint8_t *p, const struct mpeg_header *header)
{
    struct mpeg_header other;

    return mpeg_parse_header(p, &other) && same_stream(&other, header) &&
           same_channels(&other, header);
}

/* The length of a frame in free format: the distance of two more headers. Without the third one,
 * at the end of the stream, the second is enough. */
static enum outcome measure_free(struct mpeg_sync *sync, const struct mpeg_header *header,
                                 bool last)
{
    const uint8_t *p = sync->bytes + sync->start;
    uint32_t have = available(sync), padding = mpeg_padding_bytes(header);

    for (uint32_t length = FREE_LEAST; length <= SYNC_FREE_MOST; length++) {
        struct mpeg_header next;
        uint32_t third;

        if (length + MPEG_HEADER_BYTES > have)
            return last ? NO : MORE;
        if (p[length] != 0xFF || !agrees(p + length, header))
            continue;
        mpeg_parse_header(p + length, &next);
        third = 2 * length - padding + mpeg_padding_bytes(&next);
        if (third + MPEG_HEADER_BYTES > have && !last)
            return MORE;
        if (third + MPEG_HEADER_BYTES > have || agrees(p + third, header)) {
            sync->free_bytes = (uint16_t)(length - padding);
            return YES;
        }
    }
    return NO;
}

/* Whether another frame, or a tag, follows one of this length. */
static enum outcome is_followed(const struct mpeg_sync *sync, const struct mpeg_header *header,
                                uint32_t length, bool last)
{
    const uint8_t *next = sync->bytes + sync->start + length;
    uint32_t have = available(sync), unused;
    enum outcome tag;

    if (have < length)
        return last ? NO : MORE;
    have -= length;
    if (have < MPEG_HEADER_BYTES)
        return last ? YES : MORE;
    if (agrees(next, header))
        return YES;
    tag = find_tag(next, have, &unused);
    return tag == MORE && last ? NO : tag;
}

/* Whether a frame begins here, when that is not known. */
static enum outcome try_lock(struct mpeg_sync *sync, bool last)
{
    struct mpeg_header header;
    enum outcome outcome = YES;

    if (available(sync) < MPEG_HEADER_BYTES)
        return last ? NO : MORE;
    if (!mpeg_parse_header(sync->bytes + sync->start, &header))
        return NO;
    if (header.bit_rate_index == 0)
        outcome = measure_free(sync, &header, last);
    else if (!sync->fresh || header.layer != sync->expected.layer ||
             mpeg_rate(&header) != mpeg_rate(&sync->expected) ||
             !same_channels(&header, &sync->expected))
        outcome = is_followed(sync, &header, mpeg_frame_bytes(&header), last);
    if (outcome == YES) {
        sync->expected = header;
        sync->locked = true;
    }
    return outcome;
}

/* Whether the header of a frame that belongs to the last one is here. */
static bool continues(const struct mpeg_sync *sync, const uint8_t *p, struct mpeg_header *header)
{
    return mpeg_parse_header(p, header) && same_stream(header, &sync->expected);
}

/* Whether such a frame begins here. */
static enum outcome take_frame(struct mpeg_sync *sync, bool last, struct mpeg_frame *frame)
{
    struct mpeg_header header;

    if (available(sync) < MPEG_HEADER_BYTES)
        return last ? NO : MORE;
    frame->bytes = sync->bytes + sync->start;
    if (!continues(sync, frame->bytes, &header))
        return NO;
    frame->header = header;
    frame->size = frame_length(sync, &header);
    if (frame->size > available(sync))
        return MORE;
    frame->gap = sync->gap;
    sync->expected = header;
    sync->start += frame->size;
    sync->fresh = sync->gap = false;
    return YES;
}

/* A frame and the header behind it, or the start of a tag there. */
static uint32_t search_need(const struct mpeg_header *header, uint32_t have)
{
    uint32_t length = mpeg_frame_bytes(header) + MPEG_HEADER_BYTES;

    return length > have ? length - have : SEARCH_STEP;
}

uint32_t mpeg_sync_need(const struct mpeg_sync *sync, unsigned *samples)
{
    struct mpeg_header header;
    uint32_t have = available(sync);

    *samples = 0;
    if (sync->skip != 0)
        return sync->skip;
    if (have < MPEG_HEADER_BYTES)
        return MPEG_HEADER_BYTES - have;
    if (!sync->locked && mpeg_parse_header(sync->bytes + sync->start, &header))
        return header.bit_rate_index == 0 ? FREE_STEP : search_need(&header, have);
    if (!sync->locked || !continues(sync, sync->bytes + sync->start, &header))
        return SEARCH_STEP;
    *samples = mpeg_frame_samples(&header);
    return frame_length(sync, &header) - have;
}

static void skip_some(struct mpeg_sync *sync)
{
    uint32_t n = sync->skip < available(sync) ? sync->skip : available(sync);

    sync->start += n;
    sync->skip -= n;
}

/* One look at the next bytes: NO if none begins here, and the search goes on. */
static enum outcome look(struct mpeg_sync *sync, bool last, struct mpeg_frame *frame)
{
    enum outcome outcome;

    if (sync->locked) {
        outcome = take_frame(sync, last, frame);
        if (outcome != NO)
            return outcome;
    }
    outcome = available(sync) == 0
                  ? MORE
                  : find_tag(sync->bytes + sync->start, available(sync), &sync->skip);
    if (outcome == YES || (outcome == MORE && !last))
        return outcome == YES ? NO : MORE;
    sync->skip = 0;
    if (available(sync) == 0)
        return MORE;
    if (sync->locked) {
        sync->locked = false;
        sync->gap = true;
    }
    outcome = try_lock(sync, last);
    if (outcome == NO) {
        sync->start++;
        sync->fresh = false;
    }
    return outcome == YES ? NO : outcome;
}

bool mpeg_sync_next(struct mpeg_sync *sync, bool last, struct mpeg_frame *frame)
{
    enum outcome outcome;

    do {
        skip_some(sync);
        if (sync->skip != 0)
            return false;
        outcome = look(sync, last, frame);
    } while (outcome == NO);
    if (outcome == MORE && last)
        sync->start = sync->end;
    return outcome == YES;
}
