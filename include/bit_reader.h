/* Reads fields of up to 25 bits from bytes, the most significant bit first. Past the last
 * byte, all bits are 0. */
#ifndef OMNIACM_BIT_READER_H
#define OMNIACM_BIT_READER_H

#include <stdint.h>

struct bit_reader {
    const uint8_t *bytes;
    uint32_t size, at; /* in bits; `at` may pass the size */
};

/* The next 32 bits, of which at least 25 are valid. */
static inline uint32_t bits_peek32(const struct bit_reader *in)
{
    uint32_t byte = in->at / 8, end = (in->size + 7) / 8, window = 0;

    for (uint32_t i = byte; i < byte + 4; i++)
        window = window << 8 | (i < end ? in->bytes[i] : 0u);
    return window << in->at % 8;
}

/* `count` is 0 to 25. */
static inline uint32_t bits_read(struct bit_reader *in, unsigned count)
{
    uint32_t window = bits_peek32(in);

    in->at += count;
    return count == 0 ? 0 : window >> (32 - count);
}

static inline uint32_t bits_left(const struct bit_reader *in)
{
    return in->at < in->size ? in->size - in->at : 0;
}

#endif
