/* The files that a command line means, and what their results are called. */
#ifndef OMNIACM_CLI_NAMES_H
#define OMNIACM_CLI_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct name {
    wchar_t *in, *out;
    unsigned long kilobytes; /* of the file */
};

struct names {
    struct name *list;
    size_t count;
};

/* Adds what `word` means: a file, the files that a pattern with * or ? matches, or every .wav file
 * in a folder and the folders in it. The results go to the folder `out`, under the same names and
 * in the same folders, which are made. False, and a note, where there is none. */
bool names_add(struct names *, const wchar_t *word, const wchar_t *out);

/* One file whose result is called `out`. */
bool names_add_pair(struct names *, const wchar_t *in, const wchar_t *out);

void names_free(struct names *);

#endif
