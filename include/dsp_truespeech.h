/* Kernels of TrueSpeech's encoder: the search for seven pulses in a subframe of 60 samples, and
 * that for the long-term prediction. Vectors are padded with zeros to TRUESPEECH_WIDE. */
#ifndef OMNIACM_DSP_TRUESPEECH_H
#define OMNIACM_DSP_TRUESPEECH_H

#include <stdbool.h>
#include <stdint.h>

enum {
    TRUESPEECH_SUBFRAME = 60,
    TRUESPEECH_WIDE = 64,
    TRUESPEECH_SLOT_HALF = TRUESPEECH_WIDE / 2,
    TRUESPEECH_SLOT_BITS = 6
};

/* The taps of the long-term prediction are at lag and at lag + 1. */
enum {
    TRUESPEECH_LAG_MIN = 18,
    TRUESPEECH_LAG_MAX = 145,
    TRUESPEECH_HISTORY = TRUESPEECH_LAG_MAX + 1
};
struct truespeech_lags {
    int lowest, highest;
};

/* |now[-lag] >> fit| < 2^10 and the length of h is below 2^15. */
struct truespeech_scan {
    const int16_t *h;      /* the response to an impulse */
    const int16_t *now;    /* the excitation, up to now[-1] */
    const int16_t *target; /* magnitudes are below 2^11 */
    int fit, shift;        /* right shifts, of the excitation and of the response to it */
    struct truespeech_lags lags;
};

/* At a lag, the products of the response to the past excitation with the target, with itself, and
 * with the response at the lag below. No product exceeds 2^30. */
struct truespeech_products {
    int32_t target, energy, below, unused;
};

struct truespeech_start {
    const int16_t *correlation; /* of the target and the response, in slots */
    const int32_t *diagonal;    /* not negative; 9 times it fits 31 bits */
    int16_t inverse;            /* of a gain */
    int down, up;               /* shifts: one of them is 0 */
    int32_t most;               /* 2^up times it fits 31 bits */
};

struct dsp_truespeech {
    /* d[i] = correlation[i] inverse / 2^down, rounded down and limited to `most`, times 2^up.
     * Returns true if the magnitude of one is above 9 diagonal[i]. */
    bool (*start_pulses)(const struct truespeech_start *, int32_t d[TRUESPEECH_WIDE]);

    /* The slot i, in the low TRUESPEECH_SLOT_BITS bits, with the highest gain of a pulse, which is
     * in the others: 2 |d[i]| - diagonal[i], or 6 |d[i]| - 9 diagonal[i]. It is the highest of such
     * slots. No gain exceeds 31 bits. */
    int32_t (*best_slot)(const int32_t d[TRUESPEECH_SLOT_HALF],
                         const int32_t diagonal[TRUESPEECH_SLOT_HALF]);

    /* Takes a pulse away: d[i] -= amplitude phi[i]. */
    void (*take_pulse)(int32_t d[TRUESPEECH_WIDE], const int32_t phi[TRUESPEECH_WIDE],
                       int amplitude);

    /* Sets rows[lag] from the lowest lag, where `below` is not set, to the highest one + 1. The
     * response to the last `lag` samples, which repeat in a subframe that is longer, is shifted
     * right and limited to 12 bits and the sign. */
    void (*scan)(const struct truespeech_scan *,
                 struct truespeech_products rows[TRUESPEECH_HISTORY + 1]);
};

extern const struct dsp_truespeech truespeech_kernels;

#endif
