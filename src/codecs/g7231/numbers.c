/* What several stages need. */
#include "g7231.h"

int32_t g7231_dot(int32_t sum, const int16_t *a, const int16_t *b, int n)
{
    for (int i = 0; i < n; i++)
        sum = L_mac(sum, a[i], b[i]);
    return sum;
}

/* The peak's norm is 0 to 14, so that 2^norm |s| stays below 2^15 and the low 16 bits are all there is. */
int16_t g7231_normalise(int16_t *s, int n)
{
    int16_t peak = 0;
    int norm;

    for (int i = 0; i < n; i++)
        peak = abs_s(s[i]) > peak ? abs_s(s[i]) : peak;
    norm = norm_s(peak);
    for (int i = 0; i < n; i++)
        s[i] = (int16_t)((s[i] * (1 << norm)) >> 3);
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
