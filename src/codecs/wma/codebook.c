/* Prefix codes by symbol. */
#include <string.h>
#include "encoder.h"

/* The bits of an escaped level at the usual gains, of its run and its sign. */
enum { ESCAPED = 20 };

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
    for (unsigned level = 1; level < WMA_NEAR_LEVELS; level++)
        for (unsigned run = 0; run < WMA_NEAR_RUNS; run++) {
            unsigned symbol = wma_symbol_of(book, level, run);

            if (symbol != WMA_ESCAPE)
                book->near_bits[level][run] = (uint8_t)(book->lengths[symbol] + 1);
        }
    book->run_bits_least = ESCAPED;
    for (unsigned run = 0; run < WMA_FRAME; run++) {
        unsigned symbol = wma_symbol_of(book, 1, run),
                 bits = book->lengths[symbol] + (symbol == WMA_ESCAPE ? ESCAPED : 1u);

        book->run_bits[run] = (uint8_t)bits;
        if (bits < book->run_bits_least)
            book->run_bits_least = bits;
    }
}
