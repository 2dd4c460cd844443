/* What the tests of the core share. */
#ifndef OMNIACM_TESTS_SUPPORT_H
#define OMNIACM_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "codec.h"
#include "dsp.h"
#include <cmocka.h>

struct bytes {
    uint8_t *data;
    size_t size;
};

struct sound {
    int16_t *samples;
    size_t count; /* of all channels */
};

/* A generator of its own, so that every machine draws the same numbers. */
uint32_t draw(uint32_t *seed);

/* The whole of a file; the test is skipped, by name, where it is missing. The caller frees. */
struct bytes file_read(const char *path);

/* A conformance vector or a sample: below $OMNIACM_VECTORS or $OMNIACM_SAMPLES, else
 * ../shared/vectors, ../shared/samples. */
struct bytes vector_read(const char *name);
struct bytes sample_read(const char *name);

/* What `command` (a shell's, reading standard input, writing standard output) makes of `input`. The
 * test is skipped where the program, its first word, is not installed, and fails where it fails. */
struct bytes peer_run(const char *command, const void *input, size_t size);

/* 30 s of 8 kHz mono speech (40 prompts of Debian's asterisk-core-sounds-en-wav in alphabetical
 * order), and 20 s of 44.1 kHz stereo music (two pieces of asterisk-moh-opsound-wav as left and
 * right, resampled by sox). Skipped where missing. */
struct sound speech(void);
struct sound music(void);

/* Tones, noise, silence, full-scale squares and clicks, in turn; the same on every machine. */
struct sound generated(size_t count, uint32_t seed);

/* The standard ones, by the kernels that are written in plain C. */
#define DEFAULT_OPTIONS ((struct options){ .quality = 1, .dsp = dsp_set(0) })

/* codec_parse, by the codec's first tag where the format has none. */
bool parses(const struct codec *, const struct wave_format *, struct layout *);

/* A fresh state for a format that the codec takes; its layout lives as long as the block around the
 * call. Options may be null, and so may their kernels. */
#define decoder_init(codec, state, format, options) \
    codec_init(codec, (codec)->decoder->init, state, format, options, &(struct layout){ 0 })
#define encoder_init(codec, state, format, options) \
    codec_init(codec, (codec)->encoder->init, state, format, options, &(struct layout){ 0 })
void codec_init(const struct codec *,
                void (*init)(void *, const struct layout *, const struct options *), void *state,
                const struct wave_format *, const struct options *, struct layout *);

/* Everything through a codec in one go, END at the end. Options may be null, and so may their
 * kernels. */
struct bytes encode_all(const struct codec *, const struct wave_format *, const struct options *,
                        struct sound);
struct sound decode_all(const struct codec *, const struct wave_format *, const struct options *,
                        struct bytes);

/* One call of a fresh stream into 16-bit PCM, made in samples, with source and destination of
 * exactly the offered sizes, so that a sanitizer sees any step beyond them. */
struct progress decode_once(const struct codec *, const struct wave_format *, const uint8_t *src,
                            int16_t *pcm, struct offer);

/* The format of a mode, with room for its extra bytes in `extra`. */
struct wave_format format_of(const struct codec *, struct mode, uint8_t extra[EXTRA_ROOM]);

/* A WAV file's fmt and data, pointing into `file`; fails the test where there are none. */
struct bytes wav_open(struct bytes file, struct wave_format *);

/* A WAV file with this format and data. The caller frees. */
struct bytes wav_make(const struct wave_format *, const void *data, size_t size, uint32_t samples);

/* The best set of instructions that this processor has, as dsp_set takes it. */
uint8_t best_set(void);

/* Whether OMNIACM_FULL=1 asks for every case where some would do. */
bool all_cases(void);

/* 10 log10 of the energy of `a` over the energy of the difference, over `n` samples. */
double snr(const int16_t *a, const int16_t *b, size_t n);

#endif
