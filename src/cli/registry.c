#include <wchar.h>
#include "names.h"
#include "registry.h"

static LSTATUS create_key(HKEY *key, const wchar_t *path, REGSAM view)
{
    return RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, 0, 0,
                           KEY_QUERY_VALUE | KEY_SET_VALUE | view, 0, key, 0);
}

LSTATUS registry_open(struct registry *registry, const struct system *system)
{
    LSTATUS error = ERROR_SUCCESS;

    *registry = (struct registry){ .system = system };
    for (unsigned i = 0; i < system->count && error == ERROR_SUCCESS; i++) {
        REGSAM view = system->widths[i].view;

        error = create_key(&registry->views[i].drivers, DRIVERS32_KEY, view);
        if (error == ERROR_SUCCESS && !system->wine)
            error = create_key(&registry->views[i].descriptions, DRIVERS_DESC_KEY, view);
    }
    if (error != ERROR_SUCCESS)
        registry_close(registry);
    return error;
}

void registry_close(struct registry *registry)
{
    for (unsigned i = 0; i < MAX_WIDTHS; i++) {
        if (registry->views[i].drivers)
            RegCloseKey(registry->views[i].drivers);
        if (registry->views[i].descriptions)
            RegCloseKey(registry->views[i].descriptions);
    }
    *registry = (struct registry){ 0 };
}

LSTATUS registry_set_text(HKEY key, const wchar_t *name, const wchar_t *text)
{
    return RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)text,
                          (DWORD)((wcslen(text) + 1) * sizeof *text));
}

LSTATUS registry_delete_value(HKEY key, const wchar_t *name)
{
    LSTATUS error = key ? RegDeleteValueW(key, name) : ERROR_SUCCESS;

    return error == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : error;
}

/* NULL removes the line. */
static LSTATUS write_ini(const wchar_t *text)
{
    return WritePrivateProfileStringW(L"drivers32", DRIVER_ALIAS, text, L"system.ini")
               ? ERROR_SUCCESS
               : (LSTATUS)GetLastError();
}

static bool ini_has_driver(void)
{
    wchar_t text[MAX_PATH];

    return GetPrivateProfileStringW(L"drivers32", DRIVER_ALIAS, L"", text, MAX_PATH,
                                    L"system.ini") != 0;
}

/* Deletes the values in every view, and returns the first error. */
static LSTATUS delete_values(const struct registry *registry)
{
    LSTATUS first = ERROR_SUCCESS;

    for (unsigned i = 0; i < registry->system->count; i++) {
        LSTATUS drivers = registry_delete_value(registry->views[i].drivers, DRIVER_ALIAS);
        LSTATUS descriptions = registry_delete_value(registry->views[i].descriptions, DRIVER_FILE);

        if (first == ERROR_SUCCESS)
            first = drivers;
        if (first == ERROR_SUCCESS)
            first = descriptions;
    }
    return first;
}

static LSTATUS add_values(const struct registry *registry)
{
    LSTATUS error = ERROR_SUCCESS;

    for (unsigned i = 0; i < registry->system->count && error == ERROR_SUCCESS; i++) {
        error = registry_set_text(registry->views[i].drivers, DRIVER_ALIAS, DRIVER_FILE);
        if (error == ERROR_SUCCESS)
            error =
                registry_set_text(registry->views[i].descriptions, DRIVER_FILE, DRIVER_DESCRIPTION);
    }
    return error;
}

/* Wine also reads system.ini, and only that reliably: its loop over Drivers32 ends at the first
 * value whose name is not shorter than the previous one. It would list a driver that is in both
 * places twice. */
LSTATUS registry_add(const struct registry *registry)
{
    bool added_before = registry_has_driver(registry->system);
    LSTATUS error;

    if (registry->system->wine) {
        error = write_ini(DRIVER_FILE);
        if (error == ERROR_SUCCESS)
            delete_values(registry);
        return error;
    }
    error = add_values(registry);
    if (error != ERROR_SUCCESS && !added_before)
        delete_values(registry);
    return error;
}

LSTATUS registry_remove(const struct registry *registry)
{
    bool added_before = registry_has_driver(registry->system);
    LSTATUS error = delete_values(registry);

    if (registry->system->wine)
        return error == ERROR_SUCCESS && ini_has_driver() ? write_ini(0) : error;
    if (error != ERROR_SUCCESS && added_before)
        add_values(registry);
    return error;
}

bool registry_has_driver(const struct system *system)
{
    for (unsigned i = 0; i < system->count; i++) {
        HKEY key;
        LSTATUS error = RegOpenKeyExW(HKEY_LOCAL_MACHINE, DRIVERS32_KEY, 0,
                                      KEY_QUERY_VALUE | system->widths[i].view, &key);

        if (error != ERROR_SUCCESS)
            continue;
        error = RegQueryValueExW(key, DRIVER_ALIAS, 0, 0, 0, 0);
        RegCloseKey(key);
        if (error == ERROR_SUCCESS)
            return true;
    }
    return system->wine && ini_has_driver();
}

bool program_is_installed(const struct system *system)
{
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, UNINSTALL_KEY, 0,
                      KEY_QUERY_VALUE | system->widths[0].view, &key) != ERROR_SUCCESS)
        return false;
    RegCloseKey(key);
    return true;
}

void registry_delete_cache(const struct system *system)
{
    for (unsigned i = 0; i < system->count; i++)
        RegDeleteKeyExW(HKEY_LOCAL_MACHINE, DRIVER_CACHE_KEY, system->widths[i].view, 0);
}
