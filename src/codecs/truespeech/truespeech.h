/* The stages of a TrueSpeech-compatible codec, and the data that they exchange.
 *
 * No standard describes the format. Its public description is "DSP Group Truespeech"
 * (wiki.multimedia.cx, by K. Shishkov: the bits of a frame and the steps of decoding); its tables
 * are in libavcodec/truespeech_data.h (FFmpeg 5.1). */
#ifndef OMNIACM_TRUESPEECH_H
#define OMNIACM_TRUESPEECH_H

#include <stdbool.h>
#include <stdint.h>
#include "dsp.h"
#include "fixed.h"

enum {
    TRUESPEECH_FRAME = 240,
    TRUESPEECH_SUBFRAMES = 4,
    TRUESPEECH_ORDER = 8,
    TRUESPEECH_FRAME_BYTES = 32,
    TRUESPEECH_GROUP = 4 /* the most frames that are decoded together */
};

enum {
    TRUESPEECH_LAGS = 5,
    TRUESPEECH_TAPS = 25,
    TRUESPEECH_LTP_OFF = 127,
    TRUESPEECH_GAINS = 16,
    TRUESPEECH_LEVELS = 4
};

/* Each half of a subframe has its own pulses. */
enum {
    TRUESPEECH_HALF = 30,
    TRUESPEECH_PULSES_LEFT = 3,
    TRUESPEECH_PULSES_RIGHT = 4,
    TRUESPEECH_PULSES = 7
};
enum { TRUESPEECH_SAMPLE_MAX = 0x7FFE };

/* The parameters of a subframe. */
struct truespeech_subframe {
    uint8_t ltp;        /* 7 bits: 25 (lag - base of the pair) + taps, or TRUESPEECH_LTP_OFF */
    uint8_t gain;       /* 4 bits */
    uint16_t levels;    /* 14 bits: of seven pulses, the first in the highest two */
    uint32_t positions; /* 27 bits: combination numbers, 12 for the left half, 15 for the right */
};

/* The parameters of a frame. */
struct truespeech_parameters {
    uint8_t reflection[TRUESPEECH_ORDER]; /* 5 5 4 4 4 3 3 3 bits */
    uint8_t blend;   /* 1: interpolate the predictors of subframes 0 and 1; 0: use the last one */
    uint8_t base[2]; /* 8 bits: the lowest lag - LAG_MIN, of subframes 0 and 1, and of 2 and 3 */
    struct truespeech_subframe subframes[TRUESPEECH_SUBFRAMES];
};

/* packing.c */
void truespeech_unpack(const uint8_t bytes[TRUESPEECH_FRAME_BYTES], struct truespeech_parameters *);
void truespeech_pack(const struct truespeech_parameters *, uint8_t bytes[TRUESPEECH_FRAME_BYTES]);

/* predictor.c: the predictor of reflection coefficients, Q12. s[n] is predicted as the sum of
 * a[k] s[n - 1 - k]. The sums wrap. */
void truespeech_predictor(const uint8_t reflection[TRUESPEECH_ORDER],
                          int16_t a_q12[TRUESPEECH_ORDER]);
void truespeech_predictor_from(const int16_t k_q15[TRUESPEECH_ORDER],
                               int16_t a_q12[TRUESPEECH_ORDER]);

/* a = (2 near + far) / 3. */
void truespeech_blend(const int16_t near_q12[TRUESPEECH_ORDER],
                      const int16_t far_q12[TRUESPEECH_ORDER], int16_t a_q12[TRUESPEECH_ORDER]);

/* excitation.c. The long-term prediction of a subframe, from TRUESPEECH_HISTORY samples before
 * `now`. It is stored at `now` too, because lags below 60 read it. */
void truespeech_long_term(const struct dsp_celp *dsp, int16_t *now, int lag,
                          const int16_t taps_q14[2], int16_t p[TRUESPEECH_SUBFRAME]);
int truespeech_lag(unsigned ltp, unsigned base); /* clamped to TRUESPEECH_LAG_MAX */
void truespeech_place_pulses(const struct truespeech_subframe *, int16_t e[TRUESPEECH_SUBFRAME]);

/* Takes three positions below 30, then four from 30 on, each in ascending order. */
uint32_t truespeech_positions(const uint8_t at[TRUESPEECH_PULSES]);

/* The history receives the pulses and 7/8 of the prediction, `e` the pulses and all of it. */
void truespeech_excite(int16_t *restrict now, const int16_t p[restrict TRUESPEECH_SUBFRAME],
                       int16_t e[restrict TRUESPEECH_SUBFRAME]);

/* synthesis.c: 1/A, then the postfilter 7/8 A(z/.55)/A(z/.75) (1 + 3/8 k z^-1), where k is the
 * first reflection coefficient of the frame. */
struct truespeech_synthesis {
    int16_t s[TRUESPEECH_ORDER]; /* the output of 1/A, the latest last */
    int16_t y[TRUESPEECH_ORDER]; /* the output of the postfilter's poles, the latest last */
};
struct truespeech_synthesis_filter {
    const struct dsp_celp *dsp;
    int16_t a_q12[CELP_ORDER]; /* zeros follow */
    int16_t zeros_q12[TRUESPEECH_ORDER];
    int16_t poles_q12[CELP_ORDER]; /* zeros follow */
    int16_t tilt;                  /* 3/4 k, Q15 */
    int32_t a_limit, poles_limit;  /* no louder sample is filtered stage by stage */
};
void truespeech_filter(const struct dsp_celp *dsp, const int16_t a_q12[TRUESPEECH_ORDER],
                       int16_t k_q15, struct truespeech_synthesis_filter *);
void truespeech_synthesize(struct truespeech_synthesis *,
                           const struct truespeech_synthesis_filter *,
                           const int16_t e[TRUESPEECH_SUBFRAME], int16_t out[TRUESPEECH_SUBFRAME]);
/* The subframes of up to TRUESPEECH_GROUP frames. */
void truespeech_synthesize_all(struct truespeech_synthesis *,
                               const struct truespeech_synthesis_filter *const *filters,
                               const int16_t (*e)[TRUESPEECH_SUBFRAME], int count, int16_t *out);

/* decoder.c */
struct truespeech_decoder {
    const struct dsp_celp *dsp;
    int16_t history[TRUESPEECH_HISTORY + TRUESPEECH_FRAME]; /* of the excitation */
    int16_t a_q12[TRUESPEECH_ORDER];                        /* the predictor of the last frame */
    struct truespeech_synthesis synthesis;
    uint8_t reversed; /* blends in FFmpeg's order */
};
void truespeech_decode_frames(struct truespeech_decoder *, const struct truespeech_parameters *,
                              int count, int16_t *pcm);

#endif
