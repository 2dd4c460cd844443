/* The steps of Microsoft ADPCM. The weights are any that ms_adpcm.c lets through. MiniSat proves a
 * block in seconds without its preprocessor, and with it in minutes or hours.
 *
 * CBMC: --unwind 40 --no-sat-preprocessor
 */
#include "proof.h"
#include "codecs/ms_adpcm/block.c"

static bool is_valid(struct ms_state state)
{
    return is_16_bit(state.newer) && is_16_bit(state.older) &&
           is_between(state.weights[0], -INT16_MAX, INT16_MAX) &&
           is_between(state.weights[1], -INT16_MAX, INT16_MAX);
}

/* The first delta is any 16-bit number. */
void prove_first_follow(struct ms_state state, unsigned code)
{
    ASSUME(is_valid(state) && is_16_bit(state.delta) && code < 16);
    follow(&state, code);
    PROVE(is_valid(state) && is_between(state.delta, MS_DELTA_MIN, MS_DELTA_MAX));
}

void prove_follow(struct ms_state state, unsigned code)
{
    ASSUME(is_valid(state) && is_between(state.delta, MS_DELTA_MIN, MS_DELTA_MAX) && code < 16);
    follow(&state, code);
    PROVE(is_valid(state) && is_between(state.delta, MS_DELTA_MIN, MS_DELTA_MAX));
}

/* A block of up to one byte of codes, with any header and any number of predictors. */
void prove_decode_channel(uint8_t bytes, unsigned predictors, unsigned channel, unsigned channels)
{
    enum { CODES = 1 };
    int16_t weights[3][2], pcm[(2 + 2 * CODES) * 2];
    uint8_t block[2 * MS_HEADER + CODES];
    uint32_t samples;

    ASSUME(is_between(predictors, 1, 3) && is_between(channels, 1, 2) && channel < channels &&
           bytes <= CODES);
    samples = MS_HEADER_SAMPLES + 2 * bytes / channels;
    for (unsigned i = 0; i < 3; i++)
        ASSUME(weights[i][0] != INT16_MIN && weights[i][1] != INT16_MIN);
    ms_decode_channel((struct ms_table){ (const int16_t(*)[2])weights, predictors }, block, pcm,
                      samples, channel, channels);
}
