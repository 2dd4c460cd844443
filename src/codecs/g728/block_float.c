/* Block floating point: Annex G's normalization and division. */
#include "g728.h"

int g728_headroom(const int16_t *x, int n, int bits)
{
    int32_t high = 0, low = 0, peak;

    for (int i = 0; i < n; i++) {
        high = max_i32(high, x[i]);
        low = min_i32(low, x[i]);
    }
    peak = low < -high ? low : high;
    return peak == 0 ? bits - 1 : norm_l(peak) - (32 - bits);
}

void g728_normalize(struct g728_vector *vector, int bits)
{
    int shift = g728_headroom(vector->x, G728_VECTOR, bits);

    for (int i = 0; i < G728_VECTOR; i++)
        vector->x[i] = shl(vector->x[i], shift);
    vector->q = (int16_t)(vector->q + shift);
}

struct g728_scalar g728_normalized(int32_t x)
{
    int shift = x == 0 ? 31 : norm_l(x);

    return (struct g728_scalar){ round_q15(L_shl(x, shift)), (int16_t)(shift - 16) };
}

/* A quotient in [1, 2) is in Q14, and one in [1/2, 1) in Q15. A tie rounds down. The sum is less
 * than 2^32: the numerator is less than 2^16 or twice the denominator. */
struct g728_scalar g728_divide(struct g728_scalar a, struct g728_scalar b)
{
    bool small = a.x < b.x;
    uint32_t numerator = (uint32_t)a.x << small, denominator = (uint32_t)b.x;

    return (
        struct g728_scalar){ (int16_t)(((numerator << 15) + denominator - 1) / (2 * denominator)),
                             (int16_t)(a.q - b.q + 14 + small) };
}
