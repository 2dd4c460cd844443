/* Which fields of a header a driver rejects, found by asking it about similar headers. */
#ifndef OMNIACM_CLI_DIAGNOSIS_H
#define OMNIACM_CLI_DIAGNOSIS_H

#include "drivers.h"

enum field {
    FIELD_CHANNELS = 1,
    FIELD_RATE = 2,
    FIELD_BLOCK = 4,
    FIELD_BITS = 8,
    FIELD_EXTRA = 16
};

enum { DIAGNOSIS_ROOM = 512 };
struct diagnosis {
    unsigned fields;              /* a set of enum field */
    union format right;           /* the nearest header that the driver accepts */
    wchar_t text[DIAGNOSIS_ROOM]; /* as in "2 channels (only mono is supported)" */
};

/* Returns true if the driver lists the tag and decodes this format to 16-bit PCM. */
bool driver_decodes(const struct driver *, const WAVEFORMATEX *);

/* Finds the fields that keep a driver from decoding this format. Returns false if it is not allowed
 * to be asked, or if it decodes none of the formats that it lists. */
bool diagnose(const struct driver *, const WAVEFORMATEX *, struct diagnosis *);

/* The same with the first driver that can be asked, ours first. */
bool diagnose_any(const struct drivers *, const WAVEFORMATEX *, struct diagnosis *);

#endif
