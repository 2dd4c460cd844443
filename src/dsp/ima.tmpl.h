/* IMA ADPCM with 4-bit codes in 16-bit lanes: the functions that decoding and encoding share.
 * src/codecs/ima_adpcm explains the format, and has the plain C. Samples are offset by 32768.
 *
 * Parameter: VECTOR_BYTES (simd32.h). */
#include "gather.h"
#include "ima_tables.h"

enum { IMA_HEADER = 4 };

struct ima {
    vec16 sample, index;
};

#if VECTOR_BYTES == 32
/* Looks up one of sixteen bytes by the low 4 bits of each byte of i; yields 0 if its top bit is
 * set. */
#define LOOKUP16(i, ...) _mm256_shuffle_epi8(_mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__), i)

/* The change of the index by a 4-bit code, plus 1. It is 0 for code 0, which is in all high
 * bytes. */
KERNEL vec16 ima_growth_by(vec16 code)
{
    return (vec16)LOOKUP16((simd)code, 0, 0, 0, 0, 3, 5, 7, 9, 0, 0, 0, 0, 3, 5, 7, 9);
}

KERNEL vec16 ima_growth(vec16 magnitude) { return ima_growth_by(magnitude); }

/* The change of the sample by a code. Each part of a step is the high half of a product with a
 * power of two. Half and a quarter of the step are products with the step; the whole and the eighth
 * are rounded down together, in a product with twice the step. */
KERNEL vec16 ima_change(vec16 code, vec16 step)
{
    simd high = (simd)(code << 8 | 0x80), twice = (simd)(step + step);
    simd whole = LOOKUP16(high, 16, 16, 16, 16, -112, -112, -112, -112, 16, 16, 16, 16, -112, -112,
                          -112, -112);
    simd half =
        LOOKUP16(high, 0, 0, -128, -128, 0, 0, -128, -128, 0, 0, -128, -128, 0, 0, -128, -128);
    simd quarter = LOOKUP16(high, 0, 64, 0, 64, 0, 64, 0, 64, 0, 64, 0, 64, 0, 64, 0, 64);

    return (vec16)_mm256_mulhi_epu16(twice, whole) + (vec16)_mm256_mulhi_epu16((simd)step, half) +
           (vec16)_mm256_mulhi_epu16((simd)step, quarter);
}

KERNEL simd ima_part(const uint8_t *bytes, int i)
{
    return _mm256_broadcastsi128_si256(load128(bytes + 16 * i));
}

/* Looks up the steps of two indices, without a gather instruction. The table has six parts of 16
 * bytes. Each part from the one that holds the index on contributes the difference between itself
 * and the next; a top bit excludes the others. Low bytes come first, then high bytes, which the
 * first part lacks. */
KERNEL void ima_steps_of(vec16 a, vec16 b, vec16 *steps_a, vec16 *steps_b)
{
    simd index = _mm256_packus_epi16((simd)a, (simd)b);
    simd low = _mm256_shuffle_epi8(ima_part(ima_low_bytes, 5), index);
    simd high = _mm256_shuffle_epi8(ima_part(ima_high_bytes, 5), index);

#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
        simd place = _mm256_adds_epu8(index, _mm256_set1_epi8((char)(0x70 - 16 * i)));

        low ^=
            _mm256_shuffle_epi8(ima_part(ima_low_bytes, i) ^ ima_part(ima_low_bytes, i + 1), place);
        if (i > 0)
            high ^= _mm256_shuffle_epi8(
                ima_part(ima_high_bytes, i) ^ ima_part(ima_high_bytes, i + 1), place);
    }
    *steps_a = (vec16)_mm256_unpacklo_epi8(low, high);
    *steps_b = (vec16)_mm256_unpackhi_epi8(low, high);
}
#else
KERNEL vec16 ima_growth(vec16 magnitude)
{
    vec16 above = subs16(magnitude, set16(3));

    return above + above + min16(above, set16(1));
}

KERNEL vec16 ima_growth_by(vec16 code) { return ima_growth(code & 7); }

KERNEL vec16 ima_change(vec16 code, vec16 step)
{
    return (step >> 3) + (step & sign_mask16(code << 13)) + (step >> 1 & sign_mask16(code << 14)) +
           (step >> 2 & sign_mask16(code << 15));
}

KERNEL void ima_steps_of(vec16 a, vec16 b, vec16 *steps_a, vec16 *steps_b)
{
    for (int i = 0; i < LANES16; i++) {
        (*steps_a)[i] = (uint16_t)ima_steps[a[i]];
        (*steps_b)[i] = (uint16_t)ima_steps[b[i]];
    }
}
#endif

/* Moves the index by the growth less 1. */
KERNEL vec16 ima_move(vec16 index, vec16 growth)
{
    return min16(subs16(index + growth, set16(1)), set16(IMA_LAST_INDEX));
}

KERNEL vec16 ima_next_index(vec16 index, vec16 magnitude)
{
    return ima_move(index, ima_growth(magnitude));
}

/* Stores a dword of codes of each chain, or its first bytes. */
OUTLINED void ima_store_codes(const struct gather16 *lanes, size_t dword, uint32_t bytes, vec16 low,
                              vec16 high)
{
    uint16_t copy[2][LANES16];

    memcpy(copy[0], &low, sizeof low);
    memcpy(copy[1], &high, sizeof high);
#pragma GCC unroll 1
    for (int l = 0; l < LANES16; l++) {
        uint8_t *to = lanes->out[l] + (1 + dword) * 4 * lanes->channels, codes[4];

        store16_le(codes, copy[0][l]);
        store16_le(codes + 2, copy[1][l]);
        if (bytes == 4)
            memcpy(to, codes, 4);
        else
            memcpy(to, codes, bytes);
    }
}

OUTLINED void ima_store_headers(const struct gather16 *lanes, vec16 index)
{
    uint16_t copy[LANES16];

    memcpy(copy, &index, sizeof index);
#pragma GCC unroll 1
    for (int l = 0; l < LANES16; l++) {
        memcpy(lanes->out[l], lanes->in[l], 2);
        store16_le(lanes->out[l] + 2, copy[l]);
    }
}

/* The layout of blocks of samples and of blocks of codes: the positions of the first sample and of
 * the header of a channel. */
KERNEL struct side ima_pcm_side(const struct adpcm_blocks *blocks, const int16_t *pcm)
{
    return side_of(pcm, 2 * (size_t)blocks->samples * blocks->channels, 2);
}

KERNEL struct side ima_code_side(const struct adpcm_blocks *blocks, const uint8_t *codes)
{
    return side_of(codes, blocks->bytes, IMA_HEADER);
}
