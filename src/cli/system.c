#include "system.h"

static bool is_64_bit(void)
{
    BOOL wow64 = FALSE;

    return sizeof(void *) == 8 || (IsWow64Process(GetCurrentProcess(), &wow64) && wow64);
}

void system_detect(struct system *system)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    struct width *width = system->widths;

    *system = (struct system){ .count = 1 };
    system->wine = ntdll && GetProcAddress(ntdll, "wine_get_version");
    if (is_64_bit()) {
        *width = (struct width){ .name = L"x64", .view = KEY_WOW64_64KEY };
        GetSystemDirectoryW(width->folder, MAX_PATH);
        width++;
        system->count++;
        *width = (struct width){ .name = L"x86", .view = KEY_WOW64_32KEY };
        GetSystemWow64DirectoryW(width->folder, MAX_PATH);
    } else {
        *width = (struct width){ .name = L"x86" };
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
