/* Floating-point numbers as bits, in integers only: IEEE 754 single (32) and double (64) precision.
 */
#ifndef OMNIACM_IEEE754_H
#define OMNIACM_IEEE754_H

#include <stdint.h>

enum {
    BIAS_32 = 127,
    BIAS_64 = 1023,
    FRACTION_32 = 23,
    FRACTION_64 = 52,
    NO_NUMBER_32 = 0xFF, /* the exponents of infinity and NaN */
    NO_NUMBER_64 = 0x7FF
};

/* Widens a number, exactly. A subnormal one becomes normal. */
static inline uint64_t double_of_float(uint32_t bits)
{
    uint64_t sign = (uint64_t)(bits >> 31) << 63;
    uint32_t exponent = bits >> FRACTION_32 & NO_NUMBER_32, fraction = bits & 0x7FFFFF, up;

    if (exponent == 0 && fraction == 0)
        return sign;
    if (exponent == NO_NUMBER_32)
        return sign | (uint64_t)NO_NUMBER_64 << FRACTION_64 | (uint64_t)fraction << 29;
    if (exponent == 0) {
        up = (uint32_t)__builtin_clz(fraction) - 8;
        fraction = fraction << up & 0x7FFFFF;
        return sign | (uint64_t)(BIAS_64 - BIAS_32 + 1 - up) << FRACTION_64 |
               (uint64_t)fraction << 29;
    }
    return sign | (uint64_t)(exponent + BIAS_64 - BIAS_32) << FRACTION_64 |
           (uint64_t)fraction << 29;
}

/* Narrows a number to the nearest one, ties to even. A NaN remains one. */
static inline uint32_t float_of_double(uint64_t bits)
{
    uint32_t sign = (uint32_t)(bits >> 63) << 31, result;
    int32_t exponent = (int32_t)(bits >> FRACTION_64 & NO_NUMBER_64) - BIAS_64 + BIAS_32;
    uint64_t fraction = bits & ((UINT64_C(1) << FRACTION_64) - 1), rest;
    int32_t places = FRACTION_64 - FRACTION_32;

    if (exponent == NO_NUMBER_64 - BIAS_64 + BIAS_32)
        return sign | 0x7F800000u | (fraction ? 0x400000u : 0) | (uint32_t)(fraction >> places);
    if (exponent >= NO_NUMBER_32)
        return sign | 0x7F800000u;
    if (exponent <= 0) {
        places += exponent < -FRACTION_32 ? FRACTION_32 + 2 : 1 - exponent;
        fraction |= UINT64_C(1) << FRACTION_64;
        exponent = 0;
    }
    result = (uint32_t)exponent << FRACTION_32 | (uint32_t)(fraction >> places);
    rest = fraction << (64 - places);
    /* The carry out of the fraction increases the exponent. */
    return sign |
           (result + (rest > UINT64_C(1) << 63 || (rest == UINT64_C(1) << 63 && result & 1)));
}

/* A number in Q47, rounded down, and limited to `most`; 0 for NaN and subnormal
 * ones. */
static inline int64_t q47_of_double(uint64_t bits, int64_t most)
{
    int32_t exponent = (int32_t)(bits >> FRACTION_64 & NO_NUMBER_64);
    int64_t fraction = (int64_t)(bits & ((UINT64_C(1) << FRACTION_64) - 1)), m;
    int32_t places = BIAS_64 + FRACTION_64 - 47 - exponent;

    if (exponent == 0 || (exponent == NO_NUMBER_64 && fraction != 0))
        return 0;
    m = fraction | INT64_C(1) << FRACTION_64;
    if (places < 0)
        return bits >> 63 ? -most : most;
    m = (bits >> 63 ? -m : m) >> (places > 54 ? 54 : places);
    return m > most ? most : m < -most ? -most : m;
}

/* The number that equals a value in Q47 below 2^53. */
static inline uint64_t double_of_q47(int64_t value)
{
    uint64_t magnitude = (uint64_t)(value < 0 ? -value : value);
    unsigned top;

    if (magnitude == 0)
        return 0;
    top = 63u - (unsigned)__builtin_clzll(magnitude);
    return (value < 0 ? UINT64_C(1) << 63 : 0) | (uint64_t)(BIAS_64 - 47 + top) << FRACTION_64 |
           (magnitude << (FRACTION_64 - top) & ((UINT64_C(1) << FRACTION_64) - 1));
}

#endif
