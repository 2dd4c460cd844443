/* The length of a file as a driver decodes it. */
#ifndef OMNIACM_CLI_MEASURE_H
#define OMNIACM_CLI_MEASURE_H

#include "drivers.h"
#include "wav.h"

struct measure {
    const struct wav *wav;
    HACMDRIVER driver;
    DWORD block;      /* samples per channel in a block, 1 if the driver does not say */
    uint64_t blocks;  /* whole ones in the file */
    uint64_t decoded; /* samples per channel that the file decodes to, with its padding */
    bool counted;     /* `decoded` is exact */
};

/* Decodes the file with the driver, which accepts the format. Of a large file it decodes only the
 * beginning, which shows whether all blocks have the same number of samples, and the last block.
 * Returns false if the driver does not open. */
bool measure_file(struct measure *, const WAVEFORMATEX *);

#endif
