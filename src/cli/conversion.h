/* One file's conversion. */
#ifndef OMNIACM_CLI_CONVERSION_H
#define OMNIACM_CLI_CONVERSION_H

#include "drivers.h"
#include "files.h"
#include "pump.h"

/* What the user wants of every file. */
struct wishes {
    const struct drivers *drivers;
    const wchar_t *to, *driver;
    double kbits; /* kbit/s of the result; 0: as the driver suggests */
    bool overwrite;
};

/* A file whose sound is read. */
struct source {
    struct file file;
    struct wav wav;
    const WAVEFORMATEX *format;
    uint64_t missing; /* bytes that the header promises and the file lacks */
};

/* EXIT_GOOD; or EXIT_BAD, and a note that says why. */
int source_open(struct source *, const wchar_t *path);
void source_close(struct source *);

struct conversion {
    const struct wishes *wishes;
    const wchar_t *in_path, *out_path;
    struct candidates candidates;
    struct source in;
    union format target;
    HACMSTREAM stream;
    struct output out;
    uint64_t at;            /* bytes of sound read */
    CRITICAL_SECTION *lock; /* for all but the sound itself: neither msacm32's lists nor our words
                               are made for several threads */
    volatile LONG *done;    /* kilobytes of the source, for whoever shows them */
};

/* EXIT_GOOD; or EXIT_BAD, a note, and nothing is left of the result. The lock is held by the
 * caller. */
int conversion_run(struct conversion *);

/* What a driver would make of the source; false where it suggests nothing that fits. */
bool conversion_suggest(const WAVEFORMATEX *from, HACMDRIVER, DWORD tag, union format *target);

#endif
