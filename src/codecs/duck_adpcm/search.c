/* Duck ADPCM: the encoder's search. A code that is not the nearest one may lead to a better step,
 * so that several paths of codes are followed at once, from several first steps. Of all paths that
 * lead to nearly the same step, the best one survives. A code is decided when 15 more have
 * followed. At quality 0 there is one path, of the nearest codes. */
#include <stdbool.h>
#include <string.h>
#include "chain.h"

enum { PATHS = 16, PENDING = 16 };

struct path {
    bool used;
    uint8_t first; /* the index of its first step */
    struct duck_channel state;
    uint64_t error; /* squared; below 2^32 per sample, and a block has fewer than 2^18 */
    uint64_t codes; /* the last 16, the newest one in the low nibble */
};

struct search {
    unsigned count; /* of paths, a power of 2 */
    struct path paths[PATHS];
};

/* The index of the smallest step that is not below the mean difference between the first values. */
static int mean_index(const struct duck_chain *chain)
{
    enum { LOOK = 24 };
    uint32_t n = chain->count < LOOK ? chain->count : LOOK;
    int sum = 0, index = 0;

    for (uint32_t i = 1; i < n; i++) {
        int difference = duck_target(chain, i) - duck_target(chain, i - 1);

        sum += difference < 0 ? -difference : difference;
    }
    sum = n > 1 ? sum / (int)(n - 1) : 0;
    while (index < IMA_LAST_INDEX && ima_steps[index] < sum)
        index++;
    return index;
}

/* The magnitude whose change is nearest to a distance. */
static unsigned nearest(int step, int distance)
{
    int quarters = (distance - (step >> 3)) * 4 + step / 2;

    return (unsigned)clamp(quarters / step, 0, 7);
}

/* Extends a path by one code. Paths compete if the indices of their steps are equal modulo the
 * number of paths. */
static void extend_path(const struct search *search, const struct path *path, unsigned code,
                        int target, struct path next[PATHS])
{
    struct path longer = *path, *place;
    int64_t miss = target - duck_follow(&longer.state, code);

    longer.error += (uint64_t)(miss * miss);
    longer.codes = longer.codes << 4 | code;
    place = &next[(unsigned)longer.state.index % search->count];
    if (!place->used || longer.error < place->error)
        *place = longer;
}

/* Tries the nearest code. If there are several paths, also tries the nearest of the magnitudes that
 * lead to a smaller step, and each that leads to a larger one. */
static void extend(struct search *search, int target)
{
    struct path next[PATHS];

    memset(next, 0, sizeof next);
    for (unsigned i = 0; i < search->count; i++) {
        const struct path *path = &search->paths[i];
        int difference = target - path->state.sample;
        unsigned sign = difference < 0 ? 8 : 0, best;

        if (!path->used)
            continue;
        best = nearest(ima_steps[path->state.index], difference < 0 ? -difference : difference);
        extend_path(search, path, best | sign, target, next);
        if (search->count == 1)
            continue;
        if (best > 3)
            extend_path(search, path, 3 | sign, target, next);
        for (unsigned magnitude = 4; magnitude < 8; magnitude++)
            if (magnitude != best)
                extend_path(search, path, magnitude | sign, target, next);
    }
    memcpy(search->paths, next, sizeof next);
}

static const struct path *best_of(const struct search *search)
{
    const struct path *best = 0;

    for (unsigned i = 0; i < search->count; i++)
        if (search->paths[i].used && (!best || search->paths[i].error < best->error))
            best = &search->paths[i];
    return best;
}

/* Returns the oldest of the best path's last `pending` codes, and drops the paths in which that
 * code or the first step differs. */
static unsigned decide(struct search *search, unsigned pending)
{
    const struct path best = *best_of(search);
    unsigned shift = 4 * (pending - 1), code = (unsigned)(best.codes >> shift) & 15;

    for (unsigned i = 0; i < search->count; i++) {
        struct path *path = &search->paths[i];

        path->used = path->used && ((unsigned)(path->codes >> shift) & 15) == code &&
                     path->first == best.first;
    }
    return code;
}

int duck_encode_chain(const struct duck_chain *chain, int sample, unsigned quality)
{
    static const uint8_t counts[] = { 1, 4, 16 };
    struct search search = { .count = counts[quality < 2 ? quality : 2] };
    int mean = mean_index(chain), first = mean - (int)search.count / 2;
    unsigned pending = 0;
    size_t decided = 0;

    for (unsigned i = 0; i < search.count; i++) {
        int index = clamp(first + (int)i, 0, IMA_LAST_INDEX);

        search.paths[i] =
            (struct path){ .used = true, .first = (uint8_t)index, .state = { sample, index } };
    }
    for (size_t i = 0; i < chain->count; i++) {
        extend(&search, duck_target(chain, i));
        if (++pending == PENDING)
            duck_put(chain, decided++, decide(&search, pending--));
    }
    for (; pending != 0; pending--)
        duck_put(chain, decided++, decide(&search, pending));
    return best_of(&search)->first;
}
