/* Which blocks share exponents, and in which resolution: A/52, 8.2.8. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

enum {
    NEVER = 1 << 30,
    PAIRS = AC3_BLOCK, /* where the exponents of pairs begin, and those of four */
    FOURS = PAIRS + AC3_BLOCK / 2,
    MINIMA = FOURS + AC3_BLOCK / 4
};

/* The least exponents of one or more blocks, for each strategy: from the second coefficient on, of
 * single ones, pairs and fours. Beyond the last coefficient they are the greatest. */
struct minima {
    uint8_t first;
    uint8_t of[MINIMA];
};

static const uint16_t starts[] = { [AC3_D15] = 0, [AC3_D25] = PAIRS, [AC3_D45] = FOURS, MINIMA };

/* The best way to code the blocks before one: the last run's first block and strategy. */
struct path {
    int cost;
    uint8_t start, strategy;
};

static unsigned repeat_of(unsigned strategy) { return 1u << (strategy - 1); }

static void find_minima(const uint8_t *exponents, unsigned end, struct minima *minima)
{
    uint8_t *of = minima->of;

    minima->first = exponents[0];
    memcpy(of, exponents + 1, end - 1);
    memset(of + end - 1, AC3_EXPONENT_MOST, PAIRS - (end - 1));
    for (unsigned i = 0; i < AC3_BLOCK / 2; i++)
        of[PAIRS + i] = of[2 * i] < of[2 * i + 1] ? of[2 * i] : of[2 * i + 1];
    for (unsigned i = 0; i < AC3_BLOCK / 4; i++)
        of[FOURS + i] =
            of[PAIRS + 2 * i] < of[PAIRS + 2 * i + 1] ? of[PAIRS + 2 * i] : of[PAIRS + 2 * i + 1];
}

static void merge(struct minima *restrict to, const struct minima *restrict from)
{
    to->first = to->first < from->first ? to->first : from->first;
    for (unsigned i = 0; i < MINIMA; i++)
        to->of[i] = to->of[i] < from->of[i] ? to->of[i] : from->of[i];
}

/* The sum of the exponents of all coefficients. */
static int sum_of(const struct minima *minima, unsigned strategy)
{
    int sum = 0;

    for (unsigned i = starts[strategy]; i < starts[strategy + 1]; i++)
        sum += minima->of[i];
    return minima->first + sum * (int)repeat_of(strategy);
}

static int bits_of(unsigned end, unsigned strategy)
{
    int per_group = 3 * (int)repeat_of(strategy);

    return 4 + 7 * (((int)end - 1 + per_group - 1) / per_group);
}

/* An exponent that is less than the coefficient's own wastes bits of its mantissa, if it has one:
 * `price` is their number in 256ths. */
static void find_paths(const struct minima blocks[AC3_BLOCKS], unsigned end, unsigned most,
                       int price, struct path paths[AC3_BLOCKS + 1])
{
    int sums[AC3_BLOCKS];

    for (unsigned block = 0; block < AC3_BLOCKS; block++)
        sums[block] = sum_of(&blocks[block], AC3_D15);
    for (unsigned start = 0; start < AC3_BLOCKS; start++) {
        struct minima minima = blocks[start];
        int own = 0;

        for (unsigned last = start; last < AC3_BLOCKS; last++) {
            own += sums[last];
            if (last > start)
                merge(&minima, &blocks[last]);
            for (unsigned strategy = AC3_D15; strategy <= most; strategy++) {
                int wasted = own - (int)(last + 1 - start) * sum_of(&minima, strategy);
                int cost = paths[start].cost + bits_of(end, strategy) + wasted * price / 256;

                if (cost < paths[last + 1].cost)
                    paths[last + 1] = (struct path){ cost, (uint8_t)start, (uint8_t)strategy };
            }
        }
    }
}

/* Neighbors differ by 2 at most: the greater exponents are reduced. */
static void encode_run(const struct minima *minima, unsigned strategy, struct ac3_channel *set)
{
    unsigned repeat = repeat_of(strategy), count = (set->end - 1u + repeat - 1) / repeat;
    uint8_t coded[1 + AC3_BLOCK];

    coded[0] = (uint8_t)min_i32(minima->first, 15);
    memcpy(coded + 1, minima->of + starts[strategy], count);
    for (unsigned i = count; i > 0; i--)
        coded[i - 1] = (uint8_t)min_i32(coded[i - 1], coded[i] + 2);
    for (unsigned i = 1; i <= count; i++)
        coded[i] = (uint8_t)min_i32(coded[i], coded[i - 1] + 2);
    set->exponents[0] = coded[0];
    for (unsigned i = 1; i < set->end; i++)
        set->exponents[i] = coded[1 + (i - 1) / repeat];
}

static void choose(struct ac3_encoder *state, unsigned channel, int price)
{
    unsigned end = state->end[channel];
    struct path paths[AC3_BLOCKS + 1] = { { 0, 0, 0 } };
    struct minima blocks[AC3_BLOCKS];

    for (unsigned block = 0; block < AC3_BLOCKS; block++) {
        find_minima(state->exponents[channel][block], end, &blocks[block]);
        paths[block + 1].cost = NEVER;
    }
    find_paths(blocks, end, channel == AC3_LFE ? AC3_D15 : AC3_D45, price, paths);
    memset(state->strategies[channel], AC3_REUSE, sizeof state->strategies[channel]);
    for (unsigned next = AC3_BLOCKS; next > 0; next = paths[next].start) {
        unsigned start = paths[next].start, strategy = paths[next].strategy;
        struct ac3_channel *set = &state->sets[channel][start];
        struct minima minima = blocks[start];

        for (unsigned block = start + 1; block < next; block++)
            merge(&minima, &blocks[block]);
        state->strategies[channel][start] = (uint8_t)strategy;
        set->end = (uint16_t)end;
        encode_run(&minima, strategy, set);
    }
}

void ac3_choose_exponents(struct ac3_encoder *state, int price)
{
    for (unsigned i = 0; i < state->count; i++)
        choose(state, state->channels[i], price);
}
