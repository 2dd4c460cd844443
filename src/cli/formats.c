#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>
#include "channels.h"
#include "console.h"
#include "formats.h"
#include "wav.h"

/* Who can decode a format. */
enum access {
    OPEN,   /* many programs */
    MUSIC,  /* ffmpeg and players based on it */
    CLOSED, /* hardly anything but the maker's own driver */
    LOCKED  /* only the owner of a key */
};

static const struct known_tag {
    WORD tag;
    const wchar_t *word, *name;
    enum access access;
} known_tags[] = {
#include "tags_table.h"
};
enum { KNOWN_TAGS = sizeof known_tags / sizeof *known_tags };

static const struct known_tag *find_known(DWORD tag)
{
    for (int i = 0; i < KNOWN_TAGS; i++)
        if (known_tags[i].tag == tag)
            return &known_tags[i];
    return 0;
}

const wchar_t *tag_name(const struct drivers *drivers, DWORD tag, wchar_t name[NAME_ROOM])
{
    const struct known_tag *known = find_known(tag);
    ACMFORMATTAGDETAILSW details;

    wcscpy(name, known ? known->name : L"unknown");
    for (size_t i = 0; !known && i < drivers->count; i++)
        if (driver_lists(&drivers->list[i], tag, &details) && details.szFormatTag[0]) {
            wcscpy(name, details.szFormatTag);
            break;
        }
    return name;
}

void tag_word(DWORD tag, const wchar_t *name, wchar_t word[NAME_ROOM])
{
    const struct known_tag *known = find_known(tag);
    size_t n = 0;

    for (const wchar_t *p = known && known->word ? known->word : name; *p && n < NAME_ROOM - 1; p++)
        if (*p < 128 && (iswalnum(*p) || *p == L'.'))
            word[n++] = (wchar_t)towlower(*p);
        else if (n != 0 && word[n - 1] != L'-')
            word[n++] = L'-';
    while (n != 0 && word[n - 1] == L'-')
        n--;
    word[n] = 0;
}

const wchar_t *tag_remark(DWORD tag)
{
    static const wchar_t *const remarks[] = {
        [OPEN] = L"",
        [MUSIC] = L"; ffmpeg and players based on it may be able to read it",
        [CLOSED] = L"; there is hardly any decoder except its maker's own driver",
        [LOCKED] = L"; it is encrypted",
    };
    const struct known_tag *known = find_known(tag);

    return known ? remarks[known->access] : L"";
}

static bool parse_number(const wchar_t *text, DWORD *tag)
{
    wchar_t *end;
    unsigned long value = wcstoul(text, &end, 0);

    *tag = value;
    return iswdigit(*text) && *end == 0 && value <= 0xFFFF;
}

static bool parse_word(const wchar_t *text, DWORD *tag)
{
    static const struct {
        const wchar_t *word;
        WORD tag;
    } others[] = { { L"mulaw", 7 },     { L"mu-law", 7 }, { L"u-law", 7 },
                   { L"a-law", 6 },     { L"dvi", 0x11 }, { L"adpcm", 2 },
                   { L"gsm610", 0x31 }, { L"vox", 0x17 }, { L"wav", 1 } };

    for (int i = 0; i < KNOWN_TAGS; i++)
        if (known_tags[i].word && _wcsicmp(known_tags[i].word, text) == 0) {
            *tag = known_tags[i].tag;
            return true;
        }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (_wcsicmp(others[i].word, text) == 0) {
            *tag = others[i].tag;
            return true;
        }
    return false;
}

/* Finds the one listed tag whose name contains `text`. A tag without listed formats is an alias of
 * another tag, and does not count. */
static bool parse_part(const struct drivers *drivers, const wchar_t *text, DWORD *tag)
{
    ACMFORMATTAGDETAILSW details;
    wchar_t name[NAME_ROOM] = L"";
    bool found = false;

    for (size_t i = 0; i < drivers->count; i++)
        for (DWORD index = 0; driver_tag(&drivers->list[i], index, &details); index++) {
            if (details.cStandardFormats == 0 || !name_contains(details.szFormatTag, text) ||
                (found && details.dwFormatTag == *tag))
                continue;
            if (found) {
                warn(L"'%ls' is ambiguous: %ls (0x%04lX) or %ls (0x%04lX)", text, name, *tag,
                     details.szFormatTag, details.dwFormatTag);
                return false;
            }
            wcscpy(name, details.szFormatTag);
            *tag = details.dwFormatTag;
            found = true;
        }
    if (!found)
        warn(
            L"unknown format '%ls'; give a name such as gsm, a tag such as 0x31, or part of a name "
            L"that 'omniacm list' shows",
            text);
    return found;
}

bool tag_parse(const struct drivers *drivers, const wchar_t *text, DWORD *tag)
{
    return parse_number(text, tag) || parse_word(text, tag) || parse_part(drivers, text, tag);
}

bool is_pcm_tag(DWORD tag)
{
    return tag == WAVE_FORMAT_PCM || tag == TAG_IEEE_FLOAT || tag == WAVE_FORMAT_EXTENSIBLE;
}

bool is_pcm(const WAVEFORMATEX *wfx)
{
    const BYTE *subformat;

    if (wfx->wFormatTag != WAVE_FORMAT_EXTENSIBLE || wfx->cbSize < 22)
        return wfx->wFormatTag == WAVE_FORMAT_PCM || wfx->wFormatTag == TAG_IEEE_FLOAT;
    subformat = (const BYTE *)wfx + 24; /* a GUID, which begins with a 32-bit tag */
    return (subformat[0] == WAVE_FORMAT_PCM || subformat[0] == TAG_IEEE_FLOAT) &&
           subformat[1] == 0 && subformat[2] == 0 && subformat[3] == 0;
}

bool same_mode(const WAVEFORMATEX *a, const WAVEFORMATEX *b)
{
    return a->nSamplesPerSec == b->nSamplesPerSec && a->nChannels == b->nChannels;
}

bool extra_has_samples(DWORD tag)
{
    return tag == WAVE_FORMAT_ADPCM || tag == WAVE_FORMAT_IMA_ADPCM || tag == WAVE_FORMAT_GSM610;
}

bool fits_rate(const WAVEFORMATEX *wfx, DWORD samples)
{
    uint64_t by_block = (uint64_t)wfx->nSamplesPerSec * wfx->nBlockAlign;
    uint64_t by_rate = (uint64_t)wfx->nAvgBytesPerSec * samples;

    return by_block <= 2 * by_rate && by_rate <= 2 * by_block;
}

const wchar_t *subformat_text(const WAVEFORMATEX *wfx)
{
    static wchar_t text[40];
    const BYTE *p = (const BYTE *)wfx + 24;

    swprintf(text, sizeof text / sizeof *text,
             L"%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X", p[3], p[2],
             p[1], p[0], p[5], p[4], p[7], p[6], p[8], p[9], p[10], p[11], p[12], p[13], p[14],
             p[15]);
    return text;
}

const wchar_t *channels_text(unsigned channels)
{
    static wchar_t text[32];

    if (channels == 1)
        return L"mono";
    if (channels == 2)
        return L"stereo";
    swprintf(text, sizeof text / sizeof *text, L"%u channels", channels);
    return text;
}

const wchar_t *speakers_text(DWORD mask)
{
    static const wchar_t *const names[] = { L"FL",  L"FR",  L"FC", L"LFE", L"BL", L"BR",
                                            L"FLC", L"FRC", L"BC", L"SL",  L"SR" };
    static wchar_t text[80];
    int n = swprintf(text, sizeof text / sizeof *text, L"0x%lX", (unsigned long)mask);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (mask >> i & 1)
            n += swprintf(text + n, sizeof text / sizeof *text - (size_t)n, L" %ls", names[i]);
    return text;
}

const wchar_t *speakers_missing(DWORD mask, unsigned channels)
{
    const struct wave_format format = { .channels = (uint16_t)channels, .channel_mask = mask };
    static wchar_t text[16];

    if (channels > CHANNELS_MOST || __builtin_popcount((unsigned)mask) >= (int)channels)
        return 0;
    swprintf(text, sizeof text / sizeof *text, L"0x%lX", (unsigned long)channel_mask(&format));
    return text;
}

const wchar_t *format_text(const struct drivers *drivers, const WAVEFORMATEX *wfx)
{
    static wchar_t text[NAME_ROOM + 96];
    wchar_t name[NAME_ROOM], size[48];
    unsigned long rate = wfx->nSamplesPerSec;

    if (is_pcm(wfx))
        swprintf(size, sizeof size / sizeof *size, L"%u bits", wfx->wBitsPerSample);
    else
        swprintf(size, sizeof size / sizeof *size, L"%.1f kbit/s",
                 wfx->nAvgBytesPerSec * 8 / 1000.0);
    swprintf(text, sizeof text / sizeof *text, L"%ls (0x%04X), %lu Hz, %ls, %ls",
             tag_name(drivers, wfx->wFormatTag, name), wfx->wFormatTag, rate,
             channels_text(wfx->nChannels), size);
    return text;
}

WAVEFORMATEX pcm_like(const WAVEFORMATEX *wfx, DWORD tag)
{
    WORD bits = tag == TAG_IEEE_FLOAT ? 32 : 16;
    WORD align = (WORD)(wfx->nChannels * bits / 8);

    return (WAVEFORMATEX){
        (WORD)tag, wfx->nChannels, wfx->nSamplesPerSec, wfx->nSamplesPerSec * align, align, bits, 0
    };
}
