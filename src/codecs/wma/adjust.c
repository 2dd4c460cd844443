/* Levels that are dropped or added so that a frame fills its packet. */
#include "encoder.h"

enum { LEAST_BITS = 3 }; /* of a level, with its sign */

/* The bits of the level of an index behind the last coefficient with a level, or of the end. */
static int bits_behind(const struct wma_encoder *state, const struct wma_channel *channel,
                       const struct wma_step *step, unsigned index, unsigned next)
{
    const struct wma_codebook *book = channel->codebook;

    if (index >= channel->listed)
        return next < state->count ? book->lengths[WMA_END] : 0;
    return (int)wma_level_bits_of(book, step, channel->levels[index], channel->at[index] - next);
}

/* A level between its neighbors: the coefficient behind the one before, and the index of the other
 * one. */
struct place {
    unsigned at, level, next, behind;
};

static int added_bits(const struct wma_encoder *state, const struct wma_channel *channel,
                      const struct wma_step *step, struct place place)
{
    unsigned at = place.at, next = place.next, behind = place.behind;

    return (int)wma_level_bits_of(channel->codebook, step, place.level, at - next) +
           bits_behind(state, channel, step, behind, at + 1) -
           bits_behind(state, channel, step, behind, next);
}

/* The coefficient behind the last level in front of an index. */
static unsigned next_of(const struct wma_channel *channel, unsigned index)
{
    while (index > 0)
        if (channel->levels[--index] > 0)
            return channel->at[index] + 1u;
    return 0;
}

void wma_drop_levels(const struct wma_encoder *state, struct wma_channel *channel,
                     const struct wma_step *step, int margin, int excess)
{
    unsigned behind = channel->listed;

    for (unsigned i = channel->listed; i-- > 0 && excess > 0;) {
        unsigned level = channel->levels[i];
        int bits;

        if (level == 0)
            continue;
        bits = 0;
        if (channel->margins[i] <= margin)
            bits = added_bits(state, channel, step,
                              (struct place){ channel->at[i], level, next_of(channel, i), behind });
        if (bits > 0) {
            channel->levels[i] = 0;
            channel->bits -= (unsigned)bits;
            excess -= bits;
        } else {
            behind = i;
        }
    }
}

/* Adds level 1 if it takes at most `room` bits, which are returned, or else 0. */
static int add_level(const struct wma_encoder *state, struct wma_channel *channel,
                     const struct wma_step *step, unsigned i, int room)
{
    struct place place = { channel->at[i], 1, next_of(channel, i), i + 1 };
    int bits;

    while (place.behind < channel->listed && channel->levels[place.behind] == 0)
        place.behind++;
    bits = added_bits(state, channel, step, place);
    if (bits > room)
        return 0;
    channel->levels[i] = 1;
    channel->bits += (unsigned)bits;
    return bits;
}

void wma_add_levels(const struct wma_encoder *state, struct wma_channel *channel,
                    const struct wma_step *step, int margin, int room)
{
    for (unsigned i = 0; i < channel->listed && room >= LEAST_BITS; i++)
        if (channel->levels[i] == 0 && channel->margins[i] >= margin)
            room -= add_level(state, channel, step, i, room);
}
