/* Writes fields of up to 32 bits to zeroed bytes, the most significant bit first. Past the end,
 * bits are dropped. */
#ifndef OMNIACM_BIT_WRITER_H
#define OMNIACM_BIT_WRITER_H

#include <stdint.h>

struct bit_writer {
    uint8_t *bytes;
    uint32_t size, at; /* in bits */
};

static inline void bits_write(struct bit_writer *out, uint32_t value, unsigned count)
{
    while (count > 0 && out->at < out->size) {
        unsigned room = 8 - out->at % 8, n = count < room ? count : room;

        if (n > out->size - out->at)
            n = out->size - out->at;
        count -= n;
        out->bytes[out->at / 8] |= (uint8_t)((value >> count & ((1u << n) - 1)) << (room - n));
        out->at += n;
    }
}

#endif
