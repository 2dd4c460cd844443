#include <stdlib.h>
#include <string.h>
#include "console.h"
#include "drivers.h"
#include "names.h"

enum { PATH_ROOM = 32768 };

static BOOL CALLBACK take_driver(HACMDRIVERID id, DWORD_PTR instance, DWORD support)
{
    struct drivers *drivers = (struct drivers *)instance;
    struct driver *list = realloc(drivers->list, (drivers->count + 1) * sizeof *list), *driver;

    (void)support;
    if (!list)
        return FALSE;
    drivers->list = list;
    driver = &list[drivers->count];
    *driver = (struct driver){ .id = id, .details.cbStruct = sizeof driver->details };
    if (acmDriverDetailsW(id, &driver->details, 0) != MMSYSERR_NOERROR)
        return TRUE;
    driver->ours = wcscmp(driver->details.szShortName, DRIVER_SHORT_NAME) == 0;
    drivers->count++;
    return TRUE;
}

static MMRESULT enumerate(struct drivers *drivers)
{
    free(drivers->list);
    *drivers = (struct drivers){ 0 };
    return acmDriverEnum(take_driver, (DWORD_PTR)drivers, 0);
}

/* The path of the driver's file next to this program, or NULL if there is none. The caller frees
 * it. */
static wchar_t *local_driver_path(void)
{
    wchar_t *path = malloc((PATH_ROOM + sizeof DRIVER_FILE) * sizeof *path), *name;
    DWORD n = path ? GetModuleFileNameW(0, path, PATH_ROOM) : 0;

    if (n == 0 || n == PATH_ROOM) {
        free(path);
        return 0;
    }
    name = wcsrchr(path, L'\\');
    wcscpy(name ? name + 1 : path, DRIVER_FILE);
    if (GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES)
        return path;
    free(path);
    return 0;
}

/* On x86, the driver asks for SSE2 when it is loaded, but its answer is no more than yes or no. */
static const wchar_t *why_refused(void)
{
#if defined __x86_64__ || defined __i386__
    if (!IsProcessorFeaturePresent(PF_XMMI64_INSTRUCTIONS_AVAILABLE))
        return L"it needs a processor with SSE2";
#endif
    return L"it is not an ACM driver";
}

/* The library stays loaded until the program ends. */
static bool add_local_driver(HACMDRIVERID *id)
{
    wchar_t *path = local_driver_path();
    HMODULE module = path ? LoadLibraryW(path) : 0;
    FARPROC proc = module ? GetProcAddress(module, "DriverProc") : 0;
    bool added = proc && acmDriverAddW(id, module, (LPARAM)proc, 0, ACM_DRIVERADDF_FUNCTION) ==
                             MMSYSERR_NOERROR;

    if (path && !added)
        warn(L"%ls cannot be loaded (%ls); using only the drivers installed on this system", path,
             module ? why_refused() : system_error_text(GetLastError()));
    free(path);
    return added;
}

MMRESULT drivers_open(struct drivers *drivers)
{
    HACMDRIVERID id = 0;
    MMRESULT error;

    *drivers = (struct drivers){ 0 };
    error = enumerate(drivers);
    if (error == MMSYSERR_NOERROR && !drivers_ours(drivers) && add_local_driver(&id))
        error = enumerate(drivers);
    if (error != MMSYSERR_NOERROR)
        return error;
    for (size_t i = 0; i < drivers->count; i++) {
        struct driver *driver = &drivers->list[i];

        driver->added = id && driver->id == id;
        if (acmDriverOpen(&driver->handle, driver->id, 0) != MMSYSERR_NOERROR)
            driver->handle = 0;
    }
    return MMSYSERR_NOERROR;
}

void drivers_close(struct drivers *drivers)
{
    for (size_t i = 0; i < drivers->count; i++) {
        if (drivers->list[i].handle)
            acmDriverClose(drivers->list[i].handle, 0);
        if (drivers->list[i].added)
            acmDriverRemove(drivers->list[i].id, 0);
    }
    free(drivers->list);
    *drivers = (struct drivers){ 0 };
}

const struct driver *drivers_ours(const struct drivers *drivers)
{
    for (size_t i = 0; i < drivers->count; i++)
        if (drivers->list[i].ours)
            return &drivers->list[i];
    return 0;
}

const struct driver *drivers_with_id(const struct drivers *drivers, HACMDRIVERID id)
{
    for (size_t i = 0; i < drivers->count; i++)
        if (drivers->list[i].id == id)
            return &drivers->list[i];
    return 0;
}

bool name_contains(const wchar_t *name, const wchar_t *part)
{
    size_t n = wcslen(part);

    for (; n != 0 && *name; name++)
        if (_wcsnicmp(name, part, n) == 0)
            return true;
    return false;
}

const struct driver *drivers_find(const struct drivers *drivers, const wchar_t *name)
{
    const struct driver *found = 0;

    for (size_t i = 0; i < drivers->count; i++) {
        const struct driver *driver = &drivers->list[i];

        if (_wcsicmp(driver->details.szShortName, name) == 0)
            return driver;
        if (!name_contains(driver->details.szShortName, name) &&
            !name_contains(driver->details.szLongName, name))
            continue;
        if (found) {
            warn(L"'%ls' matches several drivers: %ls, %ls", name, found->details.szLongName,
                 driver->details.szLongName);
            return 0;
        }
        found = driver;
    }
    if (!found)
        warn(L"no driver named '%ls'; see 'omniacm list'", name);
    return found;
}

const struct driver *drivers_choose(const struct drivers *drivers, const wchar_t *name)
{
    const struct driver *driver = name ? drivers_find(drivers, name) : drivers_ours(drivers);

    if (!name && !driver)
        warn(L"OmniACM is not installed, and there is "
             L"no " DRIVER_FILE L" next to this program; choose "
             L"another driver with --driver NAME");
    if (!driver || driver->handle)
        return driver;
    warn(L"cannot open the driver %ls", driver->details.szShortName);
    return 0;
}

bool candidates_choose(struct candidates *candidates, const struct drivers *drivers,
                       const wchar_t *name, bool trusted)
{
    const struct driver *driver = name ? drivers_choose(drivers, name) : drivers_ours(drivers);

    *candidates = (struct candidates){ .any = !name && !trusted };
    if (driver && driver->handle && (driver->ours || !trusted))
        candidates->handles[candidates->count++] = driver->handle;
    if (candidates->any)
        candidates->handles[candidates->count++] = 0;
    return trusted ? !name || driver : candidates->count != 0;
}

bool driver_tag(const struct driver *driver, DWORD index, ACMFORMATTAGDETAILSW *tag)
{
    *tag = (ACMFORMATTAGDETAILSW){ .cbStruct = sizeof *tag, .dwFormatTagIndex = index };
    return driver->handle && index < driver->details.cFormatTags &&
           acmFormatTagDetailsW(driver->handle, tag, ACM_FORMATTAGDETAILSF_INDEX) ==
               MMSYSERR_NOERROR;
}

bool driver_lists(const struct driver *driver, DWORD wanted, ACMFORMATTAGDETAILSW *tag)
{
    for (DWORD i = 0; driver_tag(driver, i, tag); i++)
        if (tag->dwFormatTag == wanted)
            return true;
    return false;
}

bool driver_format(const struct driver *driver, const ACMFORMATTAGDETAILSW *tag, DWORD index,
                   union format *format, ACMFORMATDETAILSW *details)
{
    memset(format, 0, sizeof *format);
    format->wfx.wFormatTag = (WORD)tag->dwFormatTag;
    *details = (ACMFORMATDETAILSW){ .cbStruct = sizeof *details,
                                    .dwFormatIndex = index,
                                    .dwFormatTag = tag->dwFormatTag,
                                    .pwfx = &format->wfx,
                                    .cbwfx = sizeof *format };
    return index < tag->cStandardFormats &&
           acmFormatDetailsW(driver->handle, details, ACM_FORMATDETAILSF_INDEX) == MMSYSERR_NOERROR;
}
