/* Hours of sound through the first format of every tag, encoded and decoded in buffers of an eighth
 * of a second, as winmm sends them, give the same bytes as calls that are as long as possible, and
 * need neither more memory nor more handles as they go on.
 *
 *     soak FILE SECONDS [PART PARTS]
 *
 * adds the driver from its file. Of several programs that run at once, each takes its part of the
 * tags. Formats that are only decoded get random bytes. */
#include <stdlib.h>
#include "check.h"
#include "leaks.h"

enum { LONGEST = 32 << 20 /* bytes of PCM */, FORMATS_MOST = 100, WARM = 3 };

static HACMDRIVERID id;
static HACMDRIVER driver;
static WAVEFORMATEX *formats[FORMATS_MOST];
static DWORD format_count;

static BOOL CALLBACK keep_first(HACMDRIVERID of, ACMFORMATDETAILSW *details, DWORD_PTR user,
                                DWORD support)
{
    const WAVEFORMATEX *format = details->pwfx;
    DWORD size = 18u + format->cbSize;

    (void)of, (void)user, (void)support;
    if (is_pcm(format->wFormatTag) || format_count == FORMATS_MOST ||
        (format_count && formats[format_count - 1]->wFormatTag == format->wFormatTag))
        return TRUE;
    formats[format_count] = malloc(size);
    memcpy(formats[format_count++], format, size);
    return TRUE;
}

/* Tones, noise, silence and clicks in turn, from the position where the last call ended. */
struct generator {
    DWORD seed;
    ULONGLONG at;
    int x, y;
};

static DWORD next_noise(struct generator *generator)
{
    return generator->seed = generator->seed * 1664525u + 1013904223u;
}

static void generate(struct generator *generator, BYTE *bytes, DWORD size)
{
    short *samples = (short *)(void *)bytes;

    for (DWORD i = 0; i < size / 2; i++, generator->at++) {
        DWORD noise = next_noise(generator);

        generator->x += generator->y / 16;
        generator->y -= generator->x / 16;
        switch (generator->at / 1999 % 5) {
        case 0:
            samples[i] = (short)(generator->x / 2 + (int)(noise >> 22) - 512);
            break;
        case 1:
            samples[i] = (short)(noise >> 16);
            break;
        case 2:
            samples[i] = 0;
            break;
        case 3:
            samples[i] = (short)(generator->at % 400 == 0 ? 32767 : (int)(noise >> 29) - 4);
            break;
        default:
            samples[i] = (short)(generator->x / 16);
            break;
        }
    }
}

/* A stream with the one header that it uses again and again, and what it has made so far. */
struct direction {
    HACMSTREAM stream;
    ACMSTREAMHEADER header;
    DWORD src_room, dst_room, checksum;
    ULONGLONG made;
};

static void start(struct direction *direction, WAVEFORMATEX *from, WAVEFORMATEX *to, DWORD src_room)
{
    *direction = (struct direction){ .src_room = src_room, .checksum = 2166136261u };
    CHECK(acmStreamOpen(&direction->stream, driver, from, to, 0, 0, 0, 0) == 0);
    CHECK(acmStreamSize(direction->stream, src_room, &direction->dst_room,
                        ACM_STREAMSIZEF_SOURCE) == 0);
    direction->header = (ACMSTREAMHEADER){ .cbStruct = sizeof direction->header,
                                           .pbSrc = malloc(src_room),
                                           .cbSrcLength = src_room,
                                           .pbDst = malloc(direction->dst_room),
                                           .cbDstLength = direction->dst_room };
    CHECK(acmStreamPrepareHeader(direction->stream, &direction->header, 0) == 0);
}

/* One call, and more for what it leaves unused: frames of random bytes may be shorter than any
 * encoder's. Returns the number of bytes made. */
static DWORD convert(struct direction *direction, DWORD size, DWORD flags)
{
    ACMSTREAMHEADER *header = &direction->header;
    DWORD made = 0;

    do {
        header->cbSrcLength = size;
        CHECK(acmStreamConvert(direction->stream, header, flags) == 0);
        for (DWORD i = 0; i < header->cbDstLengthUsed; i++)
            direction->checksum = (direction->checksum ^ header->pbDst[i]) * 16777619u;
        made += header->cbDstLengthUsed;
        size -= header->cbSrcLengthUsed;
        memmove(header->pbSrc, header->pbSrc + header->cbSrcLengthUsed, size);
    } while (size != 0 && header->cbSrcLengthUsed != 0);
    CHECK(size == 0);
    direction->made += made;
    return made;
}

static void stop(struct direction *direction)
{
    direction->header.cbSrcLength = direction->src_room;
    direction->header.cbDstLength = direction->dst_room;
    CHECK(acmStreamUnprepareHeader(direction->stream, &direction->header, 0) == 0);
    CHECK(acmStreamClose(direction->stream, 0) == 0);
    free(direction->header.pbSrc);
    free(direction->header.pbDst);
}

/* A conversion of the sound, or of random bytes if there is no encoder. */
struct run {
    WAVEFORMATEX *format, pcm;
    BOOL encodes;
    DWORD piece; /* bytes of each call but the last */
    struct direction encoder, decoder;
    struct generator generator;
};

static void step(struct run *run, DWORD size, DWORD flags)
{
    if (run->encodes) {
        generate(&run->generator, run->encoder.header.pbSrc, size);
        size = convert(&run->encoder, size, flags);
        memcpy(run->decoder.header.pbSrc, run->encoder.header.pbDst, size);
    } else {
        for (DWORD i = 0; i < size; i++)
            run->decoder.header.pbSrc[i] = (BYTE)(next_noise(&run->generator) >> 24);
    }
    convert(&run->decoder, size, flags);
}

/* Converts `total` bytes; after the first calls, nothing more is allocated. */
static void run_all(struct run *run, ULONGLONG total)
{
    size_t bytes = 0;
    DWORD_PTR handle = 0;
    DWORD calls = 0;

    run->generator = (struct generator){ .seed = 1, .y = 20000 };
    if (run->encodes)
        start(&run->encoder, &run->pcm, run->format, run->piece);
    start(&run->decoder, run->format, &run->pcm, run->encodes ? run->encoder.dst_room : run->piece);
    for (ULONGLONG left = total; left != 0; calls++) {
        DWORD size = left < run->piece ? (DWORD)left : run->piece;

        step(run, size, 0);
        left -= size;
        if (calls == WARM) {
            bytes = heap_bytes();
            handle = next_handle();
        }
    }
    step(run, 0, ACM_STREAMCONVERTF_END);
    CHECK(calls <= WARM || (heap_bytes() == bytes && next_handle() == handle));
    if (run->encodes)
        stop(&run->encoder);
    stop(&run->decoder);
}

/* The bytes of an eighth of a second, in whole blocks. */
static DWORD piece_of(const struct run *run)
{
    const WAVEFORMATEX *format = run->format;
    DWORD blocks = format->nAvgBytesPerSec / 8 / format->nBlockAlign, size = 0;
    DWORD code = max(blocks, 1) * format->nBlockAlign;
    HACMSTREAM stream = 0;

    if (!run->encodes)
        return code;
    CHECK(acmStreamOpen(&stream, driver, (WAVEFORMATEX *)&run->pcm, run->format, 0, 0, 0, 0) == 0);
    /* A block of a format whose nBlockAlign is 1 may be larger. */
    for (; size == 0 && code < LONGEST; code *= 2)
        acmStreamSize(stream, code, &size, ACM_STREAMSIZEF_DESTINATION);
    CHECK(acmStreamClose(stream, 0) == 0 && size != 0);
    return size;
}

static void check_format(WAVEFORMATEX *format, DWORD seconds)
{
    struct run small = { .format = format, .pcm = pcm_like(format) }, large;
    DWORD begin = GetTickCount(), per_second, ratio;
    ULONGLONG pieces, longest;
    char text[160];

    small.encodes = encodes(driver, &small.pcm, format);
    small.piece = piece_of(&small);
    per_second = small.encodes ? small.pcm.nAvgBytesPerSec : format->nAvgBytesPerSec;
    pieces = (ULONGLONG)seconds * per_second / small.piece + 1;
    ratio = small.encodes ? 1 : max(1, small.pcm.nAvgBytesPerSec / per_second);
    longest = max(1, LONGEST / ratio / small.piece);
    large = small;
    large.piece = (DWORD)min(pieces, longest) * small.piece;
    run_all(&small, pieces * small.piece);
    run_all(&large, pieces * small.piece);
    CHECK(small.decoder.made != 0 || needs_frames(format->wFormatTag));
    CHECK(small.decoder.made == large.decoder.made && small.encoder.made == large.encoder.made);
    CHECK(small.decoder.checksum == large.decoder.checksum &&
          small.encoder.checksum == large.encoder.checksum);
    snprintf(text, sizeof text, "0x%04x: %lu s in %llu pieces are the same as in %llu",
             format->wFormatTag, seconds, pieces,
             (pieces * small.piece + large.piece - 1) / large.piece);
    test_end(text);
    printf("# 0x%04x took %lu ms\n", format->wFormatTag, GetTickCount() - begin);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    BYTE room[256] = { 0 };
    ACMFORMATDETAILSW details = { .cbStruct = sizeof details,
                                  .pwfx = (WAVEFORMATEX *)room,
                                  .cbwfx = sizeof room };
    HMODULE module = argc > 2 ? LoadLibraryA(argv[1]) : 0;
    FARPROC proc = module ? GetProcAddress(module, "DriverProc") : 0;
    DWORD part = argc > 4 ? strtoul(argv[3], 0, 10) : 0;
    DWORD parts = argc > 4 ? strtoul(argv[4], 0, 10) : 1;

    SetEnvironmentVariableA("OMNIACM_SETTINGS", "quality=0");
    if (!proc || acmDriverAddW(&id, module, (LPARAM)proc, 0, ACM_DRIVERADDF_FUNCTION) ||
        acmDriverOpen(&driver, id, 0))
        return 1;
    CHECK(acmFormatEnumW(driver, &details, keep_first, 0, 0) == 0);
    CHECK(format_count > 10);
    for (DWORD i = part; i < format_count; i += max(parts, 1))
        check_format(formats[i], strtoul(argv[2], 0, 10));
    acmDriverClose(driver, 0);
    acmDriverRemove(id, 0);
    return tests_end();
}
