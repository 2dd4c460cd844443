/* Prefix codes by symbol. */
#include <string.h>
#include "encoder.h"

void wma_fill_codebook(struct wma_codebook *book, const struct wma_prefix_code *code)
{
    uint32_t start = 0;

    memset(book, 0, sizeof *book);
    for (unsigned i = 0; i < code->size; i++) {
        unsigned symbol = code->symbols[i], length = code->lengths[i];

        book->bits[symbol] = start >> (32 - length);
        book->lengths[symbol] = (uint8_t)length;
        start += 1u << (32 - length);
    }
    if (!code->runs)
        return;
    book->first[1] = WMA_FIRST_PAIR;
    while (book->first[book->levels + 1] < code->size) {
        unsigned level = ++book->levels;

        book->first[level + 1] = (uint16_t)(book->first[level] + code->runs[level - 1]);
    }
}
