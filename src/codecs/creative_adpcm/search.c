#include <string.h>
#include "creative.h"

void creative_search_start(struct creative_search *search, unsigned count, unsigned fineness)
{
    *search = (struct creative_search){ .count = count, .fineness = fineness };
    search->paths[0].state = (struct creative_state){ 0, CREATIVE_STEP_MIN };
}

/* The entry for a step: its logarithm, quantized to 2^fineness linear parts per octave, modulo the
 * number of paths. */
static unsigned slot_of(const struct creative_search *search, int step)
{
    unsigned octave = 31u - (unsigned)__builtin_clz((unsigned)step);

    return ((octave << search->fineness) + ((unsigned)step >> (octave - search->fineness))) &
           (search->count - 1);
}

/* Extends a path by one code. The error of one sample is below 2^32. Errors are measured relative
 * to the best path again whenever a code is decided, so that 64 bits suffice. */
static void extend_path(const struct creative_search *search, const struct creative_path *path,
                        unsigned code, int16_t sample, struct creative_path *next)
{
    struct creative_path longer = { creative_next(path->state, code), path->error,
                                    path->codes << 4 | code };
    struct creative_path *place = &next[slot_of(search, longer.state.step)];
    int64_t miss = sample - longer.state.sample;

    longer.error += (uint64_t)(miss * miss);
    if (place->state.step == 0 || longer.error < place->error)
        *place = longer;
}

/* Tries the nearest code, and those that differ by up to four magnitudes from it. */
void creative_search_extend(struct creative_search *search, int16_t sample)
{
    const int reach = search->count == 1 ? 0 : 4;
    struct creative_path next[CREATIVE_PATHS];

    memset(next, 0, sizeof next);
    for (unsigned i = 0; i < search->count; i++) {
        const struct creative_path *path = &search->paths[i];
        struct adpcm_choice choice;

        if (path->state.step == 0)
            continue;
        choice = adpcm_nearest(sample - creative_decayed(path->state.sample), path->state.step);
        for (int magnitude = choice.magnitude - reach; magnitude <= choice.magnitude + reach;
             magnitude++)
            if (magnitude >= 0 && magnitude < 8)
                extend_path(search, path, (unsigned)(magnitude | (choice.sign & 8)), sample, next);
    }
    memcpy(search->paths, next, sizeof next);
}

static const struct creative_path *best_of(const struct creative_search *search)
{
    const struct creative_path *best = 0;

    for (unsigned i = 0; i < search->count; i++)
        if (search->paths[i].state.step != 0 && (!best || search->paths[i].error < best->error))
            best = &search->paths[i];
    return best;
}

unsigned creative_search_decide(struct creative_search *search, unsigned pending)
{
    const struct creative_path best = *best_of(search);
    unsigned shift = 4 * (pending - 1), code = (unsigned)(best.codes >> shift) & 15;

    for (unsigned i = 0; i < search->count; i++) {
        struct creative_path *path = &search->paths[i];

        if (path->state.step == 0)
            continue;
        if (((unsigned)(path->codes >> shift) & 15) != code)
            path->state.step = 0;
        else
            path->error -= best.error;
    }
    return code;
}
