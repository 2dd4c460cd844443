/* Pulses as they are decoded: clauses 2.17, 3.5. */
#include <string.h>
#include "g7231.h"
#include "tables.h"

enum { TRACKS = 4 };

const int8_t g7231_pulses[G7231_SUBFRAMES] = { 6, 5, 6, 5 };

void g7231_train(const int16_t in[G7231_SUBFRAME], int lag, int16_t out[G7231_SUBFRAME])
{
    memcpy(out, in, G7231_SUBFRAME * sizeof *out);
    if (dsp_celp_c.peak(in, G7231_SUBFRAME) * (G7231_SUBFRAME / lag + 1) <=
        INT16_MAX) { /* so that a sum of periods does not saturate */
        for (int i = lag; i < G7231_SUBFRAME; i++)
            out[i] = (int16_t)(in[i] + out[i - lag]);
        return;
    }
    for (int i = lag; i < G7231_SUBFRAME; i++)
        for (int at = i - lag; at >= 0; at -= lag)
            out[i] = add(out[i], in[at]);
}

/* How many of the 30 numbers, which fall, are not below n. */
static int count_from(const int32_t numbers[G7231_GRID], int32_t n)
{
    int count = 0;

    for (int i = 0; i < G7231_GRID / 4 * 4; i++)
        count += numbers[i] >= n;
    for (int i = G7231_GRID / 4 * 4; i < G7231_GRID; i++)
        count += numbers[i] >= n;
    return count;
}

/* The places of n pulses in 30 are counted combination by combination, those with the first pulse
 * at place 0 first. From the last one backwards, `left` of them, those whose first pulse stands
 * behind i are the ways to choose n of 29 - i: it stands at the first i where these are too few. */
static void unrank(const struct g7231_subframe *sub, int pulses, int32_t left,
                   int16_t out[G7231_SUBFRAME])
{
    int16_t gain = g7231_fixed_gains[sub->amplitude];

    for (int n = pulses; n > 0; n--) {
        const int32_t *ways = g7231_combinations[G7231_PULSES - n];
        int i = count_from(ways, left);

        out[2 * i + sub->grid] = (int16_t)(sub->signs >> (n - 1) & 1 ? -gain : gain);
        left -= ways[i];
    }
}

static void multipulse(const struct g7231_parameters *in, int k, int16_t out[G7231_SUBFRAME])
{
    /* What lies beyond the last combination makes no pulses. */
    static const int32_t ways[] = { [5] = 142506, [6] = 593775 }; /* 5 and 6 of 30 */
    const struct g7231_subframe *sub = &in->subframes[k];
    int16_t pulses[G7231_SUBFRAME] = { 0 };

    if (sub->positions < ways[g7231_pulses[k]])
        unrank(sub, g7231_pulses[k], ways[g7231_pulses[k]] - sub->positions, pulses);
    if (sub->train)
        g7231_train(pulses, in->lags[k / 2], out);
    else
        memcpy(out, pulses, sizeof pulses);
}

/* The tap's lag, below the subframe's length if it has any effect: 15 and more. */
int g7231_echo(int16_t s[G7231_SUBFRAME], int16_t pair_lag, const struct g7231_subframe *sub)
{
    int lag = pair_lag - 1 + sub->lag_offset + g7231_single_lag_170[sub->taps];
    int16_t gain = g7231_single_gain_170_q15[sub->taps];

    if (lag < G7231_SHORT_LAG)
        for (int i = lag; i < G7231_SUBFRAME; i++)
            s[i] = add(s[i], mult(s[i - lag], gain));
    return lag;
}

/* Four pulses, each on a track of its own; on the last two, the last place is beyond the subframe:
 * no pulse. */
static void algebraic(const struct g7231_parameters *in, int k, int16_t out[G7231_SUBFRAME])
{
    const struct g7231_subframe *sub = &in->subframes[k];
    int16_t gain = g7231_fixed_gains[sub->amplitude];

    memset(out, 0, G7231_SUBFRAME * sizeof *out);
    for (int i = 0; i < TRACKS; i++) {
        int at = (sub->positions >> 3 * i & 7) * 8 + 2 * i + sub->grid;

        if (at < G7231_SUBFRAME)
            out[at] = (int16_t)(sub->signs >> i & 1 ? gain : -gain);
    }
    g7231_echo(out, in->lags[k / 2], sub);
}

void g7231_fixed(const struct g7231_parameters *in, int subframe, int16_t out[G7231_SUBFRAME])
{
    (in->rate == G7231_RATE_63 ? multipulse : algebraic)(in, subframe, out);
}
