/* The steps of IMA ADPCM with 4-bit codes. */
#include "proof.h"
#include "codecs/ima_adpcm/tables.c"
#include "codecs/ima_adpcm/block4.c"

static bool is_valid(struct channel state)
{
    return is_16_bit(state.sample) && is_between(state.index, 0, IMA_LAST_INDEX);
}

void prove_follow(struct channel state, unsigned code)
{
    ASSUME(is_valid(state) && code < 16);
    PROVE(is_16_bit(follow(&state, code)) && is_valid(state));
}

/* The encoder's state is the decoder's. */
void prove_nearest(struct channel state, int16_t sample)
{
    struct channel decoder = state;
    unsigned code;

    ASSUME(is_valid(state));
    code = nearest(&state, sample);
    PROVE(code < 16 && is_valid(state));
    follow(&decoder, code);
    PROVE(decoder.sample == state.sample && decoder.index == state.index);
}
