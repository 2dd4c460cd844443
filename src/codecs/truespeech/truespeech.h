/* The stages of a TrueSpeech-compatible coder, and what they hand to each other.
 *
 * No standard describes the format. What is known of it stands in "DSP Group Truespeech"
 * (wiki.multimedia.cx, by K. Shishkov: the bits of a frame and the flow of decoding); its figures
 * stand in libavcodec/truespeech_data.h (FFmpeg 5.1). */
#ifndef OMNIACM_TRUESPEECH_H
#define OMNIACM_TRUESPEECH_H

#include <stdbool.h>
#include <stdint.h>
#include "dsp.h"
#include "fixed.h"

enum {
    TRUESPEECH_FRAME = 240,
    TRUESPEECH_SUBFRAMES = 4,
    TRUESPEECH_SUBFRAME = 60,
    TRUESPEECH_ORDER = 8,
    TRUESPEECH_FRAME_BYTES = 32
};
enum {
    TRUESPEECH_LAG_MIN = 18,
    TRUESPEECH_LAG_MAX = 145,
    TRUESPEECH_HISTORY = TRUESPEECH_LAG_MAX + 1
}; /* the taps act at lag and lag + 1 */
enum {
    TRUESPEECH_LAGS = 5,
    TRUESPEECH_TAPS = 25,
    TRUESPEECH_LTP_OFF = 127,
    TRUESPEECH_GAINS = 16,
    TRUESPEECH_LEVELS = 4
};
enum {
    TRUESPEECH_HALF = 30,
    TRUESPEECH_PULSES_LEFT = 3,
    TRUESPEECH_PULSES_RIGHT = 4,
    TRUESPEECH_PULSES = 7
}; /* pulses stand in the halves of a subframe */
enum { TRUESPEECH_SAMPLE_MAX = 0x7FFE };

/* What is sent of 240 samples. */
struct truespeech_subframe {
    uint8_t ltp;        /* 7 bits: 25 (lag - the pair's base) + taps, or TRUESPEECH_LTP_OFF */
    uint8_t gain;       /* 4 */
    uint16_t levels;    /* 14: of seven pulses, the first in the highest two bits */
    uint32_t positions; /* 27: combination numbers, 12 of the left half and 15 of the right */
};
struct truespeech_parameters {
    uint8_t reflection[TRUESPEECH_ORDER]; /* 5 5 4 4 4 3 3 3 */
    uint8_t blend; /* 1: subframes 0 and 1 have filters between the last frame's and this one's */
    uint8_t
        base[2]; /* 8: the lowest lag - TRUESPEECH_LAG_MIN of subframes 0 and 1, and of 2 and 3 */
    struct truespeech_subframe subframes[TRUESPEECH_SUBFRAMES];
};

/* packing.c */
void truespeech_unpack(const uint8_t bytes[TRUESPEECH_FRAME_BYTES], struct truespeech_parameters *);
void truespeech_pack(const struct truespeech_parameters *, uint8_t bytes[TRUESPEECH_FRAME_BYTES]);

/* The predictor that the reflection coefficients stand for, Q12: s[n] is predicted as the sum of
 * a[k] s[n - 1 - k]. The sums wrap. predictor.c. */
void truespeech_predictor(const uint8_t reflection[TRUESPEECH_ORDER],
                          int16_t a_q12[TRUESPEECH_ORDER]);
void truespeech_predictor_from(const int16_t k_q15[TRUESPEECH_ORDER],
                               int16_t a_q12[TRUESPEECH_ORDER]);

/* near_q12 counts twice. */
void truespeech_blend(const int16_t near_q12[TRUESPEECH_ORDER],
                      const int16_t far_q12[TRUESPEECH_ORDER], int16_t a_q12[TRUESPEECH_ORDER]);

/* Excitation, excitation.c: the long-term prediction of a subframe from the TRUESPEECH_HISTORY
 * samples before `now`, written to `now` too: lags below 60 repeat it. */
void truespeech_long_term(const struct dsp_celp *dsp, int16_t *now, int lag,
                          const int16_t taps_q14[2], int16_t p[TRUESPEECH_SUBFRAME]);
int truespeech_lag(unsigned ltp,
                   unsigned base); /* clamped to TRUESPEECH_LAG_MAX, as a decoder does */
void truespeech_place_pulses(const struct truespeech_subframe *, int16_t e[TRUESPEECH_SUBFRAME]);
uint32_t truespeech_positions(
    const uint8_t at[TRUESPEECH_PULSES]); /* three rising below 30, then four rising from 30 on */

/* History receives the pulses and 7/8 of the prediction; the sum of both becomes the excitation, in
 * `e`. */
void truespeech_excite(int16_t *restrict now, const int16_t p[restrict TRUESPEECH_SUBFRAME],
                       int16_t e[restrict TRUESPEECH_SUBFRAME]);

/* From excitation to sound: 1/A, then the postfilter 7/8 A(z/.55)/A(z/.75) (1 + 3/8 k z^-1) with
 * the frame's first reflection coefficient k. synthesis.c. */
struct truespeech_synthesis {
    int16_t s[TRUESPEECH_ORDER],
        y[TRUESPEECH_ORDER]; /* behind 1/A, and behind the postfilter's poles; the latest last */
};
struct truespeech_synthesis_filter {
    const struct dsp_celp *dsp;
    int16_t a_q12[CELP_ORDER], zeros_q12[TRUESPEECH_ORDER], poles_q12[CELP_ORDER],
        tilt; /* zeros behind; tilt: 3/4 k, Q15 */
};
void truespeech_filter(const struct dsp_celp *dsp, const int16_t a_q12[TRUESPEECH_ORDER],
                       int16_t k_q15, struct truespeech_synthesis_filter *);
void truespeech_synthesize(struct truespeech_synthesis *,
                           const struct truespeech_synthesis_filter *,
                           const int16_t e[TRUESPEECH_SUBFRAME], int16_t out[TRUESPEECH_SUBFRAME]);

/* Decoding: decoder.c. */
struct truespeech_decoder {
    const struct dsp_celp *dsp;
    int16_t history[TRUESPEECH_HISTORY + TRUESPEECH_FRAME]; /* of excitation */
    int16_t a_q12[TRUESPEECH_ORDER];                        /* the last frame's predictor */
    struct truespeech_synthesis synthesis;
    uint8_t reversed; /* blends as FFmpeg does */
};
void truespeech_decode_frame(struct truespeech_decoder *, const struct truespeech_parameters *,
                             int16_t pcm[TRUESPEECH_FRAME]);

#endif
