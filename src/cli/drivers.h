/* The ACM drivers of this system, as msacm32 lists them. */
#ifndef OMNIACM_CLI_DRIVERS_H
#define OMNIACM_CLI_DRIVERS_H

#include <stdbool.h>
#include <windows.h>
#include <mmreg.h>
#include <msacm.h>

struct driver {
    HACMDRIVERID id;
    HACMDRIVER handle; /* NULL if it cannot be opened */
    ACMDRIVERDETAILSW details;
    bool ours;
    bool added; /* from next to this program, for this run */
};

struct drivers {
    struct driver *list;
    size_t count;
};

/* Opens all drivers. If ours is not installed but its file is next to this program, adds it for
 * this run. */
MMRESULT drivers_open(struct drivers *);
void drivers_close(struct drivers *);

/* Our driver, or NULL. */
const struct driver *drivers_ours(const struct drivers *);

/* The driver with this ID, or NULL. */
const struct driver *drivers_with_id(const struct drivers *, HACMDRIVERID);

/* The driver whose short or long name contains `name`; NULL after a warning if there is none, or
 * more than one. */
const struct driver *drivers_find(const struct drivers *, const wchar_t *name);

/* Like drivers_find(), but our driver if `name` is NULL; warns also if it cannot be opened. */
const struct driver *drivers_choose(const struct drivers *, const wchar_t *name);

/* The drivers to try for a conversion, in this order: either only the one that the user named, or
 * ours and then any other. A NULL handle stands for any driver. If `trusted`, only ours counts, and
 * there may be none. */
struct candidates {
    HACMDRIVER handles[2];
    size_t count;
    bool any;
};
bool candidates_choose(struct candidates *, const struct drivers *, const wchar_t *name,
                       bool trusted);

/* Get a driver's format tag, or a format of a tag, by an index from 0; false after the last. */
bool driver_tag(const struct driver *, DWORD index, ACMFORMATTAGDETAILSW *);

enum { FORMAT_ROOM = 4096 };
union format {
    WAVEFORMATEX wfx;
    BYTE bytes[FORMAT_ROOM];
};
bool driver_format(const struct driver *, const ACMFORMATTAGDETAILSW *, DWORD index, union format *,
                   ACMFORMATDETAILSW *);

/* Finds a tag among those that the driver lists. */
bool driver_lists(const struct driver *, DWORD wanted, ACMFORMATTAGDETAILSW *tag);

/* Returns true if `name` contains `part`, which is not empty, in upper or lower case. */
bool name_contains(const wchar_t *name, const wchar_t *part);

#endif
