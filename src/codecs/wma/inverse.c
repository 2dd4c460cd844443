/* The inverse of the curve of LSPs, with the precision that a quantizer needs.
 *
 * With the angle a of a frequency, w = 2 cos a, and the products p and q of the distances of w to
 * the odd and to the even LSPs, the inverse is the fourth root of (p sin(a/2))^2 + (q cos(a/2))^2,
 * but for a factor. */
#include "encoder.h"
#include "fixed.h"

enum { ROOT_STEPS = 128, LEAST_ROOT = 1 << 17 };

void wma_open_inverse(struct wma_inverse *inverse, unsigned frame_bits)
{
    for (int i = 0; i < 1 << frame_bits; i++) {
        int angle = i << (13 - frame_bits);

        inverse->cosines[i] = wma_sine(4096 - angle) / 2;
        inverse->ends[0][i] = wma_sine(4096 - angle / 2);
        inverse->ends[1][i] = wma_sine(angle / 2);
    }
    for (uint64_t i = 0; i <= ROOT_STEPS; i++) {
        uint64_t root = isqrt64((ROOT_STEPS + i) << (60 - 7));

        inverse->roots[i] = (uint32_t)isqrt64(root << 30);
    }
}

/* The fourth root, Q30, of x, Q60, which is 0 to 1. */
static uint32_t fourth_root(const struct wma_inverse *inverse, uint64_t x)
{
    static const uint32_t quarters[4] = { 1073741824, 902905651, 759250125, 638450708 };
    unsigned zeros = (unsigned)__builtin_clzll(x | 1), down = zeros - 3;
    uint64_t m = x << zeros;
    const uint32_t *at = inverse->roots + (m >> 56 & 127);
    uint64_t root = at[0] + ((at[1] - at[0]) * (m >> 40 & UINT16_MAX) >> 16);

    return (uint32_t)(root * quarters[down % 4] >> (30 + down / 4));
}

bool wma_invert_lsp(const struct wma_encoder *state, const uint8_t indices[WMA_LSP],
                    uint32_t result[WMA_FRAME])
{
    const struct wma_inverse *inverse = &state->inverse_curve;
    unsigned n = 1u << state->setup.frame_bits;
    int32_t lsp[2][WMA_LSP / 2], p[2][WMA_FRAME];
    uint32_t least = UINT32_MAX;
    uint64_t one;

    for (int i = 0; i < WMA_LSP; i++)
        lsp[i % 2][i / 2] = wma_lsp[i][indices[i]];
    for (int i = 0; i < 2; i++)
        state->spectrum->distances(inverse->cosines, inverse->ends[i], lsp[i], p[i], n);
    for (unsigned i = 0; i < n; i++) {
        uint64_t sum = (uint64_t)((int64_t)p[0][i] * p[0][i] + (int64_t)p[1][i] * p[1][i]);

        result[i] = fourth_root(inverse, sum);
        if (result[i] < least)
            least = result[i];
    }
    if (least < LEAST_ROOT)
        return false;
    one = (1ull << (30 + WMA_INVERSE_Q)) / least;
    for (unsigned i = 0; i < n; i++) {
        uint64_t scaled = result[i] * one >> 30;

        result[i] = (uint32_t)(scaled < WMA_INVERSE_MOST ? scaled : WMA_INVERSE_MOST);
    }
    return true;
}
