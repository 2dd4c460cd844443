/* Streams of frames that need no other header, MPEG audio and AC-3: files of their own, the data of
 * WAV files, and the payload of S/PDIF. */
#ifndef OMNIACM_CLI_FRAMES_H
#define OMNIACM_CLI_FRAMES_H

#include "codec.h"
#include "wav.h"

struct frame_facts {
    wchar_t name[24];     /* of the kind, such as "MPEG-1, Layer III" */
    uint32_t sample_rate; /* of the first frame, as the channels */
    uint16_t channels;
    uint32_t least_bit_rate, most_bit_rate; /* bit/s */
    uint64_t frames, bytes;                 /* bytes: of the frames, without tags and junk */
    uint64_t samples;                       /* of each channel */
};

/* Adds a frame. */
void frames_add(struct frame_facts *, uint32_t bytes, uint32_t samples, uint32_t bit_rate);

/* Finds all frames in the data of a file; false if those of its tag have none. */
bool frames_scan(const struct wav *, struct frame_facts *);

/* Whether a path has the extension of such a stream. */
bool frames_are_named(const wchar_t *path);

/* Whether a file of this name with frames of this tag is written without a header. */
bool frames_are_bare(const wchar_t *path, uint16_t tag);

/* Makes `wav` the whole of a file that has one of these extensions, with the format of its frames;
 * false if it has none. */
bool frames_open(struct wav *, const struct wav_io *, const wchar_t *path);

/* For the kinds: makes `wav` the whole of a file, in a format whose extra bytes may be anywhere. */
void frames_begin(struct wav *, const struct wav_io *);
void frames_set_format(struct wav *, const struct wave_format *);

#endif
