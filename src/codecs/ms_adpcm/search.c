/* Microsoft ADPCM: the trellis search of qualities 1 and 2 in plain C, one state at a time.
 * src/dsp/ms_search.tmpl.h does the same with one state per lane, and explains the slots; this is
 * its reference, and the kernel of the portable set. */
#include "block.h"
#include "fixed.h"

enum { ERROR_MAX = 8191, COST_MAX = 1 << 29, COST_NEVER = 1 << 30, SEGMENT = 128, SLOTS_MAX = 16 };

/* Above this, deltas must not grow, so that all fit 16 bits: 614 / 256 of it is below 32768. */
enum { DELTA_GROWING_MAX = 13661 };

/* The limit of residuals: any change by up to 7 deltas leaves enough of it for the sample to
 * saturate at 16 bits. */
enum { RESIDUAL_MAX = 1 << 20 };

struct survivor {
    int32_t cost;
    int newer, older, delta;
    unsigned origin; /* its slot when the last segment began */
};

struct trellis {
    unsigned slots;
    int weights[2];
    struct survivor survivors[SLOTS_MAX];
    uint8_t decisions[2 * SEGMENT][SLOTS_MAX]; /* a sign and a magnitude */
};

/* The values that all codes from one survivor share. */
struct branch {
    const struct survivor *from;
    int32_t cost, distance;
    unsigned sign; /* 8 if the residual is negative */
};

struct best {
    const struct survivor *from;
    int32_t cost, missed; /* missed: what the code leaves of the distance */
    unsigned code;
};

/* 16 slots are a quarter of an octave apart, 4 slots three quarters, centered around the mean
 * residual. */
static int slot_delta(unsigned slots, unsigned slot, int middle)
{
    /* 256 * 2^((i - 8) / 4) */
    static const int factors[17] = { 64,  76,  91,  108, 128, 152, 181, 215, 256,
                                     304, 362, 431, 512, 609, 724, 861, 1024 };
    int apart = slots == 4 ? 3 : 1,
        delta = middle * factors[(int)slot * apart + 8 - (int)(slots - 1) * apart / 2] >> 8;

    return clamp(delta, MS_DELTA_MIN, INT16_MAX);
}

static struct branch branch_from(const struct trellis *trellis, const struct survivor *from,
                                 int sample)
{
    const struct ms_state state = {
        from->newer, from->older, from->delta, { trellis->weights[0], trellis->weights[1] }
    };
    int residual = sample - ms_prediction(&state), distance = residual < 0 ? -residual : residual;

    return (struct branch){ from, from->cost, distance < RESIDUAL_MAX ? distance : RESIDUAL_MAX,
                            residual < 0 ? 8 : 0 };
}

/* True if the distance is below n halves of a delta. The kernels compare 256 times the distance,
 * with the origin and the sign in its low bits, with 256 deltas less 1: ties depend on these low
 * bits. */
static int is_below(const struct branch *from, int32_t n)
{
    int32_t low = (int32_t)(from->from->origin << 4 | from->sign);

    return n * (256 * from->from->delta - 1) > 2 * (256 * from->distance + low);
}

static void offer(struct best *best, const struct branch *from, int magnitude)
{
    int32_t missed = from->distance - magnitude * from->from->delta, error = missed >> 1, cost;

    error = error < 0 ? -error : error;
    error = error < ERROR_MAX ? error : ERROR_MAX;
    cost = from->cost + error * error;
    /* Between equal costs, the larger magnitude wins: if every error is limited, the delta has to
     * grow. */
    if (cost <= best->cost)
        *best = (struct best){ from->from, cost, missed, from->sign | (unsigned)magnitude };
}

static void offer_above(struct best *bests, unsigned slots, unsigned slot, struct branch from)
{
    static const int moves[8] = { -1, -1, -1, -1, 2, 4, 6, 8 };

    if (from.from->delta > DELTA_GROWING_MAX)
        from.cost = COST_NEVER;
    if (slots ==
        4) { /* 4 and 6 lead to one slot, 5 and 7 to another: only the nearer one is offered */
        offer(&bests[(slot + 2) % slots], &from, is_below(&from, 10) ? 4 : 6);
        offer(&bests[slot], &from, is_below(&from, 12) ? 5 : 7);
    } else
        for (int magnitude = 4; magnitude < 8; magnitude++)
            offer(&bests[(slot + (unsigned)moves[magnitude]) % slots], &from, magnitude);
}

static struct survivor survivor_of(const struct best *best, int sample)
{
    int delta = best->from->delta * ms_growth[best->code & 7] >> 8;

    return (struct survivor){
        best->cost,         saturate(sample - (best->code & 8 ? -best->missed : best->missed)),
        best->from->newer,  max_i32(delta, MS_DELTA_MIN),
        best->from->origin,
    };
}

static void advance(struct trellis *trellis, int sample, uint8_t decisions[SLOTS_MAX])
{
    unsigned slots = trellis->slots;
    struct branch branches[SLOTS_MAX];
    struct best bests[SLOTS_MAX];
    struct survivor next[SLOTS_MAX];

    for (unsigned i = 0; i < slots; i++) {
        struct branch *from = &branches[i];

        *from = branch_from(trellis, &trellis->survivors[i], sample);
        bests[(i + slots - 1) % slots].cost = INT32_MAX;
        offer(&bests[(i + slots - 1) % slots], from,
              3 - is_below(from, 1) - is_below(from, 3) - is_below(from, 5));
    }
    for (unsigned i = 0; i < slots; i++)
        offer_above(bests, slots, i, branches[i]);
    for (unsigned i = 0; i < slots; i++) {
        next[i] = survivor_of(&bests[i], sample);
        decisions[i] = (uint8_t)bests[i].code;
    }
    for (unsigned i = 0; i < slots; i++)
        trellis->survivors[i] = next[i];
}

/* The first slot of minimal cost. */
static unsigned best_slot(const struct trellis *trellis)
{
    unsigned best = 0;

    for (unsigned i = 1; i < trellis->slots; i++)
        if (trellis->survivors[i].cost < trellis->survivors[best].cost)
            best = i;
    return best;
}

static void normalize(struct trellis *trellis)
{
    int32_t least = trellis->survivors[best_slot(trellis)].cost;

    for (unsigned i = 0; i < trellis->slots; i++) {
        int32_t cost = trellis->survivors[i].cost - least;

        trellis->survivors[i].cost = cost < COST_MAX ? cost : COST_MAX;
    }
}

/* Terminates the survivors of other origins, and begins a segment. */
static void begin_segment(struct trellis *trellis, unsigned origin)
{
    for (unsigned i = 0; i < trellis->slots; i++) {
        if (trellis->survivors[i].origin != origin)
            trellis->survivors[i].cost = COST_MAX;
        trellis->survivors[i].origin = i;
    }
}

/* Writes the codes [from, to) of the path to a slot, and returns the slot before them. */
static unsigned trace(const struct trellis *trellis, unsigned slot, uint32_t from, uint32_t to,
                      const struct ms_channel *channel)
{
    static const unsigned back[8] = { 1, 1, 1, 1, 14, 12, 10, 8 }; /* modulo 16 */

    for (uint32_t t = to; t-- > from;) {
        unsigned code = trellis->decisions[t % (2 * SEGMENT)][slot], magnitude = code & 7;

        ms_put_code(channel, t, (code & 8 ? 16 - magnitude : magnitude) & 15);
        slot = (slot + back[magnitude]) & (trellis->slots - 1);
    }
    return slot;
}

int ms_search_channel(const struct ms_channel *channel, struct ms_state state, unsigned slots)
{
    uint32_t n = channel->samples - MS_HEADER_SAMPLES, written = 0;
    struct trellis trellis = { .slots = slots, .weights = { state.weights[0], state.weights[1] } };
    unsigned slot, first = 0;

    for (unsigned i = 0; i < slots; i++)
        trellis.survivors[i] =
            (struct survivor){ 0, state.newer, state.older, slot_delta(slots, i, state.delta), 0 };
    for (uint32_t t = 0; t < n; t++) {
        advance(&trellis, ms_sample(channel, t + MS_HEADER_SAMPLES),
                trellis.decisions[t % (2 * SEGMENT)]);
        if (t % 8 == 7 || t + 1 == n)
            normalize(&trellis);
        if ((t + 1) % SEGMENT != 0 || t + 1 == n)
            continue;
        slot = trellis.survivors[best_slot(&trellis)].origin;
        begin_segment(&trellis, slot);
        if (t + 1 == SEGMENT)
            continue;
        slot = trace(&trellis, slot, written, written + SEGMENT, channel);
        first = written == 0 ? slot : first;
        written += SEGMENT;
    }
    slot = trace(&trellis, best_slot(&trellis), written, n, channel);
    return slot_delta(slots, written == 0 ? slot : first, state.delta);
}
