/* Yamaha ADPCM in blocks: the trellis search.
 *
 * A survivor is the best path to one state. At quality 2, a state is a slot, a counter that each
 * magnitude moves as it moves the logarithm of the step, modulo the number of slots, combined with
 * the low bits of the last two magnitudes. Survivors therefore differ in their step, where a
 * selection by cost alone would retain near copies of one path. At quality 1, a slot counts, modulo
 * 6, the magnitudes other than 4 and 6: of all divisions of the magnitudes into two sets, this is
 * the best one for music. The slots begin at different steps, which cost no bits, because each
 * block header has one.
 *
 * A cost is the sum of the squared errors. Every few samples it is reduced by the least cost and
 * limited to YAMAHA_COST_MAX. It stays below 2^32 between those reductions: with two errors of 2^30
 * at quality 2; with four at quality 1, where none exceeds that of magnitude 4 at the largest step.
 * The codes of a stretch of samples are decided together, when the survivors are YAMAHA_AHEAD
 * samples further: the best one shows in which state the stretch ended, and the search continues
 * from this state alone. trellis.tmpl.h prunes survivors instead, which would result in other
 * codes.
 *
 * Parameter: VECTOR_BYTES. Include after yamaha_greedy.tmpl.h and costs.tmpl.h. */

enum {
    YAMAHA_COST_MAX = 1 << 29,
    YAMAHA_AHEAD = 32,
    YAMAHA_DECISIONS = 4096,
    YAMAHA_STATES_MAX = 64
};

struct yamaha_shape {
    unsigned slots, history; /* low bits in a state: 0 or 2 */
    int32_t starts[16];      /* first steps of the slots, in 64ths of the mean change */
};

/* The change of the slot by a magnitude, modulo 16. */
static const int32_t yamaha_moves[8] = { 15, 15, 15, 15, 2, 4, 6, 8 };

KERNEL vec32 constant(enum yamaha_constant i)
{
    vec32 x;

    memcpy(&x, yamaha_constants[i], sizeof x);
    return x;
}

struct yamaha_survivors {
    vec32 cost[YAMAHA_STATES_MAX], sample[YAMAHA_STATES_MAX], step[YAMAHA_STATES_MAX];
};

/* A branch from a survivor: its unsigned cost, the part of the distance that it leaves, and a word
 * of the code, the low bit that is shifted out and the previous step. A decision is a code, and
 * above it that bit. */
struct yamaha_branch {
    vec32 cost, miss, word;
};

enum { YAMAHA_CODE = 28, YAMAHA_SHIFTED_OUT = 16 }; /* positions in the word */

/* The decisions of every state, in 4 or 8 bits each, for each sample of a stretch. */
struct yamaha_decisions {
    vec32 all[YAMAHA_DECISIONS];
};

KERNEL unsigned yamaha_states(const struct yamaha_shape *shape)
{
    return shape->slots << shape->history;
}
KERNEL unsigned yamaha_bits(const struct yamaha_shape *shape) { return shape->history ? 8 : 4; }
KERNEL unsigned yamaha_stride(const struct yamaha_shape *shape)
{
    return (yamaha_states(shape) * yamaha_bits(shape) + 31) / 32;
}

/* The values that all branches from a survivor share. */
struct yamaha_source {
    vec32 cost, twice, distance, word; /* twice: twice the step */
};

KERNEL struct yamaha_source yamaha_source(const struct yamaha_survivors *now, unsigned state,
                                          vec32 sample)
{
    vec32 difference = sample - now->sample[state], step = now->step[state];

    return (struct yamaha_source){ now->cost[state], step + step, abs32(difference),
                                   step | (difference & constant(YAMAHA_SIGN)) };
}

/* Branches by a change of `eighths` of a step, 2m + 1, in Q12. The bit below m is not used. */
KERNEL struct yamaha_branch yamaha_branch_by(const struct yamaha_source *from, vec32 eighths)
{
    vec32 miss = from->distance - mulhi_u16(from->twice, eighths),
          limited = min32(miss, constant(YAMAHA_MISS_MAX));

    return (struct yamaha_branch){ (vec32)((uvec32)from->cost + (uvec32)madd16(limited, limited)),
                                   miss, from->word | eighths << (YAMAHA_CODE - 13) };
}

KERNEL struct yamaha_branch yamaha_better(struct yamaha_branch a, struct yamaha_branch b)
{
    vec32 cost = min_u32(a.cost, b.cost), first = cost == a.cost;

    return (struct yamaha_branch){ cost, blend32(first, a.miss, b.miss),
                                   blend32(first, a.word, b.word) };
}

/* Offers the nearest magnitude of each set: m and n meet at m + n + 1 eighths of a step. Magnitudes
 * 4 and 6 stay in the slot. */
KERNEL void yamaha_two_branches(const struct yamaha_source *from, vec32 step,
                                struct yamaha_branch *stay, struct yamaha_branch *leave)
{
    vec32 eighths = from->distance << 3, twice = from->twice, four = twice + twice,
          past = eighths - madd16(step, constant(YAMAHA_9));
    vec32 below_2 = eighths < four, below_1 = eighths - (~below_2 & four) < twice,
          below_6 = past < twice, below_7 = past < four;
    vec32 low =
        constant(YAMAHA_7) - (below_2 & constant(YAMAHA_4)) - (below_1 & constant(YAMAHA_2));

    *stay = yamaha_branch_by(from, constant(YAMAHA_13) - (below_6 & constant(YAMAHA_4)));
    *leave = yamaha_branch_by(
        from, blend_negative32(past, low, constant(YAMAHA_15) - (below_7 & constant(YAMAHA_4))));
}

/* Stores the survivor of a state, and returns its code. */
KERNEL vec32 yamaha_survive(struct yamaha_survivors *now, unsigned state,
                            struct yamaha_branch branch, vec32 sample)
{
    vec32 code = srl32(branch.word, YAMAHA_CODE),
          step = madd16(branch.word, lookup8(step_growths, code)) >> 8;

    now->cost[state] = branch.cost;
    now->sample[state] =
        min32(max32(sample - sign32(branch.miss, branch.word), constant(YAMAHA_LOWEST_SAMPLE)),
              constant(YAMAHA_HIGHEST_SAMPLE));
    now->step[state] =
        min32(max32(step, constant(YAMAHA_LOWEST_STEP)), constant(YAMAHA_HIGHEST_STEP));
    return code;
}

/* Advances by one sample: a branch stays in a state, or leaves it for the one before. */
KERNEL void yamaha_advance_by_slots(struct yamaha_survivors *now, unsigned states, vec32 sample,
                                    vec32 *decisions)
{
    struct yamaha_branch stay, leave, before, around;
    vec32 all_decisions = set32(0);

#pragma GCC unroll 8
    for (unsigned i = 0; i <= states; i++) {
        if (i < states) {
            struct yamaha_source from = yamaha_source(now, i, sample);

            yamaha_two_branches(&from, now->step[i], &stay, &leave);
        } else {
            leave = around;
        }
        if (i == 0) {
            around = leave;
        } else {
            before = yamaha_better(before, leave);
            all_decisions |= yamaha_survive(now, i - 1, before, sample) << (int)(4 * (i - 1));
        }
        before = stay;
    }
    decisions[0] = all_decisions;
}

KERNEL void yamaha_offer(struct yamaha_branch *branches, const struct yamaha_shape *shape,
                         unsigned state, unsigned magnitude, struct yamaha_branch branch)
{
    unsigned slot = ((state >> 2) + (unsigned)yamaha_moves[magnitude]) % shape->slots;
    unsigned to = slot << 2 | (state << 1 & 2) | (magnitude & 1);

    branch.word |= (int32_t)((state & 2) >> 1 << YAMAHA_SHIFTED_OUT);
    branches[to] = yamaha_better(branches[to], branch);
}

/* Advances by one sample: offers the nearest of the magnitudes that lead to the same state. */
KERNEL void yamaha_advance_by_parities(struct yamaha_survivors *now,
                                       const struct yamaha_shape *shape, vec32 sample,
                                       vec32 *decisions)
{
    unsigned states = yamaha_states(shape);
    struct yamaha_branch branches[YAMAHA_STATES_MAX];

    for (unsigned i = 0; i < states; i++)
        branches[i] = (struct yamaha_branch){ set32(-1), set32(0), set32(0) };
#pragma GCC unroll 4
    for (unsigned i = 0; i < states; i++) {
        struct yamaha_source from = yamaha_source(now, i, sample);
        vec32 eighths = from.distance << 3, middle = from.twice + now->step[i];

        yamaha_offer(branches, shape, i, 0,
                     yamaha_branch_by(&from, YAMAHA_Q12(5) - ((eighths < middle) & YAMAHA_Q12(4))));
        yamaha_offer(branches, shape, i, 1,
                     yamaha_branch_by(
                         &from, YAMAHA_Q12(7) - ((eighths < middle + from.twice) & YAMAHA_Q12(4))));
        for (unsigned m = 4; m < 8; m++)
            yamaha_offer(branches, shape, i, m,
                         yamaha_branch_by(&from, set32((int32_t)YAMAHA_Q12(2 * m + 1))));
    }
    for (unsigned i = 0; i < states / 4; i++)
        decisions[i] = set32(0);
#pragma GCC unroll 4
    for (unsigned i = 0; i < states; i++) {
        vec32 decision = yamaha_survive(now, i, branches[i], sample) |
                         (srl32(branches[i].word, YAMAHA_SHIFTED_OUT - 4) & 16);

        decisions[i / 4] |= decision << (int)(i % 4 * 8);
    }
}

KERNEL void yamaha_advance(struct yamaha_survivors *now, const struct yamaha_shape *shape,
                           vec32 sample, vec32 *decisions)
{
    if (shape->history == 0)
        yamaha_advance_by_slots(now, shape->slots, sample, decisions);
    else
        yamaha_advance_by_parities(now, shape, sample, decisions);
}

KERNEL vec32 numbers_of_lanes(void)
{
    vec32 lane;

    for (int l = 0; l < LANES32; l++)
        lane[l] = l;
    return lane;
}

/* Picks, in each lane, the element with the lane's index from an array of vectors. */
KERNEL vec32 pick_lane(const vec32 *from, vec32 i)
{
    return lookup32((const int32_t *)from, i * LANES32 + numbers_of_lanes());
}

/* The state before, and the code that led from it. */
KERNEL vec32 yamaha_step_back(vec32 *state, const struct yamaha_shape *shape,
                              const vec32 *decisions)
{
    vec32 decision, slot;

    if (shape->history == 0) {
        decision = decisions[0] >> (*state << 2);
        *state += 1 + ((decision & 5) == 4); /* 4 and 6 stay */
        *state &= *state < (int32_t)shape->slots;
    } else {
        decision = pick_lane(decisions, *state >> 2) >> ((*state & 3) << 3);
        slot = ((*state >> 2) - lookup8(yamaha_moves, decision)) & (int32_t)(shape->slots - 1);
        *state = slot << 2 | (*state >> 1 & 1) | (decision >> 3 & 2);
    }
    return decision & 15;
}

/* Returns the state before sample `from` on the path to `state` after sample to - 1; the decisions
 * start at `from`. Writes the codes if `lanes` is given. `from` is then a multiple of 8, and so is
 * `to` unless the block ends there. */
KERNEL vec32 yamaha_trace(vec32 state, const struct yamaha_shape *shape, const vec32 *decisions,
                          uint32_t from, uint32_t to, const struct gather32 *lanes)
{
    vec32 codes = set32(0);

    for (uint32_t t = to; t-- > from;) {
        codes =
            codes << 4 |
            yamaha_step_back(&state, shape, decisions + (size_t)(t - from) * yamaha_stride(shape));
        if (lanes && t % 8 == 0) {
            yamaha_store_codes(lanes, t, to - t < 8 ? to - t : 8, codes);
            codes = set32(0);
        }
    }
    return state;
}

KERNEL struct yamaha_state yamaha_first(const struct gather32 *lanes,
                                        const struct yamaha_shape *shape, vec32 mean, vec32 slot)
{
    return yamaha_before(lanes,
                         madd16(min32(mean, set32(INT16_MAX)), lookup32(shape->starts, slot)) >> 6);
}

KERNEL void yamaha_begin(struct yamaha_survivors *now, const struct yamaha_shape *shape,
                         const struct gather32 *lanes, vec32 mean)
{
#pragma GCC unroll 8
    for (unsigned i = 0; i < yamaha_states(shape); i++) {
        unsigned slot = i >> shape->history;
        struct yamaha_state first = yamaha_first(lanes, shape, mean, set32((int32_t)slot));

        now->cost[i] = set32(i == slot << shape->history ? 0 : YAMAHA_COST_MAX);
        now->sample[i] = first.sample;
        now->step[i] = first.step;
    }
}

/* Continues from a single survivor. */
KERNEL void yamaha_continue_from(struct yamaha_survivors *now, const struct yamaha_shape *shape,
                                 const struct yamaha_survivors *then, vec32 state)
{
    vec32 sample = pick_lane(then->sample, state), step = pick_lane(then->step, state);

#pragma GCC unroll 8
    for (unsigned i = 0; i < yamaha_states(shape); i++) {
        now->cost[i] = ~(state == (int32_t)i) & YAMAHA_COST_MAX;
        now->sample[i] = sample;
        now->step[i] = step;
    }
}

/* Advances over samples [from, to), where `from` is a multiple of 8. */
KERNEL void yamaha_run(struct yamaha_survivors *now, const struct yamaha_shape *shape,
                       const struct gather32 *lanes, uint32_t from, uint32_t to, vec32 *decisions)
{
    vec32 samples[8];

    for (uint32_t t = from; t < to; t++, decisions += yamaha_stride(shape)) {
        if (t % 8 == 0)
            gather32_samples(lanes, t, samples);
        yamaha_advance(now, shape, samples[t % 8], decisions);
        if ((t + 1) % (shape->history ? 2 : 4) == 0)
            normalize_costs(now->cost, yamaha_states(shape), YAMAHA_COST_MAX);
    }
}

KERNEL void yamaha_search_group(const struct gather32 *lanes, const struct yamaha_shape *shape)
{
    uint32_t stride = yamaha_stride(shape), length = YAMAHA_DECISIONS / stride - YAMAHA_AHEAD,
             written = 0;
    vec32 mean = yamaha_mean_change(lanes), state;
    struct yamaha_survivors now, then;
    struct yamaha_decisions decisions;
    struct yamaha_state first;

    yamaha_begin(&now, shape, lanes, mean);
    while (written < lanes->samples) {
        bool last = lanes->samples - written <= length + YAMAHA_AHEAD;
        uint32_t to = last ? lanes->samples : written + length;

        yamaha_run(&now, shape, lanes, written, to, decisions.all);
        if (last) {
            state = best_of(now.cost, yamaha_states(shape));
        } else {
            then = now;
            yamaha_run(&now, shape, lanes, to, to + YAMAHA_AHEAD, decisions.all + length * stride);
            state = yamaha_trace(best_of(now.cost, yamaha_states(shape)), shape,
                                 decisions.all + length * stride, to, to + YAMAHA_AHEAD, 0);
            yamaha_continue_from(&now, shape, &then, state);
        }
        state = yamaha_trace(state, shape, decisions.all, written, to, lanes);
        if (written == 0) {
            first = yamaha_first(lanes, shape, mean, state >> (int)shape->history);
            yamaha_store_headers(lanes, &first);
        }
        written = to;
    }
}

static void yamaha_search(const struct adpcm_blocks *blocks, unsigned quality, const int16_t *pcm,
                          uint8_t *dst)
{
    static const struct yamaha_shape standard = { 6, 0, { 30, 48, 77, 123, 197, 315 } };
    static const struct yamaha_shape best = {
        16, 2, { 12, 17, 24, 33, 46, 65, 91, 127, 178, 249, 348, 488, 683, 956, 1338, 1874 }
    };

    for (size_t chain = 0; chain < blocks->count * blocks->channels; chain += LANES32) {
        struct gather32 lanes = gather32_at(blocks, chain, pcm, dst);

        if (quality < 2)
            yamaha_search_group(&lanes, &standard);
        else
            yamaha_search_group(&lanes, &best);
    }
}
