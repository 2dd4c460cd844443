#include <string.h>
#include "loader.h"

BOOL load_function(HMODULE module, const char *name, void *function)
{
    FARPROC found = module ? GetProcAddress(module, name) : 0;

    memcpy(function, &found, sizeof found);
    return found != 0;
}
