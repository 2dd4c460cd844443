/* 64 streams through msacm32 on 8 threads give the same output as each stream alone, and opening
 * and closing 10,000 drivers and streams leaks neither handles nor memory. `threads FILE [SECONDS]`
 * adds the driver from its file, and repeats the streams for that time. */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "leaks.h"

enum {
    STREAMS = 64,
    THREADS = 8,
    EACH = STREAMS / THREADS,
    SAMPLES = 9001,
    PIECE = 20000,
    FORMATS_MOST = 400,
    BLOCKS = 12,
    CYCLES = 10000
};

/* A stream encodes its format, or decodes a format that is only decoded. */
struct job {
    WAVEFORMATEX *format, pcm, *from, *to;
    BYTE *src, *alone, *together;
    DWORD size, room, alone_size, together_size;
};

static HACMDRIVERID id;
static HACMDRIVER driver;
static WAVEFORMATEX *formats[FORMATS_MOST];
static DWORD format_count;
static struct job jobs[STREAMS];
static DWORD encoders;

static BOOL CALLBACK keep_format(HACMDRIVERID of, ACMFORMATDETAILSW *details, DWORD_PTR user,
                                 DWORD support)
{
    DWORD size = 18u + details->pwfx->cbSize;

    (void)of, (void)user, (void)support;
    if (!is_pcm(details->dwFormatTag) && format_count < FORMATS_MOST) {
        formats[format_count] = malloc(size);
        memcpy(formats[format_count++], details->pwfx, size);
    }
    return TRUE;
}

/* Opens a stream, converts everything in small pieces, and returns the number of bytes made. */
static DWORD convert(struct job *job, BYTE *dst)
{
    HACMSTREAM stream = 0;
    DWORD used = 0, made = 0, step = 1;

    if (acmStreamOpen(&stream, driver, job->from, job->to, 0, 0, 0, 0))
        return 0;
    while (step) {
        DWORD left = job->size - used, in = left < PIECE ? left : PIECE;
        ACMSTREAMHEADER header = { .cbStruct = sizeof header,
                                   .pbSrc = job->src + used,
                                   .cbSrcLength = in,
                                   .pbDst = dst + made,
                                   .cbDstLength = job->room - made };

        if (acmStreamPrepareHeader(stream, &header, 0) ||
            acmStreamConvert(stream, &header,
                             in == left ? ACM_STREAMCONVERTF_END : ACM_STREAMCONVERTF_BLOCKALIGN))
            break;
        used += header.cbSrcLengthUsed;
        made += header.cbDstLengthUsed;
        step = header.cbSrcLengthUsed + header.cbDstLengthUsed;
        header.cbSrcLength = in;
        acmStreamUnprepareHeader(stream, &header, 0);
    }
    acmStreamClose(stream, 0);
    return made;
}

static DWORD WINAPI convert_eight(void *first)
{
    struct job *own = first;

    for (int i = 0; i < EACH; i++)
        own[i].together_size = convert(&own[i], own[i].together);
    return 0;
}

/* The bytes that the whole source may become. */
static DWORD room_for(const struct job *job)
{
    HACMSTREAM stream = 0;
    DWORD room = 0;

    CHECK(acmStreamOpen(&stream, driver, job->from, job->to, 0, 0, 0, 0) == 0);
    CHECK(acmStreamSize(stream, job->size, &room, ACM_STREAMSIZEF_SOURCE) == 0 && room != 0);
    CHECK(acmStreamClose(stream, 0) == 0);
    return room + 65536;
}

static void make_job(struct job *job, DWORD number)
{
    WAVEFORMATEX *format = formats[number * 7 % format_count];
    short *samples;
    BOOL encoding;

    job->format = format;
    job->pcm = pcm_like(format);
    encoding = encodes(driver, &job->pcm, format);
    encoders += encoding ? 1 : 0;
    job->from = encoding ? &job->pcm : format;
    job->to = encoding ? format : &job->pcm;
    job->size = encoding ? SAMPLES * job->pcm.nBlockAlign : BLOCKS * format->nBlockAlign;
    job->room = room_for(job);
    samples = calloc(1, job->size + 1);
    for (DWORD i = 0; i < job->size / 2; i++)
        samples[i] = (short)(i * i * (number + 3) / 7 % 16000 - 8000);
    job->src = (BYTE *)samples;
    job->alone = calloc(1, job->room);
    job->together = calloc(1, job->room);
}

static void make_jobs(void)
{
    for (DWORD i = 0; i < STREAMS; i++) {
        make_job(&jobs[i], i);
        jobs[i].alone_size = convert(&jobs[i], jobs[i].alone);
        CHECK(jobs[i].alone_size != 0 || needs_frames(jobs[i].from->wFormatTag));
    }
    CHECK(encoders > STREAMS / 4);
    printf("# %lu of the streams encode\n", encoders);
}

static void all_at_once(void)
{
    HANDLE threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        threads[i] = CreateThread(0, 0, convert_eight, &jobs[i * EACH], 0, 0);
    CHECK(WaitForMultipleObjects(THREADS, threads, TRUE, 120000) != WAIT_TIMEOUT);
    for (int i = 0; i < THREADS; i++)
        CloseHandle(threads[i]);
    for (DWORD i = 0; i < STREAMS; i++) {
        CHECK(jobs[i].alone_size == jobs[i].together_size &&
              memcmp(jobs[i].alone, jobs[i].together, jobs[i].room) == 0);
        memset(jobs[i].together, 0, jobs[i].room);
    }
}

/* At least once, and until the time is over; the memory and the handles of the third round remain
 * the same from then on. */
static void all_for(DWORD seconds)
{
    DWORD begin = GetTickCount(), rounds = 0;
    DWORD_PTR handle = 0;
    size_t bytes = 0;

    for (; rounds == 0 || GetTickCount() - begin < 1000 * seconds; rounds++) {
        all_at_once();
        if (rounds == 2) {
            handle = next_handle();
            bytes = heap_bytes();
        }
    }
    if (rounds > 3) {
        printf("# %lu rounds in %lu s; %lu bytes of heap after 3, and %lu at the end\n", rounds,
               seconds, (unsigned long)bytes, (unsigned long)heap_bytes());
        CHECK(next_handle() == handle);
        CHECK(heap_bytes() <= bytes + 4096);
    }
    test_end("64 streams on 8 threads give the same output as each alone");
}

static void open_and_close(DWORD cycles)
{
    for (DWORD i = 0; i < cycles; i++) {
        struct job *job = &jobs[i % STREAMS];
        HACMDRIVER own = 0;
        HACMSTREAM stream = 0;

        CHECK(acmDriverOpen(&own, id, 0) == 0);
        CHECK(acmStreamOpen(&stream, own, job->from, job->to, 0, 0, 0, 0) == 0);
        CHECK(acmStreamClose(stream, 0) == 0);
        CHECK(acmDriverClose(own, 0) == 0);
    }
}

static void nothing_is_left(void)
{
    DWORD_PTR handle;
    size_t bytes;

    open_and_close(100);
    handle = next_handle();
    bytes = heap_bytes();
    open_and_close(CYCLES);
    CHECK(next_handle() == handle);
    CHECK(heap_bytes() <= bytes + 4096);
    printf("# %lu and %lu bytes of heap\n", (unsigned long)bytes, (unsigned long)heap_bytes());
    test_end("opening and closing 10,000 drivers and streams leaks nothing");
}

int main(int argc, char **argv)
{
    BYTE room[256];
    ACMFORMATDETAILSW details = { .cbStruct = sizeof details,
                                  .pwfx = (WAVEFORMATEX *)room,
                                  .cbwfx = sizeof room };
    HMODULE module = argc > 1 ? LoadLibraryA(argv[1]) : 0;
    FARPROC proc = module ? GetProcAddress(module, "DriverProc") : 0;

    if (!proc || acmDriverAddW(&id, module, (LPARAM)proc, 0, ACM_DRIVERADDF_FUNCTION) ||
        acmDriverOpen(&driver, id, 0))
        return 1;
    memset(room, 0, sizeof room);
    CHECK(acmFormatEnumW(driver, &details, keep_format, 0, 0) == 0);
    CHECK(format_count > 10);
    make_jobs();
    all_for(argc > 2 ? strtoul(argv[2], 0, 10) : 0);
    nothing_is_left();
    acmDriverClose(driver, 0);
    acmDriverRemove(id, 0);
    return tests_end();
}
