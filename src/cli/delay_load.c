/* msacm32.dll is loaded on the first call to it. The linker helper writes the addresses of its
 * functions into the import table, which newer linkers (binutils 2.44) place in a read-only
 * section: the helper's hook makes the entry writable first. */
#include <windows.h>
#include <delayimp.h>

extern IMAGE_DOS_HEADER __ImageBase;

static void make_writable(void *at)
{
    DWORD before;

    VirtualProtect(at, sizeof(void *), PAGE_READWRITE, &before);
}

static FARPROC WINAPI before_binding(unsigned event, PDelayLoadInfo info)
{
    if (event == dliStartProcessing) {
        make_writable((BYTE *)&__ImageBase + info->pidd->rvaHmod);
        make_writable(info->ppfn);
    }
    return 0; /* the helper goes on */
}

PfnDliHook __pfnDliNotifyHook2 = before_binding;
