/* Numbers for the sets of n out of 30 pulse positions. The sets are in lexicographic order: those
 * whose first position is 0 come first. */
#ifndef OMNIACM_COMBINATION_H
#define OMNIACM_COMBINATION_H

#include <stdbool.h>
#include <stdint.h>

enum { COMBINATION_PLACES = 30, COMBINATION_ROW = 32, COMBINATION_MAX = 6 };

/* [n][i] = C(29 - i, n): the number of sets of n positions that are all above i. Two zeros make the
 * rows multiples of a vector. */
static const int32_t combination_counts[COMBINATION_MAX + 1][COMBINATION_ROW] = {
    {
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    },
    {
        29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15,
        14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4,  3,  2,  1,  0,
    },
    {
        406, 378, 351, 325, 300, 276, 253, 231, 210, 190, 171, 153, 136, 120, 105,
        91,  78,  66,  55,  45,  36,  28,  21,  15,  10,  6,   3,   1,   0,   0,
    },
    {
        3654, 3276, 2925, 2600, 2300, 2024, 1771, 1540, 1330, 1140, 969, 816, 680, 560, 455,
        364,  286,  220,  165,  120,  84,   56,   35,   20,   10,   4,   1,   0,   0,   0,
    },
    {
        23751, 20475, 17550, 14950, 12650, 10626, 8855, 7315, 5985, 4845,
        3876,  3060,  2380,  1820,  1365,  1001,  715,  495,  330,  210,
        126,   70,    35,    15,    5,     1,     0,    0,    0,    0,
    },
    {
        118755, 98280, 80730, 65780, 53130, 42504, 33649, 26334, 20349, 15504,
        11628,  8568,  6188,  4368,  3003,  2002,  1287,  792,   462,   252,
        126,    56,    21,    6,     1,     0,     0,     0,     0,     0,
    },
    {
        475020, 376740, 296010, 230230, 177100, 134596, 100947, 74613, 54264, 38760,
        27132,  18564,  12376,  8008,   5005,   3003,   1716,   924,   462,   210,
        84,     28,     7,      1,      0,      0,      0,      0,     0,     0,
    },
};

/* The number of entries >= n in a row, for n > 0. Those below are counted in eight sums, so that
 * compilers vectorize it in two short chains. */
static inline int combination_count_from(const int32_t counts[COMBINATION_ROW], int32_t n)
{
    int32_t below[8] = { 0 };

    for (int i = 0; i < COMBINATION_ROW; i += 8)
        for (int k = 0; k < 8; k++)
            below[k] += counts[i + k] < n;
    for (int k = 0; k < 4; k++)
        below[k] += below[k + 4];
    return COMBINATION_ROW - (below[0] + below[2] + (below[1] + below[3]));
}

/* Stores the n positions of set `number` in ascending order; returns false beyond the last set.
 * `left` counts the sets from this one to the last. Of these, counts[n][i] have all positions above
 * i, so that the first position is the first i where these are fewer than `left`. One position
 * alone is the last of them, counted from the end. */
static inline bool combination_unrank(int32_t number, int n, uint8_t *at)
{
    int32_t left = combination_counts[n][0] + combination_counts[n - 1][0] - number;

    if (left <= 0)
        return false;
    for (; n > 1; n--) {
        int i = combination_count_from(combination_counts[n], left);

        left -= combination_counts[n][i];
        *at++ = (uint8_t)i;
    }
    *at = (uint8_t)(COMBINATION_PLACES - left);
    return true;
}

/* The number of the set of n positions, which are in ascending order. */
static inline int32_t combination_rank(const uint8_t *at, int n)
{
    int32_t number = 0;

    for (int i = 0; n > 0; i++) {
        if (*at == i) {
            at++;
            n--;
        } else
            number += combination_counts[n - 1][i];
    }
    return number;
}

#endif
