/* Unaligned fields: little-endian ones, and a big-endian one. */
#ifndef OMNIACM_BITS_H
#define OMNIACM_BITS_H

#include <stdint.h>

static inline uint16_t load16_le(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

static inline uint32_t load32_le(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t load64_le(const uint8_t *p)
{
    return load32_le(p) | (uint64_t)load32_le(p + 4) << 32;
}

static inline void store16_le(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static inline void store32_le(uint8_t *p, uint32_t value)
{
    store16_le(p, (uint16_t)value);
    store16_le(p + 2, (uint16_t)(value >> 16));
}

static inline void store64_le(uint8_t *p, uint64_t value)
{
    store32_le(p, (uint32_t)value);
    store32_le(p + 4, (uint32_t)(value >> 32));
}

static inline void store64_be(uint8_t *p, uint64_t value)
{
    store64_le(p, __builtin_bswap64(value));
}

#endif
