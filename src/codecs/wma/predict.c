/* The bits that levels are going to have. */
#include <stdlib.h>
#include "encoder.h"
#include "fixed.h"

enum { LEAST_LOG = -10, LOGS = 22, ROUNDS = 8, NEAR = 10, JUMP_MOST = 12 * WMA_PLACES };

/* The bits of a coefficient, Q8, by the logarithm of its mean square in steps, from 2^-10 on: the
 * entropy of levels with Laplace's distribution, and a little more for the faintest. From 2^5 on,
 * an octave has half a bit more. */
static const uint16_t entropy[LOGS] = {
    0,   1,   2,   4,   10,   24,   58,   124,  221,  338,  466,
    599, 733, 866, 998, 1129, 1257, 1385, 1513, 1641, 1769, 1897
};

static unsigned expected_bits(const struct wma_encoder *state, unsigned place)
{
    /* Twice the logarithm of the step, Q8, from which the table begins; 1 dB has 85.04. */
    int step = state->unit_log + (int)(place * 680 / WMA_PLACES / 8) + LEAST_LOG * 256;
    unsigned bits = 0;

    for (unsigned c = 0; c < state->setup.format.channels; c++) {
        const struct wma_channel *channel = &state->channels[c];

        for (unsigned i = 0; i < channel->band_count && channel->coded; i++) {
            int log = clamp(channel->bands[i].log - step, 0, (LOGS - 1) * 256 - 1);
            const uint16_t *at = entropy + (log >> 8);

            bits += channel->bands[i].width *
                    (at[0] + ((unsigned)((at[1] - at[0]) * (log & 255)) >> 8));
        }
    }
    return bits >> 8;
}

static int ratio_of(unsigned bits, unsigned expected)
{
    return clamp((int)(bits * 256 / (expected + 1)), 64, 1024);
}

unsigned wma_next_ratio(const struct wma_encoder *state, unsigned place, unsigned bits)
{
    return (state->ratio + (unsigned)ratio_of(bits, expected_bits(state, place))) / 2;
}

unsigned wma_predict(const struct wma_encoder *state, unsigned from, unsigned known, unsigned bits)
{
    int place = (int)from, move = 2 * NEAR, now = (int)expected_bits(state, from), target;

    target = (int)bits * 256 / (known > 0 ? ratio_of(known, (unsigned)now) : (int)state->ratio);
    for (int i = 0; i < ROUNDS && abs(move) > NEAR; i++) {
        if (i > 0)
            now = (int)expected_bits(state, (unsigned)place);
        move = (now - target) * 9 * WMA_PLACES / (max_i32(now, target / 4) + 20);
        move = clamp(move, -JUMP_MOST, JUMP_MOST);
        place = clamp(place + move, WMA_PLACES, WMA_GAIN_MOST * WMA_PLACES);
    }
    return (unsigned)place;
}
