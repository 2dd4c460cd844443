/* WAV files: reads them as they are found, and writes them correctly. All bytes go through struct
 * wav_io, so this does not depend on an operating system. */
#ifndef OMNIACM_CLI_WAV_H
#define OMNIACM_CLI_WAV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tags.h"

struct wav_io {
    void *file;
    uint64_t size; /* of a file that is read */
    /* Returns fewer bytes than asked for only at the end. */
    size_t (*read)(void *file, uint64_t at, void *bytes, size_t count);
    bool (*write)(void *file, uint64_t at, const void *bytes, size_t count);
    bool (*resize)(void *file, uint64_t size);
};

/* A little-endian WAVEFORMATEX: WAV_FORMAT_SIZE bytes, and as many extra bytes as cbSize says. */
enum { WAV_FORMAT_SIZE = 18, WAV_MAX_EXTRA = 4096 };
enum { WAV_FORMAT_ROOM = WAV_FORMAT_SIZE + WAV_MAX_EXTRA };

/* Facts about a file that its user should know. */
enum wav_note {
    WAV_SIZE_UNKNOWN = 1, /* the data size was never filled in; the data extends to the end */
    WAV_EMPTY_DATA = 2,   /* an empty data chunk before the one that is read */
    WAV_MORE_DATA = 4,    /* other data chunks, which are not read */
    WAV_ID3 = 8,          /* an ID3v2 tag before RIFF */
    WAV_DS64_FACT = 16    /* the number of samples is that of the ds64 chunk */
};

struct wav {
    struct wav_io io;
    uint8_t format[WAV_FORMAT_ROOM]; /* corrected by header_correct() */
    size_t format_size;
    uint8_t said[WAV_FORMAT_ROOM]; /* before it was corrected */
    uint16_t said_tag;             /* TAG_EXTENSIBLE if `said` was unwrapped */
    uint32_t channel_mask;         /* of WAVE_FORMAT_EXTENSIBLE, else 0 */
    uint64_t data_at, data_size;
    uint64_t data_said; /* the data size in the header, which may be more than the file has */
    uint64_t more_data; /* bytes in other data chunks */
    uint64_t fact;      /* samples per channel */
    bool has_fact;
    unsigned notes; /* a set of enum wav_note */
};

/* Reads the header. Returns NULL, or the reason why the file cannot be read. WAVE_FORMAT_EXTENSIBLE
 * is replaced by the tag inside it if that loses no information. An ID3v2 tag in front is skipped.
 *
 * The data is that of the first data chunk that is not empty. A size that was never filled in
 * stands for the rest of the file: 0 if no chunk follows, the largest number, or a placeholder of a
 * program that writes to a pipe. */
const char *wav_scan(struct wav *, const struct wav_io *);

/* Reads audio data, from byte `at` of the data. Returns fewer bytes than asked for at the end. */
size_t wav_read(const struct wav *, uint64_t at, void *bytes, size_t count);

/* The number of samples per channel in a compressed file whose blocks, of up to `block` samples,
 * decode to `decoded` samples. The fact chunk is used only if it removes part of the last block and
 * the delay of a codec: in real files it may also be zero, outdated or wrong. */
uint64_t wav_samples(const struct wav *, uint64_t decoded, uint64_t block);

struct wav_writer {
    struct wav_io io;
    uint64_t end;     /* bytes written */
    uint64_t data_at; /* 0 without a header */
    uint64_t fact_at; /* position of the sample count in the fact chunk; 0 for PCM, without one */
    bool has_junk;    /* space for a ds64 chunk is reserved */
};

/* Writes the header. `expected` is an upper bound of the data size: if it is near 4 GB, space is
 * reserved so that the file can become an RF64. */
bool wav_create(struct wav_writer *, const struct wav_io *, const uint8_t *format,
                uint64_t expected);

/* Begins a file without a header, which is nothing but data. */
void wav_create_bare(struct wav_writer *, const struct wav_io *);
bool wav_write(struct wav_writer *, const void *bytes, size_t count);

/* Completes the header and truncates the data to `data_size` bytes, which are `samples` per
 * channel. */
bool wav_finish(struct wav_writer *, uint64_t data_size, uint64_t samples);

#endif
