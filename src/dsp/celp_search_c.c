/* The reference of the searches among the speech coders' kernels. */
#include <string.h>
#include "celp_search.h"
#include "fixed.h"
#include "mac.h"

/* Subtracts the contribution of a pulse, and computes the magnitudes of the rest. */
static void take_pulse(const int16_t *own, int16_t pulse, int32_t left[CELP_PLACES],
                       int32_t magnitudes[CELP_PLACES])
{
    for (int i = 0; i < CELP_PLACES; i++) {
        left[i] -= 2 * (pulse * own[i]);
        magnitudes[i] = left[i] < 0 ? -left[i] : left[i];
    }
}

static int index_of_maximum(const int32_t x[CELP_PLACES])
{
    int32_t maximum = x[0];
    int i = 0;

    for (int k = 0; k < CELP_PLACES; k++)
        maximum = max_i32(maximum, x[k]);
    while (x[i] != maximum)
        i++;
    return i;
}

void celp_place_pulses_c(const int16_t *own, const int32_t rest[CELP_PLACES],
                         struct celp_pulses *pulses)
{
    int32_t left[CELP_PLACES], magnitudes[CELP_PLACES],
        taken[CELP_PLACES] = { [CELP_PLACES - 2] = -1, -1 }; /* never the largest */

    memcpy(left, rest, sizeof left);
    for (int j = 0;; j++) {
        int at = pulses->places[j];

        taken[at] = -1;
        pulses->values[j] = (int16_t)(left[at] >= 0 ? pulses->gain : -pulses->gain);
        if (j == pulses->count - 1)
            break;
        take_pulse(own - at, pulses->values[j], left, magnitudes);
        for (int i = 0; i < CELP_PLACES; i++)
            magnitudes[i] |= taken[i];
        pulses->places[j + 1] = (int16_t)index_of_maximum(magnitudes);
    }
}

void celp_respond_c(const int16_t *h, const int *at, const int16_t *values, int count,
                    int16_t y[CELP_SUBFRAME])
{
    int32_t sums[CELP_SUBFRAME] = { 0 };

    for (int j = 0; j < count; j++)
        add_scaled(sums, h - at[j], values[j], CELP_SUBFRAME);
    for (int i = 0; i < CELP_SUBFRAME; i++)
        y[i] = saturate(sums[i] >> 13);
}

int celp_first_above_c(const int16_t c[CELP_TERMS], const int16_t (*rows)[CELP_TERMS], int count,
                       int32_t least)
{
    for (int i = 0; i < count; i++)
        if (dot_exact(c, rows[i], CELP_TERMS) > least)
            return i;
    return count;
}

int celp_best_code_c(const int16_t (*codes)[4], int count, const int16_t target[4],
                     const int16_t weights[4])
{
    int32_t best = 0;
    int index = 0;

    for (int i = 0; i < count; i++) {
        const int16_t *code = codes[i];
        int32_t gain = 0;

        for (int j = 0; j < 4; j++)
            gain += (target[j] - code[j]) * ((weights[j] * code[j] + 0x4000) >> 15);
        if (gain > best) {
            best = gain;
            index = i;
        }
    }
    return index;
}
