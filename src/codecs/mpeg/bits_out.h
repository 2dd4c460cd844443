/* Writes fields of up to 25 bits, the most significant bit first. Unlike bit_writer.h's, it writes
 * whole bytes, and the memory need not be zero. */
#ifndef OMNIACM_MPEG_BITS_OUT_H
#define OMNIACM_MPEG_BITS_OUT_H

#include <stdint.h>

struct bits_out {
    uint8_t *bytes; /* the next one */
    uint64_t value; /* the low `count` bits are not written */
    unsigned count;
};

static inline void bits_put(struct bits_out *out, uint32_t value, unsigned bits)
{
    out->value = out->value << bits | value;
    out->count += bits;
    while (out->count >= 8) {
        out->count -= 8;
        *out->bytes++ = (uint8_t)(out->value >> out->count);
    }
}

/* Fills the last byte with zeros. */
static inline void bits_flush(struct bits_out *out) { bits_put(out, 0, 7 & (8 - out->count)); }

#endif
