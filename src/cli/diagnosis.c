#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "diagnosis.h"
#include "formats.h"
#include "tags.h"
#include "target.h"
#include "trust.h"

enum { LISTED_RATES = 6 }; /* more than so many are not listed in a message */

bool driver_decodes(const struct driver *driver, const WAVEFORMATEX *wfx)
{
    union format *pcm = calloc(1, sizeof *pcm);
    ACMFORMATTAGDETAILSW tag;
    /* The driver must also list the tag, because Wine's PCM converter claims to accept everything.
     */
    bool decodes = pcm && driver_lists(driver, wfx->wFormatTag, &tag) &&
                   target_suggest(wfx, driver->handle, WAVE_FORMAT_PCM, pcm) &&
                   acmStreamOpen(0, driver->handle, (WAVEFORMATEX *)wfx, &pcm->wfx, 0, 0, 0,
                                 ACM_STREAMOPENF_QUERY) == MMSYSERR_NOERROR;

    free(pcm);
    return decodes;
}

static void copy_field(enum field field, union format *to, const WAVEFORMATEX *from)
{
    switch (field) {
    case FIELD_CHANNELS:
        to->wfx.nChannels = from->nChannels;
        break;
    case FIELD_RATE:
        to->wfx.nSamplesPerSec = from->nSamplesPerSec;
        break;
    case FIELD_BLOCK:
        to->wfx.nBlockAlign = from->nBlockAlign;
        break;
    case FIELD_BITS:
        to->wfx.wBitsPerSample = from->wBitsPerSample;
        break;
    case FIELD_EXTRA:
        to->wfx.cbSize = from->cbSize;
        if (from->cbSize <= sizeof *to - sizeof *from)
            memcpy(to->bytes + sizeof *from, (const BYTE *)from + sizeof *from, from->cbSize);
        break;
    }
}

/* Replaces a field, if the driver decodes that. */
static bool try_field(const struct driver *driver, enum field field, union format *format,
                      const WAVEFORMATEX *from)
{
    union format *changed = malloc(sizeof *changed);
    bool decodes = false;

    if (changed) {
        *changed = *format;
        copy_field(field, changed, from);
        decodes = driver_decodes(driver, &changed->wfx);
        if (decodes)
            *format = *changed;
    }
    free(changed);
    return decodes;
}

/* Scores how well two formats agree. */
static int likeness(const WAVEFORMATEX *a, const WAVEFORMATEX *b)
{
    return 4 * (a->nChannels == b->nChannels) + 2 * (a->nSamplesPerSec == b->nSamplesPerSec) +
           (a->nBlockAlign == b->nBlockAlign);
}

/* Finds the listed format that agrees best with the file. */
static bool find_nearest(const struct driver *driver, const WAVEFORMATEX *wfx, union format *best)
{
    union format *room = malloc(sizeof *room);
    ACMFORMATTAGDETAILSW tag;
    ACMFORMATDETAILSW details;
    int best_score = -1;

    if (room && driver->handle && driver_lists(driver, wfx->wFormatTag, &tag))
        for (DWORD i = 0; driver_format(driver, &tag, i, room, &details); i++)
            if (likeness(wfx, &room->wfx) > best_score && driver_decodes(driver, &room->wfx)) {
                best_score = likeness(wfx, &room->wfx);
                *best = *room;
            }
    free(room);
    return best_score >= 0;
}

static void append(wchar_t *text, const wchar_t *more)
{
    wcsncat(text, more, DIAGNOSIS_ROOM - 1 - wcslen(text));
}

/* "3 or 4": the widths of codes that the driver decodes, of those that are none of PCM. */
static void append_widths(const struct driver *driver, const union format *right, wchar_t *text)
{
    union format *format = malloc(sizeof *format);
    wchar_t number[16];
    int count = 0, last = 0;

    for (int bits = 1; format && bits < 8; bits++) {
        *format = *right;
        format->wfx.wBitsPerSample = (WORD)bits;
        if (!driver_decodes(driver, &format->wfx))
            continue;
        swprintf(number, sizeof number / sizeof *number, count > 1 ? L", %d" : L"%d", last);
        if (count++ != 0)
            append(text, number);
        last = bits;
    }
    if (count == 0)
        last = right->wfx.wBitsPerSample;
    swprintf(number, sizeof number / sizeof *number, count > 1 ? L" or %d" : L"%d", last);
    append(text, number);
    free(format);
}

/* "8000, 11025": the listed rates of these channels. */
static void append_rates(const struct driver *driver, const union format *right, wchar_t *text)
{
    union format *format = malloc(sizeof *format);
    DWORD rates[LISTED_RATES], count = 0;
    ACMFORMATTAGDETAILSW tag;
    ACMFORMATDETAILSW details;
    wchar_t number[24];

    if (format && driver_lists(driver, right->wfx.wFormatTag, &tag))
        for (DWORD i = 0; driver_format(driver, &tag, i, format, &details); i++) {
            DWORD rate = format->wfx.nSamplesPerSec, known = 0;

            while (known < count && rates[known] != rate)
                known++;
            if (known < count || count == LISTED_RATES)
                continue;
            rates[count++] = rate;
            swprintf(number, sizeof number / sizeof *number, count > 1 ? L", %lu" : L"%lu", rate);
            append(text, number);
        }
    free(format);
}

/* Returns true if the driver decodes the same format in stereo. */
static bool has_stereo(const struct driver *driver, const union format *right)
{
    union format *format = malloc(sizeof *format);
    bool decodes = right->wfx.nChannels == 2;

    if (format && !decodes) {
        *format = *right;
        format->wfx.nChannels = 2;
        format->wfx.nBlockAlign = (WORD)(2 * right->wfx.nBlockAlign);
        decodes = driver_decodes(driver, &format->wfx);
    }
    free(format);
    return decodes;
}

static void append_extra(const WAVEFORMATEX *wfx, wchar_t *text)
{
    wchar_t byte[8];

    for (int i = 0; i < wfx->cbSize && i < 8; i++) {
        swprintf(byte, sizeof byte / sizeof *byte, L" %02X", ((const BYTE *)(wfx + 1))[i]);
        append(text, byte);
    }
}

/* Appends what the header says, and what would be right. */
static void describe(const struct driver *driver, enum field field, const WAVEFORMATEX *wfx,
                     struct diagnosis *diagnosis)
{
    const WAVEFORMATEX *right = &diagnosis->right.wfx;
    wchar_t *text = diagnosis->text, part[128];
    unsigned long rate = wfx->nSamplesPerSec;

    append(text, text[0] ? L", and " : L"");
    switch (field) {
    case FIELD_CHANNELS:
        swprintf(part, sizeof part / sizeof *part, L"%u channels", wfx->nChannels);
        append(text, part);
        append(text, L" (supported: ");
        append(text, has_stereo(driver, &diagnosis->right) ? L"mono and stereo" : L"mono only");
        break;
    case FIELD_RATE:
        swprintf(part, sizeof part / sizeof *part, L"%lu Hz (supported: ", rate);
        append(text, part);
        append_rates(driver, &diagnosis->right, text);
        append(text, L" Hz");
        break;
    case FIELD_BLOCK:
        swprintf(part, sizeof part / sizeof *part, L"blocks of %u bytes (supported: %u%ls",
                 wfx->nBlockAlign, right->nBlockAlign,
                 wfx->wFormatTag == TAG_GSM610 && wfx->nBlockAlign == 33
                     ? L"; 33 is the packing of .gsm files"
                     : L"");
        append(text, part);
        break;
    case FIELD_BITS:
        swprintf(part, sizeof part / sizeof *part, L"%u bits (supported: ", wfx->wBitsPerSample);
        append(text, part);
        append_widths(driver, &diagnosis->right, text);
        break;
    case FIELD_EXTRA:
        append(text, L"extra bytes");
        append_extra(wfx, text);
        append(text, L" (supported:");
        append_extra(right, text);
        break;
    }
    append(text, L")");
}

/* Starts from a format that the driver decodes, and takes over as many fields of the file as
 * possible. Those that remain are at fault. The rate comes before the channels, and the block last,
 * because its size depends on them. */
bool diagnose(const struct driver *driver, const WAVEFORMATEX *wfx, struct diagnosis *diagnosis)
{
    static const enum field order[] = { FIELD_RATE, FIELD_CHANNELS, FIELD_BITS, FIELD_BLOCK,
                                        FIELD_EXTRA };

    diagnosis->fields = 0;
    diagnosis->text[0] = 0;
    /* Formats of known GUIDs have the tag of their GUID; with another one, no field is at fault. */
    if (wfx->wFormatTag == WAVE_FORMAT_EXTENSIBLE || !trust_allows(driver, wfx) ||
        !find_nearest(driver, wfx, &diagnosis->right))
        return false;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (!try_field(driver, order[i], &diagnosis->right, wfx))
            diagnosis->fields |= order[i];
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (diagnosis->fields & order[i])
            describe(driver, order[i], wfx, diagnosis);
    return diagnosis->fields != 0;
}

bool diagnose_any(const struct drivers *drivers, const WAVEFORMATEX *wfx,
                  struct diagnosis *diagnosis)
{
    const struct driver *ours = drivers_ours(drivers);
    bool found = ours && diagnose(ours, wfx, diagnosis);

    for (size_t i = 0; i < drivers->count && !found; i++)
        found = diagnose(&drivers->list[i], wfx, diagnosis);
    return found;
}
