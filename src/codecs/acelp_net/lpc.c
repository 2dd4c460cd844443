/* From line spectral pairs to predictor coefficients. */
#include "acelp_net.h"

enum { POLYNOMIAL_Q = 40, POLYNOMIAL_MAX = 9 };

/* x q, for magnitudes below 2^62 / q and q up to 2. */
static int64_t times_q30(int64_t x, int64_t q_q30)
{
    return (x >> 30) * q_q30 + (((x & ((1 << 30) - 1)) * q_q30) >> 30);
}

/* The product of 1 - 2 q z + z^2 over every second pair q, up to the middle coefficient: it is
 * symmetric. Coefficient j of the product of n factors is at most C(2 n, j), hence below 2^14. */
static void polynomial(const int32_t *lsp_q30, int pairs, int64_t f[POLYNOMIAL_MAX])
{
    f[0] = (int64_t)1 << POLYNOMIAL_Q;
    f[1] = 0;
    for (int i = 1; i <= pairs; i++) {
        int64_t twice_q30 = 2 * (int64_t)lsp_q30[2 * (i - 1)];

        f[i] = i > 1 ? f[i - 2] : 0;
        for (int j = i; j > 0; j--)
            f[j] += (j > 1 ? f[j - 2] : 0) - times_q30(f[j - 1], twice_q30);
    }
}

/* Half of the sum of two polynomials, at most 32; coefficients of real sound stay below 9. */
static int32_t coefficient(int64_t sum)
{
    enum { SHIFT = POLYNOMIAL_Q + 1 - ACELP_NET_A_Q };

    return acelp_net_limit((sum + ((int64_t)1 << (SHIFT - 1))) >> SHIFT, ACELP_NET_A_Q + 5);
}

/* P (1 + r) and Q (1 - r), of which one is symmetric, the other antisymmetric. */
void acelp_net_narrow_lpc(const int32_t lsp_q30[ACELP_NET_NARROW_ORDER],
                          int32_t a[ACELP_NET_NARROW_ORDER])
{
    enum { HALF = ACELP_NET_NARROW_ORDER / 2, LAST = ACELP_NET_NARROW_ORDER - 1 };
    int64_t p[POLYNOMIAL_MAX], q[POLYNOMIAL_MAX];
    const int64_t one_q30 = 1 << 30, r_q30 = lsp_q30[LAST];

    polynomial(lsp_q30, HALF, p);
    polynomial(lsp_q30 + 1, HALF - 1, q);
    for (int i = 1; i < HALF; i++) {
        int64_t even = times_q30(p[i], one_q30 + r_q30);
        int64_t odd = times_q30(q[i] - (i > 1 ? q[i - 2] : 0), one_q30 - r_q30);

        a[i - 1] = coefficient(even + odd);
        a[LAST - i] = coefficient(even - odd);
    }
    a[HALF - 1] = coefficient(times_q30(p[HALF], one_q30 + r_q30));
    a[LAST] = (int32_t)(r_q30 >> (30 - ACELP_NET_A_Q));
}

void acelp_net_wide_lpc(const int32_t lsp_q30[ACELP_NET_WIDE_ORDER],
                        int32_t a[ACELP_NET_WIDE_ORDER])
{
    enum { HALF = ACELP_NET_WIDE_ORDER / 2, LAST = ACELP_NET_WIDE_ORDER - 1 };
    int64_t p[POLYNOMIAL_MAX], q[POLYNOMIAL_MAX];

    polynomial(lsp_q30, HALF, p);
    polynomial(lsp_q30 + 1, HALF, q);
    for (int i = 0; i < HALF; i++) {
        int64_t even = p[i + 1] + p[i], odd = q[i + 1] - q[i];

        a[i] = coefficient(even + odd);
        a[LAST - i] = coefficient(even - odd);
    }
}

void acelp_net_weigh(const int32_t *a, int order, int32_t gamma_q30, int32_t *weighted)
{
    int64_t factor_q30 = 1 << 30;

    for (int i = 0; i < order; i++) {
        factor_q30 = (factor_q30 * gamma_q30) >> 30;
        weighted[i] = (int32_t)((a[i] * factor_q30 + (1 << 29)) >> 30);
    }
}
