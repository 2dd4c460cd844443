/* How programs feed an MP3 decoder and encoder through msacm32. `mpeg FILE` adds the driver from
 * its file and uses its handle; `mpeg installed` and `mpeg preferred` ask msacm32 for a driver:
 * that is another one, or ours where it is preferred. */
#define MPEG_FRAMES_ALONE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"

struct bytes {
    BYTE *data;
    size_t size;
};

static uint32_t draw(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

#include "../mpeg_frames.h"
#include <vfw.h>

enum { FRAMES = 60, PCM_FRAME = 1152 * 4, TAG_BYTES = 102400, PIECE = 522 };

/* MPEGLAYER3WAVEFORMAT. */
static MPEGLAYER3WAVEFORMAT header_of(WORD channels, DWORD byte_rate, WORD block, WORD extra)
{
    MPEGLAYER3WAVEFORMAT format = { .wfx = { WAVE_FORMAT_MPEGLAYER3, channels, 44100, byte_rate,
                                             block, 0, extra },
                                    .wID = MPEGLAYER3_ID_MPEG,
                                    .fdwFlags = MPEGLAYER3_FLAG_PADDING_OFF,
                                    .nBlockSize = block,
                                    .nFramesPerBlock = 1,
                                    .nCodecDelay = 1393 };

    return format;
}

static struct bytes stream_of(unsigned mode)
{
    struct mpeg_header header = { .layer = 3, .bit_rate_index = 9, .mode = (BYTE)mode };

    return mpeg_frames(header, FRAMES, MPEG_PADDED, 5);
}

/* 100 KB of ID3v2, with false headers in it, and the stream. */
static struct bytes with_tag(struct bytes stream)
{
    struct bytes both = { calloc(1, TAG_BYTES + 10 + stream.size), TAG_BYTES + 10 + stream.size };

    memcpy(both.data, "ID3\3\0\0\0\6\x20\0", 10);
    for (size_t i = 0; i < TAG_BYTES; i += 417)
        memcpy(both.data + 10 + i, "\xFF\xFB\x90\0", 4);
    memcpy(both.data + TAG_BYTES + 10, stream.data, stream.size);
    return both;
}

static HACMSTREAM opened(HACMDRIVER driver, const MPEGLAYER3WAVEFORMAT *format)
{
    WAVEFORMATEX pcm = { .wFormatTag = WAVE_FORMAT_PCM };
    HACMSTREAM stream = 0;

    CHECK(acmFormatSuggest(driver, (WAVEFORMATEX *)format, &pcm, sizeof pcm,
                           ACM_FORMATSUGGESTF_WFORMATTAG) == 0);
    CHECK(pcm.nSamplesPerSec == 44100 && pcm.nChannels == format->wfx.nChannels &&
          pcm.wBitsPerSample == 16);
    CHECK(acmStreamOpen(&stream, driver, (WAVEFORMATEX *)format, &pcm, 0, 0, 0,
                        ACM_STREAMOPENF_NONREALTIME) == 0);
    return stream;
}

/* One call with a header of its own. Returns the bytes made, and how many were used. */
static DWORD convert(HACMSTREAM stream, const BYTE *src, DWORD size, BYTE *dst, DWORD room,
                     DWORD flags, DWORD *used)
{
    ACMSTREAMHEADER header = { .cbStruct = sizeof header,
                               .pbSrc = (BYTE *)src,
                               .cbSrcLength = size,
                               .pbDst = dst,
                               .cbDstLength = room };

    CHECK(acmStreamPrepareHeader(stream, &header, 0) == 0);
    CHECK(acmStreamConvert(stream, &header, flags) == 0);
    *used = header.cbSrcLengthUsed;
    room = header.cbDstLengthUsed;
    CHECK(acmStreamUnprepareHeader(stream, &header, 0) == 0);
    return room;
}

static DWORD size_of(HACMSTREAM stream, DWORD bytes)
{
    DWORD size = 0;

    CHECK(acmStreamSize(stream, bytes, &size, ACM_STREAMSIZEF_SOURCE) == 0);
    return size;
}

/* All of it in one call with START and END. */
static struct bytes decoded(HACMDRIVER driver, const MPEGLAYER3WAVEFORMAT *format,
                            struct bytes stream)
{
    HACMSTREAM it = opened(driver, format);
    struct bytes sound = { 0, 0 };
    DWORD room = it ? size_of(it, (DWORD)stream.size) : 0, used = 0;

    sound.data = calloc(1, room + 1);
    if (it) {
        sound.size = convert(it, stream.data, (DWORD)stream.size, sound.data, room,
                             ACM_STREAMCONVERTF_START | ACM_STREAMCONVERTF_END, &used);
        CHECK(used == stream.size);
        CHECK(acmStreamClose(it, 0) == 0);
    }
    return sound;
}

/* NAudio: a frame per call, with room for two. All of it has to be used; then GStreamer's END
 * without data. */
static void frame_by_frame(HACMDRIVER driver, struct bytes stream, struct bytes whole)
{
    MPEGLAYER3WAVEFORMAT format = header_of(2, 16000, 1, MPEGLAYER3_WFX_EXTRA_BYTES);
    HACMSTREAM it = opened(driver, &format);
    BYTE dst[2 * PCM_FRAME];
    DWORD size = size_of(it, 65536), used, frame = 0;

    CHECK(size >= 65536 / 417 * PCM_FRAME && size < 2000000);
    for (size_t at = 0; at < stream.size; frame++) {
        struct mpeg_header header;
        DWORD bytes, made;

        CHECK(mpeg_parse_header(stream.data + at, &header));
        bytes = mpeg_frame_bytes(&header);
        made = convert(it, stream.data + at, bytes, dst, sizeof dst,
                       ACM_STREAMCONVERTF_BLOCKALIGN | (at ? 0u : ACM_STREAMCONVERTF_START), &used);
        CHECK(used == bytes && made == PCM_FRAME);
        CHECK(memcmp(dst, whole.data + frame * PCM_FRAME, PCM_FRAME) == 0);
        at += bytes;
    }
    CHECK(convert(it, stream.data, 0, dst, sizeof dst,
                  ACM_STREAMCONVERTF_BLOCKALIGN | ACM_STREAMCONVERTF_END, &used) == 0);
    CHECK(acmStreamClose(it, 0) == 0);
    test_end("one frame in, one frame out, and END without data");
}

/* Pieces of 522 bytes from byte 0, whose used lengths the program ignores; the last one is short.
 */
static void in_pieces(HACMDRIVER driver, struct bytes file, struct bytes whole)
{
    MPEGLAYER3WAVEFORMAT format = header_of(2, 16384, 1, MPEGLAYER3_WFX_EXTRA_BYTES);
    HACMSTREAM it = opened(driver, &format);
    DWORD room = size_of(it, PIECE), used;
    BYTE *dst = malloc(room);
    size_t made = 0;

    CHECK(room >= 2 * PCM_FRAME);
    for (size_t at = 0; at < file.size; at += PIECE) {
        DWORD bytes = file.size - at < PIECE ? (DWORD)(file.size - at) : PIECE;
        DWORD n =
            convert(it, file.data + at, bytes, dst, room, ACM_STREAMCONVERTF_BLOCKALIGN, &used);

        CHECK(used == bytes && made + n <= whole.size);
        CHECK(made + n > whole.size || memcmp(dst, whole.data + made, n) == 0);
        made += n;
    }
    CHECK(made == whole.size);
    CHECK(acmStreamClose(it, 0) == 0);
    free(dst);
    test_end("pieces of 522 bytes behind a long ID3v2 tag");
}

/* DxLib takes a call that makes nothing for the end. Its pieces hold at least one frame. */
static void until_nothing_is_made(HACMDRIVER driver, struct bytes stream, struct bytes whole)
{
    MPEGLAYER3WAVEFORMAT format = header_of(2, 16000, 1, MPEGLAYER3_WFX_EXTRA_BYTES);
    HACMSTREAM it = opened(driver, &format);
    DWORD room = size_of(it, 2048) * 4 / 3, used = 0, n = 1;
    BYTE *dst = malloc(room);
    size_t made = 0;

    for (size_t at = 0; n != 0; at += used) {
        DWORD bytes = stream.size - at < 2048 ? (DWORD)(stream.size - at) : 2048;

        n = convert(it, stream.data + at, bytes, dst, room, ACM_STREAMCONVERTF_BLOCKALIGN, &used);
        CHECK(n == 0 || memcmp(dst, whole.data + made, n) == 0);
        made += n;
    }
    CHECK(made == whole.size);
    CHECK(acmStreamClose(it, 0) == 0);
    free(dst);
    test_end("calls until one makes nothing");
}

/* Headers of other programs decode to the same, and no field is divided by. */
static void other_headers(HACMDRIVER driver, struct bytes stream, struct bytes whole)
{
    static const struct {
        DWORD byte_rate;
        WORD block, extra;
    } headers[] = {
        { 0, 1152, 12 }, { 16000, 0, 12 }, { 16000, 1, 0 }, { 0, 0, 0 }, { 20480, 1152, 12 }
    };

    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        MPEGLAYER3WAVEFORMAT format =
            header_of(2, headers[i].byte_rate, headers[i].block, headers[i].extra);
        struct bytes sound = decoded(driver, &format, stream);

        CHECK(sound.size == whole.size && memcmp(sound.data, whole.data, whole.size) == 0);
        free(sound.data);
    }
    test_end("no byte rate, blocks of 0 and 1152 bytes, no extra bytes");
}

static void stereo_in_a_mono_header(HACMDRIVER driver, struct bytes stream, struct bytes whole)
{
    MPEGLAYER3WAVEFORMAT format = header_of(1, 16000, 1, MPEGLAYER3_WFX_EXTRA_BYTES);
    struct bytes sound = decoded(driver, &format, stream);

    CHECK(sound.size * 2 == whole.size);
    free(sound.data);
    test_end("stereo in a mono header has its length");
}

/* Writes a chunk, or a list, whose size includes its type and what follows. */
static void put_chunk(FILE *to, const char *name, DWORD size, const void *data, size_t count)
{
    fwrite(name, 1, 4, to);
    fwrite(&size, 1, 4, to);
    fwrite(data, 1, count, to);
    fwrite("", 1, count % 2, to);
}

/* An AVI file of one chunk of sound at a constant bit rate. Wine's avifil32 reads it, but writes no
 * such file. */
static void write_avi(const char *path, const MPEGLAYER3WAVEFORMAT *format, struct bytes stream)
{
    DWORD size = (DWORD)stream.size, padded = size + size % 2;
    MainAVIHeader avi = { .dwMaxBytesPerSec = 16000, .dwFlags = AVIF_HASINDEX, .dwStreams = 1 };
    AVIStreamHeader header = { .fccType = streamtypeAUDIO,
                               .dwScale = 1,
                               .dwRate = 16000,
                               .dwLength = size,
                               .dwSuggestedBufferSize = size,
                               .dwQuality = (DWORD)-1,
                               .dwSampleSize = 1 };
    AVIINDEXENTRY entry = { mmioFOURCC('0', '0', 'w', 'b'), AVIIF_KEYFRAME, 4, size };
    DWORD list = 4 + 8 + sizeof header + 8 + sizeof *format,
          headers = 4 + 8 + sizeof avi + 8 + list, movie = 4 + 8 + padded;
    FILE *to = fopen(path, "wb");

    CHECK(to != 0);
    if (!to)
        return;
    put_chunk(to, "RIFF", 4 + 8 + headers + 8 + movie + 8 + sizeof entry, "AVI ", 4);
    put_chunk(to, "LIST", headers, "hdrl", 4);
    put_chunk(to, "avih", sizeof avi, &avi, sizeof avi);
    put_chunk(to, "LIST", list, "strl", 4);
    put_chunk(to, "strh", sizeof header, &header, sizeof header);
    put_chunk(to, "strf", sizeof *format, format, sizeof *format);
    put_chunk(to, "LIST", movie, "movi", 4);
    put_chunk(to, "00wb", size, stream.data, stream.size);
    put_chunk(to, "idx1", sizeof entry, &entry, sizeof entry);
    fclose(to);
}

/* MP3 in an AVI file, read as PCM, by the driver that msacm32 chooses. */
static void in_avi(struct bytes stream, struct bytes whole)
{
    MPEGLAYER3WAVEFORMAT format = header_of(2, 16000, 1, MPEGLAYER3_WFX_EXTRA_BYTES);
    WAVEFORMATEX pcm = { WAVE_FORMAT_PCM, 2, 44100, 176400, 4, 16, 0 };
    AVICOMPRESSOPTIONS options = { .fccType = streamtypeAUDIO,
                                   .lpFormat = &pcm,
                                   .cbFormat = sizeof pcm };
    LONG bytes = 0, room = 2 * (LONG)whole.size;
    BYTE *sound = calloc(1, (size_t)room);
    PAVIFILE file = 0;
    PAVISTREAM track = 0, as_pcm = 0;

    write_avi("mpeg-test.avi", &format, stream);
    AVIFileInit();
    CHECK(AVIFileOpenA(&file, "mpeg-test.avi", OF_READ, 0) == 0);
    CHECK(file && AVIFileGetStream(file, &track, streamtypeAUDIO, 0) == 0);
    CHECK(track && AVIMakeCompressedStream(&as_pcm, track, &options, 0) == 0);
    if (as_pcm) {
        CHECK(AVIStreamRead(as_pcm, 0, room / 4, sound, room, &bytes, 0) == 0);
        CHECK(bytes == (LONG)whole.size && memcmp(sound, whole.data, whole.size) == 0);
        AVIStreamRelease(as_pcm);
    }
    if (track)
        AVIStreamRelease(track);
    if (file)
        AVIFileRelease(file);
    AVIFileExit();
    DeleteFileA("mpeg-test.avi");
    free(sound);
    test_end("MP3 in an AVI file");
}

enum { BUFFER = 16384, LATENCY = 1393, SECONDS = 2 };

static HACMSTREAM encoder_opened(HACMDRIVER driver)
{
    MPEGLAYER3WAVEFORMAT format = header_of(2, 16000, 1, MPEGLAYER3_WFX_EXTRA_BYTES);
    WAVEFORMATEX pcm = { WAVE_FORMAT_PCM, 2, 44100, 176400, 4, 16, 0 };
    HACMSTREAM stream = 0;

    format.nBlockSize = 417;
    CHECK(acmStreamOpen(&stream, driver, &pcm, (WAVEFORMATEX *)&format, 0, 0, 0,
                        ACM_STREAMOPENF_NONREALTIME) == 0);
    return stream;
}

/* Triangle waves of two rising frequencies. */
static struct bytes triangles(void)
{
    struct bytes sound = { calloc(SECONDS * 44100, 4), SECONDS * 44100 * 4 };
    int16_t *samples = (int16_t *)(void *)sound.data, left = 0, right = 0;

    for (int i = 0; i < SECONDS * 44100; i++) {
        left = (int16_t)(left + 400 + i / 100);
        right = (int16_t)(right + 700 + i / 70);
        samples[2 * i] = (int16_t)(abs(left) - 16384) / 2;
        samples[2 * i + 1] = (int16_t)(abs(right) - 16384) / 2;
    }
    return sound;
}

/* VirtualDub: one buffer, whose size it asks for once. BLOCKALIGN for all pieces, then one END for
 * what is left. */
static struct bytes encoded(HACMDRIVER driver, struct bytes sound, DWORD piece)
{
    HACMSTREAM it = encoder_opened(driver);
    DWORD room = size_of(it, piece), used;
    struct bytes code = { malloc(sound.size + room), 0 };

    for (size_t at = 0; at < sound.size; at += used) {
        DWORD left = (DWORD)(sound.size - at);
        BOOL last = left <= piece;

        code.size += convert(it, sound.data + at, last ? left : piece, code.data + code.size, room,
                             last ? ACM_STREAMCONVERTF_END : ACM_STREAMCONVERTF_BLOCKALIGN, &used);
        CHECK(used == (last ? left : piece));
        if (used == 0)
            break;
    }
    CHECK(acmStreamClose(it, 0) == 0);
    return code;
}

/* The energy of the sound relative to that of the difference, if the sound is LATENCY late. */
static double quality_of(struct bytes sound, struct bytes back)
{
    const int16_t *a = (const int16_t *)(const void *)sound.data,
                  *b = (const int16_t *)(const void *)back.data + 2 * LATENCY;
    double signal = 0, noise = 1;

    for (size_t i = 0; i < sound.size / 2; i++) {
        signal += (double)a[i] * a[i];
        noise += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    }
    return signal / noise;
}

/* VirtualDub reads the headers of the frames, which have to follow each other from byte 0, and
 * removes nCodecDelay samples of the sound. */
static void encoding(HACMDRIVER driver)
{
    MPEGLAYER3WAVEFORMAT format = header_of(2, 16000, 1, MPEGLAYER3_WFX_EXTRA_BYTES);
    struct bytes sound = triangles(), code = encoded(driver, sound, BUFFER), back;
    struct bytes whole = encoded(driver, sound, (DWORD)sound.size);
    struct bytes other = encoded(driver, sound, 4 * 1000);

    for (size_t at = 0; at < code.size; at += 417) {
        struct mpeg_header header = { 0 };

        CHECK(mpeg_parse_header(code.data + at, &header) && mpeg_frame_bytes(&header) == 417);
    }
    CHECK(code.size % 417 == 0 && code.size / 417 * 1152 >= sound.size / 4 + LATENCY);
    test_end("an encoder's frames follow each other from byte 0, and END makes the last ones");
    CHECK(code.size == whole.size && memcmp(code.data, whole.data, code.size) == 0);
    CHECK(code.size == other.size && memcmp(code.data, other.data, code.size) == 0);
    test_end("pieces are encoded like the whole");
    back = decoded(driver, &format, code);
    CHECK(back.size == code.size / 417 * PCM_FRAME);
    CHECK(quality_of(sound, back) > 50);
    test_end("the delay is that of the header");
    free(sound.data);
    free(code.data);
    free(whole.data);
    free(other.data);
    free(back.data);
}

/* The driver that msacm32 chooses for the format. */
static BOOL ours_is_chosen(void)
{
    MPEGLAYER3WAVEFORMAT format = header_of(2, 16000, 1, MPEGLAYER3_WFX_EXTRA_BYTES);
    HACMSTREAM it = opened(0, &format);
    HACMDRIVERID id = 0;
    BOOL ours;

    CHECK(it && acmDriverID((HACMOBJ)it, &id, 0) == 0);
    ours = id && is_ours(id);
    acmStreamClose(it, 0);
    return ours;
}

static void as_hosts_do(HACMDRIVER driver)
{
    MPEGLAYER3WAVEFORMAT format = header_of(2, 16000, 1, MPEGLAYER3_WFX_EXTRA_BYTES);
    struct bytes stream = stream_of(MPEG_STEREO), file = with_tag(stream);
    struct bytes whole = decoded(driver, &format, stream);

    CHECK(whole.size == FRAMES * PCM_FRAME);
    test_end("a stream decodes in one call");
    frame_by_frame(driver, stream, whole);
    in_pieces(driver, file, whole);
    until_nothing_is_made(driver, stream, whole);
    other_headers(driver, stream, whole);
    stereo_in_a_mono_header(driver, stream, whole);
    encoding(driver);
    if (!driver)
        in_avi(stream, whole);
    free(stream.data);
    free(file.data);
    free(whole.data);
}

int main(int argc, char **argv)
{
    BOOL preferred = argc == 2 && strcmp(argv[1], "preferred") == 0;
    HMODULE module;
    FARPROC proc;
    HACMDRIVERID id = 0;
    HACMDRIVER driver = 0;

    if (preferred || (argc == 2 && strcmp(argv[1], "installed") == 0)) {
        CHECK(ours_is_chosen() == preferred);
        test_end(preferred ? "ours is chosen where it is preferred"
                           : "another driver is chosen where ours is not preferred");
        if (preferred)
            as_hosts_do(0);
        return tests_end();
    }
    module = argc == 2 ? LoadLibraryA(argv[1]) : 0;
    proc = module ? GetProcAddress(module, "DriverProc") : 0;
    CHECK(proc && acmDriverAddW(&id, module, (LPARAM)proc, 0, ACM_DRIVERADDF_FUNCTION) == 0);
    CHECK(id && acmDriverOpen(&driver, id, 0) == 0);
    test_end("a local driver is added and opened");
    if (!driver)
        return tests_end() | 1;
    as_hosts_do(driver);
    CHECK(acmDriverClose(driver, 0) == 0);
    CHECK(acmDriverRemove(id, 0) == 0);
    test_end("the driver is closed and removed");
    return tests_end();
}
