/* Other drivers than ours are not trusted: a header that contradicts itself never reaches them,
 * they run in a process of their own (child.h), and the length of their results is checked. */
#ifndef OMNIACM_CLI_TRUST_H
#define OMNIACM_CLI_TRUST_H

#include "drivers.h"

/* The reason not to give a format to another driver, as in "the header says 0 channels"; or NULL.
 * Valid until the next call. */
const wchar_t *trust_fault(const WAVEFORMATEX *);

/* Returns true if this process may ask a driver about a file with this header. */
bool trust_allows(const struct driver *, const WAVEFORMATEX *);

/* Lists the other drivers that have both tags, as in "A, B". Only `only` counts unless it is NULL.
 * Returns their number. */
enum { TRUST_NAMES_ROOM = 512 };
unsigned trust_others(const struct drivers *, const struct driver *only, DWORD a, DWORD b,
                      wchar_t names[TRUST_NAMES_ROOM]);

#endif
