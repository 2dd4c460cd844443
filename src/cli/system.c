#include "system.h"

enum { X64 = 0x8664, ARM64 = 0xAA64, USER_ENABLED = 1 };

typedef BOOL WINAPI is_wow64_process2(HANDLE, USHORT *process, USHORT *native);
typedef HRESULT WINAPI get_machine_type_attributes(USHORT machine, int *attributes);

static bool is_64_bit(void)
{
    BOOL wow64 = FALSE;

    return sizeof(void *) == 8 || (IsWow64Process(GetCurrentProcess(), &wow64) && wow64);
}

static bool exists(const wchar_t *folder)
{
    return GetFileAttributesW(folder) != INVALID_FILE_ATTRIBUTES ||
           (GetLastError() != ERROR_FILE_NOT_FOUND && GetLastError() != ERROR_PATH_NOT_FOUND);
}

/* Windows 10 and later say what the processor is, also to the programs that they emulate. */
static bool is_arm64(HMODULE kernel32)
{
    is_wow64_process2 *ask =
        (is_wow64_process2 *)(void *)GetProcAddress(kernel32, "IsWow64Process2");
    USHORT process, native;

    return ask && ask(GetCurrentProcess(), &process, &native) && native == ARM64;
}

/* Windows 11 runs x64 programs on ARM64, Windows 10 does not. */
static bool emulates_x64(HMODULE kernel32)
{
    get_machine_type_attributes *ask =
        (get_machine_type_attributes *)(void *)GetProcAddress(kernel32, "GetMachineTypeAttributes");
    int attributes = 0;

    return ask && SUCCEEDED(ask(X64, &attributes)) && (attributes & USER_ENABLED) != 0;
}

/* On ARM64, native and x64 programs share System32. A driver that is built as ARM64X serves both;
 * of the others, the one for x64 serves more programs where they run. */
static struct width width_64(void)
{
    HMODULE kernel32 = GetModuleHandleW(L"kernel32.dll");
    struct width width = { .view = KEY_WOW64_64KEY };
    const wchar_t **name = width.names;

    if (is_arm64(kernel32)) {
        *name++ = L"arm64x";
        if (!emulates_x64(kernel32))
            *name++ = L"arm64";
    }
    *name = L"x64";
    GetSystemDirectoryW(width.folder, MAX_PATH);
    return width;
}

void system_detect(struct system *system)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    struct width *width = system->widths;

    *system = (struct system){ .count = 1 };
    system->wine = ntdll && GetProcAddress(ntdll, "wine_get_version");
    if (is_64_bit()) {
        *width++ = width_64();
        *width = (struct width){ .names = { L"x86" }, .view = KEY_WOW64_32KEY };
        GetSystemWow64DirectoryW(width->folder, MAX_PATH);
        /* Wine can be installed for 64-bit programs alone. */
        if (exists(width->folder))
            system->count++;
    } else {
        *width = (struct width){ .names = { L"x86" } };
        GetSystemDirectoryW(width->folder, MAX_PATH);
    }
}

void wow64_redirection_disable(void **state)
{
    *state = 0;
    if (sizeof(void *) == 4)
        Wow64DisableWow64FsRedirection(state);
}

void wow64_redirection_restore(void *state)
{
    if (sizeof(void *) == 4)
        Wow64RevertWow64FsRedirection(state);
}
