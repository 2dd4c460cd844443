#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "console.h"
#include "diagnosis.h"
#include "errors.h"
#include "formats.h"
#include "names.h"

enum { TEXT_ROOM = 1024 };

const wchar_t *acm_error_text(MMRESULT error)
{
    static wchar_t text[48];

    switch (error) {
    case ACMERR_NOTPOSSIBLE:
        return L"the driver cannot do this conversion";
    case MMSYSERR_NOMEM:
        return L"out of memory";
    case MMSYSERR_NOTSUPPORTED:
        return L"the driver does not support it";
    case MMSYSERR_NODRIVER:
        return L"there is no driver for it";
    case MMSYSERR_INVALPARAM:
        return L"the driver rejected a parameter";
    default:
        swprintf(text, sizeof text / sizeof *text, L"ACM error %u", error);
        return text;
    }
}

static void append(wchar_t text[TEXT_ROOM], const wchar_t *more)
{
    wcsncat(text, more, TEXT_ROOM - 1 - wcslen(text));
}

static void append_item(wchar_t list[TEXT_ROOM], const wchar_t *item)
{
    append(list, list[0] ? L", " : L"");
    append(list, item);
}

/* Lists the drivers that have a tag, as in "A, B"; "" if none has. */
static void list_drivers(const struct drivers *drivers, DWORD tag, wchar_t names[TEXT_ROOM])
{
    ACMFORMATTAGDETAILSW details;

    names[0] = 0;
    for (size_t i = 0; i < drivers->count; i++)
        if (driver_lists(&drivers->list[i], tag, &details))
            append_item(names, drivers->list[i].details.szShortName);
}

/* A value that no codec's header can have. */
static const wchar_t *impossible_value(const WAVEFORMATEX *wfx)
{
    if (wfx->nChannels == 0)
        return L"; the header says 0 channels";
    if (wfx->nSamplesPerSec == 0)
        return L"; the header says 0 samples per second";
    if (wfx->nBlockAlign == 0)
        return L"; the header says blocks of 0 bytes";
    if (wfx->nChannels > 2)
        return L"; codecs accept mono and stereo only";
    return L"";
}

static void header_text(const WAVEFORMATEX *wfx, wchar_t text[TEXT_ROOM])
{
    unsigned long rate = wfx->nSamplesPerSec, average = wfx->nAvgBytesPerSec;

    swprintf(
        text, TEXT_ROOM,
        L"%u channel%ls, %lu Hz, %lu bytes per second, %u-byte blocks, %u bits, %u extra bytes",
        wfx->nChannels, wfx->nChannels == 1 ? L"" : L"s", rate, average, wfx->nBlockAlign,
        wfx->wBitsPerSample, wfx->cbSize);
}

static const wchar_t *advice(const struct drivers *drivers, DWORD tag)
{
    const wchar_t *remark = tag_remark(tag);

    if (remark[0] || drivers_ours(drivers))
        return remark;
    return L"; OmniACM is not installed, and there is no " DRIVER_FILE L" next to this program";
}

/* A GUID that does not stand for a format tag. */
static int refuse_subformat(const wchar_t *path, const WAVEFORMATEX *from)
{
    return fail(
        L"%ls: its format is WAVE_FORMAT_EXTENSIBLE with the sub-format %ls, which does not "
        L"stand for a format tag, so that no ACM driver can be asked for it",
        path, subformat_text(from));
}

int refuse_source(const struct drivers *drivers, const wchar_t *path, const WAVEFORMATEX *from)
{
    wchar_t names[TEXT_ROOM], header[TEXT_ROOM], name[NAME_ROOM];
    struct diagnosis *diagnosis = malloc(sizeof *diagnosis);
    DWORD tag = from->wFormatTag;
    int result;

    if (tag == WAVE_FORMAT_EXTENSIBLE && from->cbSize >= 22) {
        free(diagnosis);
        return refuse_subformat(path, from);
    }
    tag_name(drivers, tag, name);
    list_drivers(drivers, tag, names);
    header_text(from, header);
    if (!names[0])
        result = fail(L"%ls: no driver on this system accepts its format, 0x%04lX, %ls%ls", path,
                      tag, name, advice(drivers, tag));
    else if (diagnosis && diagnose_any(drivers, from, diagnosis))
        result = fail(L"%ls: its format, 0x%04lX, %ls, is supported by %ls, but not with %ls", path,
                      tag, name, names, diagnosis->text);
    else
        result = fail(L"%ls: its format, 0x%04lX, %ls, is supported by %ls, but not with this "
                      L"header: %ls%ls",
                      path, tag, name, names, header, impossible_value(from));
    free(diagnosis);
    return result;
}

int refuse_untrusted(const struct drivers *drivers, const wchar_t *path, const WAVEFORMATEX *from,
                     const wchar_t *fault, const wchar_t *names)
{
    wchar_t name[NAME_ROOM];

    return fail(
        L"%ls: %ls, with which its format, 0x%04X, %ls, cannot be read; other drivers (%ls) "
        L"are not asked",
        path, fault, from->wFormatTag, tag_name(drivers, from->wFormatTag, name), names);
}

static void mode_text(const WAVEFORMATEX *wfx, wchar_t text[64])
{
    unsigned long rate = wfx->nSamplesPerSec;

    swprintf(text, 64, L"%lu Hz %ls", rate, channels_text(wfx->nChannels));
}

/* Lists the rates and channel counts that drivers have for a tag, each once, as in "8000 Hz mono,
 * 11025 Hz mono". */
static void list_modes(const struct drivers *drivers, DWORD tag, wchar_t modes[TEXT_ROOM])
{
    static union format format;
    ACMFORMATTAGDETAILSW listed;
    ACMFORMATDETAILSW details;
    wchar_t mode[64];

    modes[0] = 0;
    for (size_t i = 0; i < drivers->count; i++) {
        if (!driver_lists(&drivers->list[i], tag, &listed))
            continue;
        for (DWORD j = 0; driver_format(&drivers->list[i], &listed, j, &format, &details); j++) {
            mode_text(&format.wfx, mode);
            if (!wcsstr(modes, mode))
                append_item(modes, mode);
        }
    }
}

int refuse_target(const struct drivers *drivers, const wchar_t *path, const WAVEFORMATEX *from,
                  DWORD tag)
{
    wchar_t names[TEXT_ROOM], modes[TEXT_ROOM], name[NAME_ROOM], mode[64];

    tag_name(drivers, tag, name);
    list_drivers(drivers, tag, names);
    if (!names[0])
        return fail(L"no driver on this system encodes 0x%04lX, %ls%ls", tag, name,
                    advice(drivers, tag));
    list_modes(drivers, tag, modes);
    mode_text(from, mode);
    if (wcsstr(modes, mode))
        return fail(L"%ls: %ls, listed by %ls, cannot be encoded from %ls %u-bit PCM; the driver "
                    L"may only decode, or need another sample width",
                    path, name, names, mode, from->wBitsPerSample);
    return fail(L"%ls: no driver encodes %ls from %ls PCM%ls%ls%ls; choose them with --rate "
                L"and --channels",
                path, name, mode, impossible_value(from), modes[0] ? L"; available: " : L"", modes);
}

int refuse_bitrate(const struct drivers *drivers, const wchar_t *path, const WAVEFORMATEX *from,
                   DWORD tag, double kbits)
{
    static union format format;
    wchar_t rates[TEXT_ROOM] = L"", rate[32], name[NAME_ROOM];
    ACMFORMATTAGDETAILSW listed;
    ACMFORMATDETAILSW details;

    for (size_t i = 0; i < drivers->count; i++) {
        if (!driver_lists(&drivers->list[i], tag, &listed))
            continue;
        for (DWORD j = 0; driver_format(&drivers->list[i], &listed, j, &format, &details); j++) {
            swprintf(rate, sizeof rate / sizeof *rate, L"%.1f",
                     format.wfx.nAvgBytesPerSec * 8 / 1000.0);
            if (same_mode(&format.wfx, from) && !wcsstr(rates, rate))
                append_item(rates, rate);
        }
    }
    if (!rates[0])
        return refuse_target(drivers, path, from, tag);
    return fail(L"%ls: %ls is not available at %g kbit/s; available: %ls kbit/s", path,
                tag_name(drivers, tag, name), kbits, rates);
}
