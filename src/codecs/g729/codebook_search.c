/* The search for four pulses: A.3.8.1. Positions are ordered by track here: position 8 t + m is sample 5 m + t. */
#include <string.h>
#include "g729.h"
#include "sums.h"

enum { TRACKS = 5, PLACES = 8 };        /* pulses stand on tracks 0, 1, 2, and 3 or 4 */

struct matrix {
    int16_t d[SUBFRAME];                /* (52): correlation of the target with the response, its sign taken away */
    bool negative[SUBFRAME];
    int16_t phi[SUBFRAME][SUBFRAME];    /* (53): correlations of the response, with both places' signs */
};

static int position(int sample) { return sample % TRACKS * PLACES + sample / TRACKS; }

/* Scaled so that the energy has its highest bits in 16; as the standard does it, with an energy that may be saturated. */
static bool scale_response(const int16_t h_q12[SUBFRAME], int16_t h[SUBFRAME])
{
    int32_t energy = L_energy(0, h_q12, SUBFRAME);
    int shift = extract_h(energy) > 32000 ? -1 : norm_l(energy) >> 1;

    for (int i = 0; i < SUBFRAME; i++)
        h[i] = shl(h_q12[i], shift);
    return energy_of(h, SUBFRAME) < 1 << 30;
}

/* A product with signs, as the standard does it with -1 and 0.99997: one less where signs agree and it is positive. */
static int16_t with_signs(int16_t x, bool differ)
{
    return differ ? negate(x) : (int16_t)(x - (x > 0));
}

static void store(struct matrix *matrix, int i, int j, int16_t product)
{
    int p = position(i), q = position(j);

    matrix->phi[p][q] = matrix->phi[q][p] = i == j ? product : with_signs(product, matrix->negative[p] != matrix->negative[q]);
}

/* Every diagonal from its lower end up: a product more at each step. */
static void correlate(const int16_t h[SUBFRAME], bool safe, struct matrix *matrix)
{
    for (int apart = 0; apart < SUBFRAME; apart++) {
        int32_t sum = 0;

        for (int i = 0; i < SUBFRAME - apart; i++) {
            sum = safe ? sum + 2 * h[i] * h[i + apart] : L_mac(sum, h[i], h[i + apart]);
            store(matrix, SUBFRAME - 1 - apart - i, SUBFRAME - 1 - i, extract_h(sum));
        }
    }
}

static void take_signs(const int16_t d[SUBFRAME], struct matrix *matrix)
{
    for (int i = 0; i < SUBFRAME; i++) {
        matrix->negative[position(i)] = d[i] < 0;
        matrix->d[position(i)] = abs_s(d[i]);
    }
}

/* A choice of pulses: squared sum of d over the energy, kept as the two. */
struct choice {
    int16_t square, energy;
    int places[4];                      /* positions; two of them while two are chosen */
};

static bool is_better(int32_t square, int32_t energy, const struct choice *than)
{
    return than->energy * square > than->square * energy;
}

static int best_of_track(const struct matrix *matrix, int track, int except)
{
    int best = track * PLACES + (except == track * PLACES);

    for (int p = best + 1; p < (track + 1) * PLACES; p++)
        if (p != except && matrix->d[p] > matrix->d[best])
            best = p;
    return best;
}

/* The first two pulses: either of the two strongest of one track with any of another. Energies are a quarter; products of
 * numbers within 2^15 with 2^14 and less add up to less than 2^31. */
static struct choice first_pair(const struct matrix *matrix, int track, int other)
{
    struct choice best = { -1, 1, { track * PLACES, other * PLACES } };
    int p = -1;

    for (int i = 0; i < 2; i++) {
        const int16_t *row = matrix->phi[p = best_of_track(matrix, track, p)];

        for (int q = other * PLACES; q < (other + 1) * PLACES; q++) {
            int32_t energy = (row[p] + 2 * row[q] + matrix->phi[q][q]) * (1 << 14);
            int16_t sum = add(matrix->d[p], matrix->d[q]), square = mult(sum, sum), rounded = (int16_t)((energy + 0x8000) >> 16);

            if (is_better(square, rounded, &best))
                best = (struct choice){ square, rounded, { p, q } };
        }
    }
    return best;
}

/* The other two, all pairs. Energies are a sixteenth. */
static struct choice second_pair(const struct matrix *matrix, const struct choice *first, int track, int other)
{
    const int16_t *row0 = matrix->phi[first->places[0]], *row1 = matrix->phi[first->places[1]];
    int16_t halves[PLACES], sum0 = add(matrix->d[first->places[0]], matrix->d[first->places[1]]);
    struct choice best = { -1, 1, { first->places[0], first->places[1], track * PLACES, other * PLACES } };

    for (int m = 0; m < PLACES; m++) {
        int q = other * PLACES + m;

        halves[m] = (int16_t)(((2 * row0[q] + 2 * row1[q] + matrix->phi[q][q]) * (1 << 13) + 0x8000) >> 16);
    }
    for (int p = track * PLACES; p < (track + 1) * PLACES; p++) {
        int32_t energy = first->energy * (1 << 14) + (2 * row0[p] + 2 * row1[p] + matrix->phi[p][p]) * (1 << 12);
        int16_t sum1 = add(sum0, matrix->d[p]);

        for (int m = 0; m < PLACES; m++) {
            int q = other * PLACES + m;
            int16_t sum = add(sum1, matrix->d[q]), square = mult(sum, sum);
            int16_t rounded = (int16_t)((energy + matrix->phi[p][q] * (1 << 13) + halves[m] * (1 << 15) + 0x8000) >> 16);

            if (is_better(square, rounded, &best)) {
                best.square = square;
                best.energy = rounded;
                best.places[2] = p;
                best.places[3] = q;
            }
        }
    }
    return best;
}

/* With the fourth pulse on track 3, then 4, from either end of the loop of tracks. `chosen` by track. */
static void search(const struct matrix *matrix, int chosen[4])
{
    struct choice best = { -1, 1, { 0, PLACES, 2 * PLACES, 3 * PLACES } };

    for (int last = 3; last < 5; last++)
        for (int turn = 0; turn < 2; turn++) {
            struct choice first = turn == 0 ? first_pair(matrix, 2, last) : first_pair(matrix, last, 0);
            struct choice all = turn == 0 ? second_pair(matrix, &first, 0, 1) : second_pair(matrix, &first, 1, 2);

            if (is_better(all.square, all.energy, &best))
                best = all;
        }
    for (int i = 0; i < 4; i++)
        chosen[best.places[i] / PLACES < 3 ? best.places[i] / PLACES : 3] = best.places[i];
}

/* 3.8.2, and the pulses through the filter. Their sum saturates in the order of tracks. */
static void describe(const struct matrix *matrix, const int chosen[4], const int16_t h_q12[SUBFRAME], struct subframe *out,
                     int16_t filtered_q12[SUBFRAME])
{
    unsigned places[4];

    out->signs = 0;
    memset(filtered_q12, 0, SUBFRAME * sizeof *filtered_q12);
    for (int i = 0; i < 4; i++) {
        int track = chosen[i] / PLACES, place = chosen[i] % PLACES, sample = place * TRACKS + track;
        bool negative = matrix->negative[chosen[i]];

        for (int n = sample; n < SUBFRAME; n++)
            filtered_q12[n] = negative ? sub(filtered_q12[n], h_q12[n - sample]) : add(filtered_q12[n], h_q12[n - sample]);
        places[i] = (unsigned)(i < 3 ? place : 2 * place + track - 3);
        out->signs = (uint8_t)(out->signs | !negative << i);
    }
    out->positions = (uint16_t)(places[0] | places[1] << 3 | places[2] << 6 | places[3] << 9);
}

void g729_codebook_search(const int16_t h_q12[SUBFRAME], const int16_t target[SUBFRAME], struct subframe *out,
                          int16_t filtered_q12[SUBFRAME])
{
    int16_t h[SUBFRAME], d[SUBFRAME];
    struct matrix matrix;
    int chosen[4];
    bool safe = scale_response(h_q12, h);

    g729_backward_filter(h_q12, target, d);
    take_signs(d, &matrix);
    correlate(h, safe, &matrix);
    search(&matrix, chosen);
    describe(&matrix, chosen, h_q12, out, filtered_q12);
}
