/* Microsoft ADPCM: the trellis search. trellis.tmpl.h has the walk; ima_search.tmpl.h explains the
 * slots. Factors change a delta as steps change IMA's index: magnitudes up to 3 count as one slot
 * down, 4 to 7 as 2, 4, 6 and 8 up. With 4 slots, 4 and 6 lead to the same slot, and so do 5 and 7.
 * The code -8 is not used.
 *
 * Costs are squares of half the errors, each limited to MS_ERROR_MAX, reduced by the least cost
 * every 8 samples and then limited to MS_COST_MAX: MS_COST_MAX + 8 * MS_ERROR_MAX^2 < 2^31.
 *
 * Parameter: VECTOR_BYTES. Include after ms_greedy.tmpl.h and costs.tmpl.h. */

enum {
    MS_ERROR_MAX = 8191,
    MS_COST_MAX = 1 << 29,
    MS_COST_NEVER = 1 << 30,
    MS_SEGMENT = 128,
    MS_SLOTS_MAX = 16
};

/* Above this, deltas must not grow, so that all fit 16 bits: 614 / 256 of it is below 32768. */
enum { MS_DELTA_GROWING_MAX = 13661 };

/* The limit of residuals: any change by up to 7 deltas leaves enough of it for the sample to
 * saturate at 16 bits. */
enum { MS_RESIDUAL_MAX = 1 << 20 };

struct ms_shape {
    unsigned slots; /* 4 or 16 slots */
};

struct ms_survivors {
    vec32 cost[MS_SLOTS_MAX], pair[MS_SLOTS_MAX], delta[MS_SLOTS_MAX], origin[MS_SLOTS_MAX];
};

/* The best branch to each slot. `before` holds the previous sample, above the previous delta.
 * `word` holds the remaining distance, signed in the direction of the residual, above 4 bits of
 * origin and 4 of code, a sign and a magnitude. */
struct ms_offers {
    vec32 cost[MS_SLOTS_MAX], before[MS_SLOTS_MAX], word[MS_SLOTS_MAX];
};

/* The branches from a survivor. `word` is that of magnitude 0. Each further magnitude subtracts
 * `one` from it, which is a delta of the distance, less 1 for the magnitude itself; `two` and so on
 * are multiples of `one`. */
struct ms_branch {
    vec32 cost, before, word, one, two, three, five;
};

KERNEL void ms_offer(struct ms_offers *offers, unsigned to, const struct ms_branch *from,
                     vec32 less, bool first)
{
    vec32 word = from->word - less,
          error = min32(abs32(word >> 9), set32(MS_ERROR_MAX)); /* half of the remaining distance */
    vec32 cost = from->cost + madd16(error, error);

    if (first) {
        offers->cost[to] = cost;
        offers->before[to] = from->before;
        offers->word[to] = word;
    } else {
        /* Between equal costs, the larger magnitude wins: if every error is limited, the delta has
         * to grow. */
        vec32 worse = offers->cost[to] < cost;

        offers->cost[to] = min32(cost, offers->cost[to]);
        offers->before[to] = blend32(worse, offers->before[to], from->before);
        offers->word[to] = blend32(worse, offers->word[to], word);
    }
}

KERNEL struct ms_branch ms_branch_of(const struct ms_survivors *now, unsigned slot, vec32 weights,
                                     vec32 sample)
{
    vec32 residual = sample - ms_predict(now->pair[slot], weights);
    vec32 word = min32(abs32(residual), set32(MS_RESIDUAL_MAX)) << 8;
    vec32 one = (now->delta[slot] << 8) - 1, two = one + one, three = two + one;

    return (struct ms_branch){ now->cost[slot],
                               (vec32)((uvec32)now->pair[slot] << 16) | now->delta[slot],
                               word | now->origin[slot] | (srl32(residual, 28) & 8),
                               one,
                               two,
                               three,
                               three + two };
}

/* Offers the nearest magnitude up to 3. */
KERNEL void ms_offer_below(struct ms_offers *offers, unsigned slots, unsigned slot,
                           const struct ms_branch *from)
{
    vec32 twice = from->word + from->word,
          magnitude = (from->one > twice) + (from->three > twice) + (from->five > twice) + 3;

    ms_offer(offers, (slot + slots - 1) % slots, from, from->one * magnitude, true);
}

KERNEL void ms_offer_above(struct ms_offers *offers, unsigned slots, unsigned slot,
                           const struct ms_branch *below)
{
    struct ms_branch from = *below;
    vec32 two = from.two, five = from.five, six = five + from.one, seven = five + two;

    from.cost =
        blend_negative32(256 * MS_DELTA_GROWING_MAX - from.one, set32(MS_COST_NEVER), from.cost);
    if (slots == 4) {
        ms_offer(offers, (slot + 2) % slots, &from, six - ((five > from.word) & two), false);
        ms_offer(offers, slot, &from, seven - ((six > from.word) & two), false);
    } else {
        ms_offer(offers, (slot + 2) % slots, &from, from.one * 4, false);
        ms_offer(offers, (slot + 4) % slots, &from, five, false);
        ms_offer(offers, (slot + 6) % slots, &from, six, false);
        ms_offer(offers, (slot + 8) % slots, &from, seven, false);
    }
}

/* Advances by one sample: finds the best branch to each slot, and writes the decisions. */
KERNEL void ms_advance(struct ms_survivors *now, const struct ms_shape shape,
                       const struct ms_start *start, vec32 sample, vec32 *decisions)
{
    unsigned slots = shape.slots;
    struct ms_offers offers;
    struct ms_branch from[MS_SLOTS_MAX];

#pragma GCC unroll 16
    for (unsigned i = 0; i < slots; i++) {
        from[i] = ms_branch_of(now, i, start->weights, sample);
        ms_offer_below(&offers, slots, i, &from[i]);
    }
#pragma GCC unroll 16
    for (unsigned i = 0; i < slots; i++)
        ms_offer_above(&offers, slots, i, &from[i]);
#pragma GCC unroll 2
    for (unsigned i = 0; i < (slots + 7) / 8; i++)
        decisions[i] = set32(0);
#pragma GCC unroll 16
    for (unsigned i = 0; i < slots; i++) {
        vec32 word = offers.word[i], before = offers.before[i], code = (vec32)((uvec32)word << 28);
        vec32 missed = sample - sign32(word >> 8, code | 1);

        now->cost[i] = offers.cost[i];
        now->pair[i] = blend_halves(clamp32(missed, INT16_MIN, INT16_MAX), before);
        now->delta[i] =
            max32(madd16(before, lookup8(step_growths, word)) >> 8, set32(MS_DELTA_MIN));
        now->origin[i] = word & 0xF0;
        decisions[i / 8] = srl32(decisions[i / 8], 4) | code;
    }
    if (slots < 8)
        decisions[0] = srl32(decisions[0], (int)(32 - 4 * slots));
}

/* The slot before, and the code that led from it. */
KERNEL vec32 ms_step_back(vec32 *slot, const struct ms_shape shape, const vec32 *decisions)
{
    static const int32_t moves[8] = { -1, -1, -1, -1, 2, 4, 6, 8 };
    vec32 word = shape.slots <= 8 ? decisions[0] : blend32(*slot > 7, decisions[1], decisions[0]);
    vec32 code = (vec32)((uvec32)word >> ((*slot & 7) << 2));

    *slot = (*slot - lookup8(moves, code)) & (int32_t)(shape.slots - 1);
    return code & 15;
}

KERNEL void ms_normalize(struct ms_survivors *now, const struct ms_shape shape)
{
    normalize_costs(now->cost, shape.slots, MS_COST_MAX);
}

/* The first slot of minimal cost, and its origin. */
KERNEL vec32 ms_best(const struct ms_survivors *now, const struct ms_shape shape, vec32 *origin)
{
    vec32 best = best_of(now->cost, shape.slots);

    *origin = set32(0);
#pragma GCC unroll 16
    for (unsigned i = 0; i < shape.slots; i++)
        *origin = blend32(best == (int32_t)i, srl32(now->origin[i], 4), *origin);
    return best;
}

/* Terminates the survivors of other origins, and begins a segment. */
KERNEL void ms_begin_segment(struct ms_survivors *now, const struct ms_shape shape, vec32 origin)
{
#pragma GCC unroll 16
    for (unsigned i = 0; i < shape.slots; i++) {
        now->cost[i] = blend32(now->origin[i] == origin << 4, now->cost[i], set32(MS_COST_MAX));
        now->origin[i] = set32((int32_t)(i << 4));
    }
}

/* The delta with which a slot begins: 4 slots are three quarters of an octave apart, 16 slots a
 * quarter, centered around the mean residual. */
KERNEL vec32 ms_slot_delta(vec32 middle, vec32 slot, unsigned slots)
{
    /* 256 * 2^((i - 8) / 4) */
    static const int32_t factors[17] = { 64,  76,  91,  108, 128, 152, 181, 215, 256,
                                         304, 362, 431, 512, 609, 724, 861, 1024 };
    int32_t apart = slots == 4 ? 3 : 1;

    return clamp32(
        middle * lookup32(factors, slot * apart + 8 - (int32_t)(slots - 1) * apart / 2) >> 8,
        MS_DELTA_MIN, INT16_MAX);
}

KERNEL void ms_begin(struct ms_survivors *now, const struct ms_shape shape,
                     const struct ms_start *start)
{
    for (unsigned i = 0; i < shape.slots; i++) {
        now->cost[i] = set32(0);
        now->pair[i] = start->first;
        now->delta[i] = ms_slot_delta(start->delta, set32((int32_t)i), shape.slots);
        now->origin[i] = set32(0);
    }
}

KERNEL void ms_load(const struct gather32 *lanes, uint32_t t, uint32_t n, vec32 samples[8])
{
    (void)n;
    gather32_samples(lanes, t + 2, samples);
}

/* Eight codes of four bits, the first one in the lowest bits. */
struct ms_codes {
    vec32 all;
};

KERNEL void ms_prepend_code(struct ms_codes *codes, vec32 code)
{
    codes->all = (vec32)((uvec32)codes->all << 4) | code;
}

KERNEL void ms_store_eight(const struct gather32 *lanes, uint32_t t, uint32_t n,
                           const struct ms_codes *codes)
{
    ms_store_codes(lanes, t, n, codes->all);
}

#define TRELLIS(name) ms_##name
#define TRELLIS_VECTOR vec32
#define TRELLIS_LANES gather32
#define TRELLIS_SEGMENT MS_SEGMENT
#define TRELLIS_DECISIONS ((MS_SLOTS_MAX + 7) / 8)
#define TRELLIS_NORMALIZED 8
#include "trellis.tmpl.h"

KERNEL void ms_search_group(const struct gather32 *lanes, struct ms_start *start, unsigned slots)
{
    vec32 first = ms_walk(lanes, (struct ms_shape){ slots }, start, lanes->samples - 2);

    start->delta = ms_slot_delta(start->delta, first, slots);
    ms_store_headers(lanes, start);
}

/* Encodes up to MS_GROUPS groups with the nearest codes. */
static void ms_encode_fast(const struct adpcm_blocks *blocks, const struct ms_predictor *predictors,
                           unsigned count, size_t first, const int16_t *pcm, uint8_t *dst)
{
    unsigned groups = first + LANES32 < blocks->count * blocks->channels ? MS_GROUPS : 1;
    struct gather32 lanes[MS_GROUPS];
    struct ms_start starts[MS_GROUPS];

    for (unsigned g = 0; g < groups; g++) {
        lanes[g] = gather32_at(blocks, first + g * LANES32, pcm, dst);
        starts[g] = ms_start_of(&lanes[g], predictors, count, 32);
    }
    if (groups == MS_GROUPS)
        ms_greedy_groups(lanes, starts, MS_GROUPS);
    else
        ms_greedy_groups(lanes, starts, 1);
}

static void ms_encode(const struct adpcm_blocks *blocks, const struct ms_predictor *predictors,
                      unsigned count, unsigned quality, const int16_t *pcm, uint8_t *dst)
{
    size_t chains = blocks->count * blocks->channels;

    if (quality == 0)
        for (size_t first = 0; first < chains; first += MS_GROUPS * LANES32)
            ms_encode_fast(blocks, predictors, count, first, pcm, dst);
    else
        for (size_t first = 0; first < chains; first += LANES32) {
            struct gather32 group = gather32_at(blocks, first, pcm, dst);
            struct ms_start start = ms_start_of(&group, predictors, count, 8);

            if (quality == 1)
                ms_search_group(&group, &start, 4);
            else
                ms_search_group(&group, &start, 16);
        }
}
