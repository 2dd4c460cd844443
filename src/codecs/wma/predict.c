/* The bits that levels are going to have. */
#include <stdlib.h>
#include "encoder.h"
#include "fixed.h"

enum { LEAST_LOG = -10, LOGS = 16, ROUNDS = 16, NEAR = 4, JUMP_MOST = 12 * WMA_PLACES };

/* The bits of a coefficient by the logarithm of its mean square in steps, Q8, from 2^-10 on: the
 * entropy of levels with Laplace's distribution, and a little more for the faintest. From 2^5 on,
 * an octave has half a bit more. */
static const uint16_t entropy[LOGS] = { 0,   1,   2,   4,   10,  24,  58,  124,
                                        221, 338, 466, 599, 733, 866, 998, 1129 };

static unsigned entropy_of(int log)
{
    int above = max_i32(log - LEAST_LOG * 256, 0), at = min_i32(above >> 8, LOGS - 2);
    int rest = above - at * 256, loud = max_i32(rest - 256, 0);

    return entropy[at] + (unsigned)((entropy[at + 1] - entropy[at]) * (rest - loud) >> 8) +
           (unsigned)loud / 2;
}

static unsigned expected_bits(const struct wma_encoder *state, unsigned place)
{
    /* Twice the logarithm of the step; 1 dB has 85.04. */
    int step = 2 * (wma_log2(state->unit.m) + (state->unit.e - 30) * 256) +
               (int)(place * 680 / WMA_PLACES / 8);
    uint64_t bits = 0;

    for (unsigned c = 0; c < state->setup.format.channels; c++) {
        const struct wma_channel *channel = &state->channels[c];

        for (unsigned i = 0; i < channel->band_count && channel->coded; i++)
            bits += channel->bands[i].width * entropy_of(channel->bands[i].log - step);
    }
    return (unsigned)(bits >> 8);
}

unsigned wma_predict(const struct wma_encoder *state, unsigned from, unsigned bits, unsigned ratio)
{
    int target = (int)(bits * 256 / ratio), place = (int)from, move = 2 * NEAR;

    for (int i = 0; i < ROUNDS && abs(move) > NEAR; i++) {
        int now = (int)expected_bits(state, (unsigned)place);

        move = (now - target) * 10 * WMA_PLACES / (max_i32(now, target / 4) + 20);

        move = clamp(move, -JUMP_MOST, JUMP_MOST);
        place = clamp(place + move, WMA_PLACES, WMA_GAIN_MOST * WMA_PLACES);
    }
    return (unsigned)place;
}

unsigned wma_ratio_of(const struct wma_encoder *state, unsigned place, unsigned bits)
{
    return (unsigned)clamp((int)(bits * 256 / (expected_bits(state, place) + 1)), 64, 1024);
}
