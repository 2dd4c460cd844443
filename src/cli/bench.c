#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "commands.h"
#include "console.h"
#include "convert_loop.h"
#include "files.h"
#include "fixed.h"
#include "formats.h"
#include "pcm_file.h"

enum { MAX_PASSES = 4096, MAX_FILE_WIDTH = 28 };
static const double MIN_SECONDS = 0.2; /* of measuring, for each result */

struct bench {
    const struct drivers *drivers;
    const struct driver *driver;
    const wchar_t *only, *keep;
    DWORD only_tag;
    int file_width, format_width;
    bool failed;
    const wchar_t *path; /* of the current file */
    struct pcm_file pcm;
};

/* A format of the driver that accepts the current file. */
struct target {
    union format format;
    wchar_t name[NAME_ROOM];
    bool several; /* the tag has other such formats, with other bit rates */
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double now(void)
{
    LARGE_INTEGER count, frequency;

    QueryPerformanceCounter(&count);
    QueryPerformanceFrequency(&frequency);
    return (double)count.QuadPart / (double)frequency.QuadPart;
}

/* The median time of a conversion in seconds; negative if it fails. */
static double measure(struct batch *batch)
{
    static double times[MAX_PASSES];
    double begin = now(), end = begin;
    size_t n = 0;

    while (n == 0 || (n < MAX_PASSES && end - begin < MIN_SECONDS)) {
        double start = end;

        if (batch_convert(batch) != MMSYSERR_NOERROR)
            return -1;
        end = now();
        times[n++] = end - start;
    }
    qsort(times, n, sizeof *times, by_value);
    return times[n / 2] > 0 ? times[n / 2] : 1e-9;
}

/* FOLDER\INPUT-FORMAT[-KBITS]END. The caller frees it. */
static wchar_t *keep_path(const struct bench *bench, const struct target *target,
                          const wchar_t *end)
{
    const WAVEFORMATEX *wfx = &target->format.wfx;
    const wchar_t *name = base_name(bench->path), *dot = wcsrchr(name, L'.');
    size_t room = wcslen(bench->keep) + wcslen(name) + NAME_ROOM + 64;
    wchar_t *path = malloc(room * sizeof *path), word[NAME_ROOM], rate[16] = L"";

    if (target->several)
        swprintf(rate, sizeof rate / sizeof *rate, L"-%lu",
                 (unsigned long)(wfx->nAvgBytesPerSec * 8 / 1000));
    tag_word(wfx->wFormatTag, target->name, word);
    if (path)
        swprintf(path, room, L"%ls\\%.*ls-%ls%ls%ls", bench->keep,
                 (int)(dot ? (size_t)(dot - name) : wcslen(name)), name, word, rate, end);
    return path;
}

static void keep(struct bench *bench, const struct target *target, const WAVEFORMATEX *wfx,
                 const wchar_t *end, const struct batch *batch)
{
    wchar_t *path = bench->keep ? keep_path(bench, target, end) : 0;
    DWORD size = is_pcm(wfx) && batch->made > bench->pcm.bytes ? bench->pcm.bytes : batch->made;
    struct output output;

    if (!path)
        return;
    if (!output_create(&output, path, true, wfx, size) ||
        !output_write(&output, batch->result, size) ||
        !output_finish(&output, size, bench->pcm.frames)) {
        warn(L"%ls: %ls", path, system_error_text(output.file.error));
        bench->failed = true;
        output_drop(&output);
    }
    free(path);
}

static void print_header(const struct bench *bench)
{
    static const wchar_t line[] =
        L"----------------------------------------------------------------";

    print(L"%-*ls  %-*ls  %7ls  %5ls  %10ls  %7ls  %7ls  %9ls  %9ls\n", bench->file_width, L"file",
          bench->format_width, L"format", L"kbit/s", L"width", L"bytes", L"ratio", L"SNR dB",
          L"encode x", L"decode x");
    print(L"%.*ls  %.*ls  %.7ls  %.5ls  %.10ls  %.7ls  %.7ls  %.9ls  %.9ls\n", bench->file_width,
          line, bench->format_width, line, line, line, line, line, line, line, line);
}

static void print_row(const struct bench *bench, const struct target *target, DWORD bytes,
                      double snr, double encode, double decode)
{
    const WAVEFORMATEX *wfx = &target->format.wfx;
    double seconds = (double)bench->pcm.frames / wfx->nSamplesPerSec;

    print(L"%-*.*ls  %-*ls  %7.1f  %5u  %10lu  %5.2f:1  %7.2f  %9.0f  %9.0f\n", bench->file_width,
          bench->file_width, base_name(bench->path), bench->format_width, target->name,
          wfx->nAvgBytesPerSec * 8 / 1000.0, (unsigned)sizeof(void *) * 8, (unsigned long)bytes,
          (double)bench->pcm.bytes / bytes, snr, seconds / encode, seconds / decode);
}

static void report_failure(struct bench *bench, const struct target *target, const wchar_t *verb)
{
    warn(L"%ls: %ls cannot %ls %ls", bench->path, bench->driver->details.szShortName, verb,
         target->name);
    bench->failed = true;
}

static void bench_decoder(struct bench *bench, const struct target *target,
                          const struct batch *encoded, double encode)
{
    const WAVEFORMATEX *wfx = &target->format.wfx;
    struct batch batch;
    double decode = -1;

    if (batch_open(&batch, bench->driver->handle, wfx, &bench->pcm.wfx, encoded->result,
                   encoded->made) == MMSYSERR_NOERROR)
        decode = measure(&batch);
    if (decode < 0) {
        report_failure(bench, target, L"decode");
    } else {
        print_row(
            bench, target, encoded->made,
            pcm_file_snr(&bench->pcm, (const int16_t *)(const void *)batch.result, batch.made / 2),
            encode, decode);
        keep(bench, target, &bench->pcm.wfx, L"-decoded.wav", &batch);
    }
    batch_close(&batch);
}

/* Does nothing for a format that the driver only decodes. */
static void bench_format(struct bench *bench, const struct target *target)
{
    const WAVEFORMATEX *wfx = &target->format.wfx;
    const struct pcm_file *pcm = &bench->pcm;
    struct batch batch;
    MMRESULT error =
        batch_open(&batch, bench->driver->handle, &pcm->wfx, wfx, pcm->samples, pcm->bytes);
    double encode = error == MMSYSERR_NOERROR ? measure(&batch) : -1;

    if (encode >= 0 && batch.made != 0) {
        keep(bench, target, wfx, L".wav", &batch);
        bench_decoder(bench, target, &batch, encode);
    } else if (error != ACMERR_NOTPOSSIBLE) {
        report_failure(bench, target, L"encode");
    }
    batch_close(&batch);
}

/* Measures the formats of a tag that accept the file. Returns how many there are. */
static unsigned bench_tag(struct bench *bench, const ACMFORMATTAGDETAILSW *tag)
{
    static struct target target;
    ACMFORMATDETAILSW details;
    unsigned count = 0;

    wcscpy(target.name, tag->szFormatTag);
    for (DWORD i = 0; driver_format(bench->driver, tag, i, &target.format, &details); i++)
        count += same_mode(&target.format.wfx, &bench->pcm.wfx);
    target.several = count > 1;
    for (DWORD i = 0;
         driver_format(bench->driver, tag, i, &target.format, &details) && !interrupted(); i++)
        if (same_mode(&target.format.wfx, &bench->pcm.wfx))
            bench_format(bench, &target);
    return count;
}

static bool is_selected(const struct bench *bench, DWORD tag)
{
    return !is_pcm_tag(tag) && (!bench->only || tag == bench->only_tag);
}

static void bench_file(struct bench *bench)
{
    ACMFORMATTAGDETAILSW tag;
    unsigned count = 0;

    if (!pcm_file_load(&bench->pcm, bench->path)) {
        bench->failed = true;
        return;
    }
    for (DWORD i = 0; driver_tag(bench->driver, i, &tag); i++)
        if (is_selected(bench, tag.dwFormatTag))
            count += bench_tag(bench, &tag);
    if (count == 0)
        warn(L"%ls: %ls has no format for %lu Hz %ls", bench->path,
             bench->driver->details.szShortName, (unsigned long)bench->pcm.wfx.nSamplesPerSec,
             channels_text(bench->pcm.wfx.nChannels));
    pcm_file_free(&bench->pcm);
}

static void measure_columns(struct bench *bench, int count, wchar_t **paths)
{
    ACMFORMATTAGDETAILSW tag;

    bench->file_width = 4;
    bench->format_width = 6;
    for (int i = 0; i < count; i++) {
        int n = (int)wcslen(base_name(paths[i]));

        bench->file_width = max_i32(bench->file_width, min_i32(n, MAX_FILE_WIDTH));
    }
    for (DWORD i = 0; driver_tag(bench->driver, i, &tag); i++) {
        int n = is_selected(bench, tag.dwFormatTag) ? (int)wcslen(tag.szFormatTag) : 0;

        bench->format_width = max_i32(bench->format_width, n);
    }
}

int command_bench(const struct drivers *drivers, int count, wchar_t **args)
{
    struct bench bench = { .drivers = drivers };
    const wchar_t *name = 0;
    bool no_header = false;

    count = take_options(count, args,
                         (const struct option[]){ { L"--only", &bench.only, 0 },
                                                  { L"--keep", &bench.keep, 0 },
                                                  { L"--driver", &name, 0 },
                                                  { L"--no-header", 0, &no_header },
                                                  { 0 } });
    if (count == 0)
        warn(L"bench needs at least one PCM file");
    if (count <= 0)
        return EXIT_USAGE;
    bench.driver = drivers_choose(drivers, name);
    if (!bench.driver || (bench.only && !tag_parse(drivers, bench.only, &bench.only_tag)))
        return EXIT_FAILURE;
    if (bench.keep && !folder_make(bench.keep))
        return fail(L"%ls: %ls", bench.keep, system_error_text(GetLastError()));
    measure_columns(&bench, count, args);
    if (!no_header)
        print_header(&bench);
    for (int i = 0; i < count && !interrupted(); i++) {
        bench.path = args[i];
        bench_file(&bench);
    }
    return !bench.failed && !interrupted() ? EXIT_SUCCESS : EXIT_FAILURE;
}
