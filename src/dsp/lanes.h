/* LANES chains in one variable, a 32-bit number of each: what the kernels are written in. The compiler's vectors, which it
 * splits where registers are shorter; the few operations that they lack are here, and a set that has an instruction for
 * one says so by a macro.
 *
 * A comparison's lanes are 0 or -1. */
#ifndef OMNIACM_LANES_H
#define OMNIACM_LANES_H

#include <string.h>
#include "vectors.h"

typedef uint32_t ulanes __attribute__((vector_size(4 * LANES), may_alias));

KERNEL lanes all(int32_t x)
{
    return x - (lanes){ 0 };
}

KERNEL lanes srl(lanes x, int n)
{
    return (lanes)((ulanes)x >> n);
}

#ifndef HAVE_OPERATIONS
KERNEL lanes blend(lanes mask, lanes yes, lanes no)
{
    return (mask & yes) | (~mask & no);
}

KERNEL lanes at_least(lanes a, lanes b)
{
    return blend(a > b, a, b);
}

KERNEL lanes at_most(lanes a, lanes b)
{
    return blend(a < b, a, b);
}

/* The low half of one, the high half of the other. */
KERNEL lanes low_and_high(lanes low, lanes high)
{
    return (low & 0xFFFF) | (high & -65536);
}

KERNEL lanes unsigned_at_most(lanes a, lanes b)
{
    return blend((ulanes)a < (ulanes)b, a, b);
}

KERNEL lanes where_negative(lanes x, lanes yes, lanes no)
{
    return blend(x >> 31, yes, no);
}

KERNEL lanes magnitude_of(lanes x)
{
    lanes sign = x >> 31;

    return (x ^ sign) - sign;
}

/* x, or -x where a number that is not 0 is negative. */
KERNEL lanes signed_by(lanes x, lanes sign)
{
    return (x ^ sign >> 31) - (sign >> 31);
}

/* Towards zero. */
KERNEL lanes over_power_of_two(lanes x, int n)
{
    return (x + srl(x >> 31, 32 - n)) >> n;
}

KERNEL lanes lookup(const int32_t *table, lanes i)
{
    lanes found;

    for (int l = 0; l < LANES; l++)
        found[l] = table[i[l]];
    return found;
}

/* One of eight by the low 3 bits of i. */
KERNEL lanes choose(const int32_t eight[8], lanes i)
{
    return lookup(eight, i & 7);
}

#ifndef HAVE_PRODUCTS
/* Of 16 bits without sign, the product above its low 16. */
KERNEL lanes high_product(lanes a, lanes b)
{
    return (lanes)((ulanes)a * (ulanes)b >> 16);
}

/* The sum of the products of both 16-bit halves. */
KERNEL lanes both_products(lanes a, lanes b)
{
    return (a << 16 >> 16) * (b << 16 >> 16) + (a >> 16) * (b >> 16);
}
#endif
#endif

/* The low halves of both in one number, the first's below. */
KERNEL lanes two_of(lanes low, lanes high)
{
    return low_and_high(low, (lanes)((ulanes)high << 16));
}

/* What block ADPCM's codes make of a step by their magnitudes, in 256ths: Microsoft's as Yamaha's. */
static const int32_t growths[8] = { 230, 230, 230, 230, 307, 409, 512, 614 };

KERNEL lanes within(lanes x, int32_t least, int32_t most)
{
    return at_most(at_least(x, all(least)), all(most));
}

#endif
