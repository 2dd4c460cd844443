/* Line spectral frequencies and pairs. */
#include <string.h>
#include "tables.h"

enum { PI_LSF = 314159265, ONE_Q30 = 1 << 30, NARROW_GAP = 3926991, WIDE_GAP = 1963495 };
static const int64_t UNIT_Q58 = 2882303762; /* 10^-8 */

/* The vector that the codes select. */
static void select_vector(const struct acelp_net_codebook books[ACELP_NET_CODEBOOKS],
                          const uint8_t codes[ACELP_NET_CODEBOOKS], int32_t *out)
{
    for (int i = 0; i < ACELP_NET_CODEBOOKS; i++) {
        memcpy(out, books[i].vectors + codes[i] * books[i].size, books[i].size * sizeof *out);
        out += books[i].size;
    }
}

/* At least `gap` above 0 and between neighbors. */
static void spread(int32_t *lsf, int32_t gap, int n)
{
    int32_t least = gap;

    for (int i = 0; i < n; i++) {
        lsf[i] = max_i32(lsf[i], least);
        least = lsf[i] + gap;
    }
}

static void sort(int32_t *lsf, int n)
{
    for (int i = 1; i < n; i++) {
        int32_t inserted = lsf[i];
        int j = i;

        for (; j > 0 && lsf[j - 1] > inserted; j--)
            lsf[j] = lsf[j - 1];
        lsf[j] = inserted;
    }
}

/* The power series, about the nearer end of 0 to pi: 1 - y/2 (1 - y/12 (1 - y/30 ...)), y being the
 * squared angle. The first omitted term is below 2^-30. */
int32_t acelp_net_cosine_q30(int32_t lsf)
{
    bool far = lsf > PI_LSF / 2;
    int64_t x_q30 = ((far ? PI_LSF - lsf : lsf) * UNIT_Q58) >> 28, y_q30 = (x_q30 * x_q30) >> 30;
    int64_t sum_q30 = ONE_Q30;

    for (int k = 14; k > 0; k -= 2)
        sum_q30 = ONE_Q30 - ((y_q30 * sum_q30) >> 30) / (k * (k - 1));
    return (int32_t)(far ? -sum_q30 : sum_q30);
}

void acelp_net_first_lsp(int32_t *lsp_q30, int order)
{
    for (int i = 0; i < order; i++)
        lsp_q30[i] = acelp_net_cosine_q30((int32_t)((int64_t)PI_LSF * (i + 1) / (order + 1)));
}

/* A third of the last vector is added. The last frequency is a reflection coefficient, in units of
 * pi / 6.153848; all codebook vectors keep it within +-0.58. */
void acelp_net_narrow_lsp(const uint8_t codes[ACELP_NET_CODEBOOKS],
                          int32_t past[ACELP_NET_NARROW_ORDER],
                          int32_t lsp_q30[ACELP_NET_NARROW_ORDER])
{
    enum { LAST = ACELP_NET_NARROW_ORDER - 1, SCALE_Q24 = 352871559 };
    int32_t lsf[ACELP_NET_NARROW_ORDER], vector[ACELP_NET_NARROW_ORDER];

    select_vector(acelp_net_narrow_lsf, codes, vector);
    for (int i = 0; i <= LAST; i++)
        lsf[i] = 100 * (vector[i] + acelp_net_narrow_mean[i]) + 33 * past[i];
    memcpy(past, vector, sizeof vector);
    sort(lsf, LAST);
    spread(lsf, NARROW_GAP, LAST);
    for (int i = 0; i < LAST; i++)
        lsp_q30[i] = acelp_net_cosine_q30(lsf[i]);
    lsp_q30[LAST] = (int32_t)(((int64_t)lsf[LAST] * SCALE_Q24) >> 24);
}

/* 0.12 or half of the last vector replaces as much of the new one. */
void acelp_net_wide_lsp(const uint8_t codes[ACELP_NET_CODEBOOKS], unsigned predictor,
                        int32_t past[ACELP_NET_WIDE_ORDER], int32_t lsp_q30[ACELP_NET_WIDE_ORDER])
{
    int32_t lsf[ACELP_NET_WIDE_ORDER], vector[ACELP_NET_WIDE_ORDER], old = predictor ? 50 : 12;

    select_vector(acelp_net_wide_lsf, codes, vector);
    for (int i = 0; i < ACELP_NET_WIDE_ORDER; i++)
        lsf[i] = (100 - old) * vector[i] + old * past[i] + 100 * acelp_net_wide_mean[i];
    memcpy(past, vector, sizeof vector);
    spread(lsf, WIDE_GAP, ACELP_NET_WIDE_ORDER);
    for (int i = 0; i < ACELP_NET_WIDE_ORDER; i++)
        lsp_q30[i] = acelp_net_cosine_q30(lsf[i]);
}
