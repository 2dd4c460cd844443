#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bits.h"
#include "child.h"
#include "commands.h"
#include "console.h"
#include "diagnosis.h"
#include "errors.h"
#include "formats.h"
#include "frames.h"
#include "measure.h"
#include "target.h"
#include "trust.h"

enum {
    TEXT_ROOM = 96,
    MAX_EXTRA = 16,    /* bytes shown */
    PACKED_SAMPLES = 8 /* at most so many samples per block: codes in bytes, without padding */
};

struct report {
    const struct drivers *drivers;
    const wchar_t *path;
    struct source in;
    union format expected; /* the header that a driver would write; valid if `known` */
    bool known;
    const struct driver *driver; /* the first that accepts the file, or NULL */
    unsigned faults;             /* a set of enum field that keeps our driver from accepting it */
    DWORD block;                 /* samples per channel in a block; 0 if unknown */
    DWORD most;                  /* the same, or the most that a block can have if they vary */
    uint64_t decoded;            /* samples per channel that convert makes; valid if `counted` */
    bool counted;
    bool crashed; /* another driver, when it was asked */
    bool varies;  /* blocks have different numbers of samples, of which `block` is the largest */
    struct frame_facts frames; /* if it has any */
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

static bool accepts(const struct report *report, const struct driver *driver)
{
    return trust_allows(driver, report->in.format) && driver_decodes(driver, report->in.format);
}

/* Fields of the header as it is in the file. */
static WORD said16(const struct report *report, int at)
{
    return load16_le(report->in.wav.said + at);
}

static DWORD said32(const struct report *report, int at)
{
    return load32_le(report->in.wav.said + at);
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

    if (!driver->handle || !trust_allows(driver, wfx) ||
        !driver_lists(driver, wfx->wFormatTag, &tag) ||
        !target_suggest(&pcm, driver->handle, wfx->wFormatTag, &report->expected) ||
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
    struct diagnosis *diagnosis = malloc(sizeof *diagnosis);
    union format *room = calloc(1, sizeof *room);

    if (room && report->driver)
        report->known = find_header(report, report->driver, room);
    for (size_t i = 0; room && i < report->drivers->count && !report->known; i++)
        report->known = find_header(report, &report->drivers->list[i], room);
    if (diagnosis && !report->driver &&
        diagnose_any(report->drivers, report->in.format, diagnosis)) {
        report->faults = diagnosis->fields;
        report->expected = diagnosis->right;
        report->known = true;
    }
    free(diagnosis);
    free(room);
}

/* Finds the number of samples of a block and of the whole file. */
static void measure(struct report *report)
{
    const WAVEFORMATEX *wfx = report->in.format, *from = wfx;
    struct measure measure = { .wav = &report->in.wav, .driver = report->driver->handle };

    if (wfx->nBlockAlign == 0 && report->known)
        from = &report->expected.wfx;
    if (!measure_file(&measure, from))
        return;
    report->counted = measure.counted;
    report->decoded = measure.decoded;
    report->most = measure.block;
    if (measure.block > 1 && !fits_rate(from, measure.block) &&
        !(report->known && fits_rate(&report->expected.wfx, measure.block))) {
        report->counted = report->counted && report->driver->ours;
        return;
    }
    report->block = measure.block;
    report->varies = measure.counted && measure.decoded < measure.blocks * measure.block;
}

/* Returns true for the formats of which header_correct() knows every field. */
static bool is_corrected(const WAVEFORMATEX *wfx)
{
    return is_pcm(wfx) || wfx->wFormatTag == WAVE_FORMAT_ALAW ||
           wfx->wFormatTag == WAVE_FORMAT_MULAW || wfx->wFormatTag == WAVE_FORMAT_ADPCM ||
           wfx->wFormatTag == WAVE_FORMAT_IMA_ADPCM;
}

/* Finds the correct byte rate. It follows from the block; drivers round it up or down. */
static bool expected_byte_rate(const struct report *report, DWORD *rate)
{
    const WAVEFORMATEX *wfx = report->in.format;
    DWORD align = wfx->nBlockAlign, said = said32(report, 8);

    *rate = wfx->nAvgBytesPerSec;
    if (is_corrected(wfx) && (*rate != said || is_pcm(wfx)))
        return true;
    if (!report->driver || report->varies || (report->block == 0 && !report->driver->ours))
        return false;
    if (report->known &&
        (align == 0 || align == report->expected.wfx.nBlockAlign || report->block < 2)) {
        *rate = report->expected.wfx.nAvgBytesPerSec;
        return true;
    }
    if (report->block == 0)
        return false;
    *rate = (DWORD)((uint64_t)wfx->nSamplesPerSec * align / report->block);
    if (said == *rate + 1)
        (*rate)++;
    return true;
}

static void extra_text(const BYTE *extra, int count, wchar_t text[TEXT_ROOM])
{
    int n = swprintf(text, TEXT_ROOM, L"%d%ls", count, count ? L":" : L"");

    for (int i = 0; i < count && i < MAX_EXTRA; i++)
        n += swprintf(text + n, (size_t)(TEXT_ROOM - n), L" %02X", extra[i]);
}

/* MSN Audio's second word is the bit rate, which follows from the block, rounded up. Files may have
 * blocks of sizes that no listed format has. */
static uint64_t msn_bit_rate(const struct report *report)
{
    const WAVEFORMATEX *wfx = report->in.format;

    return ((uint64_t)wfx->nSamplesPerSec * wfx->nBlockAlign * 8 + report->block - 1) /
           report->block;
}

/* The first extra bytes of some codecs are the samples per block, which must match the block. Those
 * of Creative ADPCM are a revision number, and the others of Microsoft ADPCM coefficients, any of
 * which are correct. WAVE_FORMAT_EXTENSIBLE has no room for them. */
static void print_extra(const struct report *report)
{
    const WAVEFORMATEX *actual = report->in.format, *expected = &report->expected.wfx;
    const BYTE *said = report->in.wav.said + WAV_FORMAT_SIZE;
    WORD said_size = said16(report, 16);
    wchar_t a[TEXT_ROOM], b[TEXT_ROOM];
    BYTE extra[MAX_EXTRA] = { 0 };
    int count = expected->cbSize < MAX_EXTRA ? expected->cbSize : MAX_EXTRA;
    bool judged = report->known && (report->driver || report->faults & FIELD_EXTRA) &&
                  !(said_size == 0 && report->in.wav.said_tag == TAG_EXTENSIBLE);

    extra_text(said, said_size, a);
    if (!judged) {
        print_field(L"extra bytes", a, 0);
        return;
    }
    memcpy(extra, expected + 1, (size_t)count);
    if (extra_has_samples(actual->wFormatTag) && report->block > 1)
        store16_le(extra, (uint16_t)report->block);
    if (actual->wFormatTag == WAVE_FORMAT_MSNAUDIO && report->block > 1 && actual->nBlockAlign > 1)
        store16_le(extra + 2, (uint16_t)msn_bit_rate(report));
    if (actual->wFormatTag == WAVE_FORMAT_CREATIVE_ADPCM)
        memcpy(extra, said, (size_t)(count < said_size ? count : said_size));
    if (actual->wFormatTag == WAVE_FORMAT_ADPCM && said_size >= count)
        memcpy(extra + 2, said + 2, (size_t)count - 2);
    extra_text(extra, said_size > expected->cbSize ? said_size : expected->cbSize, b);
    print_field(L"extra bytes", a, b);
}

/* A missing fact chunk is wrong only if the last block may be padded. */
static void print_fact(const struct report *report, uint64_t samples, bool known)
{
    const struct wav *wav = &report->in.wav;
    wchar_t a[TEXT_ROOM], b[TEXT_ROOM];

    swprintf(a, TEXT_ROOM, L"%llu", (unsigned long long)wav->fact);
    swprintf(b, TEXT_ROOM, L"%llu", (unsigned long long)samples);
    if (wav->has_fact)
        print_field(wav->notes & WAV_DS64_FACT ? L"samples (ds64)" : L"samples (fact)", a,
                    known ? b : 0);
    else if (!is_pcm(report->in.format) && !report->in.raw && !report->in.frames)
        print_field(L"samples (fact)", L"missing", known && report->block > PACKED_SAMPLES ? b : 0);
}

static void print_data(const struct report *report)
{
    const struct wav *wav = &report->in.wav;
    wchar_t a[TEXT_ROOM], b[TEXT_ROOM];

    swprintf(b, TEXT_ROOM, L"%llu", (unsigned long long)wav->data_size);
    if (wav->notes & WAV_SIZE_UNKNOWN) {
        swprintf(a, TEXT_ROOM, L"%ls, to the end; the header does not say", b);
        print_field(L"data bytes", a, 0);
        return;
    }
    swprintf(a, TEXT_ROOM, L"%llu", (unsigned long long)wav->data_said);
    print_field(L"data bytes", a, report->in.missing ? b : 0);
}

static void print_lengths(const struct report *report)
{
    const WAVEFORMATEX *wfx = report->in.format;
    const struct wav *wav = &report->in.wav;
    unsigned align = wfx->nBlockAlign;
    uint64_t samples = wav_samples(wav, report->decoded, (uint64_t)report->most + 1);

    if (align == 0 && report->known)
        align = report->expected.wfx.nBlockAlign;
    print_fact(report, samples, report->counted && !report->varies);
    print_data(report);
    if (report->block > 1 && align != 0)
        print(L"  %-16ls  %llu of %lu samples each, %u bytes left over\n", L"blocks",
              (unsigned long long)(wav->data_size / align), report->block,
              (unsigned)(wav->data_size % align));
    if (report->counted && wfx->nSamplesPerSec != 0)
        print(L"  %-16ls  %.3f s\n", L"duration", (double)samples / wfx->nSamplesPerSec);
    else if (report->driver && wfx->nAvgBytesPerSec != 0)
        print(L"  %-16ls  %.3f s by the byte rate\n", L"duration",
              (double)wav->data_size / wfx->nAvgBytesPerSec);
}

/* Kind, bit rate and number of frames. */
static void print_frames(const struct frame_facts *facts)
{
    double average = (double)facts->bytes * 8 * facts->sample_rate / (double)facts->samples;

    print(L"  %-16ls  %ls\n", L"frames of", facts->name);
    if (facts->least_bit_rate == facts->most_bit_rate)
        print(L"  %-16ls  %.0f kbit/s\n", L"bit rate", facts->most_bit_rate / 1000.0);
    else
        print(L"  %-16ls  variable, %.0f to %.0f kbit/s, %.1f on average\n", L"bit rate",
              facts->least_bit_rate / 1000.0, facts->most_bit_rate / 1000.0, average / 1000);
    print(L"  %-16ls  %llu\n", L"frames", (unsigned long long)facts->frames);
}

static void print_tag(const struct report *report)
{
    const WAVEFORMATEX *wfx = report->in.format;
    const struct wav *wav = &report->in.wav;
    wchar_t tag[TEXT_ROOM];

    swprintf(tag, TEXT_ROOM, L"0x%04X%ls", wav->said_tag,
             wav->said_tag != wfx->wFormatTag ? L", extensible" : L"");
    print_field(L"format tag", tag, 0);
    if (wfx->wFormatTag == WAVE_FORMAT_EXTENSIBLE && wfx->cbSize >= 22)
        print_field(L"sub-format", subformat_text(wfx), 0);
}

/* A mask of fewer speakers than channels is wrong; the highest of too many do not count. */
static void print_speakers(const struct report *report)
{
    const struct wav *wav = &report->in.wav;
    WORD channels = report->in.format->nChannels;

    if (wav->said_tag == TAG_EXTENSIBLE && channels > 2)
        print_field(L"speakers", speakers_text(wav->channel_mask),
                    speakers_missing(wav->channel_mask, channels));
}

/* Only fields that are at fault are called wrong: those that were corrected, those that the codec
 * determines, and, in a header that is rejected, those that cause that. */
static void print_header(const struct report *report)
{
    const WAVEFORMATEX *wfx = report->in.format;
    const WAVEFORMATEX *expected = is_corrected(wfx) ? wfx : &report->expected.wfx;
    bool determined = is_corrected(wfx) || (report->known && report->driver);
    bool block = is_corrected(wfx) || (determined && wfx->nBlockAlign != said16(report, 12)) ||
                 (determined && said16(report, 12) == 0);
    DWORD byte_rate;
    bool byte_rate_known = expected_byte_rate(report, &byte_rate);

    if (report->faults != 0)
        expected = &report->expected.wfx;
    print_tag(report);
    print_field(L"channels", channels_text(wfx->nChannels),
                report->faults & FIELD_CHANNELS ? (expected->nChannels == 1 ? L"mono" : L"stereo")
                                                : 0);
    print_speakers(report);
    print_number(L"samples/second", wfx->nSamplesPerSec, report->faults & FIELD_RATE,
                 expected->nSamplesPerSec);
    print_number(L"bytes/second", said32(report, 8), byte_rate_known, byte_rate);
    print_number(L"bytes per block", said16(report, 12),
                 report->faults ? report->faults & FIELD_BLOCK : block,
                 report->faults || said16(report, 12) == wfx->nBlockAlign ? expected->nBlockAlign
                                                                          : wfx->nBlockAlign);
    print_number(L"bits", said16(report, 14),
                 report->faults ? report->faults & FIELD_BITS : determined,
                 expected->wBitsPerSample);
    if (!is_pcm(wfx))
        print_extra(report);
    if (report->frames.frames != 0)
        print_frames(&report->frames);
    print_lengths(report);
}

static void print_drivers(const struct report *report)
{
    ACMFORMATTAGDETAILSW tag;

    for (size_t i = 0; i < report->drivers->count; i++) {
        const struct driver *driver = &report->drivers->list[i];
        bool lists = driver_lists(driver, report->in.format->wFormatTag, &tag);
        const wchar_t *verdict = accepts(report, driver) ? L"accepted by" : L"rejected by";

        if (lists && !trust_allows(driver, report->in.format))
            verdict = L"not asked";
        if (lists)
            print(L"  %-16ls  %ls\n", verdict, driver->details.szShortName);
    }
}

static const struct driver *find_driver(const struct report *report, const struct driver *only)
{
    const struct driver *ours = drivers_ours(report->drivers);

    if (!only && ours && accepts(report, ours))
        return ours;
    for (size_t i = 0; i < report->drivers->count; i++) {
        const struct driver *driver = &report->drivers->list[i];

        if ((!only || only == driver) && accepts(report, driver))
            return driver;
    }
    return 0;
}

/* Counts frames. They say everything; no field of a header has to be right. Returns false for
 * formats that have none. */
static bool count_frames(struct report *report)
{
    struct frame_facts *facts = &report->frames;

    if (!report->driver || !frames_scan(&report->in.wav, facts))
        return false;
    report->counted = facts->sample_rate == report->in.format->nSamplesPerSec;
    report->decoded = facts->samples;
    return true;
}

static int print_report(struct report *report, const struct driver *only)
{
    const WAVEFORMATEX *wfx = report->in.format;

    print(L"%ls: %ls\n", report->path, format_text(report->drivers, wfx));
    if (is_pcm(wfx)) {
        report->block = 1;
        report->counted = wfx->nBlockAlign != 0;
        report->decoded = report->counted ? report->in.wav.data_size / wfx->nBlockAlign : 0;
    } else {
        report->driver = find_driver(report, only);
        if (!count_frames(report)) {
            find_expected(report);
            if (report->driver)
                measure(report);
        }
    }
    print_header(report);
    if (!is_pcm(wfx))
        print_drivers(report);
    source_remarks(&report->in, report->path);
    if (is_pcm(wfx) || report->driver)
        return EXIT_SUCCESS;
    return report->crashed ? EXIT_FAILURE : refuse_source(report->drivers, report->path, wfx);
}

/* Other drivers than ours are asked in a process of their own. If one of them crashes, only ours is
 * asked. */
static bool print_in_child(struct report *report, const struct driver *only, int *result)
{
    const wchar_t *args[] = { L"info", OPTION_ANY_DRIVER, L"--driver", 0, L"--", report->path, 0 };
    wchar_t names[TRUST_NAMES_ROOM];
    WORD tag = report->in.format->wFormatTag;
    struct child child;
    bool done;

    if (is_child() || is_pcm(report->in.format) || trust_fault(report->in.format) ||
        trust_others(report->drivers, 0, tag, tag, names) == 0)
        return false;
    args[only ? 3 : 2] = only ? only->details.szShortName : L"--";
    if (!only) {
        args[3] = report->path;
        args[4] = 0;
    }
    if (!child_run(&child, args))
        return false;
    done = !child_crashed(&child);
    report->crashed = !done;
    if (done)
        child_relay(&child);
    else
        warn(L"%ls: a driver crashed when it was asked about this file (%ls): %ls", report->path,
             child_reason(&child), names);
    *result = (int)child.code;
    child_free(&child);
    return done;
}

static int inform(struct report *report, const struct driver *only)
{
    int result = source_open(&report->in, report->path, report->drivers, 0);

    if (result == EXIT_SUCCESS && !print_in_child(report, only, &result))
        result = print_report(report, only);
    source_close(&report->in);
    return result;
}

int command_info(const struct drivers *drivers, int count, wchar_t **args)
{
    const wchar_t *name = 0;
    const struct driver *only;
    struct report *report;
    bool any_driver = false;
    int result = EXIT_SUCCESS;

    count =
        take_options(count, args,
                     (const struct option[]){
                         { L"--driver", &name, 0 }, { OPTION_ANY_DRIVER, 0, &any_driver }, { 0 } });
    if (any_driver)
        child_begin();
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
        if (inform(report, only) != EXIT_SUCCESS)
            result = EXIT_FAILURE;
    }
    free(report);
    return result;
}
