/* The system folders and registry views that a driver is installed into. */
#ifndef OMNIACM_CLI_SYSTEM_H
#define OMNIACM_CLI_SYSTEM_H

#include <stdbool.h>
#include <windows.h>

enum { MAX_WIDTHS = 2, MAX_NAMES = 3 };

struct width {
    /* Subfolders with the file to install, the best first; NULL after the last. */
    const wchar_t *names[MAX_NAMES + 1];
    REGSAM view;              /* flag for opening registry keys */
    wchar_t folder[MAX_PATH]; /* System32 or SysWOW64 */
};

struct system {
    bool wine;
    unsigned count; /* of widths: 2 on 64-bit systems that also run 32-bit programs */
    struct width widths[MAX_WIDTHS];
};

void system_detect(struct system *);

/* Between these two calls, a 32-bit program sees the 64-bit System32 under its own name. */
void wow64_redirection_disable(void **state);
void wow64_redirection_restore(void *state);

#endif
