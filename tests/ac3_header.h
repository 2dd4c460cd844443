#ifndef AC3_HEADER_H
#define AC3_HEADER_H

#include <string.h>
#include "codec.h"

/* Synchronization, checksum, rates and version. */
static inline void put_ac3_header(const struct wave_format *format, uint8_t header[6])
{
    static const uint16_t kbits[] = { 32,  40,  48,  56,  64,  80,  96,  112, 128, 160,
                                      192, 224, 256, 320, 384, 448, 512, 576, 640 };
    unsigned rate = format->sample_rate == 48000 ? 0 : format->sample_rate == 44100 ? 1 : 2, i = 0;

    while (kbits[i] * 125u < format->byte_rate)
        i++;
    memcpy(header, (const uint8_t[]){ 0x0B, 0x77, 0, 0, (uint8_t)(rate << 6 | 2 * i), 8 << 3 }, 6);
}

#endif
