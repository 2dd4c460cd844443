/* The parsing of a sound unit. Bits past its end are 0, as in every reader of the format. */
#include <string.h>
#include "fixed.h"
#include "tables.h"

enum { VALUES_MOST = 8, COMPONENTS_MOST = 64, PARTS = 4 /* of a band, for tonal components */ };

/* How a run of coefficients is coded. */
struct coding {
    const struct atrac3_book *book;
    bool fixed; /* codes of a constant length */
    unsigned scale;
};

static unsigned read_prefix(struct bit_reader *in, const struct atrac3_book *book)
{
    uint32_t next = bits_peek32(in), first = 0, index = 0;

    for (unsigned length = 1;; length++) {
        uint32_t count = book->counts[length - 1], code = next >> (32 - length);

        if (code - first < count || length == ATRAC3_CODE_BITS) {
            in->at += length;
            return index + code - first;
        }
        index += count;
        first = (first + count) * 2;
    }
}

static int read_signed(struct bit_reader *in, unsigned width)
{
    int value = (int)bits_read(in, width), range = 1 << width;

    return value < range / 2 ? value : value - range;
}

static int value_of(unsigned symbol, const struct atrac3_book *book)
{
    int pair = (int)(symbol + 1) / 2, value = pair;

    if (pair >= book->place)
        value = pair == book->place ? book->most : pair - 1;
    return symbol % 2 == 1 ? value : -value;
}

static void read_values(struct bit_reader *in, const struct coding *coding, int *values,
                        unsigned count)
{
    const struct atrac3_book *book = coding->book;

    for (unsigned i = 0; i < count;) {
        if (coding->fixed) {
            values[i++] = read_signed(in, book->width);
        } else if (book->most > 1) {
            values[i++] = value_of(read_prefix(in, book), book);
        } else {
            const int8_t *pair = atrac3_pairs[read_prefix(in, book)];

            values[i++] = pair[0];
            values[i++] = pair[1];
        }
    }
}

/* Adds values times 2^((scale - 15) / 3) / (most + 1/2). The step has Q46 and at most 47 bits. */
static void add_values(int32_t *x, const struct coding *coding, const int *values, unsigned count)
{
    const unsigned odd = 2u * coding->book->most + 1;
    int64_t step = (((int64_t)atrac3_thirds[coding->scale % 3] << 17) + odd / 2) / odd;
    int shift = 46 - ATRAC3_Q + 5 - (int)(coding->scale / 3);

    for (unsigned i = 0; i < count; i++) {
        int64_t scaled = (values[i] * step + ((int64_t)1 << (shift - 1))) >> shift;

        x[i] = L_saturate(x[i] + scaled);
    }
}

static bool read_gain(struct bit_reader *in, struct atrac3_gain *gain)
{
    gain->points = (uint8_t)bits_read(in, 3);
    for (int i = 0; i < gain->points; i++) {
        gain->level[i] = (uint8_t)bits_read(in, 4);
        gain->location[i] = (uint8_t)bits_read(in, 5);
        if (i > 0 && gain->location[i] <= gain->location[i - 1])
            return false;
    }
    return true;
}

/* A group of tonal components: short runs of coefficients, all of one coding and length, in those
 * quarters of the coded bands that have flags. `left` counts the components that may follow. */
static bool read_group(struct bit_reader *in, unsigned bands, struct coding *coding, bool choose,
                       struct atrac3_unit *unit, unsigned *left)
{
    unsigned flags = bits_read(in, bands), length = bits_read(in, 3) + 1,
             quantizer = bits_read(in, 3);
    int values[VALUES_MOST];

    if (quantizer <= 1)
        return false;
    coding->book = &atrac3_books[quantizer - 1];
    if (choose)
        coding->fixed = bits_read(in, 1) != 0;
    for (unsigned part = 0; part < bands * PARTS; part++) {
        if (!(flags >> (bands - 1 - part / PARTS) & 1))
            continue;
        for (unsigned count = bits_read(in, 3); count > 0; count--) {
            unsigned at, fitting;

            coding->scale = bits_read(in, 6);
            if ((*left)-- == 0)
                return false;
            at = part * (ATRAC3_BAND / PARTS) + bits_read(in, 6);
            fitting = (unsigned)min_size(length, ATRAC3_FRAME - at);
            read_values(in, coding, values, fitting);
            add_values(unit->x + at, coding, values, fitting);
            unit->tonal = (uint16_t)max_i32(unit->tonal, (int32_t)(at + fitting));
        }
    }
    return true;
}

static bool read_tonal(struct bit_reader *in, unsigned bands, struct atrac3_unit *unit)
{
    unsigned groups = bits_read(in, 5), left = COMPONENTS_MOST, mode;
    struct coding coding = { 0 };

    if (groups == 0)
        return true;
    mode = bits_read(in, 2);
    if (mode == 2)
        return false;
    coding.fixed = mode == 1;
    while (groups-- > 0)
        if (!read_group(in, bands, &coding, mode == 3, unit, &left))
            return false;
    return true;
}

/* Returns where the spectrum ends. */
static uint16_t read_spectrum(struct bit_reader *in, int32_t x[ATRAC3_FRAME])
{
    unsigned subbands = bits_read(in, 5) + 1;
    struct coding coding = { .fixed = bits_read(in, 1) != 0 };
    uint8_t quantizers[ATRAC3_SUBBANDS], scales[ATRAC3_SUBBANDS] = { 0 };
    int values[ATRAC3_FRAME / 8];

    for (unsigned i = 0; i < subbands; i++)
        quantizers[i] = (uint8_t)bits_read(in, 3);
    for (unsigned i = 0; i < subbands; i++)
        if (quantizers[i] != 0)
            scales[i] = (uint8_t)bits_read(in, 6);
    for (unsigned i = 0; i < subbands; i++) {
        unsigned at = atrac3_edges[i], width = atrac3_edges[i + 1] - at;

        if (quantizers[i] == 0)
            continue;
        coding.book = &atrac3_books[quantizers[i] - 1];
        coding.scale = scales[i];
        read_values(in, &coding, values, width);
        add_values(x + at, &coding, values, width);
    }
    return atrac3_edges[subbands];
}

bool atrac3_read_unit(struct bit_reader *in, bool second, struct atrac3_unit *unit)
{
    bool valid = second ? bits_read(in, 2) == 3 : bits_read(in, 6) == 0x28;
    unsigned bands = bits_read(in, 2) + 1;

    memset(unit, 0, sizeof *unit);
    for (unsigned i = 0; i < bands && valid; i++)
        valid = read_gain(in, &unit->gain[i]);
    if (!valid || !read_tonal(in, bands, unit))
        return false;
    unit->spectrum = read_spectrum(in, unit->x);
    return true;
}
