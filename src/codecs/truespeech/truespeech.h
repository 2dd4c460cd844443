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

enum { FRAME = 240, SUBFRAMES = 4, SUBFRAME = 60, ORDER = 8, FRAME_BYTES = 32 };
enum { LAG_MIN = 18, LAG_MAX = 145, HISTORY = LAG_MAX + 1 }; /* the taps act at lag and lag + 1 */
enum { LAGS = 5, TAPS = 25, LTP_OFF = 127, GAINS = 16, LEVELS = 4 };
enum {
    HALF = 30,
    PULSES_LEFT = 3,
    PULSES_RIGHT = 4,
    PULSES = 7
}; /* pulses stand in the halves of a subframe */
enum { SAMPLE_MAX = 0x7FFE };

/* What is sent of 240 samples. */
struct subframe {
    uint8_t ltp;        /* 7 bits: 25 (lag - the pair's base) + taps, or LTP_OFF */
    uint8_t gain;       /* 4 */
    uint16_t levels;    /* 14: of seven pulses, the first in the highest two bits */
    uint32_t positions; /* 27: combination numbers, 12 of the left half and 15 of the right */
};
struct parameters {
    uint8_t reflection[ORDER]; /* 5 5 4 4 4 3 3 3 */
    uint8_t blend;   /* 1: subframes 0 and 1 have filters between the last frame's and this one's */
    uint8_t base[2]; /* 8: the lowest lag - LAG_MIN of subframes 0 and 1, and of 2 and 3 */
    struct subframe subframes[SUBFRAMES];
};

/* packing.c */
void truespeech_unpack(const uint8_t bytes[FRAME_BYTES], struct parameters *);
void truespeech_pack(const struct parameters *, uint8_t bytes[FRAME_BYTES]);

/* The predictor that the reflection coefficients stand for, Q12: s[n] is predicted as the sum of
 * a[k] s[n - 1 - k]. The sums wrap. predictor.c. */
void truespeech_predictor(const uint8_t reflection[ORDER], int16_t a_q12[ORDER]);
void truespeech_predictor_from(const int16_t k_q15[ORDER], int16_t a_q12[ORDER]);

/* near_q12 counts twice. */
void truespeech_blend(const int16_t near_q12[ORDER], const int16_t far_q12[ORDER],
                      int16_t a_q12[ORDER]);

/* Excitation, excitation.c: the long-term prediction of a subframe from the HISTORY samples before
 * `now`, written to `now` too: lags below 60 repeat it. */
void truespeech_long_term(const struct dsp_celp *dsp, int16_t *now, int lag,
                          const int16_t taps_q14[2], int16_t p[SUBFRAME]);
int truespeech_lag(unsigned ltp, unsigned base); /* clamped to LAG_MAX, as a decoder does */
void truespeech_place_pulses(const struct subframe *, int16_t e[SUBFRAME]);
uint32_t truespeech_positions(
    const uint8_t at[PULSES]); /* three rising below 30, then four rising from 30 on */

/* History receives the pulses and 7/8 of the prediction; the sum of both becomes the excitation, in
 * `e`. */
void truespeech_excite(int16_t *restrict now, const int16_t p[restrict SUBFRAME],
                       int16_t e[restrict SUBFRAME]);

/* From excitation to sound: 1/A, then the postfilter 7/8 A(z/.55)/A(z/.75) (1 + 3/8 k z^-1) with
 * the frame's first reflection coefficient k. synthesis.c. */
struct synthesis {
    int16_t s[ORDER], y[ORDER]; /* behind 1/A, and behind the postfilter's poles; the latest last */
};
struct synthesis_filter {
    const struct dsp_celp *dsp;
    int16_t a_q12[CELP_ORDER], zeros_q12[ORDER], poles_q12[CELP_ORDER],
        tilt; /* zeros behind; tilt: 3/4 k, Q15 */
};
void truespeech_filter(const struct dsp_celp *dsp, const int16_t a_q12[ORDER], int16_t k_q15,
                       struct synthesis_filter *);
void truespeech_synthesize(struct synthesis *, const struct synthesis_filter *,
                           const int16_t e[SUBFRAME], int16_t out[SUBFRAME]);

/* Decoding: decoder.c. */
struct decoder {
    const struct dsp_celp *dsp;
    int16_t history[HISTORY + FRAME]; /* of excitation */
    int16_t a_q12[ORDER];             /* the last frame's predictor */
    struct synthesis synthesis;
    uint8_t reversed; /* blends as FFmpeg does */
};
void truespeech_decode_frame(struct decoder *, const struct parameters *, int16_t pcm[FRAME]);

#endif
