/* Huffman decoding. */
#include <string.h>
#include "layer3.h"
#include "peek.h"

/* A table of pairs: where its entries begin in `fast` and in `tree`; how many bits, at most 10,
 * index the former, or 0 for the tables without codes.
 *
 * An entry of `fast` covers a code with its signs: its length in bits 10 to 14, and both values
 * plus
 * 15. Bit 15 is set if they do not fit, or if linbits may follow: then bits 12 to 14 are how many
 * bits index the entries of `tree` at the offset in bits 0 to 11. For codes of up to 8 bits these
 * are all the same, and for others they are indexed by the bits from the 9th on. They have the same
 * form, or cover a code without its signs: its length in bits 8 to 12, and both values. */
struct book {
    uint16_t fast, tree;
    uint8_t bits, linbits;
};

#include "decode_table.h"

enum { LINK = 0x8000, PREFIX = 8, ESCAPE = 15 };

/* Value^(4/3), Q25, for -15 to 15. */
static const int32_t powers[31] = {
    -1241285180, -1132193366, -1025670099, -921845669, -820868276, -722908323, -628164281,
    -536870912,  -449311235,  -365834696,  -286886358, -213057363, -145181595, -84551870,
    -33554432,   0,           33554432,    84551870,   145181595,  213057363,  286886358,
    365834696,   449311235,   536870912,   628164281,  722908323,  820868276,  921845669,
    1025670099,  1132193366,  1241285180,
};

/* Codes of `fast` that fit a word. */
enum { FAST_BITS = 10, PAIRS = MPEG_PEEK_BITS / FAST_BITS };

/* Reads the linbits and the sign of a value, without branches, which would be mispredicted: the
 * sign of 0 is that of another value, and a large value also leaves the power of 15. */
static INLINED void read_value(struct mpeg_cursor *in, unsigned value, unsigned linbits,
                               unsigned line, struct layer3_lines *out)
{
    unsigned extra = value == ESCAPE ? linbits : 0, power = value;
    int sign = (in->word << extra) >> (MPEG_WORD_BITS - 1) != 0 ? -1 : 1;

    value += mpeg_first_bits(in->word, extra);
    mpeg_skip(in, extra + (value != 0));
    out->q[line] = powers[ESCAPE + sign * (int)power];
    out->large[out->large_count] =
        (struct layer3_large){ (uint16_t)line, (int16_t)(sign * (int)value) };
    out->large_count += value > ESCAPE;
}

/* A pair that needs more than an entry of `fast`: a code of up to 19 bits and two values of up
 * to 14. Returns the bit behind it. */
static __attribute__((noinline)) uint32_t read_long_pair(const uint8_t *bytes, uint32_t at,
                                                         const struct book *book, unsigned entry,
                                                         unsigned line, struct layer3_lines *out)
{
    struct mpeg_cursor in = mpeg_cursor_at(bytes, at);
    mpeg_word word = in.word << PREFIX;

    while (entry & LINK) {
        unsigned width = entry >> 12 & 7;

        entry = tree[book->tree + (entry & 0xFFF) + mpeg_first_bits(word, width)];
        word <<= width;
    }
    mpeg_skip(&in, entry >> 8);
    read_value(&in, entry >> 4 & 15, book->linbits, line, out);
    read_value(&in, entry & 15, book->linbits, line + 1, out);
    return in.at;
}

/* Pairs up to the line `end`; returns the line behind the last one. Short codes are taken from one
 * word, so that each waits for the last one's length, but not for memory. */
static unsigned read_pairs(struct layer3_bits *in, unsigned table, unsigned line, unsigned end,
                           struct layer3_lines *out)
{
    const struct book *book = &books[table];
    const uint16_t *entries = fast + book->fast;
    unsigned shift = MPEG_WORD_BITS - book->bits;
    uint32_t at = in->at, data_end = in->end;

    if (book->bits == 0) {
        for (; line < end; line++)
            out->q[line] = 0;
        return line;
    }
    while (line < end && at < data_end) {
        mpeg_word window = mpeg_peek(in->bytes, at);
        unsigned stop = line + 2 * PAIRS < end ? line + 2 * PAIRS : end;
        unsigned entry = entries[window >> shift];

        for (; !(entry & LINK); entry = entries[window >> shift]) {
            out->q[line] = powers[entry >> 5 & 31];
            out->q[line + 1] = powers[entry & 31];
            window <<= entry >> 10;
            at += entry >> 10;
            line += 2;
            if (line >= stop || at >= data_end)
                break;
        }
        if (entry & LINK) {
            at = read_long_pair(in->bytes, at, book, entry, line, out);
            line += 2;
        }
    }
    in->at = at;
    return line;
}

/* Quadruples up to the end of the data. The last one is dropped if it exceeds them. */
static unsigned read_quadruples(struct layer3_bits *in, unsigned table, unsigned line,
                                struct layer3_lines *out)
{
    enum { ONE = 1 << 25 };
    static const int32_t values[16][2] = {
        { 0, 0 },      { 0, ONE }, { 0, -ONE }, { 0, 0 },      { ONE, 0 },     { ONE, ONE },
        { ONE, -ONE }, { ONE, 0 }, { -ONE, 0 }, { -ONE, ONE }, { -ONE, -ONE }, { -ONE, 0 }
    };
    const uint16_t *entries = quadruples + (table ? 1024 : 0);
    unsigned shift = MPEG_WORD_BITS - (table ? 8 : 10);
    uint32_t at = in->at, data_end = in->end;

    while (line + 4 <= MPEG_LINES && at < data_end) {
        unsigned entry = entries[mpeg_peek(in->bytes, at) >> shift];

        at += entry >> 8;
        if (at > data_end)
            break;
        memcpy(out->q + line, values[entry >> 4 & 15], sizeof *values);
        memcpy(out->q + line + 2, values[entry & 15], sizeof *values);
        line += 4;
    }
    in->at = at;
    return line;
}

void layer3_read_lines(struct layer3_bits *in, const struct layer3_granule *granule,
                       struct layer3_lines *out)
{
    unsigned line = 0;

    out->large_count = 0;
    for (int i = 0; i < 3; i++) {
        unsigned end = granule->pair_lines;

        if (i < 2 && granule->region_ends[i] < end)
            end = granule->region_ends[i];
        if (end > line)
            line = read_pairs(in, granule->tables[i], line, end, out);
    }
    line = read_quadruples(in, granule->count1_table, line, out);
    memset(out->q + line, 0, 8 * sizeof *out->q);
    out->count = line;
}
