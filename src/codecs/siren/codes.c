/* The prefix codes of the encoder, from the trees of the decoder. */
#include <string.h>
#include "encoder.h"

/* Codes have up to 16 bits, which bounds the recursion. */
static void walk_powers(const int8_t (*tree)[2], int node, unsigned bits, uint8_t length,
                        struct siren_code codes[SIREN_STEPS])
{
    for (unsigned bit = 0; bit < 2; bit++) {
        int next = tree[node][bit];

        if (next > 0)
            walk_powers(tree, next, bits << 1 | bit, (uint8_t)(length + 1), codes);
        else
            codes[-next] =
                (struct siren_code){ (uint16_t)(bits << 1 | bit), (uint8_t)(length + 1) };
    }
}

static void walk_vectors(const uint16_t *tree, unsigned node, unsigned bits, uint8_t length,
                         struct siren_code codes[SIREN_PACKED])
{
    for (unsigned bit = 0; bit < 2; bit++) {
        unsigned next = tree[node + bit];

        if (next % 2 == 0)
            walk_vectors(tree, next, bits << 1 | bit, (uint8_t)(length + 1), codes);
        else
            codes[next >> 1] =
                (struct siren_code){ (uint16_t)(bits << 1 | bit), (uint8_t)(length + 1) };
    }
}

void siren_codes(struct siren_codes *codes)
{
    memset(codes, 0, sizeof *codes);
    for (int i = 0; i < SIREN_REGIONS - 1; i++)
        walk_powers(siren_power_trees[i], 0, 0, 0, codes->powers[i]);
    for (int i = 0; i < SIREN_CODED; i++)
        walk_vectors(siren_vector_trees[i], 0, 0, 0, codes->vectors[i]);
}
