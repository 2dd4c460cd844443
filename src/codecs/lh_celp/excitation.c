/* The excitation: the long-term prediction, the pulses, and the enhancement of the pitch. */
#include <string.h>
#include "tables.h"

/* Above the positive gains, the negatives of the lowest six. */
int16_t lh_celp_adaptive_gain(unsigned code)
{
    enum { POSITIVE = sizeof lh_celp_adaptive_gains / sizeof *lh_celp_adaptive_gains };

    return (int16_t)(code < POSITIVE ? lh_celp_adaptive_gains[code]
                                     : -lh_celp_adaptive_gains[code - POSITIVE]);
}

int16_t lh_celp_enhancement_gain(int16_t gain_q13)
{
    int limited = clamp(gain_q13, -8192, 8192);

    return (int16_t)(35 * limited / 100);
}

int16_t lh_celp_fixed_gain(unsigned code)
{
    int16_t gain = lh_celp_fixed_gains[code % 16];

    return (int16_t)(code < 16 ? gain : -gain);
}

static int16_t scaled(int16_t x, int16_t gain_q13) { return wrap16((x * gain_q13 + 0x1000) >> 13); }

void lh_celp_long_term(const int16_t *now, int lag, int16_t gain_q13, int size,
                       int16_t e[LH_CELP_SUBFRAME])
{
    int first = min_i32(lag, size);

    for (int i = 0; i < first; i++)
        e[i] = scaled(now[i - lag], gain_q13);
    for (int i = first; i < size; i++)
        e[i] = e[i - lag];
}

/* With a lag as long as the subframe, a half or a third of it, so that there may be a second pulse;
 * with a shorter one, a single pulse. */
int lh_celp_second_spacing(int lag, int size)
{
    if (lag < size)
        return size;
    return lag / 2 < size ? lag / 2 : lag / 3;
}

static int train(int from, int spacing, int size, struct lh_celp_pulses *out)
{
    int count = 0;

    for (int at = from; at < size; at += spacing) {
        out->at[count] = (int8_t)at;
        out->sign[count++] = 1;
    }
    return count;
}

/* The sign of the last pulse is in the lowest bit. */
static int fixed(unsigned signs, int count, int from, int spacing, struct lh_celp_pulses *out)
{
    for (int i = 0; i < count; i++) {
        out->at[i] = (int8_t)(from + i * spacing);
        out->sign[i] = i == 0 || signs >> (count - 1 - i) & 1 ? 1 : -1;
    }
    return count;
}

int lh_celp_pulses(unsigned code, int lag, int size, struct lh_celp_pulses *out)
{
    if (code < LH_CELP_TRAINS)
        return train((int)code, lag, size, out);
    if (code < LH_CELP_SEVENS)
        return train((int)code - LH_CELP_TRAINS, lh_celp_second_spacing(lag, size), size, out);
    if (code < LH_CELP_EIGHTS)
        return fixed(code - LH_CELP_SEVENS, 7, LH_CELP_SEVENS_FIRST, LH_CELP_SEVENS_SPACING, out);
    return fixed(code - LH_CELP_EIGHTS, 8, 0, LH_CELP_EIGHTS_SPACING, out);
}

void lh_celp_enhance(const int16_t *e, int lag, int16_t gain_q13, int size, int16_t *out)
{
    for (int i = 0; i < size; i++)
        out[i] = wrap16(e[i] + scaled(out[i - lag], gain_q13));
}

void lh_celp_excite(int16_t *excitation, int16_t *enhanced, const struct lh_celp_subframe *in,
                    int lag, int size)
{
    int16_t gain = lh_celp_adaptive_gain(in->adaptive_gain),
            level = lh_celp_fixed_gain(in->fixed_gain);
    struct lh_celp_pulses pulses;
    int count = lh_celp_pulses(in->code, lag, size, &pulses);

    lh_celp_long_term(excitation, lag, gain, size, excitation);
    for (int i = 0; i < count; i++) {
        int16_t *e = excitation + pulses.at[i];

        *e = wrap16(*e + level * pulses.sign[i]);
    }
    lh_celp_enhance(excitation, lag, lh_celp_enhancement_gain(gain), size, enhanced);
}
