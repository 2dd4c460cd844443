/* The bits of a frame in a block: least significant bits first, of parameters and of bytes. */
#include "gsm610.h"
#include "bits.h"

enum { LAR_BITS = 36, HEAD_BITS = 7 + 2 + 2 + 6 };

static const uint8_t lar_bits[GSM610_ORDER] = { 6, 6, 5, 5, 4, 4, 3, 3 };

const struct gsm610_packing gsm610_full = { GSM610_BLOCK_BYTES, { 39, 39, 39, 39 } };

/* MSN Audio's 1 and 2 bits: as FFmpeg has them in gsmdec_data.c. */
const uint8_t gsm610_pulse_codes[4][8] = {
    { 0 }, { 0, 7 }, { 0, 2, 5, 7 }, { 0, 1, 2, 3, 4, 5, 6, 7 }
};

/* The fields of a frame are read in groups of at most 56 bits, which fit eight bytes at any bit
 * offset. At the end of the block the eight bytes end with it. */
static unsigned byte_offset(const struct gsm610_packing *packing, unsigned at)
{
    return at / 8 + 8 < packing->block_bytes ? at / 8 : packing->block_bytes - 8u;
}

static uint64_t bits_at(const uint8_t *block, const struct gsm610_packing *packing, unsigned at)
{
    unsigned byte = byte_offset(packing, at);

    return load64_le(block + byte) >> (at - byte * 8);
}

static void put_bits(uint8_t *block, const struct gsm610_packing *packing, unsigned at,
                     uint64_t bits)
{
    unsigned byte = byte_offset(packing, at);

    store64_le(block + byte, load64_le(block + byte) | bits << (at - byte * 8));
}

/* The bit offset of a frame: half a block has 4 bits less than a whole number of bytes, or none. */
static unsigned frame_offset(const struct gsm610_packing *packing, unsigned frame)
{
    return packing->block_bytes * 4u * frame;
}

/* Four codes of 3 bits as bytes, the lowest first. */
static uint32_t spread4(uint32_t bits)
{
    bits = (bits | bits << 10) & 0x003F003F;
    return (bits | bits << 5) & 0x07070707;
}

/* Eight codes of 3 bits as bytes, the lowest first, and the converse. */
static uint64_t spread(uint64_t bits)
{
    bits &= 0xFFFFFF;
    bits = (bits | bits << 20) & 0x00000FFF00000FFF;
    bits = (bits | bits << 10) & 0x003F003F003F003F;
    return (bits | bits << 5) & 0x0707070707070707;
}

static uint64_t gathered(uint64_t bytes)
{
    bytes = (bytes | bytes >> 5) & 0x003F003F003F003F;
    bytes = (bytes | bytes >> 10) & 0x00000FFF00000FFF;
    return (bytes | bytes >> 20) & 0xFFFFFF;
}

/* The last eight pulses overlap the first eight. */
enum { PULSES_LATE = GSM610_PULSES - 8 };

/* The pulses of a subframe with 3 bits each. */
static void unpack_pulses(uint64_t bits, uint8_t pulses[GSM_PULSES])
{
    store64_le(pulses, spread(bits));
    store32_le(pulses + 8, spread4(bits >> 24 & 0xFFF));
    pulses[12] = bits >> 36 & 7;
}

static uint64_t pack_pulses(const uint8_t pulses[GSM_PULSES])
{
    return gathered(load64_le(pulses)) | gathered(load64_le(pulses + PULSES_LATE))
                                             << 3 * PULSES_LATE;
}

/* The same with fewer bits each. */
static void unpack_reduced(uint64_t bits, unsigned pulse_bits, uint8_t pulses[GSM_PULSES])
{
    for (unsigned j = 0; j < GSM610_PULSES; j++) {
        unsigned n = gsm610_pulse_bits(pulse_bits, j);

        pulses[j] = gsm610_pulse_codes[n][bits & ((1u << n) - 1)];
        bits >>= n;
    }
}

/* The code of `bits` bits for a pulse is its top bits. */
static uint64_t pack_reduced(const uint8_t pulses[GSM_PULSES], unsigned pulse_bits)
{
    uint64_t bits = 0;
    unsigned to = 0;

    for (unsigned j = 0; j < GSM610_PULSES; j++) {
        unsigned n = gsm610_pulse_bits(pulse_bits, j);

        bits |= (uint64_t)(pulses[j] >> (3 - n)) << to;
        to += n;
    }
    return bits;
}

void gsm610_unpack(const uint8_t *block, const struct gsm610_packing *packing, unsigned frame,
                   struct gsm610_parameters *out)
{
    unsigned at = frame_offset(packing, frame);
    uint64_t bits = bits_at(block, packing, at);

#pragma GCC unroll 8
    for (int i = 0; i < GSM610_ORDER; bits >>= lar_bits[i++])
        out->lars[i] = (uint8_t)(bits & ((1u << lar_bits[i]) - 1));
    at += LAR_BITS;
    for (int i = 0; i < GSM610_SUBFRAMES; at += HEAD_BITS + packing->pulse_bits[i++]) {
        struct gsm610_subframe *sub = &out->subframes[i];

        bits = bits_at(block, packing, at);
        sub->lag = bits & 127;
        sub->gain = bits >> 7 & 3;
        sub->grid = bits >> 9 & 3;
        sub->peak = bits >> 11 & 63;
        bits >>= HEAD_BITS;
        if (packing->pulse_bits[i] == 3 * GSM610_PULSES)
            unpack_pulses(bits, sub->pulses);
        else
            unpack_reduced(bits, packing->pulse_bits[i], sub->pulses);
    }
}

void gsm610_pack(const struct gsm610_parameters *in, const struct gsm610_packing *packing,
                 unsigned frame, uint8_t *block)
{
    unsigned at = frame_offset(packing, frame);
    uint64_t bits = 0;

    for (int i = GSM610_ORDER - 1; i >= 0; i--)
        bits = bits << lar_bits[i] | in->lars[i];
    put_bits(block, packing, at, bits);
    at += LAR_BITS;
    for (int i = 0; i < GSM610_SUBFRAMES; at += HEAD_BITS + packing->pulse_bits[i++]) {
        const struct gsm610_subframe *sub = &in->subframes[i];
        uint32_t head = sub->lag | (uint32_t)sub->gain << 7 | (uint32_t)sub->grid << 9 |
                        (uint32_t)sub->peak << 11;

        bits = packing->pulse_bits[i] == 3 * GSM610_PULSES
                   ? pack_pulses(sub->pulses)
                   : pack_reduced(sub->pulses, packing->pulse_bits[i]);
        put_bits(block, packing, at, bits << HEAD_BITS | head);
    }
}
