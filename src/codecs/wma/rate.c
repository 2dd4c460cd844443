/* The step with which a frame fits its packet. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

enum {
    PRICE = 480, /* of a bit: what an equally good choice of the levels costs */
    PRICE_MOST = 1200,
    GAIN_MOST = 200,
    MARGIN = 3, /* decibels below a gain for which coefficients are collected */
    JUMP_MOST = 12
};

struct search {
    struct wma_encoder *state;
    unsigned used;              /* bits without gain and levels */
    unsigned size;              /* bits */
    unsigned floor;             /* the lowest gain for which the candidates are complete */
    unsigned levels;            /* bits of the last attempt's levels */
    unsigned gain, price, bits; /* of the last attempt */
};

unsigned wma_gain_bits(unsigned gain) { return 7 * ((gain - 1) / 127 + 1); }

static unsigned attempt(struct search *search, unsigned gain, unsigned price)
{
    struct wma_encoder *state = search->state;
    struct wma_step step = wma_step_of(state, gain, price);
    unsigned bits = search->used + wma_gain_bits(gain), channels = state->setup.format.channels;

    search->gain = gain;
    search->price = price;
    search->levels = 0;
    for (unsigned c = 0; c < channels; c++) {
        unsigned levels =
            state->channels[c].coded ? wma_quantize(state, &state->channels[c], &step) : 0;

        search->levels += levels;
        bits += levels;
        if (state->setup.format.version == 1 && channels == 2)
            bits = (bits + 7) / 8 * 8;
    }
    search->bits = bits;
    return bits;
}

/* The step of a gain, in units of coefficients. */
static uint32_t step_size(const struct wma_encoder *state, unsigned gain)
{
    struct wma_gain step = wma_times(wma_twentieth((int)gain), state->unit);

    if (step.e < 0)
        return 1;
    return step.e > 30 ? UINT32_MAX : (uint32_t)((uint64_t)step.m >> (30 - step.e));
}

static void collect(struct search *search, unsigned gain)
{
    struct wma_encoder *state = search->state;

    search->floor = gain > MARGIN ? gain - MARGIN : 1;
    for (unsigned c = 0; c < state->setup.format.channels; c++)
        if (state->channels[c].coded)
            wma_collect(&state->channels[c], state->count, step_size(state, search->floor) / 2);
}

/* The lowest gain with which the greatest level has a code. */
static unsigned least_gain(const struct wma_encoder *state)
{
    unsigned low = 1, high = GAIN_MOST;
    uint64_t peak = 0;

    for (unsigned c = 0; c < state->setup.format.channels; c++)
        for (unsigned i = 0; i < state->channels[c].candidates && state->channels[c].coded; i++)
            if (peak < state->channels[c].magnitudes[i])
                peak = state->channels[c].magnitudes[i];
    while (low < high) {
        unsigned middle = (low + high) / 2;
        struct wma_step step = wma_step_of(state, middle, 0);

        if (peak * step.m >> step.shift >> WMA_LEVEL_Q >= step.most)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Levels have about 7 % more bits for each decibel. */
static int jump(const struct search *search, unsigned bits)
{
    int difference = (int)bits - (int)search->size;

    return clamp(difference * 14 / (int)(search->levels + 20), -JUMP_MOST, JUMP_MOST);
}

/* The lowest gain that fits, with the usual price. */
static unsigned find_gain(struct search *search)
{
    struct wma_encoder *state = search->state;
    unsigned gain = state->gain, low = 0, high = GAIN_MOST;

    while (high - low > 1) {
        unsigned bits;

        gain = (unsigned)clamp((int)gain, (int)low + 1, (int)high - 1);
        if (gain < search->floor) {
            collect(search, gain);
            low = (unsigned)max_i32((int)low, (int)least_gain(state) - 1);
            continue;
        }
        bits = attempt(search, gain, PRICE);
        if (bits > search->size) {
            low = gain;
            gain += (unsigned)max_i32(jump(search, bits), 1);
        } else {
            high = gain;
            if (state->quality == 0 && bits + search->size / 24 >= search->size)
                break;
            gain = (unsigned)max_i32((int)gain + min_i32(jump(search, bits), -1), 1);
        }
    }
    return high;
}

/* The lowest price that fits. */
static unsigned find_price(struct search *search, unsigned gain)
{
    unsigned low = 0, high = PRICE;

    for (int i = 0; i < 5; i++) {
        unsigned middle = (low + high) / 2;

        unsigned bits = attempt(search, gain, middle);

        if (bits > search->size)
            low = middle;
        else
            high = middle;
        if (bits <= search->size && bits + 8 > search->size)
            break;
    }
    return high;
}

bool wma_fit(struct wma_encoder *state, unsigned used)
{
    struct search search = { .state = state,
                             .used = used,
                             .floor = GAIN_MOST,
                             .size = state->setup.format.block_bytes * 8 };
    unsigned gain = find_gain(&search), price = PRICE;

    if (state->quality > 0)
        price = find_price(&search, gain);
    state->gain = gain;
    if (search.gain != gain || search.price != price)
        attempt(&search, gain, price);
    return search.bits <= search.size;
}
