/* Pulses as they are decoded: clauses 2.17, 3.5. */
#include <string.h>
#include "g7231.h"
#include "tables.h"

enum { LONG_LAG = SUBFRAME - 2, TRACKS = 4 };

const int8_t g7231_pulses[SUBFRAMES] = { 6, 5, 6, 5 };

void g7231_train(const int16_t in[SUBFRAME], int lag, int16_t out[SUBFRAME])
{
    memcpy(out, in, SUBFRAME * sizeof *out);
    if (dsp_celp_c.peak(in, SUBFRAME) * (SUBFRAME / lag + 1) <=
        INT16_MAX) { /* so that a sum of periods does not saturate */
        for (int i = lag; i < SUBFRAME; i++)
            out[i] = (int16_t)(in[i] + out[i - lag]);
        return;
    }
    for (int i = lag; i < SUBFRAME; i++)
        for (int at = i - lag; at >= 0; at -= lag)
            out[i] = add(out[i], in[at]);
}

/* How many of the 30 numbers, which fall, are not below n. */
static int count_from(const int32_t numbers[GRID], int32_t n)
{
    int count = 0;

    for (int i = 0; i < GRID / 4 * 4; i++)
        count += numbers[i] >= n;
    for (int i = GRID / 4 * 4; i < GRID; i++)
        count += numbers[i] >= n;
    return count;
}

/* The places of n pulses in 30 are counted combination by combination, those with the first pulse
 * at place 0 first. From the last one backwards, `left` of them, those whose first pulse stands
 * behind i are the ways to choose n of 29 - i: it stands at the first i where these are too few. */
static void unrank(const struct subframe *sub, int pulses, int32_t left, int16_t out[SUBFRAME])
{
    int16_t gain = g7231_fixed_gains[sub->amplitude];

    for (int n = pulses; n > 0; n--) {
        const int32_t *ways = g7231_combinations[PULSES - n];
        int i = count_from(ways, left);

        out[2 * i + sub->grid] = (int16_t)(sub->signs >> (n - 1) & 1 ? -gain : gain);
        left -= ways[i];
    }
}

static void multipulse(const struct parameters *in, int k, int16_t out[SUBFRAME])
{
    /* What lies beyond the last combination makes no pulses. */
    static const int32_t ways[] = { [5] = 142506, [6] = 593775 }; /* 5 and 6 of 30 */
    const struct subframe *sub = &in->subframes[k];
    int16_t pulses[SUBFRAME] = { 0 };

    if (sub->places < ways[g7231_pulses[k]])
        unrank(sub, g7231_pulses[k], ways[g7231_pulses[k]] - sub->places, pulses);
    if (sub->train)
        g7231_train(pulses, in->lags[k / 2], out);
    else
        memcpy(out, pulses, sizeof pulses);
}

/* The tap's lag, below the subframe's length if it has any effect: 15 and more. */
int g7231_echo(int16_t s[SUBFRAME], int16_t pair_lag, const struct subframe *sub)
{
    int lag = pair_lag - 1 + sub->lag_offset + g7231_single_lag_170[sub->taps];
    int16_t gain = g7231_single_gain_170_q15[sub->taps];

    if (lag < LONG_LAG)
        for (int i = lag; i < SUBFRAME; i++)
            s[i] = add(s[i], mult(s[i - lag], gain));
    return lag;
}

/* Four pulses, each on a track of its own; on the last two, the last place is beyond the subframe:
 * no pulse. */
static void algebraic(const struct parameters *in, int k, int16_t out[SUBFRAME])
{
    const struct subframe *sub = &in->subframes[k];
    int16_t gain = g7231_fixed_gains[sub->amplitude];

    memset(out, 0, SUBFRAME * sizeof *out);
    for (int i = 0; i < TRACKS; i++) {
        int at = (sub->places >> 3 * i & 7) * 8 + 2 * i + sub->grid;

        if (at < SUBFRAME)
            out[at] = (int16_t)(sub->signs >> i & 1 ? gain : -gain);
    }
    g7231_echo(out, in->lags[k / 2], sub);
}

void g7231_fixed(const struct parameters *in, int subframe, int16_t out[SUBFRAME])
{
    (in->rate == RATE_63 ? multipulse : algebraic)(in, subframe, out);
}
