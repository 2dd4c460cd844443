#include <stdio.h>
#include <string.h>
#include "adpcm_block.h"
#include "child.h"
#include "formats.h"
#include "tags.h"
#include "trust.h"

/* The samples per block that a header states, or 0. */
static unsigned stated_samples(const WAVEFORMATEX *wfx)
{
    return extra_has_samples(wfx->wFormatTag) && wfx->cbSize >= 2
               ? load16_le((const uint8_t *)wfx + 18)
               : 0;
}

/* Returns true if the stated samples do not fit into a block. Drivers of these tags divide by the
 * samples, or by what follows the block's header. */
static bool contradicts_block(const WAVEFORMATEX *wfx, unsigned samples)
{
    unsigned bits = wfx->wBitsPerSample ? wfx->wBitsPerSample : 4u;

    if (wfx->wFormatTag == TAG_IMA_ADPCM)
        return samples < 2 || ima_block_frames(wfx->nBlockAlign, wfx->nChannels, bits) < samples;
    if (wfx->wFormatTag == TAG_MS_ADPCM)
        return samples < 2 || ms_block_frames(wfx->nBlockAlign, wfx->nChannels, bits) < samples;
    return false;
}

const wchar_t *trust_fault(const WAVEFORMATEX *wfx)
{
    static wchar_t text[128];
    unsigned samples = stated_samples(wfx);
    unsigned long rate = wfx->nAvgBytesPerSec;

    if (wfx->nChannels == 0)
        return L"the header says 0 channels";
    if (wfx->nSamplesPerSec == 0)
        return L"the header says 0 samples per second";
    if (wfx->nBlockAlign == 0)
        return L"the header says blocks of 0 bytes";
    if (rate == 0)
        return L"the header says 0 bytes per second";
    text[0] = 0;
    if (contradicts_block(wfx, samples))
        swprintf(text, sizeof text / sizeof *text,
                 L"the header says %u samples in blocks of %u bytes", samples, wfx->nBlockAlign);
    else if (samples != 0 && !fits_rate(wfx, samples))
        swprintf(text, sizeof text / sizeof *text,
                 L"the header says %u samples in blocks of %u bytes, but %lu bytes per second",
                 samples, wfx->nBlockAlign, rate);
    return text[0] ? text : 0;
}

bool trust_allows(const struct driver *driver, const WAVEFORMATEX *wfx)
{
    return driver->ours || (is_child() && !trust_fault(wfx));
}

unsigned trust_others(const struct drivers *drivers, const struct driver *only, DWORD a, DWORD b,
                      wchar_t names[TRUST_NAMES_ROOM])
{
    ACMFORMATTAGDETAILSW tag;
    unsigned count = 0;

    names[0] = 0;
    for (size_t i = 0; i < drivers->count; i++) {
        const struct driver *driver = &drivers->list[i];
        size_t n = wcslen(names);

        if (driver->ours || (only && driver != only) || !driver_lists(driver, a, &tag) ||
            !driver_lists(driver, b, &tag))
            continue;
        if (n + wcslen(driver->details.szShortName) + 3 < TRUST_NAMES_ROOM)
            wcscat(wcscat(names, n ? L", " : L""), driver->details.szShortName);
        count++;
    }
    return count;
}
