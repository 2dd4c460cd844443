/* The kinds of files that are not WAV, and the format in a WAV file's header, as it should be. Does
 * not depend on an operating system. */
#ifndef OMNIACM_CLI_HEADER_H
#define OMNIACM_CLI_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The reason why a file is not a WAV file, by its first 12 bytes, which may follow an ID3v2 tag; or
 * by the form type of a RIFF file. */
const char *kind_not_riff(const uint8_t p[12], bool after_tag);
const char *kind_not_wave(const uint8_t form[4]);

/* Returns true if the first four bytes are those of a known kind of file, WAV included. */
bool kind_is_known(const uint8_t p[12]);

/* Both take a WAVEFORMATEX in WAV_FORMAT_ROOM bytes, and its size, which may change. */

/* Replaces WAVE_FORMAT_EXTENSIBLE by the tag inside it, if that loses no information. */
void header_unwrap(uint8_t *format, size_t *size);

/* Corrects fields that others determine, of formats for which README.md has a rule: PCM, the two
 * laws, IMA and Microsoft ADPCM, GSM 6.10. */
void header_correct(uint8_t *format, size_t *size);

#endif
