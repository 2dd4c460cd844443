/* Line spectral pairs for a curve.
 *
 * The curve at a frequency is (p^2 (2 - w) + q^2 (2 + w))^(-1/4), where p and q are products of the
 * distances of w, twice the cosine, to the odd and to the even LSPs. In the logarithm, products are
 * sums of entries in a table. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

enum { SWEEPS_FAST = 2, SWEEPS = 4, LEAST_DISTANCE = 1 << 21 };

static int16_t log_q28(int32_t x) { return (int16_t)(log2_near((uint32_t)x) - 28 * 256); }

void wma_open_lsp(struct wma_lsp_logs *logs)
{
    for (int point = 0; point < WMA_POINTS; point++) {
        int32_t w = wma_sine(4096 - (2 * point + 1) * (4096 / WMA_POINTS)) / 2;

        logs->ends[0][point] = log_q28((2 << 28) + w) / 2;
        logs->ends[1][point] = log_q28((2 << 28) - w) / 2;
        for (unsigned i = 0; i < WMA_LSP; i++)
            for (unsigned j = 0; j < 1u << wma_lsp_bits(i); j++)
                logs->distances[i][j][point] =
                    log_q28(max_i32(L_abs(w - wma_lsp[i][j]), LEAST_DISTANCE));
    }
}

static void add_points(int16_t *restrict to, const int16_t *restrict a, const int16_t *restrict b)
{
    for (int point = 0; point < WMA_POINTS; point++)
        to[point] = (int16_t)(a[point] + b[point]);
}

static void subtract_points(int16_t *restrict to, const int16_t *restrict a,
                            const int16_t *restrict b)
{
    for (int point = 0; point < WMA_POINTS; point++)
        to[point] = (int16_t)(a[point] - b[point]);
}

/* The logarithms of p and q, with the roots of 2 - w and 2 + w. */
static void sum_up(const struct wma_lsp_logs *logs, const uint8_t lsp[WMA_LSP],
                   int16_t sums[2][WMA_POINTS])
{
    memcpy(sums, logs->ends, sizeof logs->ends);
    for (int i = 0; i < WMA_LSP; i++)
        for (int point = 0; point < WMA_POINTS; point++)
            sums[i % 2][point] += logs->distances[i][lsp[i]][point];
}

/* LSPs that are being improved: the logarithms of their products, and the least error so far. */
struct fit {
    const struct dsp_spectrum *spectrum;
    const struct wma_lsp_logs *logs;
    uint8_t *lsp;
    int16_t target[WMA_POINTS], sums[2][WMA_POINTS];
    int64_t least;
};

/* One of them: the sums without it. */
struct one {
    const int16_t (*distances)[WMA_POINTS];
    int16_t rest[WMA_POINTS];
    const int16_t *other;
    unsigned count, index;
};

static bool try_index(struct fit *fit, struct one *one, unsigned index)
{
    int64_t error =
        fit->spectrum->lsp_error(one->rest, one->distances[index], one->other, fit->target);

    if (error >= fit->least)
        return false;
    fit->least = error;
    one->index = index;
    return true;
}

static void try_all(struct fit *fit, struct one *one)
{
    for (unsigned i = 0; i < one->count; i++)
        try_index(fit, one, i);
}

/* Moves up or down as long as that improves. */
static void try_neighbors(struct fit *fit, struct one *one)
{
    unsigned start = one->index;

    while (one->index + 1 < one->count && try_index(fit, one, one->index + 1))
        continue;
    while (one->index <= start && one->index > 0 && try_index(fit, one, one->index - 1))
        continue;
}

/* Returns true if an LSP changes. */
static bool improve(struct fit *fit, unsigned i, bool all)
{
    struct one one = { .distances = fit->logs->distances[i],
                       .other = fit->sums[1 - i % 2],
                       .count = 1u << wma_lsp_bits(i),
                       .index = fit->lsp[i] };
    int16_t *sums = fit->sums[i % 2];

    subtract_points(one.rest, sums, one.distances[one.index]);
    if (all)
        try_all(fit, &one);
    else
        try_neighbors(fit, &one);
    if (one.index == fit->lsp[i])
        return false;
    fit->lsp[i] = (uint8_t)one.index;
    add_points(sums, one.rest, one.distances[one.index]);
    return true;
}

/* Each LSP is improved in turn until none of them changes any more. Below quality 2, one or two
 * LSPs, others in each frame, try all indices once, and the others those near the last frame's. */
void wma_fit_lsp(const struct dsp_spectrum *spectrum, const struct wma_lsp_logs *logs,
                 const int target[WMA_POINTS], const struct wma_effort *effort,
                 uint8_t lsp[WMA_LSP])
{
    static const int16_t nothing[WMA_POINTS];
    struct fit fit = { .spectrum = spectrum, .logs = logs, .lsp = lsp };
    unsigned sweeps = effort->quality < 2 ? SWEEPS_FAST : SWEEPS, turn = effort->frames % WMA_LSP,
             second = effort->quality == 0 ? turn : (turn + WMA_LSP / 2) % WMA_LSP, same = 0;

    for (int point = 0; point < WMA_POINTS; point++)
        fit.target[point] = (int16_t)(-2 * target[point]);
    sum_up(logs, lsp, fit.sums);
    fit.least = spectrum->lsp_error(fit.sums[0], nothing, fit.sums[1], fit.target);
    for (unsigned n = 0; n < sweeps * WMA_LSP && same < WMA_LSP; n++) {
        unsigned i = n % WMA_LSP;
        bool all = n < WMA_LSP && (i == turn || i == second);

        same = improve(&fit, i, effort->quality == 2 || all) ? 0 : same + 1;
    }
}
