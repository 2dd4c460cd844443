/* The search for the four pulses: A.3.8.1. */
#include <string.h>
#include "g729.h"
#include "mac.h"

/* For all pairs of positions. Track t has the positions t, t + 5, ...; the pulses are on tracks 0,
 * 1, 2, and 3 or 4. */
struct matrix {
    /* (52): magnitudes of the correlation of the target with the response. */
    int16_t d[G729_SUBFRAME];
    /* -1 where that correlation is negative, else 0. */
    int16_t sign[G729_SUBFRAME];
    /* (53): autocorrelations of the response times the signs of both positions. Off the
     * diagonal, pairs within a track are not used. */
    int16_t phi[G729_SUBFRAME][G729_SUBFRAME];
};

/* Scales the response so that its energy fits in 16 bits, as the standard does, from an energy that
 * may be saturated. Returns true if no sum of products can saturate afterwards. */
static bool scale_response(const struct dsp_celp *dsp, const int16_t h_q12[G729_SUBFRAME],
                           int16_t h[G729_SUBFRAME])
{
    int32_t energy = L_energy(0, dsp->energy(h_q12, G729_SUBFRAME));
    int shift = extract_h(energy) > 32000 ? -1 : norm_l(energy) >> 1;

    for (int i = 0; i < G729_SUBFRAME; i++)
        h[i] = shl(h_q12[i], shift);
    return dsp->energy(h, G729_SUBFRAME) < 1 << 30;
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
        sum = L_mac(sum, h[0], h[distance]);
        matrix->phi[i][j] = matrix->phi[j][i] =
            with_signs(extract_h(sum), matrix->sign[i] != matrix->sign[j]);
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
    for (int i = G729_SUBFRAME - 1, k = 0; i >= 0; i--, k++) {
        sum = L_mac(sum, h[k], h[k]);
        matrix->phi[i][i] = extract_h(sum);
    }
}

static void take_signs(const int16_t d[G729_SUBFRAME], struct matrix *matrix)
{
    for (int i = 0; i < G729_SUBFRAME; i++) {
        matrix->sign[i] = (int16_t) - (d[i] < 0);
        matrix->d[i] = abs_s(d[i]);
    }
}

/* A choice of pulses, rated by the squared sum of d over the energy. */
struct choice {
    int32_t square, energy; /* both fit in 16 bits */
    int positions[4];       /* the first two are set before the others */
};

static bool is_better(int32_t square, int32_t energy, const struct choice *than)
{
    return than->energy * square > than->square * energy;
}

static int best_of_track(const struct matrix *matrix, int track, int except)
{
    int best = except == track ? track + CELP_TRACKS : track;

    for (int p = best + CELP_TRACKS; p < G729_SUBFRAME; p += CELP_TRACKS)
        if (p != except && matrix->d[p] > matrix->d[best])
            best = p;
    return best;
}

/* Magnitudes of d are at most 2^13, so that only the sum of four can reach 2^15, where it
 * saturates. */
static int32_t square_of(int32_t sum)
{
    sum -= sum >> 15;
    return sum * sum >> 15;
}

/* The first two pulses: each of the two largest correlations of one track with every position of
 * another. Energies are divided by 4: sums of numbers within 2^15 times at most 2^14 stay below
 * 2^31. */
static struct choice first_pair(const struct matrix *matrix, int track, int other)
{
    struct choice best = { -1, 1, { track, other } };
    int p = -1;

    for (int i = 0; i < 2; i++) {
        const int16_t *phi_p;

        p = best_of_track(matrix, track, p);
        phi_p = matrix->phi[p];
        for (int q = other; q < G729_SUBFRAME; q += CELP_TRACKS) {
            int32_t energy = (phi_p[p] + 2 * phi_p[q] + matrix->phi[q][q]) * (1 << 14);
            int32_t square = square_of(matrix->d[p] + matrix->d[q]),
                    rounded = (energy + 0x8000) >> 16;

            if (is_better(square, rounded, &best))
                best = (struct choice){ square, rounded, { p, q } };
        }
    }
    return best;
}

/* The autocorrelations of two tracks. */
static void load_tracks(const struct matrix *matrix, int track, int other, struct celp_pairs *pairs)
{
    for (int p = 0; p < CELP_TRACK; p++)
        for (int q = 0; q < CELP_TRACK; q++)
            pairs->phi[p][q] = matrix->phi[track + CELP_TRACKS * p][other + CELP_TRACKS * q];
    for (int q = 0; q < CELP_TRACK; q++)
        pairs->d[q] = matrix->d[other + CELP_TRACKS * q];
}

/* The other two pulses: all pairs of positions, of which `pairs` has the autocorrelations. Energies
 * are divided by 16. */
static struct choice second_pair(const struct dsp_celp *dsp, const struct matrix *matrix,
                                 const struct choice *first, int track, struct celp_pairs *pairs)
{
    const int16_t *phi0 = matrix->phi[first->positions[0]],
                  *phi1 = matrix->phi[first->positions[1]];
    int32_t sum = matrix->d[first->positions[0]] + matrix->d[first->positions[1]];
    struct celp_pair best = { -1, 1, 0, 0 };

    for (int m = 0; m < CELP_TRACK; m++) {
        int p = track + CELP_TRACKS * m, q = p + 1;

        pairs->halves[m] =
            (((2 * phi0[q] + 2 * phi1[q] + matrix->phi[q][q]) * (1 << 13) + 0x8000) >> 16) *
            (1 << 15);
        pairs->energies[m] = first->energy * (1 << 14) +
                             (2 * phi0[p] + 2 * phi1[p] + matrix->phi[p][p]) * (1 << 12) + 0x8000;
        pairs->sums[m] = (int16_t)(sum + matrix->d[p]);
    }
    dsp->best_pair(pairs, &best);
    return (struct choice){ best.square,
                            best.energy,
                            { first->positions[0], first->positions[1],
                              track + CELP_TRACKS * best.p, track + 1 + CELP_TRACKS * best.q } };
}

/* The fourth pulse is tried on track 3, then on track 4, and the tracks are paired in two orders
 * each time. `chosen` is indexed by track. */
static void search_pulses(const struct dsp_celp *dsp, const struct matrix *matrix, int chosen[4])
{
    struct choice best = { -1, 1, { 0, 1, 2, 3 } };
    struct celp_pairs pairs[2];

    load_tracks(matrix, 0, 1, &pairs[0]);
    load_tracks(matrix, 1, 2, &pairs[1]);
    for (int last = 3; last < CELP_TRACKS; last++)
        for (int order = 0; order < 2; order++) {
            struct choice first =
                order == 0 ? first_pair(matrix, 2, last) : first_pair(matrix, last, 0);
            struct choice all = second_pair(dsp, matrix, &first, order, &pairs[order]);

            if (is_better(all.square, all.energy, &best))
                best = all;
        }
    for (int i = 0; i < 4; i++)
        chosen[best.positions[i] % CELP_TRACKS < 3 ? best.positions[i] % CELP_TRACKS : 3] =
            best.positions[i];
}

/* 3.8.2: codes of the pulses, and the filtered vector. Its sum saturates, in the order of the
 * tracks. */
static void encode_pulses(const struct matrix *matrix, const int chosen[4],
                          const int16_t h_q12[G729_SUBFRAME], struct g729_subframe *out,
                          int16_t filtered_q12[G729_SUBFRAME])
{
    int16_t padded[2 * G729_SUBFRAME] = { 0 };
    unsigned codes[4];

    memcpy(padded + G729_SUBFRAME, h_q12, G729_SUBFRAME * sizeof *h_q12);
    out->signs = 0;
    memset(filtered_q12, 0, G729_SUBFRAME * sizeof *filtered_q12);
    for (int i = 0; i < 4; i++) {
        int sample = chosen[i], index = sample / CELP_TRACKS;
        bool negative = matrix->sign[sample] != 0;

        for (int n = 0; n < G729_SUBFRAME; n++)
            filtered_q12[n] = saturate(filtered_q12[n] +
                                       negate_if(-negative, padded[G729_SUBFRAME + n - sample]));
        codes[i] = (unsigned)(i < 3 ? index : 2 * index + sample % CELP_TRACKS - 3);
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
    encode_pulses(&matrix, chosen, h_q12, out, filtered_q12);
}
