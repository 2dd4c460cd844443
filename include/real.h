/* Positive numbers of any size, in integers: gains and energies, which span many decades. They have
 * 32 significant bits; results are truncated. */
#ifndef OMNIACM_REAL_H
#define OMNIACM_REAL_H

#include <stdbool.h>
#include <stdint.h>

enum { REAL_LOG_Q = 24, REAL_ZERO_EXPONENT = -0x10000, REAL_LEAST_LOG = -149 };

/* m 2^e, with m >= 2^31, or 0. */
struct real {
    uint32_t m;
    int32_t e;
};

static const struct real real_zero = { 0, REAL_ZERO_EXPONENT }, real_one = { 1u << 31, -31 };

/* m 2^e */
static inline struct real real_from(uint64_t m, int32_t e)
{
    int top;

    if (m == 0)
        return real_zero;
    top = 63 - __builtin_clzll(m);
    return (struct real){ (uint32_t)(top > 31 ? m >> (top - 31) : m << (31 - top)), e + top - 31 };
}

/* A product below 2^-149 is 0, as in 32-bit floating point, which IMC's decoders use. */
static inline struct real real_times(struct real a, struct real b)
{
    struct real product = real_from((uint64_t)a.m * b.m, a.e + b.e);

    return product.e + 31 < REAL_LEAST_LOG ? real_zero : product;
}

static inline struct real real_plus(struct real a, struct real b)
{
    struct real large = a.e > b.e ? a : b, small = a.e > b.e ? b : a;
    int32_t shift = large.e - small.e;

    return shift > 31 ? large : real_from((uint64_t)large.m + (small.m >> shift), large.e);
}

static inline bool real_above(struct real a, struct real b)
{
    return a.e != b.e ? a.e > b.e : a.m > b.m;
}

/* log2 of a number above 0, in Q24. Squares the mantissa for each bit of the logarithm. */
static inline int32_t real_log2(struct real x)
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

/* 2^x of a number in Q24, by the exponential series of the fraction. */
static inline struct real real_exp2(int64_t x)
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

/* Rounded down; at most INT32_MAX. */
static inline int32_t real_integer(struct real x)
{
    if (x.e >= 0)
        return INT32_MAX;
    return x.e < -31 ? 0 : (int32_t)(x.m >> -x.e);
}

#endif
