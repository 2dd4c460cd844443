/* The postfilter's pitch: blocks 81 and 82. */
#include <string.h>
#include "g728.h"
#include "mac.h"

enum {
    LENGTH = G728_PITCH_WINDOW + G728_LAG_MAX,
    DECIMATION = 4,
    DECIMATED = LENGTH / DECIMATION,
    NEIGHBORHOOD = 6 /* around the last lag */
};

/* Block 81. */
void g728_pitch_residual(struct g728_pitch *state, const int16_t speech_q2[G728_VECTOR])
{
    int16_t x[G728_SHORT_ORDER + G728_VECTOR], *out = state->residual_q1 + LENGTH - G728_VECTOR;

    memcpy(x, state->speech_q2, sizeof state->speech_q2);
    memcpy(x + G728_SHORT_ORDER, speech_q2, G728_VECTOR * sizeof *x);
    memcpy(state->speech_q2, x + G728_VECTOR, sizeof state->speech_q2);
    memmove(state->residual_q1, state->residual_q1 + G728_VECTOR,
            (LENGTH - G728_VECTOR) * sizeof *out);
    for (int i = 0; i < G728_VECTOR; i++) {
        int64_t sum = speech_q2[i] * (1 << 13);

        for (int j = 0; j < G728_SHORT_ORDER; j++)
            sum += state->a_q13[j] * x[G728_SHORT_ORDER + i - 1 - j];
        out[i] = round_q15(L_saturate(4 * sum));
    }
}

/* A low-pass filter of order 3, with zeros in Q19 and poles in Q13, and every fourth sample of its
 * output. */
static void decimate(struct g728_pitch *state)
{
    static const int16_t zeros[] = { 18721, -3668, -3668, 18721 };
    static const int16_t poles_q13[] = { -19172, 16481, -5031 };
    const int16_t *x = state->residual_q1 + LENGTH - G728_FRAME;
    int16_t *y = state->lowpass, *out = state->decimated;

    memmove(out, out + G728_FRAME / DECIMATION,
            (DECIMATED - G728_FRAME / DECIMATION) * sizeof *out);
    out += DECIMATED - G728_FRAME / DECIMATION;
    for (int i = 0; i < G728_FRAME; i++) {
        int64_t sum = 0;

        for (int j = 0; j < 4; j++)
            sum += zeros[j] * x[i - j];
        sum >>= 6;
        for (int j = 0; j < 3; j++)
            sum -= poles_q13[j] * y[j];
        y[2] = y[1];
        y[1] = y[0];
        y[0] = round_q15(L_saturate(8 * sum));
        if (i % DECIMATION == DECIMATION - 1)
            *out++ = y[0];
    }
}

static int32_t long_dot(const int16_t *a, const int16_t *b, int n)
{
    int64_t sum = 0;

    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return L_saturate(sum);
}

/* The energy of the pitch window, a lag earlier. */
static int32_t delayed_energy(const struct dsp_celp *dsp, const int16_t *end, int lag)
{
    return L_saturate(dsp->energy(end - G728_PITCH_WINDOW - lag, G728_PITCH_WINDOW));
}

/* A lag and the sum of products at it. */
struct candidate {
    int lag;
    int32_t sum;
};

/* Correlates the n samples before `end` with those `low` to `high` earlier, and returns the first
 * lag with the greatest sum. The sums saturate; those of a speech residual do not. */
static struct candidate best_of(const struct dsp_celp *dsp, const int16_t *end, int n, int low,
                                int high)
{
    const int16_t *x = end - n;
    struct candidate best = { low, INT32_MIN };
    int32_t sums[G728_LAG_MAX];
    int count = high - low + 1;

    if (mac_is_exact(dsp->energy(x, n), dsp->energy(x - high, n + count - 1)))
        dsp->correlate(x, x - high, n, sums, count);
    else
        for (int k = 0; k < count; k++)
            sums[k] = long_dot(x, x - high + k, n);
    for (int lag = low; lag <= high; lag++)
        if (sums[high - lag] > best.sum)
            best = (struct candidate){ lag, sums[high - lag] };
    return best;
}

/* True if the gain of the predictor with the shorter lag exceeds 0.4 times that of the other. The
 * gains are limited to 1. */
static bool is_multiple(struct candidate candidate, int32_t energy, struct candidate shorter,
                        int32_t shorter_energy)
{
    enum { THRESHOLD_Q16 = 26214 };
    int shift = norm_l(max_i32(energy, shorter_energy));
    int32_t sum = L_shl(clamp(candidate.sum, 0, energy), shift) >> 16,
            shorter_sum = L_shl(clamp(shorter.sum, 0, shorter_energy), shift) >> 16;

    energy = L_shl(energy, shift) >> 16;
    shorter_energy = L_shl(shorter_energy, shift) >> 16;
    return shorter_sum * energy > (sum * shorter_energy >> 16) * THRESHOLD_Q16;
}

/* Block 82. The lag is searched in the decimated signal, refined, and compared with lags around the
 * last one, of which it may be a multiple. */
void g728_pitch_search(struct g728_pitch *state, const struct dsp_celp *dsp)
{
    const int16_t *end = state->residual_q1 + LENGTH;
    struct candidate best, shorter;
    int coarse, low = max_i32(state->lag - NEIGHBORHOOD, G728_LAG_MIN);

    decimate(state);
    coarse = DECIMATION * best_of(dsp, state->decimated + DECIMATED, G728_PITCH_WINDOW / DECIMATION,
                                  G728_LAG_MIN / DECIMATION, G728_LAG_MAX / DECIMATION)
                              .lag;
    best = best_of(dsp, end, G728_PITCH_WINDOW, max_i32(coarse - (DECIMATION - 1), G728_LAG_MIN),
                   min_i32(coarse + DECIMATION - 1, G728_LAG_MAX));
    if (state->lag + NEIGHBORHOOD < best.lag) {
        shorter = best_of(dsp, end, G728_PITCH_WINDOW, low, state->lag + NEIGHBORHOOD);
        if (is_multiple(best, delayed_energy(dsp, end, best.lag), shorter,
                        delayed_energy(dsp, end, shorter.lag)))
            best = shorter;
    }
    state->lag = (int16_t)best.lag;
}
