/* Windows files, behind the functions of struct wav_io. */
#ifndef OMNIACM_CLI_FILES_H
#define OMNIACM_CLI_FILES_H

#include "wav.h"

struct file {
    void *handle;
    unsigned long error; /* the first Windows error */
};

/* On failure, file->error says why. `io` refers to the file. */
bool file_open(struct file *, const wchar_t *path, struct wav_io *io);
bool file_create(struct file *, const wchar_t *path, struct wav_io *io);
void file_close(struct file *);

/* Makes a folder and its parents; succeeds if it exists already. */
bool folder_make(const wchar_t *path);

bool file_exists(const wchar_t *path);
bool folder_exists(const wchar_t *path);
unsigned long file_kilobytes(const wchar_t *path);

/* Returns true if `path` names the file that is open. */
bool file_is(const struct file *, const wchar_t *path);

/* The name after the last separator. */
const wchar_t *base_name(const wchar_t *path);

/* A file that is written under a temporary name, and renamed when it is complete: a WAV file, or if
 * there is no format, nothing but data. */
struct output {
    struct file file;
    struct wav_writer writer;
    wchar_t *path, *partial;
    bool created;
    bool overwrite; /* a file that has the final name */
};
bool output_create(struct output *, const wchar_t *path, bool overwrite, const void *format,
                   uint64_t expected);
bool output_write(struct output *, const void *bytes, size_t count);
bool output_finish(struct output *, uint64_t data_size, uint64_t samples);

/* Deletes the file that another process left unfinished, if there is one. */
void output_remove_partial(const wchar_t *path);

/* Deletes an unfinished file. Call it instead of output_finish(), or after that has failed. */
void output_drop(struct output *);

#endif
