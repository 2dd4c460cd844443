/* A winmm.dll that does not need msacm32.dll, unlike Wine's: what the driver imports, for
 * tests/wine/alone.tap, which runs the program without msacm32.dll. */
#include <windows.h>
#include <mmsystem.h>

LRESULT WINAPI DefDriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM first, LPARAM second)
{
    (void)id, (void)driver, (void)message, (void)first, (void)second;
    return 0;
}

BOOL WINAPI DriverCallback(DWORD_PTR callback, DWORD flags, HDRVR device, DWORD message,
                           DWORD_PTR user, DWORD_PTR first, DWORD_PTR second);
BOOL WINAPI DriverCallback(DWORD_PTR callback, DWORD flags, HDRVR device, DWORD message,
                           DWORD_PTR user, DWORD_PTR first, DWORD_PTR second)
{
    (void)callback, (void)flags, (void)device, (void)message, (void)user, (void)first, (void)second;
    return FALSE;
}
