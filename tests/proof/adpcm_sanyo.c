/* The steps of Sanyo's LD-ADPCM. */
#include "proof.h"
#include "codecs/sanyo_adpcm/sanyo_adpcm.c"

static bool is_valid(struct channel state, unsigned bits)
{
    return is_16_bit(state.sample) && is_between(state.step, 1, step_limits[bits - 3]);
}

void prove_follow(struct channel state, unsigned code, unsigned bits)
{
    ASSUME(is_between(bits, 3, 5) && is_valid(state, bits) && code < 1u << bits);
    PROVE(is_16_bit(follow(&state, code, bits)));
    PROVE(is_valid(state, bits));
}
