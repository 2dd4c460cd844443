/* Hosts that break the rules: `hostile FILE` calls DriverProc itself in both layouts, and then
 * through msacm32. All memory ends where an inaccessible page begins, so that an access beyond it
 * crashes this program. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "acm/msacmdrv.h"

typedef LRESULT(CALLBACK *driver_proc)(DWORD_PTR, HDRVR, UINT, LPARAM, LPARAM);

enum { PAGE = 65536, PLACES = 6, FORMAT_ROOM = 96, SAMPLE_ROOM = 32768 };
enum {
    BLOCKALIGN = ACM_STREAMCONVERTF_BLOCKALIGN,
    START = ACM_STREAMCONVERTF_START,
    FLUSH = ACM_STREAMCONVERTF_END
};

static driver_proc driver;

static LRESULT tell(UINT message, void *first, LPARAM second)
{
    return driver(1, 0, message, (LPARAM)first, second);
}

/* The last `size` bytes before an inaccessible page; there are several such places. */
static void *at_end(int place, size_t size)
{
    static BYTE *places[PLACES];
    DWORD before;

    if (!places[place]) {
        places[place] = VirtualAlloc(0, 2 * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        VirtualProtect(places[place] + PAGE, PAGE, PAGE_NOACCESS, &before);
    }
    return places[place] + PAGE - size;
}

static void *copy_at_end(int place, const void *from, size_t size)
{
    return memcpy(at_end(place, size), from, size);
}

/* ---- DriverProc */

static void nothing(void)
{
    static const UINT structures[] = { ACMDM_DRIVER_DETAILS, ACMDM_FORMATTAG_DETAILS,
                                       ACMDM_FORMAT_DETAILS, ACMDM_FORMAT_SUGGEST,
                                       ACMDM_STREAM_OPEN,    ACMDM_STREAM_CLOSE,
                                       ACMDM_STREAM_SIZE,    ACMDM_STREAM_CONVERT };

    for (size_t i = 0; i < sizeof structures / sizeof *structures; i++)
        CHECK(tell(structures[i], 0, 0) == MMSYSERR_INVALPARAM);
    for (UINT message = ACMDM_USER; message <= ACMDM_RESERVED_HIGH; message++)
        tell(message, 0, 0);
    test_end("null pointers are refused");
}

static DWORD needed(UINT message)
{
    return message == ACMDM_STREAM_OPEN || message == ACMDM_STREAM_CLOSE
               ? sizeof(ACMDRVSTREAMINSTANCE_PACKED)
           : message == ACMDM_FORMAT_SUGGEST    ? sizeof(ACMDRVFORMATSUGGEST_PACKED)
           : message == ACMDM_FORMATTAG_DETAILS ? offsetof(ACMFORMATTAGDETAILSW, cbFormatSize)
           : message == ACMDM_FORMAT_DETAILS    ? offsetof(ACMFORMATDETAILSW, szFormat)
                                                : 4;
}

/* Every structure ends with its page, and so it begins at any address. */
static void short_structures(void)
{
    static const UINT messages[] = { ACMDM_DRIVER_DETAILS, ACMDM_FORMATTAG_DETAILS,
                                     ACMDM_FORMAT_DETAILS, ACMDM_FORMAT_SUGGEST,
                                     ACMDM_STREAM_OPEN,    ACMDM_STREAM_CLOSE };

    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        for (DWORD size = 0; size < 300; size++) {
            BYTE *structure = at_end(0, size < 4 ? 4 : size);
            LRESULT result;

            memset(structure, 0, size < 4 ? 4 : size);
            memcpy(structure, &size, 4);
            result = tell(messages[i], structure, 0);
            CHECK((result == MMSYSERR_INVALPARAM) == (size < needed(messages[i])) ||
                  size >= needed(messages[i]));
        }
    test_end("structures are not read beyond their stated sizes");
}

/* The two formats of a stream, and its instance in one of the layouts. */
struct stream {
    WAVEFORMATEX *coded, pcm;
    DWORD coded_size, block, pcm_block;
    BOOL decoding;
    union {
        ACMDRVSTREAMINSTANCE_PACKED packed;
        ACMDRVSTREAMINSTANCE natural;
    } instance;
};

static void make_instance(struct stream *stream, BOOL packed)
{
    WAVEFORMATEX *coded = copy_at_end(1, stream->coded, stream->coded_size),
                 *pcm = copy_at_end(2, &stream->pcm, 16);
    WAVEFORMATEX *from = stream->decoding ? coded : pcm, *to = stream->decoding ? pcm : coded;

    if (packed)
        stream->instance.packed = (ACMDRVSTREAMINSTANCE_PACKED){
            .cbStruct = sizeof stream->instance.packed, .pwfxSrc = from, .pwfxDst = to
        };
    else
        stream->instance.natural = (ACMDRVSTREAMINSTANCE){
            .cbStruct = sizeof stream->instance.natural, .pwfxSrc = from, .pwfxDst = to
        };
}

static LRESULT convert(struct stream *stream, void *src, DWORD size, void *dst, DWORD room,
                       DWORD flags, DWORD *used, DWORD *made)
{
    ACMDRVSTREAMHEADER header = { .cbStruct = sizeof header,
                                  .pbSrc = src,
                                  .cbSrcLength = size,
                                  .pbDst = dst,
                                  .cbDstLength = room,
                                  .fdwConvert = flags,
                                  .cbSrcLengthUsed = 77,
                                  .cbDstLengthUsed = 77 };
    ACMDRVSTREAMHEADER *own = copy_at_end(3, &header, sizeof header);
    LRESULT result = tell(ACMDM_STREAM_CONVERT, &stream->instance, (LPARAM)own);

    *used = own->cbSrcLengthUsed;
    *made = own->cbDstLengthUsed;
    return result;
}

static LRESULT ask_size(struct stream *stream, DWORD flags, DWORD bytes)
{
    ACMDRVSTREAMSIZE size = { sizeof size, flags, bytes, bytes };

    return tell(ACMDM_STREAM_SIZE, &stream->instance, (LPARAM)copy_at_end(3, &size, sizeof size));
}

/* Buffers that end with their page. */
static void lengths(struct stream *stream)
{
    DWORD in = stream->decoding ? stream->block : stream->pcm_block,
          out = stream->decoding ? stream->pcm_block : stream->block;
    const DWORD sizes[] = { 0, 1, in - 1, in, in + 1 }, rooms[] = { 0, 1, out - 1, out, out + 1 };
    static const DWORD huge[] = { 0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF };

    for (size_t i = 0; i < 5; i++)
        for (size_t o = 0; o < 5; o++)
            for (DWORD flags = 0; flags <= FLUSH; flags += 4) {
                DWORD used, made;
                LRESULT result = convert(stream, at_end(4, sizes[i]), sizes[i], at_end(5, rooms[o]),
                                         rooms[o], flags | START, &used, &made);

                CHECK(result == MMSYSERR_NOERROR ||
                      (result == ACMERR_NOTPOSSIBLE && used == 0 && made == 0));
                CHECK(used <= sizes[i] && made <= rooms[o]);
            }
    for (size_t i = 0; i < sizeof huge / sizeof *huge; i++)
        for (DWORD flags = 0; flags < 2; flags++) {
            LRESULT result = ask_size(stream, flags, huge[i]);

            CHECK(result == MMSYSERR_NOERROR || result == ACMERR_NOTPOSSIBLE);
        }
}

static void fill(BYTE *src)
{
    for (int i = 0; i < SAMPLE_ROOM; i++)
        src[i] = (BYTE)(i * 7 ^ i >> 5);
}

/* A source with a huge length is read only as far as its output fits. (G.726's decoder looks beyond
 * silence at the start for the order of its bits; there is none here.) */
static void endless(struct stream *stream)
{
    static const DWORD sizes[] = { 0x80000000, 0xFFFFFFFF };
    BYTE *memory = at_end(4, SAMPLE_ROOM);

    fill(memory);
    for (size_t i = 0; i < 2; i++) {
        DWORD used, made, room = stream->decoding ? stream->pcm_block : stream->block;
        LRESULT result = convert(stream, memory, sizes[i], at_end(5, room), room,
                                 START | BLOCKALIGN, &used, &made);

        /* Below 4 GB, the source may overlap any memory. */
        CHECK(result == MMSYSERR_NOERROR || result == MMSYSERR_INVALPARAM);
        CHECK(used <= SAMPLE_ROOM && made <= room);
    }
}

/* Of the destination, only the bytes overlap that can be written. */
static void overlaps(struct stream *stream)
{
    static const int places[] = { -1024, -1001, -1000, -999, -500, -1,  0,
                                  1,     500,   999,   1000, 1001, 1024 };
    BYTE *memory = at_end(4, 3 * 1024);
    ACMDRVSTREAMSIZE size = { sizeof size, ACM_STREAMSIZEF_SOURCE, 1000, 0 };
    DWORD used, made;
    int written;

    CHECK(tell(ACMDM_STREAM_SIZE, &stream->instance, (LPARAM)&size) == MMSYSERR_NOERROR);
    written = size.cbDstLength < 1000 ? (int)size.cbDstLength : 1000;

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        LRESULT result = convert(stream, memory + 1024, 1000, memory + 1024 + places[i], 1000,
                                 START, &used, &made);

        CHECK((result == MMSYSERR_INVALPARAM) == (places[i] > -written && places[i] < 1000));
        CHECK(result == MMSYSERR_NOERROR || (used == 0 && made == 0));
    }
}

static DWORD_PTR driver_of(const struct stream *stream, BOOL packed)
{
    return packed ? stream->instance.packed.dwDriver : stream->instance.natural.dwDriver;
}

static void disorder(struct stream *stream, BOOL packed)
{
    DWORD used, made;

    for (int i = 0; i < 3; i++)
        CHECK(tell(ACMDM_STREAM_CLOSE, &stream->instance, 0) == MMSYSERR_NOERROR &&
              driver_of(stream, packed) == 0);
    CHECK(convert(stream, at_end(4, 100), 100, at_end(5, 100), 100, 0, &used, &made) ==
              MMSYSERR_INVALPARAM &&
          used == 0 && made == 0);
    /* A codec to itself, with garbage in dwDriver. */
    memset(&stream->instance, 0x5A, sizeof stream->instance);
    make_instance(stream, packed);
    if (packed) {
        stream->instance.packed.pwfxSrc = stream->coded;
        stream->instance.packed.pwfxDst = stream->coded;
        stream->instance.packed.dwDriver = 0x5A5A5A5A;
    } else {
        stream->instance.natural.pwfxSrc = stream->coded;
        stream->instance.natural.pwfxDst = stream->coded;
        stream->instance.natural.dwDriver = 0x5A5A5A5A;
    }
    CHECK(tell(ACMDM_STREAM_OPEN, &stream->instance, 0) == ACMERR_NOTPOSSIBLE);
    CHECK(convert(stream, at_end(4, 100), 100, at_end(5, 100), 100, 0, &used, &made) ==
          MMSYSERR_INVALPARAM);
    CHECK(tell(ACMDM_STREAM_CLOSE, &stream->instance, 0) == MMSYSERR_NOERROR);
}

/* The smallest size that the driver gives for a block shows its number of samples. */
static BOOL measure(struct stream *stream)
{
    ACMDRVSTREAMSIZE size = { sizeof size, ACM_STREAMSIZEF_DESTINATION, 0,
                              stream->decoding ? 0x10000 : stream->block };
    BOOL known;

    stream->block = stream->coded->nBlockAlign;
    if (stream->decoding)
        size = (ACMDRVSTREAMSIZE){ sizeof size, ACM_STREAMSIZEF_SOURCE, 1, 0 };
    known = tell(ACMDM_STREAM_SIZE, &stream->instance, (LPARAM)&size) == MMSYSERR_NOERROR;
    stream->pcm_block = stream->decoding ? size.cbDstLength : stream->pcm_block;
    return known && stream->pcm_block != 0 && stream->pcm_block <= SAMPLE_ROOM;
}

/* Of a format that is only decoded, exactly the encoder is refused. */
static BOOL opens(struct stream *stream, BOOL packed)
{
    LRESULT result = tell(ACMDM_STREAM_OPEN, &stream->instance, 0);

    CHECK(result == MMSYSERR_NOERROR ||
          (result == ACMERR_NOTPOSSIBLE && !stream->decoding && driver_of(stream, packed) == 0));
    return result == MMSYSERR_NOERROR;
}

static void every_stream(void)
{
    ACMFORMATTAGDETAILSW tag = { .cbStruct = sizeof tag };
    DWORD streams = 0, encoders = 0;

    for (tag.dwFormatTagIndex = 3;
         tell(ACMDM_FORMATTAG_DETAILS, &tag, ACM_FORMATTAGDETAILSF_INDEX) == 0;
         tag.dwFormatTagIndex++) {
        BYTE room[FORMAT_ROOM] = { 0 };
        ACMFORMATDETAILSW details = { .cbStruct = sizeof details,
                                      .dwFormatTag = tag.dwFormatTag,
                                      .pwfx = (WAVEFORMATEX *)room,
                                      .cbwfx = sizeof room };

        tag.cbStruct = sizeof tag;
        for (; tell(ACMDM_FORMAT_DETAILS, &details, ACM_FORMATDETAILSF_INDEX) == 0;
             details.dwFormatIndex++, details.cbStruct = sizeof details) {
            WAVEFORMATEX *coded = (WAVEFORMATEX *)room;
            struct stream stream = { .coded = coded, .coded_size = 18u + coded->cbSize };

            stream.pcm = pcm_like(coded);
            /* Decoding comes first, because it finds the size of a block. */
            for (int variant = 3; variant >= 0; variant--) {
                stream.decoding = variant / 2;
                make_instance(&stream, variant % 2);
                if (!opens(&stream, variant % 2))
                    continue;
                CHECK(measure(&stream));
                lengths(&stream);
                if (!needs_frames(coded->wFormatTag))
                    endless(&stream);
                overlaps(&stream);
                disorder(&stream, variant % 2);
                streams++;
                encoders += stream.decoding ? 0 : 1;
            }
        }
    }
    printf("# %lu streams, %lu of which encode\n", streams, encoders);
    CHECK(encoders > 100);
    test_end("wrong lengths, overlaps and calls out of order in every stream");
}

/* ---- msacm32 */

static MMRESULT convert_prepared(HACMSTREAM stream, BYTE *src, DWORD size, BYTE *dst, DWORD room,
                                 DWORD flags, DWORD *made)
{
    ACMSTREAMHEADER header = { .cbStruct = sizeof header,
                               .pbSrc = src,
                               .cbSrcLength = size,
                               .pbDst = dst,
                               .cbDstLength = room };
    MMRESULT result = acmStreamPrepareHeader(stream, &header, 0);

    if (result)
        return result;
    result = acmStreamConvert(stream, &header, flags);
    *made = result ? 0 : header.cbDstLengthUsed;
    CHECK(result || header.cbSrcLengthUsed <= size);
    CHECK(*made <= room);
    header.cbSrcLength = size;
    header.cbDstLength = room;
    CHECK(acmStreamUnprepareHeader(stream, &header, 0) == 0);
    return result;
}

/* Does everything wrong with a listed format that msacm32 passes on. */
static BOOL CALLBACK abuse(HACMDRIVERID id, ACMFORMATDETAILSW *details, DWORD_PTR had,
                           DWORD support)
{
    static const DWORD sizes[] = { 1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF };
    static BYTE first[SAMPLE_ROOM];
    WAVEFORMATEX *coded = details->pwfx, broken[2];
    WAVEFORMATEX pcm = pcm_like(coded);
    BYTE *src = at_end(4, SAMPLE_ROOM), *dst = at_end(5, SAMPLE_ROOM);
    WAVEFORMATEX *from = &pcm, *to = coded;
    HACMSTREAM stream = 0;
    DWORD room, made = 0, again = 0;

    (void)id, (void)support;
    if (is_pcm(details->dwFormatTag))
        return TRUE;
    fill(src);
    broken[0] = broken[1] = pcm;
    broken[0].nChannels = 0;
    broken[1].nSamplesPerSec = 0;
    for (int i = 0; i < 2; i++)
        CHECK(acmStreamOpen(&stream, (HACMDRIVER)had, &broken[i], coded, 0, 0, 0, 0) != 0 &&
              !stream);
    CHECK(acmStreamOpen(&stream, (HACMDRIVER)had, coded, coded, 0, 0, 0, 0) != 0 && !stream);
    CHECK(convert_prepared(stream, src, 100, dst, 100, 0, &made) != 0);
    if (!encodes((HACMDRIVER)had, &pcm, coded)) {
        from = coded;
        to = &pcm;
    }
    CHECK(acmStreamOpen(&stream, (HACMDRIVER)had, from, to, 0, 0, 0, 0) == 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (DWORD flags = 0; flags < 2; flags++) {
            MMRESULT result = acmStreamSize(stream, sizes[i], &room, flags);

            CHECK(result == MMSYSERR_NOERROR || result == ACMERR_NOTPOSSIBLE);
        }
    CHECK(convert_prepared(stream, src, SAMPLE_ROOM, dst, SAMPLE_ROOM, START | FLUSH, &made) == 0 &&
          (made != 0 || needs_frames(coded->wFormatTag)));
    memcpy(first, dst, made);
    CHECK(convert_prepared(stream, src, 1000, src, 1000, 0, &again) == MMSYSERR_INVALPARAM);
    CHECK(convert_prepared(stream, src, 1000, src + 999, 1000, 0, &again) == MMSYSERR_INVALPARAM);
    /* In front of the source, the bytes that can be written must not reach it. */
    CHECK(acmStreamSize(stream, 1000, &room, ACM_STREAMSIZEF_SOURCE) == 0);
    CHECK((convert_prepared(stream, src + 999, 1000, src, 1000, 0, &again) ==
           MMSYSERR_INVALPARAM) == (room > 999));
    fill(src);
    CHECK(convert_prepared(stream, src + 1, SAMPLE_ROOM - 1, dst, 1, START | FLUSH, &again) !=
          MMSYSERR_INVALPARAM);
    CHECK(convert_prepared(stream, src, 1, dst, SAMPLE_ROOM, START, &again) !=
          MMSYSERR_INVALPARAM); /* Wine requires at least one frame */
    CHECK(convert_prepared(stream, src, from->nBlockAlign, dst, SAMPLE_ROOM, START, &again) == 0);
    CHECK(convert_prepared(stream, src, SAMPLE_ROOM, dst, SAMPLE_ROOM, START | FLUSH, &again) == 0);
    CHECK(again == made && memcmp(first, dst, made) == 0);
    CHECK(acmStreamReset(stream, 0) == 0);
    CHECK(acmStreamClose(stream, 0) == 0);
    return TRUE;
}

static void through_msacm32(HMODULE module)
{
    BYTE room[256] = { 0 };
    ACMFORMATDETAILSW details = { .cbStruct = sizeof details,
                                  .pwfx = (WAVEFORMATEX *)room,
                                  .cbwfx = sizeof room };
    HACMDRIVERID id = 0;
    HACMDRIVER had = 0;

    CHECK(acmDriverAddW(&id, module, (LPARAM)driver, 0, ACM_DRIVERADDF_FUNCTION) == 0);
    CHECK(acmDriverOpen(&had, id, 0) == 0);
    for (UINT message = ACMDM_USER; message < ACMDM_USER + 0x100; message++)
        CHECK(acmDriverMessage(had, message, 0, 0) == MMSYSERR_NOTSUPPORTED);
    CHECK(acmFormatEnumW(had, &details, abuse, (DWORD_PTR)had, 0) == 0);
    CHECK(acmDriverClose(had, 0) == 0);
    CHECK(acmDriverRemove(id, 0) == 0);
    test_end("what msacm32 passes on is refused, and the stream still works");
}

int main(int argc, char **argv)
{
    HMODULE module = argc > 1 ? LoadLibraryA(argv[1]) : 0;

    driver = module ? (driver_proc)(void *)GetProcAddress(module, "DriverProc") : 0;
    if (!driver)
        return 1;
    nothing();
    short_structures();
    every_stream();
    through_msacm32(module);
    return tests_end();
}
