/* Excitation: the long-term prediction, and seven pulses. */
#include <string.h>
#include "combination.h"
#include "tables.h"

int truespeech_lag(unsigned ltp, unsigned base)
{
    int lag = (int)(ltp / TRUESPEECH_TAPS + base) + TRUESPEECH_LAG_MIN;

    return min_i32(lag, TRUESPEECH_LAG_MAX);
}

/* |tap| + |tap| <= 29466 (Q14: below 1.8), so the sum of products fits, but the result may not, and
 * wraps. The pieces are shorter than any lag, so that none reads what it writes. */
void truespeech_long_term(const struct dsp_celp *dsp, int16_t *now, int lag,
                          const int16_t taps_q14[2], int16_t p[TRUESPEECH_SUBFRAME])
{
    enum { PIECE = 16 };
    int16_t first = taps_q14[0], second = taps_q14[1];

    for (int block = 0; block < TRUESPEECH_SUBFRAME; block += PIECE) {
        int at = min_i32(block, TRUESPEECH_SUBFRAME - PIECE); /* the last piece overlaps */
        const int16_t *before = now + at - lag - 1;

        dsp->mix(before, first, before + 1, second, 0x2000, 14, p + at, PIECE);
        memcpy(now + at, p + at, PIECE * sizeof *now);
    }
    if (dsp->peak(p, TRUESPEECH_SUBFRAME) < INT16_MAX) /* no sample was saturated */
        return;
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++)
        now[i] = p[i] = wrap16((now[i - lag - 1] * first + now[i - lag] * second + 0x2000) >> 14);
}

/* Places the pulses of one half. A number above the last combination leaves the half empty. Returns
 * the levels that are not used yet. */
static const int16_t *place(uint32_t number, int pulses, const int16_t *levels,
                            int16_t e[TRUESPEECH_HALF])
{
    uint8_t at[TRUESPEECH_PULSES_RIGHT];

    if (!combination_unrank((int32_t)number, pulses, at))
        return levels;
    for (int i = 0; i < pulses; i++)
        e[at[i]] = levels[i];
    return levels + pulses;
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

uint32_t truespeech_positions(const uint8_t at[TRUESPEECH_PULSES])
{
    uint8_t right[TRUESPEECH_PULSES_RIGHT];

    for (int i = 0; i < TRUESPEECH_PULSES_RIGHT; i++)
        right[i] = (uint8_t)(at[TRUESPEECH_PULSES_LEFT + i] - TRUESPEECH_HALF);
    return (uint32_t)combination_rank(at, TRUESPEECH_PULSES_LEFT) << 15 |
           (uint32_t)combination_rank(right, TRUESPEECH_PULSES_RIGHT);
}

void truespeech_excite(int16_t *restrict now, const int16_t p[restrict TRUESPEECH_SUBFRAME],
                       int16_t e[restrict TRUESPEECH_SUBFRAME])
{
    for (int i = 0; i < TRUESPEECH_SUBFRAME; i++) {
        now[i] = wrap16(e[i] + p[i] - (p[i] >> 3));
        e[i] = wrap16(e[i] + p[i]);
    }
}
