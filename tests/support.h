/* Helpers for the tests of the core. */
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

/* Random numbers, the same on every machine. */
uint32_t draw(uint32_t *seed);

/* The contents of a file. If it is missing, the test is skipped by name. The caller frees. */
struct bytes file_read(const char *path);

/* A conformance vector or a sample, below $OMNIACM_VECTORS or $OMNIACM_SAMPLES; by default below
 * ../shared/vectors or ../shared/samples. */
struct bytes vector_read(const char *name);
struct bytes sample_read(const char *name);

/* The output of a shell command that reads `input`. The test is skipped if the program, the first
 * word of the command, is not installed, and fails if the command fails. */
struct bytes peer_run(const char *command, const void *input, size_t size);

/* 30 s of 8 kHz mono speech (the first 40 prompts of Debian's asterisk-core-sounds-en-wav), and
 * 20 s of 44.1 kHz stereo music (two pieces of asterisk-moh-opsound-wav as left and right channel,
 * resampled by sox). The test is skipped if they are missing. */
struct sound speech(void);
struct sound music(void);

/* Tones, noise, silence, full-scale square waves and clicks in turn; the same on every machine. */
struct sound generated(size_t count, uint32_t seed);

/* Default quality, no quirks, and the portable kernels. */
#define DEFAULT_OPTIONS ((struct options){ .quality = 1, .dsp = dsp_set(0) })

/* codec_parse, under the codec's first tag if the format has none. */
bool parses(const struct codec *, const struct wave_format *, struct layout *);

/* Initializes a state for a format that the codec accepts. The layout is a compound literal and
 * lives as long as the enclosing block. Options may be null, and so may their kernels. */
#define decoder_init(codec, state, format, options) \
    codec_init(codec, (codec)->decoder->init, state, format, options, &(struct layout){ 0 })
#define encoder_init(codec, state, format, options) \
    codec_init(codec, (codec)->encoder->init, state, format, options, &(struct layout){ 0 })
void codec_init(const struct codec *,
                void (*init)(void *, const struct layout *, const struct options *), void *state,
                const struct wave_format *, const struct options *, struct layout *);

/* Convert everything with END. Options may be null, and so may their kernels. */
struct bytes encode_all(const struct codec *, const struct wave_format *, const struct options *,
                        struct sound);
struct sound decode_all(const struct codec *, const struct wave_format *, const struct options *,
                        struct bytes);

/* One call of a new stream that decodes to 16-bit PCM. `made` counts samples. Source and
 * destination have exactly the offered sizes, so that the sanitizer sees every access beyond them.
 */
struct progress decode_once(const struct codec *, const struct wave_format *, const uint8_t *src,
                            int16_t *pcm, struct offer);

/* The format of a mode, with room for its extra bytes in `extra`. */
struct wave_format format_of(const struct codec *, struct mode, uint8_t extra[EXTRA_ROOM]);

/* Compares the fields of two headers, including the number of extra bytes, but not these. */
void assert_same_header(const struct wave_format *, const struct wave_format *);

/* The format and the data of a WAV file, pointing into `file`. The test fails if it has none. */
struct bytes wav_open(struct bytes file, struct wave_format *);

/* A WAV file with this format and data. The caller frees. */
struct bytes wav_make(const struct wave_format *, const void *data, size_t size, uint32_t samples);

/* The best instruction set of this processor, as a number for dsp_set. */
uint8_t best_set(void);

/* True if OMNIACM_FULL=1 asks for every case instead of a selection. */
bool all_cases(void);

/* A test of all codecs may be restricted to those with the tags that are its arguments. */
void select_tags(int count, char **args);
bool tag_is_selected(uint16_t tag);
bool codec_is_selected(const struct codec *);

/* Of codecs with many modes, true for every ninth one only, unless all cases are asked for. */
bool mode_is_selected(const struct codec *, const struct mode *);

/* Checks that an encoder makes the same bytes in every set of kernels. */
void check_encoder_in_sets(const struct codec *, const struct wave_format *, uint8_t quality,
                           struct sound);

/* Compares with the samples of a decoder in floating point: none may differ by more than 1, and 2 %
 * at most may differ at all. Both have `count` samples. */
void check_near(const char *name, const int16_t *ours, const int16_t *theirs, size_t count);

/* The energy of `a` relative to that of a - b over `n` samples, in dB. */
double snr(const int16_t *a, const int16_t *b, size_t n);

#endif
