/* Wide characters have 16 bits on Windows, which the C library here does not support, so the
 * program is compiled with these functions. Included before each of its files. */
#ifndef OMNIACM_TESTS_CLI_WIDE_H
#define OMNIACM_TESTS_CLI_WIDE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <wchar.h>
#include <wctype.h>

size_t wide_len(const wchar_t *);
wchar_t *wide_cpy(wchar_t *, const wchar_t *);
wchar_t *wide_cat(wchar_t *, const wchar_t *);
wchar_t *wide_ncat(wchar_t *, const wchar_t *, size_t);
int wide_cmp(const wchar_t *, const wchar_t *);
int wide_ncmp(const wchar_t *, const wchar_t *, size_t);
int wide_icmp(const wchar_t *, const wchar_t *);
int wide_nicmp(const wchar_t *, const wchar_t *, size_t);
wchar_t *wide_chr(const wchar_t *, wchar_t);
wchar_t *wide_rchr(const wchar_t *, wchar_t);
wchar_t *wide_str(const wchar_t *, const wchar_t *);
size_t wide_cspn(const wchar_t *, const wchar_t *);
wchar_t *wide_pbrk(const wchar_t *, const wchar_t *);
unsigned long wide_toul(const wchar_t *, wchar_t **, int base);
double wide_tod(const wchar_t *, wchar_t **);
wchar_t *wide_dup(const wchar_t *);

/* Support the conversions that the program uses: d, u, x, X, f, g, ls and hs. A long has 32 bits,
 * as on Windows. */
int wide_vprintf(wchar_t *, size_t room, const wchar_t *format, va_list);
int wide_printf(wchar_t *, size_t room, const wchar_t *format, ...);

#define wcslen wide_len
#define wcscpy wide_cpy
#define wcscat wide_cat
#define wcsncat wide_ncat
#define wcscmp wide_cmp
#define wcsncmp wide_ncmp
#define _wcsicmp wide_icmp
#define _wcsnicmp wide_nicmp
#define wcschr wide_chr
#define wcsrchr wide_rchr
#define wcsstr wide_str
#define wcscspn wide_cspn
#define wcspbrk wide_pbrk
#define wcstoul wide_toul
#define wcstod wide_tod
#define _wcsdup wide_dup
#define swprintf wide_printf
#define vswprintf wide_vprintf

#endif
