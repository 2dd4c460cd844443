/* The lag and what it takes from the past excitation: 3.7.1, 4.1.3. */
#include "tables.h"
#include "sums.h"

/* Codes 0 to 196: 19 1/3 to 84 2/3 in thirds; from 197 on 85 to 143. */
struct lag g729_lag_decode1(uint8_t code)
{
    int whole = (code + 2) / 3 + 19;

    if (code >= 197)
        return (struct lag){ (int16_t)(code - 112), 0 };
    return (struct lag){ (int16_t)whole, (int16_t)(code - 3 * whole + 58) };
}

/* Codes 0 to 31: thirds from 2/3 below the range of ten whole lags about the first subframe's. */
struct lag g729_lag_decode2(uint8_t code, int16_t first)
{
    int least = first - 5 < LAG_MIN ? LAG_MIN : first - 5;
    int whole = (code + 2) / 3 - 1;

    if (least + 9 > LAG_MAX)
        least = LAG_MAX - 9;
    return (struct lag){ (int16_t)(whole + least), (int16_t)(code - 2 - 3 * whole) };
}

/* x[0] to x[TAPS - 1], as the standard adds them: from the middle outwards. */
static int16_t interpolate_in_steps(const int16_t taps_q15[TAPS], const int16_t *x)
{
    int32_t sum = 0;

    for (int i = 0; i < TAPS / 2; i++) {
        sum = L_mac(sum, x[TAPS / 2 - 1 - i], taps_q15[TAPS / 2 - 1 - i]);
        sum = L_mac(sum, x[TAPS / 2 + i], taps_q15[TAPS / 2 + i]);
    }
    return round_q15(sum);
}

/* The magnitudes of a phase's taps add up to at most 59398: below this peak no sum of products reaches 2^30. */
enum { SAFE_PEAK = 18000 };

/* A lag below 50 reads samples that it has just made. Like those of the synthesis, sums wrap where they are not trusted. */
void g729_adaptive_codebook(int16_t *now, struct lag lag)
{
    int phase = lag.third == 0 ? 0 : lag.third < 0 ? 1 : 2, whole = lag.third > 0 ? lag.whole + 1 : lag.whole;
    const int16_t *taps_q15 = g729_interpolation_q15[phase], *x = now - whole - (TAPS / 2 - 1);
    int reach = whole + TAPS / 2 - 1;

    for (int i = 0; i < SUBFRAME; i++) {
        uint32_t sum = 1 << 14;

        for (int k = 0; k < TAPS; k++)
            sum += (uint32_t)(taps_q15[k] * x[i + k]);
        now[i] = saturate((int32_t)sum >> 15);
    }
    if (peak_of(now - reach, reach + SUBFRAME) > SAFE_PEAK)
        for (int i = 0; i < SUBFRAME; i++)
            now[i] = interpolate_in_steps(taps_q15, x + i);
}

void g729_excite(const int16_t code_q13[SUBFRAME], int16_t pitch_q14, int16_t code_q1, int16_t now[SUBFRAME])
{
    for (int i = 0; i < SUBFRAME; i++)
        now[i] = round_q15(L_shl(L_mac(L_mult(now[i], pitch_q14), code_q13[i], code_q1), 1));
}
