/* The ACM drivers of this system, as msacm32 knows them. */
#ifndef OMNIACM_CLI_DRIVERS_H
#define OMNIACM_CLI_DRIVERS_H

#include <stdbool.h>
#include <windows.h>
#include <mmreg.h>
#include <msacm.h>

struct driver {
    HACMDRIVERID id;
    HACMDRIVER handle; /* null where it does not open */
    ACMDRIVERDETAILSW details;
    bool ours;
    bool added; /* for this run, from beside this program */
};

struct drivers {
    struct driver *list;
    size_t count;
};

/* Opens them all. Where ours is not installed but lies beside this program, it is added for the
 * run. */
bool drivers_open(struct drivers *);
void drivers_close(struct drivers *);

/* Ours; or a null pointer. */
const struct driver *drivers_ours(const struct drivers *);

/* The one whose short or long name contains `name`; a null pointer, and a note, where none or
 * several do. */
const struct driver *drivers_find(const struct drivers *, const wchar_t *name);

/* For commands that measure one driver: the named one, or ours; a null pointer, and a note, where
 * it is missing. */
const struct driver *drivers_choose(const struct drivers *, const wchar_t *name);

const struct driver *drivers_with_id(const struct drivers *, HACMDRIVERID);

/* Who is asked in turn: the one driver that the user named; or ours, then any, which is a null
 * handle. */
struct candidates {
    HACMDRIVER handles[2];
    size_t count;
    bool any;
};
bool candidates_choose(struct candidates *, const struct drivers *, const wchar_t *name);

/* The tags of a driver, and the formats of a tag, by index from 0; false behind the last. */
bool driver_tag(const struct driver *, DWORD index, ACMFORMATTAGDETAILSW *);

enum { FORMAT_ROOM = 4096 };
union format {
    WAVEFORMATEX wfx;
    BYTE bytes[FORMAT_ROOM];
};
bool driver_format(const struct driver *, const ACMFORMATTAGDETAILSW *, DWORD index, union format *,
                   ACMFORMATDETAILSW *);

/* Whether the driver lists the tag at all. */
bool driver_lists(const struct driver *, DWORD wanted, ACMFORMATTAGDETAILSW *tag);

#endif
