/* Excitation: the long-term prediction, and seven pulses. */
#include <string.h>
#include "tables.h"

int truespeech_lag(unsigned ltp, unsigned base)
{
    int lag = (int)(ltp / TRUESPEECH_TAPS + base) + TRUESPEECH_LAG_MIN;

    return lag > TRUESPEECH_LAG_MAX ? TRUESPEECH_LAG_MAX : lag;
}

/* |tap| + |tap| <= 29466 (Q14: below 1.8), so the products' sum fits, but not always the result,
 * which wraps. In pieces shorter than any lag, that none may read what it writes. */
void truespeech_long_term(const struct dsp_celp *dsp, int16_t *now, int lag,
                          const int16_t taps_q14[2], int16_t p[TRUESPEECH_SUBFRAME])
{
    enum { PIECE = 16 };
    int16_t first = taps_q14[0], second = taps_q14[1];

    for (int block = 0; block < TRUESPEECH_SUBFRAME; block += PIECE) {
        int at = block < TRUESPEECH_SUBFRAME - PIECE ? block
                                                     : TRUESPEECH_SUBFRAME - PIECE; /* some again */
        const int16_t *before = now + at - lag - 1;

        dsp->mix(before, first, before + 1, second, 0x2000, 14, p + at, PIECE);
        memcpy(now + at, p + at, PIECE * sizeof *now);
    }
    if (dsp->peak(p, TRUESPEECH_SUBFRAME) < INT16_MAX) /* nothing was saturated instead */
        return;
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
        now[i] = p[i] = wrap16((now[i - lag - 1] * first + now[i - lag] * second + 0x2000) >> 14);
}

/* How many of the 30 numbers, which fall, are not below n. */
static int count_from(const int16_t numbers[TRUESPEECH_HALF], int16_t n)
{
    int16_t count = 0;

    for (int i = 0; i < TRUESPEECH_HALF / 8 * 8; i++)
        count = (int16_t)(count + (numbers[i] >= n));
    for (int i = TRUESPEECH_HALF / 8 * 8; i < TRUESPEECH_HALF; i++)
        count = (int16_t)(count + (numbers[i] >= n));
    return count;
}

/* One half's pulses, in the combination number's order: every set whose first member is i comes
 * before those with i + 1. From the last set backwards, `left` of them, those whose members are all
 * behind i are ways[pulses][i]: the first is the first i where these are too few. A number too high
 * leaves the half empty. Gives the levels not used yet. */
static const int16_t *place(uint32_t number, int pulses, const int16_t *levels,
                            int16_t e[TRUESPEECH_HALF])
{
    int32_t all = truespeech_ways[pulses][0] + truespeech_ways[pulses - 1][0],
            left = all - (int32_t)number;

    for (; left > 0 && pulses > 0; pulses--) {
        int i = count_from(truespeech_ways[pulses], (int16_t)left);

        left -= truespeech_ways[pulses][i];
        e[i] = *levels++;
    }
    return levels;
}

void truespeech_place_pulses(const struct truespeech_subframe *sub, int16_t e[TRUESPEECH_SUBFRAME])
{
    int16_t levels[TRUESPEECH_PULSES];
    const int16_t *left = levels;

    for (int i = 0; i < TRUESPEECH_PULSES; i++)
        levels[i] =
            truespeech_levels[sub->gain][sub->levels >> 2 * (TRUESPEECH_PULSES - 1 - i) & 3];
    memset(e, 0, TRUESPEECH_SUBFRAME * sizeof *e);
    left = place(sub->positions >> 15, TRUESPEECH_PULSES_LEFT, left, e);
    place(sub->positions & 0x7FFF, TRUESPEECH_PULSES_RIGHT, left, e + TRUESPEECH_HALF);
}

/* The number of sets that come before this one. */
static uint32_t number(const uint8_t *at, int pulses, int first)
{
    uint32_t sum = 0;

    for (int i = 0; pulses > 0; i++) {
        if (*at == first + i) {
            at++;
            pulses--;
        } else
            sum += (uint16_t)truespeech_ways[pulses - 1][i];
    }
    return sum;
}

uint32_t truespeech_positions(const uint8_t at[TRUESPEECH_PULSES])
{
    return number(at, TRUESPEECH_PULSES_LEFT, 0) << 15 |
           number(at + TRUESPEECH_PULSES_LEFT, TRUESPEECH_PULSES_RIGHT, TRUESPEECH_HALF);
}

void truespeech_excite(int16_t *restrict now, const int16_t p[restrict TRUESPEECH_SUBFRAME],
                       int16_t e[restrict TRUESPEECH_SUBFRAME])
{
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++) {
        now[i] = wrap16(e[i] + p[i] - (p[i] >> 3));
        e[i] = wrap16(e[i] + p[i]);
    }
}
