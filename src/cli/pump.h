/* Sound through acmStreamConvert: in pieces from a source to a sink, or all at once in memory. */
#ifndef OMNIACM_CLI_PUMP_H
#define OMNIACM_CLI_PUMP_H

#include <stdint.h>
#include "drivers.h"

struct flow {
    void *context;
    uint64_t size; /* of the source; fewer bytes than asked end it sooner */
    size_t (*read)(void *context, void *bytes, size_t count);
    bool (*write)(void *context, const void *bytes, size_t count);
};

enum pump_end { PUMP_DONE, PUMP_STOPPED, PUMP_NO_MEMORY, PUMP_REFUSED, PUMP_STUCK };

struct pump {
    HACMSTREAM stream; /* the caller's */
    const WAVEFORMATEX *from, *to;
    uint64_t used, made; /* bytes */
    DWORD left;          /* bytes at the end that the driver did not take */
    MMRESULT error;      /* for PUMP_REFUSED */
};

/* Everything from the source to the sink. PUMP_STOPPED: the sink said so. */
enum pump_end pump_run(struct pump *, const struct flow *);

/* Samples of each channel that a block of the codec's side holds; 1 where the driver does not tell.
 */
DWORD pump_block(HACMSTREAM, const WAVEFORMATEX *from, const WAVEFORMATEX *to);

/* All of some bytes converted in one call, and as often as wanted; what a call leaves is offered
 * again. */
struct batch {
    HACMSTREAM stream;
    ACMSTREAMHEADER header;
    BYTE *source, *result;
    DWORD size, room, made;
};
MMRESULT batch_open(struct batch *, HACMDRIVER, const WAVEFORMATEX *from, const WAVEFORMATEX *to,
                    const void *source, DWORD size);
MMRESULT batch_convert(struct batch *);
void batch_close(struct batch *);

#endif
