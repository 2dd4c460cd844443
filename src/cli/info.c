#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "commands.h"
#include "conversion.h"
#include "formats.h"
#include "reasons.h"
#include "say.h"

enum { CELL = 64, EXTRA_SHOWN = 16 };

struct inquiry {
    const struct drivers *drivers;
    const wchar_t *path;
    struct source in;
    union format right; /* the header as it should be, as far as a driver tells */
    bool known;
    const struct driver *taker; /* the first that takes the file; null where none does */
    DWORD block;                /* samples of each channel in a block; 0 where nobody knows */
};

/* A field, what the file has and what it should have, null where that is no question. */
static void row(const wchar_t *name, const wchar_t *has, const wchar_t *should)
{
    bool wrong = should && wcscmp(has, should) != 0;

    if (wrong)
        say(L"  %-16ls  %-28ls  wrong: should be %ls\n", name, has, should);
    else
        say(L"  %-16ls  %ls\n", name, has);
}

static void number_row(const wchar_t *name, DWORD has, bool known, DWORD should)
{
    wchar_t a[CELL], b[CELL];

    swprintf(a, CELL, L"%lu", has);
    swprintf(b, CELL, L"%lu", should);
    row(name, a, known ? b : 0);
}

/* Whether the driver makes PCM of the file. Wine's PCM converter says so of everything: a driver
 * has to list the tag. */
static bool takes(const struct inquiry *it, const struct driver *driver, union format *pcm)
{
    ACMFORMATTAGDETAILSW tag;

    return driver_lists(driver, it->in.format->wFormatTag, &tag) &&
           conversion_suggest(it->in.format, driver->handle, WAVE_FORMAT_PCM, pcm) &&
           acmStreamOpen(0, driver->handle, (WAVEFORMATEX *)it->in.format, &pcm->wfx, 0, 0, 0,
                         ACM_STREAMOPENF_QUERY) == MMSYSERR_NOERROR;
}

/* How many samples a block has, by the size that the driver gives for it. */
static DWORD measure_block(const struct driver *driver, const WAVEFORMATEX *format,
                           union format *pcm)
{
    HACMSTREAM stream;
    DWORD samples;

    if (acmStreamOpen(&stream, driver->handle, (WAVEFORMATEX *)format, &pcm->wfx, 0, 0, 0,
                      ACM_STREAMOPENF_NONREALTIME) != MMSYSERR_NOERROR)
        return 0;
    samples = pump_block(stream, format, &pcm->wfx);
    acmStreamClose(stream, 0);
    return samples;
}

/* How much a header is the file's. */
static int likeness(const WAVEFORMATEX *a, const WAVEFORMATEX *b)
{
    if (a->nSamplesPerSec != b->nSamplesPerSec || a->nChannels != b->nChannels)
        return -1;
    return 4 * (a->wBitsPerSample == b->wBitsPerSample) + 2 * (a->nBlockAlign == b->nBlockAlign) +
           (a->nAvgBytesPerSec == b->nAvgBytesPerSec);
}

/* What the driver would write for the file's tag, rate and channels; of several bit rates the
 * likeliest. */
static bool find_header(struct inquiry *it, const struct driver *driver, union format *room)
{
    const WAVEFORMATEX *has = it->in.format;
    const WAVEFORMATEX pcm = pcm_like(has, WAVE_FORMAT_PCM);
    ACMFORMATTAGDETAILSW tag;
    ACMFORMATDETAILSW details;

    if (!driver->handle || !driver_lists(driver, has->wFormatTag, &tag) ||
        !conversion_suggest(&pcm, driver->handle, has->wFormatTag, &it->right) ||
        it->right.wfx.wFormatTag != has->wFormatTag)
        return false;
    for (DWORD i = 0; driver_format(driver, &tag, i, room, &details); i++)
        if (likeness(has, &room->wfx) > likeness(has, &it->right.wfx))
            it->right = *room;
    return true;
}

/* From the driver that takes the file, or from one which at least lists the tag. */
static void find_right(struct inquiry *it)
{
    const WAVEFORMATEX *has = it->in.format;
    union format *room = calloc(1, sizeof *room);

    if (room && it->taker)
        it->known = find_header(it, it->taker, room);
    for (size_t i = 0; room && i < it->drivers->count && !it->known; i++)
        it->known = find_header(it, &it->drivers->list[i], room);
    if (room && it->taker && takes(it, it->taker, room)) {
        it->block = measure_block(it->taker, has, room);
        if (has->nBlockAlign == 0 && it->known)
            it->block = measure_block(it->taker, &it->right.wfx, room);
    }
    free(room);
}

/* Bytes a second follow from the block; drivers round them up or down. */
static bool byte_rate(const struct inquiry *it, DWORD *rate)
{
    const WAVEFORMATEX *has = it->in.format;
    DWORD align = has->nBlockAlign;

    if (it->known && (align == 0 || align == it->right.wfx.nBlockAlign || it->block < 2)) {
        *rate = it->right.wfx.nAvgBytesPerSec;
        return true;
    }
    if (it->block == 0)
        return false;
    *rate = (DWORD)((uint64_t)has->nSamplesPerSec * align / it->block);
    if (it->in.wav.said_byte_rate == *rate + 1)
        (*rate)++;
    return true;
}

/* The extra bytes, in hexadecimal. Those of a codec whose first count the samples of a block have
 * to fit the block; Creative's are the number of a revision, any of which is right. */
static void extra_row(const struct inquiry *it)
{
    const WAVEFORMATEX *has = it->in.format;
    const BYTE *extra = (const BYTE *)(has + 1), *right = (const BYTE *)(&it->right.wfx + 1);
    wchar_t a[CELL + 8 * EXTRA_SHOWN], b[CELL + 8 * EXTRA_SHOWN];
    bool counts = has->wFormatTag == 2 || has->wFormatTag == 0x11 || has->wFormatTag == 0x31;
    int n, m;

    n = swprintf(a, CELL, L"%u%ls", has->cbSize, has->cbSize ? L":" : L"");
    for (int i = 0; i < has->cbSize && i < EXTRA_SHOWN; i++)
        n += swprintf(a + n, 8, L" %02X", extra[i]);
    if (!it->known) {
        row(L"extra bytes", a, 0);
        return;
    }
    m = swprintf(b, CELL, L"%u%ls", it->right.wfx.cbSize, it->right.wfx.cbSize ? L":" : L"");
    for (int i = 0; i < it->right.wfx.cbSize && i < EXTRA_SHOWN; i++) {
        unsigned byte = counts && i < 2 && it->block > 1 ? it->block >> 8 * i & 0xFF : right[i];

        if (has->wFormatTag == 0x200 && i < has->cbSize)
            byte = extra[i];

        m += swprintf(b + m, 8, L" %02X", byte);
    }
    row(L"extra bytes", a, b);
}

static void length_rows(const struct inquiry *it)
{
    const WAVEFORMATEX *has = it->in.format;
    const struct wav *wav = &it->in.wav;
    unsigned align = has->nBlockAlign ? has->nBlockAlign
                     : it->known      ? it->right.wfx.nBlockAlign
                                      : 0;
    bool known = it->block != 0 && align != 0;
    uint64_t whole = known ? (wav->data_size + align - 1) / align * it->block : 0;
    uint64_t samples = wav_samples(wav, whole, it->block + 1);
    unsigned long rate = has->nSamplesPerSec;
    wchar_t a[CELL], b[CELL];

    swprintf(a, CELL, L"%llu", (unsigned long long)wav->fact);
    swprintf(b, CELL, L"%llu", (unsigned long long)samples);
    if (wav->has_fact)
        row(L"samples (fact)", a, known ? b : 0);
    else if (!is_pcm(has))
        row(L"samples (fact)", L"missing", known ? b : 0);
    swprintf(a, CELL, L"%llu", (unsigned long long)wav->data_said);
    swprintf(b, CELL, L"%llu", (unsigned long long)wav->data_size);
    row(L"bytes of sound", a, wav->data_said < wav->data_size || it->in.missing ? b : 0);
    if (!known || rate == 0)
        return;
    if (it->block > 1)
        say(L"  %-16ls  %lu samples, %llu of them, %u bytes left over\n", L"a block has", it->block,
            (unsigned long long)(wav->data_size / align), (unsigned)(wav->data_size % align));
    say(L"  %-16ls  %.3f s\n", L"duration", (double)samples / rate);
}

static void header_rows(const struct inquiry *it)
{
    const WAVEFORMATEX *has = it->in.format;
    const struct wav *wav = &it->in.wav;
    DWORD rate = 0;
    bool pcm = is_pcm(has), rate_known = pcm || byte_rate(it, &rate);
    wchar_t tag[CELL];

    swprintf(tag, CELL, L"0x%04X%ls", wav->said_tag,
             wav->said_tag != has->wFormatTag ? L", extensible" : L"");
    row(L"format tag", tag, 0);
    row(L"channels", channel_words(has->nChannels), has->nChannels ? 0 : L"1 or more");
    number_row(L"samples/second", has->nSamplesPerSec, false, 0);
    number_row(L"bytes/second", wav->said_byte_rate, rate_known, pcm ? has->nAvgBytesPerSec : rate);
    number_row(L"bytes in a block", wav->said_block_align,
               pcm || (it->known && !(it->taker && has->nBlockAlign)),
               pcm ? has->nBlockAlign : it->right.wfx.nBlockAlign);
    number_row(L"bits", wav->said_bits, pcm || it->known,
               pcm ? has->wBitsPerSample : it->right.wfx.wBitsPerSample);
    if (!pcm)
        extra_row(it);
    length_rows(it);
}

static void driver_rows(const struct inquiry *it)
{
    ACMFORMATTAGDETAILSW tag;
    union format *pcm = calloc(1, sizeof *pcm);

    for (size_t i = 0; pcm && i < it->drivers->count; i++) {
        const struct driver *driver = &it->drivers->list[i];
        bool taken = takes(it, driver, pcm);

        if (taken || driver_lists(driver, it->in.format->wFormatTag, &tag))
            say(L"  %-16ls  %ls\n", taken ? L"taken by" : L"refused by",
                driver->details.szShortName);
    }
    free(pcm);
}

static const struct driver *find_taker(const struct inquiry *it, const struct driver *only)
{
    const struct driver *ours = drivers_ours(it->drivers), *taker = 0;
    union format *pcm = calloc(1, sizeof *pcm);

    if (pcm && !only && ours && takes(it, ours, pcm))
        taker = ours;
    for (size_t i = 0; pcm && i < it->drivers->count && !taker; i++)
        if ((!only || only == &it->drivers->list[i]) && takes(it, &it->drivers->list[i], pcm))
            taker = &it->drivers->list[i];
    free(pcm);
    return taker;
}

static int tell(struct inquiry *it, const struct driver *only)
{
    const WAVEFORMATEX *has;
    int result = source_open(&it->in, it->path);

    if (result != EXIT_GOOD)
        return result;
    has = it->in.format;
    say(L"%ls: %ls\n", it->path, format_words(it->drivers, has));
    if (is_pcm(has)) {
        it->block = 1;
    } else {
        it->taker = find_taker(it, only);
        find_right(it);
    }
    header_rows(it);
    if (is_pcm(has))
        return EXIT_GOOD;
    driver_rows(it);
    return it->taker ? EXIT_GOOD : refuse_source(it->drivers, it->path, has);
}

int command_info(const struct drivers *drivers, int count, wchar_t **words)
{
    const wchar_t *name = 0;
    const struct driver *only;
    struct inquiry *it;
    int result = EXIT_GOOD;

    count = take_options(count, words, (const struct option[]){ { L"--driver", &name, 0 }, { 0 } });
    if (count < 1) {
        if (count == 0)
            note(L"info wants the name of a file");
        return EXIT_USAGE;
    }
    only = name ? drivers_choose(drivers, name) : 0;
    it = malloc(sizeof *it);
    if (!it || (name && !only)) {
        free(it);
        return EXIT_BAD;
    }
    for (int i = 0; i < count; i++) {
        *it = (struct inquiry){ .drivers = drivers, .path = words[i] };
        if (tell(it, only) != EXIT_GOOD)
            result = EXIT_BAD;
        source_close(&it->in);
    }
    free(it);
    return result;
}
