/* The search of the encoder: analysis by synthesis, subframe by subframe, through 1/A and the
 * postfilter.
 *
 * Vectors are padded with zeros to TRUESPEECH_WIDE, so that their products fill vector registers.
 */
#ifndef OMNIACM_TRUESPEECH_SEARCH_H
#define OMNIACM_TRUESPEECH_SEARCH_H

#include <string.h>
#include "mac.h"
#include "ranking.h"
#include "truespeech.h"

enum { TRUESPEECH_CODES_MAX = 16, TRUESPEECH_PATHS_MAX = 8, TRUESPEECH_TRIALS_MAX = 16 };

struct truespeech_effort {
    uint8_t codes;     /* long-term codes that get pulses of their own */
    uint8_t gains;     /* pulse gains of each */
    uint8_t trials;    /* those of all codes and paths whose pulses are moved */
    uint8_t rounds;    /* of moving them */
    uint8_t paths;     /* encodings that survive a subframe */
    uint8_t spectra;   /* sets of reflection coefficients surveyed */
    uint8_t finalists; /* those of them that are searched with full effort */
};

/* The right shift, at least 0, that brings the length of a vector below 2^15.5, hence its product
 * with a response below 2^31: then no partial sum of an inner product overflows. */
static inline int truespeech_length_shift(int64_t energy)
{
    int shift = 0;

    while (energy >> 2 * shift >= (int64_t)1 << 31)
        shift++;
    return shift;
}

/* response.c: the response of both filters to an impulse, and the products of its shifts. */
struct truespeech_response {
    const struct dsp *dsp;
    int16_t h[TRUESPEECH_WIDE];         /* times 2^scale; the squares add up to less than 2^30 */
    int16_t backwards[TRUESPEECH_WIDE]; /* h, reversed */
    int scale;                          /* 7 to 19 */

    /* Between slots, times 2^(2 scale - PHI_SHIFT); the diagonal is below 2^20. */
    int32_t phi[TRUESPEECH_WIDE][TRUESPEECH_WIDE];
    int32_t diagonal[TRUESPEECH_WIDE]; /* of phi; TRUESPEECH_TAKEN at padding */
};
enum { TRUESPEECH_PHI_SHIFT = 10 };

/* With it, the gain of a pulse is negative. */
enum { TRUESPEECH_TAKEN = 1 << 27 };
void truespeech_response(const struct dsp *, const struct truespeech_synthesis_filter *,
                         struct truespeech_response *);
void truespeech_convolve(const struct truespeech_response *, const int16_t p[TRUESPEECH_SUBFRAME],
                         int16_t y[TRUESPEECH_SUBFRAME]);

/* d times 2^(scale - shift). */
void truespeech_correlate(const struct truespeech_response *, const int16_t t[TRUESPEECH_SUBFRAME],
                          int32_t d[TRUESPEECH_SUBFRAME], int *shift);

/* Pulses have slots: positions of the left half 0 to 29, of the right half 32 to 61. */
static inline int truespeech_slot(int position)
{
    return position < TRUESPEECH_HALF ? position
                                      : position + TRUESPEECH_SLOT_HALF - TRUESPEECH_HALF;
}

/* long_term_search.c: the `wanted` best long-term codes for a target, with lags from `lowest` to
 * `highest`; returns their number. */
struct truespeech_long_term_code {
    int16_t lag; /* 0: off */
    uint8_t taps;
};
int truespeech_long_term_search(const struct truespeech_response *, const int16_t *now,
                                const int16_t t[TRUESPEECH_SUBFRAME], struct truespeech_lags,
                                int wanted,
                                struct truespeech_long_term_code codes[TRUESPEECH_CODES_MAX]);

/* pulse_search.c: seven pulses of one gain. */
enum { TRUESPEECH_GAINS_MAX = 3 };
struct truespeech_pulses {
    int32_t d[TRUESPEECH_WIDE];        /* of each slot, in units of the gain */
    int32_t diagonal[TRUESPEECH_WIDE]; /* the response's; TRUESPEECH_TAKEN at pulses */
    int8_t slot[TRUESPEECH_PULSES], amplitude[TRUESPEECH_PULSES]; /* -3, -1, 1, 3 */
    int64_t gain;                                                 /* the sum of their gains */
    int gain_code;
};

/* Places pulses for a target with rising gains, until two gains in a row do not improve on the
 * best, and returns the number of the best placements, at most `limit`. */
int truespeech_choose_pulses(const struct truespeech_response *,
                             const int16_t t[TRUESPEECH_SUBFRAME], int limit,
                             struct truespeech_pulses best[TRUESPEECH_GAINS_MAX]);

/* Moves each pulse to its best slot, in up to `rounds` rounds. */
void truespeech_move_pulses(const struct truespeech_response *, int rounds,
                            struct truespeech_pulses *);

/* By how much the pulses lower the energy of the target. */
int64_t truespeech_gain_of(const struct truespeech_response *, const struct truespeech_pulses *);
void truespeech_write_pulses(const struct truespeech_pulses *, struct truespeech_subframe *);

/* The encoder delays the sound by as many samples as it looks ahead: a frame ends so many samples
 * before its block of input. They hold two subframes of the next frame, and the part of an analysis
 * window after the end of the frame. */
enum { TRUESPEECH_DELAY = 140 };

/* analysis.c: sets of reflection coefficients for the frame that ends at `end`, the most promising
 * one first. Reads TRUESPEECH_ANALYSIS_REACH samples before `end` and TRUESPEECH_DELAY after it. */
enum { TRUESPEECH_ANALYSIS_REACH = 200, TRUESPEECH_SPECTRA_MAX = 8 };
void truespeech_analyze(const int16_t *end, int spectra,
                        uint8_t reflection[TRUESPEECH_SPECTRA_MAX][TRUESPEECH_ORDER]);

/* The kernels in C, defined next to the stages that call them. */
bool truespeech_start_pulses(const struct truespeech_start *, int32_t d[TRUESPEECH_WIDE]);
int32_t truespeech_best_slot(const int32_t d[TRUESPEECH_SLOT_HALF],
                             const int32_t diagonal[TRUESPEECH_SLOT_HALF]);
void truespeech_take_pulse(int32_t d[TRUESPEECH_WIDE], const int32_t phi[TRUESPEECH_WIDE],
                           int amplitude);
void truespeech_scan(const struct truespeech_scan *,
                     struct truespeech_products rows[TRUESPEECH_HISTORY + 1]);

/* encoder.c */
struct truespeech_encoder {
    const struct dsp *dsp;
    struct truespeech_decoder decoder; /* the state of a decoder so far */
    int16_t delayed[TRUESPEECH_DELAY]; /* the sound that is not encoded yet */
    uint8_t quality;
};
void truespeech_encode_frame(struct truespeech_encoder *,
                             const int16_t pcm[TRUESPEECH_FRAME + TRUESPEECH_DELAY],
                             struct truespeech_parameters *);

#endif
