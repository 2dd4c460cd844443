/* The lag and what it takes from the past excitation: 3.7.1, 4.1.3. */
#include <string.h>
#include "tables.h"
#include "mac.h"

/* Codes 0 to 196: 19 1/3 to 84 2/3 in thirds; from 197 on 85 to 143. */
struct g729_lag g729_lag_decode1(uint8_t code)
{
    int whole = (code + 2) / 3 + 19;

    if (code >= 197)
        return (struct g729_lag){ (int16_t)(code - 112), 0 };
    return (struct g729_lag){ (int16_t)whole, (int16_t)(code - 3 * whole + 58) };
}

/* Codes 0 to 31: thirds from 2/3 below the range of ten whole lags about the first subframe's. */
struct g729_lag g729_lag_decode2(uint8_t code, int16_t first)
{
    int min = first - 5 < G729_LAG_MIN ? G729_LAG_MIN : first - 5;
    int whole = (code + 2) / 3 - 1;

    if (min + 9 > G729_LAG_MAX)
        min = G729_LAG_MAX - 9;
    return (struct g729_lag){ (int16_t)(whole + min), (int16_t)(code - 2 - 3 * whole) };
}

/* As the standard adds them: from the middle outwards. */
static int16_t interpolate_saturating(const int16_t *taps_q15, const int16_t *x)
{
    int32_t sum = 0;

    for (int i = 0; i < G729_HALF_TAPS; i++) {
        sum = L_mac(sum, x[G729_HALF_TAPS - 1 - i], taps_q15[G729_HALF_TAPS - 1 - i]);
        sum = L_mac(sum, x[G729_HALF_TAPS + i], taps_q15[G729_HALF_TAPS + i]);
    }
    return round_q15(sum);
}

/* The magnitudes of a phase's taps add up to at most 59398: below this peak no sum of products
 * reaches 2^30. */
enum { EXACT_PEAK_MAX = 18000, READ = G729_SUBFRAME + G729_TAPS };

/* Sixteen samples at a time; of a lag below 50 only those are right that do not need each other,
 * and at the subframe's end it makes some again. What stands in place of samples not there yet does
 * no harm. */
static void interpolate(const struct dsp_celp *dsp, const int16_t *taps_q15, const int16_t *x,
                        int independent, int16_t exc[G729_SUBFRAME])
{
    enum { PIECE = 16 };
    int16_t falling_q15[2 * G729_HALF_TAPS], piece[G729_SUBFRAME];
    int32_t sums[G729_SUBFRAME];

    for (int j = 0; j < 2 * G729_HALF_TAPS; j++)
        falling_q15[j] = taps_q15[2 * G729_HALF_TAPS - 1 - j];
    if (independent >= G729_SUBFRAME) {
        dsp->zeros(x + 2 * G729_HALF_TAPS - 1, falling_q15, G729_HALF_TAPS, sums, G729_SUBFRAME);
        dsp->narrow(sums, 1 << 14, 15, exc, G729_SUBFRAME);
        return;
    }
    for (int at = 0; at < G729_SUBFRAME; at += independent < PIECE ? independent : PIECE) {
        int from = at < G729_SUBFRAME - PIECE ? at : G729_SUBFRAME - PIECE;

        dsp->zeros(x + from + 2 * G729_HALF_TAPS - 1, falling_q15, G729_HALF_TAPS, sums, PIECE);
        dsp->narrow(sums, 1 << 14, 15, piece, PIECE);
        memcpy(exc + at, piece + (at - from), (size_t)(from + PIECE - at) * sizeof *exc);
    }
}

/* Above 50 its own samples do not matter to it. */
void g729_adaptive_codebook(const struct dsp_celp *dsp, int16_t *exc, struct g729_lag lag)
{
    int phase = lag.third == 0  ? 0
                : lag.third < 0 ? 1
                                : 2,
        whole = lag.third > 0 ? lag.whole + 1 : lag.whole;
    const int16_t *taps_q15 = g729_interpolation_q15[phase],
                  *x = exc - whole - (G729_HALF_TAPS - 1);

    if (dsp->peak(x, READ) <= EXACT_PEAK_MAX) {
        interpolate(dsp, taps_q15, x, whole - G729_HALF_TAPS, exc);
        if (whole - G729_HALF_TAPS >= G729_SUBFRAME ||
            dsp->peak(exc, G729_SUBFRAME) <= EXACT_PEAK_MAX)
            return;
    }
    for (int i = 0; i < G729_SUBFRAME; i++)
        exc[i] = interpolate_saturating(taps_q15, x + i);
}

/* |pitch| <= 22215, so that the sum stays below 2^31; the standard's steps saturate where this
 * does. */
void g729_excite(const struct dsp_celp *dsp, const int16_t code_q13[G729_SUBFRAME],
                 int16_t pitch_q14, int16_t code_q1, int16_t exc[G729_SUBFRAME])
{
    dsp->mix(exc, pitch_q14, code_q13, code_q1, 1 << 13, 14, exc, G729_SUBFRAME);
}
