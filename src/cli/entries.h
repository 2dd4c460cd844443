/* What the system keeps about an installed driver, besides its files: the registry, and system.ini.
 */
#ifndef OMNIACM_CLI_ENTRIES_H
#define OMNIACM_CLI_ENTRIES_H

#include "machine.h"

/* Windows reads Drivers32 of the registry, in both views. Wine reads system.ini as well, and
 * reliably only there: see entries.c. */
struct entries {
    const struct machine *machine;
    struct {
        HKEY drivers, descriptions;
    } views[WIDTHS_AT_MOST];
};

/* Opens what will be written, so that missing rights show before anything has changed. An error of
 * Windows, or 0. */
LSTATUS entries_open(struct entries *, const struct machine *);
void entries_close(struct entries *);

/* Errors of Windows, or 0. */
LSTATUS entries_add(const struct entries *);
LSTATUS entries_remove(const struct entries *);

/* Whether the driver is registered at all. */
bool entries_exist(const struct machine *);

/* Whether the installer put the program itself among Programs and Features. */
bool program_is_listed(const struct machine *);

/* Forgets the tags that the ACM remembers of the driver: it never asks again, and a list that has
 * changed makes opening fail. */
void entries_forget_cache(const struct machine *);

/* Of this user: our driver before all others, or as Windows orders it. */
LSTATUS priority_set(bool first);
void settings_forget(void);

#endif
