/* Hybrid windows: blocks 36, 43 and 49.
 *
 * No sum leaves 32 bits. A windowed sample is at most 2^13, so that the squares of the samples of
 * an update, at most 20, add up to at most 20 2^26 < 2^31. The weights of the recent samples rise
 * like a sine, and their squares add up to less than 20; products with the 35 samples before, whose
 * weights are less than 1, therefore add up to less than sqrt(20 35) 2^26 < 2^31 (Cauchy-Schwarz).
 * Half of that and half of the exponential part, which has 31 bits, add up to less than 2^31. */
#include <string.h>
#include "g728.h"

enum { KERNEL_LENGTH = 16 }; /* the least that the kernels take */

/* sums[k] = sum of x[i] x[i + k] over i < n. */
static void correlate(const struct dsp_celp *dsp, const int16_t *x, int n, int32_t *sums, int count)
{
    if (n >= KERNEL_LENGTH) {
        dsp->correlate(x, x, n, sums, count);
        return;
    }
    for (int k = 0; k < count; k++) {
        sums[k] = 0;
        for (int i = 0; i < n; i++)
            sums[k] += x[i] * x[i + k];
    }
}

/* Two parts of an autocorrelation with different exponents. */
struct parts {
    const int16_t *old;
    int32_t weight_q16; /* of `old` */
    const int32_t *new;
    int old_q, new_q;
};

/* Aligns to the smaller exponent, and halves so that the sum cannot overflow. */
static int32_t sum_at(const struct parts *parts, int i)
{
    int excess = parts->old_q - parts->new_q;
    int32_t old = parts->old[i] * parts->weight_q16;

    return L_shr(old, 1 + max_i32(excess, 0)) + L_shr(parts->new[i], 1 + max_i32(-excess, 0));
}

/* Adds the parts, normalizes the energy and scales the others alike. Returns the shift. White noise
 * 24 dB below the signal, a part in 256 of the energy, conditions the matrix. */
static int add_parts(const struct parts *parts, bool noise, int16_t *out, int count)
{
    int32_t energy = sum_at(parts, 0);
    int shift;

    if (noise)
        energy += energy >> 8;
    shift = energy == 0 ? 31 : norm_l(energy);
    out[0] = round_q15(L_shl(energy, shift));
    for (int i = 1; i < count; i++)
        out[i] = round_q15(L_shl(sum_at(parts, i), shift));
    return shift;
}

bool g728_autocorrelation(const struct dsp_celp *dsp, const struct g728_window *window,
                          const int16_t *windowed, int q, struct g728_recursion *recursion,
                          int16_t *r)
{
    int32_t sums[G728_ORDER + 1];
    int16_t faded[G728_ORDER + 1];
    int count = window->order + 1, shift;
    struct parts parts = { faded, 65536 - (65536 >> window->decay), sums, recursion->q, 2 * q };

    memcpy(faded, recursion->r, sizeof faded);
    correlate(dsp, windowed + window->recent, window->update, sums, count);
    shift = add_parts(&parts, false, recursion->r, count);
    recursion->q = (int16_t)(min_i32(recursion->q, 2 * q) + shift - 1);
    correlate(dsp, windowed, window->recent, sums, count);
    parts = (struct parts){ recursion->r, 65536, sums, recursion->q, 2 * q };
    add_parts(&parts, true, r, count);
    return sum_at(&parts, window->order) != 0;
}

bool g728_analyze(const struct dsp_celp *dsp, const struct g728_window *window,
                  const int16_t *samples, struct g728_recursion *recursion, int16_t *r)
{
    int16_t windowed[G728_LPC_WINDOW];
    int shift = g728_headroom(samples, window->length, 15);

    for (int i = 0; i < window->length; i++)
        windowed[i] =
            round_q15(L_shl(samples[window->length - 1 - i] * window->weights_q15[i], shift));
    return g728_autocorrelation(dsp, window, windowed, shift, recursion, r);
}
