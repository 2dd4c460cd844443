/* Filters of order 10. Each has two implementations with identical results: vectorized unsaturated
 * sums, used when a bound shows that no step of the standard's saturates, and the standard's steps.
 * Sums are of single products, half of what L_mac gives. */
#include <string.h>
#include "g729.h"
#include "mac.h"

const int16_t g729_powers_q15[3][G729_ORDER] = {
    [G729_NUMERATOR] = { 18022, 9912, 5451, 2998, 1649, 907, 499, 274, 151, 83 },
    [G729_DENOMINATOR] = { 22938, 16057, 11240, 7868, 5508, 3856, 2699, 1889, 1322, 925 },
    [G729_WEIGHTING] = { 24576, 18432, 13824, 10368, 7776, 5832, 4374, 3281, 2461, 1846 },
};

void g729_expand_bandwidth(const int16_t a_q12[G729_ORDER + 1], enum g729_gamma gamma,
                           int16_t out_q12[G729_ORDER + 1])
{
    const int16_t *powers_q15 = g729_powers_q15[gamma];

    out_q12[0] = a_q12[0];
    for (int i = 0; i < G729_ORDER / 8 * 8; i++)
        out_q12[i + 1] = (int16_t)((a_q12[i + 1] * powers_q15[i] + 0x4000) >> 15);
    for (int i = G729_ORDER / 8 * 8; i < G729_ORDER; i++)
        out_q12[i + 1] = (int16_t)((a_q12[i + 1] * powers_q15[i] + 0x4000) >> 15);
}

/* Returns true if no sum of the coefficients times samples of at most this magnitude reaches 2^30,
 * with a margin for rounding. The first coefficient is 4096. */
static bool is_exact(const int16_t a_q12[G729_ORDER + 1], int32_t peak)
{
    int32_t sum = a_q12[0];

    for (int i = 1; i <= G729_ORDER / 8 * 8; i++)
        sum += a_q12[i] < 0 ? -a_q12[i] : a_q12[i];
    for (int i = G729_ORDER / 8 * 8 + 1; i <= G729_ORDER; i++)
        sum += a_q12[i] < 0 ? -a_q12[i] : a_q12[i];
    return (int64_t)sum * peak < (1 << 30) - (1 << 27) - (1 << 11);
}

/* The standard's steps for one sample. */
static int16_t residual_saturating(const int16_t a_q12[G729_ORDER + 1], const int16_t *x)
{
    int32_t sum = L_mult(x[0], a_q12[0]);

    for (int j = 1; j <= G729_ORDER; j++)
        sum = L_mac(sum, a_q12[j], x[-j]);
    return round_q15(L_shl(sum, 3));
}

void g729_residual(const struct dsp_celp *dsp, const int16_t a_q12[G729_ORDER + 1],
                   const int16_t *x, int16_t y[G729_SUBFRAME])
{
    int32_t sums[G729_SUBFRAME];

    if (!is_exact(a_q12, dsp->peak(x - G729_ORDER, G729_ORDER + G729_SUBFRAME))) {
        for (int i = 0; i < G729_SUBFRAME; i++)
            y[i] = residual_saturating(a_q12, x + i);
        return;
    }
    dsp->zeros(x - 1, a_q12 + 1, G729_ORDER / 2, sums, G729_SUBFRAME);
    for (int i = 0; i < G729_SUBFRAME; i++)
        sums[i] += a_q12[0] * x[i];
    dsp->narrow(sums, 1 << 11, 12, y, G729_SUBFRAME);
}

/* The standard's steps, with its Overflow flag: a step saturates if its result differs from the
 * same sum in 64 bits. */
static bool synthesize_saturating(const int16_t a_q12[G729_ORDER + 1], const int16_t *x, int16_t *y,
                                  int n)
{
    bool overflow = false;

    for (int i = 0; i < n; i++) {
        int32_t sum = L_mult(x[i], a_q12[0]), scaled;

        for (int j = 1; j <= G729_ORDER; j++) {
            int64_t exact = sum - (int64_t)2 * a_q12[j] * y[i - j];

            sum = L_msu(sum, a_q12[j], y[i - j]);
            overflow |= sum != exact;
        }
        scaled = L_shl(sum, 3);
        overflow |= scaled != (int64_t)sum * 8 || scaled > INT32_MAX - 0x8000;
        y[i] = round_q15(scaled);
    }
    return overflow;
}

/* The kernel adds where the standard subtracts. Returns false if a coefficient cannot be negated.
 */
static bool negatives(const int16_t a_q12[G729_ORDER + 1], int16_t out_q12[G729_ORDER])
{
    int16_t least = 0;

    for (int j = 0; j < G729_ORDER / 8 * 8; j++) {
        least = a_q12[j + 1] < least ? a_q12[j + 1] : least;
        out_q12[j] = (int16_t)-a_q12[j + 1];
    }
    for (int j = G729_ORDER / 8 * 8; j < G729_ORDER; j++) {
        least = a_q12[j + 1] < least ? a_q12[j + 1] : least;
        out_q12[j] = (int16_t)-a_q12[j + 1];
    }
    return least != INT16_MIN;
}

/* The kernel's sums may wrap around. In that case this sample or an earlier one exceeds the bound,
 * and the samples are computed again. */
bool g729_synthesis(const struct dsp_celp *dsp, const int16_t a_q12[G729_ORDER + 1],
                    const int16_t *x, int16_t *y, int n, int16_t memory[G729_ORDER])
{
    int16_t out[G729_ORDER + G729_SUBFRAME], poles_q12[G729_ORDER];
    int32_t sums[G729_SUBFRAME], peak;
    bool overflow = false;

    for (int i = 0; i < n; i += 8)
        for (int k = 0; k < 8; k++)
            sums[i + k] = a_q12[0] * x[i + k];
    memcpy(out, memory, G729_ORDER * sizeof *out);
    peak = negatives(a_q12, poles_q12) ? dsp->poles(sums, poles_q12, 12, out + G729_ORDER, sums, n)
                                       : INT16_MAX;
    if (peak >= INT16_MAX || !is_exact(a_q12, peak))
        overflow = synthesize_saturating(a_q12, x, out + G729_ORDER, n);
    for (int i = 0; i < n; i += 8)
        memcpy(y + i, out + G729_ORDER + i, 8 * sizeof *y);
    memcpy(memory, out + n, G729_ORDER * sizeof *memory);
    return overflow;
}
