#include "g728.h"

enum { FRAME_BITS = 8 * G728_FRAME_BYTES, INDEX_MASK = (1 << G728_INDEX_BITS) - 1 };

void g728_pack(const g728_index indices[G728_CYCLE], uint8_t frame[G728_FRAME_BYTES])
{
    uint64_t bits = 0;

    for (int i = 0; i < G728_CYCLE; i++)
        bits = bits << G728_INDEX_BITS | indices[i];
    for (int i = 0; i < G728_FRAME_BYTES; i++)
        frame[i] = (uint8_t)(bits >> (FRAME_BITS - 8 - 8 * i));
}

void g728_unpack(const uint8_t *frame, int count, g728_index *indices)
{
    for (int i = 0; i < count; i++) {
        int bit = G728_INDEX_BITS * i;
        unsigned pair = (unsigned)(frame[bit / 8] << 8 | frame[bit / 8 + 1]);

        indices[i] = (g728_index)(pair >> (16 - G728_INDEX_BITS - bit % 8) & INDEX_MASK);
    }
}
