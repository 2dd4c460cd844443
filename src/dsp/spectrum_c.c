/* The reference of the loops over coefficients. */
#include "dsp_spectrum.h"

static uint32_t magnitude(int32_t x) { return (uint32_t)(x < 0 ? -x : x); }

static void mid_side(const int32_t *left, const int32_t *right, int32_t *middle, int32_t *side,
                     unsigned n, uint32_t sums[4])
{
    uint32_t sum[4] = { 0 };

    for (unsigned i = 0; i < n / 8 * 8; i++) {
        int32_t l = left[i], r = right[i], m = (l + r) >> 1, s = (l - r) >> 1;

        middle[i] = m;
        side[i] = s;
        sum[0] += magnitude(l) >> 4;
        sum[1] += magnitude(r) >> 4;
        sum[2] += magnitude(m) >> 4;
        sum[3] += magnitude(s) >> 4;
    }
    for (int i = 0; i < 4; i++)
        sums[i] = sum[i];
}

static uint64_t energy(const int32_t *x, unsigned n)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < n; i++)
        sum += (uint64_t)((int64_t)x[i] * x[i]);
    return sum;
}

static void scale(const int32_t *x, const uint32_t *factors, unsigned shift, uint16_t *y,
                  unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint64_t product = (uint64_t)magnitude(x[i]) * factors[i] >> shift;

        y[i] = product < UINT16_MAX ? (uint16_t)product : UINT16_MAX;
    }
}

static void distances(const int32_t *w, const int32_t *end, const int32_t lsp[SPECTRUM_LSP],
                      int32_t *y, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        int64_t product = end[i];

        for (int j = 0; j < SPECTRUM_LSP; j++)
            product = product * (w[i] - lsp[j]) >> 30;
        y[i] = (int32_t)product;
    }
}

static void above(const uint16_t *y, unsigned n, uint16_t least, uint32_t *mask)
{
    for (unsigned i = 0; i < n; i += SPECTRUM_MASK) {
        uint32_t bits = 0;

        for (unsigned j = 0; j < SPECTRUM_MASK; j++)
            bits |= (uint32_t)(y[i + j] >= least) << j;
        mask[i / SPECTRUM_MASK] = bits;
    }
}

const struct dsp_spectrum dsp_spectrum_c = { mid_side, energy, scale, distances, above };
