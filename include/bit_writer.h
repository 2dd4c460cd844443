/* Writes fields of up to 32 bits to zeroed bytes, the most significant bit first. Past the end,
 * bits are dropped. */
#ifndef OMNIACM_BIT_WRITER_H
#define OMNIACM_BIT_WRITER_H

#include <stdint.h>
#include "bits.h"

struct bit_writer {
    uint8_t *bytes;
    uint32_t size, at; /* in bits */
};

/* Near the end, byte by byte. */
static inline void bits_write_last(struct bit_writer *out, uint32_t value, unsigned count)
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

/* Stores the begun byte and the seven behind it, which are still zero, at once. */
static inline void bits_write(struct bit_writer *out, uint32_t value, unsigned count)
{
    uint8_t *byte = out->bytes + out->at / 8;
    uint64_t field = value & (((uint64_t)1 << count) - 1);

    if (out->size < 64 || out->at / 8 * 8 > out->size - 64) {
        bits_write_last(out, value, count);
        return;
    }
    store64_be(byte, (uint64_t)*byte << 56 | field << (32 - count) << (32 - out->at % 8));
    out->at += count;
}

/* The bytes that have been begun. */
static inline uint32_t bits_bytes(const struct bit_writer *out) { return (out->at + 7) / 8; }

#endif
