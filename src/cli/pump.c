#include <stdlib.h>
#include <string.h>
#include "formats.h"
#include "pump.h"

enum {
    PIECE = 65536,  /* bytes offered at once */
    EXPANSION = 64, /* bytes of PCM for a byte of the densest speech, and more */
    BARREN_AT_MOST =
        64, /* calls in turn that use nothing: what a codec held back is out long before */
};

struct buffers {
    ACMSTREAMHEADER header;
    DWORD room, filled; /* of the source */
    DWORD dst_room;
    uint64_t to_come; /* bytes of the source that were not read yet */
    unsigned barren;
    bool started, last;
};

static bool prepare(HACMSTREAM stream, ACMSTREAMHEADER *header, BYTE *src, DWORD src_size,
                    BYTE *dst, DWORD dst_size)
{
    *header = (ACMSTREAMHEADER){ .cbStruct = sizeof *header,
                                 .pbSrc = src,
                                 .cbSrcLength = src_size,
                                 .pbDst = dst,
                                 .cbDstLength = dst_size };
    return src && dst && acmStreamPrepareHeader(stream, header, 0) == MMSYSERR_NOERROR;
}

/* msacm32 wants the lengths back with which the header was prepared. */
static void unprepare(HACMSTREAM stream, ACMSTREAMHEADER *header, DWORD src_size, DWORD dst_size)
{
    header->cbSrcLength = src_size;
    header->cbDstLength = dst_size;
    if (header->fdwStatus & ACMSTREAMHEADER_STATUSF_PREPARED)
        acmStreamUnprepareHeader(stream, header, 0);
}

static DWORD room_for(HACMSTREAM stream, DWORD src)
{
    DWORD dst = 0;

    if (acmStreamSize(stream, src, &dst, ACM_STREAMSIZEF_SOURCE) != MMSYSERR_NOERROR || dst == 0)
        dst = src < 0x7FFFFFFF / EXPANSION ? src * EXPANSION : 0x7FFFFFFF;
    return dst + PIECE; /* what a codec held back comes at the end */
}

DWORD pump_block(HACMSTREAM stream, const WAVEFORMATEX *from, const WAVEFORMATEX *to)
{
    bool decoding = is_pcm(to);
    const WAVEFORMATEX *pcm = decoding ? to : from, *codec = decoding ? from : to;
    DWORD side = decoding ? (DWORD)ACM_STREAMSIZEF_SOURCE : (DWORD)ACM_STREAMSIZEF_DESTINATION,
          bytes = 0;

    if (acmStreamSize(stream, codec->nBlockAlign, &bytes, side) != MMSYSERR_NOERROR ||
        pcm->nBlockAlign == 0 || bytes < pcm->nBlockAlign)
        return 1;
    return bytes / pcm->nBlockAlign;
}

static enum pump_end convert(struct pump *pump, struct buffers *buffers, DWORD flags)
{
    ACMSTREAMHEADER *header = &buffers->header;

    header->cbSrcLength = buffers->filled;
    header->cbSrcLengthUsed = header->cbDstLengthUsed = 0;
    pump->error = acmStreamConvert(pump->stream, header,
                                   flags | (buffers->started ? 0u : ACM_STREAMCONVERTF_START));
    if (pump->error != MMSYSERR_NOERROR) {
        header->cbSrcLengthUsed = header->cbDstLengthUsed = 0;
        return PUMP_REFUSED;
    }
    buffers->started = true;
    if (header->cbSrcLengthUsed > buffers->filled)
        header->cbSrcLengthUsed = buffers->filled;
    return PUMP_DONE;
}

/* Hands on what was made, and moves what was not used to the front. */
static bool deliver(struct pump *pump, struct buffers *buffers, const struct flow *flow)
{
    DWORD used = buffers->header.cbSrcLengthUsed, made = buffers->header.cbDstLengthUsed;

    buffers->filled -= used;
    memmove(buffers->header.pbSrc, buffers->header.pbSrc + used, buffers->filled);
    pump->used += used;
    pump->made += made;
    return made == 0 || flow->write(flow->context, buffers->header.pbDst, made);
}

static void fill(struct buffers *buffers, const struct flow *flow)
{
    DWORD room = buffers->room - buffers->filled,
          wanted = buffers->to_come < room ? (DWORD)buffers->to_come : room;
    DWORD got =
        wanted ? (DWORD)flow->read(flow->context, buffers->header.pbSrc + buffers->filled, wanted)
               : 0;

    buffers->filled += got;
    buffers->to_come = got < wanted ? 0 : buffers->to_come - got;
    buffers->last = buffers->to_come == 0;
}

/* Some encoders want whole blocks even at the end: what they left is offered once more, with
 * silence behind it. */
static enum pump_end pad(struct pump *pump, struct buffers *buffers, const struct flow *flow)
{
    DWORD filled = buffers->filled,
          block = pump_block(pump->stream, pump->from, pump->to) * pump->from->nBlockAlign;
    enum pump_end end;

    if (block <= filled || block > buffers->room)
        return PUMP_STUCK;
    memset(buffers->header.pbSrc + filled, pump->from->wBitsPerSample == 8 ? 0x80 : 0,
           block - filled);
    buffers->filled = block;
    end = convert(pump, buffers, ACM_STREAMCONVERTF_END);
    buffers->filled = filled;
    if (end != PUMP_DONE || buffers->header.cbSrcLengthUsed < filled)
        return end != PUMP_DONE ? end : PUMP_STUCK;
    buffers->header.cbSrcLengthUsed = filled;
    return deliver(pump, buffers, flow) ? PUMP_DONE : PUMP_STOPPED;
}

/* The last call left something, or failed. An incomplete block of a codec that nothing can be made
 * of is no failure. */
static enum pump_end finish(struct pump *pump, struct buffers *buffers, const struct flow *flow,
                            enum pump_end end)
{
    if (buffers->filled == 0)
        return end;
    if (is_pcm(pump->from)) {
        enum pump_end padded = pad(pump, buffers, flow);

        return padded == PUMP_STUCK && end != PUMP_DONE ? end : padded;
    }
    if (end == PUMP_DONE)
        return pump->made != 0 ? PUMP_DONE : PUMP_STUCK;
    return pump->made != 0 && buffers->filled < pump->from->nBlockAlign ? PUMP_DONE : end;
}

static enum pump_end run(struct pump *pump, struct buffers *buffers, const struct flow *flow)
{
    for (;;) {
        enum pump_end end;
        bool idle;

        fill(buffers, flow);
        if (buffers->last && buffers->filled == 0 && !buffers->started)
            return PUMP_DONE; /* there is no sound at all */
        end = convert(pump, buffers,
                      buffers->last ? (DWORD)ACM_STREAMCONVERTF_END
                                    : (DWORD)ACM_STREAMCONVERTF_BLOCKALIGN);
        if (end != PUMP_DONE && !buffers->last)
            return end;
        idle = buffers->header.cbSrcLengthUsed == 0 && buffers->header.cbDstLengthUsed == 0;
        buffers->barren = buffers->header.cbSrcLengthUsed == 0 ? buffers->barren + 1 : 0;
        if (!deliver(pump, buffers, flow))
            return PUMP_STOPPED;
        if (buffers->last && (idle || buffers->filled == 0))
            return finish(pump, buffers, flow, end);
        if (idle || buffers->barren > BARREN_AT_MOST)
            return PUMP_STUCK;
    }
}

enum pump_end pump_run(struct pump *pump, const struct flow *flow)
{
    DWORD block = pump->from->nBlockAlign ? pump->from->nBlockAlign : 1;
    struct buffers buffers = { .room = (PIECE + block - 1) / block * block, .to_come = flow->size };
    BYTE *src = malloc(buffers.room), *dst;
    enum pump_end end = PUMP_NO_MEMORY;

    buffers.dst_room = room_for(pump->stream, buffers.room);
    dst = malloc(buffers.dst_room);
    if (prepare(pump->stream, &buffers.header, src, buffers.room, dst, buffers.dst_room)) {
        end = run(pump, &buffers, flow);
        pump->left = buffers.filled;
        unprepare(pump->stream, &buffers.header, buffers.room, buffers.dst_room);
    }
    free(src);
    free(dst);
    return end;
}

MMRESULT batch_open(struct batch *batch, HACMDRIVER driver, const WAVEFORMATEX *from,
                    const WAVEFORMATEX *to, const void *source, DWORD size)
{
    WAVEFORMATEX *in = (WAVEFORMATEX *)from,
                 *out = (WAVEFORMATEX *)to; /* msacm32 does not write to them */
    MMRESULT error;

    *batch = (struct batch){ .source = (BYTE *)source, .size = size };
    error = acmStreamOpen(&batch->stream, driver, in, out, 0, 0, 0, ACM_STREAMOPENF_NONREALTIME);
    if (error != MMSYSERR_NOERROR) {
        batch->stream = 0;
        return error;
    }
    batch->room = room_for(batch->stream, size);
    batch->result = malloc(batch->room);
    if (prepare(batch->stream, &batch->header, batch->source, size, batch->result, batch->room))
        return MMSYSERR_NOERROR;
    batch_close(batch);
    return MMSYSERR_NOMEM;
}

/* Offers what is left from `used` on; false where that changes nothing. */
static bool offer_rest(struct batch *batch, DWORD *used)
{
    DWORD left = batch->size - *used, room = batch->room - batch->made;
    ACMSTREAMHEADER header;
    bool moved = false;

    if (prepare(batch->stream, &header, batch->source + *used, left, batch->result + batch->made,
                room)) {
        if (acmStreamConvert(batch->stream, &header, ACM_STREAMCONVERTF_END) == MMSYSERR_NOERROR) {
            *used += header.cbSrcLengthUsed;
            batch->made += header.cbDstLengthUsed;
            moved = header.cbSrcLengthUsed != 0 || header.cbDstLengthUsed != 0;
        }
        unprepare(batch->stream, &header, left, room);
    }
    return moved;
}

MMRESULT batch_convert(struct batch *batch)
{
    ACMSTREAMHEADER *header = &batch->header;
    MMRESULT error;
    DWORD used;

    header->cbSrcLengthUsed = header->cbDstLengthUsed = 0;
    error =
        acmStreamConvert(batch->stream, header, ACM_STREAMCONVERTF_START | ACM_STREAMCONVERTF_END);
    batch->made = error == MMSYSERR_NOERROR ? header->cbDstLengthUsed : 0;
    if (error != MMSYSERR_NOERROR)
        return error;
    for (used = header->cbSrcLengthUsed; used < batch->size && batch->made < batch->room;)
        if (!offer_rest(batch, &used))
            break;
    return MMSYSERR_NOERROR;
}

void batch_close(struct batch *batch)
{
    if (!batch->stream)
        return;
    unprepare(batch->stream, &batch->header, batch->size, batch->room);
    acmStreamClose(batch->stream, 0);
    free(batch->result);
    *batch = (struct batch){ 0 };
}
