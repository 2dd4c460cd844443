#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "commands.h"
#include "console.h"
#include "conversion.h"
#include "errors.h"
#include "formats.h"

enum { TEXT_ROOM = 64, MAX_EXTRA = 16 }; /* MAX_EXTRA: bytes shown */

struct report {
    const struct drivers *drivers;
    const wchar_t *path;
    struct source in;
    union format expected; /* the header that a driver would write; valid if `known` */
    bool known;
    const struct driver *driver; /* the first that accepts the file, or NULL */
    DWORD block;                 /* samples per channel in a block; 0 if unknown */
};

/* Prints a field of the header and, if that differs, what it should be. `expected` is NULL if
 * nothing is known about it. */
static void print_field(const wchar_t *name, const wchar_t *actual, const wchar_t *expected)
{
    if (expected && wcscmp(actual, expected) != 0)
        print(L"  %-16ls  %-28ls  wrong: should be %ls\n", name, actual, expected);
    else
        print(L"  %-16ls  %ls\n", name, actual);
}

static void print_number(const wchar_t *name, DWORD actual, bool known, DWORD expected)
{
    wchar_t a[TEXT_ROOM], b[TEXT_ROOM];

    swprintf(a, TEXT_ROOM, L"%lu", actual);
    swprintf(b, TEXT_ROOM, L"%lu", expected);
    print_field(name, a, known ? b : 0);
}

/* Returns true if the driver decodes the file; `pcm` is what it makes. The driver must also list
 * the tag, because Wine's PCM converter claims to accept everything. */
static bool accepts(const struct report *report, const struct driver *driver, union format *pcm)
{
    ACMFORMATTAGDETAILSW tag;

    return driver_lists(driver, report->in.format->wFormatTag, &tag) &&
           conversion_suggest(report->in.format, driver->handle, WAVE_FORMAT_PCM, pcm) &&
           acmStreamOpen(0, driver->handle, (WAVEFORMATEX *)report->in.format, &pcm->wfx, 0, 0, 0,
                         ACM_STREAMOPENF_QUERY) == MMSYSERR_NOERROR;
}

/* Asks the driver for the decoded size of a block. Returns samples per channel. */
static DWORD measure_block(const struct driver *driver, const WAVEFORMATEX *format,
                           union format *pcm)
{
    HACMSTREAM stream;
    DWORD samples;

    if (acmStreamOpen(&stream, driver->handle, (WAVEFORMATEX *)format, &pcm->wfx, 0, 0, 0,
                      ACM_STREAMOPENF_NONREALTIME) != MMSYSERR_NOERROR)
        return 0;
    samples = samples_per_block(stream, format, &pcm->wfx);
    acmStreamClose(stream, 0);
    return samples;
}

/* Scores how well two formats agree. */
static int likeness(const WAVEFORMATEX *a, const WAVEFORMATEX *b)
{
    if (!same_mode(a, b))
        return -1;
    return 4 * (a->wBitsPerSample == b->wBitsPerSample) + 2 * (a->nBlockAlign == b->nBlockAlign) +
           (a->nAvgBytesPerSec == b->nAvgBytesPerSec);
}

/* Finds the header that the driver would write for the file's tag, rate and channels; if there are
 * several bit rates, the one that agrees best with the file. */
static bool find_header(struct report *report, const struct driver *driver, union format *room)
{
    const WAVEFORMATEX *wfx = report->in.format;
    const WAVEFORMATEX pcm = pcm_like(wfx, WAVE_FORMAT_PCM);
    ACMFORMATTAGDETAILSW tag;
    ACMFORMATDETAILSW details;

    if (!driver->handle || !driver_lists(driver, wfx->wFormatTag, &tag) ||
        !conversion_suggest(&pcm, driver->handle, wfx->wFormatTag, &report->expected) ||
        report->expected.wfx.wFormatTag != wfx->wFormatTag)
        return false;
    for (DWORD i = 0; driver_format(driver, &tag, i, room, &details); i++)
        if (likeness(wfx, &room->wfx) > likeness(wfx, &report->expected.wfx))
            report->expected = *room;
    return true;
}

/* Asks the driver that accepts the file, or else one that lists its tag. */
static void find_expected(struct report *report)
{
    const WAVEFORMATEX *wfx = report->in.format;
    union format *room = calloc(1, sizeof *room);

    if (room && report->driver)
        report->known = find_header(report, report->driver, room);
    for (size_t i = 0; room && i < report->drivers->count && !report->known; i++)
        report->known = find_header(report, &report->drivers->list[i], room);
    if (room && report->driver && accepts(report, report->driver, room)) {
        report->block = measure_block(report->driver, wfx, room);
        if (wfx->nBlockAlign == 0 && report->known)
            report->block = measure_block(report->driver, &report->expected.wfx, room);
    }
    free(room);
}

/* Finds the correct byte rate. It follows from the block; drivers round it up or down. */
static bool expected_byte_rate(const struct report *report, DWORD *rate)
{
    const WAVEFORMATEX *wfx = report->in.format;
    DWORD align = wfx->nBlockAlign;

    if (report->known &&
        (align == 0 || align == report->expected.wfx.nBlockAlign || report->block < 2)) {
        *rate = report->expected.wfx.nAvgBytesPerSec;
        return true;
    }
    if (report->block == 0)
        return false;
    *rate = (DWORD)((uint64_t)wfx->nSamplesPerSec * align / report->block);
    if (report->in.wav.said_byte_rate == *rate + 1)
        (*rate)++;
    return true;
}

/* Prints a count and bytes in hexadecimal, as in "2: 40 01". */
static void extra_text(const BYTE *extra, int count, wchar_t text[TEXT_ROOM])
{
    int n = swprintf(text, TEXT_ROOM, L"%d%ls", count, count ? L":" : L"");

    for (int i = 0; i < count && i < MAX_EXTRA; i++)
        n += swprintf(text + n, (size_t)(TEXT_ROOM - n), L" %02X", extra[i]);
}

static bool extra_has_samples(WORD tag)
{
    return tag == WAVE_FORMAT_ADPCM || tag == WAVE_FORMAT_IMA_ADPCM || tag == WAVE_FORMAT_GSM610;
}

/* The first extra bytes of some codecs are the samples per block, which must match the block. Those
 * of Creative ADPCM are a revision number, any of which is correct. */
static void print_extra(const struct report *report)
{
    const WAVEFORMATEX *actual = report->in.format, *expected = &report->expected.wfx;
    const BYTE *actual_extra = (const BYTE *)(actual + 1);
    wchar_t a[TEXT_ROOM], b[TEXT_ROOM];
    BYTE extra[MAX_EXTRA] = { 0 };
    int count = expected->cbSize < MAX_EXTRA ? expected->cbSize : MAX_EXTRA;

    extra_text(actual_extra, actual->cbSize, a);
    if (!report->known) {
        print_field(L"extra bytes", a, 0);
        return;
    }
    memcpy(extra, expected + 1, (size_t)count);
    if (extra_has_samples(actual->wFormatTag) && report->block > 1)
        for (int i = 0; i < 2; i++)
            extra[i] = (BYTE)(report->block >> 8 * i);
    if (actual->wFormatTag == WAVE_FORMAT_CREATIVE_ADPCM)
        memcpy(extra, actual_extra, (size_t)(count < actual->cbSize ? count : actual->cbSize));
    extra_text(extra, expected->cbSize, b);
    print_field(L"extra bytes", a, b);
}

static void print_lengths(const struct report *report)
{
    const WAVEFORMATEX *wfx = report->in.format;
    const struct wav *wav = &report->in.wav;
    unsigned align = wfx->nBlockAlign;
    uint64_t decoded = 0, samples;
    bool known;
    wchar_t a[TEXT_ROOM], b[TEXT_ROOM];

    if (align == 0 && report->known)
        align = report->expected.wfx.nBlockAlign;
    known = report->block != 0 && align != 0;
    if (known)
        decoded = (wav->data_size + align - 1) / align * report->block;
    samples = wav_samples(wav, decoded, report->block + 1);
    swprintf(a, TEXT_ROOM, L"%llu", (unsigned long long)wav->fact);
    swprintf(b, TEXT_ROOM, L"%llu", (unsigned long long)samples);
    if (wav->has_fact)
        print_field(L"samples (fact)", a, known ? b : 0);
    else if (!is_pcm(wfx))
        print_field(L"samples (fact)", L"missing", known ? b : 0);
    swprintf(a, TEXT_ROOM, L"%llu", (unsigned long long)wav->data_said);
    swprintf(b, TEXT_ROOM, L"%llu", (unsigned long long)wav->data_size);
    print_field(L"data bytes", a, wav->data_said < wav->data_size || report->in.missing ? b : 0);
    if (!known || wfx->nSamplesPerSec == 0)
        return;
    if (report->block > 1)
        print(L"  %-16ls  %llu of %lu samples each, %u bytes left over\n", L"blocks",
              (unsigned long long)(wav->data_size / align), report->block,
              (unsigned)(wav->data_size % align));
    print(L"  %-16ls  %.3f s\n", L"duration", (double)samples / wfx->nSamplesPerSec);
}

static void print_header(const struct report *report)
{
    const WAVEFORMATEX *wfx = report->in.format;
    const struct wav *wav = &report->in.wav;
    bool pcm = is_pcm(wfx), block_is_choice = report->driver && wfx->nBlockAlign;
    const WAVEFORMATEX *expected = pcm ? wfx : &report->expected.wfx;
    DWORD byte_rate = wfx->nAvgBytesPerSec;
    bool byte_rate_known = pcm || expected_byte_rate(report, &byte_rate);
    wchar_t tag[TEXT_ROOM];

    swprintf(tag, TEXT_ROOM, L"0x%04X%ls", wav->said_tag,
             wav->said_tag != wfx->wFormatTag ? L", extensible" : L"");
    print_field(L"format tag", tag, 0);
    print_field(L"channels", channels_text(wfx->nChannels), wfx->nChannels ? 0 : L"1 or more");
    print_number(L"samples/second", wfx->nSamplesPerSec, false, 0);
    print_number(L"bytes/second", wav->said_byte_rate, byte_rate_known, byte_rate);
    print_number(L"bytes per block", wav->said_block_align,
                 pcm || (report->known && !block_is_choice), expected->nBlockAlign);
    print_number(L"bits", wav->said_bits, pcm || report->known, expected->wBitsPerSample);
    if (!pcm)
        print_extra(report);
    print_lengths(report);
}

static void print_drivers(const struct report *report)
{
    ACMFORMATTAGDETAILSW tag;
    union format *pcm = calloc(1, sizeof *pcm);

    for (size_t i = 0; pcm && i < report->drivers->count; i++) {
        const struct driver *driver = &report->drivers->list[i];
        bool accepted = accepts(report, driver, pcm);

        if (accepted || driver_lists(driver, report->in.format->wFormatTag, &tag))
            print(L"  %-16ls  %ls\n", accepted ? L"accepted by" : L"rejected by",
                  driver->details.szShortName);
    }
    free(pcm);
}

static const struct driver *find_driver(const struct report *report, const struct driver *only)
{
    const struct driver *ours = drivers_ours(report->drivers), *found = 0;
    union format *pcm = calloc(1, sizeof *pcm);

    if (pcm && !only && ours && accepts(report, ours, pcm))
        found = ours;
    for (size_t i = 0; pcm && i < report->drivers->count && !found; i++) {
        const struct driver *driver = &report->drivers->list[i];

        if ((!only || only == driver) && accepts(report, driver, pcm))
            found = driver;
    }
    free(pcm);
    return found;
}

static int print_report(struct report *report, const struct driver *only)
{
    const WAVEFORMATEX *wfx;
    int result = source_open(&report->in, report->path);

    if (result != EXIT_SUCCESS)
        return result;
    wfx = report->in.format;
    print(L"%ls: %ls\n", report->path, format_text(report->drivers, wfx));
    if (is_pcm(wfx)) {
        report->block = 1;
    } else {
        report->driver = find_driver(report, only);
        find_expected(report);
    }
    print_header(report);
    if (is_pcm(wfx))
        return EXIT_SUCCESS;
    print_drivers(report);
    return report->driver ? EXIT_SUCCESS : refuse_source(report->drivers, report->path, wfx);
}

int command_info(const struct drivers *drivers, int count, wchar_t **args)
{
    const wchar_t *name = 0;
    const struct driver *only;
    struct report *report;
    int result = EXIT_SUCCESS;

    count = take_options(count, args, (const struct option[]){ { L"--driver", &name, 0 }, { 0 } });
    if (count == 0)
        warn(L"info needs a file name");
    if (count < 1)
        return EXIT_USAGE;
    only = name ? drivers_choose(drivers, name) : 0;
    if (name && !only)
        return EXIT_FAILURE;
    report = malloc(sizeof *report);
    if (!report)
        return fail(L"out of memory");
    for (int i = 0; i < count; i++) {
        *report = (struct report){ .drivers = drivers, .path = args[i] };
        if (print_report(report, only) != EXIT_SUCCESS)
            result = EXIT_FAILURE;
        source_close(&report->in);
    }
    free(report);
    return result;
}
