/* The best few of many candidates. */
#ifndef OMNIACM_RANKING_H
#define OMNIACM_RANKING_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { RANKING_MAX = 32 };

/* The scores of the candidates, the best first. */
struct ranking {
    int64_t scores[RANKING_MAX];
    int count, limit; /* limit: at most RANKING_MAX */
};

/* Inserts a score behind those that are at least as good, and makes room in `items`, an array that
 * the caller keeps in the same order. Returns the index to fill, or -1 if the score is too low. */
static inline int rank(struct ranking *ranking, int64_t score, void *items, size_t size)
{
    int at = ranking->count;
    size_t moved;

    while (at > 0 && ranking->scores[at - 1] < score)
        at--;
    if (at == ranking->limit)
        return -1;
    ranking->count += ranking->count < ranking->limit;
    moved = (size_t)(ranking->count - 1 - at);
    memmove(ranking->scores + at + 1, ranking->scores + at, moved * sizeof *ranking->scores);
    memmove((char *)items + (size_t)(at + 1) * size, (char *)items + (size_t)at * size,
            moved * size);
    ranking->scores[at] = score;
    return at;
}

static inline int index_of_minimum(const int64_t *errors, int n)
{
    int index = 0;

    for (int i = 1; i < n; i++)
        if (errors[i] < errors[index])
            index = i;
    return index;
}

#endif
