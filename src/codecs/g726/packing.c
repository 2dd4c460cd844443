/* Packing of codes: eight codes of b bits fill b bytes. The tags 0x14 and 0x40 of RIFFNEW, ffmpeg
 * and cameras put the most significant bits first, like AAL2 of ATM. RFC 3551 and its users put the
 * least significant bits first. */
#include "compiler.h"
#include "g726.h"

/* Everything is INLINED into loops for each width, in which shifts are constants. */

static INLINED uint64_t load_group(const uint8_t *src, unsigned bytes, enum g726_order order)
{
    uint64_t group = 0;

#pragma GCC unroll 5
    for (unsigned i = 0; i < bytes; i++)
        group |= (uint64_t)src[i] << 8 * (order == G726_LSB_FIRST ? i : 4 - i);
    return group;
}

/* Unpacks up to 8 codes from `bytes` bytes. */
static INLINED void unpack_group(const uint8_t *src, unsigned bytes, unsigned n, unsigned bits,
                                 enum g726_order order, uint8_t *codes)
{
    uint64_t group = load_group(src, bytes, order);
    unsigned mask = (1u << bits) - 1;

#pragma GCC unroll 8
    for (unsigned i = 0; i < n; i++)
        codes[i] =
            (uint8_t)(group >> (order == G726_LSB_FIRST ? i * bits : 40 - bits - i * bits) & mask);
}

static INLINED void unpack(const uint8_t *src, size_t n, unsigned bits, enum g726_order order,
                           uint8_t *codes)
{
    for (; n >= 8; n -= 8, src += bits, codes += 8)
        unpack_group(src, bits, 8, bits, order, codes);
    unpack_group(src, ((unsigned)n * bits + 7) / 8, (unsigned)n, bits, order, codes);
}

static INLINED void unpack_width(const uint8_t *src, size_t n, unsigned bits, enum g726_order order,
                                 uint8_t *codes)
{
    if (order == G726_LSB_FIRST)
        unpack(src, n, bits, G726_LSB_FIRST, codes);
    else
        unpack(src, n, bits, G726_MSB_FIRST, codes);
}

void g726_unpack(const uint8_t *src, size_t n, unsigned bits, enum g726_order order, uint8_t *codes)
{
    if (bits == 2)
        unpack_width(src, n, 2, order, codes);
    else if (bits == 3)
        unpack_width(src, n, 3, order, codes);
    else if (bits == 4)
        unpack_width(src, n, 4, order, codes);
    else
        unpack_width(src, n, 5, order, codes);
}

static INLINED void pack_group(const uint8_t *codes, unsigned n, unsigned bits, uint8_t *dst)
{
    uint64_t group = 0;

#pragma GCC unroll 8
    for (unsigned i = 0; i < n; i++)
        group |= (uint64_t)codes[i] << (40 - bits - i * bits);
#pragma GCC unroll 5
    for (unsigned i = 0; i * 8 < n * bits; i++)
        dst[i] = (uint8_t)(group >> (32 - 8 * i));
}

static INLINED void pack(const uint8_t *codes, size_t n, unsigned bits, uint8_t *dst)
{
    for (; n >= 8; n -= 8, codes += 8, dst += bits)
        pack_group(codes, 8, bits, dst);
    pack_group(codes, (unsigned)n, bits, dst);
}

void g726_pack(const uint8_t *codes, size_t n, unsigned bits, uint8_t *dst)
{
    if (bits == 2)
        pack(codes, n, 2, dst);
    else if (bits == 3)
        pack(codes, n, 3, dst);
    else if (bits == 4)
        pack(codes, n, 4, dst);
    else
        pack(codes, n, 5, dst);
}
