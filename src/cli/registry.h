/* The entries that make an installed driver known to the system: registry values on Windows, a line
 * of system.ini on Wine. */
#ifndef OMNIACM_CLI_REGISTRY_H
#define OMNIACM_CLI_REGISTRY_H

#include "system.h"

/* All functions that return an LSTATUS return a Windows error code, or ERROR_SUCCESS. */

struct registry {
    const struct system *system;
    struct {
        HKEY drivers, descriptions;
    } views[MAX_WIDTHS];
};

/* Opens every key for writing, so that missing rights are found before anything changes. */
LSTATUS registry_open(struct registry *, const struct system *);
void registry_close(struct registry *);

/* After a failure, the driver is registered as it was before. */
LSTATUS registry_add(const struct registry *);
LSTATUS registry_remove(const struct registry *);
bool registry_has_driver(const struct system *);

/* Returns true if the installer has added this program to Programs and Features. */
bool program_is_installed(const struct system *);

/* Deletes the list of format tags that the ACM caches for each driver. The ACM never refreshes it,
 * and cannot open a driver whose tags have changed. */
void registry_delete_cache(const struct system *);

/* Sets or deletes a value. Deleting a missing value, or one of a NULL key, succeeds. */
LSTATUS registry_set_text(HKEY, const wchar_t *name, const wchar_t *text);
LSTATUS registry_delete_value(HKEY, const wchar_t *name);

#endif
