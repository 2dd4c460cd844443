/* The inverse of the curve of LSPs, with the precision that a quantizer needs.
 *
 * With the angle a of a frequency, w = 2 cos a, and the products p and q of the distances of w to
 * the odd and to the even LSPs, the inverse is the fourth root of (p sin(a/2))^2 + (q cos(a/2))^2,
 * but for a factor. It is computed at knots, which are eight coefficients apart, and interpolated
 * below quality 2 where it is smooth. It is not near LSPs that are close to each other. */
#include "encoder.h"
#include "fixed.h"

enum { ROOT_STEPS = 128, LEAST_ROOT = 1 << 17, APART = WMA_KNOTS_APART };

static void set_angle(struct wma_inverse *inverse, unsigned at, int angle)
{
    inverse->cosines[at] = wma_sine(4096 - angle) / 2;
    inverse->ends[0][at] = wma_sine(4096 - angle / 2);
    inverse->ends[1][at] = wma_sine(angle / 2);
}

void wma_open_inverse(struct wma_inverse *inverse, unsigned frame_bits)
{
    unsigned n = 1u << frame_bits;

    for (unsigned i = 0; i < n; i++)
        set_angle(inverse, i, (int)(i << (13 - frame_bits)));
    for (unsigned i = 0; i <= n / APART; i++)
        set_angle(inverse, WMA_FRAME + i, (int)((i * APART) << (13 - frame_bits)));
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

/* The odd and the even LSPs. */
struct pairs {
    int32_t lsp[2][WMA_LSP / 2];
};

/* The inverse, Q30, at n angles of the tables, without the factor. n is a multiple of 8. */
static void find_roots(const struct wma_encoder *state, const struct pairs *pairs, unsigned from,
                       unsigned n, uint32_t *roots)
{
    const struct wma_inverse *inverse = &state->inverse_curve;
    int32_t p[2][WMA_FRAME];

    for (int i = 0; i < 2; i++)
        state->spectrum->distances(inverse->cosines + from, inverse->ends[i] + from, pairs->lsp[i],
                                   p[i], n);
    for (unsigned i = 0; i < n; i++) {
        uint64_t sum = (uint64_t)((int64_t)p[0][i] * p[0][i] + (int64_t)p[1][i] * p[1][i]);

        roots[i] = fourth_root(inverse, sum);
    }
}

static uint32_t min_u32(uint32_t a, uint32_t b) { return a < b ? a : b; }

static uint32_t least_of(const uint32_t *x, unsigned n)
{
    uint32_t least = UINT32_MAX;

    for (unsigned i = 0; i < n; i++)
        least = min_u32(least, x[i]);
    return least;
}

/* The magnitude of the second difference. */
static uint64_t bend(const uint32_t knots[3])
{
    int64_t bend = (int64_t)knots[0] + knots[2] - 2 * (int64_t)knots[1];

    return (uint64_t)(bend < 0 ? -bend : bend);
}

/* Between the second and the third of four knots, an interpolation is off by 0.8 % at most, and by
 * 0.03 % in the mean, unless the curve bends by more than an eighth. Near the least value, to which
 * the curve is relative, it is computed. */
static bool is_smooth(const uint32_t knots[4], uint32_t least)
{
    uint32_t low = min_u32(knots[1], knots[2]);

    return (bend(knots) + bend(knots + 1)) * 8 <= low && low > least + least / 64;
}

/* From the second of four knots on, by the mean of the two second differences. */
static void interpolate(const uint32_t knots[4], uint32_t y[APART])
{
    int32_t a = (int32_t)knots[0], b = (int32_t)knots[1], c = (int32_t)knots[2],
            d = (int32_t)knots[3];
    int32_t second = ((a - b) / 2 + (d - c) / 2) / (APART * APART);
    int32_t value = b, first = (c - b) / APART - second * (APART - 1) / 2;

    for (int i = 0; i < APART; i++) {
        y[i] = (uint32_t)value;
        value += first;
        first += second;
    }
}

/* The coefficients of the groups that are not smooth. Returns the least one. */
static uint32_t find_rough(const struct wma_encoder *state, const struct pairs *pairs,
                           const bool *smooth, unsigned groups, uint32_t *roots)
{
    uint32_t least = UINT32_MAX;

    for (unsigned from = 0, to; from < groups; from = to) {
        unsigned n;

        for (to = from + 1; to < groups && smooth[to] == smooth[from]; to++)
            continue;
        if (smooth[from])
            continue;
        n = (to - from) * APART;
        find_roots(state, pairs, from * APART, n, roots + from * APART);
        least = min_u32(least, least_of(roots + from * APART, n));
    }
    return least;
}

/* Inverses relative to the least, of which the factor is a quotient. */
static void scale(uint32_t *x, unsigned n, uint64_t factor)
{
    for (unsigned i = 0; i < n; i++) {
        uint64_t scaled = x[i] * factor >> 30;

        x[i] = (uint32_t)(scaled < WMA_INVERSE_MOST ? scaled : WMA_INVERSE_MOST);
    }
}

bool wma_invert_lsp(const struct wma_encoder *state, const uint8_t indices[WMA_LSP],
                    uint32_t result[WMA_FRAME])
{
    unsigned groups = (1u << state->setup.frame_bits) / APART;
    uint32_t knots[1 + WMA_KNOTS], least; /* the curve at 0 is in knots[1] */
    bool exact = state->effort.quality == 2, smooth[WMA_FRAME / APART];
    struct pairs pairs;
    uint64_t factor;

    for (int i = 0; i < WMA_LSP; i++)
        pairs.lsp[i % 2][i / 2] = wma_lsp[i][indices[i]];
    find_roots(state, &pairs, WMA_FRAME, groups + 8, knots + 1);
    knots[0] = knots[2]; /* the curve is symmetric about both ends of the spectrum */
    knots[groups + 2] = knots[groups];
    least = least_of(knots + 1, groups);
    for (unsigned i = 0; i < groups; i++)
        smooth[i] = !exact && is_smooth(knots + i, least);
    least = min_u32(least, find_rough(state, &pairs, smooth, groups, result));
    if (least < LEAST_ROOT)
        return false;
    factor = (1ull << (30 + WMA_INVERSE_Q)) / least;
    scale(knots, groups + 3, factor);
    for (unsigned i = 0; i < groups; i++)
        if (smooth[i])
            interpolate(knots + i, result + i * APART);
        else
            scale(result + i * APART, APART, factor);
    return true;
}
