#include <stdlib.h>
#include <string.h>
#include "mock.h"

struct heap heap;
struct callback callbacks[4];
unsigned callback_count;
struct passed passed;
unsigned passed_count;
const char *environment;
struct registered registered[8];
unsigned registry_reads, registry_queries;
BOOL registry_is_closed;
BOOL kernel_has_registry = TRUE;
DWORD64 processor_features;
HICON icon_lent;
unsigned requests, request_failing;
long keys_open;

static BOOL is_denied(void)
{
    requests++;
    return request_failing && --request_failing == 0;
}

void mock_fresh(void)
{
    heap = (struct heap){ .fill = 0xA5 };
    memset(callbacks, 0, sizeof callbacks);
    memset(&passed, 0, sizeof passed);
    callback_count = passed_count = requests = request_failing = 0;
    registry_reads = registry_queries = 0;
    memset(registered, 0, sizeof registered);
    environment = 0;
    kernel_has_registry = TRUE;
    processor_features = 0;
    registry_is_closed = FALSE;
    keys_open = 0;
    icon_lent = 0;
}

BOOL WINAPI IsProcessorFeaturePresent(DWORD feature) { return processor_features >> feature & 1; }

HANDLE WINAPI GetProcessHeap(void) { return &heap; }

LPVOID WINAPI HeapAlloc(HANDLE of, DWORD flags, SIZE_T size)
{
    void *block;

    if (is_denied() || of != &heap || size > HEAP_MOST || (heap.failing && --heap.failing == 0))
        return 0;
    block = malloc(size);
    memset(block, flags & HEAP_ZERO_MEMORY ? 0 : heap.fill, size);
    heap.live++;
    heap.made++;
    heap.largest = size > heap.largest ? size : heap.largest;
    return block;
}

BOOL WINAPI HeapFree(HANDLE of, DWORD flags, LPVOID block)
{
    (void)flags;
    if (of != &heap || !block)
        return FALSE;
    heap.live--;
    free(block);
    return TRUE;
}

LRESULT WINAPI DefDriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM first, LPARAM second)
{
    passed = (struct passed){ id, driver, message, first, second };
    passed_count++;
    return DEFAULT_ANSWER;
}

BOOL WINAPI DriverCallback(DWORD_PTR callback, DWORD flags, HDRVR device, DWORD message,
                           DWORD_PTR user, DWORD_PTR first, DWORD_PTR second)
{
    const ACMDRVSTREAMHEADER *header = (const void *)first;
    struct callback *call = &callbacks[callback_count++ % (sizeof callbacks / sizeof *callbacks)];

    *call = (struct callback){ callback, user, first, second, flags, message, device, 0, 0, 0 };
    if (header) {
        call->status = header->fdwStatus;
        call->used = header->cbSrcLengthUsed;
        call->made = header->cbDstLengthUsed;
    }
    return TRUE;
}

static BOOL same(const char *narrow, const WCHAR *wide)
{
    for (; *narrow && (WCHAR)*narrow == *wide; wide++)
        narrow++;
    return (WCHAR)*narrow == *wide;
}

DWORD WINAPI GetEnvironmentVariableW(LPCWSTR name, LPWSTR text, DWORD room)
{
    size_t n = environment && same("OMNIACM_SETTINGS", name) ? strlen(environment) : 0;

    if (n >= room)
        return (DWORD)n + 1;
    for (size_t i = 0; i <= n && n; i++)
        text[i] = (WCHAR)environment[i];
    return (DWORD)n;
}

/* The key exists if it has values. */
static LSTATUS WINAPI registry_open(HKEY root, const WCHAR *key, DWORD options, REGSAM access,
                                    HKEY *at)
{
    registry_reads++;
    if (is_denied() || root != HKEY_CURRENT_USER ||
        !same("Software\\Microsoft\\Multimedia\\msacm.omniacm", key) || options ||
        access != KEY_QUERY_VALUE || !registered->value)
        return ERROR_FILE_NOT_FOUND;
    keys_open++;
    *at = (HKEY)(void *)registered;
    return ERROR_SUCCESS;
}

static LSTATUS WINAPI registry_value(HKEY at_key, const WCHAR *key, const WCHAR *value, DWORD flags,
                                     DWORD *type, void *data, DWORD *size)
{
    registry_queries++;
    if (at_key != (HKEY)(void *)registered || key || type)
        return ERROR_FILE_NOT_FOUND;
    for (const struct registered *at = registered; at->value; at++) {
        size_t n = 0;

        if (!same(at->value, value))
            continue;
        if (!(flags & (at->type == REG_DWORD ? RRF_RT_REG_DWORD : RRF_RT_REG_MULTI_SZ)))
            return ERROR_UNSUPPORTED_TYPE;
        if (at->type == REG_DWORD) {
            memcpy(data, &at->number, *size = sizeof at->number);
            return ERROR_SUCCESS;
        }
        while (at->strings[n] || at->strings[n + 1])
            n++;
        n += 2;
        if (n * sizeof(WCHAR) > *size)
            return ERROR_MORE_DATA;
        for (size_t i = 0; i < n; i++)
            ((WCHAR *)data)[i] = (WCHAR)at->strings[i];
        return ERROR_SUCCESS;
    }
    return ERROR_FILE_NOT_FOUND;
}

static LSTATUS WINAPI registry_create(HKEY root, const WCHAR *key, DWORD reserved, WCHAR *class,
                                      DWORD options, REGSAM access, SECURITY_ATTRIBUTES *security,
                                      HKEY *at, DWORD *disposition)
{
    (void)reserved, (void)class, (void)options, (void)access, (void)security, (void)disposition;
    if (is_denied() || registry_is_closed || root != HKEY_CURRENT_USER ||
        !same("Software\\Microsoft\\Multimedia\\msacm.omniacm", key))
        return ERROR_ACCESS_DENIED;
    *at = (HKEY)(void *)registered;
    keys_open++;
    return ERROR_SUCCESS;
}

static LSTATUS registry_forget(HKEY at, const WCHAR *value)
{
    for (struct registered *found = registered; at == (HKEY)(void *)registered && found->value;
         found++)
        if (same(found->value, value)) {
            for (; found->value; found++)
                *found = found[1];
            return ERROR_SUCCESS;
        }
    return ERROR_FILE_NOT_FOUND;
}

static LSTATUS WINAPI registry_delete(HKEY at, const WCHAR *value)
{
    return is_denied() ? ERROR_ACCESS_DENIED : registry_forget(at, value);
}

/* Written values are stored here until the test ends. */
static LSTATUS WINAPI registry_set(HKEY at, const WCHAR *value, DWORD reserved, DWORD type,
                                   const BYTE *data, DWORD size)
{
    static char names[8][16], strings[1024];
    struct registered *to = registered;
    size_t n = 0;

    (void)reserved;
    if (is_denied())
        return ERROR_ACCESS_DENIED;
    registry_forget(at, value);
    while (to->value)
        to++;
    do
        names[to - registered][n] = (char)value[n];
    while (value[n++]);
    *to = (struct registered){ names[to - registered], type, 0, strings };
    if (type == REG_DWORD)
        memcpy(&to->number, data, sizeof to->number);
    else
        for (n = 0; n < size / sizeof(WCHAR); n++)
            strings[n] = (char)((const WCHAR *)(const void *)data)[n];
    return ERROR_SUCCESS;
}

static LSTATUS WINAPI registry_close(HKEY at)
{
    keys_open--;
    return at == (HKEY)(void *)registered ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}

static BOOL WINAPI module_find(DWORD flags, const WCHAR *address, HMODULE *module)
{
    *module = (HMODULE)(void *)registered;
    return flags && address;
}

static HICON WINAPI icon_load(HINSTANCE module, const WCHAR *number)
{
    return module == (HMODULE)(void *)registered && number == MAKEINTRESOURCEW(1) ? icon_lent : 0;
}

static char kernel32, advapi32, user32;
long libraries_loaded;

static HMODULE module_of(LPCWSTR name)
{
    if (same("kernel32.dll", name))
        return (HMODULE)(void *)&kernel32;
    return icon_lent && same("user32.dll", name) ? (HMODULE)(void *)&user32 : 0;
}

HMODULE WINAPI GetModuleHandleW(LPCWSTR name) { return is_denied() ? 0 : module_of(name); }

/* Dialogs cannot be shown here: the functions of kernel32 that they need are missing. */
HMODULE WINAPI LoadLibraryW(LPCWSTR name)
{
    HMODULE module = 0;

    if (!is_denied())
        module = same("advapi32.dll", name) ? (HMODULE)(void *)&advapi32 : module_of(name);
    libraries_loaded += module != 0;
    return module;
}

BOOL WINAPI FreeLibrary(HMODULE module)
{
    libraries_loaded--;
    return module != 0;
}

FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name)
{
    const struct {
        void *module;
        const char *name;
        FARPROC call;
    } calls[] = {
        { kernel_has_registry ? &kernel32 : &advapi32, "RegOpenKeyExW",
          (FARPROC)(void *)registry_open },
        { kernel_has_registry ? &kernel32 : &advapi32, "RegGetValueW",
          (FARPROC)(void *)registry_value },
        { kernel_has_registry ? &kernel32 : &advapi32, "RegCloseKey",
          (FARPROC)(void *)registry_close },
        { &advapi32, "RegCreateKeyExW", (FARPROC)(void *)registry_create },
        { &advapi32, "RegSetValueExW", (FARPROC)(void *)registry_set },
        { &advapi32, "RegDeleteValueW", (FARPROC)(void *)registry_delete },
        { &advapi32, "RegCloseKey", (FARPROC)(void *)registry_close },
        { &kernel32, "GetModuleHandleExW", (FARPROC)(void *)module_find },
        { &user32, "LoadIconW", (FARPROC)(void *)icon_load },
    };

    if (is_denied())
        return 0;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if ((void *)module == calls[i].module && strcmp(name, calls[i].name) == 0)
            return calls[i].call;
    return 0;
}
