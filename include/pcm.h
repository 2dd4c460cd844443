/* PCM of every width, to and from the 16-bit samples that codecs work on; in integers alone. */
#ifndef OMNIACM_PCM_H
#define OMNIACM_PCM_H

#include "codec.h"
#include "tags.h"

enum pcm { PCM_NONE, PCM_U8, PCM_S16, PCM_S24, PCM_S32, PCM_F32 };

/* What PCM a format is: PCM_NONE for a codec's format, and for a width that is not converted. */
enum pcm pcm_of(const struct wave_format *);

/* Bytes of one sample. */
unsigned pcm_bytes(enum pcm);

/* `n` samples, little-endian, of any alignment. Full scale is 32768; narrowing goes to the nearest
 * value, ties upwards, and saturates; a NaN is 0. */
void pcm_to_s16(enum pcm, const uint8_t *src, int16_t *dst, size_t n);
void pcm_from_s16(enum pcm, const int16_t *src, uint8_t *dst, size_t n);

#endif
