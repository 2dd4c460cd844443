#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>
#include "formats.h"
#include "say.h"
#include "wav.h"

/* Who has a decoder: OPEN many, MUSIC players and ffmpeg, CLOSED hardly anyone but the maker,
 * LOCKED the owner of a key. */
enum access { OPEN, MUSIC, CLOSED, LOCKED };

static const struct known_tag {
    WORD tag;
    const wchar_t *word, *name;
    enum access access;
} known_tags[] = {
#include "tags_table.h"
};
enum { KNOWN_TAGS = sizeof known_tags / sizeof *known_tags };

static const struct known_tag *known(DWORD tag)
{
    for (int i = 0; i < KNOWN_TAGS; i++)
        if (known_tags[i].tag == tag)
            return &known_tags[i];
    return 0;
}

const wchar_t *tag_name(const struct drivers *drivers, DWORD tag, wchar_t name[NAME_ROOM])
{
    const struct known_tag *row = known(tag);
    ACMFORMATTAGDETAILSW details;

    wcscpy(name, row ? row->name : L"unregistered");
    for (size_t i = 0; i < drivers->count; i++)
        if (driver_lists(&drivers->list[i], tag, &details) && details.szFormatTag[0]) {
            wcscpy(name, details.szFormatTag);
            break;
        }
    return name;
}

void tag_word(DWORD tag, const wchar_t *name, wchar_t word[NAME_ROOM])
{
    const struct known_tag *row = known(tag);
    size_t n = 0;

    for (const wchar_t *p = row && row->word ? row->word : name; *p && n < NAME_ROOM - 1; p++)
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
        [MUSIC] = L"; ffmpeg, and players built on it, may read it",
        [CLOSED] =
            L"; hardly anyone but its maker ever had a decoder: it takes the maker's own driver",
        [LOCKED] = L"; it is encrypted",
    };
    const struct known_tag *row = known(tag);

    return row ? remarks[row->access] : L"";
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

static bool has_part(const wchar_t *name, const wchar_t *part)
{
    size_t n = wcslen(part);

    for (; n != 0 && *name; name++)
        if (_wcsnicmp(name, part, n) == 0)
            return true;
    return false;
}

/* A part of the name of one tag that some driver lists formats of; a tag without any is another
 * one's alias. */
static bool parse_part(const struct drivers *drivers, const wchar_t *text, DWORD *tag)
{
    ACMFORMATTAGDETAILSW details;
    wchar_t name[NAME_ROOM] = L"";
    bool found = false;

    for (size_t i = 0; i < drivers->count; i++)
        for (DWORD index = 0; driver_tag(&drivers->list[i], index, &details); index++) {
            if (details.cStandardFormats == 0 || !has_part(details.szFormatTag, text) ||
                (found && details.dwFormatTag == *tag))
                continue;
            if (found) {
                note(L"'%ls' may mean %ls (0x%04lX) or %ls (0x%04lX)", text, name, *tag,
                     details.szFormatTag, details.dwFormatTag);
                return false;
            }
            wcscpy(name, details.szFormatTag);
            *tag = details.dwFormatTag;
            found = true;
        }
    if (!found)
        note(L"no format is called '%ls'; a name such as gsm, a tag such as 0x31, or a part of a "
             L"name that 'omniacm list' "
             L"shows is wanted",
             text);
    return found;
}

bool tag_parse(const struct drivers *drivers, const wchar_t *text, DWORD *tag)
{
    return parse_number(text, tag) || parse_word(text, tag) || parse_part(drivers, text, tag);
}

bool is_pcm_tag(DWORD tag)
{
    return tag == WAVE_FORMAT_PCM || tag == WAV_TAG_FLOAT || tag == WAVE_FORMAT_EXTENSIBLE;
}

bool is_pcm(const WAVEFORMATEX *wfx)
{
    const BYTE *bytes = (const BYTE *)wfx;

    if (wfx->wFormatTag == WAVE_FORMAT_EXTENSIBLE &&
        wfx->cbSize >= 22) /* the GUID begins with the tag, 32 bits */
        return (bytes[24] == WAVE_FORMAT_PCM || bytes[24] == WAV_TAG_FLOAT) && bytes[25] == 0 &&
               bytes[26] == 0 && bytes[27] == 0;
    return wfx->wFormatTag == WAVE_FORMAT_PCM || wfx->wFormatTag == WAV_TAG_FLOAT;
}

const wchar_t *channel_words(unsigned channels)
{
    static wchar_t words[32];

    if (channels == 1)
        return L"mono";
    if (channels == 2)
        return L"stereo";
    swprintf(words, sizeof words / sizeof *words, L"%u channels", channels);
    return words;
}

const wchar_t *format_words(const struct drivers *drivers, const WAVEFORMATEX *wfx)
{
    static wchar_t words[NAME_ROOM + 96];
    wchar_t name[NAME_ROOM], size[48];
    unsigned long rate = wfx->nSamplesPerSec;

    if (is_pcm(wfx))
        swprintf(size, sizeof size / sizeof *size, L"%u bits", wfx->wBitsPerSample);
    else
        swprintf(size, sizeof size / sizeof *size, L"%.1f kbit/s",
                 wfx->nAvgBytesPerSec * 8 / 1000.0);
    swprintf(words, sizeof words / sizeof *words, L"%ls (0x%04X), %lu Hz, %ls, %ls",
             tag_name(drivers, wfx->wFormatTag, name), wfx->wFormatTag, rate,
             channel_words(wfx->nChannels), size);
    return words;
}

WAVEFORMATEX pcm_like(const WAVEFORMATEX *wfx, DWORD tag)
{
    WORD bits = tag == WAV_TAG_FLOAT ? 32 : 16, align = (WORD)(wfx->nChannels * bits / 8);

    return (WAVEFORMATEX){
        (WORD)tag, wfx->nChannels, wfx->nSamplesPerSec, wfx->nSamplesPerSec * align, align, bits, 0
    };
}
