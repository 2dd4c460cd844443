#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include "entries.h"

#define ALIAS L"msacm.omniacm"
#define FILE_NAME L"omniacm.acm"
#define DESCRIPTION L"OmniACM, the classic WAV formats"
#define VERSION_KEY L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\"
#define CACHE_KEY L"SOFTWARE\\Microsoft\\AudioCompressionManager\\DriverCache\\" ALIAS
#define PROGRAM_KEY \
    L"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\OmniACM" /* src/setup/omniacm.nsi \
                                                                         */
#define PRIORITY_KEY L"Software\\Microsoft\\Multimedia\\Audio Compression Manager\\Priority v4.00"
#define SETTINGS_KEY L"Software\\Microsoft\\Multimedia\\" ALIAS

static LSTATUS create_key(HKEY *key, const wchar_t *path, REGSAM view)
{
    return RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, 0, 0,
                           KEY_QUERY_VALUE | KEY_SET_VALUE | view, 0, key, 0);
}

LSTATUS entries_open(struct entries *entries, const struct machine *machine)
{
    LSTATUS error = ERROR_SUCCESS;

    *entries = (struct entries){ .machine = machine };
    for (unsigned i = 0; i < machine->count && error == ERROR_SUCCESS; i++) {
        error = create_key(&entries->views[i].drivers, VERSION_KEY L"Drivers32",
                           machine->widths[i].view);
        if (error == ERROR_SUCCESS && !machine->wine)
            error = create_key(&entries->views[i].descriptions, VERSION_KEY L"drivers.desc",
                               machine->widths[i].view);
    }
    if (error != ERROR_SUCCESS)
        entries_close(entries);
    return error;
}

void entries_close(struct entries *entries)
{
    for (unsigned i = 0; i < WIDTHS_AT_MOST; i++) {
        if (entries->views[i].drivers)
            RegCloseKey(entries->views[i].drivers);
        if (entries->views[i].descriptions)
            RegCloseKey(entries->views[i].descriptions);
    }
    *entries = (struct entries){ 0 };
}

static LSTATUS set_text(HKEY key, const wchar_t *name, const wchar_t *text)
{
    return RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)text,
                          (DWORD)((wcslen(text) + 1) * sizeof *text));
}

static LSTATUS remove_value(HKEY key, const wchar_t *name)
{
    LSTATUS error = key ? RegDeleteValueW(key, name) : ERROR_SUCCESS;

    return error == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : error;
}

/* A null text removes the line. */
static LSTATUS write_ini(const wchar_t *text)
{
    return WritePrivateProfileStringW(L"drivers32", ALIAS, text, L"system.ini")
               ? ERROR_SUCCESS
               : (LSTATUS)GetLastError();
}

static bool ini_has(void)
{
    wchar_t text[MAX_PATH];

    return GetPrivateProfileStringW(L"drivers32", ALIAS, L"", text, MAX_PATH, L"system.ini") != 0;
}

static LSTATUS remove_registry(const struct entries *entries)
{
    LSTATUS error = ERROR_SUCCESS;

    for (unsigned i = 0; i < entries->machine->count; i++) {
        LSTATUS drivers = remove_value(entries->views[i].drivers, ALIAS);
        LSTATUS descriptions = remove_value(entries->views[i].descriptions, FILE_NAME);

        error = error != ERROR_SUCCESS ? error : drivers != ERROR_SUCCESS ? drivers : descriptions;
    }
    return error;
}

/* Wine's loop over Drivers32 ends at the first value whose name is not shorter than the one before;
 * and a driver that stands there and in system.ini would be listed twice. */
LSTATUS entries_add(const struct entries *entries)
{
    LSTATUS error = ERROR_SUCCESS;

    if (entries->machine->wine) {
        remove_registry(entries);
        return write_ini(FILE_NAME);
    }
    for (unsigned i = 0; i < entries->machine->count && error == ERROR_SUCCESS; i++) {
        error = set_text(entries->views[i].drivers, ALIAS, FILE_NAME);
        if (error == ERROR_SUCCESS)
            error = set_text(entries->views[i].descriptions, FILE_NAME, DESCRIPTION);
    }
    return error;
}

LSTATUS entries_remove(const struct entries *entries)
{
    LSTATUS error = entries->machine->wine && ini_has() ? write_ini(0) : ERROR_SUCCESS;
    LSTATUS registry = remove_registry(entries);

    return error != ERROR_SUCCESS ? error : registry;
}

bool entries_exist(const struct machine *machine)
{
    for (unsigned i = 0; i < machine->count; i++) {
        HKEY key;
        LSTATUS error = RegOpenKeyExW(HKEY_LOCAL_MACHINE, VERSION_KEY L"Drivers32", 0,
                                      KEY_QUERY_VALUE | machine->widths[i].view, &key);

        if (error != ERROR_SUCCESS)
            continue;
        error = RegQueryValueExW(key, ALIAS, 0, 0, 0, 0);
        RegCloseKey(key);
        if (error == ERROR_SUCCESS)
            return true;
    }
    return machine->wine && ini_has();
}

bool program_is_listed(const struct machine *machine)
{
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, PROGRAM_KEY, 0, KEY_QUERY_VALUE | machine->widths[0].view,
                      &key) != ERROR_SUCCESS)
        return false;
    RegCloseKey(key);
    return true;
}

void entries_forget_cache(const struct machine *machine)
{
    for (unsigned i = 0; i < machine->count; i++)
        RegDeleteKeyExW(HKEY_LOCAL_MACHINE, CACHE_KEY, machine->widths[i].view, 0);
}

/* The list of priorities: values Priority1, Priority2, ... of the form "1, msacm.alias", without a
 * gap; 0 for 1 is a driver that is switched off. */
enum { PRIORITIES = 256, PRIORITY_ROOM = 128 };

struct priorities {
    wchar_t list[PRIORITIES + 1][PRIORITY_ROOM];
    unsigned count;
};

static const wchar_t *priority_name(unsigned index)
{
    static wchar_t name[24];

    swprintf(name, sizeof name / sizeof *name, L"Priority%u", index + 1);
    return name;
}

/* All but ours. Returns how many values there are, ours among them. */
static unsigned read_others(HKEY key, struct priorities *others)
{
    unsigned i = 0;

    others->count = 0;
    for (; i < PRIORITIES; i++) {
        wchar_t *text = others->list[others->count], *comma;
        DWORD size = sizeof others->list[0];

        if (RegGetValueW(key, 0, priority_name(i), RRF_RT_REG_SZ, 0, text, &size) != ERROR_SUCCESS)
            break;
        comma = wcschr(text, L',');
        if (!comma || _wcsicmp(comma + 1 + wcsspn(comma + 1, L" "), ALIAS) != 0)
            others->count++;
    }
    return i;
}

static LSTATUS write_priorities(HKEY key, const struct priorities *others, unsigned before,
                                bool first)
{
    LSTATUS error = first ? set_text(key, priority_name(0), L"1, " ALIAS) : ERROR_SUCCESS;
    unsigned at = first;

    for (unsigned i = 0; i < others->count && error == ERROR_SUCCESS; i++)
        error = set_text(key, priority_name(at++), others->list[i]);
    for (; at < before && error == ERROR_SUCCESS; at++)
        error = remove_value(key, priority_name(at));
    return error;
}

/* Removes a key that has become empty, and its parents likewise, to
 * Software\\Microsoft\\Multimedia. */
static void drop_empty(void)
{
    wchar_t path[] = PRIORITY_KEY;

    for (int i = 0; i < 3; i++, *wcsrchr(path, L'\\') = 0) {
        DWORD keys = 1, values = 1;
        HKEY key;

        if (RegOpenKeyExW(HKEY_CURRENT_USER, path, 0, KEY_READ, &key) != ERROR_SUCCESS)
            continue;
        RegQueryInfoKeyW(key, 0, 0, 0, &keys, 0, 0, &values, 0, 0, 0, 0);
        RegCloseKey(key);
        if (keys || values)
            return;
        RegDeleteKeyW(HKEY_CURRENT_USER, path);
    }
}

LSTATUS priority_set(bool first)
{
    struct priorities *others = malloc(sizeof *others);
    LSTATUS error;
    HKEY key;

    if (!others)
        return ERROR_NOT_ENOUGH_MEMORY;
    error = first ? RegCreateKeyExW(HKEY_CURRENT_USER, PRIORITY_KEY, 0, 0, 0, KEY_READ | KEY_WRITE,
                                    0, &key, 0)
                  : RegOpenKeyExW(HKEY_CURRENT_USER, PRIORITY_KEY, 0, KEY_READ | KEY_WRITE, &key);
    if (error == ERROR_SUCCESS) {
        unsigned before = read_others(key, others);

        error = write_priorities(key, others, before, first);
        RegCloseKey(key);
    } else if (!first && error == ERROR_FILE_NOT_FOUND) {
        error = ERROR_SUCCESS;
    }
    free(others);
    if (!first)
        drop_empty();
    return error;
}

void settings_forget(void) { RegDeleteTreeW(HKEY_CURRENT_USER, SETTINGS_KEY); }
