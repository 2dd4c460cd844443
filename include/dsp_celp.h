/* Kernels of the speech coders: filters of order 10 and sums of products, all modulo 2^32. The
 * standards' L_mac saturates at every step; the caller shows by a bound that this makes no
 * difference. Lengths are at least 16. */
#ifndef OMNIACM_DSP_CELP_H
#define OMNIACM_DSP_CELP_H

#include <stdint.h>

enum {
    CELP_ORDER = 10,
    CELP_SUBFRAME = 64, /* the longest block that `poles` takes */
    CELP_PLACES = 32,   /* of pulses, in `place_pulses` */
    CELP_PULSES = 6,    /* the most of them */
    CELP_TERMS = 24     /* in a row of `first_above` */
};

/* The pulses of a search: each is `gain` or -`gain`. */
struct celp_pulses {
    int count;
    int16_t gain, places[CELP_PULSES], values[CELP_PULSES];
};

/* A filter for `two_poles`: the arguments of `poles`, and its result. */
struct celp_filter {
    const int32_t *in;
    const int16_t *a;
    int16_t *y;
    int32_t *out, peak;
};

/* The search for two pulses among eight places each: what each p and q and each pair adds to the
 * correlation with the target and to the energy. Only the first `rows` places p count, an even
 * number. Sums and d are not negative. */
enum { CELP_TRACK = 8, CELP_POSITIONS = 40, CELP_TRACKS = 5 };
struct celp_pairs {
    int rows, shift; /* 13 or 15 */
    int16_t sums[CELP_TRACK];
    const int16_t *d, *phi[CELP_TRACK];
    int32_t energies[CELP_TRACK], halves[CELP_TRACK];
};
struct celp_pair {
    int32_t square, energy; /* both fit in 16 bits, and the square is at least -1 */
    int p, q;
};

struct dsp_celp {
    /* sums[i] = sum of a[j] x[i - j] over j < 2 `pairs`. */
    void (*zeros)(const int16_t *x, const int16_t *a, int pairs, int32_t *sums, int n);

    /* out[i] = in[i] + sum of a[j] y[i - 1 - j], and y[i] = out[i] / 2^shift, rounded to nearest;
     * out may be in. Returns the greatest magnitude of y and of the ten samples before it: if it is
     * below 32767, every y fits; else those from there on are undefined. n is a multiple of 4, and
     * at least 8. */
    int32_t (*poles)(const int32_t *in, const int16_t a[CELP_ORDER], int shift, int16_t *y,
                     int32_t *out, int n);

    /* Two filters side by side, which do not depend on each other, in the time of one. */
    void (*two_poles)(struct celp_filter filters[2], int shift, int n);

    /* sums[k] = sum of a[i] b[i + k], for 0 <= k < `count`. */
    void (*correlate)(const int16_t *a, const int16_t *b, int n, int32_t *sums, int count);
    int32_t (*dot)(const int16_t *a, const int16_t *b, int n);
    int64_t (*energy)(const int16_t *a, int n); /* exact for up to 2^15 samples */
    int32_t (*peak)(const int16_t *a, int n);   /* the greatest magnitude */

    /* (in[i] + bias) / 2^shift, rounded down and saturated; the sum must fit 32 bits. */
    void (*narrow)(const int32_t *in, int32_t bias, int shift, int16_t *out, int n);

    /* (a[i] gains[i] + bias) / 2^shift and (a[i] gain_a + b[i] gain_b + bias) / 2^shift, rounded
     * down and saturated; no sum may exceed 32 bits. `out` may be a or b. */
    void (*scale)(const int16_t *a, const int16_t *gains, int32_t bias, int shift, int16_t *out,
                  int n);
    void (*mix)(const int16_t *a, int16_t gain_a, const int16_t *b, int16_t gain_b, int32_t bias,
                int shift, int16_t *out, int n);

    /* out[i] = a[i] + (b[i] gain + 2^14) / 2^15, rounded down and saturated; b[i] and gain are not
     * both -32768. */
    void (*accumulate)(const int16_t *a, const int16_t *b, int16_t gain, int16_t *out, int n);

    /* Places pulses one after the other at the largest magnitude of what is left, the first of
     * equals, with its sign. rest[i] is left at the beginning, and a pulse at p takes 2 own[i - p]
     * times its value away; no sum exceeds 32 bits. There is at most one pulse in a place, and none
     * in the last two. places[0] is given. Reads own[-29] to own[31]. */
    void (*place_pulses)(const int16_t *own, const int32_t rest[CELP_PLACES], struct celp_pulses *);

    /* y[i] = sum of values[j] h[i - at[j]] / 2^13, rounded down and saturated, for `count` pulses
     * and 64 samples. No sum exceeds 32 bits. h is readable from at[j] samples before. */
    void (*respond)(const int16_t *h, const int *at, const int16_t *values, int count,
                    int16_t y[CELP_SUBFRAME]);

    /* The first of `count` rows whose scalar product with c is above `least`, or `count`. */
    int (*first_above)(const int16_t c[CELP_TERMS], const int16_t (*rows)[CELP_TERMS], int count,
                       int32_t least);

    /* The first code of the largest gain, the sum of (target[j] - code[j]) times weights[j] code[j]
     * / 2^15, rounded to nearest; 0 if none is positive. Weights are not negative, differences fit
     * 16 bits and sums 32. `count` is a multiple of 8. */
    int (*best_code)(const int16_t (*codes)[4], int count, const int16_t target[4],
                     const int16_t weights[4]);

    /* The first row of the smallest distance, or 0 if none is below 2^30: the sum of squared
     * differences, or, with weights, of products of differences and weighted ones, which are
     * divided by 2^15 and rounded down. Differences with a weight, and without weights all, fit 16
     * bits, and sums 31. Weights are not negative. `count` is a multiple of 4. */
    int (*nearest)(const int16_t (*rows)[CELP_ORDER], int count, const int16_t target[CELP_ORDER],
                   const int16_t *weights);

    /* Autocorrelations of a response for all pairs of positions i and j: the sum of h[n] h[n +
     * |i - j|] over n < 40 - max(i, j), divided by 2^15 and rounded down. If `sign` is the same at
     * both, 0 or -1, positive ones lose one; if not, they are negated. No sum exceeds 2^30 in
     * magnitude. `sign` and phi are in the order of the tracks: position t + 5 m is at 8 t + m.
     * Pairs within a track need not be set. */
    void (*fill_phi)(const int16_t h[CELP_POSITIONS], const int16_t sign[CELP_POSITIONS],
                     int16_t (*phi)[CELP_POSITIONS]);

    /* Takes the first pair of the largest s^2 / e that exceeds `best`, where s = sums[p] + d[q],
     * saturated, s^2 is divided by 2^15, and e = (energies[p] + 2^shift phi[p][q] + halves[q]) /
     * 2^16, both rounded down. Each pair in turn, q by q, is compared by products of squares and
     * energies with the best one before it. */
    void (*best_pair)(const struct celp_pairs *, struct celp_pair *best);
};

extern const struct dsp_celp dsp_celp_c;

#endif
