#include <stdlib.h>
#include <string.h>
#include "mock.h"

struct heap heap;
struct told told[4];
unsigned told_count;
struct passed passed;
unsigned passed_count;
const char *environment;
struct registered registered[8];
unsigned registry_reads;
BOOL kernel_has_registry = TRUE;
DWORD64 processor_features;

void mock_fresh(void)
{
    heap = (struct heap){ .fill = 0xA5 };
    memset(told, 0, sizeof told);
    memset(&passed, 0, sizeof passed);
    told_count = passed_count = registry_reads = 0;
    memset(registered, 0, sizeof registered);
    environment = 0;
    kernel_has_registry = TRUE;
    processor_features = 0;
}

BOOL WINAPI IsProcessorFeaturePresent(DWORD feature) { return processor_features >> feature & 1; }

HANDLE WINAPI GetProcessHeap(void) { return &heap; }

LPVOID WINAPI HeapAlloc(HANDLE of, DWORD flags, SIZE_T size)
{
    void *block;

    if (of != &heap || size > HEAP_MOST || (heap.failing && --heap.failing == 0))
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

BOOL WINAPI DriverCallback(DWORD_PTR callback, DWORD flags, HDRVR device, DWORD message, DWORD_PTR user, DWORD_PTR first,
                           DWORD_PTR second)
{
    const struct stream_header *header = (const void *)first;
    struct told *call = &told[told_count++ % (sizeof told / sizeof *told)];

    *call = (struct told){ callback, user, first, second, flags, message, device, 0, 0, 0 };
    if (header) {
        call->status = header->fdwStatus;
        call->used = header->cbSrcLengthUsed;
        call->made = header->cbDstLengthUsed;
    }
    return TRUE;
}

static BOOL same(const char *narrow, const WCHAR *wide)
{
    while (*narrow && (WCHAR)*narrow == *wide)
        narrow++, wide++;
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

static LSTATUS WINAPI registry_value(HKEY root, const WCHAR *key, const WCHAR *value, DWORD flags, DWORD *type, void *data, DWORD *size)
{
    registry_reads++;
    if (root != HKEY_CURRENT_USER || !same("Software\\Microsoft\\Multimedia\\msacm.omniacm", key) || type)
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

static char kernel32, advapi32;

HMODULE WINAPI GetModuleHandleW(LPCWSTR name) { return same("kernel32.dll", name) ? (HMODULE)(void *)&kernel32 : 0; }

HMODULE WINAPI LoadLibraryW(LPCWSTR name) { return same("advapi32.dll", name) ? (HMODULE)(void *)&advapi32 : 0; }

FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name)
{
    BOOL has = (void *)module == (void *)(kernel_has_registry ? &kernel32 : &advapi32);

    return has && strcmp(name, "RegGetValueW") == 0 ? (FARPROC)(void *)registry_value : 0;
}
