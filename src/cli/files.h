/* Files of Windows behind the functions that wav.h reads and writes through. */
#ifndef OMNIACM_CLI_FILES_H
#define OMNIACM_CLI_FILES_H

#include "wav.h"

struct file {
    void *handle;
    unsigned long error; /* the first that happened */
};

/* False: errors are in file->error. `io` refers to `file`. */
bool file_open(struct file *, const wchar_t *path, struct wav_io *io);
bool file_create(struct file *, const wchar_t *path, struct wav_io *io);
void file_close(struct file *);

/* Makes a folder that may exist already, and those that it stands in. */
bool folder_make(const wchar_t *path);

bool file_exists(const wchar_t *path);
bool folder_exists(const wchar_t *path);
unsigned long file_kilobytes(const wchar_t *path);

/* Whether `path` exists and is the file that is open. */
bool file_is(const struct file *, const wchar_t *path);

/* The name behind the last separator. */
const wchar_t *base_name(const wchar_t *path);

/* A WAV file that appears under its own name only when it is complete. */
struct output {
    struct file file;
    struct wav_writer writer;
    wchar_t *path, *partial;
    bool created;
    bool overwrite; /* what has its name by then */
};
bool output_create(struct output *, const wchar_t *path, bool overwrite, const void *format,
                   uint64_t expected);
bool output_write(struct output *, const void *bytes, size_t count);
bool output_finish(struct output *, uint64_t data_size, uint64_t samples);

/* Before output_finish, or after it failed: nothing remains. */
void output_drop(struct output *);

#endif
