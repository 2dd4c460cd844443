/* The coefficients of the transform. */
#include <string.h>
#include "fixed.h"
#include "tables.h"

/* Reads the flags of two coefficients, of which both are skipped more often than one or none. */
static int read_pair(struct bit_reader *in, bool skipped[2])
{
    skipped[0] = skipped[1] = true;
    if (bits_read(in, 1) == 0)
        return 1;
    if (bits_read(in, 1) != 0) {
        skipped[0] = false;
        return 2;
    }
    skipped[1] = false;
    skipped[0] = bits_read(in, 1) == 0;
    return 3;
}

/* Returns the number of bits. Flags are paired if most coefficients of the band have one bit at
 * most. */
static int read_flags(struct imc_block *block, int band)
{
    int at = imc_edges[band], end = imc_edges[band + 1], sum = 0, used = 0;

    for (int j = at; j < end; j++)
        sum += block->lengths[j];
    for (bool paired = sum > 0 && (end - at) * 3 / 2 > sum; paired && at < end - 1; at += 2)
        used += read_pair(&block->in, block->skipped + at);
    for (; at < end; at++, used++)
        block->skipped[at] = bits_read(&block->in, 1) != 0;
    return used;
}

/* x sqrt(a / b), for 0 < b <= a < 14. */
static struct real times_root(struct real x, unsigned a, unsigned b)
{
    return real_times(x, real_from((uint64_t)imc_roots[a] * imc_roots[b] / b, -60));
}

void imc_skip(struct imc_block *block)
{
    int freed = 0;

    for (int i = 0; i < IMC_BANDS; i++) {
        unsigned width = block->width[i], coded = 0;

        if (!block->skipping[i])
            continue;
        freed -= read_flags(block, i);
        for (int j = imc_edges[i]; j < imc_edges[i + 1]; j++) {
            coded += !block->skipped[j];
            if (!block->skipped[j])
                continue;
            freed += block->lengths[j];
            block->lengths[j] = 0;
        }
        if (coded != 0)
            block->amplitude[i] = times_root(block->amplitude[i], width, coded);
    }
    imc_reallocate(block, freed);
}

/* A codeword that would pass the end of the block, or is in a band without coefficients, is 0. */
static unsigned read_codeword(struct imc_block *block, int band, unsigned length)
{
    if (block->width[band] == 0 || block->in.at + length > IMC_BLOCK_BITS)
        return 0;
    return bits_read(&block->in, length);
}

/* Q28. The quantizer is symmetrical: from the middle, `magnitude` counts upward or downward. */
static int64_t level_of(unsigned codeword, unsigned length, bool skipping, bool five)
{
    unsigned middle = 1u << (length - 1);
    bool positive = codeword >= middle;
    unsigned magnitude = positive ? codeword - middle : middle - 1 - codeword;
    int64_t level = length >= 4 ? imc_many_levels[five][middle - 8 + magnitude]
                                : imc_few_levels[skipping][five][middle - 1 + magnitude];

    return positive ? level : -level;
}

/* The number of fraction bits with which no coefficient is greater than 31 bits. Levels are below
 * 8, and the amplitudes are below 2^32 2^e. */
static int fraction_of(const struct imc_block *block)
{
    int32_t most = real_zero.e;

    for (int i = 0; i < IMC_BANDS; i++)
        for (int j = imc_edges[i]; j < imc_edges[i + 1]; j++)
            if (block->lengths[j] > 0)
                most = max_i32(most, block->amplitude[i].e);
    return clamp(-5 - most, 5, 27);
}

/* level m 2^e, with `fraction` bits below the point: 60 bits, shifted by 20 at least, because
 * amplitudes are below 2^34. */
static int32_t scaled(int64_t level_q28, struct real amplitude, int fraction)
{
    int shift = 28 - amplitude.e - fraction;

    if (shift > 62)
        return 0;
    return L_saturate((level_q28 * (amplitude.m >> 1) + ((int64_t)1 << (shift - 2))) >>
                      (shift - 1));
}

int imc_coefficients(struct imc_block *block, int32_t x[IMC_FRAME])
{
    const struct real root2 = { 3037000500u, -31 };
    bool five = (block->code & IMC_FIVE) != 0;
    int fraction = fraction_of(block);

    for (int i = 0; i < IMC_BANDS; i++) {
        struct real amplitude = real_times(block->amplitude[i], root2);

        for (int j = imc_edges[i]; j < imc_edges[i + 1]; j++) {
            unsigned length = block->lengths[j], codeword = read_codeword(block, i, length);

            x[j] = length == 0 ? 0
                               : scaled(level_of(codeword, length, block->skipping[i], five),
                                        amplitude, fraction);
        }
    }
    return fraction;
}
