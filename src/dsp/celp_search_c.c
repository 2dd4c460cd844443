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

/* Eight differences at a time are those that compilers vectorize. */
static int32_t distance_to(const int16_t row[CELP_ORDER], const int16_t target[CELP_ORDER])
{
    int32_t sum = 0, error8 = target[8] - row[8], error9 = target[9] - row[9];

    for (int i = 0; i < 8; i++) {
        int16_t error = (int16_t)(target[i] - row[i]);

        sum += error * error;
    }
    return sum + error8 * error8 + error9 * error9;
}

static int32_t weighted_distance(const int16_t *row, const int16_t *target, const int16_t *weights,
                                 int n)
{
    int32_t sum = 0;

    for (int i = 0; i < n; i++) {
        int32_t error = target[i] - row[i];

        sum += (weights[i] * error >> 15) * error;
    }
    return sum;
}

/* Weights of 0 at the beginning or the end cost nothing. */
int celp_nearest_c(const int16_t (*rows)[CELP_ORDER], int count, const int16_t target[CELP_ORDER],
                   const int16_t *weights)
{
    int32_t min = 1 << 30;
    int index = 0, from = 0, to = CELP_ORDER;

    while (weights && from < to && weights[from] == 0)
        from++;
    while (weights && to > from && weights[to - 1] == 0)
        to--;
    for (int i = 0; i < count; i++) {
        int32_t distance =
            weights ? weighted_distance(rows[i] + from, target + from, weights + from, to - from)
                    : distance_to(rows[i], target);

        if (distance < min) {
            min = distance;
            index = i;
        }
    }
    return index;
}

/* The positions in their own order: their places in the order of the tracks, and what phi and the
 * signs have there. */
struct positions {
    ptrdiff_t places[CELP_POSITIONS];
    int16_t *rows[CELP_POSITIONS], signs[CELP_POSITIONS];
};

/* Fills a diagonal from its lower end up, one product more per step, without branches. */
static void fill_diagonal(const int16_t h[CELP_POSITIONS], const struct positions *at, int distance)
{
    int32_t sum = 0;

    for (ptrdiff_t i = CELP_POSITIONS - 1 - distance; i >= 0; i--, h++) {
        int32_t product, differ = at->signs[i] ^ at->signs[i + distance];

        sum += h[0] * h[distance];
        product = sum >> 15;
        product = ((product - (product > 0)) & ~differ) | (-product & differ);
        at->rows[i][at->places[i + distance]] = at->rows[i + distance][at->places[i]] =
            (int16_t)product;
    }
}

void celp_fill_phi_c(const int16_t h[CELP_POSITIONS], const int16_t sign[CELP_POSITIONS],
                     int16_t (*phi)[CELP_POSITIONS])
{
    struct positions at;

    for (int t = 0; t < CELP_TRACKS; t++)
        for (int m = 0; m < CELP_TRACK; m++) {
            int i = t + CELP_TRACKS * m, place = CELP_TRACK * t + m;

            at.places[i] = place;
            at.rows[i] = phi[place];
            at.signs[i] = sign[place];
        }
    for (int distance = 1; distance < CELP_POSITIONS; distance++)
        if (distance % CELP_TRACKS != 0)
            fill_diagonal(h, &at, distance);
}

void celp_best_pair_c(const struct celp_pairs *in, struct celp_pair *best)
{
    for (int p = 0; p < in->rows; p++)
        for (int q = 0; q < CELP_TRACK; q++) {
            int32_t sum = saturate(in->sums[p] + in->d[q]), square = sum * sum >> 15;
            int32_t energy =
                (in->energies[p] + in->phi[p][q] * (1 << in->shift) + in->halves[q]) >> 16;

            if (best->energy * square > best->square * energy)
                *best = (struct celp_pair){ square, energy, p, q };
        }
}
