/* Microsoft ADPCM: the slot trellis, as in ima_search.h, where it is explained. A delta moves by factors as IMA's index moves
 * by steps: magnitudes up to 3 count as one move down, those from 4 on as 2, 4, 6, 8 and 10 up.
 *
 * Costs are squared errors, each held at MS_ERROR_MOST, less the least cost every 4 samples and then held at MS_COST_MOST:
 * MS_COST_MOST + 4 * MS_ERROR_MOST^2 < 2^31. */
#include "ms_greedy.h"

enum { MS_ERROR_MOST = 16383, MS_COST_MOST = 1 << 29, MS_SEGMENT = 128, MS_SLOTS_MOST = 16 };

struct ms_survivors {
    lanes cost[MS_SLOTS_MOST], pair[MS_SLOTS_MOST], delta[MS_SLOTS_MOST];
};

/* The best that leads to each slot: its sample, the sample before, and the delta before above the code. */
struct ms_offers {
    lanes cost[MS_SLOTS_MOST], sample[MS_SLOTS_MOST], before[MS_SLOTS_MOST], word[MS_SLOTS_MOST];
};

/* Codes of every slot, 4 bits each, for two segments. */
struct ms_decisions {
    lanes codes[2 * MS_SEGMENT][MS_SLOTS_MOST / 8];
};

/* What a survivor can do next; the residual's magnitude. */
struct ms_branch {
    lanes cost, predicted, pair, delta, residual, negative;
};

KERNEL lanes ms_signed(lanes magnitude, lanes negative)
{
    return (magnitude ^ negative) - negative;
}

KERNEL void ms_offer(struct ms_offers *offers, unsigned to, const struct ms_branch *from, lanes magnitude, lanes change, bool first)
{
    lanes error = at_most(magnitude_of(from->residual - change), all(MS_ERROR_MOST));
    lanes cost = from->cost + both_products(error, error);
    lanes sample = from->predicted + ms_signed(change, from->negative);
    lanes word = (from->delta << 4) | (ms_signed(magnitude, from->negative) & 15);

    if (first) {
        offers->cost[to] = cost;
        offers->sample[to] = sample;
        offers->before[to] = from->pair;
        offers->word[to] = word;
    } else {
        lanes better = cost < offers->cost[to];

        offers->cost[to] = at_most(cost, offers->cost[to]);
        offers->sample[to] = blend(better, sample, offers->sample[to]);
        offers->before[to] = blend(better, from->pair, offers->before[to]);
        offers->word[to] = blend(better, word, offers->word[to]);
    }
}

KERNEL void ms_offer_below(struct ms_offers *offers, unsigned slots, unsigned slot, const struct ms_branch *from)
{
    lanes twice = from->residual * 2, two = from->delta * 2;
    lanes one = twice >= from->delta, more = twice >= from->delta + two, most = twice >= from->delta + two * 2;

    ms_offer(offers, (slot + slots - 1) % slots, from, -(one + more + most),
             (one & from->delta) + (more & from->delta) + (most & from->delta), true);
}

/* Magnitudes from 4 on. */
KERNEL void ms_offer_above(struct ms_offers *offers, unsigned slots, unsigned slot, const struct ms_branch *from)
{
    lanes two = from->delta * 2, four = from->delta * 4, five = four + from->delta, seven = five + two;
    lanes eight = (from->residual * 2 >= seven + four * 2) & from->negative;

    if (slots == 4) {
        lanes for_six = from->residual >= five, for_seven = from->residual >= five + from->delta;

        ms_offer(offers, (slot + 2) % slots, from, 4 - for_six * 2, four + (for_six & two), false);
        ms_offer(offers, slot, from, 5 - for_seven * 2 - eight, five + (for_seven & two) + (eight & from->delta), false);
    } else {
        ms_offer(offers, (slot + 2) % slots, from, all(4), four, false);
        ms_offer(offers, (slot + 4) % slots, from, all(5), five, false);
        ms_offer(offers, (slot + 6) % slots, from, all(6), four + two, false);
        ms_offer(offers, (slot + 8) % slots, from, 7 - eight, seven + (eight & from->delta), false);
    }
}

/* One sample: every survivor's branches, the best of them for each slot, and the decisions. */
KERNEL void ms_advance(struct ms_survivors *now, unsigned slots, lanes weights, lanes sample, lanes *decisions)
{
    struct ms_offers offers;
    struct ms_branch from[MS_SLOTS_MOST];

#pragma GCC unroll 16
    for (unsigned i = 0; i < slots; i++) {
        lanes predicted = ms_predict(now->pair[i], weights), residual = sample - predicted;

        from[i] = (struct ms_branch){ now->cost[i], predicted, now->pair[i], now->delta[i], magnitude_of(residual), residual >> 31 };
        ms_offer_below(&offers, slots, i, &from[i]);
    }
#pragma GCC unroll 16
    for (unsigned i = 0; i < slots; i++)
        ms_offer_above(&offers, slots, i, &from[i]);
#pragma GCC unroll 2
    for (unsigned i = 0; i < (slots + 7) / 8; i++)
        decisions[i] = all(0);
#pragma GCC unroll 16
    for (unsigned i = 0; i < slots; i++) {
        lanes word = offers.word[i];

        now->cost[i] = offers.cost[i];
        now->pair[i] = ms_pair(within(offers.sample[i], INT16_MIN, INT16_MAX), offers.before[i]);
        now->delta[i] = ms_delta_after(word >> 4, word << 28 >> 28);
        decisions[i / 8] |= (word & 15) << (int)(4 * (i % 8));
    }
}

KERNEL lanes ms_least_cost(const struct ms_survivors *now, unsigned slots)
{
    lanes least = now->cost[0];

#pragma GCC unroll 16
    for (unsigned i = 1; i < slots; i++)
        least = at_most(least, now->cost[i]);
    return least;
}

KERNEL void ms_normalise(struct ms_survivors *now, unsigned slots)
{
    lanes least = ms_least_cost(now, slots);

#pragma GCC unroll 16
    for (unsigned i = 0; i < slots; i++)
        now->cost[i] = at_most(now->cost[i] - least, all(MS_COST_MOST));
}

/* The slot before, and the code that led from it. */
KERNEL lanes ms_step_back(lanes *slot, unsigned slots, const lanes *decisions)
{
    lanes word = slots <= 8 ? decisions[0] : blend(*slot > 7, decisions[1], decisions[0]);
    lanes code = (lanes)((ulanes)word >> ((*slot & 7) << 2)) << 28 >> 28, magnitude = magnitude_of(code);

    *slot = (*slot - blend(magnitude < 4, all(-1), at_most(magnitude * 2 - 6, all(8)))) & (int32_t)(slots - 1);
    return code & 15;
}

/* The trace of a slot over the segment of codes [from, to), of which `from` is a multiple of 8; codes are written where `chains`
 * is given. */
KERNEL lanes ms_trace(lanes slot, unsigned slots, const struct ms_decisions *decisions, uint32_t from, uint32_t to,
                      const struct chains *chains)
{
    unsigned each = chains && chains->channels == 2 ? 8 : 4, unit = 32 / each;
    lanes codes = all(0);

    for (uint32_t t = to; t-- > from;) {
        lanes code = ms_step_back(&slot, slots, decisions->codes[t % (2 * MS_SEGMENT)]);

        if (chains) {
            codes |= code << (int)(32 - each - each * (t % unit));
            if (t % unit == 0) {
                ms_put_codes(chains, t, to - t < unit ? ((to - t) * each + 7) / 8 : 4, codes);
                codes = all(0);
            }
        }
    }
    return slot;
}

KERNEL lanes ms_best_slot(const struct ms_survivors *now, unsigned slots)
{
    lanes least = ms_least_cost(now, slots), best = all(0);

#pragma GCC unroll 16
    for (unsigned i = slots; i-- > 0;)
        best = blend(now->cost[i] == least, all((int32_t)i), best);
    return best;
}

/* Ends the survivors that were not at `slot` when the segment [from, to) began. */
KERNEL void ms_settle(struct ms_survivors *now, unsigned slots, const struct ms_decisions *decisions, uint32_t from, uint32_t to,
                      lanes slot)
{
    for (unsigned i = 0; i < slots; i++) {
        lanes before = ms_trace(all((int32_t)i), slots, decisions, from, to, 0);

        now->cost[i] = blend(before == slot, now->cost[i], all(MS_COST_MOST));
    }
}

#ifndef APART
#define APART 3
#endif
#ifndef DOWN
#define DOWN 0
#endif

/* The delta that a slot begins with, about the mean residual. */
KERNEL lanes ms_first_delta(lanes middle, lanes slot, unsigned slots)
{
    static const int32_t factors[24] = {     /* 64 * 2^(i / 4) */
        64, 76, 91, 108, 128, 152, 181, 215, 256, 304, 362, 431, 512, 609, 724, 861, 1024, 1218, 1448, 1722, 2048, 2435, 2896, 3444 };
    int apart = slots == 4 ? APART : slots == 8 ? 2 : 1;
    lanes at = within(slot * apart + 8 - (int)(slots - 1) * apart / 2 + DOWN, 0, 23);

    return within(at_most(middle, all(32767)) * lookup(factors, at) >> 8, MS_LEAST_DELTA, INT16_MAX);
}

/* `done` codes are decided; those up to `settled` written. */
KERNEL void ms_search_group(const struct chains *chains, struct ms_start *start, unsigned slots)
{
    uint32_t n = chains->samples - 2, settled = 0;
    lanes middle = start->delta, samples[8], slot;
    struct ms_survivors now;
    struct ms_decisions decisions;

    for (unsigned i = 0; i < slots; i++) {
        now.cost[i] = all(0);
        now.pair[i] = start->first;
        now.delta[i] = ms_first_delta(middle, all((int32_t)i), slots);
    }
    for (uint32_t done = 0; done < n;) {
        uint32_t end = done + 8 < n ? done + 8 : n;

        ms_load(chains, done + 2, samples);
        for (uint32_t t = done; t < end; t++) {
            ms_advance(&now, slots, start->weights, samples[t - done], decisions.codes[t % (2 * MS_SEGMENT)]);
            if (t % 4 == 3)
                ms_normalise(&now, slots);
        }
        done = end;
        if (done == settled + 2 * MS_SEGMENT && done < n) {
            uint32_t between = settled + MS_SEGMENT;

            slot = ms_trace(ms_best_slot(&now, slots), slots, &decisions, between, done, 0);
            ms_settle(&now, slots, &decisions, between, done, slot);
            slot = ms_trace(slot, slots, &decisions, settled, between, chains);
            if (settled == 0) {
                start->delta = ms_first_delta(middle, slot, slots);
                ms_put_headers(chains, start);
            }
            settled = between;
        }
    }
    slot = ms_trace(ms_best_slot(&now, slots), slots, &decisions, settled, n, chains);
    if (settled == 0) {
        start->delta = ms_first_delta(middle, slot, slots);
        ms_put_headers(chains, start);
    }
}

static void ms_encode(const struct adpcm_blocks *blocks, const struct ms_predictor *predictors, unsigned count, unsigned quality,
                      const int16_t *pcm, uint8_t *dst)
{
    for (size_t chain = 0; chain < blocks->count * blocks->channels; chain += LANES) {
        struct chains chains = chains_at(blocks, chain, pcm, dst);
        struct ms_start start = ms_begin(&chains, predictors, count);

        if (quality == 0) {
            ms_put_headers(&chains, &start);
            if (chains.channels == 1)
                ms_greedy_group(&chains, &start, 4);
            else
                ms_greedy_group(&chains, &start, 8);
        } else if (quality == 1)
            ms_search_group(&chains, &start, 4);
#ifdef Q3
        else if (quality == 3)
            ms_search_group(&chains, &start, 8);
#endif
        else
            ms_search_group(&chains, &start, 16);
    }
}
