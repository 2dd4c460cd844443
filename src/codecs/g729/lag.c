/* The adaptive codebook vector from the past excitation: 3.7.1. */
#include <string.h>
#include "tables.h"
#include "mac.h"

/* Adds from the middle outward, like the standard, because the sum may saturate. */
static int16_t interpolate_saturating(const int16_t *taps_q15, const int16_t *x)
{
    int32_t sum = 0;

    for (int i = 0; i < CELP_HALF_TAPS; i++) {
        sum = L_mac(sum, x[CELP_HALF_TAPS - 1 - i], taps_q15[CELP_HALF_TAPS - 1 - i]);
        sum = L_mac(sum, x[CELP_HALF_TAPS + i], taps_q15[CELP_HALF_TAPS + i]);
    }
    return round_q15(sum);
}

/* The magnitudes of the taps of a phase add up to at most 59398. Below this peak no sum of products
 * reaches 2^30. */
enum { EXACT_PEAK_MAX = 18000, READ = G729_SUBFRAME + CELP_TAPS };

/* If the lag is too short for the whole subframe, proceeds by the number of samples that do not
 * depend on each other, at most sixteen. The rest of each group of sixteen is computed from samples
 * that are not known yet, and overwritten by the next group. */
static void interpolate(const struct dsp_celp *dsp, const int16_t *taps_q15, const int16_t *x,
                        int independent, int16_t exc[G729_SUBFRAME])
{
    enum { PIECE = 16 };
    int16_t falling_q15[2 * CELP_HALF_TAPS], piece[G729_SUBFRAME];
    int32_t sums[G729_SUBFRAME];

    for (int j = 0; j < 2 * CELP_HALF_TAPS; j++)
        falling_q15[j] = taps_q15[2 * CELP_HALF_TAPS - 1 - j];
    if (independent >= G729_SUBFRAME) {
        dsp->zeros(x + 2 * CELP_HALF_TAPS - 1, falling_q15, CELP_HALF_TAPS, sums, G729_SUBFRAME);
        dsp->narrow(sums, 1 << 14, 15, exc, G729_SUBFRAME);
        return;
    }
    for (int at = 0; at < G729_SUBFRAME; at += independent < PIECE ? independent : PIECE) {
        int from = at < G729_SUBFRAME - PIECE ? at : G729_SUBFRAME - PIECE;

        dsp->zeros(x + from + 2 * CELP_HALF_TAPS - 1, falling_q15, CELP_HALF_TAPS, sums, PIECE);
        dsp->narrow(sums, 1 << 14, 15, piece, PIECE);
        memcpy(exc + at, piece + (at - from), (size_t)(from + PIECE - at) * sizeof *exc);
    }
}

/* At lags above 50 the interpolation filter does not reach the current subframe. */
void g729_adaptive_codebook(const struct dsp_celp *dsp, int16_t *exc, struct celp_lag lag)
{
    int whole = celp_lag_samples(lag);
    const int16_t *taps_q15 = celp_lag_taps_q15[lag.third + 1],
                  *x = exc - whole - (CELP_HALF_TAPS - 1);

    if (dsp->peak(x, READ) <= EXACT_PEAK_MAX) {
        interpolate(dsp, taps_q15, x, whole - CELP_HALF_TAPS, exc);
        if (whole - CELP_HALF_TAPS >= G729_SUBFRAME ||
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
