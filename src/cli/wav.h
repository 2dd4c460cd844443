/* WAV files: read as they are found, written as they should be. Bytes come and go through struct
 * wav_io, so that nothing here knows an operating system. */
#ifndef OMNIACM_CLI_WAV_H
#define OMNIACM_CLI_WAV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wav_io {
    void *file;
    uint64_t size; /* of a file that is read */
    size_t (*read)(void *file, uint64_t at, void *bytes,
                   size_t count); /* fewer than asked only at the end */
    bool (*write)(void *file, uint64_t at, const void *bytes, size_t count);
    bool (*resize)(void *file, uint64_t size);
};

/* A WAVEFORMATEX with its extra bytes, as in the file (little-endian): always WAV_PLAIN bytes and
 * what cbSize says. */
enum { WAV_PLAIN = 18, WAV_EXTRA_AT_MOST = 4096, WAV_FORMAT_ROOM = WAV_PLAIN + WAV_EXTRA_AT_MOST };
enum { WAV_TAG_PCM = 1, WAV_TAG_FLOAT = 3, WAV_TAG_EXTENSIBLE = 0xFFFE };

struct wav {
    struct wav_io io;
    uint8_t format[WAV_FORMAT_ROOM];
    size_t format_size;
    uint16_t said_tag, said_block_align,
        said_bits; /* as they stand in the file, before they were put right */
    uint32_t said_byte_rate;
    uint64_t data_at, data_size;
    uint64_t
        data_said; /* what the header says of data_size, which is never more than the file has */
    uint64_t fact; /* samples of each channel */
    bool has_fact;
};

/* A null pointer, or the reason why the file cannot be read. WAVE_FORMAT_EXTENSIBLE becomes the
 * plain tag where that loses nothing. */
const char *wav_scan(struct wav *, const struct wav_io *);

/* Sound from `at` bytes behind its beginning; fewer bytes than asked at the end. */
size_t wav_read(const struct wav *, uint64_t at, void *bytes, size_t count);

/* How many samples of each channel a codec's file holds, if its blocks, of up to `block` samples
 * each, made `made`. The fact chunk is believed where it takes away a part of the last block; real
 * ones are also 0, stale or wrong. */
uint64_t wav_samples(const struct wav *, uint64_t made, uint64_t block);

struct wav_writer {
    struct wav_io io;
    uint64_t end; /* of the bytes written */
    uint64_t data_at;
    uint64_t fact_at; /* of the number in the fact chunk; 0 for plain PCM, which has none */
    bool wide;        /* room for ds64 was left */
};

/* Writes the header. `expected` is how many bytes of sound may come: past 4 GB the file can become
 * an RF64. */
bool wav_create(struct wav_writer *, const struct wav_io *, const uint8_t *format,
                uint64_t expected);
bool wav_write(struct wav_writer *, const void *bytes, size_t count);

/* Completes the header; of the sound, the first data_size bytes are kept, `samples` of each
 * channel. */
bool wav_finish(struct wav_writer *, uint64_t data_size, uint64_t samples);

#endif
