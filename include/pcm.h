/* PCM of every width, in integers only. */
#ifndef OMNIACM_PCM_H
#define OMNIACM_PCM_H

#include "channels.h"
#include "tags.h"

enum pcm { PCM_NONE, PCM_U8, PCM_S16, PCM_S24, PCM_S32, PCM_F32, PCM_F64 };

/* Returns PCM_NONE for a codec's format and for PCM of an unsupported width. */
enum pcm pcm_of(const struct wave_format *);

/* Bytes per sample. */
unsigned pcm_bytes(enum pcm);

#endif
