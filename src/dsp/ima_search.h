/* IMA ADPCM of 4 bits: the slot trellis.
 *
 * A survivor is the best way to one state, and a state is a slot - the count of all index moves so far, not held within the
 * table, modulo the number of slots - with the low bits of the last magnitudes (parities). So survivors differ in their step
 * where costs alone would keep near copies of one path. The slots begin at neighbouring start indices, which the block's header
 * gives for nothing.
 *
 * Costs are squares of errors, less the least cost every 4 samples and then held at COST_MOST. An error beyond 6852 counts less
 * and less, 14187 at the most, so that COST_MOST + 4 * 14187^2 < ENDED, and with ENDED < 2^31. A survivor knows the state that
 * it came from when the segment began: when it ends, the best one settles the segment before, and those of another origin end:
 * ENDED goes with their costs, and nothing that goes on can be dearer. */
#include "ima_greedy.h"

enum { IMA_COST_MOST = 1 << 28, IMA_ENDED = 1 << 30, IMA_SEGMENT = 32, IMA_STATES_MOST = 64 };

struct ima_survivors {
    pairs even[IMA_STATES_MOST], odd[IMA_STATES_MOST];              /* costs */
    words sample[IMA_STATES_MOST], index[IMA_STATES_MOST], origin[IMA_STATES_MOST];
};

struct ima_shape {
    unsigned slots, parities;       /* 1 or 4 */
};

/* What a survivor can do next. `head` is 16 times its index, and the sign; above them its older parity. The best of the small
 * magnitudes, or the best of each parity, are found at once: what they leave of the distance, and the word. */
struct ima_branch {
    pairs even, odd;
    words distance, rail, head, half, quarter, eighth, above, left[2], word[2], origin;
};

/* The best way to a state so far. */
struct ima_best {
    pairs even, odd;
    words miss, word, origin;
};

KERNEL words equal(words a, words b)
{
    return (words)(a == b);
}

KERNEL void ima_small(struct ima_branch *from, const struct ima_shape shape)
{
    words two = least(from->distance, from->distance - from->half);

    if (shape.parities == 1) {
        words one = least(two, two - from->quarter);

        from->left[0] = one;
        from->word[0] = from->head + 3 + equal(one, two) + equal(two, from->distance) * 2;
    } else {
        /* 0 or 2, 1 or 3: by the nearer. */
        words low = from->quarter + from->eighth, high = low + from->quarter;
        words second = equal(least(from->distance, low), low), third = equal(least(from->distance, high), high);

        from->left[0] = from->distance - (second & from->half);
        from->word[0] = from->head + (second & 2);
        from->left[1] = from->distance - (third & from->half);
        from->word[1] = from->head + 1 + (third & 2);
    }
}

KERNEL struct ima_branch ima_branch(const struct ima_survivors *now, unsigned state, words step, words sample,
                                    const struct ima_shape shape)
{
    words under = less(sample, now->sample[state]), over = less(now->sample[state], sample), positive = equal(over, every(0));
    struct ima_branch branch;

    branch.even = now->even[state], branch.odd = now->odd[state];
    branch.origin = now->origin[state];
    branch.distance = under | over;
    branch.rail = sample ^ positive;
    branch.head = now->index[state] << 4 | (~positive & 8);
    if (shape.parities > 1 && state % shape.parities >= 2)
        branch.head |= 1 << 11;
    branch.half = step >> 1, branch.quarter = step >> 2, branch.eighth = step >> 3;
    branch.above = step + branch.eighth;
    ima_small(&branch, shape);
    return branch;
}

KERNEL words ima_weighed(words error)
{
    return least(error, (error >> 3) + 5996);
}

/* A way that comes as near as `part` to what is `left`, or goes too far; too far it cannot go beyond the rail. */
KERNEL void ima_offer(struct ima_best *best, const struct ima_branch *from, words left, words part, words word, int first)
{
    words under = less(left, part), over = least(less(part, left), from->rail), error = ima_weighed(under | over);
    pairs even = from->even + square(even_of(error)), odd = from->odd + square(odd_of(error));
    words better;

    if (first) {
        *best = (struct ima_best){ even, odd, under - over, word, from->origin };
        return;
    }
    better = joined(even < best->even, odd < best->odd);
    best->even = least_pair(even, best->even);
    best->odd = least_pair(odd, best->odd);
    best->miss = pick(better, under - over, best->miss);
    best->word = pick(better, word, best->word);
    best->origin = pick(better, from->origin, best->origin);
}

KERNEL void ima_offer_small(struct ima_best *best, const struct ima_branch *from, unsigned odd, unsigned parities, int first)
{
    words part = odd && parities > 1 ? from->quarter + from->eighth : from->eighth;

    ima_offer(best, from, from->left[odd], part, from->word[odd], first);
}

KERNEL void ima_offer_large(struct ima_best *best, const struct ima_branch *from, unsigned magnitude)
{
    words part = from->above;

    if (magnitude & 1)
        part += from->quarter;
    if (magnitude & 2)
        part += from->half;
    ima_offer(best, from, from->distance, part, from->head + (uint16_t)magnitude, 0);
}

/* The nearer of two magnitudes that lead to the same slot. */
KERNEL void ima_offer_two(struct ima_best *best, const struct ima_branch *from, unsigned magnitude)
{
    words part = magnitude & 1 ? from->above + from->quarter : from->above, middle = part + from->quarter;
    words further = equal(least(from->distance, middle), middle);

    ima_offer(best, from, from->distance, part + (further & from->half), from->head + (uint16_t)magnitude + (further & 2), 0);
}

/* All ways to a state. */
KERNEL struct ima_best ima_best(const struct ima_branch *branches, const struct ima_shape shape, unsigned state)
{
    unsigned slots = shape.slots, parities = shape.parities, slot = state / parities, parity = state % parities;
    unsigned ways = parities > 1 ? 2 : 1, low = parity & 1;
    struct ima_best best;

#pragma GCC unroll 2
    for (unsigned i = 0; i < ways; i++) {
        const struct ima_branch *from = branches + (parity >> 1) + 2 * i;

        ima_offer_small(&best, from + (slot + 1) % slots * parities, low, parities, i == 0);
        if (slots == 4) {
            ima_offer_two(&best, from + (slot + 2) % slots * parities, 4);
            ima_offer_two(&best, from + slot * parities, 5);
        } else
#pragma GCC unroll 4
            for (unsigned magnitude = 4; magnitude < 8; magnitude++)
                if (parities == 1 || low == magnitude % 2)
                    ima_offer_large(&best, from + (slot + 2 * slots + 6 - 2 * magnitude) % slots * parities, magnitude);
    }
    return best;
}

/* One sample: every survivor's branches, the best way to each state, and the decisions: a byte of each state, the sign and
 * the magnitude, and above them the parity that is shifted out. */
KERNEL void ima_advance(struct ima_survivors *now, const struct ima_shape shape, words sample, words *decisions)
{
    unsigned states = shape.slots * shape.parities;
    struct ima_branch branches[IMA_STATES_MOST];

#pragma GCC unroll 2
    for (unsigned i = 0; i < states; i += 2) {
        words steps[2];

        ima_steps_of(now->index[i], now->index[i + 1], &steps[0], &steps[1]);
        branches[i] = ima_branch(now, i, steps[0], sample, shape);
        branches[i + 1] = ima_branch(now, i + 1, steps[1], sample, shape);
    }
#pragma GCC unroll 4
    for (unsigned i = 0; i < states; i++) {
        struct ima_best best = ima_best(branches, shape, i);
        words negative = spread(best.word << 12), byte = best.word & 15;

        now->even[i] = best.even, now->odd[i] = best.odd;
        now->sample[i] = sample - ((best.miss ^ negative) - negative);
        now->index[i] = ima_next_index(best.word >> 4 & 127, best.word & 7);
        now->origin[i] = best.origin;
        if (shape.parities > 1)
            byte |= best.word >> 7 & 16;
        decisions[i / 2] = i % 2 ? decisions[i / 2] | byte << 8 : byte;
    }
}

struct ima_costs {
    pairs even, odd;
};

KERNEL struct ima_costs ima_least_costs(const struct ima_survivors *now, unsigned states)
{
    struct ima_costs costs = { now->even[0], now->odd[0] };

#pragma GCC unroll 4
    for (unsigned i = 1; i < states; i++) {
        costs.even = least_pair(costs.even, now->even[i]);
        costs.odd = least_pair(costs.odd, now->odd[i]);
    }
    return costs;
}

KERNEL void ima_normalise(struct ima_survivors *now, unsigned states)
{
    struct ima_costs costs = ima_least_costs(now, states);

#pragma GCC unroll 4
    for (unsigned i = 0; i < states; i++) {
        now->even[i] = least_pair(now->even[i] - costs.even, every_pair(IMA_COST_MOST)) | (now->even[i] & IMA_ENDED);
        now->odd[i] = least_pair(now->odd[i] - costs.odd, every_pair(IMA_COST_MOST)) | (now->odd[i] & IMA_ENDED);
    }
}

/* The decision that led to a state. */
KERNEL words ima_decision(words state, unsigned states, const words *decisions)
{
    words byte;

    if (states == 4) {
        byte = pick(spread(state << 14), decisions[1], decisions[0]);
        return pick(spread(state << 15), byte >> 8, byte & 255);
    }
    for (int l = 0; l < WORDS; l++)
        byte[l] = ((const uint8_t *)decisions)[(size_t)(state[l] >> 1) * sizeof(words) + (size_t)(2 * l + (state[l] & 1))];
    return byte;
}

/* The state before, and the code that led from it. */
KERNEL words ima_step_back(words *state, const struct ima_shape shape, const words *decisions)
{
    words byte = ima_decision(*state, shape.slots * shape.parities, decisions);
    words slot = shape.parities > 1 ? *state >> 2 : *state;

    slot = (slot + 1 - ima_growth(byte & 7)) & (uint16_t)(shape.slots - 1);
    *state = shape.parities > 1 ? slot << 2 | (*state >> 1 & 1) | (byte >> 3 & 2) : slot;
    return byte & 15;
}

struct ima_decisions {
    words bytes[2 * IMA_SEGMENT][IMA_STATES_MOST / 2];
};

/* Follows a state back over the samples [from, to), `from` a multiple of 8, and writes their codes. */
KERNEL words ima_trace(words state, const struct ima_shape shape, const struct ima_decisions *decisions, uint32_t from, uint32_t to,
                       const struct chains *chains)
{
    words codes[2] = { every(0), every(0) };

    for (uint32_t t = to; t-- > from;) {
        words code = ima_step_back(&state, shape, decisions->bytes[t % (2 * IMA_SEGMENT)]);

        codes[1] = codes[1] << 4 | codes[0] >> 12;
        codes[0] = codes[0] << 4 | code;
        if (t % 8 == 0) {
            ima_put_codes(chains, t / 8, to - t < 8 ? (to - t + 1) / 2 : 4, codes[0], codes[1]);
            codes[0] = codes[1] = every(0);
        }
    }
    return state;
}

/* The survivor of the least cost: its state, or its origin. */
KERNEL words ima_best_of(const struct ima_survivors *now, unsigned states, int origin)
{
    struct ima_costs costs = ima_least_costs(now, states);
    words best = every(0);

    for (unsigned i = states; i-- > 0;) {
        words found = joined(now->even[i] == costs.even, now->odd[i] == costs.odd);

        best = pick(found, origin ? now->origin[i] : every((uint16_t)i), best);
    }
    return best;
}

/* Ends the survivors of another origin, and begins a segment. */
KERNEL void ima_settle(struct ima_survivors *now, unsigned states, words origin)
{
    for (unsigned i = 0; i < states; i++) {
        words same = equal(now->origin[i], origin);
        pairs even = (pairs)same << 16 >> 16, odd = (pairs)same >> 16;

        now->even[i] |= ~even & IMA_ENDED;
        now->odd[i] |= ~odd & IMA_ENDED;
        now->origin[i] = every((uint16_t)i);
    }
}

KERNEL words ima_first_index(words middle, words slot, unsigned slots)
{
    uint16_t apart = slots > 4 ? 1 : 5, below = (uint16_t)((slots - 1) * apart / 2);

    return least(less(middle + slot * apart, every(below)), every(IMA_LAST_INDEX));
}

KERNEL void ima_begin(struct ima_survivors *now, const struct ima_shape shape, words first, words middle)
{
    for (unsigned i = 0; i < shape.slots * shape.parities; i++) {
        now->even[i] = now->odd[i] = every_pair(i % shape.parities ? IMA_COST_MOST : 0);
        now->sample[i] = first;
        now->index[i] = ima_first_index(middle, every((uint16_t)(i / shape.parities)), shape.slots);
        now->origin[i] = every((uint16_t)i);
    }
}

KERNEL void ima_put_first_index(const struct chains *chains, const struct ima_shape shape, words middle, words state)
{
    ima_put_headers(chains, ima_first_index(middle, shape.parities > 1 ? state >> 2 : state, shape.slots));
}

/* `done` codes are decided; those up to `settled` are written. */
KERNEL void ima_search_group(const struct chains *chains, const struct ima_shape shape, uint32_t samples)
{
    unsigned states = shape.slots * shape.parities;
    uint32_t n = samples - 1, settled = 0;
    words middle = ima_middle(chains, samples), r[8], state;
    struct ima_survivors now;
    struct ima_decisions decisions;

    ima_begin(&now, shape, ima_first_samples(chains), middle);
    for (uint32_t done = 0; done < n; done++) {
        if (done % 8 == 0)
            load_samples(r, chains, done + 1, samples);
        ima_advance(&now, shape, r[done % 8], decisions.bytes[done % (2 * IMA_SEGMENT)]);
        if (done % 4 == 3)
            ima_normalise(&now, states);
        if (done + 1 == IMA_SEGMENT)
            for (unsigned i = 0; i < states; i++)
                now.origin[i] = every((uint16_t)i);
        if (done + 1 == settled + 2 * IMA_SEGMENT && done + 1 < n) {
            words origin = ima_best_of(&now, states, 1);

            state = ima_trace(origin, shape, &decisions, settled, settled + IMA_SEGMENT, chains);
            ima_settle(&now, states, origin);
            if (settled == 0)
                ima_put_first_index(chains, shape, middle, state);
            settled += IMA_SEGMENT;
        }
    }
    state = ima_trace(ima_best_of(&now, states, 0), shape, &decisions, settled, n, chains);
    if (settled == 0)
        ima_put_first_index(chains, shape, middle, state);
}

void IMA_SET(search)(const struct adpcm_blocks *blocks, unsigned quality, const int16_t *pcm, uint8_t *dst)
{
    size_t chains = blocks->count * blocks->channels, block_bytes = 2 * (size_t)blocks->samples * blocks->channels;

    for (size_t first = 0; first < chains; first += WORDS) {
        struct chains group = chains_at(blocks, first, pcm, block_bytes, 2, dst, blocks->bytes, IMA_HEADER);

        if (quality < 2)
            ima_search_group(&group, (struct ima_shape){ 4, 1 }, blocks->samples);
        else
            ima_search_group(&group, (struct ima_shape){ 16, 4 }, blocks->samples);
    }
}
