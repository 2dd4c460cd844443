/* A-law and u-law for single samples of 16-bit linear PCM: ITU-T G.711 (11/88), tables 1a to 2b.
 *
 * Decoding gives the values of the tables, left-aligned in 16 bits. Encoding truncates, as the
 * ITU's reference code does (G.191, alaw_compress and ulaw_compress). */
#ifndef OMNIACM_G711_H
#define OMNIACM_G711_H

#include <stdint.h>

/* The position of the highest set bit, counted from bit 4; 0 for segments 0 and 1. */
static inline unsigned log2_above_16(unsigned x)
{
    return x < 32 ? 0 : 27u - (unsigned)__builtin_clz(x);
}

static inline int16_t alaw_expand(uint8_t code)
{
    unsigned bits = code ^ 0x55u, segment = bits >> 4 & 7, step = bits & 15;
    int level = segment == 0 ? (int)(step << 4 | 8) : (int)((step << 4 | 0x108) << (segment - 1));

    return (int16_t)(bits & 0x80 ? level : -level);
}

/* The magnitude has 12 bits. That of a negative sample is its ones' complement, so that -1 is in
 * the first negative step. */
static inline uint8_t alaw_compress(int16_t sample)
{
    unsigned magnitude = (unsigned)(sample < 0 ? ~sample : sample) >> 4,
             shift = log2_above_16(magnitude);
    unsigned code = magnitude < 16 ? magnitude : (shift + 1) << 4 | (magnitude >> shift & 15);

    return (uint8_t)((code | (sample < 0 ? 0u : 0x80u)) ^ 0x55u);
}

static inline int16_t ulaw_expand(uint8_t code)
{
    unsigned bits = ~(unsigned)code, segment = bits >> 4 & 7, step = bits & 15;
    int level = (int)((step << 3 | 0x84) << segment) - 0x84;

    return (int16_t)(bits & 0x80 ? -level : level);
}

/* The magnitude has 13 bits. It is biased by 33 and clamped to less than 8192. */
static inline uint8_t ulaw_compress(int16_t sample)
{
    unsigned magnitude = ((unsigned)(sample < 0 ? ~sample : sample) >> 2) + 33;
    unsigned clamped = magnitude > 0x1FFF ? 0x1FFF : magnitude,
             segment = 26u - (unsigned)__builtin_clz(clamped);

    return (uint8_t) ~(segment << 4 | (clamped >> (segment + 1) & 15) | (sample < 0 ? 0x80u : 0u));
}

#endif
