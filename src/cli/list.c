#include <stdio.h>
#include "commands.h"
#include "console.h"
#include "formats.h"

static void list_format(const union format *format, const ACMFORMATDETAILSW *details)
{
    const WAVEFORMATEX *wfx = &format->wfx;
    unsigned long rate = wfx->nSamplesPerSec;
    wchar_t bits[16] = L"";

    if (wfx->wBitsPerSample != 0)
        swprintf(bits, sizeof bits / sizeof *bits, L"%u bits", wfx->wBitsPerSample);
    print(L"      %6lu Hz  %-10ls  %7ls  %7.1f kbit/s  block %5u  %ls\n", rate,
          channels_text(wfx->nChannels), bits, wfx->nAvgBytesPerSec * 8 / 1000.0, wfx->nBlockAlign,
          details->szFormat);
}

static void list_driver(const struct driver *driver)
{
    const ACMDRIVERDETAILSW *details = &driver->details;
    ACMFORMATTAGDETAILSW tag;
    ACMFORMATDETAILSW format_details;
    static union format format;

    print(L"%ls: %ls %u.%u%ls\n", details->szShortName, details->szLongName,
          (unsigned)(details->vdwDriver >> 24), (unsigned)(details->vdwDriver >> 16 & 0xFF),
          driver->added ? L", loaded from next to this program for this run" : L"");
    if (!driver->handle)
        print(L"  cannot be opened\n");
    for (DWORD i = 0; driver_tag(driver, i, &tag); i++) {
        print(L"  0x%04lX  %ls\n", tag.dwFormatTag, tag.szFormatTag);
        for (DWORD j = 0; driver_format(driver, &tag, j, &format, &format_details); j++)
            list_format(&format, &format_details);
    }
    print(L"\n");
}

int command_list(const struct drivers *drivers, int count, wchar_t **args)
{
    const wchar_t *name = 0;
    const struct option options[] = { { L"--driver", &name, 0 }, { 0 } };
    const struct driver *only;

    count = take_options(count, args, options);
    if (count > 0)
        warn(L"list takes no arguments");
    if (count != 0)
        return EXIT_USAGE;
    only = name ? drivers_find(drivers, name) : 0;
    if (name && !only)
        return EXIT_FAILURE;
    for (size_t i = 0; i < drivers->count; i++)
        if (!only || only == &drivers->list[i])
            list_driver(&drivers->list[i]);
    return EXIT_SUCCESS;
}
