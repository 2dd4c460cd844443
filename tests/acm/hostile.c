/* Hosts that break the rules, and a Windows that fails: in every case the driver gives an answer
 * that the contract allows, and leaks nothing. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include "host.h"
#include "mpeg_frames.h"

enum { BLOCKALIGN = 4, START = 0x10, FLUSH = 0x20, MISALIGNMENTS = 8 };

/* Copies a structure to an unaligned address. */
static void *misaligned(const void *from, size_t size, size_t by)
{
    return memcpy((uint8_t *)lend(size + by) + by, from, size);
}

static void null_pointers_are_refused(void **unused)
{
    static const struct {
        UINT message;
        LRESULT answer;
    } messages[] = {
        { ACMDM_DRIVER_DETAILS, MMSYSERR_INVALPARAM },
        { ACMDM_FORMATTAG_DETAILS, MMSYSERR_INVALPARAM },
        { ACMDM_FORMAT_DETAILS, MMSYSERR_INVALPARAM },
        { ACMDM_FORMAT_SUGGEST, MMSYSERR_INVALPARAM },
        { ACMDM_STREAM_OPEN, MMSYSERR_INVALPARAM },
        { ACMDM_STREAM_CLOSE, MMSYSERR_INVALPARAM },
        { ACMDM_STREAM_SIZE, MMSYSERR_INVALPARAM },
        { ACMDM_STREAM_CONVERT, MMSYSERR_INVALPARAM },
        { ACMDM_STREAM_RESET, MMSYSERR_NOERROR },
        { ACMDM_DRIVER_NOTIFY, MMSYSERR_NOERROR },
        { ACMDM_STREAM_PREPARE, MMSYSERR_NOTSUPPORTED },
        { ACMDM_STREAM_UNPREPARE, MMSYSERR_NOTSUPPORTED },
        { ACMDM_STREAM_UPDATE, MMSYSERR_NOTSUPPORTED },
        { ACMDM_FILTER_DETAILS, MMSYSERR_NOTSUPPORTED },
        { ACMDM_FILTERTAG_DETAILS, MMSYSERR_NOTSUPPORTED },
        { ACMDM_DRIVER_ABOUT, MMSYSERR_NOTSUPPORTED },
        { ACMDM_HARDWARE_WAVE_CAPS_INPUT, MMSYSERR_NOTSUPPORTED },
        { ACMDM_HARDWARE_WAVE_CAPS_OUTPUT, MMSYSERR_NOTSUPPORTED },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        for (LPARAM second = 0; second < 4; second++)
            if (messages[i].message < ACMDM_STREAM_OPEN || second == 0)
                assert_int_equal(ask(messages[i].message, 0, second), messages[i].answer);
    EACH_ROUTE(route) {
        void *instance = stream_opened(&route, 0);

        check(route, ask(ACMDM_STREAM_SIZE, instance, 0) == MMSYSERR_INVALPARAM);
        check(route, ask(ACMDM_STREAM_CONVERT, instance, 0) == MMSYSERR_INVALPARAM);
        stream_closed(instance);
    }
}

/* ---- Unaligned addresses */

static void details_are_the_same_at_any_address(void **unused)
{
    ACMDRIVERDETAILSW driver = { .cbStruct = sizeof driver };
    ACMFORMATTAGDETAILSW tag = { .cbStruct = sizeof tag, .dwFormatTagIndex = 5 };
    uint8_t *wfx = lend(18 + EXTRA_ROOM);
    ACMFORMATDETAILSW format = { .cbStruct = sizeof format,
                                 .dwFormatTag = 2,
                                 .pwfx = (WAVEFORMATEX *)(void *)wfx,
                                 .cbwfx = 18 + EXTRA_ROOM };
    const struct {
        UINT message;
        void *structure;
        size_t size;
    } messages[] = { { ACMDM_DRIVER_DETAILS, &driver, sizeof driver },
                     { ACMDM_FORMATTAG_DETAILS, &tag, sizeof tag },
                     { ACMDM_FORMAT_DETAILS, &format, sizeof format } };

    (void)unused;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        for (size_t by = 1; by < MISALIGNMENTS; by++) {
            void *aligned = lend_copy(messages[i].structure, messages[i].size);
            void *odd = misaligned(messages[i].structure, messages[i].size, by);

            assert_int_equal(ask(messages[i].message, aligned, 0), MMSYSERR_NOERROR);
            assert_int_equal(ask(messages[i].message, odd, 0), MMSYSERR_NOERROR);
            assert_memory_equal(aligned, odd, messages[i].size);
        }
    for (size_t by = 1; by < MISALIGNMENTS; by++) {
        uint8_t *odd = (uint8_t *)lend(18 + EXTRA_ROOM + by) + by;

        format.pwfx = (WAVEFORMATEX *)(void *)odd;
        assert_int_equal(ask(ACMDM_FORMAT_DETAILS, &format, ACM_FORMATDETAILSF_INDEX),
                         MMSYSERR_NOERROR);
        assert_memory_equal(odd, wfx, 18 + EXTRA_ROOM);
        assert_int_equal(ask(ACMDM_FORMAT_DETAILS, &format, ACM_FORMATDETAILSF_FORMAT),
                         MMSYSERR_NOERROR);
    }
}

static void suggestions_are_the_same_at_any_address(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        const struct suggestion_layout *at = &suggestion_layouts[route.abi];
        DWORD size = (DWORD)wfx_size(route.src), room = 18 + EXTRA_ROOM;
        WAVEFORMATEX *plain = lend(room);
        LRESULT answer = suggest(route.abi, 0, route.src, size, plain, room);

        for (size_t by = 1; by < MISALIGNMENTS; by++) {
            uint8_t *suggestion = (uint8_t *)lend(at->size + by) + by,
                    *dst = (uint8_t *)lend(room + by) + by;

            put32(suggestion, 0, at->size);
            put32(suggestion, at->flags, 0);
            put64(suggestion, at->src, (uintptr_t)misaligned(route.src, size, by));
            put32(suggestion, at->src_size, size);
            put64(suggestion, at->dst, (uintptr_t)dst);
            put32(suggestion, at->dst_size, room);
            check(route, ask(ACMDM_FORMAT_SUGGEST, suggestion, 0) == answer &&
                             memcmp(dst, plain, room) == 0);
        }
    }
}

/* The instance, its formats, the size and the header are all unaligned. */
static void streams_are_the_same_at_any_address(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    for (size_t by = 1; by < MISALIGNMENTS; by += 3) {
        const struct instance_layout *at = &instance_layouts[route.abi];
        void *plain = stream_opened(&route, 0), *made = instance_make(route.abi, 0, 0, 0),
             *instance;
        struct bytes src = material(&route, 2, 0, 31), expected = converted(plain, src, FLUSH);
        ACMDRVSTREAMSIZE size = { sizeof size, ACM_STREAMSIZEF_SOURCE, (DWORD)src.size, 0 },
                         *odd_size = misaligned(&size, sizeof size, by);
        ACMDRVSTREAMHEADER header = { .cbStruct = sizeof header,
                                      .pbSrc = misaligned(src.data, src.size, by),
                                      .cbSrcLength = (DWORD)src.size,
                                      .fdwConvert = FLUSH },
                           *odd_header;

        put64(made, at->src, (uintptr_t)misaligned(route.src, wfx_size(route.src), by));
        put64(made, at->dst, (uintptr_t)misaligned(route.dst, wfx_size(route.dst), by));
        instance = misaligned(made, at->size, by);
        check(route, ask(ACMDM_STREAM_OPEN, instance, 0) == MMSYSERR_NOERROR);
        check(route, ask(ACMDM_STREAM_SIZE, instance, (LPARAM)odd_size) == MMSYSERR_NOERROR);
        memcpy(&size, odd_size, sizeof size);
        check(route, size.cbDstLength == size_from_source(plain, (DWORD)src.size));
        header.pbDst = (BYTE *)lend(size.cbDstLength + by) + by;
        header.cbDstLength = size.cbDstLength;
        odd_header = misaligned(&header, sizeof header, by);
        check(route, ask(ACMDM_STREAM_CONVERT, instance, (LPARAM)odd_header) == MMSYSERR_NOERROR);
        memcpy(&header, odd_header, sizeof header);
        check(route, header.cbSrcLengthUsed == src.size && header.cbDstLengthUsed == expected.size);
        check(route, memcmp(header.pbDst, expected.data, expected.size) == 0);
        stream_closed(instance);
        stream_closed(plain);
    }
}

static void descriptions_may_be_unaligned(void **unused)
{
    const ACMDRVOPENDESCW audio = { .cbStruct = sizeof audio, .fccType = 0x63647561 };
    const ACMDRVOPENDESCW video = { .cbStruct = sizeof video, .fccType = 0x63646976 };

    (void)unused;
    for (size_t by = 1; by < MISALIGNMENTS; by++) {
        assert_true(DriverProc(0, 0, DRV_OPEN, 0, (LPARAM)misaligned(&audio, sizeof audio, by)) !=
                    0);
        assert_int_equal(
            DriverProc(0, 0, DRV_OPEN, 0, (LPARAM)misaligned(&video, sizeof video, by)), 0);
    }
}

/* ---- Overlapping structures */

/* The result is the same as for two separate formats. */
static void suggestions_may_overwrite_their_source(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        DWORD size = (DWORD)wfx_size(route.src), room = 18 + EXTRA_ROOM;
        WAVEFORMATEX *apart = lend(room);
        LRESULT answer = suggest(route.abi, 0, route.src, size, apart, room);

        check(route, answer == MMSYSERR_NOERROR || !route.codec->encoder);
        for (size_t by = 0; by <= size && answer == MMSYSERR_NOERROR; by++) {
            uint8_t *memory = lend(2 * room);
            WAVEFORMATEX *src = memcpy(memory + by, route.src, size),
                         *dst = (WAVEFORMATEX *)(void *)memory;

            check(route, suggest(route.abi, 0, src, size, dst, room) == answer);
            check(route, memcmp(dst, apart, wfx_size(apart)) == 0);
        }
    }
}

/* The format is written into the structure that asks for it. */
static void details_may_overlap_their_format(void **unused)
{
    (void)unused;
    for (size_t by = 0; by < sizeof(ACMFORMATDETAILSW); by++) {
        ACMFORMATDETAILSW *details = lend(sizeof *details + 18 + EXTRA_ROOM);
        LRESULT result;

        memset(details, 0, sizeof *details);
        details->cbStruct = sizeof *details;
        details->dwFormatTag = 0x11;
        details->pwfx = (WAVEFORMATEX *)(void *)((uint8_t *)details + by);
        details->cbwfx = 18 + EXTRA_ROOM;
        result = ask(ACMDM_FORMAT_DETAILS, details, ACM_FORMATDETAILSF_INDEX);
        assert_int_equal(result, MMSYSERR_NOERROR);
    }
}

/* A header or an instance inside a buffer spoils the sound and nothing else. */
static void headers_may_overlap_buffers(void **unused)
{
    (void)unused;
    EACH_ROUTE(route)
        for (int place = 0; place < 4; place++) {
            void *instance = stream_opened(&route, 0), *again = stream_opened(&route, 0), *copy;
            DWORD size = route.src_block + (DWORD)sizeof(ACMDRVSTREAMHEADER),
                  room = 2 * route.dst_block + (DWORD)sizeof(ACMDRVSTREAMHEADER);
            uint8_t *src = lend(size), *dst = lend(room), *at = place % 2 ? src : dst;
            ACMDRVSTREAMHEADER header = { .cbStruct = sizeof header,
                                          .pbSrc = src,
                                          .cbSrcLength = size,
                                          .pbDst = dst,
                                          .cbDstLength = room };
            LRESULT result;

            if (place < 2) {
                memcpy(at, &header, sizeof header);
                result = ask(ACMDM_STREAM_CONVERT, instance, (LPARAM)at);
            } else {
                copy = memcpy(at, instance, layout_of(instance)->size);
                result = ask(ACMDM_STREAM_CONVERT, copy, (LPARAM)&header);
            }
            check(route, result == MMSYSERR_NOERROR || result == ACMERR_NOTPOSSIBLE);
            stream_closed(again);
            stream_closed(instance);
        }
}

/* Two buffers of 5 and 7 bytes, at every distance from each other. Of the destination, only the
 * bytes count that can be written. */
static void buffers_that_overlap_by_a_byte_are_refused(void **unused)
{
    enum { SRC = 5, DST = 7, AT = 20 };

    (void)unused;
    EACH_CONVERSION(route)
    {
        void *instance = stream_opened(&route, 0);
        uint8_t *memory = lend(3 * AT);
        DWORD made = size_from_source(instance, SRC);
        int dst = made < DST ? (int)made : DST;

        for (int at = 0; at < 2 * AT; at++) {
            bool overlap = at <= AT ? at + dst > AT : at < AT + SRC;
            struct conversion done =
                convert(instance, memory + AT, SRC, memory + at, DST, BLOCKALIGN | START);

            check(route, (done.result == MMSYSERR_INVALPARAM) == overlap);
            check(route, !overlap || (done.used == 0 && done.made == 0));
            check(route, convert(instance, memory + AT, 0, memory + at, DST, 0).result ==
                             MMSYSERR_NOERROR);
            check(route, convert(instance, memory + AT, SRC, memory + at, 0, 0).result !=
                             MMSYSERR_INVALPARAM);
        }
        stream_closed(instance);
    }
}

/* ---- Lengths */

/* As many addresses as the largest length needs. Memory is used only when they are written. */
static uint8_t *huge_make(int access)
{
    void *memory = mmap(0, UINT32_MAX, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED)
        skip();
    return memory;
}

/* Two huge lengths at once would take minutes. */
/* Decoders that search for frames would read gigabytes here, which takes minutes. */
static void any_lengths_are_accepted(void **unused)
{
    static const DWORD flags[] = { 0, BLOCKALIGN, FLUSH, BLOCKALIGN | START | FLUSH };
    uint8_t *src = huge_make(PROT_READ), *dst = huge_make(PROT_READ | PROT_WRITE);

    (void)unused;
    EACH_CONVERSION(route)
    {
        bool searches = is_mpeg(route.tag) || route.tag == 0x2000;
        const DWORD in[] = { 0,
                             1,
                             route.src_block - 1,
                             route.src_block,
                             searches ? 1 << 16 : 0x80000000,
                             searches ? 1 << 17 : 0xFFFFFFFF };
        const DWORD out[] = { 0, 1, route.dst_block - 1, route.dst_block, 0x80000000, 0xFFFFFFFF };
        void *instance = stream_opened(&route, 0);

        for (size_t i = 0; i < 6; i++)
            for (size_t o = 0; o < 6 && i + o < 8; o++) {
                DWORD how = flags[(i + o) % 4];
                struct conversion done = convert(instance, src, in[i], dst, out[o], how | START);

                check(route,
                      done.result == MMSYSERR_NOERROR ||
                          (done.result == ACMERR_NOTPOSSIBLE && done.used == 0 && done.made == 0));
                check(route, done.used <= in[i] && done.made <= out[o]);
                check(route, done.result != MMSYSERR_NOERROR || out[o] < route.dst_block ||
                                 how & BLOCKALIGN || done.used > 0 || in[i] == 0);
            }
        stream_closed(instance);
    }
    munmap(src, UINT32_MAX);
    munmap(dst, UINT32_MAX);
}

/* Regardless of the size that a host gives for a format, no more is read than its cbSize says, and
 * no more is written than it needs. */
static void formats_are_as_long_as_their_cbSize_says(void **unused)
{
    static const DWORD rooms[] = { 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF };

    (void)unused;
    EACH_ROUTE(route)
        for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
            WAVEFORMATEX *dst = lend(18 + EXTRA_ROOM), *exact;
            ACMFORMATDETAILSW details = { .cbStruct = sizeof details,
                                          .dwFormatTag = route.tag,
                                          .pwfx = route.coded,
                                          .cbwfx = rooms[i] };
            LRESULT answer =
                suggest(route.abi, 0, route.src, (DWORD)wfx_size(route.src), dst, 18 + EXTRA_ROOM);

            check(route, ask(ACMDM_FORMAT_DETAILS, &details, ACM_FORMATDETAILSF_FORMAT) ==
                             MMSYSERR_NOERROR);
            exact = lend(answer ? 18 : wfx_size(dst) == 16 ? 18 : wfx_size(dst));
            check(route, suggest(route.abi, 0, route.src, rooms[i], exact, rooms[i]) == answer);
            check(route, answer || memcmp(exact, dst, wfx_size(dst)) == 0);
        }
}

/* ---- Order */

/* Whatever dwDriver contained before, there is no stream to convert with or to close. */
static void nothing_works_after_a_failed_opening(void **unused)
{
    (void)unused;
    EACH_ROUTE(route)
        for (int way = 0; way < 3; way++) {
            WAVEFORMATEX *coded = route.decoding ? route.src : route.dst;
            void *instance =
                instance_make(route.abi, way == 0 ? coded : route.src, way == 0 ? coded : route.dst,
                              way == 1 ? ACM_STREAMOPENF_QUERY : 0);
            struct bytes src = material(&route, 0, 4, 32);
            uint8_t *dst = lend(route.dst_block);
            struct conversion done;

            put64(instance, layout_of(instance)->driver, 0xBAD0BAD0BAD0BAD0);
            heap.failing = way == 2;
            check(route, ask(ACMDM_STREAM_OPEN, instance, 0) == (way == 0   ? ACMERR_NOTPOSSIBLE
                                                                 : way == 1 ? MMSYSERR_NOERROR
                                                                            : MMSYSERR_NOMEM));
            check(route, instance_driver(instance) == 0 && heap.live == 0);
            done = convert(instance, src.data, 4, dst, route.dst_block, START);
            check(route, done.result == MMSYSERR_INVALPARAM && done.used == 0 && done.made == 0);
            check(route, is_untouched(dst, route.dst_block));
            check(route, ask(ACMDM_STREAM_RESET, instance, 0) == MMSYSERR_NOERROR);
            check(route, ask(ACMDM_STREAM_CLOSE, instance, 0) == MMSYSERR_NOERROR &&
                             ask(ACMDM_STREAM_CLOSE, instance, 0) == MMSYSERR_NOERROR);
        }
}

static void streams_are_closed_once(void **unused)
{
    (void)unused;
    EACH_ROUTE(route)
        for (DWORD flags = 0; flags <= ACM_STREAMOPENF_ASYNC; flags += ACM_STREAMOPENF_ASYNC) {
            void *instance = stream_opened(&route, flags | CALLBACK_FUNCTION);
            struct bytes src = material(&route, 0, 4, 33);

            check(route,
                  ask(ACMDM_STREAM_CLOSE, instance, 0) == MMSYSERR_NOERROR && heap.live == 0);
            callback_count = 0;
            for (int again = 0; again < 3; again++)
                check(route,
                      ask(ACMDM_STREAM_CLOSE, instance, 0) == MMSYSERR_NOERROR && heap.live == 0);
            check(route, callback_count == 0);
            check(
                route,
                convert(instance, src.data, 4, lend(route.dst_block), route.dst_block, 0).result ==
                    MMSYSERR_INVALPARAM);
            check(route, ask(ACMDM_STREAM_OPEN, instance, 0) == MMSYSERR_NOERROR && heap.live == 1);
            stream_closed(instance);
        }
}

/* ---- A Windows that fails */

static void details_asked(void)
{
    ACMDRIVERDETAILSW driver = { .cbStruct = sizeof driver };
    ACMFORMATTAGDETAILSW tag = { .cbStruct = sizeof tag, .dwFormatTagIndex = 4 };
    WAVEFORMATEX *wfx = lend(18 + EXTRA_ROOM);
    ACMFORMATDETAILSW format = {
        .cbStruct = sizeof format, .dwFormatTag = 0x31, .pwfx = wfx, .cbwfx = 18 + EXTRA_ROOM
    };

    assert_int_equal(ask(ACMDM_DRIVER_DETAILS, &driver, 0), MMSYSERR_NOERROR);
    assert_int_equal(ask(ACMDM_FORMATTAG_DETAILS, &tag, ACM_FORMATTAGDETAILSF_INDEX),
                     MMSYSERR_NOERROR);
    assert_int_equal(ask(ACMDM_FORMAT_DETAILS, &format, ACM_FORMATDETAILSF_INDEX),
                     MMSYSERR_NOERROR);
    assert_int_equal(ask(ACMDM_FORMAT_DETAILS, &format, ACM_FORMATDETAILSF_FORMAT),
                     MMSYSERR_NOERROR);
    assert_int_equal(DriverProc(1, 0, DRV_CONFIGURE, 0, 0), DRVCNF_CANCEL);
    assert_int_equal(ask(ACMDM_DRIVER_ABOUT, 0, 0), MMSYSERR_NOTSUPPORTED);
}

/* Opens a stream, converts a block and closes the stream; if opening fails, nothing is left. */
static LRESULT stream_used(const struct route *route, struct bytes src)
{
    void *instance = instance_make(route->abi, route->src, route->dst,
                                   ACM_STREAMOPENF_ASYNC | CALLBACK_FUNCTION);
    LRESULT answer = ask(ACMDM_STREAM_OPEN, instance, 0);
    uint8_t *dst = lend(route->dst_block);
    struct conversion done;

    check(*route, heap.live == (answer == MMSYSERR_NOERROR) && callback_count == heap.live);
    check(*route, size_from_source(instance, (DWORD)src.size) >= route->dst_block);
    done = convert(instance, src.data, (DWORD)src.size, dst, route->dst_block, START);
    check(*route,
          done.result == (answer == MMSYSERR_NOERROR ? MMSYSERR_NOERROR : MMSYSERR_INVALPARAM));
    check(*route, answer == MMSYSERR_NOERROR || is_untouched(dst, route->dst_block));
    check(*route, ask(ACMDM_STREAM_CLOSE, instance, 0) == MMSYSERR_NOERROR && heap.live == 0);
    return answer;
}

/* Each request fails in turn, with the registry functions in kernel32 or in advapi32, and with or
 * without user32. */
static void any_request_may_fail(void **unused)
{
    long loaded = libraries_loaded;
    unsigned failed = 0;

    (void)unused;
    EACH_CONVERSION(route)
    for (int way = 0; way < 4; way++) {
        struct bytes src = material(&route, 1, 0, 34);

        for (unsigned n = 0, last = 0; n <= last; n++) {
            unsigned before;
            LRESULT answer;

            mock_fresh();
            kernel_has_registry = way % 2;
            icon_lent = way / 2 ? (HICON)(void *)&before : 0;
            request_failing = n;
            if (route.number < 8)
                details_asked();
            before = requests;
            answer = stream_used(&route, src);
            check(route, answer == MMSYSERR_NOERROR ||
                             (answer == MMSYSERR_NOMEM && n > before && n <= requests));
            check(route, libraries_loaded == loaded && keys_open == 0);
            failed += answer == MMSYSERR_NOMEM;
            last = requests > last ? requests : last;
        }
    }
    assert_true(failed != 0);
}

/* Only opening allocates memory, and only one block. */
static void only_opening_allocates_memory(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        struct bytes src = material(&route, 1, 0, 35);
        void *instance;

        heap.made = 0;
        heap.failing = 1;
        details_asked();
        check(route, suggest(route.abi, 0, route.src, (DWORD)wfx_size(route.src),
                             lend(18 + EXTRA_ROOM), 18 + EXTRA_ROOM) != MMSYSERR_NOMEM);
        check(route, heap.made == 0 && heap.failing == 1);
        heap.failing = 0;
        instance = stream_opened(&route, 0);
        heap.failing = 1;
        check(route, size_from_source(instance, (DWORD)src.size) != 0);
        check(route, convert(instance, src.data, (DWORD)src.size, lend(route.dst_block),
                             route.dst_block, START)
                             .result == MMSYSERR_NOERROR);
        stream_closed(instance);
        check(route, heap.made == 1 && heap.failing == 1);
        heap.failing = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(null_pointers_are_refused),
        TEST(details_are_the_same_at_any_address),
        TEST(suggestions_are_the_same_at_any_address),
        TEST(streams_are_the_same_at_any_address),
        TEST(descriptions_may_be_unaligned),
        TEST(suggestions_may_overwrite_their_source),
        TEST(details_may_overlap_their_format),
        TEST(headers_may_overlap_buffers),
        TEST(buffers_that_overlap_by_a_byte_are_refused),
        TEST(any_lengths_are_accepted),
        TEST(formats_are_as_long_as_their_cbSize_says),
        TEST(nothing_works_after_a_failed_opening),
        TEST(streams_are_closed_once),
        TEST(any_request_may_fail),
        TEST(only_opening_allocates_memory),
    };

    return cmocka_run_group_tests_name("acm.hostile", tests, 0, 0);
}
