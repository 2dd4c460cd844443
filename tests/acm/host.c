#include <math.h>
#include "host.h"
#include "ac3_header.h"
#include "mpeg_frames.h"

enum { GARBAGE = 0xCD };

/* The open streams. */
enum { STREAMS = 16 };
static const void *opened[STREAMS];

static void replace_opened(const void *instance, const void *by)
{
    size_t i = 0;

    while (i < STREAMS && opened[i] != instance)
        i++;
    if (i < STREAMS)
        opened[i] = by;
}

LRESULT ask(UINT message, const void *first, LPARAM second)
{
    LRESULT result = DriverProc(1, 0, message, (LPARAM)first, second);

    if (message == ACMDM_STREAM_OPEN && result == MMSYSERR_NOERROR && instance_driver(first) != 0)
        replace_opened(0, first);
    if (message == ACMDM_STREAM_CLOSE && result == MMSYSERR_NOERROR)
        replace_opened(first, 0);
    return result;
}

int host_begin(void **unused)
{
    (void)unused;
    mock_fresh();
    processor_features = 1 << PF_XMMI64_INSTRUCTIONS_AVAILABLE;
    return 0;
}

int host_end(void **unused)
{
    (void)unused;
    /* A failed test could not close its streams, and would fail a second time because of them. */
    for (size_t i = 0; i < STREAMS; i++)
        if (opened[i])
            ask(ACMDM_STREAM_CLOSE, opened[i], 0);
    release();
    if (heap.live != 0)
        print_error("%zu blocks are still allocated\n", heap.live);
    return heap.live == 0 ? 0 : -1;
}

/* ---- Memory */

static void **lent;
static size_t lent_count;

void *lend(size_t size)
{
    void *memory = malloc(size);

    memset(memory, GARBAGE, size);
    lent = realloc(lent, (lent_count + 1) * sizeof *lent);
    lent[lent_count++] = memory;
    return memory;
}

void *lend_copy(const void *from, size_t size) { return memcpy(lend(size), from, size); }

void *lend_random(size_t size, uint32_t *seed)
{
    uint8_t *memory = lend(size);

    for (size_t i = 0; i < size; i++)
        memory[i] = (uint8_t)(draw(seed) >> 24);
    return memory;
}

void release(void)
{
    memset(opened, 0, sizeof opened);
    while (lent_count)
        free(lent[--lent_count]);
    free(lent);
    lent = 0;
}

bool is_untouched(const void *from, size_t n)
{
    const uint8_t *p = from;

    for (; n && *p == GARBAGE; n--)
        p++;
    return n == 0;
}

/* ---- Structures */

const struct instance_layout instance_layouts[2] = {
    [WINDOWS] = { 68, 4, 12, 20, 28, 36, 44, 48, 52, 60 },
    [WINE] = { 72, 8, 16, 24, 32, 40, 48, 52, 56, 64 },
};
const struct suggestion_layout suggestion_layouts[2] = {
    [WINDOWS] = { 32, 4, 8, 16, 20, 28 },
    [WINE] = { 40, 4, 8, 16, 24, 32 },
};

void put32(void *memory, size_t at, DWORD value)
{
    memcpy((uint8_t *)memory + at, &value, sizeof value);
}

void put64(void *memory, size_t at, uint64_t value)
{
    memcpy((uint8_t *)memory + at, &value, sizeof value);
}

uint32_t get32(const void *memory, size_t at) { return load32_le((const uint8_t *)memory + at); }

uint64_t get64(const void *memory, size_t at)
{
    return get32(memory, at) | (uint64_t)get32(memory, at + 4) << 32;
}

void *instance_make(enum abi abi, const WAVEFORMATEX *src, const WAVEFORMATEX *dst, DWORD open)
{
    const struct instance_layout *at = &instance_layouts[abi];
    void *instance = lend(at->size);

    put32(instance, 0, at->size);
    put64(instance, at->src, (uintptr_t)src);
    put64(instance, at->dst, (uintptr_t)dst);
    put64(instance, at->filter, 0);
    put64(instance, at->callback, CALLBACK_ADDRESS);
    put64(instance, at->user, CALLBACK_USER);
    put32(instance, at->open, open);
    put32(instance, at->driver_flags, 0);
    put64(instance, at->driver, 0);
    put64(instance, at->has, 0);
    return instance;
}

const struct instance_layout *layout_of(const void *instance)
{
    return &instance_layouts[get32(instance, 0) == instance_layouts[WINE].size];
}

DWORD_PTR instance_driver(const void *instance)
{
    return get64(instance, layout_of(instance)->driver);
}

LRESULT suggest(enum abi abi, DWORD flags, const WAVEFORMATEX *src, DWORD src_size,
                WAVEFORMATEX *dst, DWORD dst_size)
{
    const struct suggestion_layout *at = &suggestion_layouts[abi];
    void *suggestion = lend(at->size);

    put32(suggestion, 0, at->size);
    put32(suggestion, at->flags, flags);
    put64(suggestion, at->src, (uintptr_t)src);
    put32(suggestion, at->src_size, src_size);
    put64(suggestion, at->dst, (uintptr_t)dst);
    put32(suggestion, at->dst_size, dst_size);
    return ask(ACMDM_FORMAT_SUGGEST, suggestion, 0);
}

/* ---- Formats */

WAVEFORMATEX *wfx_make(const struct wave_format *format)
{
    uint8_t *bytes = lend(format->tag == TAG_PCM ? 16 : 18u + format->extra_size);

    store16_le(bytes, format->tag);
    store16_le(bytes + 2, format->channels);
    store32_le(bytes + 4, format->sample_rate);
    store32_le(bytes + 8, format->byte_rate);
    store16_le(bytes + 12, format->block_align);
    store16_le(bytes + 14, format->bits_per_sample);
    if (format->tag != TAG_PCM) {
        store16_le(bytes + 16, format->extra_size);
        memcpy(bytes + 18, format->extra ? format->extra : bytes, format->extra_size);
    }
    return (WAVEFORMATEX *)(void *)bytes;
}

size_t wfx_size(const WAVEFORMATEX *wfx)
{
    return wfx->wFormatTag == TAG_PCM ? 16 : 18u + wfx->cbSize;
}

WAVEFORMATEX *wfx_wrapped(const WAVEFORMATEX *wfx)
{
    static const uint8_t guid[14] = { 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71 };
    size_t extra = wfx_size(wfx) > 18 ? wfx_size(wfx) - 18 : 0;
    uint8_t *bytes = lend(40 + extra);

    memcpy(bytes, wfx, 16);
    store16_le(bytes, TAG_EXTENSIBLE);
    store16_le(bytes + 16, (uint16_t)(22 + extra));
    store16_le(bytes + 18, wfx->wBitsPerSample);
    store32_le(bytes + 20, 0);
    store16_le(bytes + 24, wfx->wFormatTag);
    memcpy(bytes + 26, guid, sizeof guid);
    memcpy(bytes + 40, (const uint8_t *)wfx + wfx_size(wfx) - extra, extra);
    return (WAVEFORMATEX *)(void *)bytes;
}

const struct shape shapes[SHAPES] = {
    { "8 bits", TAG_PCM, 8, false },
    { "16 bits", TAG_PCM, 16, false },
    { "24 bits", TAG_PCM, 24, false },
    { "32 bits", TAG_PCM, 32, false },
    { "float", TAG_IEEE_FLOAT, 32, false },
    { "double", TAG_IEEE_FLOAT, 64, false },
    { "extensible 8 bits", TAG_PCM, 8, true },
    { "extensible 16 bits", TAG_PCM, 16, true },
    { "extensible 24 bits", TAG_PCM, 24, true },
    { "extensible 32 bits", TAG_PCM, 32, true },
    { "extensible float", TAG_IEEE_FLOAT, 32, true },
    { "extensible double", TAG_IEEE_FLOAT, 64, true },
};

WAVEFORMATEX *pcm_make(const struct shape *shape, DWORD rate, WORD channels)
{
    WORD frame = (WORD)(channels * (shape->bits / 8));
    WAVEFORMATEX *plain = wfx_make(&(struct wave_format){ shape->tag, channels, rate, rate * frame,
                                                          frame, shape->bits, 0, 0 });

    return shape->extensible ? wfx_wrapped(plain) : plain;
}

struct pcm_shape core_shape(const struct shape *shape, WORD channels)
{
    const enum pcm integers[] = { PCM_U8, PCM_S16, PCM_S24, PCM_S32 };
    const struct wave_format format = { .channels = channels };
    enum pcm pcm = shape->bits == 64 ? PCM_F64 : PCM_F32;

    if (shape->tag == TAG_PCM)
        pcm = integers[shape->bits / 8 - 1];
    return (struct pcm_shape){ pcm, { channels, channel_mask(&format) } };
}

/* The exact value of a sample on the scale of 16 bits. */
static double value_of(const struct shape *shape, const uint8_t *p)
{
    float real;
    double wide;

    if (shape->tag == TAG_IEEE_FLOAT && shape->bits == 64) {
        memcpy(&wide, p, sizeof wide);
        return isnan(wide) ? 0 : wide * 32768.0;
    }
    if (shape->tag == TAG_IEEE_FLOAT) {
        memcpy(&real, p, sizeof real);
        return isnan(real) ? 0 : real * 32768.0;
    }
    switch (shape->bits) {
    case 8:
        return (p[0] - 128) * 256;
    case 16:
        return (int16_t)load16_le(p);
    case 24:
        return ((int16_t)load16_le(p + 1) * 256 + p[0]) / 256.0;
    default:
        return (int32_t)load32_le(p) / 65536.0;
    }
}

int16_t *narrowed(const struct shape *shape, const uint8_t *from, size_t samples)
{
    int16_t *to = lend(samples * sizeof *to);

    for (size_t i = 0; i < samples; i++) {
        double nearest = floor(value_of(shape, from + i * (shape->bits / 8)) + 0.5);

        to[i] = (int16_t)fmax(-32768, fmin(32767, nearest));
    }
    return to;
}

uint8_t *widened(const struct shape *shape, const int16_t *from, size_t samples)
{
    uint8_t *to = lend(samples * (shape->bits / 8)), *p = to;

    for (size_t i = 0; i < samples; i++, p += shape->bits / 8) {
        uint32_t bits = (uint32_t)from[i] << 16;
        float real = (float)from[i] / 32768;
        double wide = (double)from[i] / 32768;

        if (shape->bits == 64) {
            memcpy(p, &wide, sizeof wide);
            continue;
        }
        if (shape->tag == TAG_IEEE_FLOAT)
            memcpy(&bits, &real, sizeof bits);
        else if (shape->bits == 8)
            bits = (uint32_t)((int)fmin(127, floor(from[i] / 256.0 + 0.5)) + 128) << 24;
        memcpy(p, (uint8_t *)&bits + 4 - shape->bits / 8, shape->bits / 8);
    }
    return to;
}

WORD foreign_tag(void)
{
    WORD tag = 0x7A6B;

    while (codec_find(tag))
        tag++;
    return tag;
}

/* ---- Routes */

/* True if a tag of a codec has one of its modes. An alias may stand for a single rate, but the
 * first tag has all modes. */
static bool has_mode(struct route *route)
{
    route->format = (struct wave_format){ .tag = route->tag, .extra = route->extra };
    codec_complete(route->codec, &route->format, &route->mode);
    return parses(route->codec, &route->format, &route->layout) ||
           route->tag == route->codec->tags->tag;
}

/* Selects the tag and the mode with this number; false after the last. */
static bool mode_at(struct route *route, size_t number)
{
    for (size_t i = 0; codec_tag(i); i++)
        for (const struct mode *mode = codec_find(codec_tag(i))->modes; mode->sample_rate; mode++)
            if (number-- == 0) {
                route->tag = codec_tag(i);
                route->codec = codec_find(route->tag);
                route->mode = *mode;
                route->selected = mode_is_selected(route->codec, mode);
                return true;
            }
    return false;
}

static void route_make(struct route *route)
{
    DWORD pcm_block;

    snprintf(route->name, sizeof route->name, "tag %04X, %u Hz, %u channels, %s, as %s", route->tag,
             (unsigned)route->mode.sample_rate, route->mode.channels,
             route->decoding ? "decoding" : "encoding", route->abi == WINE ? "Wine" : "Windows");
    route->coded = wfx_make(&route->format);
    route->pcm = pcm_make(&shapes[SHAPE_S16], route->mode.sample_rate, route->mode.channels);
    route->src = route->decoding ? route->coded : route->pcm;
    route->dst = route->decoding ? route->pcm : route->coded;
    pcm_block = route->layout.block.frames * route->mode.channels * 2;
    route->src_block = route->decoding ? route->layout.block.bytes : pcm_block;
    route->dst_block = route->decoding ? pcm_block : route->layout.block.bytes;
}

/* With `own` set, the modes and directions of a codec take the layouts in turn. */
static bool is_wanted(const struct route *route, size_t number)
{
    return !route->own || (route->selected && route->tag == route->codec->tags->tag &&
                           (number / 4 + number / 2 + number) % 2 == 0);
}

bool route_next(struct route *route)
{
    if (route->number) {
        check(*route, heap.live == 0);
        release();
    }
    while (mode_at(route, route->number / 4)) {
        size_t number = route->number++;

        route->decoding = number % 4 / 2 != 0;
        route->abi = number % 2 ? WINE : WINDOWS;
        if (is_wanted(route, number) && has_mode(route) &&
            (route->decoding ? route->codec->decoder != 0 : route->codec->encoder != 0)) {
            route_make(route);
            return true;
        }
    }
    return false;
}

void check_equal(const struct route *route, struct bytes a, struct bytes b)
{
    check(*route, a.size == b.size);
    for (size_t i = 0; i < a.size; i++)
        if (a.data[i] != b.data[i])
            fail_msg("%s: byte %zu of %zu is %02X, not %02X", route->name, i, a.size, a.data[i],
                     b.data[i]);
}

/* ---- Streams */

void *stream_opened(const struct route *route, DWORD flags)
{
    void *instance = instance_make(route->abi, route->src, route->dst, flags);

    check(*route, ask(ACMDM_STREAM_OPEN, instance, 0) == MMSYSERR_NOERROR);
    check(*route, instance_driver(instance) != 0);
    put64(instance, layout_of(instance)->has, STREAM_HANDLE);
    return instance;
}

void stream_closed(void *instance)
{
    assert_int_equal(ask(ACMDM_STREAM_CLOSE, instance, 0), MMSYSERR_NOERROR);
    assert_true(instance_driver(instance) == 0);
}

struct conversion convert(void *instance, const void *src, DWORD size, void *dst, DWORD room,
                          DWORD flags)
{
    ACMDRVSTREAMHEADER *header = malloc(sizeof *header);
    struct conversion conversion;

    memset(header, GARBAGE, sizeof *header);
    header->cbStruct = sizeof *header;
    header->fdwStatus = 0;
    header->pbSrc = (BYTE *)src;
    header->cbSrcLength = size;
    header->pbDst = dst;
    header->cbDstLength = room;
    header->fdwConvert = flags;
    conversion.result = ask(ACMDM_STREAM_CONVERT, instance, (LPARAM)header);
    conversion.used = header->cbSrcLengthUsed;
    conversion.made = header->cbDstLengthUsed;
    free(header);
    return conversion;
}

static LRESULT size_of(void *instance, DWORD direction, DWORD src, DWORD dst,
                       ACMDRVSTREAMSIZE *size)
{
    *size = (ACMDRVSTREAMSIZE){ sizeof *size, direction, src, dst };
    return ask(ACMDM_STREAM_SIZE, instance, (LPARAM)size);
}

DWORD size_from_source(void *instance, DWORD bytes)
{
    ACMDRVSTREAMSIZE size;

    assert_int_equal(size_of(instance, ACM_STREAMSIZEF_SOURCE, bytes, 0xDEAD, &size),
                     MMSYSERR_NOERROR);
    assert_int_equal(size.cbSrcLength, bytes);
    return size.cbDstLength;
}

DWORD size_from_destination(void *instance, DWORD bytes)
{
    ACMDRVSTREAMSIZE size;

    assert_int_equal(size_of(instance, ACM_STREAMSIZEF_DESTINATION, 0xDEAD, bytes, &size),
                     MMSYSERR_NOERROR);
    assert_int_equal(size.cbDstLength, bytes);
    return size.cbSrcLength;
}

struct bytes converted(void *instance, struct bytes src, DWORD flags)
{
    /* A host that ends without a source provides room for what the codec may withhold. */
    DWORD room = size_from_source(instance, src.size ? (DWORD)src.size : 1);
    struct bytes dst = { lend(room), 0 };
    struct conversion done = convert(instance, src.data, (DWORD)src.size, dst.data, room, flags);

    assert_int_equal(done.result, MMSYSERR_NOERROR);
    assert_true(done.used <= src.size && done.made <= room);
    dst.size = done.made;
    return dst;
}

/* True if at least one mode has them when the header does not state the size of a block. */
static bool has_frames_of_several_sizes(const struct codec *codec)
{
    bool several = false;

    for (const struct mode *mode = codec->modes; mode->sample_rate; mode++) {
        uint8_t extra[EXTRA_ROOM];
        struct wave_format format = format_of(codec, *mode, extra);
        struct layout layout;

        format.block_align = 1;
        several |= parses(codec, &format, &layout) && layout.least_bytes != layout.block.bytes;
    }
    return several;
}

/* Random bytes. A frame of Ulead's DV audio states its number of samples: as many as fit. A frame
 * of L&H SBC has its largest size if six of its subbands are active. A frame of AC-3 begins with a
 * header. */
static uint8_t *random_code(const struct route *route, size_t size, uint32_t seed)
{
    uint8_t *data = lend_random(size, &seed);

    for (size_t at = 0; route->codec->tags->tag == 0x215 && at + 248 <= size;
         at += route->src_block) {
        data[at + 243] = 0x50;
        data[at + 244] |= 0x3F;
        data[at + 247] &= 0xC7;
    }
    for (size_t at = 0; route->codec->tags->tag == 0x72 && at < size; at += route->src_block)
        data[at] = 0x3F;
    for (size_t at = 0; route->codec->tags->tag == 0x2000 && at + 6 < size; at += route->src_block)
        put_ac3_header(&route->format, data + at);
    return data;
}

struct bytes material(const struct route *route, unsigned blocks, DWORD more, uint32_t seed)
{
    size_t size = (size_t)blocks * route->src_block + more;
    struct sound sound;
    uint8_t *data;

    if (route->decoding && is_mpeg(route->tag)) { /* random bytes make no frames */
        struct bytes frames = mpeg_frames_of(&route->format, size, seed);

        data = lend_copy(frames.data, size);
        free(frames.data);
        return (struct bytes){ data, size };
    }
    if (route->decoding && (!route->codec->encoder || !has_frames_of_several_sizes(route->codec)))
        return (struct bytes){ random_code(route, size, seed), size };
    if (route->decoding) { /* random frames would make more or less sound than expected */
        struct bytes code;

        sound = generated((size / route->src_block + 2) * route->layout.block.frames *
                              route->mode.channels,
                          seed);
        code = encode_all(route->codec, &route->format, 0, sound);
        check(*route, code.size >= size);
        data = lend_copy(code.data, size);
        free(sound.samples);
        free(code.data);
        return (struct bytes){ data, size };
    }
    sound = generated(size / 2 + 1, seed);
    data = lend_copy(sound.samples, size);
    free(sound.samples);
    return (struct bytes){ data, size };
}
