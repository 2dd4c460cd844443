/* Functions that the driver looks up when it needs them, because it imports only what every call
 * of it needs. */
#ifndef OMNIACM_LOADER_H
#define OMNIACM_LOADER_H

#include <windows.h>

/* Stores the address of a function in *function, a pointer to it; false, and a null pointer, if the
 * module is null or does not export it. */
BOOL load_function(HMODULE, const char *name, void *function);

#endif
