/* Words for people and for pipes: UTF-8. The formats are wide ones of C: %ls is a wide string, %hs
 * a narrow one. */
#ifndef OMNIACM_CLI_SAY_H
#define OMNIACM_CLI_SAY_H

#include <stdbool.h>
#include <wchar.h>

enum { EXIT_GOOD, EXIT_BAD, EXIT_USAGE };

void say_start(void);

void say(const wchar_t *format, ...); /* to standard output, as it stands */
void note(const wchar_t *format,
          ...); /* to standard error, "omniacm: " before it and a new line after it */

/* note(), then EXIT_BAD. */
int fail(const wchar_t *format, ...);

/* What Windows says of an error code, without the full stop; good until the next call. */
const wchar_t *system_words(unsigned long error);

/* A bar of how much is done, and words behind it, on a terminal only; 1000 clears it. */
void progress(unsigned thousandths, const wchar_t *words);

/* Ctrl+C was pressed: whoever works stops, and tidies up. */
bool interrupted(void);

#endif
