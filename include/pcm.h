/* Conversion between PCM of every width and the codecs' 16-bit samples, in integers only. */
#ifndef OMNIACM_PCM_H
#define OMNIACM_PCM_H

#include "codec.h"
#include "tags.h"

enum pcm { PCM_NONE, PCM_U8, PCM_S16, PCM_S24, PCM_S32, PCM_F32, PCM_F64 };

/* Returns PCM_NONE for a codec's format and for PCM of an unsupported width. */
enum pcm pcm_of(const struct wave_format *);

/* Bytes per sample. */
unsigned pcm_bytes(enum pcm);

/* Convert `n` little-endian samples of any alignment. Full scale is 32768. Narrowing rounds to
 * nearest, ties upward, and saturates. NaN becomes 0. */
void pcm_to_s16(enum pcm, const uint8_t *src, int16_t *dst, size_t n);
void pcm_from_s16(enum pcm, const int16_t *src, uint8_t *dst, size_t n);

#endif
