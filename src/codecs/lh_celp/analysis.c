/* Short-term analysis: autocorrelation, Levinson's recursion, bandwidth expansion, line spectral
 * frequencies and their codes. */
#include <stdbool.h>
#include "levinson.h"
#include "search.h"
#include "tables.h"

/* The analyses to choose from: the reach of the window on both sides, and the factor of the
 * bandwidth expansion. */
static const struct analysis {
    uint8_t before, after;
    int16_t bandwidth_q15;
} analyses[LH_CELP_SPECTRA_MAX] = {
    { 120, 120, 32300 }, { 160, 120, 32440 }, { 80, 80, 32000 },   { 120, 60, 32440 },
    { 80, 120, 31130 },  { 160, 120, 32700 }, { 160, 120, 31400 }, { 60, 120, 32440 },
};

enum { WINDOW = LH_CELP_REACH_BEFORE + LH_CELP_REACH_AFTER };

/* Half the window, from -reach to 0 or from 0 to reach, is (1 - u^2)^2, u from -1 to 1. */
static int16_t windowed(int16_t x, int at, int reach)
{
    int32_t edge_q15 = 32767 - at * at * 32767 / (reach * reach);

    return (int16_t)(x * (edge_q15 * edge_q15 >> 15) >> 15);
}

/* Includes 2^-11 of white noise. r[0] is from 2^28 to 2^30. */
static void autocorrelate(const int16_t *center, const struct analysis *how,
                          int32_t r[LH_CELP_ORDER + 1])
{
    int16_t w[WINDOW] = { 0 };
    int64_t sums[LH_CELP_ORDER + 1] = { 0 };
    int n = how->before + how->after, shift = 0;

    for (int i = 0; i < n; i++) {
        int at = i - how->before;

        w[i] = windowed(center[at], at, at < 0 ? how->before : how->after);
    }
    for (int lag = 0; lag <= LH_CELP_ORDER; lag++)
        for (int i = lag; i < n; i++)
            sums[lag] += w[i] * w[i - lag];
    sums[0] += (sums[0] >> 11) + 16;
    while (sums[0] >> shift >= (int64_t)1 << 30)
        shift++;
    while (shift <= 0 && sums[0] << -shift < (int64_t)1 << 28)
        shift--;
    for (int lag = 0; lag <= LH_CELP_ORDER; lag++)
        r[lag] = (int32_t)(shift < 0 ? sums[lag] * (1 << -shift) : sums[lag] >> shift);
}

/* The sum and difference polynomials of A, each divided by its known root; half of each, which is
 * symmetric. */
enum { HALF = LH_CELP_ORDER / 2 };
static void split(const int32_t a[LH_CELP_ORDER], int64_t f[2][HALF + 1])
{
    f[0][0] = f[1][0] = 1 << LEVINSON_BITS;
    for (int i = 0; i < HALF; i++) {
        f[0][i + 1] = -(int64_t)a[i] - a[LH_CELP_ORDER - 1 - i] - f[0][i];
        f[1][i + 1] = -(int64_t)a[i] + a[LH_CELP_ORDER - 1 - i] + f[1][i];
    }
}

/* A polynomial at a frequency, by Clenshaw's recurrence. */
static int64_t value_at(const int64_t f[HALF + 1], int lsf)
{
    int64_t c_q15 = lh_celp_cosine((int16_t)lsf), b[2] = { 0, 0 };

    for (int k = 0; k < HALF; k++) {
        int64_t next = (b[0] * c_q15 >> 14) - b[1] + f[k];

        b[1] = b[0];
        b[0] = next;
    }
    return (b[0] * c_q15 >> 15) - b[1] + f[HALF] / 2;
}

/* The roots of both polynomials alternate. Returns false if one is missed: if it is outside the
 * range of the search, or if two are close together. */
static bool find_frequencies(const int32_t a[LH_CELP_ORDER], int16_t lsf[LH_CELP_ORDER])
{
    enum { STEP = 128, FIRST = 819, LAST = INT16_MAX - FIRST };
    int64_t f[2][HALF + 1], now, before;
    int count = 0;

    split(a, f);
    before = value_at(f[0], FIRST);
    for (int at = FIRST + STEP; at <= LAST && count < LH_CELP_ORDER; at += STEP) {
        now = value_at(f[count % 2], at);
        if ((now < 0) != (before < 0)) {
            lsf[count++] = (int16_t)(at - STEP * now / (now - before));
            now = value_at(f[count % 2], at);
        }
        before = now;
    }
    return count == LH_CELP_ORDER;
}

/* The frequencies with even numbers first, in ascending order, though their ranges overlap. */
static void quantize(const int16_t lsf[LH_CELP_ORDER], uint8_t codes[LH_CELP_ORDER])
{
    enum { DISTANCE = 400 };
    int16_t even[HALF + 1] = { [HALF] = INT16_MAX };

    for (int i = 0; i < HALF; i++) {
        const int16_t *values = lh_celp_lsf_even[i];
        int code = 0;

        while (code + 1 < 1 << lh_celp_lsf_bits[2 * i] &&
               (values[code] + values[code + 1] < 2 * lsf[2 * i] ||
                (i > 0 && values[code] < even[i - 1] + DISTANCE)))
            code++;
        codes[2 * i] = (uint8_t)code;
        even[i] = values[code];
    }
    for (int i = 1; i < LH_CELP_ORDER; i += 2) {
        int least = INT16_MAX + 1;

        for (unsigned code = 0; code < 1u << lh_celp_lsf_bits[i]; code++) {
            int distance = lh_celp_odd_lsf(i, code, even[i / 2], even[i / 2 + 1]) - lsf[i];

            distance = distance < 0 ? -distance : distance;
            if (distance < least) {
                least = distance;
                codes[i] = (uint8_t)code;
            }
        }
    }
}

/* A one-pole high-pass at 40 Hz. Its phase does not matter here, and it needs no look-ahead. */
static void block_dc(const int16_t x[WINDOW], int16_t out[WINDOW])
{
    int32_t y_q4 = 0;

    out[0] = 0;
    for (int i = 1; i < WINDOW; i++) {
        y_q4 += (x[i] - x[i - 1]) * 16 - (y_q4 >> 5);
        out[i] = saturate(y_q4 >> 4);
    }
}

void lh_celp_analyze(const int16_t *center, int spectra, const uint8_t last[LH_CELP_ORDER],
                     uint8_t codes[LH_CELP_SPECTRA_MAX][LH_CELP_ORDER])
{
    int16_t x[WINDOW];

    block_dc(center - LH_CELP_REACH_BEFORE, x);
    for (int set = 0; set < spectra; set++) {
        int32_t r[LH_CELP_ORDER + 1], a[LH_CELP_ORDER];
        int64_t factor_q15 = 32768;
        int16_t lsf[LH_CELP_ORDER];

        autocorrelate(x + LH_CELP_REACH_BEFORE, &analyses[set], r);
        levinson(r, LH_CELP_ORDER, a);
        for (int i = 0; i < LH_CELP_ORDER; i++) {
            factor_q15 = factor_q15 * analyses[set].bandwidth_q15 >> 15;
            a[i] = (int32_t)(a[i] * factor_q15 >> 15);
        }
        if (find_frequencies(a, lsf))
            quantize(lsf, codes[set]);
        else
            memcpy(codes[set], last, LH_CELP_ORDER);
    }
}
