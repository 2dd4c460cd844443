/* Functions that the driver does not import, because most of its calls need none of them. */
#ifndef OMNIACM_LOADER_H
#define OMNIACM_LOADER_H

#include <string.h>
#include <windows.h>

/* Looks up a function of a module, and stores its address in the function pointer at `function`;
 * false, and a null pointer, if the module is null or does not export the function. */
static inline BOOL load_function(HMODULE module, const char *name, void *function)
{
    FARPROC found = module ? GetProcAddress(module, name) : 0;

    memcpy(function, &found, sizeof found);
    return found != 0;
}

#endif
