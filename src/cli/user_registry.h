/* The current user's registry keys: the order of the ACM drivers, and OmniACM's settings. */
#ifndef OMNIACM_CLI_USER_REGISTRY_H
#define OMNIACM_CLI_USER_REGISTRY_H

#include <stdbool.h>
#include <windows.h>

/* Puts OmniACM ahead of all other drivers, or removes it from the list, so that Windows orders it.
 * Returns a Windows error code, or ERROR_SUCCESS. */
LSTATUS user_priority_set(bool first);

void user_settings_delete(void);

#endif
