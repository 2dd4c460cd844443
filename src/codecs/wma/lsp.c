/* Line spectral pairs for a curve.
 *
 * The curve at a frequency is (p^2 (2 - w) + q^2 (2 + w))^(-1/4), where p and q are products of the
 * distances of w, twice the cosine, to the odd and to the even LSPs. In the logarithm, products are
 * sums of entries in a table. */
#include <stdlib.h>
#include <string.h>
#include "encoder.h"
#include "fixed.h"

enum { ENTRIES = 16, SWEEPS = 4 };

/* log2(1 + 2^(-(i + 1/2) / 4)), Q8 */
static const uint16_t sum_logs[40] = { 240, 211, 185, 161, 139, 120, 104, 89, 76, 65,
                                       55,  47,  40,  34,  29,  24,  21,  17, 15, 12,
                                       10,  9,   7,   6,   5,   4,   4,   3,  3,  2,
                                       2,   2,   1,   1,   1,   1,   1,   1,  0,  0 };

int wma_log2(uint64_t x)
{
    int bits = 63 - __builtin_clzll(x | 1);
    unsigned rest = (unsigned)(bits > 8 ? x >> (bits - 8) : x << (8 - bits)) & 255;

    return bits * 256 + (int)(rest + (rest * (256 - rest) * 92 >> 16));
}

/* log2(2^a + 2^b) */
static int log_sum(int a, int b)
{
    int most = max_i32(a, b), difference = abs(a - b);

    return difference >= 40 * 64 ? most : most + sum_logs[difference / 64];
}

void wma_open_lsp(struct wma_lsp_logs *logs)
{
    for (int point = 0; point < WMA_POINTS; point++) {
        int32_t w = wma_sine(4096 - (2 * point + 1) * (4096 / WMA_POINTS)) / 2;

        logs->ends[0][point] = (int16_t)wma_log2((uint32_t)((2 << 28) + w));
        logs->ends[1][point] = (int16_t)wma_log2((uint32_t)((2 << 28) - w));
        for (unsigned i = 0; i < WMA_LSP; i++)
            for (unsigned j = 0; j < 1u << wma_lsp_bits(i); j++)
                logs->distances[i][j][point] =
                    (int16_t)(2 * (wma_log2((uint64_t)(L_abs(w - wma_lsp[i][j]) | 1 << 16)) -
                                   28 * 256));
    }
}

/* The sums of the logarithms of squares, for even and odd LSPs. */
static void sum_up(const struct wma_lsp_logs *logs, const uint8_t lsp[WMA_LSP], int skip,
                   int sums[2][WMA_POINTS])
{
    for (int point = 0; point < WMA_POINTS; point++)
        for (int odd = 0; odd < 2; odd++) {
            int sum = logs->ends[odd][point] - 28 * 256;

            for (int i = odd; i < WMA_LSP; i += 2)
                if (i != skip)
                    sum += logs->distances[i][lsp[i]][point];
            sums[odd][point] = sum;
        }
}

/* The variance of the difference between the curve and the target, Q16. */
static int64_t error_of(const int sums[2][WMA_POINTS], const int16_t *added, int odd,
                        const int target[WMA_POINTS])
{
    int64_t squares = 0;
    int sum = 0;

    for (int point = 0; point < WMA_POINTS; point++) {
        int both = log_sum(sums[odd][point] + added[point], sums[!odd][point]);
        int difference = -both / 4 - target[point];

        sum += difference;
        squares += (int64_t)difference * difference;
    }
    return squares - (int64_t)sum * sum / WMA_POINTS;
}

void wma_fit_lsp(const struct wma_lsp_logs *logs, const int target[WMA_POINTS],
                 uint8_t lsp[WMA_LSP])
{
    int sums[2][WMA_POINTS];

    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (int i = 0; i < WMA_LSP; i++) {
            int64_t least = INT64_MAX;

            sum_up(logs, lsp, i, sums);
            for (unsigned j = 0; j < 1u << wma_lsp_bits((unsigned)i); j++) {
                int64_t error = error_of(sums, logs->distances[i][j], i % 2, target);

                if (error < least) {
                    least = error;
                    lsp[i] = (uint8_t)j;
                }
            }
        }
}
