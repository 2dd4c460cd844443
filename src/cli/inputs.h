/* The input files that a command line names, and the paths of their results. */
#ifndef OMNIACM_CLI_INPUTS_H
#define OMNIACM_CLI_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

struct input {
    wchar_t *path, *result;
    unsigned long kilobytes; /* size of the input file */
};

struct inputs {
    struct input *list;
    size_t count;
    bool raw; /* the files have no header */
};

/* Adds the files that an argument stands for: a file, the files that match a pattern with * or ?,
 * or every .wav file in a folder and its subfolders; or, if they are raw, every other file. The
 * results go to the folder `out`, with the same names and subfolders, except that the extension of
 * a raw file is replaced by .wav; missing folders are created. Returns false after a warning if no
 * file is found. */
bool inputs_add(struct inputs *, const wchar_t *argument, const wchar_t *out);

/* Adds one file and the path of its result. */
bool inputs_add_pair(struct inputs *, const wchar_t *path, const wchar_t *result);

void inputs_free(struct inputs *);

#endif
