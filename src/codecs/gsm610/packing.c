/* The 260 bits of a frame, the lowest of each number and of each byte first, as Microsoft's block
 * has them. */
#include "gsm610.h"
#include "bits.h"

enum { LAR_BITS = 36, SUBFRAME_BITS = (FRAME_BITS - LAR_BITS) / SUBFRAMES };

static const uint8_t lar_bits[ORDER] = { 6, 6, 5, 5, 4, 4, 3, 3 };

/* A frame's fields are taken in strings of at most 56 bits, which begin at bit 0 or 4 of a byte:
 * each lies within eight bytes of the block, and the first frame's last within the 33 bytes that
 * this frame has. */
static unsigned place_of(unsigned at)
{
    return at / 8 < BLOCK_BYTES - 8 ? at / 8 : BLOCK_BYTES - 8;
}

static uint64_t bits_at(const uint8_t *block, unsigned at)
{
    return load64_le(block + place_of(at)) >> (at - place_of(at) * 8);
}

static void put_bits(uint8_t *block, unsigned at, uint64_t bits)
{
    uint8_t *p = block + place_of(at);

    store64_le(p, load64_le(p) | bits << (at - place_of(at) * 8));
}

void gsm610_unpack(const uint8_t *block, unsigned at, struct parameters *out)
{
    uint64_t bits = bits_at(block, at);

    for (int i = 0; i < ORDER; bits >>= lar_bits[i++])
        out->lars[i] = (uint8_t)(bits & ((1u << lar_bits[i]) - 1));
    at += LAR_BITS;
    for (struct subframe *sub = out->subframes; sub < out->subframes + SUBFRAMES;
         sub++, at += SUBFRAME_BITS) {
        bits = bits_at(block, at);
        sub->lag = bits & 127;
        sub->gain = bits >> 7 & 3;
        sub->grid = bits >> 9 & 3;
        sub->peak = bits >> 11 & 63;
        for (int i = 0; i < PULSES; i++)
            sub->pulses[i] = bits >> (17 + 3 * i) & 7;
    }
}

void gsm610_pack(const struct parameters *in, uint8_t *block, unsigned at)
{
    uint64_t bits = 0;

    for (int i = ORDER - 1; i >= 0; i--)
        bits = bits << lar_bits[i] | in->lars[i];
    put_bits(block, at, bits);
    at += LAR_BITS;
    for (const struct subframe *sub = in->subframes; sub < in->subframes + SUBFRAMES;
         sub++, at += SUBFRAME_BITS) {
        bits = sub->lag | (uint64_t)sub->gain << 7 | (uint64_t)sub->grid << 9 |
               (uint64_t)sub->peak << 11;
        for (int i = 0; i < PULSES; i++)
            bits |= (uint64_t)sub->pulses[i] << (17 + 3 * i);
        put_bits(block, at, bits);
    }
}
