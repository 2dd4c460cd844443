/* The search of the encoder: analysis by synthesis, subframe by subframe, through 1/A and the
 * band-pass.
 *
 * Vectors are padded with zeros to LH_CELP_WIDE, so that their products fill vector registers. */
#ifndef OMNIACM_LH_CELP_SEARCH_H
#define OMNIACM_LH_CELP_SEARCH_H

#include "dsp.h"
#include "lh_celp.h"
#include "mac.h"
#include "ranking.h"

enum { LH_CELP_WIDE = 56, LH_CELP_PREDICTIONS_MAX = 16, LH_CELP_PATHS_MAX = 8 };

struct lh_celp_effort {
    uint8_t predictions; /* pairs of lag and gain that get codes of their own */
    uint8_t paths;       /* encodings that survive a subframe */
    uint8_t decoded;     /* candidates for those paths, of which the exact error is computed */
    uint8_t spectra;     /* sets of frequencies surveyed */
    uint8_t finalists;   /* those of them that are searched with full effort */
};

/* The right shift, at least 0, that brings an energy below 2^(2 bits), hence the length of its
 * vector below 2^bits. */
static inline int lh_celp_length_shift(int64_t energy, int bits)
{
    int shift = 0;

    while (energy >> 2 * shift >= (int64_t)1 << 2 * bits)
        shift++;
    return shift;
}

/* response.c: the response of both filters to an impulse. */
enum { LH_CELP_LENGTH_BITS = 14 };
struct lh_celp_response {
    const struct dsp_celp *dsp;
    int size;                        /* of the subframe */
    int scale;                       /* 0 to 12 */
    int16_t h[LH_CELP_WIDE];         /* times 2^scale; its length is below 2^LENGTH_BITS */
    int16_t backwards[LH_CELP_WIDE]; /* h, reversed */
};
void lh_celp_response(const struct dsp_celp *dsp, const int16_t a_q10[LH_CELP_ORDER], int size,
                      struct lh_celp_response *);

/* The response to an excitation, in the units of PCM. */
void lh_celp_convolve(const struct lh_celp_response *, const int16_t *e,
                      int16_t y[LH_CELP_SUBFRAME]);

/* long_term_search.c: the best predictions of a target, the best one first, with lags from `lowest`
 * to `highest`; returns their number. The pointers point into histories. */
struct lh_celp_past {
    const int16_t *excitation, *enhanced;
};
struct lh_celp_lags {
    int lowest, highest;
};
struct lh_celp_prediction {
    int16_t lag;
    uint8_t gain;
};
int lh_celp_long_term_search(const struct lh_celp_response *, const struct lh_celp_past *,
                             const int16_t t[LH_CELP_SUBFRAME], struct lh_celp_lags, int wanted,
                             struct lh_celp_prediction out[LH_CELP_PREDICTIONS_MAX]);

/* code_search.c: the best code and gain for a target, with the pulses enhanced for a lag and a
 * gain. Returns by how much they lower the energy of the target. */
int64_t lh_celp_code_search(const struct lh_celp_response *, const int16_t t[LH_CELP_SUBFRAME],
                            int lag, int16_t enhancement_q13, struct lh_celp_subframe *);

/* analysis.c: sets of line spectral frequencies for the end of a frame, the most promising one
 * first. Reads LH_CELP_REACH_BEFORE samples before `center` and LH_CELP_REACH_AFTER after it. If
 * the sound has no spectrum of ten frequencies, the set is `last`. */
enum { LH_CELP_SPECTRA_MAX = 8, LH_CELP_REACH_BEFORE = 160, LH_CELP_REACH_AFTER = 120 };
void lh_celp_analyze(const int16_t *center, int spectra, const uint8_t last[LH_CELP_ORDER],
                     uint8_t codes[LH_CELP_SPECTRA_MAX][LH_CELP_ORDER]);

/* highpass.c: a frame without what is below 80 Hz, from the samples around it. */
enum {
    LH_CELP_HIGHPASS_REACH = 118,
    LH_CELP_HIGHPASS_IN = LH_CELP_FRAME + 2 * LH_CELP_HIGHPASS_REACH
};
void lh_celp_highpass(const int16_t x[LH_CELP_HIGHPASS_IN], int16_t out[LH_CELP_FRAME]);

/* encoder.c. The sound is delayed, so that both see what follows a frame. */
enum {
    LH_CELP_DELAY = LH_CELP_HIGHPASS_REACH,
    LH_CELP_PAST = LH_CELP_HIGHPASS_REACH,
    LH_CELP_CENTER = LH_CELP_FRAME + LH_CELP_DELAY - LH_CELP_REACH_AFTER
};
struct lh_celp_encoder {
    struct lh_celp_decoder decoder; /* the state of a decoder so far */
    const struct dsp_celp *dsp;
    int16_t pcm[LH_CELP_PAST + LH_CELP_DELAY]; /* the samples around the start of a frame */
    uint8_t lsf[LH_CELP_ORDER];                /* the codes of the last frame */
    uint8_t quality;
};
void lh_celp_encode_frame(struct lh_celp_encoder *, const int16_t pcm[LH_CELP_FRAME],
                          struct lh_celp_parameters *);

#endif
