/* The functions that compilers call implicitly; there is no C runtime. Special options keep the
 * loops from being compiled into calls to themselves. */
#include <stddef.h>
#include <stdint.h>
#include "move_bytes.h"
#include "msacmdrv.h"

void *memset(void *to, int value, size_t n)
{
    uint8_t *t = to;

    while (n--)
        *t++ = (uint8_t)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;

    for (; n; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memmove(void *to, const void *from, size_t n)
{
    move_bytes(to, from, n);
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    return memmove(to, from, n);
}

/* The DLL's entry point, named in CMakeLists.txt. */
BOOL WINAPI entry(HINSTANCE instance, DWORD reason, void *reserved);
BOOL WINAPI entry(HINSTANCE instance, DWORD reason, void *reserved)
{
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH)
        DisableThreadLibraryCalls(instance);
    return TRUE;
}
