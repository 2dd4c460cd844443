/* Streams of MPEG audio: .mp3 and .mp2 files, which have no header but those of their frames, and
 * the data of WAV files. */
#ifndef OMNIACM_CLI_MPEG_FILE_H
#define OMNIACM_CLI_MPEG_FILE_H

#include "wav.h"

enum { TAG_MPEG = 0x50, TAG_MPEGLAYER3 = 0x55 };

struct mpeg_facts {
    unsigned version, layer; /* 0, 1 or 2 for MPEG-1, 2 or 2.5; 1 to 3 */
    uint32_t sample_rate;    /* of the first frame, as the channels */
    uint16_t channels;
    uint32_t least_bit_rate, most_bit_rate; /* bit/s */
    uint64_t frames, bytes;                 /* bytes: of the frames, without tags and junk */
    uint64_t samples;                       /* of each channel */
};

/* Finds all frames in the data of a file; false if there are none. */
bool mpeg_scan(const struct wav *, struct mpeg_facts *);

/* Whether a path has an extension of MPEG audio. */
bool mpeg_is_named(const wchar_t *path);

/* Makes `wav` the whole of such a file, with the format of its frames; false if it has none. */
bool mpeg_open(struct wav *, const struct wav_io *);

#endif
