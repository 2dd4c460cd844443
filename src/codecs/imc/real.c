/* Positive numbers of any size. */
#include "real.h"

enum { ZERO_EXPONENT = -0x10000, LEAST_LOG = -149 };

const struct real real_zero = { 0, ZERO_EXPONENT }, real_one = { 1u << 31, -31 };

struct real real_from(uint64_t m, int32_t e)
{
    int top;

    if (m == 0)
        return real_zero;
    top = 63 - __builtin_clzll(m);
    return (struct real){ (uint32_t)(top > 31 ? m >> (top - 31) : m << (31 - top)), e + top - 31 };
}

struct real real_times(struct real a, struct real b)
{
    struct real product = real_from((uint64_t)a.m * b.m, a.e + b.e);

    return product.e + 31 < LEAST_LOG ? real_zero : product;
}

struct real real_plus(struct real a, struct real b)
{
    struct real large = a.e > b.e ? a : b, small = a.e > b.e ? b : a;
    int32_t shift = large.e - small.e;

    return shift > 31 ? large : real_from((uint64_t)large.m + (small.m >> shift), large.e);
}

bool real_above(struct real a, struct real b) { return a.e != b.e ? a.e > b.e : a.m > b.m; }

/* Squares the mantissa for each bit of the logarithm. */
int32_t real_log2(struct real x)
{
    int32_t log = x.e + 31;
    uint64_t m = x.m;

    for (int bit = 0; bit < REAL_LOG_Q; bit++) {
        m = m * m >> 31;
        log *= 2;
        if (m >> 32 != 0) {
            m >>= 1;
            log++;
        }
    }
    return log;
}

/* The exponential series of the fraction. */
struct real real_exp2(int64_t x)
{
    const uint64_t ln2 = 1488522236; /* Q31 */
    int64_t whole = x >> REAL_LOG_Q;
    uint64_t y = (uint64_t)(x - whole * (1 << REAL_LOG_Q)) * ln2 >> REAL_LOG_Q, sum = 0;
    uint64_t term = 1u << 31;

    for (uint64_t k = 1; term != 0; k++) {
        sum += term;
        term = (term * y >> 31) / k;
    }
    return real_from(sum, (int32_t)whole - 31);
}
