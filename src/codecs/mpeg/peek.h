/* Fields of bits, without a check for the end of the data: 8 bytes behind it can be read. */
#ifndef OMNIACM_MPEG_PEEK_H
#define OMNIACM_MPEG_PEEK_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "compiler.h"

/* As many bits as a register has, 64 or 32. */
typedef size_t mpeg_word;

enum { MPEG_WORD_BITS = 8 * sizeof(mpeg_word), MPEG_PEEK_BITS = MPEG_WORD_BITS - 7 };

/* The next bits, at least MPEG_PEEK_BITS of them, from the highest one on. */
static INLINED mpeg_word mpeg_peek(const uint8_t *bytes, uint32_t at)
{
    mpeg_word bits;

    memcpy(&bits, bytes + at / 8, sizeof bits);
    bits =
        sizeof bits == 8 ? (mpeg_word)__builtin_bswap64(bits) : __builtin_bswap32((uint32_t)bits);
    return bits << at % 8;
}

/* The first `count` bits of a word: fewer than all, and perhaps none. */
static INLINED unsigned mpeg_first_bits(mpeg_word word, unsigned count)
{
    return (unsigned)(word >> 1 >> (MPEG_WORD_BITS - 1 - count));
}

/* Reads a field of at most 25 bits. */
static INLINED unsigned mpeg_read(const uint8_t *bytes, uint32_t *at, unsigned count)
{
    unsigned value = mpeg_first_bits(mpeg_peek(bytes, *at), count);

    *at += count;
    return value;
}

/* A place among the bits, and the word that begins there. */
struct mpeg_cursor {
    const uint8_t *bytes;
    uint32_t at;
    mpeg_word word;
};

static INLINED struct mpeg_cursor mpeg_cursor_at(const uint8_t *bytes, uint32_t at)
{
    return (struct mpeg_cursor){ bytes, at, mpeg_peek(bytes, at) };
}

/* Words of 64 bits are shifted: they have room for 57 bits. Those of 32 bits, with room for 25, are
 * read again. */
static INLINED void mpeg_skip(struct mpeg_cursor *in, unsigned bits)
{
    in->at += bits;
    in->word = MPEG_WORD_BITS == 64 ? in->word << bits : mpeg_peek(in->bytes, in->at);
}

#endif
