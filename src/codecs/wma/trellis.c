/* The quantization with the least sum of squared errors and priced bits, as far as levels are a
 * rounded magnitude, the one below it, or 0.
 *
 * A node is a coefficient with a level above 0. Its predecessor is the coefficient with the level
 * before; those between are 0, and no error is counted for them: instead, a level counts what it
 * takes away from the error of 0. */
#include "encoder.h"

enum {
    ONE = 1 << WMA_LEVEL_Q,
    CERTAIN = 5 * ONE / 2, /* from here on, a level is above 0, and counts its own error */
    REACH = 24             /* coefficients that may be 0 between two levels */
};

struct node {
    int32_t cost; /* in 4096ths of the squared step */
    uint16_t previous, level, next;
    bool certain;
};

/* The cost of a level without its bits. */
static int32_t error_of(unsigned t, unsigned level)
{
    int32_t rest = (int32_t)t - (int32_t)(level * ONE), error = rest * rest;

    return t < CERTAIN ? error - (int32_t)(t * t) : error;
}

/* Finds the best predecessor of a node at the coefficient `at`, for one level.
 */
static void join(const struct wma_channel *channel, const struct wma_step *step, struct node *nodes,
                 unsigned i, unsigned at, struct node now)
{
    int32_t own = now.cost;

    for (unsigned j = i; j-- > 0 && i - j <= REACH;) {
        unsigned bits = wma_level_bits_of(channel->codebook, step, now.level, at - nodes[j].next);

        now.cost = nodes[j].cost + own + (int32_t)(step->price * bits);
        now.previous = (uint16_t)j;
        if (now.cost < nodes[i].cost)
            nodes[i] = now;
        if (nodes[j].certain)
            break;
    }
}

/* The last node of the best path. */
static unsigned last_of(const struct wma_encoder *state, const struct wma_channel *channel,
                        const struct wma_step *step, const struct node *nodes, unsigned count)
{
    int32_t least = INT32_MAX;
    unsigned best = 0;

    for (unsigned j = count + 1; j-- > 0;) {
        unsigned end = nodes[j].next < state->count ? channel->codebook->lengths[WMA_END] : 0;
        int32_t cost = nodes[j].cost + (int32_t)(step->price * end);

        if (cost < least) {
            least = cost;
            best = j;
        }
        if (nodes[j].certain)
            break;
    }
    return best;
}

/* Lists the levels of a path, and returns their bits. */
static unsigned take_path(const struct wma_encoder *state, struct wma_channel *channel,
                          const struct wma_step *step, const struct node *nodes, unsigned last)
{
    unsigned n = 0,
             bits = nodes[last].next < state->count ? channel->codebook->lengths[WMA_END] : 0;

    for (unsigned i = last; i > 0; i = nodes[i].previous)
        n++;
    channel->listed = n;
    for (unsigned i = last; i > 0; i = nodes[i].previous) {
        unsigned at = nodes[i].next - 1u, run = at - nodes[nodes[i].previous].next;

        n--;
        channel->at[n] = (uint16_t)at;
        channel->levels[n] = nodes[i].level;
        bits += wma_level_bits_of(channel->codebook, step, nodes[i].level, run);
    }
    return bits;
}

unsigned wma_quantize_best(const struct wma_encoder *state, struct wma_channel *channel,
                           const struct wma_step *step)
{
    struct node nodes[WMA_FRAME + 1] = { { .certain = true } };
    uint16_t list[WMA_FRAME + 1];
    unsigned count = wma_list_candidates(state, channel, step, 1, list);

    for (unsigned i = 1; i <= count; i++) {
        unsigned at = list[i - 1], t = channel->scaled[at] * step->factor >> 16,
                 level = (t + ONE / 2) >> WMA_LEVEL_Q;
        struct node now = { .next = (uint16_t)(at + 1), .certain = t >= CERTAIN };

        level += level == 0;
        nodes[i].cost = INT32_MAX;
        if (t >= WMA_LOUD) {
            level = wma_loud_level(channel, step, at);
            if (level > step->most)
                return wma_too_loud(level, step);
            t = level * ONE;
        }
        for (unsigned less = 0; less < 2 && level > less; less++) {
            now.level = (uint16_t)(level - less);
            now.cost = error_of(t, now.level);
            join(channel, step, nodes, i, at, now);
        }
    }
    return take_path(state, channel, step, nodes, last_of(state, channel, step, nodes, count));
}
