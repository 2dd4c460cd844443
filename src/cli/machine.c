#include "machine.h"

static bool is_64_bit(void)
{
    BOOL wow = FALSE;

    return sizeof(void *) == 8 || (IsWow64Process(GetCurrentProcess(), &wow) && wow);
}

void machine_look(struct machine *machine)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    struct width *width = machine->widths;

    *machine =
        (struct machine){ .wine = ntdll && GetProcAddress(ntdll, "wine_get_version"), .count = 1 };
    if (is_64_bit()) {
        *width = (struct width){ .name = L"x64", .view = KEY_WOW64_64KEY };
        GetSystemDirectoryW(width->folder, MAX_PATH);
        width++;
        machine->count++;
        *width = (struct width){ .name = L"x86", .view = KEY_WOW64_32KEY };
        GetSystemWow64DirectoryW(width->folder, MAX_PATH);
    } else {
        *width = (struct width){ .name = L"x86" };
        GetSystemDirectoryW(width->folder, MAX_PATH);
    }
}

void machine_unveil(void **was)
{
    *was = 0;
    if (sizeof(void *) == 4)
        Wow64DisableWow64FsRedirection(was);
}

void machine_veil(void *was)
{
    if (sizeof(void *) == 4)
        Wow64RevertWow64FsRedirection(was);
}
