/* The open-loop lag, from every second sample of the weighted speech: A.3.4. */
#include <string.h>
#include "g729.h"
#include "oper_32b.h"
#include "mac.h"

enum { PAIRS = (CELP_LAG_MAX + 1) / 2 };

/* The weighted speech, split by parity: even[PAIRS + k] is sample 2 k and odd[PAIRS + k] sample 2 k
 * + 1, for k >= -PAIRS. */
enum { GRID = PAIRS + G729_FRAME / 2 };
struct grids {
    int16_t even[GRID], odd[GRID];
    bool exact; /* no sum of products saturates */
};

static void split(const struct dsp_celp *dsp, const int16_t *weighted, struct grids *out)
{
    int16_t all[2 * GRID] = { 0 }; /* from sample -144, which no lag reaches */
    int64_t energy_odd;
    int shift = 0;

    memcpy(all + 1, weighted - CELP_LAG_MAX, (2 * GRID - 1) * sizeof *all);
    for (int k = 0; k < GRID; k++) {
        out->even[k] = all[2 * k];
        out->odd[k] = all[2 * k + 1];
    }
    energy_odd = dsp->energy(out->odd, GRID);
    if (energy_odd >= 1 << 30)
        shift = -3;
    else if (energy_odd < 1 << 19)
        shift = 3;
    for (int k = 0; k < GRID && shift != 0; k++) {
        out->even[k] = shl(out->even[k], shift);
        out->odd[k] = shl(out->odd[k], shift);
    }
    if (shift != 0)
        energy_odd = dsp->energy(out->odd, GRID);
    out->exact = energy_odd < 1 << 30 && dsp->energy(out->even, GRID) < 1 << 30;
}

static const int16_t *delayed(const struct grids *grids, int lag)
{
    return lag % 2 == 0 ? grids->even + PAIRS - lag / 2 : grids->odd + PAIRS - (lag + 1) / 2;
}

static int32_t correlation(const struct dsp_celp *dsp, const struct grids *grids, int lag)
{
    const int16_t *current = grids->even + PAIRS, *past = delayed(grids, lag);

    return grids->exact ? 2 * dsp->dot(current, past, G729_FRAME / 2)
                        : L_dot(0, current, past, G729_FRAME / 2);
}

/* The lags searched on each grid: all below 80, then the even ones. */
enum {
    LONGEST_EVEN = CELP_LAG_MAX - 1,
    EVENS = (LONGEST_EVEN - 20) / 2 + 1,
    LONGEST_ODD = 79,
    ODDS = (LONGEST_ODD - 21) / 2 + 1
};

/* The correlations from the longest lag of a grid down. */
static void correlate_all(const struct dsp_celp *dsp, const struct grids *grids, int longest,
                          int count, int32_t *sums)
{
    dsp->correlate(grids->even + PAIRS, delayed(grids, longest), G729_FRAME / 2, sums, count);
    for (int k = 0; k < count; k++)
        sums[k] = grids->exact ? 2 * sums[k] : correlation(dsp, grids, longest - 2 * k);
}

struct candidate {
    int lag;
    int32_t correlation;
};

/* Takes the best of every second lag from `longest` down, the shortest of equals. */
static struct candidate best_of(const int32_t *sums, int count, int longest)
{
    struct candidate best = { longest, INT32_MIN };

    for (int k = 0; k < count; k++) {
        bool better = sums[k] >= best.correlation;

        best.lag = better ? longest - 2 * k : best.lag;
        best.correlation = max_i32(sums[k], best.correlation);
    }
    return best;
}

static struct candidate better_of(struct candidate a, struct candidate b)
{
    bool second =
        b.correlation > a.correlation || (b.correlation == a.correlation && b.lag < a.lag);

    return second ? b : a;
}

/* (A.5): the correlation divided by the square root of the energy. */
static int16_t normalized(const struct dsp_celp *dsp, const struct grids *grids,
                          const struct candidate *best)
{
    int64_t energy = dsp->energy(delayed(grids, best->lag), G729_FRAME / 2);

    return extract_l(Mpy_32(best->correlation, Inv_sqrt(L_energy(1, energy))));
}

static bool is_within(int a, int b, int distance) { return a - b < distance && b - a < distance; }

/* Favors a shorter lag if a longer one is nearly two or three times as long, by a share of the
 * longer one's correlation. */
static int16_t favored(int16_t strength, int lag, int longer, int16_t share)
{
    if (is_within(2 * lag, longer, 5))
        strength = add(strength, share);
    if (is_within(3 * lag, longer, 7))
        strength = add(strength, share);
    return strength;
}

int16_t g729_open_loop_lag(const struct dsp_celp *dsp, const int16_t *weighted)
{
    struct grids grids;
    int32_t evens[EVENS], odds[ODDS];
    struct candidate best1, best2, best3;
    int16_t strength1, strength2, strength3;

    split(dsp, weighted, &grids);
    correlate_all(dsp, &grids, LONGEST_EVEN, EVENS, evens);
    correlate_all(dsp, &grids, LONGEST_ODD, ODDS, odds);
    best1 = better_of(best_of(evens + EVENS - 10, 10, 38), best_of(odds + ODDS - 10, 10, 39));
    best2 = better_of(best_of(evens + EVENS - 30, 20, 78), best_of(odds, 20, 79));
    best3 = best_of(evens, 32, LONGEST_EVEN); /* and the odd lags beside it */
    for (int i = 0, middle = best3.lag; i < 2; i++) {
        struct candidate beside = { middle + 1 - 2 * i, 0 };

        beside.correlation = correlation(dsp, &grids, beside.lag);
        if (beside.correlation > best3.correlation)
            best3 = beside;
    }
    strength1 = normalized(dsp, &grids, &best1);
    strength2 = normalized(dsp, &grids, &best2);
    strength3 = normalized(dsp, &grids, &best3);
    strength2 = favored(strength2, best2.lag, best3.lag, strength3 >> 2);
    strength1 = favored(strength1, best1.lag, best2.lag, mult(strength2, 6554));
    if (strength1 < strength2) {
        strength1 = strength2;
        best1 = best2;
    }
    return (int16_t)(strength1 < strength3 ? best3.lag : best1.lag);
}
