#include <stdio.h>
#include <string.h>
#include "formats.h"
#include "reasons.h"
#include "say.h"

enum { TEXT_ROOM = 1024 };

const wchar_t *acm_words(MMRESULT error)
{
    static wchar_t words[48];

    switch (error) {
    case ACMERR_NOTPOSSIBLE:
        return L"the driver calls it not possible";
    case MMSYSERR_NOMEM:
        return L"memory is short";
    case MMSYSERR_NOTSUPPORTED:
        return L"the driver does not support it";
    case MMSYSERR_NODRIVER:
        return L"the driver is missing";
    case MMSYSERR_INVALPARAM:
        return L"the driver calls a parameter invalid";
    default:
        swprintf(words, sizeof words / sizeof *words, L"error %u of the ACM", error);
        return words;
    }
}

static void append(wchar_t text[TEXT_ROOM], const wchar_t *more)
{
    wcsncat(text, more, TEXT_ROOM - 1 - wcslen(text));
}

/* The drivers that list a tag, "A, B"; "" where none does. */
static void name_listers(const struct drivers *drivers, DWORD tag, wchar_t names[TEXT_ROOM])
{
    ACMFORMATTAGDETAILSW details;

    names[0] = 0;
    for (size_t i = 0; i < drivers->count; i++)
        if (driver_lists(&drivers->list[i], tag, &details)) {
            append(names, names[0] ? L", " : L"");
            append(names, drivers->list[i].details.szShortName);
        }
}

/* What no codec's header can say. */
static const wchar_t *fault(const WAVEFORMATEX *wfx)
{
    if (wfx->nChannels == 0)
        return L"; it says 0 channels";
    if (wfx->nSamplesPerSec == 0)
        return L"; it says 0 samples a second";
    if (wfx->nBlockAlign == 0)
        return L"; it says blocks of 0 bytes";
    if (wfx->nChannels > 2)
        return L"; codecs take mono and stereo";
    return L"";
}

static void print_header(const WAVEFORMATEX *wfx, wchar_t text[TEXT_ROOM])
{
    unsigned long rate = wfx->nSamplesPerSec, average = wfx->nAvgBytesPerSec;

    swprintf(
        text, TEXT_ROOM,
        L"%u channels, %lu Hz, %lu bytes a second, blocks of %u bytes, %u bits, %u extra bytes",
        wfx->nChannels, rate, average, wfx->nBlockAlign, wfx->wBitsPerSample, wfx->cbSize);
}

static const wchar_t *advice(const struct drivers *drivers, DWORD tag)
{
    const wchar_t *remark = tag_remark(tag);

    return remark[0] || drivers_ours(drivers)
               ? remark
               : L"; OmniACM is not installed, and omniacm.acm is not beside this program";
}

int refuse_source(const struct drivers *drivers, const wchar_t *path, const WAVEFORMATEX *from)
{
    wchar_t names[TEXT_ROOM], header[TEXT_ROOM], name[NAME_ROOM];
    DWORD tag = from->wFormatTag;

    tag_name(drivers, tag, name);
    name_listers(drivers, tag, names);
    if (!names[0])
        return fail(L"%ls: its format is 0x%04lX, %ls: no driver on this system takes it%ls", path,
                    tag, name, advice(drivers, tag));
    print_header(from, header);
    return fail(
        L"%ls: its format is 0x%04lX, %ls, which is taken by %ls, but not with this header: %ls%ls",
        path, tag, name, names, header, fault(from));
}

static void mode_words(const WAVEFORMATEX *wfx, wchar_t words[64])
{
    unsigned long rate = wfx->nSamplesPerSec;

    swprintf(words, 64, L"%lu Hz %ls", rate, channel_words(wfx->nChannels));
}

/* "8000 Hz mono, 11025 Hz mono": what the drivers offer for a tag, each rate and channels once. */
static void name_modes(const struct drivers *drivers, DWORD tag, wchar_t modes[TEXT_ROOM])
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
            mode_words(&format.wfx, mode);
            if (wcsstr(modes, mode))
                continue;
            append(modes, modes[0] ? L", " : L"");
            append(modes, mode);
        }
    }
}

int refuse_target(const struct drivers *drivers, const wchar_t *path, const WAVEFORMATEX *from,
                  DWORD tag)
{
    wchar_t names[TEXT_ROOM], modes[TEXT_ROOM], name[NAME_ROOM], mode[64];

    tag_name(drivers, tag, name);
    name_listers(drivers, tag, names);
    if (!names[0])
        return fail(L"no driver on this system makes 0x%04lX, %ls%ls", tag, name,
                    advice(drivers, tag));
    name_modes(drivers, tag, modes);
    mode_words(from, mode);
    if (wcsstr(modes, mode))
        return fail(L"%ls: %ls is listed by %ls, but not made from %ls %u-bit PCM: the driver may "
                    L"only decode, or take "
                    L"another width",
                    path, name, names, mode, from->wBitsPerSample);
    return fail(
        L"%ls: no driver makes %ls of %ls PCM%ls%ls%ls; sox or ffmpeg change rate and channels",
        path, name, mode, fault(from), modes[0] ? L"; it is offered for " : L"", modes);
}

int refuse_rate(const struct drivers *drivers, const wchar_t *path, const WAVEFORMATEX *from,
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
            if (format.wfx.nSamplesPerSec != from->nSamplesPerSec ||
                format.wfx.nChannels != from->nChannels || wcsstr(rates, rate))
                continue;
            append(rates, rates[0] ? L", " : L"");
            append(rates, rate);
        }
    }
    if (!rates[0])
        return refuse_target(drivers, path, from, tag);
    return fail(L"%ls: %ls is not made at %g kbit/s of it, but at %ls kbit/s", path,
                tag_name(drivers, tag, name), kbits, rates);
}
