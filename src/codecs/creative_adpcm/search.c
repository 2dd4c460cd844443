#include <string.h>
#include "creative.h"

void creative_search_start(struct search *search, unsigned count, unsigned fineness)
{
    *search = (struct search){ .count = count, .fineness = fineness };
    search->paths[0].chain = (struct chain){ 0, STEP_LEAST };
}

/* The path that a step belongs to: its logarithm, in steps of an octave's 2^fineness linear parts,
 * modulo the paths. */
static unsigned slot_of(const struct search *search, int step)
{
    unsigned octave = 31u - (unsigned)__builtin_clz((unsigned)step);

    return ((octave << search->fineness) + ((unsigned)step >> (octave - search->fineness))) &
           (search->count - 1);
}

/* Errors of one sample are below 2^32; they are counted from the best path's again whenever a code
 * is settled. */
static void go_on(const struct search *search, const struct path *path, unsigned code,
                  int16_t sample, struct path *next)
{
    struct path longer = { after(path->chain, code), path->error, path->codes << 4 | code };
    struct path *place = &next[slot_of(search, longer.chain.step)];
    int64_t miss = sample - longer.chain.sample;

    longer.error += (uint64_t)(miss * miss);
    if (place->chain.step == 0 || longer.error < place->error)
        *place = longer;
}

/* With the nearest code, and with those up to four magnitudes beside it. */
void creative_search_extend(struct search *search, int16_t sample)
{
    const int reach = search->count == 1 ? 0 : 4;
    struct path next[PATHS_MOST];

    memset(next, 0, sizeof next);
    for (unsigned i = 0; i < search->count; i++) {
        const struct path *path = &search->paths[i];
        struct adpcm_choice choice;

        if (path->chain.step == 0)
            continue;
        choice = adpcm_nearest(sample - leaked(path->chain.sample), path->chain.step);
        for (int magnitude = choice.magnitude - reach; magnitude <= choice.magnitude + reach;
             magnitude++)
            if (magnitude >= 0 && magnitude < 8)
                go_on(search, path, (unsigned)(magnitude | (choice.sign & 8)), sample, next);
    }
    memcpy(search->paths, next, sizeof next);
}

static const struct path *best_of(const struct search *search)
{
    const struct path *best = 0;

    for (unsigned i = 0; i < search->count; i++)
        if (search->paths[i].chain.step != 0 && (!best || search->paths[i].error < best->error))
            best = &search->paths[i];
    return best;
}

unsigned creative_search_settle(struct search *search, unsigned held)
{
    const struct path best = *best_of(search);
    unsigned shift = 4 * (held - 1), code = (unsigned)(best.codes >> shift) & 15;

    for (unsigned i = 0; i < search->count; i++) {
        struct path *path = &search->paths[i];

        if (path->chain.step == 0)
            continue;
        if (((unsigned)(path->codes >> shift) & 15) != code)
            path->chain.step = 0;
        else
            path->error -= best.error;
    }
    return code;
}
