/* The steps of IMA ADPCM with 3-bit codes, and their bit string. */
#include "proof.h"
#include "codecs/ima_adpcm/tables.c"
#include "codecs/ima_adpcm/block3.c"

static bool is_valid(struct channel state)
{
    return is_16_bit(state.sample) && is_between(state.index, 0, IMA_LAST_INDEX);
}

void prove_follow(struct channel state, unsigned code)
{
    ASSUME(is_valid(state) && code < 8);
    follow(&state, code);
    PROVE(is_valid(state));
}

void prove_nearest(struct channel state, int16_t sample)
{
    ASSUME(is_valid(state));
    PROVE(nearest(&state, sample) < 8);
}

/* 12 bytes of two channels are 32 codes of each. */
void prove_bit_string(unsigned channels, uint32_t i, unsigned code)
{
    uint8_t codes[24] = { 0 };

    ASSUME(is_between(channels, 1, 2) && i < 32 && code < 8);
    put_code(codes, i, code, channels);
    PROVE(code_at(codes, i, channels) == code);
}
