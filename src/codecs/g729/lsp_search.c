/* From a filter to its line spectral pairs: 3.2.3. */
#include <string.h>
#include "tables.h"
#include "oper_32b.h"

/* Coefficients 0 to 5 of F1 or F2 in Q11, or in Q10 if one of them overflows. */
struct half {
    int16_t f[6];
    bool q10;
};

/* (13), (14). Returns false if a coefficient overflows. */
static bool divide(const int16_t a_q12[G729_ORDER + 1], bool q10, struct half *f1, struct half *f2)
{
    bool fits = true;

    f1->q10 = f2->q10 = q10;
    f1->f[0] = f2->f[0] = q10 ? 1024 : 2048;
    for (int i = 0; i < 5; i++) {
        int32_t one = ((a_q12[i + 1] + a_q12[G729_ORDER - i]) >> (1 + q10)) - f1->f[i];
        int32_t two = ((a_q12[i + 1] - a_q12[G729_ORDER - i]) >> (1 + q10)) + f2->f[i];

        f1->f[i + 1] = saturate(one);
        f2->f[i + 1] = saturate(two);
        fits &= f1->f[i + 1] == one && f2->f[i + 1] == two;
    }
    return fits;
}

/* 2 x b1 - b2 */
static int32_t step(int32_t b1, int32_t b2, int16_t x_q15)
{
    return L_msu(L_mac(L_shl(Mpy_32_16(b1, x_q15), 1), extract_h(b2), INT16_MIN), dpf_lo(b2), 1);
}

/* (16), (17): evaluates the polynomial by Chebyshev's recursion, in Q14, at x = cos w in Q15. */
static int16_t evaluate_saturating(const struct half *half, int16_t x_q15)
{
    int32_t b2 = half->q10 ? 1 << 23 : 1 << 24, b1, b0;

    b1 = as_dpf(x_q15 * (half->q10 ? 512 : 1024) + half->f[1] * 8192);
    for (int i = 2; i < 5; i++) {
        b0 = as_dpf(L_add(step(b1, b2, x_q15), half->f[i] * 8192));
        b2 = b1;
        b1 = b0;
    }
    b0 = L_msu(L_mac(Mpy_32_16(b1, x_q15), extract_h(b2), INT16_MIN), dpf_lo(b2), 1);
    return extract_h(L_shl(L_mac(b0, half->f[5], 2048), half->q10 ? 7 : 6));
}

/* The same with half of the numbers above, which are all even. Below 2^28 nothing saturates before
 * the end. The dependency chain of a step is a product, a shift and a sum, five cycles. */
static int16_t evaluate(const struct half *half, int16_t x_q15)
{
    ptrdiff_t b2 = half->f[0] * 4096, b1 = x_q15 * (half->f[0] / 4) + half->f[1] * 4096;

    for (int i = 2; i < 5; i++) {
        ptrdiff_t b0 = half->f[i] * 4096 - b2 + 2 * (ptrdiff_t)((int64_t)b1 * x_q15 >> 15);

        if (b0 >= 1 << 28 || b0 <= -(1 << 28))
            return evaluate_saturating(half, x_q15);
        b2 = b1;
        b1 = b0;
    }
    b1 = half->f[5] * 2048 - b2 + (ptrdiff_t)((int64_t)b1 * x_q15 >> 15);
    return saturate((int32_t)(b1 >> (half->q10 ? 8 : 9)));
}

struct point {
    int16_t x, y;
};

/* The zero of the line through two points. */
static int16_t line_zero(struct point low, struct point high)
{
    int16_t x = sub(high.x, low.x), y = sub(high.y, low.y), slope;
    int shift = norm_s(abs_s(y));

    if (y == 0)
        return low.x;
    slope = extract_l(L_shr(L_mult(x, div_s(16383, shl(abs_s(y), shift))), 20 - shift));
    if (y < 0)
        slope = negate(slope);
    return sub(low.x, extract_l(L_mult(low.y, slope) >> 11));
}

static struct point middle_of(const struct half *half, int16_t low, int16_t high)
{
    int16_t x = (int16_t)((low >> 1) + (high >> 1));

    return (struct point){ x, evaluate(half, x) };
}

/* Narrows an interval with a change of sign to a quarter, then interpolates. Both inner points that
 * may be needed are evaluated, which takes less time than a branch that is mispredicted. */
static int16_t refine(const struct half *half, struct point low, struct point high)
{
    struct point points[5] = { [0] = low, [2] = middle_of(half, low.x, high.x), [4] = high };
    int at;

    points[1] = middle_of(half, low.x, points[2].x);
    points[3] = middle_of(half, points[2].x, high.x);
    at = low.y * points[2].y > 0 ? 2 : 0;
    at += points[at].y * points[at + 1].y > 0;
    return line_zero(points[at], points[at + 1]);
}

void g729_lpc_to_lsp(const int16_t a_q12[G729_ORDER + 1], const int16_t previous_q15[G729_ORDER],
                     int16_t lsp_q15[G729_ORDER])
{
    struct half halves[2];
    struct point low, high;
    int found = 0;

    if (!divide(a_q12, false, &halves[0], &halves[1]))
        divide(a_q12, true, &halves[0], &halves[1]);
    low = (struct point){ g729_grid_q15[0], evaluate(&halves[0], g729_grid_q15[0]) };
    for (int i = 1; i <= G729_GRID_STEPS && found < G729_ORDER; i++) {
        high = low;
        low = (struct point){ g729_grid_q15[i], evaluate(&halves[found % 2], g729_grid_q15[i]) };
        if (low.y * high.y > 0)
            continue;
        low.x = refine(&halves[found % 2], low, high);
        lsp_q15[found++] = low.x;
        low.y = evaluate(&halves[found % 2], low.x);
    }
    if (found < G729_ORDER)
        memcpy(lsp_q15, previous_q15, G729_ORDER * sizeof *lsp_q15);
}
