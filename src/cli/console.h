/* Output to a console, a file or a pipe, in UTF-8. In the wide format strings, %ls stands for a
 * wide string and %hs for a narrow one. */
#ifndef OMNIACM_CLI_CONSOLE_H
#define OMNIACM_CLI_CONSOLE_H

#include <stdbool.h>
#include <stdlib.h>
#include <wchar.h>

enum { EXIT_USAGE = 2 }; /* besides EXIT_SUCCESS and EXIT_FAILURE */

void console_start(void);

/* Prints to standard output. */
void print(const wchar_t *format, ...);

/* Prints a line to standard error, with "omniacm: " in front of it. */
void warn(const wchar_t *format, ...);

/* Like warn(); returns EXIT_FAILURE. */
int fail(const wchar_t *format, ...);

/* The text of a Windows error code, without the period; valid until the next call. */
const wchar_t *system_error_text(unsigned long error);

/* Draws a progress bar with `text` after it if standard error is a terminal; 1000 clears it. */
void progress(unsigned thousandths, const wchar_t *text);

/* Returns true once Ctrl+C has been pressed: stop and clean up. */
bool interrupted(void);

#endif
