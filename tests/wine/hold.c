/* Uses a file until another file appears: `hold load FILE UNTIL` loads it as a driver, `hold lock
 * FILE UNTIL` opens it for exclusive access. Prints "ready" once it does. Succeeds if a loaded
 * driver still answers at the end. */
#include <stdio.h>
#include <string.h>
#include <windows.h>
#include <mmsystem.h>
#include <mmreg.h>
#include <msacm.h>
#include "acm/msacmdrv.h"

enum { STEP = 20, STEPS = 3000 }; /* waits for 3000 times 20 ms at most */

typedef LRESULT(CALLBACK *driver_proc)(DWORD_PTR, HDRVR, UINT, LPARAM, LPARAM);

static int answers(HMODULE module)
{
    static ACMDRIVERDETAILSW details = { .cbStruct = sizeof details };
    driver_proc driver = (driver_proc)(void *)GetProcAddress(module, "DriverProc");

    return driver && driver(1, 0, ACMDM_DRIVER_DETAILS, (LPARAM)&details, 0) == 0 &&
           details.cFormatTags != 0;
}

int main(int argc, char **argv)
{
    HMODULE module = 0;
    HANDLE file = INVALID_HANDLE_VALUE;
    int i;

    if (argc != 4)
        return 2;
    if (strcmp(argv[1], "load") == 0)
        module = LoadLibraryA(argv[2]);
    else
        file = CreateFileA(argv[2], GENERIC_READ, 0, 0, OPEN_EXISTING, 0, 0);
    if (!module && file == INVALID_HANDLE_VALUE)
        return 3;
    puts("ready");
    fflush(stdout);
    for (i = 0; i < STEPS && GetFileAttributesA(argv[3]) == INVALID_FILE_ATTRIBUTES; i++)
        Sleep(STEP);
    return module && !answers(module) ? 4 : 0;
}
