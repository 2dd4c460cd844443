/* Conversion between floating-point samples of full scale 1 and 16-bit samples, in integers only.
 */
#ifndef OMNIACM_IEEE754_H
#define OMNIACM_IEEE754_H

#include "fixed.h"

/* IEEE 754 single precision. A value below 1 is m x 2^(e-150) with m < 2^24, which in units of
 * 1/32768 is m shifted right by 135 - e, at least 9. A shift by 26 or more gives 0 even after
 * rounding. */
static inline int16_t from_float(uint32_t bits)
{
    int32_t exponent = (int32_t)(bits >> 23 & 0xFF), m = (int32_t)(bits & 0x7FFFFF) | 0x800000;
    int32_t places = exponent < 109 ? 26 : 135 - exponent;

    if (exponent == 0xFF && (bits & 0x7FFFFF) != 0)
        return 0;
    if (exponent >= 127)
        return bits >> 31 ? INT16_MIN : INT16_MAX;
    return saturate(((bits >> 31 ? -m : m) + (1 << (places - 1))) >> places);
}

/* IEEE 754 double precision, likewise: m x 2^(e-1075) with m < 2^53 is shifted right by 1060 - e,
 * at least 38, and a shift by 55 or more gives 0. */
static inline int16_t from_double(uint64_t bits)
{
    int32_t exponent = (int32_t)(bits >> 52 & 0x7FF);
    int64_t fraction = (int64_t)(bits & ((UINT64_C(1) << 52) - 1)), m = fraction | INT64_C(1) << 52;
    int32_t places = exponent < 1005 ? 55 : 1060 - exponent;

    if (exponent == 0x7FF && fraction != 0)
        return 0;
    if (exponent >= 1023)
        return bits >> 63 ? INT16_MIN : INT16_MAX;
    return saturate((int32_t)(((bits >> 63 ? -m : m) + (INT64_C(1) << (places - 1))) >> places));
}

static inline uint32_t to_float(int16_t sample)
{
    uint32_t magnitude = (uint32_t)(sample < 0 ? -sample : sample);
    uint32_t top = magnitude ? 31u - (uint32_t)__builtin_clz(magnitude) : 0;

    if (magnitude == 0)
        return 0;
    return (sample < 0 ? 0x80000000u : 0) | (127 - 15 + top) << 23 |
           (magnitude << (23 - top) & 0x7FFFFF);
}

/* Moves the fields of a single-precision number, which is 0 or normal, to their positions in a
 * double-precision one. */
static inline uint64_t to_double(int16_t sample)
{
    uint64_t bits = to_float(sample);

    if (bits == 0)
        return 0;
    return (bits >> 31) << 63 | ((bits >> 23 & 0xFF) + 1023 - 127) << 52 | (bits & 0x7FFFFF) << 29;
}

#endif
