#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "commands.h"
#include "files.h"
#include "formats.h"
#include "pump.h"
#include "say.h"
#include "sound.h"

enum { PASSES_AT_MOST = 4096, FILE_WIDTH_AT_MOST = 28 };
static const double LEAST_SECONDS = 0.2;

struct bench {
    const struct drivers *drivers;
    const struct driver *driver;
    const wchar_t *only, *keep;
    DWORD only_tag;
    int file_width, format_width;
    bool all_well;
    const wchar_t *path; /* of the file at hand */
    struct sound sound;
};

/* A format of the driver that takes the sound at hand. */
struct offer {
    union format format;
    wchar_t name[NAME_ROOM];
    bool several; /* the tag has more of them: their bit rates tell them apart */
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

/* The median time of a conversion, in seconds; negative where it fails. */
static double measure(struct batch *batch)
{
    static double times[PASSES_AT_MOST];
    double begin = now(), end = begin;
    size_t n = 0;

    while (n == 0 || (n < PASSES_AT_MOST && end - begin < LEAST_SECONDS)) {
        double start = end;

        if (batch_convert(batch) != MMSYSERR_NOERROR)
            return -1;
        end = now();
        times[n++] = end - start;
    }
    qsort(times, n, sizeof *times, by_value);
    return times[n / 2] > 0 ? times[n / 2] : 1e-9;
}

/* DIR/<input>-<format>[-<kbit/s>]<end>; the caller frees. */
static wchar_t *keep_path(const struct bench *bench, const struct offer *offer, const wchar_t *end)
{
    const WAVEFORMATEX *wfx = &offer->format.wfx;
    const wchar_t *name = base_name(bench->path), *dot = wcsrchr(name, L'.');
    size_t room = wcslen(bench->keep) + wcslen(name) + NAME_ROOM + 64;
    wchar_t *path = malloc(room * sizeof *path), word[NAME_ROOM], rate[16] = L"";

    if (offer->several)
        swprintf(rate, sizeof rate / sizeof *rate, L"-%lu",
                 (unsigned long)(wfx->nAvgBytesPerSec * 8 / 1000));
    tag_word(wfx->wFormatTag, offer->name, word);
    if (path)
        swprintf(path, room, L"%ls\\%.*ls-%ls%ls%ls", bench->keep,
                 (int)(dot ? (size_t)(dot - name) : wcslen(name)), name, word, rate, end);
    return path;
}

static void keep(struct bench *bench, const struct offer *offer, const WAVEFORMATEX *wfx,
                 const wchar_t *end, const struct batch *batch)
{
    wchar_t *path = bench->keep ? keep_path(bench, offer, end) : 0;
    DWORD size = is_pcm(wfx) && batch->made > bench->sound.bytes ? bench->sound.bytes : batch->made;
    struct output output;

    if (!path)
        return;
    if (!output_create(&output, path, true, wfx, size) ||
        !output_write(&output, batch->result, size) ||
        !output_finish(&output, size, bench->sound.frames)) {
        note(L"%ls: %ls", path, system_words(output.file.error));
        bench->all_well = false;
        output_drop(&output);
    }
    free(path);
}

static void print_header(const struct bench *bench)
{
    static const wchar_t line[] =
        L"----------------------------------------------------------------";

    say(L"%-*ls  %-*ls  %7ls  %5ls  %10ls  %7ls  %7ls  %9ls  %9ls\n", bench->file_width, L"file",
        bench->format_width, L"format", L"kbit/s", L"width", L"bytes", L"ratio", L"SNR dB",
        L"encode x", L"decode x");
    say(L"%.*ls  %.*ls  %.7ls  %.5ls  %.10ls  %.7ls  %.7ls  %.9ls  %.9ls\n", bench->file_width,
        line, bench->format_width, line, line, line, line, line, line, line, line);
}

static void print_row(const struct bench *bench, const struct offer *offer, DWORD bytes, double snr,
                      double encode, double decode)
{
    const WAVEFORMATEX *wfx = &offer->format.wfx;
    double seconds = (double)bench->sound.frames / wfx->nSamplesPerSec;

    say(L"%-*.*ls  %-*ls  %7.1f  %5u  %10lu  %5.2f:1  %7.2f  %9.0f  %9.0f\n", bench->file_width,
        bench->file_width, base_name(bench->path), bench->format_width, offer->name,
        wfx->nAvgBytesPerSec * 8 / 1000.0, (unsigned)sizeof(void *) * 8, (unsigned long)bytes,
        (double)bench->sound.bytes / bytes, snr, seconds / encode, seconds / decode);
}

static void complain(struct bench *bench, const struct offer *offer, const wchar_t *what)
{
    note(L"%ls: %ls cannot be %ls: %ls refuses", bench->path, offer->name, what,
         bench->driver->details.szShortName);
    bench->all_well = false;
}

static void bench_decoder(struct bench *bench, const struct offer *offer,
                          const struct batch *encoded, double encode)
{
    const WAVEFORMATEX *wfx = &offer->format.wfx;
    struct batch batch;
    double decode = -1;

    if (batch_open(&batch, bench->driver->handle, wfx, &bench->sound.wfx, encoded->result,
                   encoded->made) == MMSYSERR_NOERROR)
        decode = measure(&batch);
    if (decode < 0) {
        complain(bench, offer, L"decoded");
    } else {
        print_row(
            bench, offer, encoded->made,
            sound_snr(&bench->sound, (const int16_t *)(const void *)batch.result, batch.made / 2),
            encode, decode);
        keep(bench, offer, &bench->sound.wfx, L"-decoded.wav", &batch);
    }
    batch_close(&batch);
}

static void bench_offer(struct bench *bench, const struct offer *offer)
{
    const WAVEFORMATEX *wfx = &offer->format.wfx;
    const struct sound *sound = &bench->sound;
    struct batch batch;
    double encode = -1;

    if (batch_open(&batch, bench->driver->handle, &sound->wfx, wfx, sound->samples, sound->bytes) ==
        MMSYSERR_NOERROR)
        encode = measure(&batch);
    if (encode < 0 || batch.made == 0) {
        complain(bench, offer, L"encoded");
    } else {
        keep(bench, offer, wfx, L".wav", &batch);
        bench_decoder(bench, offer, &batch, encode);
    }
    batch_close(&batch);
}

static bool takes(const struct bench *bench, const WAVEFORMATEX *wfx)
{
    return wfx->nSamplesPerSec == bench->sound.wfx.nSamplesPerSec &&
           wfx->nChannels == bench->sound.wfx.nChannels;
}

/* The formats of a tag that take the sound; how many there are. */
static unsigned bench_tag(struct bench *bench, const ACMFORMATTAGDETAILSW *tag)
{
    static struct offer offer;
    ACMFORMATDETAILSW details;
    unsigned count = 0;

    wcscpy(offer.name, tag->szFormatTag);
    for (DWORD i = 0; driver_format(bench->driver, tag, i, &offer.format, &details); i++)
        count += takes(bench, &offer.format.wfx);
    offer.several = count > 1;
    for (DWORD i = 0;
         driver_format(bench->driver, tag, i, &offer.format, &details) && !interrupted(); i++)
        if (takes(bench, &offer.format.wfx))
            bench_offer(bench, &offer);
    return count;
}

static bool wanted(const struct bench *bench, DWORD tag)
{
    return !is_pcm_tag(tag) && (!bench->only || tag == bench->only_tag);
}

static void bench_file(struct bench *bench)
{
    ACMFORMATTAGDETAILSW tag;
    unsigned count = 0;

    if (!sound_load(&bench->sound, bench->path)) {
        bench->all_well = false;
        return;
    }
    for (DWORD i = 0; driver_tag(bench->driver, i, &tag); i++)
        if (wanted(bench, tag.dwFormatTag))
            count += bench_tag(bench, &tag);
    if (count == 0)
        note(L"%ls: %ls offers no format for %lu Hz %ls", bench->path,
             bench->driver->details.szShortName, (unsigned long)bench->sound.wfx.nSamplesPerSec,
             channel_words(bench->sound.wfx.nChannels));
    sound_free(&bench->sound);
}

static void measure_columns(struct bench *bench, int count, wchar_t **paths)
{
    ACMFORMATTAGDETAILSW tag;

    bench->file_width = 4;
    bench->format_width = 6;
    for (int i = 0; i < count; i++) {
        int n = (int)wcslen(base_name(paths[i]));

        n = n > FILE_WIDTH_AT_MOST ? FILE_WIDTH_AT_MOST : n;
        bench->file_width = n > bench->file_width ? n : bench->file_width;
    }
    for (DWORD i = 0; driver_tag(bench->driver, i, &tag); i++) {
        int n = wanted(bench, tag.dwFormatTag) ? (int)wcslen(tag.szFormatTag) : 0;

        bench->format_width = n > bench->format_width ? n : bench->format_width;
    }
}

int command_bench(const struct drivers *drivers, int count, wchar_t **words)
{
    struct bench bench = { .drivers = drivers, .all_well = true };
    const wchar_t *name = 0;
    bool no_header = false;

    count = take_options(count, words,
                         (const struct option[]){ { L"--only", &bench.only, 0 },
                                                  { L"--keep", &bench.keep, 0 },
                                                  { L"--driver", &name, 0 },
                                                  { L"--no-header", 0, &no_header },
                                                  { 0 } });
    if (count == 0)
        note(L"bench wants the names of PCM files");
    if (count <= 0)
        return EXIT_USAGE;
    bench.driver = drivers_choose(drivers, name);
    if (!bench.driver || (bench.only && !tag_parse(drivers, bench.only, &bench.only_tag)))
        return EXIT_BAD;
    if (bench.keep && !folder_make(bench.keep))
        return fail(L"%ls: %ls", bench.keep, system_words(GetLastError()));
    measure_columns(&bench, count, words);
    if (!no_header)
        print_header(&bench);
    for (int i = 0; i < count && !interrupted(); i++) {
        bench.path = words[i];
        bench_file(&bench);
    }
    return bench.all_well && !interrupted() ? EXIT_GOOD : EXIT_BAD;
}
