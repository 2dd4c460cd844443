/* The 260 bits of a frame in a block of Microsoft's format: least significant bits first, of
 * parameters and of bytes. */
#include "gsm610.h"
#include "bits.h"

enum { LAR_BITS = 36, SUBFRAME_BITS = (GSM610_FRAME_BITS - LAR_BITS) / GSM610_SUBFRAMES };

static const uint8_t lar_bits[GSM610_ORDER] = { 6, 6, 5, 5, 4, 4, 3, 3 };

/* The fields of a frame are read in groups of at most 56 bits that start at bit 0 or 4 of a byte.
 * Each group thus fits eight bytes of the block. The last group of the first frame ends within the
 * 33 bytes of that frame. */
static unsigned byte_offset(unsigned at)
{
    return at / 8 < GSM610_BLOCK_BYTES - 8 ? at / 8 : GSM610_BLOCK_BYTES - 8;
}

static uint64_t bits_at(const uint8_t *block, unsigned at)
{
    return load64_le(block + byte_offset(at)) >> (at - byte_offset(at) * 8);
}

static void put_bits(uint8_t *block, unsigned at, uint64_t bits)
{
    uint8_t *p = block + byte_offset(at);

    store64_le(p, load64_le(p) | bits << (at - byte_offset(at) * 8));
}

void gsm610_unpack(const uint8_t *block, unsigned at, struct gsm610_parameters *out)
{
    uint64_t bits = bits_at(block, at);

    for (int i = 0; i < GSM610_ORDER; bits >>= lar_bits[i++])
        out->lars[i] = (uint8_t)(bits & ((1u << lar_bits[i]) - 1));
    at += LAR_BITS;
    for (struct gsm610_subframe *sub = out->subframes; sub < out->subframes + GSM610_SUBFRAMES;
         sub++, at += SUBFRAME_BITS) {
        bits = bits_at(block, at);
        sub->lag = bits & 127;
        sub->gain = bits >> 7 & 3;
        sub->grid = bits >> 9 & 3;
        sub->peak = bits >> 11 & 63;
        for (int i = 0; i < GSM610_PULSES; i++)
            sub->pulses[i] = bits >> (17 + 3 * i) & 7;
    }
}

void gsm610_pack(const struct gsm610_parameters *in, uint8_t *block, unsigned at)
{
    uint64_t bits = 0;

    for (int i = GSM610_ORDER - 1; i >= 0; i--)
        bits = bits << lar_bits[i] | in->lars[i];
    put_bits(block, at, bits);
    at += LAR_BITS;
    for (const struct gsm610_subframe *sub = in->subframes; sub < in->subframes + GSM610_SUBFRAMES;
         sub++, at += SUBFRAME_BITS) {
        bits = sub->lag | (uint64_t)sub->gain << 7 | (uint64_t)sub->grid << 9 |
               (uint64_t)sub->peak << 11;
        for (int i = 0; i < GSM610_PULSES; i++)
            bits |= (uint64_t)sub->pulses[i] << (17 + 3 * i);
        put_bits(block, at, bits);
    }
}
