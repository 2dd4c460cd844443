#include <stdio.h>
#include "commands.h"
#include "formats.h"
#include "say.h"

static void list_format(const union format *format, const ACMFORMATDETAILSW *details)
{
    const WAVEFORMATEX *wfx = &format->wfx;
    unsigned long rate = wfx->nSamplesPerSec;
    wchar_t bits[16] = L"";

    if (wfx->wBitsPerSample != 0)
        swprintf(bits, sizeof bits / sizeof *bits, L"%u bits", wfx->wBitsPerSample);
    say(L"      %6lu Hz  %-10ls  %7ls  %7.1f kbit/s  block %5u  %ls\n", rate,
        channel_words(wfx->nChannels), bits, wfx->nAvgBytesPerSec * 8 / 1000.0, wfx->nBlockAlign,
        details->szFormat);
}

static void list_driver(const struct driver *driver)
{
    const ACMDRIVERDETAILSW *about = &driver->details;
    ACMFORMATTAGDETAILSW tag;
    ACMFORMATDETAILSW details;
    static union format format;

    say(L"%ls: %ls %u.%u%ls\n", about->szShortName, about->szLongName,
        (unsigned)(about->vdwDriver >> 24), (unsigned)(about->vdwDriver >> 16 & 0xFF),
        driver->added ? L", from beside this program, for this run" : L"");
    if (!driver->handle)
        say(L"  does not open\n");
    for (DWORD i = 0; driver_tag(driver, i, &tag); i++) {
        say(L"  0x%04lX  %ls\n", tag.dwFormatTag, tag.szFormatTag);
        for (DWORD j = 0; driver_format(driver, &tag, j, &format, &details); j++)
            list_format(&format, &details);
    }
    say(L"\n");
}

int command_list(const struct drivers *drivers, int count, wchar_t **words)
{
    const wchar_t *name = 0;
    const struct option options[] = { { L"--driver", &name, 0 }, { 0 } };
    const struct driver *only;

    count = take_options(count, words, options);
    if (count > 0)
        note(L"list takes no names, only options");
    if (count != 0)
        return EXIT_USAGE;
    only = name ? drivers_find(drivers, name) : 0;
    if (name && !only)
        return EXIT_BAD;
    for (size_t i = 0; i < drivers->count; i++)
        if (!only || only == &drivers->list[i])
            list_driver(&drivers->list[i]);
    return EXIT_GOOD;
}
