/* Durbin's recursion and bandwidth expansion: blocks 37, 44, 50 and 38, 45, 51, 85. */
#include "g728.h"

/* numerator / denominator in Q16, truncated, for a denominator that is greater than 0. */
static int32_t quotient_q16(int32_t numerator, int32_t denominator)
{
    if (numerator >= denominator)
        return 65535;
    return (int32_t)(((uint32_t)numerator << 16) / (uint32_t)denominator);
}

/* Q16 -> Q15, to nearest. */
static int32_t magnitude_q15(int32_t k_q16) { return min_i32((k_q16 + 1) >> 1, INT16_MAX); }

static bool fits(int64_t x) { return x == (int32_t)x; }

/* The first reflection coefficient has the sign opposite to r[1]'s. */
static void start(struct g728_predictor *out, const int16_t *r)
{
    int32_t k_q15 = magnitude_q15(quotient_q16(r[1] < 0 ? -r[1] : r[1], r[0]));

    if (r[1] > 0)
        k_q15 = -k_q15;
    out->q = 15;
    out->a[0] = out->reflection_q15 = (int16_t)k_q15;
    out->energy = round_q15(r[0] * 65536 + 2 * k_q15 * r[1]);
}

/* The correlation of the residual of order n with the next older sample, scaled like the energy. It
 * is not bounded if r is ill-conditioned. */
static int64_t remainder_of(const struct g728_predictor *predictor, const int16_t *r, int n)
{
    int64_t sum = 0;

    for (int i = 1; i <= n; i++)
        sum += r[i] * predictor->a[n - i];
    return (((int64_t)r[n + 1] * 65536 + sum * (1 << (16 - predictor->q))) + 0x8000) >> 16;
}

/* a + k b, with |k| < 2^16 in Q16, so that the products fit. False if the sum does not. */
static bool add_scaled_by(int16_t a, int32_t k_q16, int16_t b, int32_t *sum)
{
    return !__builtin_add_overflow(a * 65536, k_q16 * b, sum);
}

/* Adds k times the reversed predictor of order n. If a coefficient overflows, all lose a bit, those
 * that have been updated and those that have not. False if Q13 does not suffice. */
static bool reflect(struct g728_predictor *predictor, int n, int32_t k_q16)
{
    int16_t *a = predictor->a;

    for (int i = 0, j = n - 1; i <= j; i++, j--) {
        int32_t first, second;

        while (!add_scaled_by(a[i], k_q16, a[j], &first) ||
               !add_scaled_by(a[j], k_q16, a[i], &second)) {
            if (--predictor->q < 13)
                return false;
            for (int l = 0; l < n; l++)
                a[l] >>= 1;
        }
        a[i] = round_q15(first);
        a[j] = round_q15(second);
    }
    return true;
}

/* Extends a predictor of order n by one. */
static bool extend(struct g728_predictor *predictor, const int16_t *r, int n)
{
    int64_t remainder = remainder_of(predictor, r, n);
    int64_t magnitude = remainder < 0 ? -remainder : remainder;
    int32_t quotient, k_q15, left, last;

    if (magnitude >= predictor->energy)
        return false;
    quotient = quotient_q16((int32_t)magnitude, predictor->energy);
    k_q15 = magnitude_q15(quotient);
    left = predictor->energy * 65536 - 2 * k_q15 * (int32_t)magnitude;
    if (left <= 0)
        return false;
    predictor->energy = round_q15(left);
    if (!reflect(predictor, n, remainder > 0 ? -2 * k_q15 : 2 * k_q15))
        return false;
    last = round_q15((quotient << 15) >> (15 - predictor->q));
    predictor->a[n] = (int16_t)(remainder > 0 ? -last : last);
    return true;
}

bool g728_durbin(struct g728_predictor *predictor, const int16_t *r, int from, int to)
{
    if (from == 0) {
        if (r[0] <= 0)
            return false;
        start(predictor, r);
        from = 1;
    }
    for (int n = from; n < to; n++)
        if (!extend(predictor, r, n))
            return false;
    return true;
}

bool g728_expand(const struct g728_predictor *predictor, const int16_t *powers_q14, int n,
                 int16_t *out_q14)
{
    for (int i = 0; i < n; i++) {
        int64_t product = (int64_t)predictor->a[i] * powers_q14[i] * (1 << (16 - predictor->q));

        if (!fits(product))
            return false;
        out_q14[i] = round_q15((int32_t)product);
    }
    return true;
}
