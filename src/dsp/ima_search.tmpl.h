/* IMA ADPCM with 4-bit codes: the trellis search. trellis.tmpl.h has the walk.
 *
 * A survivor is the best path to one state. A state is a slot, which is the sum of all index
 * changes so far, not clamped to the table, modulo the number of slots; at quality 2, combined with
 * the low bits of the last two magnitudes (the parity). Survivors therefore differ in their step,
 * where a selection by cost alone would retain near copies of one path. The slots begin at
 * neighboring start indices, which cost no bits, because each block header has one.
 *
 * Costs are squares of errors, reduced by the least cost every 4 samples and then limited to
 * IMA_COST_MAX. Errors beyond 6852 are compressed to at most 14187, so that IMA_COST_MAX + 4 *
 * 14187^2 < IMA_TERMINATED, and the sum with IMA_TERMINATED is below 2^31. The cost of a terminated
 * survivor retains IMA_TERMINATED, which makes it higher than that of any other.
 *
 * Parameter: VECTOR_BYTES. Include after ima_greedy.tmpl.h. */
enum { IMA_COST_MAX = 1 << 28, IMA_TERMINATED = 1 << 30, IMA_SEGMENT = 32, IMA_STATES_MAX = 64 };

struct ima_survivors {
    vec32 even[IMA_STATES_MAX], odd[IMA_STATES_MAX]; /* costs of the even and of the odd lanes */
    vec16 sample[IMA_STATES_MAX], index[IMA_STATES_MAX], origin[IMA_STATES_MAX];
};

/* The first sample, and the index of the mean difference. */
struct ima_start {
    vec16 sample, middle;
};

struct ima_shape {
    unsigned slots, parities; /* 1 or 4 parities */
};

/* The branches from a survivor. `head` holds the sign and, above it, 16 times the index, and the
 * older bit of the parity at the top. The best of the small magnitudes, or the best of each parity,
 * is determined in advance: `left` is what it leaves of the distance, `word` is the head with its
 * code. */
struct ima_branch {
    vec32 even, odd;
    vec16 distance, rail, head, half, quarter, eighth, above, left[2], word[2], origin;
};

/* The best branch to a state so far. */
struct ima_best {
    vec32 even, odd;
    vec16 miss, word, origin;
};

/* Squares errors below 2^15. */
KERNEL vec32 square32(vec32 x) { return madd16(x, x); }

KERNEL void ima_small(struct ima_branch *from, const struct ima_shape shape)
{
    vec16 two = min16(from->distance, from->distance - from->half);

    if (shape.parities == 1) {
        vec16 one = min16(two, two - from->quarter);

        from->left[0] = one;
        from->word[0] = from->head + 3 + equal16(one, two) + equal16(two, from->distance) * 2;
    } else {
        /* The nearer of 0 and 2, and of 1 and 3. */
        vec16 low = from->quarter + from->eighth, high = low + from->quarter;
        vec16 second = equal16(min16(from->distance, low), low),
              third = equal16(min16(from->distance, high), high);

        from->left[0] = from->distance - (second & from->half);
        from->word[0] = from->head + (second & 2);
        from->left[1] = from->distance - (third & from->half);
        from->word[1] = from->head + 1 + (third & 2);
    }
}

KERNEL struct ima_branch ima_branch(const struct ima_survivors *now, unsigned state, vec16 step,
                                    vec16 sample, const struct ima_shape shape)
{
    vec16 under = subs16(sample, now->sample[state]), over = subs16(now->sample[state], sample),
          positive = equal16(over, set16(0));
    struct ima_branch branch;

    branch.even = now->even[state];
    branch.odd = now->odd[state];
    branch.origin = now->origin[state];
    branch.distance = under | over;
    branch.rail = sample ^ positive;
    branch.head = now->index[state] << 4 | (~positive & 8);
    if (shape.parities > 1 && state % shape.parities >= 2)
        branch.head |= 1 << 11;
    branch.half = step >> 1;
    branch.quarter = step >> 2;
    branch.eighth = step >> 3;
    branch.above = step + branch.eighth;
    ima_small(&branch, shape);
    return branch;
}

KERNEL vec16 ima_weighed(vec16 error) { return min16(error, (error >> 3) + 5996); }

/* Offers a branch that changes the sample by `part`, where `left` of the distance remains. The
 * error is limited by the distance from the sample to the limit of the scale. */
KERNEL void ima_offer(struct ima_best *best, const struct ima_branch *from, vec16 left, vec16 part,
                      vec16 word, int first)
{
    vec16 under = subs16(left, part), over = min16(subs16(part, left), from->rail),
          error = ima_weighed(under | over);
    vec32 even = from->even + square32(even16(error)), odd = from->odd + square32(odd16(error));
    vec16 better;

    if (first) {
        *best = (struct ima_best){ even, odd, under - over, word, from->origin };
        return;
    }
    better = join16(even < best->even, odd < best->odd);
    best->even = min32(even, best->even);
    best->odd = min32(odd, best->odd);
    best->miss = blend16(better, under - over, best->miss);
    best->word = blend16(better, word, best->word);
    best->origin = blend16(better, from->origin, best->origin);
}

KERNEL void ima_offer_small(struct ima_best *best, const struct ima_branch *from, unsigned odd,
                            unsigned parities, int first)
{
    vec16 part = odd && parities > 1 ? from->quarter + from->eighth : from->eighth;

    ima_offer(best, from, from->left[odd], part, from->word[odd], first);
}

KERNEL void ima_offer_large(struct ima_best *best, const struct ima_branch *from,
                            unsigned magnitude)
{
    vec16 part = from->above;

    if (magnitude & 1)
        part += from->quarter;
    if (magnitude & 2)
        part += from->half;
    ima_offer(best, from, from->distance, part, from->head + (uint16_t)magnitude, 0);
}

/* Offers the nearer of two magnitudes that lead to the same slot. */
KERNEL void ima_offer_two(struct ima_best *best, const struct ima_branch *from, unsigned magnitude)
{
    vec16 part = magnitude & 1 ? from->above + from->quarter : from->above,
          middle = part + from->quarter;
    vec16 further = equal16(min16(from->distance, middle), middle);

    ima_offer(best, from, from->distance, part + (further & from->half),
              from->head + (uint16_t)magnitude + (further & 2), 0);
}

/* The best of all branches to a state. */
KERNEL struct ima_best ima_best_to(const struct ima_branch *branches, const struct ima_shape shape,
                                   unsigned state)
{
    unsigned slots = shape.slots, parities = shape.parities, slot = state / parities,
             parity = state % parities;
    unsigned older = parities > 1 ? 2 : 1, low = parity & 1;
    struct ima_best best;

#pragma GCC unroll 2
    for (unsigned i = 0; i < older; i++) {
        const struct ima_branch *from = branches + (parity >> 1) + 2 * i;

        ima_offer_small(&best, from + (slot + 1) % slots * parities, low, parities, i == 0);
        if (slots == 4) {
            ima_offer_two(&best, from + (slot + 2) % slots * parities, 4);
            ima_offer_two(&best, from + slot * parities, 5);
        } else
#pragma GCC unroll 4
            for (unsigned magnitude = 4; magnitude < 8; magnitude++)
                if (parities == 1 || low == magnitude % 2)
                    ima_offer_large(
                        &best, from + (slot + 2 * slots + 6 - 2 * magnitude) % slots * parities,
                        magnitude);
    }
    return best;
}

/* Advances by one sample: finds the best branch to each state. The decisions are one byte per
 * state: the sign and the magnitude, and above them the parity that is shifted out. */
KERNEL void ima_advance(struct ima_survivors *now, const struct ima_shape shape,
                        const struct ima_start *start, vec16 sample, vec16 *decisions)
{
    unsigned states = shape.slots * shape.parities;
    struct ima_branch branches[IMA_STATES_MAX];

    (void)start;
#pragma GCC unroll 2
    for (unsigned i = 0; i < states; i += 2) {
        vec16 steps[2];

        ima_steps_of(now->index[i], now->index[i + 1], &steps[0], &steps[1]);
        branches[i] = ima_branch(now, i, steps[0], sample, shape);
        branches[i + 1] = ima_branch(now, i + 1, steps[1], sample, shape);
    }
#pragma GCC unroll 4
    for (unsigned i = 0; i < states; i++) {
        struct ima_best best = ima_best_to(branches, shape, i);
        vec16 negative = sign_mask16(best.word << 12), byte = best.word & 15;

        now->even[i] = best.even;
        now->odd[i] = best.odd;
        now->sample[i] = sample - ((best.miss ^ negative) - negative);
        now->index[i] = ima_next_index(best.word >> 4 & 127, best.word & 7);
        now->origin[i] = best.origin;
        if (shape.parities > 1)
            byte |= best.word >> 7 & 16;
        decisions[i / 2] = i % 2 ? decisions[i / 2] | byte << 8 : byte;
    }
}

struct ima_costs {
    vec32 even, odd;
};

KERNEL struct ima_costs ima_least_costs(const struct ima_survivors *now, unsigned states)
{
    struct ima_costs costs = { now->even[0], now->odd[0] };

#pragma GCC unroll 4
    for (unsigned i = 1; i < states; i++) {
        costs.even = min32(costs.even, now->even[i]);
        costs.odd = min32(costs.odd, now->odd[i]);
    }
    return costs;
}

KERNEL void ima_normalize(struct ima_survivors *now, const struct ima_shape shape)
{
    unsigned states = shape.slots * shape.parities;
    struct ima_costs costs = ima_least_costs(now, states);

#pragma GCC unroll 4
    for (unsigned i = 0; i < states; i++) {
        now->even[i] =
            min32(now->even[i] - costs.even, set32(IMA_COST_MAX)) | (now->even[i] & IMA_TERMINATED);
        now->odd[i] =
            min32(now->odd[i] - costs.odd, set32(IMA_COST_MAX)) | (now->odd[i] & IMA_TERMINATED);
    }
}

/* The decision that led to a state. */
KERNEL vec16 ima_decision(vec16 state, unsigned states, const vec16 *decisions)
{
    vec16 byte;

    if (states == 4) {
        byte = blend16(sign_mask16(state << 14), decisions[1], decisions[0]);
        return blend16(sign_mask16(state << 15), byte >> 8, byte & 255);
    }
    for (int l = 0; l < LANES16; l++)
        byte[l] = ((const uint8_t *)decisions)[(size_t)(state[l] >> 1) * sizeof(vec16) +
                                               (size_t)(2 * l + (state[l] & 1))];
    return byte;
}

/* The state before, and the code that led from it. */
KERNEL vec16 ima_step_back(vec16 *state, const struct ima_shape shape, const vec16 *decisions)
{
    vec16 byte = ima_decision(*state, shape.slots * shape.parities, decisions);
    vec16 slot = shape.parities > 1 ? *state >> 2 : *state;

    slot = (slot + 1 - ima_growth(byte & 7)) & (uint16_t)(shape.slots - 1);
    *state = shape.parities > 1 ? slot << 2 | (*state >> 1 & 1) | (byte >> 3 & 2) : slot;
    return byte & 15;
}

/* The first state of minimal cost, and its origin. */
KERNEL vec16 ima_best(const struct ima_survivors *now, const struct ima_shape shape, vec16 *origin)
{
    unsigned states = shape.slots * shape.parities;
    struct ima_costs costs = ima_least_costs(now, states);
    vec16 best = set16(0);

    *origin = set16(0);
    for (unsigned i = states; i-- > 0;) {
        vec16 found = join16(now->even[i] == costs.even, now->odd[i] == costs.odd);

        best = blend16(found, set16((uint16_t)i), best);
        *origin = blend16(found, now->origin[i], *origin);
    }
    return best;
}

/* Terminates the survivors of other origins, and begins a segment. */
KERNEL void ima_begin_segment(struct ima_survivors *now, const struct ima_shape shape, vec16 origin)
{
    for (unsigned i = 0; i < shape.slots * shape.parities; i++) {
        vec16 same = equal16(now->origin[i], origin);
        vec32 even = (vec32)same << 16 >> 16, odd = (vec32)same >> 16;

        now->even[i] |= ~even & IMA_TERMINATED;
        now->odd[i] |= ~odd & IMA_TERMINATED;
        now->origin[i] = set16((uint16_t)i);
    }
}

KERNEL vec16 ima_first_index(vec16 middle, vec16 slot, unsigned slots)
{
    uint16_t apart = slots > 4 ? 1 : 5, below = (uint16_t)((slots - 1) * apart / 2);

    return min16(subs16(middle + slot * apart, set16(below)), set16(IMA_LAST_INDEX));
}

KERNEL void ima_begin(struct ima_survivors *now, const struct ima_shape shape,
                      const struct ima_start *start)
{
    for (unsigned i = 0; i < shape.slots * shape.parities; i++) {
        now->even[i] = now->odd[i] = set32(i % shape.parities ? IMA_COST_MAX : 0);
        now->sample[i] = start->sample;
        now->index[i] =
            ima_first_index(start->middle, set16((uint16_t)(i / shape.parities)), shape.slots);
        now->origin[i] = set16(0);
    }
}

KERNEL void ima_load(const struct gather16 *lanes, uint32_t t, uint32_t n, vec16 samples[8])
{
    gather16_samples(samples, lanes, t + 1, n + 1);
}

/* Eight codes of four bits, the first one in the lowest bits. */
struct ima_codes {
    vec16 low, high;
};

KERNEL void ima_prepend_code(struct ima_codes *codes, vec16 code)
{
    codes->high = codes->high << 4 | codes->low >> 12;
    codes->low = codes->low << 4 | code;
}

KERNEL void ima_store_eight(const struct gather16 *lanes, uint32_t t, uint32_t n,
                            const struct ima_codes *codes)
{
    ima_store_codes(lanes, t / 8, (n + 1) / 2, codes->low, codes->high);
}

#define TRELLIS(name) ima_##name
#define TRELLIS_VECTOR vec16
#define TRELLIS_LANES gather16
#define TRELLIS_SEGMENT IMA_SEGMENT
#define TRELLIS_DECISIONS (IMA_STATES_MAX / 2)
#define TRELLIS_NORMALIZED 4
#include "trellis.tmpl.h"

KERNEL void ima_search_group(const struct gather16 *lanes, const struct ima_shape shape,
                             uint32_t samples)
{
    struct ima_start start = { ima_first_samples(lanes), ima_middle(lanes, samples) };
    vec16 first = ima_walk(lanes, shape, &start, samples - 1);

    if (shape.parities > 1)
        first >>= 2;
    ima_store_headers(lanes, ima_first_index(start.middle, first, shape.slots));
}

static void ima_search(const struct adpcm_blocks *blocks, unsigned quality, const int16_t *pcm,
                       uint8_t *dst)
{
    size_t chains = blocks->count * blocks->channels;

    for (size_t first = 0; first < chains; first += LANES16) {
        struct gather16 group =
            gather16_at(blocks, first, ima_pcm_side(blocks, pcm), ima_code_side(blocks, dst));

        if (quality < 2)
            ima_search_group(&group, (struct ima_shape){ 4, 1 }, blocks->samples);
        else
            ima_search_group(&group, (struct ima_shape){ 16, 4 }, blocks->samples);
    }
}
