/* The open-loop lag, from every second sample of the weighted speech: A.3.4. */
#include "g729.h"
#include "oper_32b.h"
#include "mac.h"

enum { PAIRS = (CELP_LAG_MAX + 1) / 2 };

/* The weighted speech, split by parity: even[PAIRS + k] is sample 2 k and odd[PAIRS + k] sample 2 k
 * + 1, for k >= -PAIRS. */
struct grids {
    int16_t even[PAIRS + G729_FRAME / 2], odd[PAIRS + G729_FRAME / 2];
    bool exact; /* no sum of products saturates */
};

static void split(const struct dsp_celp *dsp, const int16_t *weighted, struct grids *out)
{
    int64_t energy_even, energy_odd;
    int shift = 0;

    out->even[0] = 0; /* sample -144, which no lag reaches */
    for (int k = 0; k < PAIRS + G729_FRAME / 2; k++) {
        out->odd[k] = weighted[2 * (k - PAIRS) + 1];
        if (k > 0)
            out->even[k] = weighted[2 * (k - PAIRS)];
    }
    energy_odd = dsp->energy(out->odd, PAIRS + G729_FRAME / 2);
    if (energy_odd >= 1 << 30)
        shift = -3;
    else if (energy_odd < 1 << 19)
        shift = 3;
    for (int k = 0; k < PAIRS + G729_FRAME / 2 && shift != 0; k++) {
        out->even[k] = shl(out->even[k], shift);
        out->odd[k] = shl(out->odd[k], shift);
    }
    energy_even = dsp->energy(out->even, PAIRS + G729_FRAME / 2);
    energy_odd = dsp->energy(out->odd, PAIRS + G729_FRAME / 2);
    out->exact = energy_even < 1 << 30 && energy_odd < 1 << 30;
}

static const int16_t *delayed(const struct grids *grids, int lag)
{
    return lag % 2 == 0 ? grids->even + PAIRS - lag / 2 : grids->odd + PAIRS - (lag + 1) / 2;
}

/* The lags searched on each grid: all below 80, then the even ones. */
enum {
    LONGEST_EVEN = CELP_LAG_MAX - 1,
    EVENS = (LONGEST_EVEN - 20) / 2 + 1,
    LONGEST_ODD = 79,
    ODDS = (LONGEST_ODD - 21) / 2 + 1
};

struct sums {
    int32_t even[EVENS], odd[ODDS]; /* from the longest lag down */
};

static void correlate_all(const struct dsp_celp *dsp, const struct grids *grids, struct sums *out)
{
    dsp->correlate(grids->even + PAIRS, delayed(grids, LONGEST_EVEN), G729_FRAME / 2, out->even,
                   EVENS);
    dsp->correlate(grids->even + PAIRS, delayed(grids, LONGEST_ODD), G729_FRAME / 2, out->odd,
                   ODDS);
}

static int32_t correlation(const struct grids *grids, const struct sums *sums, int lag)
{
    const int16_t *current = grids->even + PAIRS, *past = delayed(grids, lag);

    if (!grids->exact)
        return L_dot(0, current, past, G729_FRAME / 2);
    if (lag % 2 != 0 && lag > LONGEST_ODD)
        return 2 * dot_exact(current, past, G729_FRAME / 2);
    return 2 * (lag % 2 == 0 ? sums->even[(LONGEST_EVEN - lag) / 2]
                             : sums->odd[(LONGEST_ODD - lag) / 2]);
}

struct candidate {
    int lag;
    int32_t correlation;
};

static void consider(const struct grids *grids, const struct sums *sums, int lag,
                     struct candidate *best)
{
    int32_t current = correlation(grids, sums, lag);

    if (current > best->correlation)
        *best = (struct candidate){ lag, current };
}

/* (A.5): the correlation divided by the square root of the energy. */
static int16_t normalized(const struct grids *grids, const struct candidate *best)
{
    return extract_l(
        Mpy_32(best->correlation,
               Inv_sqrt(L_energy(1, energy_exact(delayed(grids, best->lag), G729_FRAME / 2)))));
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
    struct sums sums;
    struct candidate best1 = { 20, INT32_MIN }, best2 = { 40, INT32_MIN },
                     best3 = { 80, INT32_MIN };
    int16_t strength1, strength2, strength3;
    int middle;

    split(dsp, weighted, &grids);
    correlate_all(dsp, &grids, &sums);
    for (int lag = 20; lag < 40; lag++)
        consider(&grids, &sums, lag, &best1);
    for (int lag = 40; lag < 80; lag++)
        consider(&grids, &sums, lag, &best2);
    for (int lag = 80; lag < 143; lag += 2)
        consider(&grids, &sums, lag, &best3);
    middle = best3.lag;
    consider(&grids, &sums, middle + 1, &best3);
    consider(&grids, &sums, middle - 1, &best3);
    strength1 = normalized(&grids, &best1);
    strength2 = normalized(&grids, &best2);
    strength3 = normalized(&grids, &best3);
    strength2 = favored(strength2, best2.lag, best3.lag, strength3 >> 2);
    strength1 = favored(strength1, best1.lag, best2.lag, mult(strength2, 6554));
    if (strength1 < strength2) {
        strength1 = strength2;
        best1 = best2;
    }
    return (int16_t)(strength1 < strength3 ? best3.lag : best1.lag);
}
