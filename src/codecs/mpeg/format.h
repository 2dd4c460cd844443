/* The formats of WAV files with MPEG audio. */
#ifndef OMNIACM_MPEG_FORMAT_H
#define OMNIACM_MPEG_FORMAT_H

#include "codec.h"

/* Complete MPEGLAYER3WAVEFORMAT, as Fraunhofer's codec does, and MPEG1WAVEFORMAT for a layer of 1
 * to 3. */
void mpeg_complete3(struct wave_format *, const struct mode *, uint8_t dialect);
void mpeg_complete2(struct wave_format *, const struct mode *, unsigned layer);

#endif
