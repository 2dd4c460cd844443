/* Compressed audio in bursts of 16-bit PCM, as S/PDIF carries it: IEC 61937. */
#ifndef OMNIACM_CLI_SPDIF_H
#define OMNIACM_CLI_SPDIF_H

#include "wav.h"

enum { TAG_SPDIF = 0x92, SPDIF_PAYLOAD_MOST = 65535 / 8 + 1 };

struct spdif_burst {
    uint64_t at;    /* in the PCM */
    uint64_t begin; /* of its payload, in the stream of all payloads */
    uint32_t bytes; /* of the payload */
};

/* The payloads of a kind of bursts, read in order. */
struct spdif {
    struct wav_io io;       /* of the file */
    uint64_t data_at, size; /* of the PCM */
    unsigned type;          /* of the bursts */
    uint64_t step;          /* from one burst to the next, as far as that is known */
    struct spdif_burst first, now;
    uint8_t payload[SPDIF_PAYLOAD_MOST + 1]; /* of `now` */
    bool loaded;
};

/* Finds bursts of AC-3 or MPEG audio near the beginning of a PCM file, and makes `wav` the stream
 * that they carry, with the format of its frames. False, and `wav` as it was, if there are none. */
bool spdif_open(struct spdif *, struct wav *);

#endif
