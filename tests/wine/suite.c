/* The main program of one test of Wine, which wine/test.h implements, for `tests/suites`. SUITE is
 * the name of the test. */
#define WIN32_LEAN_AND_MEAN
#define STANDALONE
#include <stdio.h>
#include <windows.h>
#include "wine/test.h"

#define TEXT_OF(name) #name
#define ENTRY(name) \
    { \
        TEXT_OF(name), func_##name \
    }
#define DECLARE(name) extern void func_##name(void)
#define EXPAND(macro, name) macro(name)

EXPAND(DECLARE, SUITE);
const struct test winetest_testlist[] = { EXPAND(ENTRY, SUITE), { 0, 0 } };

/* Wine's tests take these from its C library. */
static char *next_text(void)
{
    static char texts[8][512];
    static LONG next;

    return texts[(ULONG)InterlockedIncrement(&next) % 8];
}

const char *__wine_dbg_strdup(const char *text)
{
    char *copy = next_text();

    snprintf(copy, sizeof(char[512]), "%s", text);
    return copy;
}

#undef debugstr_w
const char *debugstr_w(const WCHAR *text)
{
    char *copy = next_text();

    snprintf(copy, sizeof(char[512]), "%ls", text ? text : L"(null)");
    return copy;
}
