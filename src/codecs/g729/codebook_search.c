/* The search for the four pulses: A.3.8.1. */
#include <string.h>
#include "g729.h"
#include "mac.h"

/* Track t has the positions t, t + 5, ...; the pulses are on tracks 0, 1, 2, and 3 or 4. All arrays
 * are in the order of the tracks: position t + 5 m is at place 8 t + m. */
struct matrix {
    /* (52): magnitudes of the correlation of the target with the response. */
    int16_t d[G729_SUBFRAME];
    /* -1 where that correlation is negative, else 0. */
    int16_t sign[G729_SUBFRAME];
    /* (53): autocorrelations of the response times the signs of both positions, without those
     * within a track, and the diagonal. */
    int16_t phi[G729_SUBFRAME][G729_SUBFRAME], diagonal[G729_SUBFRAME];
};

static int place_of(int position)
{
    return position % CELP_TRACKS * CELP_TRACK + position / CELP_TRACKS;
}

/* Scales the response so that its energy fits in 16 bits, as the standard does, from an energy that
 * may be saturated. Otherwise twice the energy stays below 2^31, so that a sample fits too. Returns
 * true if no sum of products can saturate afterwards. */
static bool scale_response(const struct dsp_celp *dsp, const int16_t h_q12[G729_SUBFRAME],
                           int16_t h[G729_SUBFRAME])
{
    int32_t energy = L_energy(0, dsp->energy(h_q12, G729_SUBFRAME));
    bool large = extract_h(energy) > 32000;
    int factor = large ? 1 : 1 << (norm_l(energy) >> 1);

    for (int i = 0; i < G729_SUBFRAME; i++)
        h[i] = (int16_t)(h_q12[i] * factor >> large);
    return !large || dsp->energy(h, G729_SUBFRAME) < 1 << 30;
}

/* Applies the signs as the standard does, with factors -1 and 0.99997: positive products of equal
 * signs lose one. */
static int16_t with_signs(int16_t x, bool differ)
{
    return differ ? negate(x) : (int16_t)(x - (x > 0));
}

static void fill_diagonal_saturating(const int16_t h[G729_SUBFRAME], int distance,
                                     struct matrix *matrix)
{
    int32_t sum = 0;

    for (int i = G729_SUBFRAME - 1 - distance, j = G729_SUBFRAME - 1; i >= 0; i--, j--, h++) {
        int p = place_of(i), q = place_of(j);

        sum = L_mac(sum, h[0], h[distance]);
        matrix->phi[p][q] = matrix->phi[q][p] =
            with_signs(extract_h(sum), matrix->sign[p] != matrix->sign[q]);
    }
}

/* In the kernel, -32768 does not occur, because by Fejer's inequality a sum is at most cos(pi / 41)
 * times the energy. */
static void fill_matrix(const struct dsp_celp *dsp, const int16_t h[G729_SUBFRAME], bool exact,
                        struct matrix *matrix)
{
    int32_t sum = 0;

    if (exact)
        dsp->fill_phi(h, matrix->sign, matrix->phi);
    for (int distance = 1; distance < G729_SUBFRAME && !exact; distance++)
        if (distance % CELP_TRACKS != 0)
            fill_diagonal_saturating(h, distance, matrix);
    for (int m = CELP_TRACK - 1; m >= 0; m--)
        for (int t = CELP_TRACKS - 1; t >= 0; t--, h++) {
            sum = exact ? sum + 2 * h[0] * h[0] : L_mac(sum, h[0], h[0]);
            matrix->diagonal[CELP_TRACK * t + m] = extract_h(sum);
        }
}

/* The magnitudes of d are at most 2^13. */
static void take_signs(const int16_t d[G729_SUBFRAME], struct matrix *matrix)
{
    for (int t = 0; t < CELP_TRACKS; t++)
        for (int m = 0; m < CELP_TRACK; m++)
            matrix->d[CELP_TRACK * t + m] = d[t + CELP_TRACKS * m];
    for (int i = 0; i < G729_SUBFRAME; i++) {
        int16_t sign = (int16_t)(matrix->d[i] >> 15);

        matrix->sign[i] = sign;
        matrix->d[i] = (int16_t)((matrix->d[i] ^ sign) - sign);
    }
}

/* A choice of pulses, rated by the squared sum of d over the energy. */
struct choice {
    struct celp_pair pair;
    int places[4]; /* the first two are set before the others */
};

/* The places of the two largest correlations of a track, the first ones of equals. */
static void best_of_track(const struct matrix *matrix, int track, int best[2])
{
    int32_t first = -1, second = -1;

    for (int m = 0; m < CELP_TRACK; m++) {
        int32_t key = matrix->d[CELP_TRACK * track + m] * CELP_TRACK + CELP_TRACK - 1 - m;

        second = max_i32(second, min_i32(first, key));
        first = max_i32(first, key);
    }
    best[0] = CELP_TRACK * track + CELP_TRACK - 1 - first % CELP_TRACK;
    best[1] = CELP_TRACK * track + CELP_TRACK - 1 - second % CELP_TRACK;
}

/* The first two pulses: each of the two largest correlations of one track with every position of
 * another. Energies are divided by 4: sums of numbers within 2^15 times at most 2^14 stay below
 * 2^31. */
static struct choice first_pair(const struct dsp_celp *dsp, const struct matrix *matrix, int track,
                                int other)
{
    struct celp_pairs pairs = { 2, 15, .d = matrix->d + CELP_TRACK * other };
    struct celp_pair best = { -1, 1, 0, 0 };
    int places[2];

    best_of_track(matrix, track, places);
    for (int i = 0; i < 2; i++) {
        pairs.sums[i] = matrix->d[places[i]];
        pairs.phi[i] = matrix->phi[places[i]] + CELP_TRACK * other;
        pairs.energies[i] = matrix->diagonal[places[i]] * (1 << 14) + 0x8000;
    }
    for (int q = 0; q < CELP_TRACK; q++)
        pairs.halves[q] = matrix->diagonal[CELP_TRACK * other + q] * (1 << 14);
    dsp->best_pair(&pairs, &best);
    return (struct choice){ best, { places[best.p], CELP_TRACK * other + best.q } };
}

/* The other two pulses: all pairs of positions of a track and the next. Energies are divided by
 * 16. */
static struct choice second_pair(const struct dsp_celp *dsp, const struct matrix *matrix,
                                 const struct choice *first, int track)
{
    int p = CELP_TRACK * track, q = p + CELP_TRACK;
    const int16_t *phi0 = matrix->phi[first->places[0]], *phi1 = matrix->phi[first->places[1]];
    int32_t sum = matrix->d[first->places[0]] + matrix->d[first->places[1]],
            energy = first->pair.energy * (1 << 14) + 0x8000;
    struct celp_pairs pairs = { CELP_TRACK, 13, .d = matrix->d + q };
    struct celp_pair best = { -1, 1, 0, 0 };

    for (int m = 0; m < CELP_TRACK; m++)
        pairs.phi[m] = matrix->phi[p + m] + q;
    for (int m = 0; m < CELP_TRACK; m++)
        pairs.sums[m] = (int16_t)(sum + matrix->d[p + m]);
    for (int m = 0; m < CELP_TRACK; m++) {
        int32_t own = 2 * phi0[p + m] + 2 * phi1[p + m] + matrix->diagonal[p + m],
                others = 2 * phi0[q + m] + 2 * phi1[q + m] + matrix->diagonal[q + m];

        pairs.energies[m] = energy + own * (1 << 12);
        pairs.halves[m] = ((others * (1 << 13) + 0x8000) >> 16) * (1 << 15);
    }
    dsp->best_pair(&pairs, &best);
    return (struct choice){ best, { first->places[0], first->places[1], p + best.p, q + best.q } };
}

static bool is_better(const struct celp_pair *x, const struct celp_pair *than)
{
    return than->energy * x->square > than->square * x->energy;
}

/* The fourth pulse is tried on track 3, then on track 4, and the tracks are paired in two orders
 * each time. The second pairs come after all first ones, so that the latencies overlap. `chosen`
 * has the places of the pulses in the order of their tracks. */
static void search_pulses(const struct dsp_celp *dsp, const struct matrix *matrix, int chosen[4])
{
    struct choice best = { { -1, 1, 0, 0 }, { 0, CELP_TRACK, 2 * CELP_TRACK, 3 * CELP_TRACK } };
    struct choice first[4];

    for (int i = 0; i < 4; i++)
        first[i] = i % 2 == 0 ? first_pair(dsp, matrix, 2, 3 + i / 2)
                              : first_pair(dsp, matrix, 3 + i / 2, 0);
    for (int i = 0; i < 4; i++) {
        struct choice all = second_pair(dsp, matrix, &first[i], i % 2);

        if (is_better(&all.pair, &best.pair))
            best = all;
    }
    for (int i = 0; i < 4; i++)
        chosen[min_i32(best.places[i] / CELP_TRACK, 3)] = best.places[i];
}

/* 3.8.2: codes of the pulses, and the filtered vector. Its sum saturates, in the order of the
 * tracks. */
static void encode_pulses(const struct dsp_celp *dsp, const struct matrix *matrix,
                          const int chosen[4], const int16_t h_q12[G729_SUBFRAME],
                          struct g729_subframe *out, int16_t filtered_q12[G729_SUBFRAME])
{
    int16_t padded[2 * G729_SUBFRAME] = { 0 };
    unsigned codes[4];

    memcpy(padded + G729_SUBFRAME, h_q12, G729_SUBFRAME * sizeof *h_q12);
    out->signs = 0;
    memset(filtered_q12, 0, G729_SUBFRAME * sizeof *filtered_q12);
    for (int i = 0; i < 4; i++) {
        int track = chosen[i] / CELP_TRACK, index = chosen[i] % CELP_TRACK;
        bool negative = matrix->sign[chosen[i]] != 0;

        dsp->mix(filtered_q12, 1, padded + G729_SUBFRAME - (track + CELP_TRACKS * index),
                 negative ? -1 : 1, 0, 0, filtered_q12, G729_SUBFRAME);
        codes[i] = (unsigned)(i < 3 ? index : 2 * index + track - 3);
        out->signs = (uint8_t)(out->signs | !negative << i);
    }
    out->positions = (uint16_t)(codes[0] | codes[1] << 3 | codes[2] << 6 | codes[3] << 9);
}

void g729_codebook_search(const struct dsp_celp *dsp, const int16_t h_q12[G729_SUBFRAME],
                          const int16_t target[G729_SUBFRAME], struct g729_subframe *out,
                          int16_t filtered_q12[G729_SUBFRAME])
{
    int16_t h[G729_SUBFRAME], d[G729_SUBFRAME];
    struct matrix matrix;
    int chosen[4];
    bool exact = scale_response(dsp, h_q12, h);

    g729_backward_filter(dsp, h_q12, target, d);
    take_signs(d, &matrix);
    fill_matrix(dsp, h, exact, &matrix);
    search_pulses(dsp, &matrix, chosen);
    encode_pulses(dsp, &matrix, chosen, h_q12, out, filtered_q12);
}
