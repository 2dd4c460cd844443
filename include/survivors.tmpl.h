/* The survivors of a trellis search: the best one, and their costs relative to its.
 *
 * Parameter: struct survivor, whose cost is a uint32_t. */

/* The first survivor of minimal cost. */
static unsigned best_of(const struct survivor *survivors, unsigned count)
{
    unsigned best = 0;

    for (unsigned i = 1; i < count; i++)
        if (survivors[i].cost < survivors[best].cost)
            best = i;
    return best;
}

/* Subtracts the minimal cost, and limits the others. The bits of `flags` in a cost are preserved.
 */
static void normalize(struct survivor *survivors, unsigned count, uint32_t most, uint32_t flags)
{
    uint32_t least = survivors[best_of(survivors, count)].cost;

    for (unsigned i = 0; i < count; i++) {
        uint32_t flagged = survivors[i].cost & flags, cost = survivors[i].cost - least;

        survivors[i].cost = (cost < most ? cost : most) | flagged;
    }
}
