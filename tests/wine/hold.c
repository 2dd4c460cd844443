/* Keeps a file in use, until another appears: `hold load FILE UNTIL` as a program that has the
 * driver loaded, `hold lock FILE UNTIL` as one that lets nobody else at it. Says when it has it.
 * Ends well if a loaded driver still answers. */
#include <stdio.h>
#include <string.h>
#include <windows.h>
#include <mmsystem.h>
#include <mmreg.h>
#include <msacm.h>
#include "acm/msacmdrv.h"

enum { STEP = 20, STEPS = 3000 }; /* milliseconds, and how many */

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
    puts("held");
    fflush(stdout);
    for (i = 0; i < STEPS && GetFileAttributesA(argv[3]) == INVALID_FILE_ATTRIBUTES; i++)
        Sleep(STEP);
    return module && !answers(module) ? 4 : 0;
}
