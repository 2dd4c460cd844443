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

/* The logarithm of 1 + 2^-2d is close to (1 - d/4)^4. */
static int64_t lsp_error(const int16_t *a, const int16_t *added, const int16_t *b,
                         const int16_t *target)
{
    uint32_t squares = 0;
    int32_t sum = 0;

    for (int point = 0; point < SPECTRUM_POINTS; point++) {
        int16_t now = (int16_t)(a[point] + added[point]), other = b[point];
        int16_t most = now > other ? now : other, least = now > other ? other : now;
        int16_t apart = (int16_t)(most - least);
        uint16_t u = (uint16_t)(apart < 1023 ? 65535 - apart * 64 : 0);
        uint16_t square = (uint16_t)((uint32_t)u * u >> 16);
        uint16_t more = (uint16_t)((uint32_t)square * square >> 16);
        int16_t difference = (int16_t)((int16_t)(most + (more >> 9) - target[point]) >> 2);

        sum += difference;
        squares += (uint32_t)(difference * difference);
    }
    return (int64_t)squares * SPECTRUM_POINTS - (int64_t)sum * sum;
}

const struct dsp_spectrum dsp_spectrum_c = { mid_side, energy, scale, distances, above, lsp_error };
