/* The ITU's basic operators (G.191 Software Tool Library, basop32), with the ITU's names, so that
 * the code can be compared with the text of G.723.1 and G.729. There is no Overflow flag. 16-bit
 * values are in Q0 or Q15, 32-bit values in Q0 or Q31. Right shifts of negative values are
 * arithmetic, as GCC and Clang define them. */
#ifndef OMNIACM_FIXED_H
#define OMNIACM_FIXED_H

#include <stddef.h>
#include <stdint.h>
#include "compiler.h"

static INLINED int16_t saturate(int32_t x)
{
    return (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
}

/* The same, if saturation is rare: a predictable branch costs less than a conditional move. */
static INLINED int16_t seldom_saturated(int x)
{
    return (int16_t)(__builtin_expect(x == (int16_t)x, 1) ? x : x < 0 ? INT16_MIN : INT16_MAX);
}

static INLINED int32_t clamp(int32_t x, int32_t low, int32_t high)
{
    return x < low ? low : x > high ? high : x;
}

/* The same, if x is seldom out of range: in a dependency chain, a branch costs less than two
 * conditional moves. */
static INLINED int32_t seldom_clamped(int32_t x, int32_t low, int32_t high)
{
    if (__builtin_expect((uint32_t)x - (uint32_t)low > (uint32_t)high - (uint32_t)low, 0))
        return x < low ? low : high;
    return x;
}

/* The same for limits of -most and most, of which compilers make less code. */
static INLINED int32_t seldom_limited(int32_t x, int32_t most)
{
    if (__builtin_expect((uint32_t)x + (uint32_t)most > 2 * (uint32_t)most, 0))
        return x < 0 ? -most : most;
    return x;
}

static INLINED int32_t min_i32(int32_t a, int32_t b) { return a < b ? a : b; }
static INLINED int32_t max_i32(int32_t a, int32_t b) { return a > b ? a : b; }
static INLINED size_t min_size(size_t a, size_t b) { return a < b ? a : b; }

/* -x if the mask is -1, x if it is 0. Branches on signs are unpredictable and slow. */
static INLINED int32_t negate_if(int32_t mask, int32_t x) { return (x ^ mask) - mask; }

/* The largest integer whose square is at most x. */
static inline uint32_t isqrt(uint32_t x)
{
    uint32_t root = 0;

    for (uint32_t bit = 1u << 15; bit != 0; bit >>= 1)
        if ((root + bit) * (root + bit) <= x)
            root += bit;
    return root;
}

static inline uint32_t isqrt64(uint64_t x)
{
    uint64_t root = 0;

    for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1)
        if ((root + bit) * (root + bit) <= x)
            root += bit;
    return (uint32_t)root;
}

/* The logarithm to the base 2, Q8, to within 5/256; 0 for 0. */
static inline int32_t log2_near(uint64_t x)
{
    int exponent;
    int32_t m;

    if (x == 0)
        return 0;
    exponent = 63 - __builtin_clzll(x);
    m = (int32_t)(x << (63 - exponent) >> 55) & 255;
    return exponent * 256 + m + (m * (256 - m) * 88 >> 16);
}

static INLINED int32_t L_saturate(int64_t x)
{
    return (int32_t)(x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : x);
}

/* The low 16 bits, for formats that require wrapping sums. */
static INLINED int16_t wrap16(int32_t x) { return (int16_t)((x & 0xFFFF) - ((x & 0x8000) << 1)); }

static INLINED int16_t add(int16_t a, int16_t b) { return saturate(a + b); }
static INLINED int16_t sub(int16_t a, int16_t b) { return saturate(a - b); }
static INLINED int16_t negate(int16_t a) { return saturate(-a); }
static INLINED int16_t abs_s(int16_t a) { return saturate(a < 0 ? -a : a); }
static INLINED int16_t extract_h(int32_t x) { return (int16_t)(x >> 16); }
static INLINED int16_t extract_l(int32_t x) { return wrap16(x); }
static INLINED int32_t L_deposit_h(int16_t a) { return (int32_t)a * 65536; }

/* Compiles to the processor's overflow flag. A saturated sum has the sign of a. */
static INLINED int32_t L_add(int32_t a, int32_t b)
{
    int32_t sum;

    return !__builtin_add_overflow(a, b, &sum) ? sum : a < 0 ? INT32_MIN : INT32_MAX;
}

static INLINED int32_t L_sub(int32_t a, int32_t b)
{
    int32_t difference;

    return !__builtin_sub_overflow(a, b, &difference) ? difference : a < 0 ? INT32_MIN : INT32_MAX;
}

static INLINED int32_t L_negate(int32_t a) { return L_saturate(-(int64_t)a); }
static INLINED int32_t L_abs(int32_t a) { return a < 0 ? L_negate(a) : a; }

/* Q15 x Q15 -> Q15. Only -1 x -1 saturates. */
static INLINED int16_t mult(int16_t a, int16_t b) { return saturate((int32_t)a * b >> 15); }
static INLINED int16_t mult_r(int16_t a, int16_t b)
{
    return saturate(((int32_t)a * b + 0x4000) >> 15);
}

/* Q15 x Q15 -> Q31. Only -1 x -1 saturates. */
static INLINED int32_t L_mult(int16_t a, int16_t b)
{
    int32_t product = (int32_t)a * b;

    return product == 0x40000000 ? INT32_MAX : product * 2;
}

static INLINED int32_t L_mac(int32_t sum, int16_t a, int16_t b) { return L_add(sum, L_mult(a, b)); }
static INLINED int32_t L_msu(int32_t sum, int16_t a, int16_t b) { return L_sub(sum, L_mult(a, b)); }

/* Shift counts are unrestricted. A negative count shifts in the opposite direction. */
static inline int16_t shr(int16_t a, int n);
static inline int16_t shl(int16_t a, int n)
{
    if (n < 0)
        return shr(a, -n);
    if (n > 15)
        return (int16_t)(a == 0 ? 0 : a < 0 ? INT16_MIN : INT16_MAX);
    return saturate((int32_t)a * (1 << n));
}

static inline int16_t shr(int16_t a, int n)
{
    return (int16_t)(n < 0 ? shl(a, -n) : a >> (n > 15 ? 15 : n));
}

static inline int32_t L_shr(int32_t a, int n);
static inline int32_t L_shl(int32_t a, int n)
{
    if (n < 0)
        return L_shr(a, -n);
    if (n > 31)
        return a == 0 ? 0 : a < 0 ? INT32_MIN : INT32_MAX;
    return L_saturate((int64_t)a * ((int64_t)1 << n));
}

static inline int32_t L_shr(int32_t a, int n)
{
    return n < 0 ? L_shl(a, -n) : a >> (n > 31 ? 31 : n);
}

static inline int16_t shr_r(int16_t a, int n)
{
    return (int16_t)(n > 15 ? 0 : n <= 0 ? shr(a, n) : (a + (1 << (n - 1))) >> n);
}

static inline int32_t L_shr_r(int32_t a, int n)
{
    return n > 31   ? 0
           : n <= 0 ? L_shr(a, n)
                    : (int32_t)(((int64_t)a + ((int64_t)1 << (n - 1))) >> n);
}

/* Q31 -> Q15, to nearest. The ITU calls it `round`, which is a name of the C library. */
static INLINED int16_t round_q15(int32_t x) { return extract_h(L_add(x, 0x8000)); }

/* round_q15(L_shl(x, 2)) and extract_h(L_shl(x, 2)). Saturating before a right shift is equivalent
 * to saturating after it. */
static INLINED int16_t round_q13(int32_t x) { return saturate(((x >> 13) + 1) >> 1); }
static INLINED int16_t extract_q13(int32_t x) { return saturate(x >> 14); }

/* The left shift that brings a 16-bit value into [0x4000, 0x7FFF] or [-0x8000, -0x4001], and a
 * 32-bit value into the corresponding ranges; 0 for 0. */
static INLINED int16_t norm_l(int32_t x)
{
    uint32_t bits = (uint32_t)(x < 0 ? ~x : x);

    return (int16_t)(x == 0 ? 0 : bits == 0 ? 31 : __builtin_clz(bits) - 1);
}

static INLINED int16_t norm_s(int16_t x)
{
    return (int16_t)(x == 0 ? 0 : x == -1 ? 15 : norm_l(x) - 16);
}

/* a / b in Q15, truncated, for 0 <= a <= b and b > 0; 0x7FFF if a == b. The ITU defines no other
 * arguments; b <= 0 and a > b give 0x7FFF too. */
static inline int16_t div_s(int16_t a, int16_t b)
{
    return (int16_t)(b <= 0 || a >= b ? INT16_MAX : a * 32768 / b);
}

/* L_mls and div_l are defined by G.723.1. Q31 x Q15 -> Q31, with the product of each half
 * truncated. */
static inline int32_t L_mls(int32_t a, int16_t b)
{
    if (b == INT16_MIN && extract_h(a) == INT16_MIN) /* the product of the high half saturates */
        return INT32_MAX - (a & 0xFFFF);
    return (int32_t)((int64_t)a * b >> 15);
}

/* Q31 / Q15 -> Q15, for 0 <= a and 0 <= b; 0x7FFF if the quotient is 1 or more. The low bit of a is
 * ignored. */
static inline int16_t div_l(int32_t a, int16_t b)
{
    return (int16_t)(b <= 0 || a >= L_deposit_h(b) ? INT16_MAX : (a >> 1) / b);
}

#endif
