/* The lag and what it takes from the past excitation: 3.7.1, 4.1.3. */
#include <string.h>
#include "tables.h"
#include "mac.h"

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

/* The magnitudes of a phase's taps add up to at most 59398: below this peak no sum of products
 * reaches 2^30. */
enum { SAFE_PEAK = 18000, READ = SUBFRAME + TAPS };

/* Sixteen samples at a time; of a lag below 50 only those are right that do not need each other,
 * and at the subframe's end it makes some again. What stands in place of samples not there yet does
 * no harm. */
static void interpolate(const struct dsp_celp *dsp, const int16_t *taps_q15, const int16_t *x,
                        int independent, int16_t now[SUBFRAME])
{
    enum { PIECE = 16 };
    int16_t falling_q15[2 * REACH], piece[SUBFRAME];
    int32_t sums[SUBFRAME];

    for (int j = 0; j < 2 * REACH; j++)
        falling_q15[j] = taps_q15[2 * REACH - 1 - j];
    if (independent >= SUBFRAME) {
        dsp->zeros(x + 2 * REACH - 1, falling_q15, REACH, sums, SUBFRAME);
        dsp->narrow(sums, 1 << 14, 15, now, SUBFRAME);
        return;
    }
    for (int at = 0; at < SUBFRAME; at += independent < PIECE ? independent : PIECE) {
        int from = at < SUBFRAME - PIECE ? at : SUBFRAME - PIECE;

        dsp->zeros(x + from + 2 * REACH - 1, falling_q15, REACH, sums, PIECE);
        dsp->narrow(sums, 1 << 14, 15, piece, PIECE);
        memcpy(now + at, piece + (at - from), (size_t)(from + PIECE - at) * sizeof *now);
    }
}

/* Above 50 its own samples do not matter to it. */
void g729_adaptive_codebook(const struct dsp_celp *dsp, int16_t *now, struct lag lag)
{
    int phase = lag.third == 0  ? 0
                : lag.third < 0 ? 1
                                : 2,
        whole = lag.third > 0 ? lag.whole + 1 : lag.whole;
    const int16_t *taps_q15 = g729_interpolation_q15[phase], *x = now - whole - (REACH - 1);

    if (dsp->peak(x, READ) <= SAFE_PEAK) {
        interpolate(dsp, taps_q15, x, whole - REACH, now);
        if (whole - REACH >= SUBFRAME || dsp->peak(now, SUBFRAME) <= SAFE_PEAK)
            return;
    }
    for (int i = 0; i < SUBFRAME; i++)
        now[i] = interpolate_in_steps(taps_q15, x + i);
}

/* |pitch| <= 22215, so that the sum stays below 2^31; the standard's steps saturate where this
 * does. */
void g729_excite(const struct dsp_celp *dsp, const int16_t code_q13[SUBFRAME], int16_t pitch_q14,
                 int16_t code_q1, int16_t now[SUBFRAME])
{
    dsp->mix(now, pitch_q14, code_q13, code_q1, 1 << 13, 14, now, SUBFRAME);
}
