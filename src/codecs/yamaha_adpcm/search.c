/* Yamaha ADPCM in blocks: the trellis search of qualities 1 and 2 in plain C, one state at a time.
 * src/dsp/yamaha_search.tmpl.h does the same with one state per lane, and explains the states; this
 * is its reference, and the kernel of the portable set. */
#include <stdbool.h>
#include "block.h"

enum {
    COST_MAX = 1 << 29,
    MISS_MAX = YAMAHA_STEP_MAX * 9 / 8,
    AHEAD = 32,
    STATES_MAX = 64,
    WINDOW_MAX = 4096
};

struct shape {
    unsigned slots, parities; /* 6 and 1, or 16 and 4: the low bits of the last two magnitudes */
    uint32_t stretch;         /* samples whose codes are decided together */
    int32_t starts[16];       /* first steps of the slots, in 64ths of the mean change */
};

static const struct shape standard = { 6, 1, 4096 - AHEAD, { 30, 48, 77, 123, 197, 315 } };
static const struct shape best_shape = { 16,
                                         4,
                                         256 - AHEAD,
                                         { 12, 17, 24, 33, 46, 65, 91, 127, 178, 249, 348, 488, 683,
                                           956, 1338, 1874 } };

struct survivor {
    uint32_t cost;
    struct yamaha_state state;
};

#include "survivors.tmpl.h"

struct trellis {
    const struct shape *shape;
    struct survivor survivors[STATES_MAX];
    /* For each state of each sample: a sign and a magnitude, and above them the parity that is
     * shifted out. */
    uint8_t decisions[WINDOW_MAX * 6];
};

/* A branch from a survivor. */
struct branch {
    uint32_t cost;
    int miss; /* by how much the code falls short of the sample */
    uint8_t decision;
    const struct survivor *from;
};

static unsigned states_of(const struct trellis *trellis)
{
    return trellis->shape->slots * trellis->shape->parities;
}

static int distance_to(const struct survivor *from, int sample)
{
    int difference = sample - from->state.sample;

    return difference < 0 ? -difference : difference;
}

static struct branch branch_by(const struct survivor *from, int sample, unsigned magnitude)
{
    int change = from->state.step * (2 * (int)magnitude + 1) >> 3,
        miss = distance_to(from, sample) - change;
    int counted = miss < MISS_MAX ? miss : MISS_MAX;
    int16_t low = (int16_t)counted;

    /* The kernels square the two halves of 32 bits: the cost is 1 higher if the code goes too far.
     */
    return (struct branch){ from->cost + (uint32_t)(low * low) + (counted < 0), miss,
                            (uint8_t)(magnitude | (sample < from->state.sample ? 8u : 0u)), from };
}

/* The nearer of m and n: they meet at m + n + 1 eighths of a step. */
static struct branch branch_by_nearer(const struct survivor *from, int sample, unsigned m,
                                      unsigned n)
{
    bool below = 8 * distance_to(from, sample) < (int)(m + n + 1) * from->state.step;

    return branch_by(from, sample, below ? m : n);
}

static struct survivor survivor_of(const struct branch *branch, int sample)
{
    int reached = branch->decision & 8 ? sample + branch->miss : sample - branch->miss;

    return (struct survivor){ branch->cost,
                              { adpcm_saturate(reached),
                                adpcm_next_step(branch->from->state.step, branch->decision & 7,
                                                YAMAHA_STEP_MIN, YAMAHA_STEP_MAX) } };
}

/* The nearest of the magnitudes that leave a slot: all but 4 and 6. */
static struct branch leaving(const struct survivor *from, int sample)
{
    int eighths = 8 * distance_to(from, sample), step = from->state.step;

    if (eighths >= 9 * step)
        return branch_by_nearer(from, sample, 5, 7);
    return eighths < 4 * step ? branch_by_nearer(from, sample, 0, 1)
                              : branch_by_nearer(from, sample, 2, 3);
}

/* Quality 1: codes 4 and 6 stay in a slot, all others lead to the one before it. */
static void advance_by_slots(struct trellis *trellis, int sample, uint8_t *decisions)
{
    unsigned slots = trellis->shape->slots;
    struct survivor next[STATES_MAX];

    for (unsigned i = 0; i < slots; i++) {
        struct branch branch = branch_by_nearer(&trellis->survivors[i], sample, 4, 6);
        struct branch other = leaving(&trellis->survivors[(i + 1) % slots], sample);

        branch = other.cost < branch.cost ? other : branch;
        next[i] = survivor_of(&branch, sample);
        decisions[i] = branch.decision;
    }
    for (unsigned i = 0; i < slots; i++)
        trellis->survivors[i] = next[i];
}

static void offer(struct branch *branches, unsigned state, struct branch branch)
{
    static const unsigned moves[8] = { 15, 15, 15, 15, 2, 4, 6, 8 };
    unsigned magnitude = branch.decision & 7, slot = ((state >> 2) + moves[magnitude]) % 16;
    unsigned to = slot << 2 | (state << 1 & 2) | (magnitude & 1);

    branch.decision |= (uint8_t)((state & 2) << 3);
    if (branch.cost < branches[to].cost)
        branches[to] = branch;
}

/* Quality 2: each magnitude leads to another slot and parity. */
static void advance_by_parities(struct trellis *trellis, int sample, uint8_t *decisions)
{
    unsigned states = states_of(trellis);
    struct branch branches[STATES_MAX];
    struct survivor next[STATES_MAX];

    for (unsigned i = 0; i < STATES_MAX; i++)
        branches[i].cost = UINT32_MAX;
    for (unsigned i = 0; i < states; i++) {
        const struct survivor *from = &trellis->survivors[i];

        offer(branches, i, branch_by_nearer(from, sample, 0, 2));
        offer(branches, i, branch_by_nearer(from, sample, 1, 3));
        for (unsigned magnitude = 4; magnitude < 8; magnitude++)
            offer(branches, i, branch_by(from, sample, magnitude));
    }
    for (unsigned i = 0; i < states; i++) {
        next[i] = survivor_of(&branches[i], sample);
        decisions[i] = branches[i].decision;
    }
    for (unsigned i = 0; i < states; i++)
        trellis->survivors[i] = next[i];
}

static unsigned best_state(const struct trellis *trellis)
{
    return best_of(trellis->survivors, states_of(trellis));
}

static unsigned state_before(const struct trellis *trellis, unsigned state, uint8_t decision)
{
    static const unsigned back[8] = { 1, 1, 1, 1, 14, 12, 10, 8 }; /* modulo 16 */

    if (trellis->shape->parities == 1)
        return (decision & 5) == 4 ? state : (state + 1) % trellis->shape->slots;
    return ((state >> 2) + back[decision & 7]) % 16 << 2 | (state >> 1 & 1) | (decision >> 3 & 2);
}

/* One channel of a block. */
struct channel {
    const int16_t *pcm;
    uint8_t *codes;
    uint32_t samples;
    unsigned channel, channels;
};

/* Advances over samples [from, to). The decisions start at sample `start`. */
static void run(struct trellis *trellis, const struct channel *channel, uint32_t start,
                uint32_t from, uint32_t to)
{
    bool by_slots = trellis->shape->parities == 1;

    for (uint32_t t = from; t < to; t++) {
        uint8_t *decisions = trellis->decisions + (size_t)(t - start) * states_of(trellis);
        int sample = channel->pcm[(size_t)t * channel->channels];

        if (by_slots)
            advance_by_slots(trellis, sample, decisions);
        else
            advance_by_parities(trellis, sample, decisions);
        if ((t + 1) % (by_slots ? 4 : 2) == 0)
            normalize(trellis->survivors, states_of(trellis), COST_MAX, 0);
    }
}

/* The state before sample `from` on the path to a state after sample to - 1. */
static unsigned trace(const struct trellis *trellis, unsigned state, uint32_t start, uint32_t from,
                      uint32_t to)
{
    for (uint32_t t = to; t-- > from;)
        state = state_before(trellis, state,
                             trellis->decisions[(size_t)(t - start) * states_of(trellis) + state]);
    return state;
}

static unsigned write_codes(const struct trellis *trellis, unsigned state, uint32_t start,
                            uint32_t to, const struct channel *channel)
{
    for (uint32_t t = to; t-- > start;) {
        uint8_t decision = trellis->decisions[(size_t)(t - start) * states_of(trellis) + state];
        uint32_t nibble = channel->channels == 1 ? t : 2 * t + channel->channel;
        uint8_t *byte = channel->codes + nibble / 2;

        *byte =
            (uint8_t)(nibble % 2 ? (*byte & 15) | decision << 4 : (*byte & 0xF0) | (decision & 15));
        state = state_before(trellis, state, decision);
    }
    return state;
}

static struct yamaha_state first_state(const struct trellis *trellis, const struct channel *channel,
                                       int mean, unsigned slot)
{
    return yamaha_state_before(
        channel->pcm[0], (mean < INT16_MAX ? mean : INT16_MAX) * trellis->shape->starts[slot] >> 6);
}

/* Continues from a single survivor. */
static void continue_from(struct trellis *trellis, struct survivor from, unsigned state)
{
    for (unsigned i = 0; i < states_of(trellis); i++)
        trellis->survivors[i] = (struct survivor){ i == state ? 0 : COST_MAX, from.state };
}

static void search_channel(struct trellis *trellis, const struct channel *channel, uint8_t *header)
{
    int mean = yamaha_mean_change(channel->pcm, channel->samples, channel->channels);
    unsigned parities = trellis->shape->parities, state;
    uint32_t length = trellis->shape->stretch;

    for (unsigned i = 0; i < states_of(trellis); i++)
        trellis->survivors[i] =
            (struct survivor){ i % parities ? COST_MAX : 0,
                               first_state(trellis, channel, mean, i / parities) };
    for (uint32_t start = 0, to; start < channel->samples; start = to) {
        struct survivor then[STATES_MAX];

        to = channel->samples - start <= length + AHEAD ? channel->samples : start + length;
        run(trellis, channel, start, start, to);
        for (unsigned i = 0; i < states_of(trellis); i++)
            then[i] = trellis->survivors[i];
        if (to < channel->samples) {
            run(trellis, channel, start, to, to + AHEAD);
            state = trace(trellis, best_state(trellis), start, to, to + AHEAD);
            continue_from(trellis, then[state], state);
        } else
            state = best_state(trellis);
        state = write_codes(trellis, state, start, to, channel);
        if (start == 0)
            yamaha_write_header(first_state(trellis, channel, mean, state / parities), header);
    }
}

void yamaha_search_c(const struct adpcm_blocks *blocks, unsigned quality, const int16_t *pcm,
                     uint8_t *dst)
{
    struct trellis trellis = { .shape = quality < 2 ? &standard : &best_shape };
    struct channel channel = { .samples = blocks->samples, .channels = blocks->channels };

    for (size_t i = 0; i < blocks->count; i++, dst += blocks->bytes)
        for (channel.channel = 0; channel.channel < blocks->channels; channel.channel++) {
            channel.pcm = pcm + i * blocks->samples * blocks->channels + channel.channel;
            channel.codes = dst + YAMAHA_HEADER * blocks->channels;
            search_channel(&trellis, &channel, dst + YAMAHA_HEADER * channel.channel);
        }
}
