/* The encoder's search: analysis by synthesis, subframe by subframe, through 1/A and the
 * postfilter.
 *
 * Vectors are padded with zeros to TRUESPEECH_WIDE, so that their products run in whole vector
 * registers. */
#ifndef OMNIACM_TRUESPEECH_SEARCH_H
#define OMNIACM_TRUESPEECH_SEARCH_H

#include "mac.h"
#include "truespeech.h"

enum { TRUESPEECH_WIDE = 64, TRUESPEECH_CODES_MAX = 16, TRUESPEECH_PATHS_MAX = 8 };

/* How much is tried. */
struct truespeech_effort {
    uint8_t codes;     /* long-term codes that get pulses of their own */
    uint8_t gains;     /* pulse gains whose pulses are moved */
    uint8_t rounds;    /* of moving them */
    uint8_t paths;     /* best beginnings that are carried on */
    uint8_t spectra;   /* sets of reflection coefficients surveyed */
    uint8_t finalists; /* of them, searched with all effort */
};

/* The right shift, at least 0, that brings the length of a vector below 2^15.5, and so its product
 * with a response below 2^31: then no partial sum of an inner product overflows. */
static inline int truespeech_length_shift(int64_t energy)
{
    int shift = 0;

    while (energy >> 2 * shift >= (int64_t)1 << 31)
        shift++;
    return shift;
}

/* The chain's response to an impulse, and the products of its shifts: response.c. */
struct truespeech_response {
    int16_t h[TRUESPEECH_WIDE],
        backwards[TRUESPEECH_WIDE]; /* times 2^scale; the squares add up to less than 2^30 */
    int scale;                      /* 7 to 19 */
    int32_t phi[TRUESPEECH_WIDE][TRUESPEECH_WIDE]; /* between slots, times 2^(2 scale -
                                TRUESPEECH_PHI_SHIFT): the diagonal is below 2^20 */
};
enum { TRUESPEECH_PHI_SHIFT = 10 };
void truespeech_response(const struct truespeech_synthesis_filter *, struct truespeech_response *);
void truespeech_convolve(const struct truespeech_response *, const int16_t p[TRUESPEECH_SUBFRAME],
                         int16_t y[TRUESPEECH_SUBFRAME]);
void truespeech_correlate(const struct truespeech_response *, const int16_t t[TRUESPEECH_SUBFRAME],
                          int32_t d[TRUESPEECH_SUBFRAME],
                          int *shift); /* d times 2^(scale - shift) */

/* Pulses have slots: positions of the left half 0 to 29, of the right half 32 to 61. */
enum { TRUESPEECH_SLOT_HALF = TRUESPEECH_WIDE / 2 };
static inline int truespeech_slot(int position)
{
    return position < TRUESPEECH_HALF ? position
                                      : position + TRUESPEECH_SLOT_HALF - TRUESPEECH_HALF;
}

/* The best long-term codes for a target, among lags from `lowest` to `highest`: long_term_search.c.
 */
struct truespeech_long_term_code {
    int64_t gain;
    int16_t lag; /* 0: off */
    uint8_t taps;
};
int truespeech_long_term_search(const struct truespeech_response *, const int16_t *now,
                                const int16_t t[TRUESPEECH_SUBFRAME], int lowest, int highest,
                                int wanted,
                                struct truespeech_long_term_code codes[TRUESPEECH_CODES_MAX]);

/* The best seven pulses for a target: pulse_search.c. Gives how much they take from the target's
 * energy. */
int64_t truespeech_pulse_search(const struct truespeech_response *,
                                const int16_t t[TRUESPEECH_SUBFRAME],
                                const struct truespeech_effort *, struct truespeech_subframe *);

/* Spectra for the frame whose end stands at `end`, the best first: analysis.c. Reads
 * TRUESPEECH_ANALYSIS_BEFORE samples before and TRUESPEECH_ANALYSIS_AFTER behind. */
enum {
    TRUESPEECH_ANALYSIS_BEFORE = 200,
    TRUESPEECH_ANALYSIS_AFTER = 200,
    TRUESPEECH_SPECTRA_MAX = 8
};
void truespeech_analyze(const int16_t *end, int spectra,
                        uint8_t reflection[TRUESPEECH_SPECTRA_MAX][TRUESPEECH_ORDER]);

/* A frame: encoder.c. */
struct truespeech_encoder {
    struct truespeech_decoder decoder; /* what a decoder knows so far */
    int16_t pcm[TRUESPEECH_FRAME];     /* held back */
    uint8_t holding, quality;
};
void truespeech_encode_frame(struct truespeech_encoder *, const int16_t pcm[2 * TRUESPEECH_FRAME],
                             struct truespeech_parameters *);

#endif
