/* The decoding of pulses: clauses 2.17, 3.5. */
#include <string.h>
#include "combination.h"
#include "tables.h"

enum { TRACKS = 4 };

const int8_t g7231_pulses[G7231_SUBFRAMES] = { 6, 5, 6, 5 };

void g7231_train(const int16_t in[G7231_SUBFRAME], int lag, int16_t out[G7231_SUBFRAME])
{
    memcpy(out, in, G7231_SUBFRAME * sizeof *out);
    /* Below this peak, no sum of periods saturates. */
    if (dsp_celp_c.peak(in, G7231_SUBFRAME) * (G7231_SUBFRAME / lag + 1) <= INT16_MAX) {
        for (int i = lag; i < G7231_SUBFRAME; i++)
            out[i] = (int16_t)(in[i] + out[i - lag]);
        return;
    }
    for (int i = lag; i < G7231_SUBFRAME; i++)
        for (int at = i - lag; at >= 0; at -= lag)
            out[i] = add(out[i], in[at]);
}

/* Numbers beyond the last combination make no pulses. */
static void multipulse(const struct g7231_parameters *in, int k, int16_t out[G7231_SUBFRAME])
{
    const struct g7231_subframe *sub = &in->subframes[k];
    int16_t gain = g7231_fixed_gains[sub->amplitude], pulses[G7231_SUBFRAME] = { 0 };
    uint8_t at[G7231_PULSES];
    int count = g7231_pulses[k];

    if (combination_unrank(sub->positions, count, at))
        for (int j = 0; j < count; j++)
            pulses[2 * at[j] + sub->grid] =
                (int16_t)(sub->signs >> (count - 1 - j) & 1 ? -gain : gain);
    if (sub->train)
        g7231_train(pulses, in->lags[k / 2], out);
    else
        memcpy(out, pulses, sizeof pulses);
}

void g7231_rank(const int16_t e[G7231_SUBFRAME], int grid, int pulses, struct g7231_subframe *out)
{
    uint8_t at[G7231_PULSES];
    int n = 0;

    out->signs = 0;
    for (int i = 0; i < G7231_GRID && n < pulses; i++) {
        int16_t pulse = e[2 * i + grid];

        if (pulse != 0) {
            out->signs = (int16_t)(out->signs << 1 | (pulse < 0));
            at[n++] = (uint8_t)i;
        }
    }
    out->positions = combination_rank(at, n);
}

/* The lag of the tap is 15 or more. It has an effect only below the length of the subframe. */
int g7231_echo(int16_t s[G7231_SUBFRAME], int16_t pair_lag, const struct g7231_subframe *sub)
{
    int lag = pair_lag - 1 + sub->lag_offset + g7231_single_lag_170[sub->taps];
    int16_t gain = g7231_single_gain_170_q15[sub->taps];

    if (lag < G7231_SHORT_LAG)
        for (int i = lag; i < G7231_SUBFRAME; i++)
            s[i] = add(s[i], mult(s[i - lag], gain));
    return lag;
}

/* Four pulses, each on its own track. The last position of the last two tracks is beyond the
 * subframe and means no pulse. */
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
