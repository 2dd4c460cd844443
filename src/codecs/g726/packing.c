/* Packing of codes: eight codes of b bits fill b bytes. The tags 0x14 and 0x40 of RIFFNEW, ffmpeg
 * and cameras put the most significant bits first, like AAL2 of ATM. RFC 3551 and its users put the
 * least significant bits first. */
#include "g726.h"

static uint64_t load_group(const uint8_t *src, unsigned bytes, enum g726_order order)
{
    uint64_t group = 0;

    for (unsigned i = 0; i < bytes; i++)
        group |= (uint64_t)src[i] << 8 * (order == G726_LSB_FIRST ? i : 4 - i);
    return group;
}

/* Unpacks up to 8 codes from `bytes` bytes. */
static void unpack_group(const uint8_t *src, unsigned bytes, unsigned n, unsigned bits,
                         enum g726_order order, uint8_t *codes)
{
    uint64_t group = load_group(src, bytes, order);
    unsigned mask = (1u << bits) - 1;

    if (order == G726_LSB_FIRST)
        for (unsigned i = 0; i < n; i++)
            codes[i] = (uint8_t)(group >> i * bits & mask);
    else
        for (unsigned i = 0; i < n; i++)
            codes[i] = (uint8_t)(group >> (40 - bits - i * bits) & mask);
}

void g726_unpack(const uint8_t *src, size_t n, unsigned bits, enum g726_order order, uint8_t *codes)
{
    for (; n >= 8; n -= 8, src += bits, codes += 8)
        unpack_group(src, bits, 8, bits, order, codes);
    unpack_group(src, ((unsigned)n * bits + 7) / 8, (unsigned)n, bits, order, codes);
}

static void pack_group(const uint8_t *codes, unsigned n, unsigned bits, uint8_t *dst)
{
    uint64_t group = 0;

    for (unsigned i = 0; i < n; i++)
        group |= (uint64_t)codes[i] << (40 - bits - i * bits);
    for (unsigned i = 0; i * 8 < n * bits; i++)
        dst[i] = (uint8_t)(group >> (32 - 8 * i));
}

void g726_pack(const uint8_t *codes, size_t n, unsigned bits, uint8_t *dst)
{
    for (; n >= 8; n -= 8, codes += 8, dst += bits)
        pack_group(codes, 8, bits, dst);
    pack_group(codes, (unsigned)n, bits, dst);
}
