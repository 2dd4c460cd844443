/* The bits of a frame: eight little-endian words, from the lowest bit up. */
#include <string.h>
#include "bits.h"
#include "tables.h"

static uint32_t take(uint32_t *word, unsigned bits)
{
    uint32_t value = *word & ((1u << bits) - 1);

    *word >>= bits;
    return value;
}

void truespeech_unpack(const uint8_t bytes[TRUESPEECH_FRAME_BYTES],
                       struct truespeech_parameters *out)
{
    uint32_t words[8];

    for (int i = 0; i < 8; i++)
        words[i] = load32_le(bytes + 4 * i);
    out->blend = (uint8_t)take(&words[0], 1);
    for (int i = 0; i < TRUESPEECH_ORDER; i++)
        out->reflection[i] = (uint8_t)take(&words[0], truespeech_reflection_bits[i]);
    for (int i = 0; i < TRUESPEECH_SUBFRAMES; i++)
        out->subframes[i].ltp = (uint8_t)take(&words[1], 7);
    out->base[0] = (uint8_t)(words[1] << 4);
    for (int i = 0; i < TRUESPEECH_SUBFRAMES; i++)
        out->subframes[i].levels = (uint16_t)take(&words[2 + i / 2], 14);
    out->base[1] = (uint8_t)(words[2] | words[3] << 4);
    for (int i = 0; i < TRUESPEECH_SUBFRAMES; i++) {
        out->subframes[i].gain = (uint8_t)take(&words[4 + i], 4);
        out->subframes[i].positions = take(&words[4 + i], 27);
        out->base[0] = (uint8_t)(out->base[0] | words[4 + i] << i);
    }
}

void truespeech_pack(const struct truespeech_parameters *in, uint8_t bytes[TRUESPEECH_FRAME_BYTES])
{
    const struct truespeech_subframe *sub = in->subframes;
    uint32_t words[8], at = 1;

    words[0] = in->blend;
    for (int i = 0; i < TRUESPEECH_ORDER; i++) {
        words[0] |= (uint32_t)in->reflection[i] << at;
        at += truespeech_reflection_bits[i];
    }
    words[1] = (uint32_t)in->base[0] >> 4 << 28;
    for (int i = 0; i < TRUESPEECH_SUBFRAMES; i++)
        words[1] |= (uint32_t)sub[i].ltp << 7 * i;
    words[2] = (uint32_t)(sub[0].levels | sub[1].levels << 14) | (uint32_t)in->base[1] << 28;
    words[3] = (uint32_t)(sub[2].levels | sub[3].levels << 14) | (uint32_t)in->base[1] >> 4 << 28;
    for (int i = 0; i < TRUESPEECH_SUBFRAMES; i++)
        words[4 + i] = sub[i].gain | sub[i].positions << 4 | (uint32_t)in->base[0] >> i << 31;
    for (int i = 0; i < 8; i++)
        store32_le(bytes + 4 * i, words[i]);
}
