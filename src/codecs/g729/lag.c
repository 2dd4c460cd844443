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

/* As the standard adds them: from the middle outwards. */
static int16_t interpolate_in_steps(const int16_t *taps_q15, const int16_t *x)
{
    int32_t sum = 0;

    for (int i = 0; i < REACH; i++) {
        sum = L_mac(sum, x[REACH - 1 - i], taps_q15[REACH - 1 - i]);
        sum = L_mac(sum, x[REACH + i], taps_q15[REACH + i]);
    }
    return round_q15(sum);
}

/* The magnitudes of a phase's taps add up to at most 59398: below this peak no sum of products reaches 2^30. */
enum { SAFE_PEAK = 18000, READ = SUBFRAME + TAPS };

/* A lag below 50 reads samples that it has just made; what stands in their place before does no harm. */
void g729_adaptive_codebook(int16_t *now, struct lag lag)
{
    int phase = lag.third == 0 ? 0 : lag.third < 0 ? 1 : 2, whole = lag.third > 0 ? lag.whole + 1 : lag.whole;
    const int16_t *taps_q15 = g729_interpolation_q15[phase], *x = now - whole - (REACH - 1);
    bool safe = peak_of(x, READ) <= SAFE_PEAK;

    for (int i = 0; i < SUBFRAME; i++)
        if (safe) {
            now[i] = (int16_t)((dot(taps_q15, x + i, TAPS) + (1 << 14)) >> 15);
            safe = now[i] <= SAFE_PEAK && now[i] >= -SAFE_PEAK;
        } else {
            now[i] = interpolate_in_steps(taps_q15, x + i);
        }
}

/* |pitch| <= 22215, so that the sum stays below 2^31; the standard's steps saturate where this does. */
void g729_excite(const int16_t code_q13[SUBFRAME], int16_t pitch_q14, int16_t code_q1, int16_t now[SUBFRAME])
{
    for (int i = 0; i < SUBFRAME; i++)
        now[i] = saturate((now[i] * pitch_q14 + code_q13[i] * code_q1 + (1 << 13)) >> 14);
}
