#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include "names.h"
#include "registry.h"
#include "user_registry.h"

/* The priority list: values Priority1, Priority2, ... without a gap, of the form "1, msacm.alias";
 * "0, msacm.alias" is a disabled driver. */
enum { MAX_PRIORITIES = 256, PRIORITY_ROOM = 128 };

struct priorities {
    wchar_t list[MAX_PRIORITIES + 1][PRIORITY_ROOM];
    unsigned count;
};

static const wchar_t *value_name(unsigned index)
{
    static wchar_t name[24];

    swprintf(name, sizeof name / sizeof *name, L"Priority%u", index + 1);
    return name;
}

static bool is_ours(const wchar_t *priority)
{
    const wchar_t *comma = wcschr(priority, L',');

    return comma && _wcsicmp(comma + 1 + wcsspn(comma + 1, L" "), DRIVER_ALIAS) == 0;
}

static bool is_listed(const struct priorities *priorities, const wchar_t *text)
{
    for (unsigned i = 0; i < priorities->count; i++)
        if (wcscmp(priorities->list[i], text) == 0)
            return true;
    return false;
}

/* Reads all priorities but ours. Counts the values, including ours, and those that an interrupted
 * run has left twice. */
static LSTATUS read_others(HKEY key, struct priorities *others, unsigned *values)
{
    others->count = 0;
    for (*values = 0; *values < MAX_PRIORITIES; ++*values) {
        wchar_t *text = others->list[others->count];
        DWORD size = sizeof others->list[0];
        LSTATUS error = RegGetValueW(key, 0, value_name(*values), RRF_RT_REG_SZ, 0, text, &size);

        if (error != ERROR_SUCCESS)
            return error == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : error;
        if (!is_ours(text) && !is_listed(others, text))
            others->count++;
    }
    return ERROR_SUCCESS;
}

/* Writes ours, if it comes first, then the others, and deletes the rest of the old values. If this
 * is interrupted, no other driver is missing: ours is inserted from the end of the list, and
 * removed from its beginning. */
static LSTATUS write_priorities(HKEY key, const struct priorities *others, unsigned old_count,
                                bool first)
{
    LSTATUS error = ERROR_SUCCESS;
    unsigned count = others->count;

    for (unsigned i = 0; i < count && error == ERROR_SUCCESS; i++) {
        unsigned at = first ? count - 1 - i : i;

        error = registry_set_text(key, value_name(at + first), others->list[at]);
    }
    if (first && error == ERROR_SUCCESS)
        error = registry_set_text(key, value_name(0), L"1, " DRIVER_ALIAS);
    while (old_count > count + first && error == ERROR_SUCCESS)
        error = registry_delete_value(key, value_name(--old_count));
    return error;
}

/* Deletes the priority key if it is empty, then likewise its parents, up to and including
 * Software\Microsoft\Multimedia. */
static void delete_empty_keys(void)
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

LSTATUS user_priority_set(bool first)
{
    struct priorities *others = malloc(sizeof *others);
    REGSAM access = KEY_READ | KEY_WRITE;
    LSTATUS error;
    HKEY key;

    if (!others)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (first)
        error = RegCreateKeyExW(HKEY_CURRENT_USER, PRIORITY_KEY, 0, 0, 0, access, 0, &key, 0);
    else
        error = RegOpenKeyExW(HKEY_CURRENT_USER, PRIORITY_KEY, 0, access, &key);
    if (error == ERROR_SUCCESS) {
        unsigned old_count;

        error = read_others(key, others, &old_count);
        if (error == ERROR_SUCCESS)
            error = write_priorities(key, others, old_count, first);
        RegCloseKey(key);
    } else if (!first && error == ERROR_FILE_NOT_FOUND) {
        error = ERROR_SUCCESS;
    }
    free(others);
    if (!first)
        delete_empty_keys();
    return error;
}

void user_settings_delete(void) { RegDeleteTreeW(HKEY_CURRENT_USER, SETTINGS_KEY); }
