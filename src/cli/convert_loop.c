#include <stdlib.h>
#include <string.h>
#include "convert_loop.h"
#include "formats.h"

enum {
    PIECE = 65536,      /* bytes per call */
    MAX_EXPANSION = 64, /* more PCM bytes per byte than any speech codec makes */
    MAX_IDLE_CALLS = 64 /* calls in a row that use no input; output a codec delays needs fewer */
};

struct buffers {
    ACMSTREAMHEADER header;
    DWORD room, filled; /* of the source buffer */
    DWORD dst_room;
    uint64_t unread; /* bytes of the source */
    unsigned idle_calls;
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

/* msacm32 requires the lengths with which the header was prepared. */
static void unprepare(HACMSTREAM stream, ACMSTREAMHEADER *header, DWORD src_size, DWORD dst_size)
{
    header->cbSrcLength = src_size;
    header->cbDstLength = dst_size;
    if (header->fdwStatus & ACMSTREAMHEADER_STATUSF_PREPARED)
        acmStreamUnprepareHeader(stream, header, 0);
}

/* Adds a piece for output that the codec delays until the end. */
static DWORD room_for(HACMSTREAM stream, DWORD src)
{
    DWORD dst = 0;

    if (acmStreamSize(stream, src, &dst, ACM_STREAMSIZEF_SOURCE) != MMSYSERR_NOERROR || dst == 0)
        dst = src < 0x7FFFFFFF / MAX_EXPANSION ? src * MAX_EXPANSION : 0x7FFFFFFF;
    return dst + PIECE;
}

DWORD samples_per_block(HACMSTREAM stream, const WAVEFORMATEX *from, const WAVEFORMATEX *to)
{
    bool decoding = is_pcm(to);
    const WAVEFORMATEX *pcm = decoding ? to : from, *codec = decoding ? from : to;
    DWORD flags = decoding ? (DWORD)ACM_STREAMSIZEF_SOURCE : (DWORD)ACM_STREAMSIZEF_DESTINATION;
    DWORD bytes = 0;

    if (acmStreamSize(stream, codec->nBlockAlign, &bytes, flags) != MMSYSERR_NOERROR ||
        pcm->nBlockAlign == 0 || bytes < pcm->nBlockAlign)
        return 1;
    return bytes / pcm->nBlockAlign;
}

static enum convert_end convert(struct convert_loop *loop, struct buffers *buffers, DWORD flags)
{
    ACMSTREAMHEADER *header = &buffers->header;

    header->cbSrcLength = buffers->filled;
    header->cbSrcLengthUsed = header->cbDstLengthUsed = 0;
    loop->error = acmStreamConvert(loop->stream, header,
                                   flags | (buffers->started ? 0u : ACM_STREAMCONVERTF_START));
    if (loop->error != MMSYSERR_NOERROR) {
        header->cbSrcLengthUsed = header->cbDstLengthUsed = 0;
        return CONVERT_REFUSED;
    }
    buffers->started = true;
    if (header->cbSrcLengthUsed > buffers->filled)
        header->cbSrcLengthUsed = buffers->filled;
    return CONVERT_DONE;
}

/* Writes the output, and moves unused input to the front of the buffer. */
static bool deliver(struct convert_loop *loop, struct buffers *buffers, const struct convert_io *io)
{
    DWORD used = buffers->header.cbSrcLengthUsed, made = buffers->header.cbDstLengthUsed;

    buffers->filled -= used;
    memmove(buffers->header.pbSrc, buffers->header.pbSrc + used, buffers->filled);
    loop->used += used;
    loop->made += made;
    return made == 0 || io->write(io->context, buffers->header.pbDst, made);
}

static void fill(struct buffers *buffers, const struct convert_io *io)
{
    DWORD room = buffers->room - buffers->filled, got = 0;
    DWORD wanted = buffers->unread < room ? (DWORD)buffers->unread : room;

    if (wanted != 0)
        got = (DWORD)io->read(io->context, buffers->header.pbSrc + buffers->filled, wanted);
    buffers->filled += got;
    buffers->unread = got < wanted ? 0 : buffers->unread - got;
    buffers->last = buffers->unread == 0;
}

/* Some encoders require whole blocks even at the end: their leftover input is offered once more,
 * padded with silence. */
static enum convert_end pad(struct convert_loop *loop, struct buffers *buffers,
                            const struct convert_io *io)
{
    DWORD block = samples_per_block(loop->stream, loop->from, loop->to) * loop->from->nBlockAlign;
    DWORD filled = buffers->filled;
    enum convert_end end;

    if (block <= filled || block > buffers->room)
        return CONVERT_STUCK;
    memset(buffers->header.pbSrc + filled, loop->from->wBitsPerSample == 8 ? 0x80 : 0,
           block - filled);
    buffers->filled = block;
    end = convert(loop, buffers, ACM_STREAMCONVERTF_END);
    buffers->filled = filled;
    if (end != CONVERT_DONE || buffers->header.cbSrcLengthUsed < filled)
        return end != CONVERT_DONE ? end : CONVERT_STUCK;
    buffers->header.cbSrcLengthUsed = filled;
    return deliver(loop, buffers, io) ? CONVERT_DONE : CONVERT_STOPPED;
}

/* Called when the last conversion has left input unused, or failed. A truncated block that a
 * decoder cannot use is not an error. */
static enum convert_end finish(struct convert_loop *loop, struct buffers *buffers,
                               const struct convert_io *io, enum convert_end end)
{
    if (buffers->filled == 0)
        return end;
    if (is_pcm(loop->from)) {
        enum convert_end padded = pad(loop, buffers, io);

        return padded == CONVERT_STUCK && end != CONVERT_DONE ? end : padded;
    }
    if (end == CONVERT_DONE)
        return loop->made != 0 ? CONVERT_DONE : CONVERT_STUCK;
    return loop->made != 0 && buffers->filled < loop->from->nBlockAlign ? CONVERT_DONE : end;
}

static enum convert_end run(struct convert_loop *loop, struct buffers *buffers,
                            const struct convert_io *io)
{
    for (;;) {
        enum convert_end end;
        DWORD flags;
        bool idle;

        fill(buffers, io);
        if (buffers->last && buffers->filled == 0 && !buffers->started)
            return CONVERT_DONE; /* the source is empty */
        flags = buffers->last ? ACM_STREAMCONVERTF_END : ACM_STREAMCONVERTF_BLOCKALIGN;
        end = convert(loop, buffers, flags);
        if (end != CONVERT_DONE && !buffers->last)
            return end;
        idle = buffers->header.cbSrcLengthUsed == 0 && buffers->header.cbDstLengthUsed == 0;
        buffers->idle_calls = buffers->header.cbSrcLengthUsed == 0 ? buffers->idle_calls + 1 : 0;
        if (!deliver(loop, buffers, io))
            return CONVERT_STOPPED;
        if (buffers->last && (idle || buffers->filled == 0))
            return finish(loop, buffers, io, end);
        if (idle || buffers->idle_calls > MAX_IDLE_CALLS)
            return CONVERT_STUCK;
    }
}

enum convert_end convert_loop_run(struct convert_loop *loop, const struct convert_io *io)
{
    DWORD block = loop->from->nBlockAlign ? loop->from->nBlockAlign : 1;
    struct buffers buffers = { .room = (PIECE + block - 1) / block * block, .unread = io->size };
    BYTE *src = malloc(buffers.room), *dst;
    enum convert_end end = CONVERT_NO_MEMORY;

    buffers.dst_room = room_for(loop->stream, buffers.room);
    dst = malloc(buffers.dst_room);
    if (prepare(loop->stream, &buffers.header, src, buffers.room, dst, buffers.dst_room)) {
        end = run(loop, &buffers, io);
        loop->left = buffers.filled;
        unprepare(loop->stream, &buffers.header, buffers.room, buffers.dst_room);
    }
    free(src);
    free(dst);
    return end;
}

MMRESULT batch_open(struct batch *batch, HACMDRIVER driver, const WAVEFORMATEX *from,
                    const WAVEFORMATEX *to, const void *source, DWORD size)
{
    WAVEFORMATEX *in = (WAVEFORMATEX *)from, *out = (WAVEFORMATEX *)to; /* msacm32 only reads */
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

/* Offers the input from `used` on. Returns false if the driver neither used nor made anything. */
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
    if (batch->stream) {
        unprepare(batch->stream, &batch->header, batch->size, batch->room);
        acmStreamClose(batch->stream, 0);
    }
    free(batch->result);
    *batch = (struct batch){ 0 };
}

/* Converts the shortest sound that has a whole number of frames at both rates, if that is not too
 * long. */
DWORD rate_delay(HACMDRIVER driver, DWORD from, DWORD to)
{
    enum { FRAMES_MOST = 50000 };
    DWORD frames = from, rest = to, size, expected, made = 0;
    WAVEFORMATEX in = { WAVE_FORMAT_PCM, 1, from, from * 2, 2, 16, 0 }, out = in;
    struct batch batch;
    void *silence;

    while (rest != 0) { /* the greatest common divisor */
        DWORD next = frames % rest;

        frames = rest;
        rest = next;
    }
    frames = from / frames < FRAMES_MOST ? from / frames : FRAMES_MOST;
    expected = (DWORD)(((uint64_t)frames * to + from - 1) / from);
    size = frames * 2;
    out.nSamplesPerSec = to;
    out.nAvgBytesPerSec = to * 2;
    silence = calloc(1, size);
    if (silence && batch_open(&batch, driver, &in, &out, silence, size) == MMSYSERR_NOERROR) {
        if (batch_convert(&batch) == MMSYSERR_NOERROR)
            made = batch.made / 2;
        batch_close(&batch);
    }
    free(silence);
    return made > expected ? made - expected : 0;
}
