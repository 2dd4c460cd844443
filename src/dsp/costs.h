/* What survivors of a search cost, a number without sign in each lane. */
#ifndef OMNIACM_COSTS_H
#define OMNIACM_COSTS_H

#include "lanes.h"

KERNEL lanes least_cost(const lanes *costs, unsigned n)
{
    lanes least = costs[0];

#pragma GCC unroll 16
    for (unsigned i = 1; i < n; i++)
        least = unsigned_at_most(least, costs[i]);
    return least;
}

/* Less the least, and held. */
KERNEL void normalise_costs(lanes *costs, unsigned n, int32_t most)
{
    lanes least = least_cost(costs, n);

#pragma GCC unroll 16
    for (unsigned i = 0; i < n; i++)
        costs[i] = unsigned_at_most((lanes)((ulanes)costs[i] - (ulanes)least), all(most));
}

/* The first survivor of the least cost. */
KERNEL lanes best_of(const lanes *costs, unsigned n)
{
    lanes least = least_cost(costs, n), best = all(0);

#pragma GCC unroll 16
    for (unsigned i = n; i-- > 0;)
        best = blend(costs[i] == least, all((int32_t)i), best);
    return best;
}

#endif
