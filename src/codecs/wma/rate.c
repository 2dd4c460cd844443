/* The step with which a frame fits its packet. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

enum {
    PRICE = 740, /* of a bit: what an equally good choice of the levels costs */
    PRICE_STEP = 12,
    PATIENCE = 6,   /* attempts before the interval is halved */
    LEAST_MOVE = 4, /* in one direction, for each attempt */
    HURRY = 4,      /* attempts before more and more bits may be left */
    MARGIN = 6,     /* decibels below a gain for which magnitudes are scaled */
};

/* A gain and a price, and the bits that they make. */
struct tried {
    unsigned place, bits, floor;
};

struct search {
    struct wma_encoder *state;
    unsigned used;          /* bits without gain and levels */
    unsigned size;          /* bits */
    unsigned floor, shift;  /* the lowest gain for which magnitudes are scaled, and how */
    unsigned levels;        /* bits of the last attempt's levels */
    unsigned place, bits;   /* of the last attempt */
    unsigned excess;        /* decibels by which its levels are too great */
    unsigned repeats;       /* attempts in a row of which all fit, or none does */
    bool fitted;            /* the last attempt */
    struct tried low, high; /* the highest place that does not fit, and the lowest one that does */
};

unsigned wma_gain_bits(unsigned gain) { return 7 * ((gain - 1) / 127 + 1); }

static void scale(struct search *search, unsigned floor)
{
    struct wma_encoder *state = search->state;

    search->floor = floor;
    search->shift = wma_shift_of(state, search->floor);
    for (unsigned c = 0; c < state->setup.format.channels; c++) {
        struct wma_channel *channel = &state->channels[c];

        if (channel->coded)
            state->spectrum->scale(channel->x, channel->inverse, search->shift, channel->scaled,
                                   state->count);
    }
}

static unsigned price_at(unsigned place)
{
    return PRICE - (WMA_PLACES - 1 - place % WMA_PLACES) * PRICE_STEP;
}

static void attempt(struct search *search, unsigned place, unsigned price)
{
    unsigned gain = place / WMA_PLACES;
    struct wma_encoder *state = search->state;
    unsigned bits = search->used + wma_gain_bits(gain), channels = state->setup.format.channels;
    struct wma_step step;

    if (gain < search->floor || gain >= search->floor + WMA_GAINS)
        scale(search, gain > MARGIN ? gain - MARGIN : 1);
    step = wma_step_of(state, gain, price, search->shift);
    search->place = place;
    search->levels = 0;
    search->excess = 0;
    for (unsigned c = 0; c < channels; c++) {
        struct wma_channel *channel = &state->channels[c];
        unsigned levels = 0;

        if (channel->coded && state->effort.quality == 2)
            levels = wma_quantize_best(state, channel, &step);
        else if (channel->coded)
            levels = wma_quantize(state, channel, &step);
        if (levels > WMA_TOO_LOUD)
            search->excess = (unsigned)max_i32((int)search->excess, (int)(levels - WMA_TOO_LOUD));
        search->levels += levels;
        bits += levels;
        if (state->setup.format.version == 1 && channels == 2)
            bits = (bits + 7) / 8 * 8;
    }
    search->bits = bits;
}

/* The bits of levels with which all bits are `target`. */
static unsigned room_for_levels(const struct search *search, unsigned target)
{
    return (unsigned)max_i32((int)target - (int)search->used - 7, 1);
}

/* The next place to try. Where levels have no code, it is the first one at which all may have one.
 * Between places that are known to fit and not to fit, it is where a line between their bits has
 * the target; the end that stays where it is counts half, so that it does not stay for long
 * (Illinois algorithm). Otherwise, it is where the bits of the levels let expect the target. */
static unsigned next_place(const struct search *search, unsigned target)
{
    const struct tried *low = &search->low, *high = &search->high;
    int least = search->repeats > 1 ? LEAST_MOVE * (int)search->repeats : 1, place;

    if (search->excess > 0)
        return low->place + 1;
    if (high->bits > 0 && low->bits > 0) {
        unsigned above = low->bits - target, below = target - high->bits;

        if (search->repeats > 1)
            *(search->fitted ? &above : &below) /= 2;
        return low->place + 1 + above * (high->place - low->place) / (above + below + 1);
    }
    place = (int)wma_predict(search->state, search->place, room_for_levels(search, target),
                             wma_ratio_of(search->state, search->place, search->levels));
    return (unsigned)(search->fitted ? min_i32(place, (int)search->place - least)
                                     : max_i32(place, (int)search->place + least));
}

/* Notes whether the last attempt fits. A level without a code excludes all places of its gain. */
static void note(struct search *search)
{
    struct tried now = { search->place, search->bits, search->floor };
    bool fits = now.bits <= search->size;

    search->repeats = fits == search->fitted ? search->repeats + 1 : 1;
    search->fitted = fits;
    if (now.bits >= WMA_TOO_LOUD)
        search->low =
            (struct tried){ (now.place / WMA_PLACES + search->excess) * WMA_PLACES - 1, 0, 0 };
    else
        *(fits ? &search->high : &search->low) = now;
}

/* The places from the coarsest on become finer: the lowest one that fits, or one with which at most
 * `slack` bits are left. */
static void find_place(struct search *search, unsigned slack)
{
    unsigned target = search->size - slack / 2, place;

    place = wma_predict(search->state, search->place, room_for_levels(search, target),
                        search->state->ratio);
    for (unsigned i = 0; search->high.place > search->low.place + 1; i++) {
        if (i >= PATIENCE)
            place = (search->low.place + search->high.place) / 2;
        place =
            (unsigned)clamp((int)place, (int)search->low.place + 1, (int)search->high.place - 1);
        attempt(search, place, price_at(place));
        note(search);
        if (i >= HURRY)
            slack += slack / 2;
        if (search->high.bits + slack >= search->size)
            break;
        place = next_place(search, target);
    }
}

bool wma_fit(struct wma_encoder *state, unsigned used)
{
    static const uint8_t slacks[] = { 30, 150, 255 };
    unsigned size = state->setup.format.block_bytes * 8;
    struct search search = { .state = state,
                             .used = used,
                             .place = state->place,
                             .floor = UINT32_MAX / 2,
                             .size = size,
                             .low = { WMA_PLACES - 1, 0, 0 },
                             .high = { WMA_GAIN_MOST * WMA_PLACES, 0, 0 } };
    unsigned place;

    find_place(&search, size / slacks[state->effort.quality]);
    place = search.high.place;
    state->place = place;
    state->gain = place / WMA_PLACES;
    /* Where a finer step has no codes, bits are left for levels that are not worth them. */
    if (search.low.bits == 0 && place == search.low.place + 1)
        attempt(&search, place, 0);
    if (search.high.floor != 0 && search.floor != search.high.floor)
        scale(&search, search.high.floor);
    if (search.place != place || search.bits > size)
        attempt(&search, place, price_at(place));
    if (search.bits <= size)
        state->ratio = (3 * state->ratio + wma_ratio_of(state, place, search.levels)) / 4;
    return search.bits <= size;
}
