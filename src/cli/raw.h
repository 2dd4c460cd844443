/* Files without a header, which recorders and Asterisk leave behind: what they contain is said by
 * --raw, or by their extension. */
#ifndef OMNIACM_CLI_RAW_H
#define OMNIACM_CLI_RAW_H

#include "drivers.h"
#include "wav.h"

/* The format of such a file. */
struct raw {
    const wchar_t *text; /* FORMAT[@KBITS],RATE[,CHANNELS] */
    wchar_t word[48];    /* FORMAT */
    DWORD rate;
    WORD channels;
    double kbits; /* 0 for any */
};

/* Reads the value of --raw. Returns false after a warning. */
bool raw_parse(struct raw *, const wchar_t *text);

/* The value that the extension of a path stands for, as in "gsm,8000"; or NULL. */
const wchar_t *raw_guess(const wchar_t *path);

/* Frames of GSM 6.10 of 33 bytes, as in .gsm files, which are read as blocks of 65 bytes, the
 * packing of WAV files. */
struct raw_gsm {
    struct wav_io io;
    uint64_t frames;
};

/* Makes `wav` the whole file, in a format that a driver has for it. `gsm` is used if the file has
 * frames of GSM 6.10, and outlives `wav`. Returns false after a warning. */
bool raw_open(struct wav *, struct raw_gsm *gsm, const struct wav_io *, const struct drivers *,
              const struct raw *);

#endif
