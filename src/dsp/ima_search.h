/* IMA ADPCM of 4 bits: the slot trellis.
 *
 * A survivor is the best way to one state, and a state is a slot - the count of all index moves so far, not held within the
 * table, modulo the number of slots - with the low bits of the last magnitudes (parities). So survivors differ in their step
 * where costs alone would keep near copies of one path. The slots begin at neighbouring start indices, which the block's header
 * gives for nothing.
 *
 * Costs are squared errors, each held at ERROR_MOST, less the least cost every 4 samples and then held at COST_MOST:
 * COST_MOST + 4 * ERROR_MOST^2 < 2^31. Decisions are kept for two segments; at the end of a segment the best survivor
 * settles the segment before, and survivors that disagree with it there end. */
#include "ima_greedy.h"

enum { IMA_ERROR_MOST = 16383, IMA_COST_MOST = 1 << 29, IMA_SEGMENT = 128, IMA_STATES_MOST = 64 };

/* One number carries all that is new of a survivor: how far the sample's magnitude of change missed, above the place of its
 * index times 16, above its code. */
enum { IMA_MISS_SHIFT = 15 };

struct ima_survivors {
    lanes cost[IMA_STATES_MOST], sample[IMA_STATES_MOST], place[IMA_STATES_MOST];
};

struct ima_offers {
    lanes cost[IMA_STATES_MOST], word[IMA_STATES_MOST], bit[IMA_STATES_MOST];
};

/* Codes of every state, a byte each, for two segments: the sign and magnitude, and above them the parity that is shifted out. */
struct ima_decisions {
    lanes bytes[2 * IMA_SEGMENT][IMA_STATES_MOST / 4];
};

struct ima_shape {
    unsigned slots, parities;       /* 1 or 4 */
};

/* What a survivor can do next. */
struct ima_branch {
    lanes cost, distance, room, place, sign;
    unsigned parity;
};

KERNEL void ima_offer(struct ima_offers *offers, const struct ima_shape shape, unsigned slot, const struct ima_branch *from,
                      lanes change, lanes magnitude, int move, unsigned low_bit)
{
    unsigned slot_after = (slot + shape.slots * 2 + (unsigned)move) % shape.slots;
    unsigned to = slot_after * shape.parities + (shape.parities > 1 ? low_bit | (from->parity & 1) << 1 : 0);
    lanes miss = from->distance - at_most(change, from->room), error = at_most(magnitude_of(miss), all(IMA_ERROR_MOST));
    lanes cost = from->cost + both_products(error, error);
    lanes place = move < 0 ? at_least(from->place - 16, all(0)) : at_most(from->place + 16 * move, all(16 * IMA_LAST_INDEX));
    lanes word = (lanes)((ulanes)miss << IMA_MISS_SHIFT) | place | from->sign | magnitude, better = cost < offers->cost[to];

    offers->cost[to] = at_most(cost, offers->cost[to]);
    offers->word[to] = blend(better, word, offers->word[to]);
    if (shape.parities > 1)
        offers->bit[to] = blend(better, all((int32_t)(from->parity >> 1)), offers->bit[to]);
}

KERNEL void ima_branch_out(struct ima_offers *offers, const struct ima_shape shape, unsigned state, const struct ima_survivors *now,
                           lanes sample)
{
    unsigned slot = state / shape.parities;
    lanes difference = sample - now->sample[state], negative = difference >> 31;
    struct ima_branch from = { now->cost[state], magnitude_of(difference), 32767 - (now->sample[state] ^ negative),
                               now->place[state], negative & 8, state % shape.parities };
    lanes step = lookup(ima_steps, srl(from.place, 4)), half = step >> 1, quarter = step >> 2, least = step >> 3;

    if (shape.parities == 1) {
        lanes two = from.distance >= half, one = from.distance - (two & half) >= quarter;

        ima_offer(offers, shape, slot, &from, least + (two & half) + (one & quarter), (two & 2) | (one & 1), -1, 0);
    } else {
        lanes two = from.distance >= quarter + least, three = from.distance >= half + least;

        ima_offer(offers, shape, slot, &from, least + (two & half), two & 2, -1, 0);
        ima_offer(offers, shape, slot, &from, least + quarter + (three & half), (three & 2) | 1, -1, 1);
    }
    least += step;
    ima_offer(offers, shape, slot, &from, least, all(4), 2, 0);
    ima_offer(offers, shape, slot, &from, least + quarter, all(5), 4, 1);
    ima_offer(offers, shape, slot, &from, least + half, all(6), 6, 0);
    ima_offer(offers, shape, slot, &from, least + half + quarter, all(7), 8, 1);
}

/* One sample: every survivor's branches, the best of them for each state, and the decisions. */
KERNEL void ima_advance(struct ima_survivors *now, const struct ima_shape shape, lanes sample, lanes *decisions)
{
    unsigned states = shape.slots * shape.parities;
    struct ima_offers offers;

#pragma GCC unroll 4
    for (unsigned i = 0; i < states; i++) {
        offers.cost[i] = all(INT32_MAX);
        offers.word[i] = offers.bit[i] = all(0);
    }
#pragma GCC unroll 4
    for (unsigned i = 0; i < states; i++)
        ima_branch_out(&offers, shape, i, now, sample);
#pragma GCC unroll 4
    for (unsigned i = 0; i < states / 4; i++)
        decisions[i] = all(0);
#pragma GCC unroll 4
    for (unsigned i = 0; i < states; i++) {
        lanes word = offers.word[i], miss = word >> IMA_MISS_SHIFT, negative = word << 28 >> 31;

        now->cost[i] = offers.cost[i];
        now->sample[i] = sample - ((miss ^ negative) - negative);
        now->place[i] = word & 0x7F0;
        decisions[i / 4] |= ((word & 15) | (shape.parities > 1 ? offers.bit[i] << 4 : all(0))) << (int)(8 * (i % 4));
    }
}

KERNEL lanes ima_least_cost(const struct ima_survivors *now, unsigned states)
{
    lanes least = now->cost[0];

#pragma GCC unroll 4
    for (unsigned i = 1; i < states; i++)
        least = at_most(least, now->cost[i]);
    return least;
}

KERNEL void ima_normalise(struct ima_survivors *now, unsigned states)
{
    lanes least = ima_least_cost(now, states);

#pragma GCC unroll 4
    for (unsigned i = 0; i < states; i++)
        now->cost[i] = at_most(now->cost[i] - least, all(IMA_COST_MOST));
}

KERNEL lanes numbered(void)
{
    lanes lane;

    for (int l = 0; l < LANES; l++)
        lane[l] = l;
    return lane;
}

/* The state before, and the decision that led from it. */
KERNEL lanes ima_step_back(lanes *state, const struct ima_shape shape, const lanes *decisions)
{
    static const int32_t moves[8] = { -1, -1, -1, -1, 2, 4, 6, 8 };
    lanes word = shape.slots * shape.parities == 4 ? decisions[0] : lookup((const int32_t *)decisions, (*state >> 2) * LANES + numbered());
    lanes byte = word >> ((*state & 3) << 3);
    lanes slot = *state >> (shape.parities > 1 ? 2 : 0);

    slot = (slot - choose(moves, byte)) & (int32_t)(shape.slots - 1);
    if (shape.parities > 1)
        slot = slot << 2 | (*state >> 1 & 1) | (byte >> 3 & 2);
    *state = slot;
    return byte & 15;
}

/* The trace of a state over the segment of samples [from, to), both multiples of 8 but perhaps the last `to`; codes are written
 * where `chains` is given. */
KERNEL lanes ima_trace(lanes state, const struct ima_shape shape, const struct ima_decisions *decisions, uint32_t from, uint32_t to,
                       const struct chains *chains)
{
    lanes codes = all(0);

    for (uint32_t t = to; t-- > from;) {
        codes = codes << 4 | ima_step_back(&state, shape, decisions->bytes[t % (2 * IMA_SEGMENT)]);
        if (chains && t % 8 == 0)
            for (unsigned l = 0; l < LANES; l++) {
                int32_t dword = codes[l];
                uint32_t left = to - t < 8 ? to - t : 8;

                memcpy(chains->to[l] + 4 * (chains->channel[l] + (size_t)(1 + t / 8) * chains->channels), &dword, (left + 1) / 2);
            }
        codes = t % 8 == 0 ? all(0) : codes;
    }
    return state;
}

KERNEL lanes ima_best_state(const struct ima_survivors *now, unsigned states)
{
    lanes least = ima_least_cost(now, states), best = all(0);

#pragma GCC unroll 4
    for (unsigned i = states; i-- > 0;)
        best = blend(now->cost[i] == least, all((int32_t)i), best);
    return best;
}

/* Ends the survivors that were not at `state` when the segment [from, to) began. */
KERNEL void ima_settle(struct ima_survivors *now, const struct ima_shape shape, const struct ima_decisions *decisions, uint32_t from,
                       uint32_t to, lanes state)
{
#pragma GCC unroll 4
    for (unsigned i = 0; i < shape.slots * shape.parities; i++) {
        lanes before = ima_trace(all((int32_t)i), shape, decisions, from, to, 0);

        now->cost[i] = blend(before == state, now->cost[i], all(IMA_COST_MOST));
    }
}

KERNEL lanes ima_first_place(lanes middle, lanes slot, unsigned slots)
{
    int32_t apart = slots > 4 ? 1 : 5;

    return within(middle + slot * apart - (int32_t)(slots - 1) * apart / 2, 0, IMA_LAST_INDEX) * 16;
}

KERNEL void ima_begin(struct ima_survivors *now, const struct ima_shape shape, const struct chains *chains, lanes middle)
{
    lanes first;

    for (unsigned l = 0; l < LANES; l++)
        first[l] = chains->from[l][0];
#pragma GCC unroll 4
    for (unsigned i = 0; i < shape.slots * shape.parities; i++) {
        now->cost[i] = all(i % shape.parities ? IMA_COST_MOST : 0);
        now->sample[i] = first;
        now->place[i] = ima_first_place(middle, all((int32_t)(i / shape.parities)), shape.slots);
    }
}

/* `done` codes are decided; those up to `settled` written. */
KERNEL void ima_search_group(const struct chains *chains, const struct ima_shape shape)
{
    unsigned states = shape.slots * shape.parities;
    uint32_t n = chains->samples - 1, settled = 0;
    lanes middle = ima_middle(chains), samples[8], state;
    struct ima_survivors now;
    struct ima_decisions decisions;

    ima_begin(&now, shape, chains, middle);
    for (uint32_t done = 0; done < n;) {
        uint32_t end = done + 8 < n ? done + 8 : n;

        chains_load(chains, done + 1, samples);
        for (uint32_t t = done; t < end; t++) {
            ima_advance(&now, shape, samples[t - done], decisions.bytes[t % (2 * IMA_SEGMENT)]);
            if (t % 4 == 3)
                ima_normalise(&now, states);
        }
        done = end;
        if (done == settled + 2 * IMA_SEGMENT && done < n) {
            uint32_t between = settled + IMA_SEGMENT;

            state = ima_trace(ima_best_state(&now, states), shape, &decisions, between, done, 0);
            ima_settle(&now, shape, &decisions, between, done, state);
            state = ima_trace(state, shape, &decisions, settled, between, chains);
            if (settled == 0)
                ima_put_headers(chains, ima_first_place(middle, state >> (shape.parities > 1 ? 2 : 0), shape.slots) >> 4);
            settled = between;
        }
    }
    state = ima_trace(ima_best_state(&now, states), shape, &decisions, settled, n, chains);
    if (settled == 0)
        ima_put_headers(chains, ima_first_place(middle, state >> (shape.parities > 1 ? 2 : 0), shape.slots) >> 4);
}

static void ima_search(const struct adpcm_blocks *blocks, unsigned quality, const int16_t *pcm, uint8_t *dst)
{
    for (size_t chain = 0; chain < blocks->count * blocks->channels; chain += LANES) {
        struct chains chains = chains_at(blocks, chain, pcm, dst);

        if (quality < 2)
            ima_search_group(&chains, (struct ima_shape){ 4, 1 });
        else
            ima_search_group(&chains, (struct ima_shape){ 16, 4 });
    }
}
