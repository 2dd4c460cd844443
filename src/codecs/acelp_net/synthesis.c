/* Filters. Sums of up to 16 products of a coefficient, below 2^28, and a sample, below 2^30, fit 64
 * bits. */
#include <string.h>
#include "acelp_net.h"

enum { LENGTH_MAX = ACELP_NET_WIDE_FRAME, HALF = 1 << (ACELP_NET_A_Q - 1) };

void acelp_net_poles(const int32_t *a, int order, int32_t *memory, const int32_t *in, int32_t *out,
                     int n)
{
    int32_t past[ACELP_NET_ORDER_MAX + LENGTH_MAX], *y = past + order;

    memcpy(past, memory, (size_t)order * sizeof *memory);
    for (int i = 0; i < n; i++) {
        int64_t sum = (int64_t)in[i] * (1 << ACELP_NET_A_Q) + HALF;

        for (int j = 0; j < order; j++)
            sum -= (int64_t)a[j] * y[i - 1 - j];
        y[i] = acelp_net_limit(sum >> ACELP_NET_A_Q, ACELP_NET_LIMIT);
    }
    memcpy(out, y, (size_t)n * sizeof *out);
    memcpy(memory, past + n, (size_t)order * sizeof *memory);
}

void acelp_net_zeros(const int32_t *a, int order, int32_t *memory, const int32_t *in, int32_t *out,
                     int n)
{
    int32_t past[ACELP_NET_ORDER_MAX + LENGTH_MAX], *x = past + order;

    memcpy(past, memory, (size_t)order * sizeof *memory);
    memcpy(x, in, (size_t)n * sizeof *in);
    for (int i = 0; i < n; i++) {
        int64_t sum = (int64_t)x[i] * (1 << ACELP_NET_A_Q) + HALF;

        for (int j = 0; j < order; j++)
            sum += (int64_t)a[j] * x[i - 1 - j];
        out[i] = acelp_net_limit(sum >> ACELP_NET_A_Q, ACELP_NET_LIMIT);
    }
    memcpy(memory, past + n, (size_t)order * sizeof *memory);
}
