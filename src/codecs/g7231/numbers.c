/* What several stages need. */
#include "plain.h"

int32_t g7231_dot(int32_t sum, const int16_t *a, const int16_t *b, int n)
{
    for (int i = 0; i < n; i++)
        sum = L_mac(sum, a[i], b[i]);
    return sum;
}

enum { AT_ONCE = 32 };              /* so that compilers make vectors of it */

static void shift_left_less_3(int16_t *s, int n, int shift)
{
    int16_t factor = (int16_t)(1 << shift);

    for (; n >= AT_ONCE; s += AT_ONCE, n -= AT_ONCE)
        for (int i = 0; i < AT_ONCE; i++)
            s[i] = (int16_t)((s[i] * factor) >> 3);
    for (int i = 0; i < n; i++)
        s[i] = (int16_t)((s[i] * factor) >> 3);
}

/* The peak's norm is 0 to 14, so that 2^norm |s| stays below 2^15 and the low 16 bits are all there is. */
int16_t g7231_normalise(int16_t *s, int n)
{
    int norm = norm_s(saturate(peak_of(s, n)));

    shift_left_less_3(s, n, norm);
    return (int16_t)(norm - 3);
}

int16_t g7231_sqrt(int32_t square_q31)
{
    int16_t root = 0;

    for (int bit = 0x4000; bit > 1; bit >>= 1) {
        int16_t trial = (int16_t)(root + bit);

        if (square_q31 >= L_mult(trial, trial))
            root = trial;
    }
    return root;
}

/* Without saturation where the peaks allow, as vectors have none. */
void g7231_excitation(const int16_t fixed[SUBFRAME], const int16_t past[SUBFRAME], int16_t out[SUBFRAME])
{
    if (2 * peak_of(fixed, SUBFRAME) + peak_of(past, SUBFRAME) <= INT16_MAX)
        for (int i = 0; i < SUBFRAME; i++)
            out[i] = (int16_t)(2 * fixed[i] + past[i]);
    else
        for (int i = 0; i < SUBFRAME; i++)
            out[i] = add(shl(fixed[i], 1), past[i]);
}
