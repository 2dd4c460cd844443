/* Streams through DriverProc: opening, sizes and conversions of every codec in every mode, in both
 * layouts. */
#include "host.h"
#include "mpeg_frames.h"
#include "mix.h"

enum { BLOCKALIGN = 4, START = 0x10, FLUSH = 0x20 };
enum { SMALL = 256 * 1024 }; /* the most bytes that a stream allocates: for 8 blocks of WMA */

static struct bytes joined(struct bytes a, struct bytes b)
{
    struct bytes both = { lend(a.size + b.size), a.size + b.size };

    memcpy(both.data, a.data, a.size);
    memcpy(both.data + a.size, b.data, b.size);
    return both;
}

static struct bytes part_of(struct bytes whole, size_t from, size_t size)
{
    return (struct bytes){ lend_copy(whole.data + from, size), size };
}

/* ---- Opening and closing */

static void a_stream_allocates_one_small_block(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        size_t made = heap.made;
        void *instance = stream_opened(&route, 0);

        check(route, heap.made == made + 1 && heap.live == 1);
        check(route, heap.largest <= SMALL);
        check(route, instance_driver(instance) % sizeof(void *) == 0);
        stream_closed(instance);
        check(route, heap.live == 0);
    }
}

/* Eight channels get room for eight blocks at most. */
static void many_channels_need_no_more_than_eight_blocks(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        struct wave_format format = route.format;
        struct layout layout;
        void *instance;

        format.channels = CHANNELS_MOST;
        if (!parses(route.codec, &format, &layout))
            continue;
        route.pcm = pcm_make(&shapes[SHAPE_S16], format.sample_rate, format.channels);
        route.src = route.decoding ? wfx_make(&format) : route.pcm;
        route.dst = route.decoding ? route.pcm : wfx_make(&format);
        heap.largest = 0;
        instance = stream_opened(&route, 0);
        check(route, heap.largest <= SMALL + 8 * 2 * (size_t)layout.block.frames * format.channels);
        stream_closed(instance);
    }
}

/* dwDriver is the only member that the driver may write. */
static void opening_writes_only_dwDriver(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        void *instance =
            instance_make(route.abi, route.src, route.dst, ACM_STREAMOPENF_NONREALTIME);
        size_t size = layout_of(instance)->size, at = layout_of(instance)->driver;
        uint8_t *before = lend_copy(instance, size);

        check(route, ask(ACMDM_STREAM_OPEN, instance, 0) == MMSYSERR_NOERROR);
        put64(before, at, instance_driver(instance));
        check(route, memcmp(instance, before, size) == 0);
        stream_closed(instance);
        check(route, ask(ACMDM_STREAM_CLOSE, instance, 0) == MMSYSERR_NOERROR);
        put64(before, at, 0);
        check(route, memcmp(instance, before, size) == 0);
    }
}

/* Windows does not send ACMDM_STREAM_CLOSE after a query, but Wine does. */
static void a_query_opens_nothing(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        void *instance = instance_make(route.abi, route.src, route.dst,
                                       ACM_STREAMOPENF_QUERY | ACM_STREAMOPENF_NONREALTIME);
        size_t size = layout_of(instance)->size;
        uint8_t *before = lend_copy(instance, size);

        check(route, ask(ACMDM_STREAM_OPEN, instance, 0) == MMSYSERR_NOERROR);
        check(route, heap.made == 0);
        check(route, memcmp(instance, before, size) == 0);
        check(route, ask(ACMDM_STREAM_CLOSE, instance, 0) == MMSYSERR_NOERROR);
        check(route, memcmp(instance, before, size) == 0);
    }
}

static void a_failed_allocation_opens_nothing(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        size_t allocations;

        heap.made = 0;
        stream_closed(stream_opened(&route, 0));
        allocations = heap.made;
        for (size_t n = 1; n <= allocations; n++) {
            void *instance = instance_make(route.abi, route.src, route.dst, 0);

            heap.failing = n;
            check(route, ask(ACMDM_STREAM_OPEN, instance, 0) == MMSYSERR_NOMEM);
            check(route, instance_driver(instance) == 0);
            check(route, heap.live == 0);
            check(route, ask(ACMDM_STREAM_CLOSE, instance, 0) == MMSYSERR_NOERROR);
        }
        heap.failing = 0;
    }
}

static void check_refused(const struct route *route, const WAVEFORMATEX *src,
                          const WAVEFORMATEX *dst)
{
    for (DWORD flags = 0; flags <= ACM_STREAMOPENF_QUERY; flags++) {
        void *instance = instance_make(route->abi, src, dst, flags);

        check(*route, ask(ACMDM_STREAM_OPEN, instance, 0) == ACMERR_NOTPOSSIBLE);
        check(*route, instance_driver(instance) == 0 && heap.made == 0);
    }
}

static void other_conversions_are_refused(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        WAVEFORMATEX *strange = lend_copy(route.coded, wfx_size(route.coded)),
                     *zeros = lend(18 + EXTRA_ROOM);

        strange->wFormatTag = foreign_tag();
        memset(zeros, 0, 18 + EXTRA_ROOM);
        zeros->wFormatTag = route.tag;
        check_refused(&route, route.coded, route.coded);
        check_refused(&route, strange, route.pcm);
        check_refused(&route, route.pcm, strange);
        check_refused(&route, zeros, route.pcm);
        check_refused(&route, route.pcm, zeros);
        for (const struct codec *const *other = codecs; *other; other++) {
            uint8_t extra[EXTRA_ROOM];
            struct wave_format format = format_of(*other, route.mode, extra);

            check_refused(&route, route.coded, wfx_make(&format));
        }
    }
}

static void check_accepted(const struct route *route, const WAVEFORMATEX *src,
                           const WAVEFORMATEX *dst)
{
    void *instance = instance_make(route->abi, src, dst, ACM_STREAMOPENF_QUERY);

    check(*route, ask(ACMDM_STREAM_OPEN, instance, 0) == MMSYSERR_NOERROR);
    check(*route, ask(ACMDM_STREAM_CLOSE, instance, 0) == MMSYSERR_NOERROR);
}

static void rates_differ_unless_the_setting_forbids(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        uint32_t rate = route.mode.sample_rate;
        WAVEFORMATEX *faster = pcm_make(&shapes[SHAPE_S16], rate + 1, route.mode.channels),
                     *distant = pcm_make(&shapes[SHAPE_S16], rate * 128, route.mode.channels);

        check_accepted(&route, route.decoding ? route.src : faster,
                       route.decoding ? faster : route.dst);
        check_refused(&route, route.decoding ? route.src : distant,
                      route.decoding ? distant : route.dst);
        environment = "converter=0";
        check_refused(&route, route.decoding ? route.src : faster,
                      route.decoding ? faster : route.dst);
        check_accepted(&route, route.src, route.dst);
        environment = 0;
    }
}

static void impossible_numbers_of_channels_are_refused(void **unused)
{
    static const WORD numbers[] = { 0, 9, 255, 0x7FFF, 65535 };

    (void)unused;
    EACH_CONVERSION(route)
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        WAVEFORMATEX *pcm = pcm_make(&shapes[i], route.mode.sample_rate, numbers[i]);
        WAVEFORMATEX *coded = lend_copy(route.coded, wfx_size(route.coded));

        coded->nChannels = numbers[i];
        check_refused(&route, route.decoding ? route.src : pcm, route.decoding ? pcm : route.dst);
        check_refused(&route, route.decoding ? coded : route.src,
                      route.decoding ? route.dst : coded);
        check_refused(&route, route.decoding ? coded : pcm, route.decoding ? pcm : coded);
    }
}

static void a_filter_is_refused(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        void *instance = instance_make(route.abi, route.src, route.dst, 0), *filter = lend(32);

        put64(instance, layout_of(instance)->filter, (uintptr_t)filter);
        check(route, ask(ACMDM_STREAM_OPEN, instance, 0) == ACMERR_NOTPOSSIBLE);
        check(route, instance_driver(instance) == 0 && heap.made == 0 && is_untouched(filter, 32));
    }
}

static void missing_formats_are_refused(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        check(route, ask(ACMDM_STREAM_OPEN, instance_make(route.abi, 0, route.dst, 0), 0) !=
                         MMSYSERR_NOERROR);
        check(route, ask(ACMDM_STREAM_OPEN, instance_make(route.abi, route.src, 0, 0), 0) !=
                         MMSYSERR_NOERROR);
        check(route,
              ask(ACMDM_STREAM_OPEN, instance_make(route.abi, 0, 0, 0), 0) != MMSYSERR_NOERROR);
        check(route, heap.made == 0);
    }
}

static void short_instances_are_refused(void **unused)
{
    static const UINT messages[] = { ACMDM_STREAM_OPEN, ACMDM_STREAM_CLOSE, ACMDM_STREAM_SIZE,
                                     ACMDM_STREAM_CONVERT };
    ACMDRVSTREAMSIZE size = { sizeof size, 0, 100, 0 };

    (void)unused;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        assert_int_equal(ask(messages[i], 0, (LPARAM)&size), MMSYSERR_INVALPARAM);
        for (DWORD bytes = 0; bytes < 68; bytes++) {
            void *instance = lend(bytes < 4 ? 4 : bytes);

            put32(instance, 0, bytes);
            assert_int_equal(ask(messages[i], instance, (LPARAM)&size), MMSYSERR_INVALPARAM);
        }
    }
}

/* ---- ASYNC: a call returns when all is done and the callback has been called */

static void check_callback(const struct route *route, unsigned call, DWORD message)
{
    const struct callback *one = &callbacks[call];

    check(*route, callback_count == call + 1);
    check(*route, one->message == message);
    check(*route, one->callback == CALLBACK_ADDRESS && one->user == CALLBACK_USER);
    check(*route, one->flags == HIWORD(CALLBACK_FUNCTION));
}

static void an_asynchronous_stream_calls_back(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        struct bytes src = material(&route, 1, 0, 3);
        ACMDRVSTREAMHEADER header = { .cbStruct = sizeof header,
                                      .pbSrc = src.data,
                                      .cbSrcLength = (DWORD)src.size,
                                      .pbDst = lend(route.dst_block),
                                      .cbDstLength = route.dst_block,
                                      .fdwStatus = ACMSTREAMHEADER_STATUSF_INQUEUE };
        void *instance;

        callback_count = 0;
        instance = stream_opened(&route, ACM_STREAMOPENF_ASYNC | CALLBACK_FUNCTION);
        check_callback(&route, 0, 0x3D4);
        check(route, ask(ACMDM_STREAM_CONVERT, instance, (LPARAM)&header) == MMSYSERR_NOERROR);
        check_callback(&route, 1, 0x3D6);
        check(route, callbacks[1].device == (HDRVR)STREAM_HANDLE &&
                         callbacks[1].first == (DWORD_PTR)&header);
        check(route, callbacks[1].used == src.size && callbacks[1].made == header.cbDstLengthUsed);
        check(route, callbacks[1].status == ACMSTREAMHEADER_STATUSF_DONE);
        check(route, header.fdwStatus == ACMSTREAMHEADER_STATUSF_DONE); /* no longer INQUEUE */
        check(route, ask(ACMDM_STREAM_RESET, instance, 0) == MMSYSERR_NOERROR);
        stream_closed(instance);
        check_callback(&route, 2, 0x3D5);
    }
}

static void only_a_stream_with_a_callback_calls_back(void **unused)
{
    static const DWORD flags[] = { 0, CALLBACK_FUNCTION, ACM_STREAMOPENF_ASYNC,
                                   ACM_STREAMOPENF_NONREALTIME | CALLBACK_EVENT,
                                   ACM_STREAMOPENF_QUERY | ACM_STREAMOPENF_ASYNC |
                                       CALLBACK_FUNCTION };

    (void)unused;
    EACH_ROUTE(route)
        for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
            void *instance = instance_make(route.abi, route.src, route.dst, flags[i]);

            check(route, ask(ACMDM_STREAM_OPEN, instance, 0) == MMSYSERR_NOERROR);
            if (!(flags[i] & ACM_STREAMOPENF_QUERY))
                converted(instance, material(&route, 1, 0, 3), 0);
            check(route, ask(ACMDM_STREAM_CLOSE, instance, 0) == MMSYSERR_NOERROR);
            check(route, callback_count == 0);
        }
}

/* msacm32 itself writes the status of a synchronous conversion. */
static void a_conversion_writes_only_its_lengths(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        void *instance = stream_opened(&route, 0);
        struct bytes src = material(&route, 1, 0, 3);
        ACMDRVSTREAMHEADER *header = lend(sizeof *header), before;

        header->cbStruct = sizeof *header;
        header->pbSrc = src.data;
        header->cbSrcLength = (DWORD)src.size;
        header->pbDst = lend(route.dst_block);
        header->cbDstLength = route.dst_block;
        before = *header;
        check(route, ask(ACMDM_STREAM_CONVERT, instance, (LPARAM)header) == MMSYSERR_NOERROR);
        before.cbSrcLengthUsed = header->cbSrcLengthUsed;
        before.cbDstLengthUsed = header->cbDstLengthUsed;
        check(route, memcmp(header, &before, sizeof before) == 0);
        stream_closed(instance);
    }
}

/* ---- Sizes */

static LRESULT size_asked(void *instance, DWORD flags, DWORD src, DWORD dst)
{
    ACMDRVSTREAMSIZE size = { sizeof size, flags, src, dst };

    return ask(ACMDM_STREAM_SIZE, instance, (LPARAM)&size);
}

/* The bytes of as many blocks of `to` as `bytes` has of `from`, or -1 beyond 32 bits. */
static int64_t scaled(uint64_t bytes, uint64_t from, uint64_t to, bool up)
{
    uint64_t product = (bytes + (up ? from - 1 : 0)) / from * to;

    return product <= UINT32_MAX ? (int64_t)product : -1;
}

/* The bytes of PCM by which an encoder delays the sound: END makes a block for them. */
static DWORD delayed_bytes(const struct route *route)
{
    return route->decoding ? 0
                           : route->layout.delay * (route->src_block / route->layout.block.frames);
}

static void check_size(const struct route *route, void *instance, DWORD bytes)
{
    DWORD src_block = route->decoding ? route->layout.least_bytes : route->src_block;
    int64_t dst = scaled(bytes ? (uint64_t)bytes + delayed_bytes(route) : 0, src_block,
                         route->dst_block, true),
            most =
                scaled(5 * (uint64_t)bytes, 4 * (uint64_t)route->src_block, route->dst_block, true),
            src = scaled(bytes, route->dst_block, route->src_block, false);

    /* Frames of several sizes: at most a quarter over nominal, and 32. */
    if (route->decoding && most >= 0 && most + 32ll * route->dst_block <= UINT32_MAX &&
        (dst < 0 || dst > most + 32ll * route->dst_block))
        dst = most + 32ll * route->dst_block;
    if (dst < 0)
        check(*route, size_asked(instance, ACM_STREAMSIZEF_SOURCE, bytes, 0) == ACMERR_NOTPOSSIBLE);
    else
        check(*route, size_from_source(instance, bytes) == dst);
    if (src < 0)
        check(*route,
              size_asked(instance, ACM_STREAMSIZEF_DESTINATION, 0, bytes) == ACMERR_NOTPOSSIBLE);
    else
        check(*route, size_from_destination(instance, bytes) == src);
}

static void sizes_are_whole_blocks(void **unused)
{
    static const DWORD huge[] = { 1000000007, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF };

    (void)unused;
    EACH_ROUTE(route) {
        void *instance = stream_opened(&route, 0);
        const DWORD blocks[] = { route.src_block, route.dst_block, 1000 * route.src_block,
                                 1000 * route.dst_block };

        check_size(&route, instance, 0);
        check(route, size_from_source(instance, 0) == 0 && size_from_destination(instance, 0) == 0);
        check_size(&route, instance, 1);
        for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
            for (int nearby = -1; nearby <= 1; nearby++)
                check_size(&route, instance, blocks[i] + (DWORD)nearby);
        for (size_t i = 0; i < sizeof huge / sizeof *huge; i++)
            check_size(&route, instance, huge[i]);
        stream_closed(instance);
    }
}

static void invalid_questions_of_size_are_refused(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        void *instance = stream_opened(&route, 0);

        for (DWORD flags = 2; flags <= 16; flags++)
            check(route, size_asked(instance, flags, 100, 100) == MMSYSERR_NOTSUPPORTED);
        check(route, size_asked(instance, 0x80000000, 100, 100) == MMSYSERR_NOTSUPPORTED);
        check(route, ask(ACMDM_STREAM_SIZE, instance, 0) == MMSYSERR_INVALPARAM);
        for (DWORD bytes = 0; bytes < 16; bytes++) {
            void *size = lend(bytes < 4 ? 4 : bytes);

            put32(size, 0, bytes);
            check(route, ask(ACMDM_STREAM_SIZE, instance, (LPARAM)size) == MMSYSERR_INVALPARAM);
        }
        stream_closed(instance);
    }
}

/* The output of a source fits into the size given for it, and so does the output of the source size
 * given for a destination. */
static void sizes_are_sufficient(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    {
        DWORD frame = route.decoding ? 1 : 2 * route.mode.channels;
        const DWORD amounts[] = { frame, route.src_block - frame, route.src_block,
                                  route.src_block + frame,
                                  5 * route.src_block / 2 / frame * frame };

        for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++)
            for (DWORD flags = 0; flags <= FLUSH; flags += FLUSH) {
                void *instance = stream_opened(&route, 0);
                struct bytes src = material(&route, 0, amounts[i], 5);
                DWORD room = size_from_source(instance, amounts[i]), fitting;
                struct conversion done =
                    convert(instance, src.data, amounts[i], lend(room), room, flags);

                check(route, done.result == MMSYSERR_NOERROR && done.used == amounts[i]);
                fitting = size_from_destination(instance, room);
                done = convert(instance, material(&route, 0, fitting, 6).data, fitting, lend(room),
                               room, START | flags);
                check(route,
                      done.result == MMSYSERR_NOERROR && done.used == fitting && done.made <= room);
                stream_closed(instance);
            }
    }
}

/* ---- Conversions */

/* The output of the codec itself, without the driver. */
static struct bytes expected_of(const struct route *route, struct bytes src)
{
    struct bytes result;

    if (route->decoding) {
        struct sound sound = decode_all(route->codec, &route->format, 0, src);

        result = (struct bytes){ lend_copy(sound.samples, sound.count * 2), sound.count * 2 };
        free(sound.samples);
        return result;
    }
    result = encode_all(route->codec, &route->format, 0,
                        (struct sound){ (int16_t *)(void *)src.data, src.size / 2 });
    src = (struct bytes){ lend_copy(result.data, result.size), result.size };
    free(result.data);
    return src;
}

static void conversions_equal_the_codecs(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        void *instance = stream_opened(&route, 0);
        struct bytes src = material(&route, 5, route.src_block / 2 & ~3u, 7);

        check_equal(&route, converted(instance, src, START | FLUSH), expected_of(&route, src));
        stream_closed(instance);
    }
}

/* One to four blocks. */
static DWORD draw_length(uint32_t *seed, DWORD block)
{
    DWORD blocks = draw(seed) % 3 + 1;

    return blocks * block + draw(seed) % block;
}

/* Converts in buffers like those of a host, each into room for one to four blocks, and offers again
 * what was not used. A call may use nothing, if what the encoder withheld fills its destination. */
static void buffers_join_without_a_seam(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    {
        void *instance = stream_opened(&route, 0);
        struct bytes src = material(&route, 9, 0, 8), made = { lend(10 * route.dst_block), 0 };
        uint32_t seed = 9;

        for (size_t used = 0; used < src.size;) {
            DWORD left = (DWORD)(src.size - used), size = draw_length(&seed, route.src_block),
                  room = draw_length(&seed, route.dst_block);
            struct bytes piece = part_of(src, used, size < left ? size : left);
            uint8_t *dst = lend(room);
            struct conversion done =
                convert(instance, piece.data, (DWORD)piece.size, dst, room, BLOCKALIGN);

            check(route, done.result == MMSYSERR_NOERROR && (done.used > 0 || done.made > 0) &&
                             made.size + done.made <= 10 * route.dst_block);
            memcpy(made.data + made.size, dst, done.made);
            used += done.used;
            made.size += done.made;
        }
        made = joined(made, converted(instance, (struct bytes){ 0, 0 }, FLUSH));
        check_equal(&route, made, expected_of(&route, src));
        stream_closed(instance);
    }
}

/* Without BLOCKALIGN, a last buffer that ends inside a block is used completely. END delivers what
 * the codec still withholds. */
static void an_incomplete_last_block_is_used(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    {
        DWORD frame = route.decoding ? 1 : 2 * route.mode.channels;

        for (DWORD step = 1; step <= 8; step++) {
            void *instance = stream_opened(&route, 0), *ending = stream_opened(&route, 0);
            struct bytes src =
                material(&route, 2, route.src_block * step / 9 / frame * frame, 10 + step);
            DWORD room = size_from_source(instance, (DWORD)src.size);
            struct bytes dst = { lend(room), 0 };
            struct conversion done =
                convert(instance, src.data, (DWORD)src.size, dst.data, room, 0);

            check(route, done.result == MMSYSERR_NOERROR && done.used == src.size);
            dst.size = done.made;
            dst = joined(dst, converted(instance, (struct bytes){ 0, 0 }, FLUSH));
            check_equal(&route, dst, converted(ending, src, FLUSH));
            stream_closed(instance);
            stream_closed(ending);
        }
    }
}

/* Any number of bytes is used in the end, and every call makes progress. */
static void every_byte_is_used_in_the_end(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    for (DWORD more = 0; more < 9; more++) {
        void *instance = stream_opened(&route, 0);
        struct bytes src = material(&route, more % 2, more, 11);
        DWORD room = size_from_source(instance, (DWORD)src.size);

        for (DWORD used = 0; used < src.size;) {
            struct conversion done = convert(instance, part_of(src, used, src.size - used).data,
                                             (DWORD)src.size - used, lend(room), room, 0);

            check(route, done.result == MMSYSERR_NOERROR && done.used > 0 && done.made <= room);
            used += done.used;
        }
        stream_closed(instance);
    }
}

/* Bit streams and self-delimiting frames: the state stores an incomplete unit. */
static bool takes_every_byte(const struct route *route)
{
    const struct layout *layout = &route->layout;

    return route->decoding ? layout->self_delimiting : layout->delay > layout->block.frames;
}

static void only_whole_blocks_are_used(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    {
        const DWORD parts[] = { 0, 1 % route.src_block, route.src_block / 2, route.src_block - 1 };
        void *instance = stream_opened(&route, 0);
        DWORD room = 4 * route.dst_block;

        for (DWORD blocks = 0; blocks < 3 && !takes_every_byte(&route); blocks++)
            for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
                struct bytes src = material(&route, blocks, parts[i], 12);
                struct conversion done = convert(instance, src.data, (DWORD)src.size, lend(room),
                                                 room, BLOCKALIGN | START);

                check(route, done.result == MMSYSERR_NOERROR);
                check(route, done.used == blocks * route.src_block &&
                                 done.made == blocks * route.dst_block);
            }
        stream_closed(instance);
    }
}

static void an_empty_source_makes_nothing(void **unused)
{
    static const DWORD flags[] = { 0, BLOCKALIGN, START, FLUSH, START | FLUSH, BLOCKALIGN | FLUSH };

    (void)unused;
    EACH_ROUTE(route) {
        void *instance = stream_opened(&route, 0);

        for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
            for (DWORD room = 0; room <= route.dst_block; room += route.dst_block) {
                uint8_t *dst = lend(room);
                struct conversion done =
                    convert(instance, i % 2 ? dst : 0, 0, room ? dst : 0, room, flags[i]);

                check(route, done.result == MMSYSERR_NOERROR && done.used == 0 && done.made == 0);
            }
        stream_closed(instance);
    }
}

/* A destination without room for a block, or for one frame of PCM, is an error, and neither the
 * destination nor the state changes. */
static void a_small_destination_changes_nothing(void **unused)
{
    static const DWORD flags[] = { 0, BLOCKALIGN, FLUSH };

    (void)unused;
    EACH_CONVERSION(route)
    {
        const DWORD least = route.decoding ? 2 * route.mode.channels : route.dst_block;
        const DWORD rooms[] = { 0, 1, least / 2, least - 1 };
        struct bytes first = material(&route, 2, 0, 13), second = material(&route, 2, 0, 14), after;
        void *plain = stream_opened(&route, 0), *disturbed = stream_opened(&route, 0);

        check_equal(&route, converted(plain, first, BLOCKALIGN),
                    converted(disturbed, first, BLOCKALIGN));
        for (size_t i = 0; i < 4; i++)
            for (size_t k = 0; k < 3; k++) {
                DWORD room = rooms[i] < least ? rooms[i] : 0;
                uint8_t *dst = lend(room + 64);
                struct conversion done =
                    convert(disturbed, second.data, (DWORD)second.size, dst, room, flags[k]);

                check(route, done.result == ACMERR_NOTPOSSIBLE && done.used == 0 && done.made == 0);
                check(route, is_untouched(dst + room, 64));
            }
        after = converted(disturbed, second, FLUSH);
        check_equal(&route, after, converted(plain, second, FLUSH));
        stream_closed(plain);
        stream_closed(disturbed);
    }
}

/* Converts everything in calls with this much room each. Every call succeeds and makes progress. */
static struct bytes converted_into(const struct route *route, void *instance, struct bytes src,
                                   DWORD room, DWORD flags)
{
    struct bytes made = { lend(4 * route->dst_block), 0 };
    struct conversion done;
    DWORD used = 0;

    do {
        uint8_t *dst = lend(room + 64);

        done = convert(instance, src.data + used, (DWORD)src.size - used, dst, room, flags);
        check(*route, done.result == MMSYSERR_NOERROR &&
                          (done.used > 0 || done.made > 0 || used == src.size));
        check(*route,
              made.size + done.made <= 4 * route->dst_block && is_untouched(dst + room, 64));
        memcpy(made.data + made.size, dst, done.made);
        made.size += done.made;
        used += done.used;
    } while (done.used > 0 || done.made > 0);
    return made;
}

/* While samples are pending, a destination without room for a frame uses nothing either. */
static void check_no_room(const struct route *route, void *instance, struct bytes src, DWORD used)
{
    DWORD left = (DWORD)src.size - used;
    struct conversion done = convert(instance, src.data + used, left, lend(1), 0, 0);

    check(*route, done.result == ACMERR_NOTPOSSIBLE && done.used == 0 && done.made == 0);
}

/* A decoder fills a destination smaller than a block, and the next calls deliver the rest. */
static void a_small_destination_is_filled(void **unused)
{
    static const DWORD flags[] = { 0, BLOCKALIGN, FLUSH };

    (void)unused;
    EACH_CONVERSION(route)
    {
        DWORD frame = 2 * route.mode.channels, block = route.dst_block / frame;
        const DWORD rooms[] = { block / 5, block / 2, block - 1 };
        struct bytes src = material(&route, 2, 0, 15);
        void *instance = stream_opened(&route, 0);

        for (size_t i = 0; i < 9 && route.decoding; i++) {
            DWORD room = rooms[i / 3] * frame;
            struct conversion done;

            if (room == 0)
                continue;
            done = convert(instance, src.data, (DWORD)src.size, lend(room), room,
                           START | flags[i % 3]);
            check(route, done.result == MMSYSERR_NOERROR && done.used > 0 && done.made == room);
            check_no_room(&route, instance, src, done.used);
            convert(instance, 0, 0, 0, 0, START);
            check_equal(&route, converted_into(&route, instance, src, room, flags[i % 3]),
                        expected_of(&route, src));
        }
        stream_closed(instance);
    }
}

/* With 512 bytes of source and a destination of 32, Windows' own codec uses all 512 and makes 32,
 * as Wine's tests of msacm32 show. */
static void ms_adpcm_fills_32_bytes(void **unused)
{
    static const DWORD flags[] = { 0, BLOCKALIGN };

    (void)unused;
    EACH_CONVERSION(route)
    {
        void *instance;

        if (!route.decoding || route.tag != WAVE_FORMAT_ADPCM || route.src_block != 512)
            continue;
        instance = stream_opened(&route, 0);
        for (size_t i = 0; i < 2; i++) {
            struct bytes src = material(&route, 1, 0, 15);
            struct conversion done =
                convert(instance, src.data, 512, lend(32), 32, START | flags[i]);

            check(route, done.result == MMSYSERR_NOERROR && done.used == 512 && done.made == 32);
        }
        stream_closed(instance);
    }
}

/* Wine's DirectShow filter has buffers of half a second and passes no flags. When a call uses
 * nothing, the filter drops the rest of the media sample and its output. A media sample has one or
 * several blocks, and a block may be longer than a buffer, unless it has frames of several sizes.
 * At the end of the last media sample nothing is pending, unless in MS ADPCM. */
static void directshow_loses_nothing(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    for (unsigned blocks = 1; blocks <= 3 && route.decoding && route.layout.block.bytes > 30 &&
                              route.layout.least_bytes == route.layout.block.bytes;
         blocks++) {
        DWORD room =
                  route.dst_block * 9 / 10 / (2 * route.mode.channels) * (2 * route.mode.channels),
              total = 0;
        struct bytes src = material(&route, 33, 0, 15), made = { lend(34 * route.dst_block), 0 };
        void *instance = stream_opened(&route, 0);

        while (total < src.size) {
            DWORD left = blocks * route.src_block, used = 0;

            left = left < src.size - total ? left : (DWORD)src.size - total;
            for (; used < left;) {
                struct conversion done = convert(instance, src.data + total + used, left - used,
                                                 made.data + made.size, room, 0);

                check(route, done.result == MMSYSERR_NOERROR && done.used > 0);
                used += done.used;
                made.size += done.made;
            }
            total += used;
        }
        check(route, route.tag == WAVE_FORMAT_ADPCM || made.size == expected_of(&route, src).size);
        for (DWORD more = 1; more; made.size += more)
            more = convert(instance, 0, 0, made.data + made.size, room, FLUSH).made;
        check_equal(&route, made, expected_of(&route, src));
        stream_closed(instance);
    }
}

static void nothing_is_written_beyond_a_destination(void **unused)
{
    static const DWORD flags[] = { 0, BLOCKALIGN, FLUSH };

    (void)unused;
    EACH_CONVERSION(route)
    {
        void *instance = stream_opened(&route, 0);
        struct bytes src = material(&route, 6, 0, 15);

        for (DWORD blocks = 1; blocks < 4; blocks++)
            for (size_t k = 0; k < 3; k++) {
                DWORD room = blocks * route.dst_block + route.dst_block / 2;
                uint8_t *dst = lend(room + 64);
                struct conversion done =
                    convert(instance, src.data, (DWORD)src.size, dst, room, START | flags[k]);

                check(route,
                      done.result == MMSYSERR_NOERROR && done.used > 0 && done.used < src.size);
                check(route, done.made > 0 && done.made <= room && is_untouched(dst + room, 64));
                if (route.layout.least_bytes == route.layout.block.bytes)
                    check(route, done.made == room / route.dst_block * route.dst_block);
            }
        stream_closed(instance);
    }
}

static void START_resets_the_stream(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    {
        void *used = stream_opened(&route, 0), *fresh;
        struct bytes src = material(&route, 3, 0, 16);

        converted(used, material(&route, 4, route.src_block / 3 & ~3u, 17), 0);
        heap.fill ^= 0xFF; /* the previous contents of the memory do not matter */
        fresh = stream_opened(&route, 0);
        check_equal(&route, converted(used, src, START), converted(fresh, src, 0));
        stream_closed(used);
        stream_closed(fresh);
    }
}

static void streams_are_independent(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    {
        void *one = stream_opened(&route, 0), *two = stream_opened(&route, 0),
             *alone = stream_opened(&route, 0);
        struct bytes src = material(&route, 4, 0, 18), half = part_of(src, 0, src.size / 2),
                     rest = part_of(src, src.size / 2, src.size / 2);
        struct bytes made = converted(one, half, BLOCKALIGN);

        converted(two, material(&route, 3, 0, 19), 0);
        made = joined(made, converted(one, rest, FLUSH));
        check_equal(&route, made, converted(alone, src, FLUSH));
        stream_closed(two);
        stream_closed(one);
        stream_closed(alone);
    }
}

/* msacm32 does not filter the flags. */
static void unknown_flags_are_ignored(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    {
        void *instance = stream_opened(&route, 0), *plain = stream_opened(&route, 0);
        struct bytes src = material(&route, 2, 0, 20);

        check_equal(&route, converted(instance, src, ~(DWORD)(BLOCKALIGN | START | FLUSH)),
                    converted(plain, src, 0));
        check_equal(&route, converted(instance, src, 0x12345 & ~(DWORD)START),
                    converted(plain, src, 0x12345 & BLOCKALIGN));
        stream_closed(instance);
        stream_closed(plain);
    }
}

static void odd_pointers_are_accepted(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    {
        void *instance = stream_opened(&route, 0);
        struct bytes src = material(&route, 6, 0, 21), expected = expected_of(&route, src);
        DWORD room = size_from_source(instance, (DWORD)src.size);

        for (unsigned odd = 0; odd < 4; odd++) {
            uint8_t *from = lend(src.size + 1), *to = lend(room + 2);
            struct conversion done;

            memcpy(from + odd % 2, src.data, src.size);
            done = convert(instance, from + odd % 2, (DWORD)src.size, to + odd / 2, room,
                           START | FLUSH);
            check(route, done.result == MMSYSERR_NOERROR && done.used == src.size);
            check_equal(&route, (struct bytes){ to + odd / 2, done.made }, expected);
        }
        stream_closed(instance);
    }
}

static void overlapping_buffers_are_refused(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        void *instance = stream_opened(&route, 0);
        DWORD size = 2 * route.src_block, room = 2 * route.dst_block;
        uint8_t *memory = lend(size + room + 2);
        const size_t places[][2] = {
            { 0, 0 }, { 0, size - 1 }, { room - 1, 0 }, { 0, 1 }, { 1, 0 }
        };
        struct conversion done;

        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            done = convert(instance, memory + places[i][0], size, memory + places[i][1], room, 0);
            check(route, done.result == MMSYSERR_INVALPARAM && done.used == 0 && done.made == 0);
        }
        check(route, is_untouched(memory, size + room + 2));
        check(route,
              convert(instance, memory, size, memory + size, room, 0).result == MMSYSERR_NOERROR);
        check(route,
              convert(instance, memory + room, size, memory, room, 0).result == MMSYSERR_NOERROR);
        check(route, convert(instance, memory, 0, memory, room, 0).result == MMSYSERR_NOERROR);
        stream_closed(instance);
    }
}

/* The game Lost Horizon states a destination of 0xFFFFFFFC bytes. Buffers overlap only if the
 * source lies in the bytes that can be written. */
static void only_bytes_that_can_be_written_overlap(void **unused)
{
    enum { CLAIMED = 0xFFFFFFFC };

    (void)unused;
    EACH_ROUTE(route) {
        void *instance = stream_opened(&route, 0);
        struct bytes src = material(&route, 2, 0, 22), expected = expected_of(&route, src);
        DWORD size = (DWORD)src.size, room = size_from_source(instance, size);
        uint8_t *before = lend(size + room), *behind = lend(room + size),
                *close = lend(room + size);
        struct conversion done;

        memcpy(before, src.data, size);
        done = convert(instance, before, size, before + size, CLAIMED, START | FLUSH);
        check(route, done.result == MMSYSERR_NOERROR && done.used == size);
        check_equal(&route, (struct bytes){ before + size, done.made }, expected);
        memcpy(behind + room, src.data, size);
        done = convert(instance, behind + room, size, behind, CLAIMED, START | FLUSH);
        check(route, done.result == MMSYSERR_NOERROR && done.used == size);
        check_equal(&route, (struct bytes){ behind, done.made }, expected);
        check(route, memcmp(behind + room, src.data, size) == 0);
        done = convert(instance, close + room - 1, size, close, CLAIMED, START | FLUSH);
        check(route, done.result == MMSYSERR_INVALPARAM && done.used == 0 && done.made == 0);
        check(route, is_untouched(close, room + size));
        stream_closed(instance);
    }
}

static void missing_pointers_are_refused(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        void *instance = stream_opened(&route, 0),
             *unopened = instance_make(route.abi, route.src, route.dst, 0);
        struct bytes src = material(&route, 1, 0, 22);
        uint8_t *dst = lend(route.dst_block);
        struct conversion done = convert(instance, 0, route.src_block, dst, route.dst_block, 0);

        check(route, done.result == MMSYSERR_INVALPARAM && done.used == 0 && done.made == 0);
        done = convert(instance, src.data, route.src_block, 0, route.dst_block, 0);
        check(route, done.result == MMSYSERR_INVALPARAM && done.used == 0 && done.made == 0);
        done = convert(unopened, src.data, route.src_block, dst, route.dst_block, 0);
        check(route, done.result == MMSYSERR_INVALPARAM && done.used == 0 && done.made == 0);
        check(route, ask(ACMDM_STREAM_CONVERT, instance, 0) == MMSYSERR_INVALPARAM);
        check(route, is_untouched(dst, route.dst_block));
        stream_closed(instance);
    }
}

/* A header needs its members up to fdwConvert; the rest belongs to msacm32. The shortest and the
 * longest header convert a block, the others nothing. */
static void short_headers_are_refused(void **unused)
{
    enum { NEEDED = 68 };

    (void)unused;
    EACH_ROUTE(route) {
        void *instance = stream_opened(&route, 0);
        struct bytes src = material(&route, 1, 0, 23);
        uint8_t *dst = lend(route.dst_block);

        for (DWORD size = 0; size <= sizeof(ACMDRVSTREAMHEADER); size++) {
            bool full = size <= NEEDED || size == sizeof(ACMDRVSTREAMHEADER);
            const ACMDRVSTREAMHEADER whole = { .cbStruct = size,
                                               .pbSrc = src.data,
                                               .cbSrcLength = full ? (DWORD)src.size : 0,
                                               .pbDst = dst,
                                               .cbDstLength = route.dst_block };
            ACMDRVSTREAMHEADER *header = lend_copy(&whole, size < 4 ? 4 : size);
            uint8_t *before = lend_copy(header, size);

            check(route, ask(ACMDM_STREAM_CONVERT, instance, (LPARAM)header) ==
                             (size < NEEDED ? MMSYSERR_INVALPARAM : MMSYSERR_NOERROR));
            if (size < NEEDED)
                check(route, memcmp(header, before, size) == 0);
            else
                check(route, header->cbSrcLengthUsed == header->cbSrcLength &&
                                 (takes_every_byte(&route) ||
                                  header->cbDstLengthUsed == (full ? route.dst_block : 0)));
        }
        stream_closed(instance);
    }
}

/* ---- PCM of every width */

/* Opens the route with PCM of this form instead of 16 bits. */
static void *shaped(struct route *route, const struct shape *shape)
{
    route->pcm = pcm_make(shape, route->mode.sample_rate, route->mode.channels);
    *(route->decoding ? &route->dst : &route->src) = route->pcm;
    return stream_opened(route, 0);
}

/* More blocks than fit into the scratch memory, but only a few for codecs of less than 2 bits per
 * sample, whose encoders are slow. */
static unsigned many_blocks(const struct route *route)
{
    DWORD frame = 2u * route->mode.channels;

    if (route->format.byte_rate * 4 < route->mode.sample_rate * route->mode.channels)
        return 3;
    return 11 + 6000 / (route->layout.block.frames * frame / 2);
}

/* Every form of PCM for the first mode of a codec, and four of them for each other mode. */
static bool is_tried(const struct route *route, size_t shape)
{
    return all_cases() || memcmp(&route->mode, route->codec->modes, sizeof route->mode) == 0 ||
           (shape + route->number / 4) % 3 == 0;
}

static void every_form_of_pcm_is_encoded_alike(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    {
        struct bytes sound, expected;

        if (route.decoding)
            continue;
        sound = material(&route, many_blocks(&route), route.src_block / 2 & ~3u, 24);
        expected = expected_of(&route, sound);
        for (size_t i = 0; i < SHAPES; i++) {
            if (!is_tried(&route, i))
                continue;
            struct bytes wide = { widened(&shapes[i], (int16_t *)(void *)sound.data,
                                          sound.size / 2),
                                  sound.size / 2 * (shapes[i].bits / 8) };
            int16_t *coarse = narrowed(&shapes[i], wide.data, sound.size / 2);
            void *instance = shaped(&route, &shapes[i]);

            check_equal(&route, converted(instance, wide, FLUSH),
                        shapes[i].bits == 8
                            ? expected_of(&route, (struct bytes){ (uint8_t *)coarse, sound.size })
                            : expected);
            stream_closed(instance);
        }
    }
}

/* Random bits; as floats they include NaN, infinities and denormals. */
static void pcm_is_rounded_to_16_bits(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    for (size_t i = 0; i < SHAPES && !route.decoding; i++) {
        size_t samples = (size_t)route.layout.block.frames * route.mode.channels * 3;
        uint32_t seed = 25;
        struct bytes wide = { lend_random(samples * (shapes[i].bits / 8), &seed),
                              samples * (shapes[i].bits / 8) };
        void *instance = shaped(&route, &shapes[i]);
        int16_t *narrow;

        /* Half of the floats are ties within full scale. */
        for (size_t k = 0; k < samples && shapes[i].tag == TAG_IEEE_FLOAT; k += 2) {
            double tie = ((int32_t)(draw(&seed) % 262144) - 131072) / 131072.;

            if (shapes[i].bits == 64)
                memcpy(wide.data + 8 * k, &tie, 8);
            else
                memcpy(wide.data + 4 * k, &(float){ (float)tie }, 4);
        }
        narrow = narrowed(&shapes[i], wide.data, samples);
        check_equal(&route, converted(instance, wide, FLUSH),
                    expected_of(&route, (struct bytes){ (uint8_t *)narrow, 2 * samples }));
        stream_closed(instance);
    }
}

static void every_form_of_pcm_is_decoded_alike(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    {
        struct bytes codes, sound;

        if (!route.decoding)
            continue;
        codes = material(&route, many_blocks(&route), 0, 26);
        sound = expected_of(&route, codes);
        for (size_t i = 0; i < SHAPES; i++) {
            if (!is_tried(&route, i))
                continue;
            struct bytes wide = { widened(&shapes[i], (int16_t *)(void *)sound.data,
                                          sound.size / 2),
                                  sound.size / 2 * (shapes[i].bits / 8) };
            void *instance = shaped(&route, &shapes[i]);

            check_equal(&route, converted(instance, codes, FLUSH), wide);
            stream_closed(instance);
        }
    }
}

/* PCM with another number of channels is mixed as by mix.h, which has tests of its own, before a
 * codec encodes it or after it has decoded it. A decoder that mixes decodes to fewer channels. */
static void check_channels(const struct route *route, const struct shape *shape, WORD channels)
{
    struct pcm_shape coder = { PCM_S16, { route->layout.channels, route->layout.channel_mask } },
                     pcm = core_shape(shape, channels);
    struct route mixed = *route, decoder = *route;
    struct bytes src, want;
    struct mix mix;
    size_t frames, room;
    void *instance;

    if (route->decoding && route->layout.mixes && channels < coder.channels.count) {
        coder.channels = pcm.channels;
        decoder.format.channels = decoder.layout.channels = channels;
    }
    mix_init(&mix, route->decoding ? coder : pcm, route->decoding ? pcm : coder);
    if (route->decoding) {
        struct bytes decoded;

        src = material(route, 3, 0, 27);
        decoded = expected_of(&decoder, src);
        frames = decoded.size / (2u * coder.channels.count);
        room = frames * channels * (shape->bits / 8u);
        want = (struct bytes){ lend(room), room };
        mix_convert(&mix, decoded.data, want.data, frames);
    } else {
        uint32_t seed = channels;
        size_t frame = channels * (shape->bits / 8u);

        frames = 3 * route->layout.block.frames;
        src = (struct bytes){ lend_random(frames * frame, &seed), frames * frame };
        room = frames * 2 * coder.channels.count;
        want = (struct bytes){ lend(room), room };
        mix_convert(&mix, src.data, want.data, frames);
        want = expected_of(route, want);
    }
    mixed.pcm = pcm_make(shape, route->mode.sample_rate, channels);
    *(route->decoding ? &mixed.dst : &mixed.src) = mixed.pcm;
    instance = stream_opened(&mixed, 0);
    check_equal(&mixed, converted(instance, src, FLUSH), want);
    stream_closed(instance);
}

static void pcm_of_other_channels_is_mixed(void **unused)
{
    size_t at = 0;

    (void)unused;
    EACH_CONVERSION(route)
    for (WORD channels = 1; channels <= CHANNELS_MOST; channels++)
        check_channels(&route, &shapes[at++ % SHAPES], channels);
}

/* Codecs that take any number of channels, with more than they list. */
static void codecs_of_many_channels_convert(void **unused)
{
    size_t at = 0;

    (void)unused;
    EACH_CONVERSION(route)
    for (WORD own = 3; own <= CHANNELS_MOST; own++) {
        struct mode mode = { route.mode.sample_rate, own, 0 };

        if (route.mode.sample_rate != 8000)
            continue;
        route.format = format_of(route.codec, mode, route.extra);
        if (!parses(route.codec, &route.format, &route.layout))
            continue;
        route.mode.channels = own;
        route.coded = wfx_make(&route.format);
        *(route.decoding ? &route.src : &route.dst) = route.coded;
        route.src_block =
            route.decoding ? route.layout.block.bytes : 2u * own * route.layout.block.frames;
        route.dst_block =
            route.decoding ? 2u * own * route.layout.block.frames : route.layout.block.bytes;
        for (WORD channels = 1; channels <= CHANNELS_MOST; channels++)
            check_channels(&route, &shapes[at++ % SHAPES], channels);
    }
    /* A-law, u-law and IMA ADPCM at least, both ways. */
    assert_true(at >= (size_t)3 * 2 * 6 * CHANNELS_MOST);
}

/* A decoded stream in pieces, the destination too small for a block, equals the whole. */
static void mixed_blocks_that_do_not_fit_follow(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    {
        WORD channels = route.mode.channels == 1 ? 6 : 1;
        DWORD room = 0, frame = 3u * channels;
        struct bytes codes, whole;
        uint8_t *pieces;
        void *instance;

        if (!route.decoding)
            continue;
        codes = material(&route, 3, 0, 28);
        route.dst = pcm_make(&shapes[2], route.mode.sample_rate, channels);
        instance = stream_opened(&route, 0);
        whole = converted(instance, codes, FLUSH);
        stream_closed(instance);
        pieces = lend(whole.size + frame);
        instance = stream_opened(&route, 0);
        for (DWORD used = 0, calls = 0; room < whole.size; calls++) {
            DWORD size = (DWORD)codes.size - used, n = frame * (1 + calls % 7);
            struct conversion one = convert(instance, codes.data + used, size, pieces + room,
                                            n < whole.size - room ? n : (DWORD)whole.size - room,
                                            ACM_STREAMCONVERTF_END);

            check(route, one.result == MMSYSERR_NOERROR && one.made % frame == 0);
            check(route, one.used != 0 || one.made != 0);
            used += one.used;
            room += one.made;
        }
        stream_closed(instance);
        check(route, memcmp(pieces, whole.data, whole.size) == 0);
    }
}

/* ---- PCM to PCM */

/* 8 and 16 bits, mono and stereo, under the tag of PCM. */
static bool is_plain(const struct shape *shape, WORD channels)
{
    return shape->tag == TAG_PCM && !shape->extensible && shape->bits <= 16 && channels <= 2;
}

/* A conversion of PCM, from one shape and number of channels to another. */
struct pcm_pair {
    const struct shape *from, *to;
    WORD in, out;
    struct route route;
};

static bool pair_next(struct pcm_pair *pair, size_t number)
{
    static const WORD counts[][2] = { { 1, 1 }, { 1, 2 }, { 2, 1 }, { 2, 2 }, { 6, 2 },
                                      { 6, 6 }, { 2, 6 }, { 8, 1 }, { 3, 5 }, { 8, 8 } };
    size_t shape = number % ((size_t)SHAPES * SHAPES), count = number / ((size_t)SHAPES * SHAPES);

    release();
    if (count >= sizeof counts / sizeof *counts)
        return false;
    *pair = (struct pcm_pair){ .from = &shapes[shape / SHAPES],
                               .to = &shapes[shape % SHAPES],
                               .in = counts[count][0],
                               .out = counts[count][1],
                               .route = { .abi = number % 2 ? WINE : WINDOWS } };
    pair->route.src = pcm_make(pair->from, 44100, pair->in);
    pair->route.dst = pcm_make(pair->to, 44100, pair->out);
    snprintf(pair->route.name, sizeof pair->route.name, "%s, %u channels, to %s, %u channels",
             pair->from->name, pair->in, pair->to->name, pair->out);
    return true;
}

#define EACH_PAIR(pair) \
    struct pcm_pair pair; \
    for (size_t number_ = 0; pair_next(&pair, number_); number_++)

/* The conversions of the host's own converter are left to it, unless the user chooses otherwise. It
 * has samples that programs may expect at one rate, and of 8 bits between rates. */
static void plain_pcm_is_left_to_the_host(void **unused)
{
    static const char *const values[] = { 0, "converter=0", "converter=1", "converter=2" };

    (void)unused;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        environment = values[i];
        EACH_PAIR(pair)
        {
            bool plain = is_plain(pair.from, pair.in) && is_plain(pair.to, pair.out);

            for (DWORD rate = 44100; rate <= 48000; rate += 3900) {
                bool narrow = rate == 44100 || (pair.from->bits == 8 && pair.to->bits == 8);

                pair.route.dst = pcm_make(pair.to, rate, pair.out);
                heap.made = 0;
                if (i == 3 || (i != 1 && !(plain && narrow)))
                    check_accepted(&pair.route, pair.route.src, pair.route.dst);
                else
                    check_refused(&pair.route, pair.route.src, pair.route.dst);
            }
        }
    }
    environment = 0;
}

/* The result is that of mix.h, which has tests of its own; and as long as was said, both ways. */
static void pcm_becomes_other_pcm(void **unused)
{
    enum { FRAMES = 301 };

    (void)unused;
    environment = "converter=2";
    EACH_PAIR(pair)
    {
        DWORD in = pair.in * pair.from->bits / 8u, out = pair.out * pair.to->bits / 8u;
        uint32_t seed = 29;
        struct bytes src = { lend_random(FRAMES * in, &seed), FRAMES * in },
                     want = { lend(FRAMES * out), FRAMES * out };
        void *instance = stream_opened(&pair.route, 0);
        struct mix mix;

        mix_init(&mix, core_shape(pair.from, pair.in), core_shape(pair.to, pair.out));
        mix_convert(&mix, src.data, want.data, FRAMES);
        check(pair.route, size_from_source(instance, FRAMES * in) == FRAMES * out);
        check(pair.route, size_from_source(instance, FRAMES * in + 1) == (FRAMES + 1) * out);
        check(pair.route, size_from_source(instance, 0) == 0);
        check(pair.route, size_from_destination(instance, FRAMES * out) == FRAMES * in);
        check(pair.route, size_from_destination(instance, FRAMES * out + out - 1) == FRAMES * in);
        check_equal(&pair.route, converted(instance, src, FLUSH), want);
        check_equal(&pair.route, converted(instance, src, 0), want);
        check_equal(&pair.route, converted(instance, src, ACM_STREAMCONVERTF_BLOCKALIGN), want);
        stream_closed(instance);
    }
    environment = 0;
}

/* Sources and destinations of any length; an incomplete frame at the end does not stay. */
static void pieces_of_pcm_equal_the_whole(void **unused)
{
    enum { FRAMES = 100 };
    uint32_t seed = 30;

    (void)unused;
    environment = "converter=2";
    EACH_PAIR(pair)
    {
        DWORD in = pair.in * pair.from->bits / 8u, out = pair.out * pair.to->bits / 8u;
        struct bytes src = { lend_random(FRAMES * in, &seed), FRAMES * in }, whole;
        void *instance = stream_opened(&pair.route, 0);
        uint8_t *dst = lend(FRAMES * out + 1), *rest = lend(out);
        struct conversion one;
        DWORD used = 0, made = 0;

        whole = converted(instance, src, FLUSH);
        while (used < src.size) {
            DWORD size = in + draw(&seed) % (20 * in), room = out + draw(&seed) % (20 * out);

            size = size < src.size - used ? size : (DWORD)src.size - used;
            room = room < FRAMES * out - made ? room : FRAMES * out - made;
            one = convert(instance, src.data + used, size, dst + 1 + made, room,
                          draw(&seed) % 2 ? 0 : ACM_STREAMCONVERTF_BLOCKALIGN);
            check(pair.route, one.result == MMSYSERR_NOERROR);
            check(pair.route, one.used % in == 0 && one.made == one.used / in * out);
            check(pair.route, one.used != 0);
            used += one.used;
            made += one.made;
        }
        check(pair.route, made == whole.size && memcmp(dst + 1, whole.data, made) == 0);
        if (in > 1) {
            one = convert(instance, src.data, in - 1, rest, out, ACM_STREAMCONVERTF_BLOCKALIGN);
            check(pair.route, one.result == 0 && one.used == 0 && one.made == 0);
            one = convert(instance, src.data, in - 1, rest, out, 0);
            check(pair.route, one.result == 0 && one.used == in - 1 && one.made == 0);
        }
        one = convert(instance, src.data, in, rest, out - 1, 0);
        check(pair.route, one.result == ACMERR_NOTPOSSIBLE && one.used == 0 && one.made == 0);
        stream_closed(instance);
    }
    environment = 0;
}

static void extensible_formats_convert_alike(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        void *plain = stream_opened(&route, 0), *wrapped;
        struct bytes src = material(&route, 3, 0, 27);

        *(route.decoding ? &route.src : &route.dst) = wfx_wrapped(route.coded);
        wrapped = stream_opened(&route, 0);
        check_equal(&route, converted(wrapped, src, FLUSH), converted(plain, src, FLUSH));
        stream_closed(plain);
        stream_closed(wrapped);
    }
}

/* PCM ends with its bits per sample. After the 16 bytes of a fmt chunk, the WAVEFORMATEX of a host
 * contains garbage. */
static void pcm_has_no_extra_bytes(void **unused)
{
    (void)unused;
    EACH_ROUTE(route) {
        WAVEFORMATEX *pcm = lend(18);

        memcpy(pcm, route.pcm, 16);
        *(route.decoding ? &route.dst : &route.src) = pcm;
        stream_closed(stream_opened(&route, 0));
    }
}

/* A wrong byte rate and missing extra bytes do not matter: they are computed from other fields. */
static void careless_headers_convert_alike(void **unused)
{
    (void)unused;
    EACH_CONVERSION(route)
    {
        void *plain = stream_opened(&route, 0), *careless;
        struct wave_format format = route.format;
        struct bytes src = material(&route, 3, 0, 28);
        /* Of Windows Media Audio and of encoders of MPEG audio. */
        bool depends_on_byte_rate =
            format.tag == 0x160 || format.tag == 0x161 || (is_mpeg(format.tag) && !route.decoding);

        format.byte_rate = depends_on_byte_rate ? format.byte_rate : 0xFFFFFFFF;
        format.extra_size = 0;
        *(route.decoding ? &route.src : &route.dst) = wfx_make(&format);
        careless = stream_opened(&route, 0);
        check_equal(&route, converted(careless, src, FLUSH), converted(plain, src, FLUSH));
        stream_closed(plain);
        stream_closed(careless);
    }
}

/* ---- Garbage */

/* A format with random values in some of its fields and extra bytes. */
static WAVEFORMATEX *disturbed(const WAVEFORMATEX *from, uint32_t *seed)
{
    size_t size = wfx_size(from);
    uint8_t *wfx = lend_copy(from, size);

    for (unsigned changes = draw(seed) % 4; changes; changes--) {
        size_t at = 2 + draw(seed) % (size - 2);

        if (at != 16 && at != 17)
            wfx[at] = (uint8_t)draw(seed);
    }
    if (size > 18 && draw(seed) % 4 == 0)
        store16_le(wfx + 16, (uint16_t)(draw(seed) % (size - 17)));
    return (WAVEFORMATEX *)(void *)wfx;
}

/* One of the tags of a codec. */
static WORD any_tag(const struct codec *codec, uint32_t *seed)
{
    size_t at = draw(seed) % 64;

    for (;; at++) {
        if (codec_tag(at) == 0)
            at = 0;
        if (codec_find(codec_tag(at)) == codec)
            return codec_tag(at);
    }
}

static void random_formats_do_no_harm(void **unused)
{
    static const size_t shape_count = SHAPES;
    uint32_t seed = 29;

    (void)unused;
    EACH_CONVERSION(route)
    for (unsigned round = 0; round < 24; round++) {
        WAVEFORMATEX *coded = disturbed(route.coded, &seed),
                     *pcm = pcm_make(&shapes[draw(&seed) % shape_count], coded->nSamplesPerSec,
                                     coded->nChannels);
        DWORD size = draw(&seed) % 3000, room = draw(&seed) % 12000;
        void *instance = instance_make(draw(&seed) % 2, route.decoding ? coded : pcm,
                                       route.decoding ? pcm : coded, 0);
        LRESULT result;

        coded->wFormatTag = any_tag(route.codec, &seed);
        result = ask(ACMDM_STREAM_OPEN, instance, 0);
        check(route, result == MMSYSERR_NOERROR || result == ACMERR_NOTPOSSIBLE ||
                         result == MMSYSERR_NOMEM);
        size_asked(instance, draw(&seed) % 2, draw(&seed), draw(&seed));
        if (result != MMSYSERR_NOERROR)
            continue;
        for (unsigned calls = 0; calls < 3; calls++) {
            struct conversion done =
                convert(instance, lend_random(size, &seed), size, lend(room), room, draw(&seed));

            check(route, done.result == MMSYSERR_NOERROR || done.result == ACMERR_NOTPOSSIBLE);
            check(route, done.used <= size && done.made <= room);
        }
        stream_closed(instance);
    }
}

static void random_instances_do_no_harm(void **unused)
{
    static const UINT messages[] = { ACMDM_STREAM_OPEN,  ACMDM_STREAM_SIZE,  ACMDM_STREAM_CONVERT,
                                     ACMDM_STREAM_CLOSE, ACMDM_STREAM_RESET, ACMDM_STREAM_PREPARE };
    uint32_t seed = 30;

    (void)unused;
    for (unsigned round = 0; round < 20000; round++) {
        enum abi abi = draw(&seed) % 2;
        const struct instance_layout *at = &instance_layouts[abi];
        void *instance = lend_random(at->size, &seed),
             *parameter = lend_random(sizeof(ACMDRVSTREAMHEADER), &seed);
        WAVEFORMATEX *src = lend_random(18 + 256, &seed), *dst = lend_random(18 + 256, &seed);

        src->cbSize %= 257;
        dst->cbSize %= 257;
        put32(instance, 0, draw(&seed) % 8 ? at->size : draw(&seed) % 68);
        put64(instance, at->src, draw(&seed) % 8 ? (uintptr_t)src : 0);
        put64(instance, at->dst, draw(&seed) % 8 ? (uintptr_t)dst : 0);
        put64(instance, at->filter, draw(&seed) % 8 ? 0 : (uintptr_t)lend(32));
        put64(instance, at->driver, 0);
        put32(parameter, 0, draw(&seed) % 200);
        assert_true(
            ask(messages[draw(&seed) % 6], instance, draw(&seed) % 8 ? (LPARAM)parameter : 0) >= 0);
        assert_true(instance_driver(instance) == 0 || get32(instance, 0) < 68);
        assert_int_equal(heap.live, 0);
        release();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stream_allocates_one_small_block),
        TEST(many_channels_need_no_more_than_eight_blocks),
        TEST(opening_writes_only_dwDriver),
        TEST(a_query_opens_nothing),
        TEST(a_failed_allocation_opens_nothing),
        TEST(other_conversions_are_refused),
        TEST(rates_differ_unless_the_setting_forbids),
        TEST(impossible_numbers_of_channels_are_refused),
        TEST(a_filter_is_refused),
        TEST(missing_formats_are_refused),
        TEST(short_instances_are_refused),
        TEST(an_asynchronous_stream_calls_back),
        TEST(only_a_stream_with_a_callback_calls_back),
        TEST(a_conversion_writes_only_its_lengths),
        TEST(sizes_are_whole_blocks),
        TEST(invalid_questions_of_size_are_refused),
        TEST(sizes_are_sufficient),
        TEST(conversions_equal_the_codecs),
        TEST(buffers_join_without_a_seam),
        TEST(an_incomplete_last_block_is_used),
        TEST(every_byte_is_used_in_the_end),
        TEST(only_whole_blocks_are_used),
        TEST(an_empty_source_makes_nothing),
        TEST(a_small_destination_changes_nothing),
        TEST(a_small_destination_is_filled),
        TEST(ms_adpcm_fills_32_bytes),
        TEST(directshow_loses_nothing),
        TEST(nothing_is_written_beyond_a_destination),
        TEST(START_resets_the_stream),
        TEST(streams_are_independent),
        TEST(unknown_flags_are_ignored),
        TEST(odd_pointers_are_accepted),
        TEST(overlapping_buffers_are_refused),
        TEST(only_bytes_that_can_be_written_overlap),
        TEST(missing_pointers_are_refused),
        TEST(short_headers_are_refused),
        TEST(every_form_of_pcm_is_encoded_alike),
        TEST(pcm_is_rounded_to_16_bits),
        TEST(every_form_of_pcm_is_decoded_alike),
        TEST(pcm_of_other_channels_is_mixed),
        TEST(codecs_of_many_channels_convert),
        TEST(mixed_blocks_that_do_not_fit_follow),
        TEST(plain_pcm_is_left_to_the_host),
        TEST(pcm_becomes_other_pcm),
        TEST(pieces_of_pcm_equal_the_whole),
        TEST(extensible_formats_convert_alike),
        TEST(pcm_has_no_extra_bytes),
        TEST(careless_headers_convert_alike),
        TEST(random_formats_do_no_harm),
        TEST(random_instances_do_no_harm),
    };

    return cmocka_run_group_tests_name("acm.streams", tests, 0, 0);
}
