/* Where a driver is installed, and which files, on each kind of 64-bit system. */
#include "support.h"
#include <windows.h>
#include "cli/system.c"

enum { KERNEL32 = 1, NTDLL };

/* The answers of the functions of Windows below. */
static struct {
    bool is_wine;
    bool lacks_syswow64;
    USHORT processor;    /* by IsWow64Process2, or 0 where that function is missing */
    bool knows_machines; /* there is a GetMachineTypeAttributes */
    bool runs_x64;
} windows;

static bool same(const WCHAR *a, const WCHAR *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static UINT copy(WCHAR *to, const WCHAR *from)
{
    UINT n = 0;

    do
        to[n] = from[n];
    while (from[n++]);
    return n - 1;
}

HMODULE WINAPI GetModuleHandleW(LPCWSTR name)
{
    uintptr_t module = same(name, L"kernel32.dll") ? KERNEL32 : NTDLL;

    return (HMODULE)module;
}

static BOOL WINAPI ask_process(HANDLE process, USHORT *emulated, USHORT *native)
{
    (void)process;
    *emulated = 0;
    *native = windows.processor;
    return TRUE;
}

static HRESULT WINAPI ask_machine(USHORT machine, int *attributes)
{
    *attributes = machine == X64 && windows.runs_x64 ? USER_ENABLED : 0;
    return machine == X64 || machine == ARM64 ? S_OK : E_INVALIDARG;
}

FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name)
{
    if (module == (HMODULE)NTDLL)
        return windows.is_wine && strcmp(name, "wine_get_version") == 0
                   ? (FARPROC)(void *)ask_process
                   : 0;
    if (windows.processor && strcmp(name, "IsWow64Process2") == 0)
        return (FARPROC)(void *)ask_process;
    if (windows.knows_machines && strcmp(name, "GetMachineTypeAttributes") == 0)
        return (FARPROC)(void *)ask_machine;
    return 0;
}

HANDLE WINAPI GetCurrentProcess(void) { return (HANDLE)-1; }

BOOL WINAPI IsWow64Process(HANDLE process, PBOOL wow64)
{
    (void)process;
    *wow64 = FALSE;
    return TRUE;
}

UINT WINAPI GetSystemDirectoryW(LPWSTR path, UINT room)
{
    (void)room;
    return copy(path, L"C:\\Windows\\System32");
}

UINT WINAPI GetSystemWow64DirectoryW(LPWSTR path, UINT room)
{
    (void)room;
    return copy(path, L"C:\\Windows\\SysWOW64");
}

DWORD WINAPI GetFileAttributesW(LPCWSTR path)
{
    bool missing = windows.lacks_syswow64 || !same(path, L"C:\\Windows\\SysWOW64");

    return missing ? INVALID_FILE_ATTRIBUTES : FILE_ATTRIBUTE_DIRECTORY;
}

DWORD WINAPI GetLastError(void) { return ERROR_FILE_NOT_FOUND; }

BOOL WINAPI Wow64DisableWow64FsRedirection(PVOID *state)
{
    (void)state;
    return FALSE;
}

BOOL WINAPI Wow64RevertWow64FsRedirection(PVOID state)
{
    (void)state;
    return FALSE;
}

/* `names` are those of the 64-bit width, and NULL. */
static void assert_names(const WCHAR *const names[])
{
    struct system system;
    unsigned i = 0;

    system_detect(&system);
    for (; names[i]; i++)
        assert_true(system.widths[0].names[i] && same(system.widths[0].names[i], names[i]));
    assert_null(system.widths[0].names[i]);
    assert_true(same(system.widths[0].folder, L"C:\\Windows\\System32"));
    assert_int_equal(system.widths[0].view, KEY_WOW64_64KEY);
    assert_int_equal(system.wine, windows.is_wine);
    assert_int_equal(system.count, windows.lacks_syswow64 ? 1 : 2);
    if (system.count == 1)
        return;
    assert_true(same(system.widths[1].names[0], L"x86") && !system.widths[1].names[1]);
    assert_true(same(system.widths[1].folder, L"C:\\Windows\\SysWOW64"));
    assert_int_equal(system.widths[1].view, KEY_WOW64_32KEY);
}

static const WCHAR *const x64[] = { L"x64", 0 };
static const WCHAR *const arm64[] = { L"arm64x", L"arm64", L"x64", 0 };
static const WCHAR *const arm64_with_x64[] = { L"arm64x", L"x64", 0 };

static void x64_gets_both_widths(void **unused)
{
    (void)unused;
    memset(&windows, 0, sizeof windows); /* Windows 7 */
    assert_names(x64);
    windows.processor = X64; /* 10 */
    assert_names(x64);
    windows.knows_machines = windows.runs_x64 = true; /* 11 */
    assert_names(x64);
    windows.is_wine = true;
    assert_names(x64);
}

static void arm64_gets_what_serves_most_programs(void **unused)
{
    (void)unused;
    memset(&windows, 0, sizeof windows);
    windows.processor = ARM64; /* Windows 10 */
    assert_names(arm64);
    windows.knows_machines = true; /* Wine */
    assert_names(arm64);
    windows.runs_x64 = true; /* Windows 11 */
    assert_names(arm64_with_x64);
}

static void without_32_bit_programs_there_is_one_width(void **unused)
{
    (void)unused;
    memset(&windows, 0, sizeof windows);
    windows.is_wine = windows.lacks_syswow64 = true;
    assert_names(x64);
    windows.processor = ARM64;
    assert_names(arm64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(x64_gets_both_widths),
        cmocka_unit_test(arm64_gets_what_serves_most_programs),
        cmocka_unit_test(without_32_bit_programs_there_is_one_width),
    };

    return cmocka_run_group_tests_name("system", tests, 0, 0);
}
