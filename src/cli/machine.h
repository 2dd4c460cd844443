/* Where a driver goes on this system, and who may put it there. */
#ifndef OMNIACM_CLI_MACHINE_H
#define OMNIACM_CLI_MACHINE_H

#include <stdbool.h>
#include <windows.h>

enum { WIDTHS_AT_MOST = 2 };

struct width {
    const wchar_t *name;      /* of its folder among the files that are installed */
    REGSAM view;              /* of the registry */
    wchar_t folder[MAX_PATH]; /* the system's */
};

struct machine {
    bool wine;
    unsigned count; /* 2 on 64-bit systems */
    struct width widths[WIDTHS_AT_MOST];
};

void machine_look(struct machine *);

/* Between the two, a 32-bit program sees the 64-bit System32 under its own name. */
void machine_unveil(void **was);
void machine_veil(void *was);

#endif
