#include <fcntl.h>
#include <io.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>
#include "console.h"

enum { ROOM = 40000 }; /* a path has up to 32767 characters */

static volatile LONG stop; /* set by Ctrl+C */
static bool on_terminal;
static bool bar_shown;
static UINT old_code_page; /* the console's, restored at exit */

bool interrupted(void) { return stop != 0; }

static BOOL WINAPI on_control(DWORD event)
{
    (void)event;
    stop = 1;
    return TRUE;
}

static void restore_code_page(void) { SetConsoleOutputCP(old_code_page); }

void console_start(void)
{
    DWORD mode;

    old_code_page = GetConsoleOutputCP();
    if (old_code_page != 0) {
        SetConsoleOutputCP(CP_UTF8);
        atexit(restore_code_page);
    }
    _setmode(_fileno(stdout), _O_BINARY);
    _setmode(_fileno(stderr), _O_BINARY);
    on_terminal = GetConsoleMode(GetStdHandle(STD_ERROR_HANDLE), &mode) != 0;
    SetConsoleCtrlHandler(on_control, TRUE);
}

static void write_text(FILE *file, const wchar_t *format, va_list arguments)
{
    static wchar_t wide[ROOM];
    static char bytes[3 * ROOM];
    int n;

    wide[0] = 0;
    vswprintf(wide, ROOM, format, arguments);
    wide[ROOM - 1] = 0;
    n = WideCharToMultiByte(CP_UTF8, 0, wide, -1, bytes, sizeof bytes, 0, 0);
    if (n > 0)
        fwrite(bytes, 1, (size_t)n - 1, file);
    fflush(file);
}

static void write_error(const wchar_t *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    write_text(stderr, format, arguments);
    va_end(arguments);
}

void print(const wchar_t *format, ...)
{
    va_list arguments;

    progress(1000, L"");
    va_start(arguments, format);
    write_text(stdout, format, arguments);
    va_end(arguments);
}

static void print_warning(const wchar_t *format, va_list arguments)
{
    progress(1000, L"");
    write_error(L"omniacm: ");
    write_text(stderr, format, arguments);
    write_error(L"\n");
}

void warn(const wchar_t *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_warning(format, arguments);
    va_end(arguments);
}

int fail(const wchar_t *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_warning(format, arguments);
    va_end(arguments);
    return EXIT_FAILURE;
}

const wchar_t *system_error_text(unsigned long error)
{
    static wchar_t text[512];
    DWORD n = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, 0, error,
                             0, text, sizeof text / sizeof *text, 0);

    while (n > 0 && (text[n - 1] <= L' ' || text[n - 1] == L'.'))
        text[--n] = 0;
    if (n == 0)
        swprintf(text, sizeof text / sizeof *text, L"error %lu", error);
    return text;
}

void progress(unsigned thousandths, const wchar_t *text)
{
    static const wchar_t full[] = L"########################################";
    int done = (int)(thousandths / 25);

    if (!on_terminal || (thousandths >= 1000 && !bar_shown))
        return;
    bar_shown = thousandths < 1000;
    if (bar_shown)
        write_error(L"\r[%-40.*ls] %3u %%  %-34ls", done, full, thousandths / 10, text);
    else
        write_error(L"\r%84ls\r", L"");
}
