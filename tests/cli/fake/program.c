/* Captures the program's output, and runs it. */
#include <string.h>
#include "program.h"
#undef fail /* of cmocka; the program has its own */
#include "cli/commands.h"
#include "cli/console.h"

int wmain(int count, wchar_t **args);

char out[1 << 18], err[1 << 16];

static void add(char *to, size_t room, const wchar_t *format, va_list values)
{
    static wchar_t wide[40000];
    size_t n = strlen(to);

    wide_vprintf(wide, sizeof wide / sizeof *wide, format, values);
    for (const wchar_t *p = wide; *p && n + 4 < room; p++) {
        if (*p < 0x80) {
            to[n++] = (char)*p;
        } else { /* like WideCharToMultiByte, without surrogates */
            if (*p >= 0x800) {
                to[n++] = (char)(0xE0 | *p >> 12);
                to[n++] = (char)(0x80 | (*p >> 6 & 63));
            } else {
                to[n++] = (char)(0xC0 | *p >> 6);
            }
            to[n++] = (char)(0x80 | (*p & 63));
        }
    }
    to[n] = 0;
}

void console_start(void) {}

void print(const wchar_t *format, ...)
{
    va_list values;

    va_start(values, format);
    add(out, sizeof out, format, values);
    va_end(values);
}

void warn(const wchar_t *format, ...)
{
    va_list values;

    va_start(values, format);
    add(err, sizeof err, format, values);
    va_end(values);
    strncat(err, "\n", sizeof err - strlen(err) - 1);
}

int fail(const wchar_t *format, ...)
{
    va_list values;

    va_start(values, format);
    add(err, sizeof err, format, values);
    va_end(values);
    strncat(err, "\n", sizeof err - strlen(err) - 1);
    return EXIT_FAILURE;
}

const wchar_t *system_error_text(unsigned long error)
{
    static wchar_t text[32];

    swprintf(text, 32, L"error %u", (unsigned)error);
    return text;
}

void progress(unsigned thousandths, const wchar_t *text)
{
    (void)thousandths;
    (void)text;
}

bool interrupted(void) { return false; }

/* Installing is not tested here. */
int command_install(const struct drivers *drivers, int count, wchar_t **args)
{
    (void)count;
    (void)args;
    return drivers ? EXIT_FAILURE : EXIT_SUCCESS;
}

int command_uninstall(const struct drivers *drivers, int count, wchar_t **args)
{
    return command_install(drivers, count, args);
}

int run(const char *line)
{
    static wchar_t text[2048];
    wchar_t *words[64] = { L"omniacm" };
    int count = 1;
    size_t n = 0;

    out[0] = err[0] = 0;
    for (; line[n] && n < 2047; n++)
        text[n] = line[n] == ' ' ? 0 : (unsigned char)line[n];
    text[n] = 0;
    for (size_t i = 0; i < n; i++)
        if (text[i] && (i == 0 || !text[i - 1]))
            words[count++] = text + i;
    return wmain(count, words);
}

bool says(const char *part) { return strstr(out, part) || strstr(err, part); }

int program_begin(void **state)
{
    host_begin(state);
    disk_fresh();
    acm_fresh();
    children = 0;
    return 0;
}

int program_end(void **state)
{
    bool closed = acm_open() == 0 && disk_handles() == 0;

    disk_fresh();
    return host_end(state) == 0 && closed ? 0 : -1;
}
