/* The formats of WAV files with MPEG audio. */
#ifndef OMNIACM_MPEG_FORMAT_H
#define OMNIACM_MPEG_FORMAT_H

#include "codec.h"
#include "frame.h"

enum { MPEG_LONGEST_PERIOD = 4 };

/* Two bit rates of Fraunhofer's codec are not in the table of LSF, 18 and 20 kbit/s: all of 4 or 2
 * frames but the last one have 16 kbit/s, and the last one has the next bit rate, 24. Returns how
 * many, or 1 for other bit rates. A block is such a period. */
unsigned mpeg_period(const struct mpeg_header *, uint32_t byte_rate);

/* The bytes of a period without padding. The header has the lower bit rate. */
uint32_t mpeg_period_bytes(const struct mpeg_header *, unsigned period);

/* Complete MPEGLAYER3WAVEFORMAT, as Fraunhofer's codec does, and MPEG1WAVEFORMAT for a layer of 1
 * to 3. */
void mpeg_complete3(struct wave_format *, const struct mode *, uint8_t dialect);
void mpeg_complete2(struct wave_format *, const struct mode *, unsigned layer);

#endif
