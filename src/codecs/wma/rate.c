/* The step with which a frame fits its packet. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

enum {
    PRICE = 700,    /* of a bit: what an equally good choice of the levels costs */
    PRICE_STEP = 9, /* with it, bits are about the same at both ends of a decibel */
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
    struct wma_step step;        /* of the last attempt */
    unsigned used;               /* bits without gain and levels */
    unsigned size, limit;        /* bits of the packet, and with those that can be dropped */
    unsigned pads[WMA_CHANNELS]; /* the bits behind the levels of each channel */
    unsigned floor, shift;       /* the lowest gain for which magnitudes are scaled, and how */
    unsigned levels;             /* bits of the last attempt's levels */
    unsigned place, bits;        /* of the last attempt */
    unsigned excess;             /* decibels by which its levels are too great */
    unsigned repeats;            /* attempts in a row of which all fit, or none does */
    bool fitted;                 /* the last attempt */
    struct tried low, high; /* the highest place beyond the limit, and the lowest one within it */
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

/* All bits. In version 1, the levels of a channel of two end with a byte. */
static void count_bits(struct search *search)
{
    const struct wma_encoder *state = search->state;
    unsigned channels = state->setup.format.channels,
             align = state->setup.format.version == 1 && channels == 2 ? 7 : 0;

    search->bits = search->used + wma_gain_bits(search->place / WMA_PLACES);
    for (unsigned c = 0; c < channels; c++) {
        search->bits += state->channels[c].bits;
        search->pads[c] = -search->bits & align;
        search->bits += search->pads[c];
    }
}

static void attempt(struct search *search, unsigned place, unsigned price)
{
    unsigned gain = place / WMA_PLACES;
    struct wma_encoder *state = search->state;

    if (gain < search->floor || gain >= search->floor + WMA_GAINS)
        scale(search, gain > MARGIN ? gain - MARGIN : 1);
    search->step = wma_step_of(state, gain, price, search->shift);
    search->place = place;
    search->levels = 0;
    search->excess = 0;
    for (unsigned c = 0; c < state->setup.format.channels; c++) {
        struct wma_channel *channel = &state->channels[c];

        channel->bits = 0;
        channel->listed = 0;
        if (channel->coded && state->effort.quality == 2)
            channel->bits = wma_quantize_best(state, channel, &search->step);
        else if (channel->coded)
            channel->bits = wma_quantize(state, channel, &search->step);
        if (channel->bits > WMA_TOO_LOUD)
            search->excess =
                (unsigned)max_i32((int)search->excess, (int)(channel->bits - WMA_TOO_LOUD));
        search->levels += channel->bits;
    }
    count_bits(search);
}

/* The bits that levels of a channel may take more than they do; negative if they take too many. */
static int room_of(const struct search *search, unsigned channel)
{
    return (int)search->size - (int)search->bits + (int)search->pads[channel];
}

/* Drops the levels that are least worth their bits until the others fit, and then adds those that
 * almost are, as long as bits are left. */
static void adjust(struct search *search)
{
    static const int16_t margins[] = { 0, 1, 3, 7, INT16_MAX };
    struct wma_encoder *state = search->state;
    unsigned channels = state->setup.format.channels;

    for (unsigned i = 0; i < 5 && search->bits > search->size; i++)
        for (unsigned c = channels; c-- > 0 && search->bits > search->size;) {
            wma_drop_levels(state, &state->channels[c], &search->step, margins[i],
                            -room_of(search, c));
            count_bits(search);
        }
    for (unsigned i = 0; i < 4 && search->bits < search->size; i++)
        for (unsigned c = 0; c < channels; c++) {
            wma_add_levels(state, &state->channels[c], &search->step, -margins[i],
                           room_of(search, c));
            count_bits(search);
        }
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
    place = (int)wma_predict(search->state, search->place, search->levels,
                             room_for_levels(search, target));
    return (unsigned)(search->fitted ? min_i32(place, (int)search->place - least)
                                     : max_i32(place, (int)search->place + least));
}

/* Notes whether the last attempt is within the limit. A level without a code excludes all places of
 * its gain. */
static void note(struct search *search)
{
    struct tried now = { search->place, search->bits, search->floor };
    bool fits = now.bits <= search->limit;

    search->repeats = fits == search->fitted ? search->repeats + 1 : 1;
    search->fitted = fits;
    if (now.bits >= WMA_TOO_LOUD)
        search->low =
            (struct tried){ (now.place / WMA_PLACES + search->excess) * WMA_PLACES - 1, 0, 0 };
    else
        *(fits ? &search->high : &search->low) = now;
}

/* The places from the coarsest on become finer: the lowest one that is within the limit, or one
 * with which at most `slack` bits are left to it. */
static void find_place(struct search *search, unsigned slack)
{
    unsigned target = search->limit - slack / 2, place;

    place = wma_predict(search->state, search->place, 0, room_for_levels(search, target));
    for (unsigned i = 0; search->high.place > search->low.place + 1; i++) {
        if (i >= PATIENCE)
            place = (search->low.place + search->high.place) / 2;
        place =
            (unsigned)clamp((int)place, (int)search->low.place + 1, (int)search->high.place - 1);
        attempt(search, place, price_at(place));
        note(search);
        if (i >= HURRY)
            slack += slack / 2;
        if (search->high.bits + slack >= search->limit)
            break;
        place = next_place(search, target);
    }
}

/* The bits that the first attempts may leave over or, if levels can be dropped, take too many, in
 * thousandths of the packet. */
struct tolerance {
    uint8_t below, above;
};

bool wma_fit(struct wma_encoder *state, unsigned used)
{
    static const struct tolerance tolerances[] = { { 33, 0 }, { 10, 20 }, { 4, 0 } };
    struct tolerance tolerance = tolerances[state->effort.quality];
    unsigned size = state->setup.format.block_bytes * 8, place;
    struct search search = { .state = state,
                             .used = used,
                             .place = state->place,
                             .floor = UINT32_MAX / 2,
                             .size = size,
                             .limit = size + size * tolerance.above / 1000,
                             .low = { WMA_PLACES - 1, 0, 0 },
                             .high = { WMA_GAIN_MOST * WMA_PLACES, 0, 0 } };

    find_place(&search, size * (tolerance.below + tolerance.above) / 1000);
    place = search.high.place;
    state->place = place;
    state->gain = place / WMA_PLACES;
    /* Where a finer step has no codes, bits are left for levels that are not worth them. */
    if (search.low.bits == 0 && place == search.low.place + 1)
        attempt(&search, place, 0);
    if (search.high.floor != 0 && search.floor != search.high.floor)
        scale(&search, search.high.floor);
    if (search.place != place || search.bits > search.limit)
        attempt(&search, place, price_at(place));
    if (search.bits <= search.limit) {
        state->ratio = wma_next_ratio(state, place, search.levels);
        if (state->effort.quality == 1)
            adjust(&search);
    }
    return search.bits <= size;
}
