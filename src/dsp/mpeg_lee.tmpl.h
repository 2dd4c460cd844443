/* The DCT of 32 values, x[n] = sum of x[k] cos(pi/64 n (2k + 1)), by B. G. Lee's recursion: one of
 * n values is made of two of n/2. The factors of n values follow 32 - n others.
 *
 * Parameters: LEE_VALUE, an unsigned value or lanes of them, and LEE_TIMES(x, c, shift), its
 * product with a constant of mpeg_tables.h. One half is finished before the other, so that fewer
 * values have to leave the registers. */
#include "compiler.h"
#include "mpeg_tables.h"

#define LEE(n, half, smaller) \
    static INLINED void dct2_##n(LEE_VALUE *x) \
    { \
        LEE_VALUE sums[half], differences[half]; \
\
        _Pragma("GCC unroll 16") for (int i = 0; i < half; i++) \
        { \
            sums[i] = x[i] + x[n - 1 - i]; \
            differences[i] = \
                LEE_TIMES(x[i] - x[n - 1 - i], mpeg_lee[32 - n + i], mpeg_lee_shift[32 - n + i]); \
        } \
        smaller(sums); \
        smaller(differences); \
        _Pragma("GCC unroll 16") for (int i = 0; i < half; i++) \
        { \
            x[2 * i] = sums[i]; \
            x[2 * i + 1] = differences[i]; \
            if (i + 1 < half) \
                x[2 * i + 1] += differences[i + 1]; \
        } \
    }
#define NOTHING(x) (void)(x)
LEE(2, 1, NOTHING)
LEE(4, 2, dct2_2)
LEE(8, 4, dct2_4)
LEE(16, 8, dct2_8)
LEE(32, 16, dct2_16)
#undef LEE
#undef NOTHING
#undef LEE_VALUE
#undef LEE_TIMES
