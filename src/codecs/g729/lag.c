/* The lag, and the adaptive codebook vector from the past excitation: 3.7.1, 4.1.3. */
#include <string.h>
#include "tables.h"
#include "mac.h"

/* Codes 0 to 196 are 19 1/3 to 84 2/3 in steps of a third; those from 197 on are 85 to 143. */
struct g729_lag g729_lag_decode1(uint8_t code)
{
    int whole = (code + 2) / 3 + 19;

    if (code >= 197)
        return (struct g729_lag){ (int16_t)(code - 112), 0 };
    return (struct g729_lag){ (int16_t)whole, (int16_t)(code - 3 * whole + 58) };
}

/* Codes 0 to 31 are thirds, starting 2/3 below a range of ten integer lags around the first
 * subframe's lag. */
struct g729_lag g729_lag_decode2(uint8_t code, int16_t first)
{
    int min = min_i32(max_i32(first - 5, G729_LAG_MIN), G729_LAG_MAX - 9);
    int whole = (code + 2) / 3 - 1;

    return (struct g729_lag){ (int16_t)(whole + min), (int16_t)(code - 2 - 3 * whole) };
}

/* Adds from the middle outward, like the standard, because the sum may saturate. */
static int16_t interpolate_saturating(const int16_t *taps_q15, const int16_t *x)
{
    int32_t sum = 0;

    for (int i = 0; i < G729_HALF_TAPS; i++) {
        sum = L_mac(sum, x[G729_HALF_TAPS - 1 - i], taps_q15[G729_HALF_TAPS - 1 - i]);
        sum = L_mac(sum, x[G729_HALF_TAPS + i], taps_q15[G729_HALF_TAPS + i]);
    }
    return round_q15(sum);
}

/* The magnitudes of the taps of a phase add up to at most 59398. Below this peak no sum of products
 * reaches 2^30. */
enum { EXACT_PEAK_MAX = 18000, READ = G729_SUBFRAME + G729_TAPS };

/* If the lag is too short for the whole subframe, proceeds by the number of samples that do not
 * depend on each other, at most sixteen. The rest of each group of sixteen is computed from samples
 * that are not known yet, and overwritten by the next group. */
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

/* At lags above 50 the interpolation filter does not reach the current subframe. */
void g729_adaptive_codebook(const struct dsp_celp *dsp, int16_t *exc, struct g729_lag lag)
{
    static const uint8_t phases[3] = { 1, 0, 2 }; /* by lag.third + 1 */
    int whole = lag.third > 0 ? lag.whole + 1 : lag.whole;
    const int16_t *taps_q15 = g729_interpolation_q15[phases[lag.third + 1]],
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

/* |pitch| <= 22215 keeps the sum below 2^31, and the result saturates exactly where the standard's
 * steps do. */
void g729_excite(const struct dsp_celp *dsp, const int16_t code_q13[G729_SUBFRAME],
                 int16_t pitch_q14, int16_t code_q1, int16_t exc[G729_SUBFRAME])
{
    dsp->mix(exc, pitch_q14, code_q13, code_q1, 1 << 13, 14, exc, G729_SUBFRAME);
}
