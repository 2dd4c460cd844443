/* The system folders and registry views that a driver is installed into. */
#ifndef OMNIACM_CLI_SYSTEM_H
#define OMNIACM_CLI_SYSTEM_H

#include <stdbool.h>
#include <windows.h>

enum { MAX_WIDTHS = 2 };

struct width {
    const wchar_t *name;      /* of the subfolder with the files to install: x64 or x86 */
    REGSAM view;              /* flag for opening registry keys */
    wchar_t folder[MAX_PATH]; /* System32 or SysWOW64 */
};

struct system {
    bool wine;
    unsigned count; /* of widths: 2 on 64-bit systems */
    struct width widths[MAX_WIDTHS];
};

void system_detect(struct system *);

/* Between these two calls, a 32-bit program sees the 64-bit System32 under its own name. */
void wow64_redirection_disable(void **state);
void wow64_redirection_restore(void *state);

#endif
