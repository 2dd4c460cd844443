/* Line spectral frequencies: clauses 2.5 to 2.7, 3.2, 3.3, 3.10.1. */
#include <string.h>
#include "tables.h"

enum { HALF = G7231_ORDER / 2, BANDS = 3 };
enum { PREDICTION_Q15 = 12288, PREDICTION_ERASED_Q15 = 23552 }; /* 12/32, 23/32 */
enum {
    GAP = 0x100,
    GAP_ERASED = 0x200,
    LOWEST = 0x180,
    HIGHEST = 0x7E00,
    SLACK = 4,
    ATTEMPTS = 10
};

static const struct band {
    const int16_t (*codes)[4];
    int first, count;
} bands[BANDS] = {
    { g7231_lsp_band0, 0, 3 },
    { g7231_lsp_band1, 3, 3 },
    { g7231_lsp_band2, 6, 4 },
};

/* --- From coefficients --- */

/* The sum and the difference polynomial without their roots at -1 and 1. The middle one of the 11
 * coefficients is halved, and one shift scales both to 16 bits. */
static void polynomials(const int16_t lpc[G7231_ORDER], int16_t p[2][HALF + 1])
{
    int32_t wide[2][HALF + 1], peak = 0;
    int shift;

    wide[0][0] = wide[1][0] = 0x02000000; /* 1/64, like the coefficients below */
    for (int i = 0; i < HALF; i++) {
        int32_t low = L_deposit_h(lpc[i]) >> 4, high = L_deposit_h(lpc[G7231_ORDER - 1 - i]) >> 4;

        wide[0][i + 1] = L_sub(L_sub(L_negate(wide[0][i]), low), high);
        wide[1][i + 1] = L_add(L_sub(wide[1][i], low), high);
    }
    for (int k = 0; k < 2; k++) {
        wide[k][HALF] >>= 1;
        for (int i = 0; i <= HALF; i++)
            peak = max_i32(peak, L_abs(wide[k][i]));
    }
    shift = norm_l(peak);
    for (int k = 0; k < 2; k++)
        for (int i = 0; i <= HALF; i++)
            p[k][i] = round_q15(L_shl(wide[k][i], shift));
}

/* The value at angle 2 pi i / 512. */
static int32_t value(const int16_t p[HALF + 1], int i)
{
    int32_t sum = 0;

    for (int j = 0; j <= HALF; j++)
        sum = L_mac(sum, p[HALF - j], g7231_cosine_q14[i * j % G7231_COSINES]);
    return sum;
}

/* The root between i - 1 and i, in 1/128 of a step. */
static int16_t root(int i, int32_t previous, int32_t now)
{
    int32_t sum = L_add(L_abs(now), L_abs(previous));
    int shift = norm_l(sum);

    return add(div_l(L_shl(L_abs(previous), shift) >> 8, extract_h(L_shl(sum, shift))),
               (int16_t)((i - 1) << 7));
}

void g7231_lsp_from_lpc(const int16_t lpc_q13[G7231_ORDER], const int16_t previous[G7231_ORDER],
                        int16_t lsp[G7231_ORDER])
{
    int16_t expanded[G7231_ORDER], p[2][HALF + 1], found[G7231_ORDER];
    int roots = 0;
    int32_t last = 0, now;

    for (int i = 0; i < G7231_ORDER; i++)
        expanded[i] = mult_r(lpc_q13[i], g7231_expansion_q15[i]);
    polynomials(expanded, p);
    for (int j = 0; j <= HALF; j++)
        last = L_mac(last, p[0][j], g7231_cosine_q14[0]);
    for (int i = 1; i < G7231_COSINES / 2 && roots < G7231_ORDER; i++, last = now) {
        now = value(p[roots % 2], i);
        if ((now ^ last) < 0) { /* the roots of the two polynomials alternate */
            found[roots++] = root(i, last, now);
            now = value(p[roots % 2], i);
        }
    }
    memcpy(lsp, roots == G7231_ORDER ? found : previous, sizeof found);
}

/* --- Coding --- */

/* Inverse distances to the nearer neighbor, normalized. */
static void weights(const int16_t lsp[G7231_ORDER], int16_t w[G7231_ORDER])
{
    int16_t peak = 0;
    int shift;

    for (int i = 0; i < G7231_ORDER; i++) {
        int16_t above = i < G7231_ORDER - 1 ? sub(lsp[i + 1], lsp[i]) : INT16_MAX;
        int16_t below = i > 0 ? sub(lsp[i], lsp[i - 1]) : INT16_MAX;
        int16_t gap = (int16_t)min_i32(above, below);

        w[i] = gap > 32 ? div_s(32, gap) : INT16_MAX;
        peak = (int16_t)max_i32(peak, w[i]);
    }
    shift = norm_s(peak);
    for (int i = 0; i < G7231_ORDER; i++)
        w[i] = shl(w[i], shift);
}

/* 2 target . w code - code . w code by L_mac and L_msu. */
static int32_t gain_of(const int16_t *code, const int16_t *target, const int16_t *w, int count)
{
    int16_t weighted[4];
    int32_t gain = 0;

    for (int j = 0; j < count; j++) {
        weighted[j] = mult_r(w[j], code[j]);
        gain = L_mac(gain, target[j], weighted[j]);
    }
    gain = L_shl(gain, 1);
    for (int j = 0; j < count; j++)
        gain = L_msu(gain, code[j], weighted[j]);
    return gain;
}

static uint32_t nearest_saturating(const struct band *band, const int16_t *target, const int16_t *w)
{
    int32_t best = -1;
    uint32_t index = 0;

    for (uint32_t i = 0; i < G7231_LSP_CODES; i++) {
        int32_t gain = gain_of(band->codes[i], target, w, band->count);

        if (gain > best) {
            best = gain;
            index = i;
        }
    }
    return index;
}

/* The code of the largest gain. Codes are below 6013 and weights below 1: with targets below 8000
 * no sum exceeds 4 (4 8000 6012 + 2 6012^2) < 2^31, and nothing saturates. That of the first code
 * is 0. */
static uint32_t nearest(const struct dsp_celp *dsp, const struct band *band, const int16_t *target,
                        const int16_t *w)
{
    int16_t twice[4] = { 0 }, weights[4] = { 0 };

    for (int j = 0; j < band->count; j++) {
        if (target[j] >= 8000 || target[j] <= -8000)
            return nearest_saturating(band, target, w);
        twice[j] = (int16_t)(2 * target[j]);
        weights[j] = w[j];
    }
    return (uint32_t)dsp->best_code(band->codes, G7231_LSP_CODES, twice, weights);
}

static int16_t predicted(const int16_t previous[G7231_ORDER], int i, int16_t factor_q15)
{
    return mult_r(sub(previous[i], g7231_lsp_mean[i]), factor_q15);
}

uint32_t g7231_lsp_encode(const struct dsp_celp *dsp, const int16_t lsp[G7231_ORDER],
                          const int16_t previous[G7231_ORDER])
{
    int16_t w[G7231_ORDER], target[G7231_ORDER];
    uint32_t codes = 0;

    weights(lsp, w);
    for (int i = 0; i < G7231_ORDER; i++)
        target[i] = sub(sub(lsp[i], g7231_lsp_mean[i]), predicted(previous, i, PREDICTION_Q15));
    for (int k = 0; k < BANDS; k++)
        codes = codes << 8 | nearest(dsp, &bands[k], target + bands[k].first, w + bands[k].first);
    return codes;
}

/* Moves neighbors that are too close apart, once; returns true if all distances suffice then. */
static bool separate(int16_t lsp[G7231_ORDER], int16_t gap)
{
    bool stable = true;

    lsp[0] = (int16_t)max_i32(lsp[0], LOWEST);
    lsp[G7231_ORDER - 1] = (int16_t)min_i32(lsp[G7231_ORDER - 1], HIGHEST);
    for (int j = 1; j < G7231_ORDER; j++) {
        int16_t excess = sub(add(gap, lsp[j - 1]), lsp[j]);

        if (excess > 0) {
            lsp[j - 1] = sub(lsp[j - 1], shr(excess, 1));
            lsp[j] = add(lsp[j], shr(excess, 1));
        }
    }
    for (int j = 1; j < G7231_ORDER; j++)
        stable = stable && sub(sub(add(lsp[j - 1], gap), SLACK), lsp[j]) <= 0;
    return stable;
}

void g7231_lsp_decode(uint32_t codes, bool erased, const int16_t previous[G7231_ORDER],
                      int16_t lsp[G7231_ORDER])
{
    bool stable = false;

    for (int k = 0; k < BANDS; k++) {
        uint32_t code = erased ? 0 : codes >> 8 * (BANDS - 1 - k) & 0xFF;

        memcpy(lsp + bands[k].first, bands[k].codes[code], (size_t)bands[k].count * sizeof *lsp);
    }
    for (int i = 0; i < G7231_ORDER; i++)
        lsp[i] = add(
            add(lsp[i], predicted(previous, i, erased ? PREDICTION_ERASED_Q15 : PREDICTION_Q15)),
            g7231_lsp_mean[i]);
    for (int i = 0; i < ATTEMPTS && !stable; i++)
        stable = separate(lsp, erased ? GAP_ERASED : GAP);
    if (!stable)
        memcpy(lsp, previous, G7231_ORDER * sizeof *lsp);
}

/* --- To coefficients --- */

/* -cos of a frequency, Q15, interpolated between entries of the table, which are 128 apart. The
 * index is masked: the frequencies of a stable vector are positive, but nothing here relies on
 * that. Only 1 and -1 saturate. */
static int16_t minus_cosine(int16_t lsp)
{
    int at = lsp >> 7 & (G7231_COSINES - 1);
    int16_t here = g7231_cosine_q14[at], next = g7231_cosine_q14[(at + 1) % G7231_COSINES];
    int32_t cosine_q29 = here * 32768 + (next - here) * ((lsp & 0x7F) * 256 + 128);

    return (int16_t)clamp(-((cosine_q29 + 0x2000) >> 14), -INT16_MAX, INT16_MAX);
}

/* L_mls, for x > -32768 */
static int32_t scaled(int32_t f, int16_t x) { return (int32_t)((int64_t)f * x >> 15); }

/* -f / 2^13, rounded and saturated */
static int16_t minus_rounded(int32_t f)
{
    return (int16_t)clamp(-(((f >> 12) + 1) >> 1), -INT16_MAX, INT16_MAX);
}

/* The product of 1 - 2 cos w z^-1 + z^-2 over every second frequency from x on, halved for each
 * factor from the third on: the first six coefficients in Q28 / 8. The others mirror them. */
static void product(const int16_t x[G7231_ORDER - 1], int32_t f[HALF + 1])
{
    f[0] = 0x10000000;
    f[1] = L_mac(L_mult(x[0], 0x2000), x[2], 0x2000);
    f[2] = L_add(L_mult(x[0], x[2]) >> 1, 0x20000000);
#pragma GCC unroll 3
    for (int i = 2; i < HALF; i++) {
        f[i + 1] = L_add(scaled(f[i], x[2 * i]), f[i - 1]);
#pragma GCC unroll 3
        for (int j = i; j >= 2; j--)
            f[j] = L_add(L_add(scaled(f[j - 1], x[2 * i]), f[j] >> 1), f[j - 2] >> 1);
        f[0] >>= 1;
        f[1] = L_add(L_deposit_h(x[2 * i]) >> i, f[1]) >> 1;
    }
}

static void lpc_from_lsp(const int16_t lsp[G7231_ORDER], int16_t lpc_q13[G7231_ORDER])
{
    int16_t x[G7231_ORDER];
    int32_t p[HALF + 1], q[HALF + 1];

    for (int i = 0; i < G7231_ORDER; i++)
        x[i] = minus_cosine(lsp[i]);
    product(x, p);
    product(x + 1, q);
    for (int i = 0; i < HALF; i++) {
        int32_t sum = L_add(p[i], p[i + 1]);

        lpc_q13[i] = minus_rounded(L_add(L_sub(sum, q[i]), q[i + 1]));
        lpc_q13[G7231_ORDER - 1 - i] = minus_rounded(L_sub(L_add(sum, q[i]), q[i + 1]));
    }
}

/* Quarters of the way, rounded: nothing saturates. */
void g7231_lsp_interpolate(const int16_t previous[G7231_ORDER], const int16_t now[G7231_ORDER],
                           int16_t lpc_q13[G7231_SUBFRAMES][G7231_ORDER])
{
    for (int k = 1; k <= G7231_SUBFRAMES; k++) {
        int16_t lsp[G7231_ORDER];

        for (int j = 0; j < G7231_ORDER; j++)
            lsp[j] = (int16_t)((previous[j] * (G7231_SUBFRAMES - k) + now[j] * k + 2) >> 2);
        lpc_from_lsp(lsp, lpc_q13[k - 1]);
    }
}
