#include <fcntl.h>
#include <io.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>
#include "say.h"

enum { ROOM = 40000 }; /* a path has up to 32767 characters */

static volatile LONG stop;
static bool on_terminal;
static bool bar_shown;
static UINT code_page; /* of the console before */

bool interrupted(void) { return stop != 0; }

static BOOL WINAPI on_control(DWORD event)
{
    (void)event;
    stop = 1;
    return TRUE;
}

static void restore(void) { SetConsoleOutputCP(code_page); }

void say_start(void)
{
    DWORD mode;

    code_page = GetConsoleOutputCP();
    if (code_page != 0) {
        SetConsoleOutputCP(CP_UTF8);
        atexit(restore);
    }
    _setmode(_fileno(stdout), _O_BINARY);
    _setmode(_fileno(stderr), _O_BINARY);
    on_terminal = GetConsoleMode(GetStdHandle(STD_ERROR_HANDLE), &mode) != 0;
    SetConsoleCtrlHandler(on_control, TRUE);
}

static void print(FILE *file, const wchar_t *format, va_list values)
{
    static wchar_t wide[ROOM];
    static char bytes[3 * ROOM];
    int n;

    wide[0] = 0;
    vswprintf(wide, ROOM, format, values);
    wide[ROOM - 1] = 0;
    n = WideCharToMultiByte(CP_UTF8, 0, wide, -1, bytes, sizeof bytes, 0, 0);
    if (n > 0)
        fwrite(bytes, 1, (size_t)n - 1, file);
    fflush(file);
}

static void print_error(const wchar_t *format, ...)
{
    va_list values;

    va_start(values, format);
    print(stderr, format, values);
    va_end(values);
}

void say(const wchar_t *format, ...)
{
    va_list values;

    progress(1000, L"");
    va_start(values, format);
    print(stdout, format, values);
    va_end(values);
}

static void note_values(const wchar_t *format, va_list values)
{
    progress(1000, L"");
    print_error(L"omniacm: ");
    print(stderr, format, values);
    print_error(L"\n");
}

void note(const wchar_t *format, ...)
{
    va_list values;

    va_start(values, format);
    note_values(format, values);
    va_end(values);
}

int fail(const wchar_t *format, ...)
{
    va_list values;

    va_start(values, format);
    note_values(format, values);
    va_end(values);
    return EXIT_BAD;
}

const wchar_t *system_words(unsigned long error)
{
    static wchar_t words[512];
    DWORD n = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, 0, error,
                             0, words, sizeof words / sizeof *words, 0);

    while (n > 0 && (words[n - 1] <= L' ' || words[n - 1] == L'.'))
        words[--n] = 0;
    if (n == 0)
        swprintf(words, sizeof words / sizeof *words, L"error %lu", error);
    return words;
}

void progress(unsigned thousandths, const wchar_t *words)
{
    static const wchar_t full[] = L"########################################";
    int done = (int)(thousandths / 25);

    if (!on_terminal || (thousandths >= 1000 && !bar_shown))
        return;
    bar_shown = thousandths < 1000;
    if (bar_shown)
        print_error(L"\r[%-40.*ls] %3u %%  %-34ls", done, full, thousandths / 10, words);
    else
        print_error(L"\r%84ls\r", L"");
}
