/* The entry point of the program, and the function that is not in ucrtbase.dll. Debian has no start
 * code of MinGW-w64 for ARM64. */
#include <stdlib.h>

enum { ARGUMENTS_AS_THEY_ARE = 1 }; /* the C library does not expand wildcards */

int wmain(int, wchar_t **);
int _configure_wide_argv(int);
int *__p___argc(void);
wchar_t ***__p___wargv(void);

int _crt_atexit(void (*)(void));

int atexit(void (*function)(void)) { return _crt_atexit(function); }

void start(void);
void start(void)
{
    _configure_wide_argv(ARGUMENTS_AS_THEY_ARE);
    exit(wmain(*__p___argc(), *__p___wargv()));
}
