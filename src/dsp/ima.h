/* IMA ADPCM of 4 bits in words: ima_adpcm.c has the format. Samples are counted from -32768. */
#ifndef OMNIACM_IMA_H
#define OMNIACM_IMA_H

#include "words.h"

enum { IMA_HEADER = 4 };

struct ima {
    words sample, index;
};

/* By one more than the index moves. */
KERNEL words ima_move(words index, words growth)
{
    return least(less(index + growth, every(1)), every(IMA_LAST_INDEX));
}

KERNEL words ima_next_index(words index, words magnitude)
{
    return ima_move(index, ima_growth(magnitude));
}

/* A dword of each chain, of which it may have fewer bytes; the first is number 0. */
APART void ima_put_codes(const struct chains *chains, size_t dword, uint32_t bytes, words low, words high)
{
    uint16_t copy[2][WORDS];

    memcpy(copy[0], &low, sizeof low), memcpy(copy[1], &high, sizeof high);
#pragma GCC unroll 1
    for (int l = 0; l < WORDS; l++) {
        uint8_t *to = chains->out[l] + (1 + dword) * 4 * chains->channels, codes[4];

        store16_le(codes, copy[0][l]), store16_le(codes + 2, copy[1][l]);
        if (bytes == 4)
            memcpy(to, codes, 4);
        else
            memcpy(to, codes, bytes);
    }
}

APART void ima_put_headers(const struct chains *chains, words index)
{
    uint16_t copy[WORDS];

    memcpy(copy, &index, sizeof index);
#pragma GCC unroll 1
    for (int l = 0; l < WORDS; l++) {
        memcpy(chains->out[l], chains->in[l], 2);
        store16_le(chains->out[l] + 2, copy[l]);
    }
}

#endif
