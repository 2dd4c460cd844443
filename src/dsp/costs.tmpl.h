/* The costs of the survivors of a search, one unsigned number per 32-bit lane.
 *
 * Parameter: VECTOR_BYTES (simd32.h). */
#include "simd32.h"

KERNEL vec32 least_cost(const vec32 *costs, unsigned n)
{
    vec32 least = costs[0];

#pragma GCC unroll 16
    for (unsigned i = 1; i < n; i++)
        least = min_u32(least, costs[i]);
    return least;
}

/* Subtracts the least cost from all, and limits the results to `most`. */
KERNEL void normalize_costs(vec32 *costs, unsigned n, int32_t most)
{
    vec32 least = least_cost(costs, n);

#pragma GCC unroll 16
    for (unsigned i = 0; i < n; i++)
        costs[i] = min_u32((vec32)((uvec32)costs[i] - (uvec32)least), set32(most));
}

/* The first survivor of minimal cost. */
KERNEL vec32 best_of(const vec32 *costs, unsigned n)
{
    vec32 least = least_cost(costs, n), best = set32(0);

#pragma GCC unroll 16
    for (unsigned i = n; i-- > 0;)
        best = blend32(costs[i] == least, set32((int32_t)i), best);
    return best;
}
