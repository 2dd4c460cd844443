/* IMA ADPCM with 4-bit codes: the trellis search of qualities 1 and 2, one chain at a time.
 * src/dsp/ima_search.tmpl.h does the same with one chain per lane, and explains the states; this is
 * its reference, and the kernel of the portable set.
 *
 * Samples are offset by 32768. */
#include <stdbool.h>
#include "bits.h"
#include "block.h"
#include "dsp_c.h"
#include "fixed.h"

enum {
    COST_MAX = 1 << 28,
    TERMINATED = 1 << 30,
    SEGMENT = 32,
    WINDOW = 2 * SEGMENT,
    STATES_MAX = 64
};

struct survivor {
    uint32_t cost;
    int sample, index;
    unsigned origin; /* its state when the segment began */
};

#include "survivors.tmpl.h"

/* States are pairs of a slot and a parity. A decision is a code, and above it the parity that is
 * shifted out. */
struct trellis {
    unsigned slots, parities; /* 4 and 1, or 16 and 4 */
    struct survivor survivors[STATES_MAX];
    uint8_t decisions[WINDOW][STATES_MAX];
};

/* The values that all codes from one survivor share. */
struct branch {
    const struct survivor *from;
    int distance, step;
    int room; /* from the sample to the limit of the scale, in the direction of the change */
    bool negative, shifted_out; /* shifted_out: of the older bit of the parity */
};

struct best {
    uint32_t cost;
    int miss; /* by how much the change falls short of the sample */
    uint8_t decision;
    const struct survivor *from;
};

static unsigned states_of(const struct trellis *trellis)
{
    return trellis->slots * trellis->parities;
}

static struct branch branch_from(const struct trellis *trellis, unsigned state, int sample)
{
    const struct survivor *from = &trellis->survivors[state];
    int difference = sample - from->sample;
    bool negative = difference < 0;

    return (struct branch){
        .from = from,
        .distance = negative ? -difference : difference,
        .step = ima_steps[from->index],
        .room = negative ? sample : UINT16_MAX - sample,
        .negative = negative,
        .shifted_out = trellis->parities == 4 && state % 4 >= 2,
    };
}

/* Large errors count less than their squares, so that costs fit 32 bits. */
static uint32_t cost_of(int error)
{
    int weighed = error / 8 + 5996;

    weighed = error < weighed ? error : weighed;
    return (uint32_t)(weighed * weighed);
}

/* Offers a code that changes the sample by `part`, where `left` of the distance remains. */
static void offer(struct best *best, const struct branch *from, int left, int part,
                  unsigned magnitude)
{
    int miss = left - part, error = miss < 0 ? -miss : miss;
    uint32_t cost;

    if (miss < 0 && error > from->room) {
        error = from->room;
        miss = -error;
    }
    cost = from->from->cost + cost_of(error);
    if (cost >= best->cost)
        return;
    best->cost = cost;
    best->miss = miss;
    best->decision =
        (uint8_t)(magnitude | (from->negative ? 8u : 0u) | (from->shifted_out ? 16u : 0u));
    best->from = from->from;
}

/* Offers the nearest magnitude below 4. */
static void offer_small(struct best *best, const struct branch *from)
{
    int left = from->distance, half = from->step >> 1, quarter = from->step >> 2;
    unsigned magnitude = 0;

    if (left >= half) {
        left -= half;
        magnitude += 2;
    }
    if (left >= quarter) {
        left -= quarter;
        magnitude += 1;
    }
    offer(best, from, left, from->step >> 3, magnitude);
}

/* Offers the nearer of 0 and 2, or of 1 and 3. With small steps, the midpoint lies below half a
 * step. The remainder then wraps around, as in the 16-bit lanes of the kernels, and the code
 * becomes too expensive to be chosen, except at the limits of the scale. */
static void offer_small_of_parity(struct best *best, const struct branch *from, unsigned odd)
{
    int eighth = from->step >> 3, quarter = from->step >> 2, part = odd ? quarter + eighth : eighth;
    bool larger = from->distance >= part + quarter;

    offer(best, from, (uint16_t)(from->distance - (larger ? from->step >> 1 : 0)), part,
          odd + (larger ? 2 : 0));
}

static int change_of(int step, unsigned magnitude)
{
    return (step >> 3) + (magnitude & 4 ? step : 0) + (magnitude & 2 ? step >> 1 : 0) +
           (magnitude & 1 ? step >> 2 : 0);
}

static void offer_large(struct best *best, const struct branch *from, unsigned magnitude)
{
    offer(best, from, from->distance, change_of(from->step, magnitude), magnitude);
}

/* Offers the nearer of 4 and 6, or of 5 and 7. */
static void offer_nearer(struct best *best, const struct branch *from, unsigned magnitude)
{
    int middle = change_of(from->step, magnitude) + (from->step >> 2);

    offer_large(best, from, from->distance >= middle ? magnitude + 2 : magnitude);
}

/* Finds the best of the codes that lead to a state, from branches with the same parity. */
static void best_from(const struct trellis *trellis, const struct branch *branches, unsigned state,
                      struct best *best)
{
    unsigned slots = trellis->slots, parities = trellis->parities, slot = state / parities,
             odd = state % parities & 1;

    if (parities == 1)
        offer_small(best, &branches[(slot + 1) % slots]);
    else
        offer_small_of_parity(best, &branches[(slot + 1) % slots * parities], odd);
    if (slots == 4) {
        offer_nearer(best, &branches[(slot + 2) % 4 * parities], 4);
        offer_nearer(best, &branches[slot * parities], 5);
        return;
    }
    for (unsigned magnitude = 4 + odd; magnitude < 8; magnitude += 2)
        offer_large(best, &branches[(slot + 2 * slots + 6 - 2 * magnitude) % slots * parities],
                    magnitude);
}

/* The older bit of a parity is the newer bit of the previous state's parity. */
static struct best best_to(const struct trellis *trellis, const struct branch *branches,
                           unsigned state)
{
    struct best best = { .cost = UINT32_MAX };
    unsigned older = state % trellis->parities >> 1;

    for (unsigned shifted_out = 0; shifted_out < trellis->parities; shifted_out += 2)
        best_from(trellis, branches + older + shifted_out, state, &best);
    return best;
}

static int next_index(int index, unsigned magnitude)
{
    index += magnitude < 4 ? -1 : 2 * (int)magnitude - 6;
    return clamp(index, 0, IMA_LAST_INDEX);
}

static void advance(struct trellis *trellis, int sample, uint8_t decisions[STATES_MAX])
{
    unsigned states = states_of(trellis);
    struct survivor next[STATES_MAX];
    struct branch branches[STATES_MAX];

    for (unsigned i = 0; i < states; i++)
        branches[i] = branch_from(trellis, i, sample);
    for (unsigned i = 0; i < states; i++) {
        struct best best = best_to(trellis, branches, i);
        int reached = best.decision & 8 ? sample + best.miss : sample - best.miss;

        next[i] =
            (struct survivor){ best.cost, (uint16_t)reached,
                               next_index(best.from->index, best.decision & 7), best.from->origin };
        decisions[i] = best.decision;
    }
    for (unsigned i = 0; i < states; i++)
        trellis->survivors[i] = next[i];
}

static unsigned best_state(const struct trellis *trellis)
{
    return best_of(trellis->survivors, states_of(trellis));
}

/* Terminates the survivors of other origins, and begins a segment. */
static void begin_segment(struct trellis *trellis, unsigned origin)
{
    for (unsigned i = 0; i < states_of(trellis); i++) {
        if (trellis->survivors[i].origin != origin)
            trellis->survivors[i].cost |= TERMINATED;
        trellis->survivors[i].origin = i;
    }
}

/* The state from which a decision led to this one. */
static unsigned state_before(const struct trellis *trellis, unsigned state, uint8_t decision)
{
    static const uint8_t moves[8] = { 1, 1, 1, 1, 14, 12, 10, 8 }; /* back, modulo 16 */
    unsigned slot = (state / trellis->parities + moves[decision & 7]) % trellis->slots;

    return trellis->parities == 1 ? slot : slot << 2 | (state >> 1 & 1) | (decision >> 3 & 2);
}

/* Writes the codes [from, to) of the path to a state, and returns the state before them. */
static unsigned trace(const struct trellis *trellis, unsigned state, uint32_t from, uint32_t to,
                      uint8_t *codes, unsigned channels)
{
    for (uint32_t t = to; t-- > from;) {
        uint8_t decision = trellis->decisions[t % WINDOW][state],
                *byte = codes + t / 8 * 4 * channels + t / 2 % 4;

        /* The walk is backward, so that the high nibble of a byte comes first. */
        if (t % 2)
            *byte = (uint8_t)(decision << 4);
        else if (t + 1 < to)
            *byte |= decision & 15;
        else
            *byte = decision & 15;
        state = state_before(trellis, state, decision);
    }
    return state;
}

static int first_index(const struct trellis *trellis, int middle, unsigned slot)
{
    int apart = trellis->slots > 4 ? 1 : 5,
        index = middle + ((int)slot * apart - (int)(trellis->slots - 1) * apart / 2);

    return clamp(index, 0, IMA_LAST_INDEX);
}

static void begin(struct trellis *trellis, int sample, int middle)
{
    for (unsigned i = 0; i < states_of(trellis); i++)
        trellis->survivors[i] =
            (struct survivor){ i % trellis->parities ? COST_MAX : 0, sample,
                               first_index(trellis, middle, i / trellis->parities), i };
}

static void search_channel(struct trellis *trellis, const int16_t *pcm, uint8_t *header,
                           uint32_t samples, unsigned channels)
{
    uint32_t n = samples - 1, written = 0;
    int middle = ima_mean_index(pcm, samples, channels);
    unsigned state, first = 0;
    uint8_t *codes = header + IMA_HEADER * channels;

    begin(trellis, pcm[0] + 32768, middle);
    for (uint32_t t = 0; t < n; t++) {
        advance(trellis, pcm[(size_t)(t + 1) * channels] + 32768, trellis->decisions[t % WINDOW]);
        if (t % 4 == 3)
            normalize(trellis->survivors, states_of(trellis), COST_MAX, TERMINATED);
        if (t + 1 == SEGMENT)
            for (unsigned i = 0; i < states_of(trellis); i++)
                trellis->survivors[i].origin = i;
        if (t + 1 != written + WINDOW || t + 1 == n)
            continue;
        state = trellis->survivors[best_state(trellis)].origin;
        begin_segment(trellis, state);
        state = trace(trellis, state, written, written + SEGMENT, codes, channels);
        first = written == 0 ? state : first;
        written += SEGMENT;
    }
    state = trace(trellis, best_state(trellis), written, n, codes, channels);
    first = written == 0 ? state : first;
    store16_le(header, (uint16_t)pcm[0]);
    store16_le(header + 2, (uint16_t)first_index(trellis, middle, first / trellis->parities));
}

void ima_search_c(const struct adpcm_blocks *blocks, unsigned quality, const int16_t *pcm,
                  uint8_t *dst)
{
    struct trellis trellis = { .slots = 4, .parities = 1 };
    unsigned channels = blocks->channels;

    if (quality >= 2) {
        trellis.slots = 16;
        trellis.parities = 4;
    }
    for (size_t i = 0; i < blocks->count;
         i++, pcm += (size_t)blocks->samples * channels, dst += blocks->bytes)
        for (unsigned channel = 0; channel < channels; channel++)
            search_channel(&trellis, pcm + channel, dst + IMA_HEADER * channel, blocks->samples,
                           channels);
}
