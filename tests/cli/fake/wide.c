#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "wide.h"

size_t wide_len(const wchar_t *s)
{
    size_t n = 0;

    while (s[n])
        n++;
    return n;
}

wchar_t *wide_cpy(wchar_t *to, const wchar_t *from)
{
    return memcpy(to, from, (wide_len(from) + 1) * sizeof *to);
}

wchar_t *wide_cat(wchar_t *to, const wchar_t *from)
{
    wide_cpy(to + wide_len(to), from);
    return to;
}

wchar_t *wide_ncat(wchar_t *to, const wchar_t *from, size_t most)
{
    wchar_t *end = to + wide_len(to);

    for (; most && *from; most--)
        *end++ = *from++;
    *end = 0;
    return to;
}

static wchar_t lower(wchar_t c) { return c >= 'A' && c <= 'Z' ? (wchar_t)(c + 'a' - 'A') : c; }

static int compare(const wchar_t *a, const wchar_t *b, size_t most, wchar_t (*of)(wchar_t))
{
    for (; most; most--, a++, b++)
        if (of(*a) != of(*b) || !*a)
            return of(*a) - of(*b);
    return 0;
}

static wchar_t same(wchar_t c) { return c; }

int wide_cmp(const wchar_t *a, const wchar_t *b) { return compare(a, b, (size_t)-1, same); }
int wide_ncmp(const wchar_t *a, const wchar_t *b, size_t most) { return compare(a, b, most, same); }
int wide_icmp(const wchar_t *a, const wchar_t *b) { return compare(a, b, (size_t)-1, lower); }
int wide_nicmp(const wchar_t *a, const wchar_t *b, size_t most)
{
    return compare(a, b, most, lower);
}

wchar_t *wide_chr(const wchar_t *s, wchar_t c)
{
    for (;; s++)
        if (*s == c)
            return (wchar_t *)s;
        else if (!*s)
            return 0;
}

wchar_t *wide_rchr(const wchar_t *s, wchar_t c)
{
    for (size_t n = wide_len(s) + 1; n-- > 0;)
        if (s[n] == c)
            return (wchar_t *)s + n;
    return 0;
}

wchar_t *wide_str(const wchar_t *s, const wchar_t *part)
{
    size_t n = wide_len(part);

    for (; wide_ncmp(s, part, n) != 0; s++)
        if (!*s)
            return 0;
    return (wchar_t *)s;
}

size_t wide_cspn(const wchar_t *s, const wchar_t *stops)
{
    size_t n = 0;

    while (s[n] && !wide_chr(stops, s[n]))
        n++;
    return n;
}

wchar_t *wide_pbrk(const wchar_t *s, const wchar_t *stops)
{
    size_t n = wide_cspn(s, stops);

    return s[n] ? (wchar_t *)s + n : 0;
}

wchar_t *wide_dup(const wchar_t *s)
{
    wchar_t *copy = malloc((wide_len(s) + 1) * sizeof *copy);

    return copy ? wide_cpy(copy, s) : 0;
}

static void narrow(const wchar_t *s, char *to, size_t room)
{
    size_t n = 0;

    for (; n + 1 < room && s[n]; n++)
        to[n] = s[n] < 128 ? (char)s[n] : '?';
    to[n] = 0;
}

unsigned long wide_toul(const wchar_t *s, wchar_t **end, int base)
{
    char text[64], *stop;
    unsigned long value;

    narrow(s, text, sizeof text);
    value = strtoul(text, &stop, base);
    *end = (wchar_t *)s + (stop - text);
    return value;
}

double wide_tod(const wchar_t *s, wchar_t **end)
{
    char text[64], *stop;
    double value;

    narrow(s, text, sizeof text);
    value = strtod(text, &stop);
    *end = (wchar_t *)s + (stop - text);
    return value;
}

/* --- formats --- */

struct text {
    wchar_t *to;
    size_t room, n; /* n includes characters that did not fit */
};

static void put(struct text *text, wchar_t c)
{
    if (text->n + 1 < text->room)
        text->to[text->n] = c;
    text->n++;
}

struct values {
    va_list list;
};

struct spec {
    char flags[8];
    int width, precision, length; /* number of l; -1 for h */
    wchar_t kind;
};

static int number(const wchar_t **format, struct values *values)
{
    int n = 0;

    if (**format == '*') {
        ++*format;
        return va_arg(values->list, int);
    }
    for (; **format >= '0' && **format <= '9'; ++*format)
        n = 10 * n + (**format - '0');
    return n;
}

static struct spec read_spec(const wchar_t **format, struct values *values)
{
    struct spec spec = { .precision = -1 };

    for (size_t n = 0; **format && strchr("-+ #0", **format) && n < 6; ++*format)
        spec.flags[n++] = (char)**format;
    spec.width = number(format, values);
    if (**format == '.') {
        ++*format;
        spec.precision = number(format, values);
    }
    for (; **format == 'l' || **format == 'h'; ++*format)
        spec.length += **format == 'l' ? 1 : -1;
    spec.kind = *(*format)++;
    return spec;
}

static void put_string(struct text *text, const struct spec *spec, const void *string)
{
    const wchar_t *wide = string;
    const char *bytes = string;
    size_t most = spec->precision < 0 ? (size_t)-1 : (size_t)spec->precision, n = 0;
    size_t width = (size_t)spec->width;

    while (n < most && (spec->length < 0 ? bytes[n] : wide[n]))
        n++;
    for (size_t i = n; i < width && !strchr(spec->flags, '-'); i++)
        put(text, ' ');
    for (size_t i = 0; i < n; i++)
        put(text, spec->length < 0 ? (unsigned char)bytes[i] : wide[i]);
    for (size_t i = n; i < width && strchr(spec->flags, '-'); i++)
        put(text, ' ');
}

static void put_number(struct text *text, const struct spec *spec, struct values *values)
{
    char format[24], digits[400];
    bool real = strchr("fgeE", spec->kind), is_signed = spec->kind == 'd' || spec->kind == 'i';

    snprintf(format, sizeof format, "%%%s*.*%s%c", spec->flags, real ? "" : "ll", (char)spec->kind);
    if (real)
        snprintf(digits, sizeof digits, format, spec->width, spec->precision,
                 va_arg(values->list, double));
    else if (spec->length == 2)
        snprintf(digits, sizeof digits, format, spec->width, spec->precision,
                 va_arg(values->list, long long));
    else if (is_signed)
        snprintf(digits, sizeof digits, format, spec->width, spec->precision,
                 (long long)va_arg(values->list, int));
    else
        snprintf(digits, sizeof digits, format, spec->width, spec->precision,
                 (long long)va_arg(values->list, unsigned));
    for (const char *p = digits; *p; p++)
        put(text, (wchar_t)*p);
}

int wide_vprintf(wchar_t *to, size_t room, const wchar_t *format, va_list values)
{
    struct text text = { to, room, 0 };
    struct values copy;

    va_copy(copy.list, values);
    while (*format) {
        struct spec spec;

        if (*format != '%') {
            put(&text, *format++);
            continue;
        }
        format++;
        spec = read_spec(&format, &copy);
        if (spec.kind == '%')
            put(&text, '%');
        else if (spec.kind == 's')
            put_string(&text, &spec, va_arg(copy.list, const void *));
        else if (strchr("duxXifgeE", spec.kind))
            put_number(&text, &spec, &copy);
        else
            abort(); /* not one of those in wide.h */
    }
    va_end(copy.list);
    if (room)
        to[text.n < room ? text.n : room - 1] = 0;
    return text.n < room ? (int)text.n : -1;
}

int wide_printf(wchar_t *to, size_t room, const wchar_t *format, ...)
{
    va_list values;
    int n;

    va_start(values, format);
    n = wide_vprintf(to, room, format, values);
    va_end(values);
    return n;
}
