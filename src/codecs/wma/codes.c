/* Prefix codes of up to 22 bits. */
#include "wma.h"

void wma_open_book(struct wma_book *book, const struct wma_prefix_code *code)
{
    uint32_t start = 0;
    unsigned at = 0;

    book->code = code;
    for (unsigned i = 0; i < code->size; i++) {
        book->starts[i] = start;
        start += 1u << (32 - code->lengths[i]);
    }
    for (unsigned i = 0; i < 257; i++) {
        while (at + 1u < code->size && (i == 256 || book->starts[at + 1] <= i << 24))
            at++;
        book->quick[i] = (uint16_t)at;
    }
}

unsigned wma_read_code(struct bit_reader *in, const struct wma_book *book)
{
    uint32_t next = bits_peek32(in);
    unsigned low = book->quick[next >> 24], high = book->quick[(next >> 24) + 1];

    while (low < high) {
        unsigned middle = (low + high + 1) / 2;

        if (book->starts[middle] <= next)
            low = middle;
        else
            high = middle - 1;
    }
    in->at += book->code->lengths[low];
    return book->code->symbols[low];
}

void wma_open_pairs(struct wma_pair pairs[WMA_CODES], const struct wma_prefix_code *code)
{
    unsigned i = 2;

    for (uint16_t level = 1; i < code->size; level++)
        for (uint16_t run = 0; run < code->runs[level - 1]; run++)
            pairs[i++] = (struct wma_pair){ level, run };
}
