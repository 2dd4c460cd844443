/* The steps of Yamaha and Creative ADPCM. */
#include "proof.h"
#include "codecs/yamaha_adpcm/block.c"
#include "codecs/creative_adpcm/creative.h"

static bool is_valid(struct yamaha_state state)
{
    return is_16_bit(state.sample) && is_between(state.step, YAMAHA_STEP_MIN, YAMAHA_STEP_MAX);
}

void prove_header(uint8_t low, uint8_t high, uint8_t third, uint8_t fourth)
{
    const uint8_t header[4] = { low, high, third, fourth };

    PROVE(is_valid(yamaha_read_header(header)));
}

void prove_after(struct yamaha_state state, unsigned code)
{
    ASSUME(is_valid(state) && code < 16);
    PROVE(is_valid(after(state, code)));
}

void prove_encode_sample(struct yamaha_state state, int16_t sample)
{
    ASSUME(is_valid(state));
    PROVE(encode_sample(&state, sample) < 16);
    PROVE(is_valid(state));
}

void prove_state_before(int16_t first, uint16_t step)
{
    PROVE(is_valid(yamaha_state_before(first, step)));
}

void prove_creative_next(struct creative_state state, unsigned code)
{
    ASSUME(is_16_bit(state.sample) && code < 16 &&
           is_between(state.step, CREATIVE_STEP_MIN, CREATIVE_STEP_MAX));
    state = creative_next(state, code);
    PROVE(is_16_bit(state.sample));
    PROVE(is_between(state.step, CREATIVE_STEP_MIN, CREATIVE_STEP_MAX));
}
