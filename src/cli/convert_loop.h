/* Conversion with acmStreamConvert: piece by piece from a reader to a writer, or all at once in
 * memory. */
#ifndef OMNIACM_CLI_CONVERT_LOOP_H
#define OMNIACM_CLI_CONVERT_LOOP_H

#include <stdint.h>
#include "drivers.h"

struct convert_io {
    void *context;
    uint64_t size; /* of the source; reading fewer bytes than asked for ends it early */
    size_t (*read)(void *context, void *bytes, size_t count);
    bool (*write)(void *context, const void *bytes, size_t count);
};

enum convert_end {
    CONVERT_DONE,
    CONVERT_STOPPED, /* write() returned false */
    CONVERT_NO_MEMORY,
    CONVERT_REFUSED, /* the driver returned an error */
    CONVERT_STUCK    /* the driver neither used nor produced anything */
};

struct convert_loop {
    HACMSTREAM stream; /* owned by the caller */
    const WAVEFORMATEX *from, *to;
    uint64_t used, made; /* bytes */
    DWORD left;          /* bytes at the end of the source that the driver did not use */
    MMRESULT error;      /* of CONVERT_REFUSED */
};

/* Converts everything that read() returns, and passes it to write(). */
enum convert_end convert_loop_run(struct convert_loop *, const struct convert_io *);

/* The number of samples per channel in a block of the compressed format; 1 if the driver does not
 * say. */
DWORD samples_per_block(HACMSTREAM, const WAVEFORMATEX *from, const WAVEFORMATEX *to);

/* Converts a buffer in one call, as often as required. Input that the call leaves unused is offered
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

/* The frames that END adds to a conversion of PCM from one rate to another, because the driver
 * delays the sound by as many; 0 if it does not. */
DWORD rate_delay(HACMDRIVER, DWORD from, DWORD to);

#endif
