/* Short-term analysis: autocorrelation, Levinson's recursion, bandwidth expansion, reflection
 * coefficients. */
#include <string.h>
#include "levinson.h"
#include "search.h"
#include "tables.h"

enum { A_BITS = LEVINSON_BITS, K_MAX = (1 << A_BITS) - 512 };

/* The analyses to choose from: the samples under the window before the end of the frame and after
 * it, and the factor of the bandwidth expansion. */
static const struct analysis {
    uint8_t before, after;
    int16_t bandwidth_q15;
} analyses[TRUESPEECH_SPECTRA_MAX] = {
    { 180, 140, 30474 }, { 140, 140, 30474 }, { 200, 140, 28836 }, { 200, 140, 31785 },
    { 100, 100, 29491 }, { 140, 140, 31785 }, { 170, 140, 32113 }, { 120, 120, 27852 },
};

/* The window is (1 - u^2)^2 with u from -1 to 0 before the end of the frame, and 1 - u^2, which
 * falls later, with u from 0 to 1 in the few samples that are known after it. */
static void autocorrelate(const int16_t *end, const struct analysis *analysis,
                          int32_t r[TRUESPEECH_ORDER + 1])
{
    int16_t w[TRUESPEECH_ANALYSIS_REACH + TRUESPEECH_DELAY] = { 0 };
    int64_t sums[TRUESPEECH_ORDER + 1] = { 0 };
    int shift = 0, before = analysis->before, after = analysis->after;

    for (int i = -before; i < after; i++) {
        int side = i < 0 ? before : after;
        int32_t window_q15 = 32767 - i * i * 32767 / (side * side);

        if (i < 0)
            window_q15 = window_q15 * window_q15 >> 15;
        w[i + before] = (int16_t)(end[i] * window_q15 >> 15);
    }
    for (int lag = 0; lag <= TRUESPEECH_ORDER; lag++)
        for (int i = lag; i < before + after; i++)
            sums[lag] += w[i] * w[i - lag];
    sums[0] += (sums[0] >> 13) + 16;
    while (sums[0] >> shift >= (int64_t)1 << 30)
        shift++;
    for (int lag = 0; lag <= TRUESPEECH_ORDER; lag++)
        r[lag] = (int32_t)(sums[lag] >> shift);
}

/* The recursion in reverse, from the highest order down. Coefficients have the sign that the format
 * uses. */
static void reflect(int32_t a[TRUESPEECH_ORDER], int16_t k_q15[TRUESPEECH_ORDER])
{
    for (int m = TRUESPEECH_ORDER - 1; m >= 0; m--) {
        int64_t k, rest, next[TRUESPEECH_ORDER];

        k = clamp(a[m], -K_MAX, K_MAX);
        rest = ((int64_t)1 << A_BITS) - (k * k >> A_BITS);
        for (int j = 0; j < m; j++)
            next[j] = ((int64_t)a[j] * (1 << A_BITS) + k * a[m - 1 - j]) / rest;
        for (int j = 0; j < m; j++)
            a[j] = max_i32(L_saturate(next[j]), -INT32_MAX);
        k_q15[m] = (int16_t)(-k >> (A_BITS - 15));
    }
}

static uint8_t nearest(int coefficient, int16_t k_q15)
{
    const int16_t *values = truespeech_reflections[coefficient];
    int code = 0;

    while (code + 1 < 1 << truespeech_reflection_bits[coefficient] &&
           values[code] + values[code + 1] < 2 * k_q15)
        code++;
    return (uint8_t)code;
}

void truespeech_analyze(const int16_t *end, int spectra,
                        uint8_t reflection[TRUESPEECH_SPECTRA_MAX][TRUESPEECH_ORDER])
{
    for (int set = 0; set < spectra; set++) {
        int32_t r[TRUESPEECH_ORDER + 1], a[TRUESPEECH_ORDER];
        int64_t factor_q15 = 32768;
        int16_t k_q15[TRUESPEECH_ORDER];

        autocorrelate(end, &analyses[set], r);
        levinson(r, TRUESPEECH_ORDER, a);
        for (int i = 0; i < TRUESPEECH_ORDER; i++) {
            factor_q15 = factor_q15 * analyses[set].bandwidth_q15 >> 15;
            a[i] = (int32_t)(a[i] * factor_q15 >> 15);
        }
        reflect(a, k_q15);
        for (int i = 0; i < TRUESPEECH_ORDER; i++)
            reflection[set][i] = nearest(i, k_q15[i]);
    }
}
