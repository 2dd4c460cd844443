/* Times every codec through acmStreamConvert against Wine's own drivers in the same process. Runs
 * each in turn for several rounds and prints the median processor time per sample in nanoseconds,
 * one line per figure, for tests/bench/table. Large buffers are 64 KiB, small ones the whole blocks
 * in 256 bytes of code. Finally, prints the time to open and close a stream, including the
 * wineserver's.
 *
 * wine.bench PLACE [TAG] needs the driver installed and the sounds that bench.codecs left. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <mmsystem.h>
#include <mmreg.h>
#include <msacm.h>
#include "../wine/pcm_like.h"

enum {
    ROUNDS = 25,
    BUFFER = 65536,
    SMALL = 256,
    DRIVERS = 16,
    FORMAT_ROOM = 128,
    OPENINGS = 400,
    RECORDINGS = 16
};

/* In seconds: the shortest measurement, and the longest time for all rounds of a task. */
static const double MEASUREMENT_MIN = 0.001, ROUNDS_MAX = 0.1;

struct bytes {
    BYTE *data;
    DWORD size;
};

/* A conversion by one driver: a prepared header for each buffer of the sound. */
struct task {
    const char *name;
    HACMSTREAM stream;
    ACMSTREAMHEADER *headers;
    DWORD count;
    BYTE *out;
    double seconds[ROUNDS]; /* of one pass over the sound */
};

static HACMDRIVER ours, others[DRIVERS];
static size_t count_others;
static const char *place;

static void die(const char *what)
{
    fprintf(stderr, "wine.bench: %s\n", what);
    exit(1);
}

static BOOL CALLBACK find_drivers(HACMDRIVERID id, DWORD_PTR unused, DWORD support)
{
    ACMDRIVERDETAILSW details = { .cbStruct = sizeof details };
    HACMDRIVER driver;

    (void)unused;
    (void)support;
    if (acmDriverDetailsW(id, &details, 0) != 0 || acmDriverOpen(&driver, id, 0) != 0)
        return TRUE;
    if (wcscmp(details.szShortName, L"OmniACM") == 0)
        ours = driver;
    else if (count_others < DRIVERS)
        others[count_others++] = driver;
    return TRUE;
}

/* Linux's CLOCK_THREAD_CPUTIME_ID, which Wine does not expose: time of other processes on the same
 * core is not counted. */
static double now(void)
{
    intptr_t time[2] = { 0 }, result;

#ifdef __x86_64__
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(228), "D"(3), "S"(time)
                     : "rcx", "r11", "memory");
#else
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(265), "b"(3), "c"(time) : "memory");
#endif
    if (result != 0)
        die("this is not Linux");
    return (double)time[0] + 1e-9 * (double)time[1];
}

static double wall(void)
{
    LARGE_INTEGER frequency, count;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart / (double)frequency.QuadPart;
}

static int ascending(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, ascending);
    return values[n / 2];
}

static DWORD size_of(HACMSTREAM stream, DWORD bytes)
{
    DWORD size = 0;

    return acmStreamSize(stream, bytes, &size, ACM_STREAMSIZEF_SOURCE) == 0 ? size : 0;
}

static void task_close(struct task *task)
{
    for (DWORD i = 0; i < task->count; i++)
        acmStreamUnprepareHeader(task->stream, &task->headers[i], 0);
    acmStreamClose(task->stream, 0);
    free(task->headers);
    free(task->out);
}

static BOOL pass(struct task *task)
{
    for (DWORD i = 0; i < task->count; i++)
        if (acmStreamConvert(task->stream, &task->headers[i], ACM_STREAMCONVERTF_BLOCKALIGN) != 0 ||
            task->headers[i].cbSrcLengthUsed == 0)
            return FALSE;
    return TRUE;
}

/* Prepares a conversion of all of `source` in buffers of `buffer` bytes. Returns false if the
 * driver does not support the conversion, or fails at it. */
static BOOL task_open(struct task *task, const char *name, HACMDRIVER driver, WAVEFORMATEX *from,
                      WAVEFORMATEX *to, struct bytes source, DWORD buffer)
{
    DWORD room;

    memset(task, 0, sizeof *task);
    task->name = name;
    if (acmStreamOpen(&task->stream, driver, from, to, 0, 0, 0, 0) != 0)
        return FALSE;
    buffer = buffer < source.size ? buffer : source.size;
    room = size_of(task->stream, buffer) + 64;
    task->count = source.size / buffer;
    task->out = malloc(room);
    task->headers = calloc(task->count, sizeof *task->headers);
    for (DWORD i = 0; i < task->count; i++) {
        task->headers[i] = (ACMSTREAMHEADER){ .cbStruct = sizeof *task->headers,
                                              .pbSrc = source.data + i * buffer,
                                              .cbSrcLength = buffer,
                                              .pbDst = task->out,
                                              .cbDstLength = room };
        if (acmStreamPrepareHeader(task->stream, &task->headers[i], 0) != 0)
            die("a header cannot be prepared");
    }
    if (pass(task))
        return TRUE;
    task_close(task);
    return FALSE;
}

static double timed(struct task *task)
{
    double start = now(), spent;
    int times = 0;

    do {
        pass(task);
        spent = now() - start;
        times++;
    } while (spent < MEASUREMENT_MIN);
    return spent / times;
}

static void report(const WAVEFORMATEX *format, const char *name, const char *direction,
                   const char *buffers, const char *who, double ns)
{
    printf("bench\t%s\t0x%X\t%s\t%lu\t%u\t%lu\t%s\t%s\t%s\t%.5f\t0\n", place, format->wFormatTag,
           name, (unsigned long)format->nSamplesPerSec, format->nChannels,
           (unsigned long)format->nAvgBytesPerSec * 8, direction, buffers, who, ns);
}

/* Runs the tasks in turn; reports nanoseconds per sample for large buffers and per call for small
 * ones. */
static void compare(struct task *tasks, size_t n, const WAVEFORMATEX *format, const char *name,
                    BOOL decoding, BOOL small)
{
    double spent = 0;
    size_t rounds = 0;

    for (; rounds < ROUNDS && spent < ROUNDS_MAX * (double)n; rounds++)
        for (size_t i = 0; i < n; i++) {
            tasks[i].seconds[rounds] = timed(&tasks[i]);
            spent += tasks[i].seconds[rounds];
        }
    for (size_t i = 0; i < n; i++) {
        const ACMSTREAMHEADER *header = tasks[i].headers;
        DWORD samples = (decoding ? header->cbDstLengthUsed : header->cbSrcLengthUsed) / 2;

        report(format, name, decoding ? "decode" : "encode", small ? "256 B" : "64 KiB",
               tasks[i].name,
               1e9 * median(tasks[i].seconds, rounds) / (double)tasks[i].count /
                   (small ? 1 : samples));
    }
}

/* Returns the driver that lists the tag, besides ours. Not the first that opens a stream: Wine 8
 * has one that opens streams of other drivers' formats. */
static HACMDRIVER other_of(DWORD tag)
{
    for (size_t i = 0; i < count_others; i++) {
        ACMFORMATTAGDETAILSA details = { .cbStruct = sizeof details, .dwFormatTag = tag };

        if (acmFormatTagDetailsA(others[i], &details, ACM_FORMATTAGDETAILSF_FORMATTAG) == 0)
            return others[i];
    }
    return 0;
}

struct buffers {
    DWORD code, pcm; /* bytes */
    BOOL small;
};

/* Compares our driver with another that supports the format, in both directions; without a sound,
 * only decoding. */
static void each_direction(WAVEFORMATEX *format, const char *name, struct bytes sound,
                           struct bytes code, struct buffers buffers)
{
    static struct task tasks[2];
    WAVEFORMATEX pcm = pcm_like(format);
    HACMDRIVER other = other_of(format->wFormatTag);

    for (int decoding = sound.size == 0; decoding < 2; decoding++) {
        WAVEFORMATEX *from = decoding ? format : &pcm, *to = decoding ? &pcm : format;
        struct bytes source = decoding ? code : sound;
        DWORD buffer = decoding ? buffers.code : buffers.pcm;
        size_t n = 1;

        if (!task_open(&tasks[0], "OmniACM", ours, from, to, source, buffer))
            die("our driver refuses its own format");
        n += other && task_open(&tasks[1], "Wine", other, from, to, source, buffer);
        compare(tasks, n, format, name, decoding, buffers.small);
        while (n > 0)
            task_close(&tasks[--n]);
    }
}

/* Times opening and closing a stream, in turn. */
static void openings(WAVEFORMATEX *format, const char *name, const char *settings)
{
    static double seconds[2][OPENINGS];
    WAVEFORMATEX pcm = pcm_like(format);
    HACMDRIVER drivers[2] = { ours, other_of(format->wFormatTag) };
    HACMSTREAM stream;

    SetEnvironmentVariableA("OMNIACM_SETTINGS", settings);
    for (int i = 0; i < 2 * OPENINGS; i++)
        if (drivers[i % 2]) {
            double start = wall();

            if (acmStreamOpen(&stream, drivers[i % 2], format, &pcm, 0, 0, 0, 0) != 0)
                die("a stream cannot be opened");
            acmStreamClose(stream, 0);
            seconds[i % 2][i / 2] = wall() - start;
        }
    for (int i = 0; i < 2; i++)
        if (drivers[i])
            report(format, name, "open", settings ? "given" : "registry", i ? "Wine" : "OmniACM",
                   1e9 * median(seconds[i], OPENINGS));
}

static struct bytes sound_of(const WAVEFORMATEX *format)
{
    struct bytes sound = { 0 };
    char path[64];
    FILE *file;

    snprintf(path, sizeof path, "build/bench/sounds/%lux%u", (unsigned long)format->nSamplesPerSec,
             format->nChannels);
    file = fopen(path, "rb");
    if (file) {
        sound.data = malloc(1 << 23);
        sound.size = (DWORD)fread(sound.data, 1, 1 << 23, file);
        fclose(file);
    }
    return sound;
}

/* Encodes a sound with our driver. */
static struct bytes encoded(WAVEFORMATEX *format, struct bytes sound)
{
    WAVEFORMATEX pcm = pcm_like(format);
    struct task task;
    struct bytes code;

    if (!task_open(&task, "", ours, &pcm, format, sound, sound.size) ||
        acmStreamConvert(task.stream, task.headers,
                         ACM_STREAMCONVERTF_START | ACM_STREAMCONVERTF_END) != 0)
        die("a sound cannot be encoded");
    code = (struct bytes){ malloc(task.headers->cbDstLengthUsed), task.headers->cbDstLengthUsed };
    memcpy(code.data, task.out, code.size);
    task_close(&task);
    return code;
}

/* The bytes of PCM that a block may make, or 0 if our driver does not convert so. */
static DWORD block_of(WAVEFORMATEX *from, WAVEFORMATEX *to, DWORD bytes)
{
    HACMSTREAM stream;
    DWORD size;

    if (acmStreamOpen(&stream, ours, from, to, 0, 0, 0, 0) != 0)
        return 0;
    size = size_of(stream, bytes);
    acmStreamClose(stream, 0);
    return size;
}

/* Returns false if bench.codecs left no sound for the format, or if it is only decoded. */
static BOOL format_bench(WAVEFORMATEX *format, const char *name, const char *settings)
{
    struct bytes sound = sound_of(format), code;
    WAVEFORMATEX pcm = pcm_like(format);
    DWORD align = format->nBlockAlign, block = block_of(format, &pcm, align), large;

    if (!block)
        die("our driver refuses its own format");
    if (!sound.size || !block_of(&pcm, format, BUFFER)) {
        free(sound.data);
        return FALSE;
    }
    code = encoded(format, sound);
    large = BUFFER / block ? BUFFER / block : 1;
    each_direction(format, name, sound, code,
                   (struct buffers){ BUFFER / align * align, large * block, FALSE });
    if (align <= SMALL && format->nChannels == 1) {
        each_direction(format, name, sound, code,
                       (struct buffers){ SMALL / align * align, SMALL / align * block, TRUE });
        openings(format, name, 0);
        openings(format, name, settings);
    }
    free(code.data);
    free(sound.data);
    fflush(stdout);
    return TRUE;
}

/* Reads a chunk of a WAV file; the rest of the room stays 0. */
static DWORD read_chunk(HMMIO file, const MMCKINFO *riff, const char *name, BYTE *to, DWORD room)
{
    MMCKINFO chunk = { .ckid = mmioStringToFOURCCA(name, 0) };

    if (mmioSeek(file, (LONG)riff->dwDataOffset + 4, SEEK_SET) < 0 ||
        mmioDescend(file, &chunk, riff, MMIO_FINDCHUNK) != 0)
        die("a recording lacks a chunk");
    return (DWORD)mmioRead(file, (HPSTR)to, (LONG)(chunk.cksize < room ? chunk.cksize : room));
}

/* Times a recording, if bench.codecs left one with this number. */
static void recording_bench(unsigned number, DWORD only)
{
    static BYTE data[1 << 20];
    union {
        WAVEFORMATEX wfx;
        BYTE room[FORMAT_ROOM];
    } format = { .room = { 0 } };
    ACMFORMATTAGDETAILSA tag = { .cbStruct = sizeof tag };
    MMCKINFO riff = { .fccType = mmioFOURCC('W', 'A', 'V', 'E') };
    struct bytes code = { data, 0 };
    char path[64];
    DWORD align;
    HMMIO file;

    snprintf(path, sizeof path, "build/bench/sounds/recording%u.wav", number);
    file = mmioOpenA(path, 0, MMIO_READ);
    if (!file)
        return;
    if (mmioDescend(file, &riff, 0, MMIO_FINDRIFF) != 0)
        die("a recording is not a WAV file");
    read_chunk(file, &riff, "fmt ", format.room, sizeof format);
    code.size = read_chunk(file, &riff, "data", data, sizeof data);
    mmioClose(file, 0);
    tag.dwFormatTag = format.wfx.wFormatTag;
    align = format.wfx.nBlockAlign;
    code.size -= code.size % align;
    if (only && only != tag.dwFormatTag)
        return;
    if (acmFormatTagDetailsA(ours, &tag, ACM_FORMATTAGDETAILSF_FORMATTAG) != 0)
        die("our driver does not know a recording's tag");
    each_direction(&format.wfx, tag.szFormatTag, (struct bytes){ 0 }, code,
                   (struct buffers){ BUFFER / align * align, 0, FALSE });
    fflush(stdout);
}

/* Times the formats of a tag: speech at the lowest rate, music at 44100 Hz. */
static void tag_bench(const ACMFORMATTAGDETAILSA *tag, const char *settings)
{
    union {
        WAVEFORMATEX wfx;
        BYTE room[FORMAT_ROOM];
    } format;
    DWORD rate = 0;

    for (DWORD i = 0; i < tag->cStandardFormats; i++) {
        ACMFORMATDETAILSA details = { sizeof details, i, tag->dwFormatTag, 0, &format.wfx,
                                      sizeof format,  "" };

        if (acmFormatDetailsA(ours, &details, ACM_FORMATDETAILSF_INDEX) != 0)
            continue;
        if (format.wfx.nChannels == 1 && (!rate || format.wfx.nSamplesPerSec == rate)) {
            BOOL done = format_bench(&format.wfx, tag->szFormatTag, settings);

            rate = done ? format.wfx.nSamplesPerSec : 0;
        } else if (format.wfx.nChannels == 2 && format.wfx.nSamplesPerSec == 44100) {
            format_bench(&format.wfx, tag->szFormatTag, settings);
        }
    }
}

int main(int argc, char **argv)
{
    DWORD only = argc > 2 ? strtoul(argv[2], 0, 0) : 0;
    const char *variable = getenv("OMNIACM_SETTINGS");
    char *settings = _strdup(variable ? variable : "");

    place = argc > 1 ? argv[1] : "here";
    acmDriverEnum(find_drivers, 0, 0);
    if (!ours)
        die("OmniACM is not installed");
    for (DWORD i = 0;; i++) {
        ACMFORMATTAGDETAILSA tag = { .cbStruct = sizeof tag, .dwFormatTagIndex = i };

        if (acmFormatTagDetailsA(ours, &tag, ACM_FORMATTAGDETAILSF_INDEX) != 0)
            break;
        if (tag.dwFormatTag != WAVE_FORMAT_PCM && (!only || tag.dwFormatTag == only))
            tag_bench(&tag, settings);
    }
    for (unsigned number = 0; number < RECORDINGS; number++)
        recording_bench(number, only);
    return 0;
}
