/* The conversion of one file. */
#ifndef OMNIACM_CLI_CONVERSION_H
#define OMNIACM_CLI_CONVERSION_H

#include "convert_loop.h"
#include "drivers.h"
#include "files.h"
#include "raw.h"
#include "spdif.h"

/* The properties of the result; 0 stands for those of the source. */
struct pcm_wanted {
    DWORD rate;
    WORD channels, bits;
    bool is_float;
};

/* Options that apply to every file. */
struct convert_options {
    const struct drivers *drivers;
    const wchar_t *to, *driver;
    const wchar_t *bitrate, *rate, *channels, *bits; /* as given, or NULL */
    double kbits;          /* bit rate of the result in kbit/s; 0 if the driver may choose */
    struct pcm_wanted pcm; /* the rate, the channels and the PCM of the result */
    const struct raw *raw; /* of --raw, or NULL */
    bool overwrite;
};

struct source {
    struct file file;
    struct wav wav;
    struct raw_gsm gsm;
    struct spdif spdif;
    const wchar_t *raw; /* the format of a file without a header, or NULL */
    bool guessed;       /* by its extension */
    bool frames;        /* the file is a stream of MPEG audio or AC-3, without a header */
    bool bursts;        /* its PCM carries such a stream */
    const WAVEFORMATEX *format;
    uint64_t missing; /* bytes by which the file is shorter than its header says */
};

/* Opens a WAV file, or one without a header: in the format `raw` unless that is NULL, in that of
 * its frames if it has an extension of MPEG audio, or in that of its extension. Returns
 * EXIT_SUCCESS, or EXIT_FAILURE after a warning. The file is to be closed in both cases. */
int source_open(struct source *, const wchar_t *path, const struct drivers *, const struct raw *);
void source_close(struct source *);

/* Warns of everything unusual about the file that affects its audio data. */
void source_remarks(const struct source *, const wchar_t *path);

struct conversion {
    const struct convert_options *options;
    const wchar_t *in_path, *out_path;
    struct candidates candidates;
    struct source in;
    WAVEFORMATEX side; /* PCM with the rate and the channels of the result */
    union format target;
    HACMSTREAM stream;
    DWORD delay;   /* frames at the beginning of the result that a change of the rate adds */
    uint64_t skip; /* bytes of them that are not written */
    struct output out;
    uint64_t at;            /* bytes of audio data read */
    CRITICAL_SECTION *lock; /* released only while data is converted: neither msacm32's lists nor
                               our messages are thread-safe */
    volatile LONG *done;    /* kilobytes read, for the progress bar */
};

/* Converts a file; the caller holds the lock. Returns EXIT_SUCCESS, or EXIT_FAILURE after a
 * warning, in which case no result is left behind. */
int conversion_run(struct conversion *);

#endif
