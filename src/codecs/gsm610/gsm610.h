/* The stages of GSM 06.10, full rate speech, and what they hand to each other.
 *
 * Clauses and tables are numbered as in recommendation GSM 06.10, version 3.2.0 (ETSI, February
 * 1992). ETS 300 961 (1997) numbers the same text 5.2.1 for 4.2.1, and so on. */
#ifndef OMNIACM_GSM610_H
#define OMNIACM_GSM610_H

#include <stdint.h>
#include "dsp_c.h"
#include "fixed.h"

enum {
    FRAME = GSM_FRAME,
    SUBFRAME = GSM_SUBFRAME,
    SUBFRAMES = FRAME / SUBFRAME,
    ORDER = GSM_ORDER,
    PULSES = 13
};
enum {
    LAG_MIN = GSM_LAG_MIN,
    LAG_MAX = GSM_LAG_MAX,
    FRAME_BITS = 260,
    BLOCK_BYTES = 2 * FRAME_BITS / 8
};

/* What is sent of 160 samples: 76 numbers, in the order in which they are sent. The standard's
 * names stand beside. */
struct subframe {
    uint8_t lag;            /* Nc     7 bits */
    uint8_t gain;           /* bc     2 */
    uint8_t grid;           /* Mc     2 */
    uint8_t peak;           /* xmaxc  6 */
    uint8_t pulses[PULSES]; /* xMc    3 each */
};
struct parameters {
    uint8_t lars[ORDER]; /* LARc   6 6 5 5 4 4 3 3 */
    struct subframe subframes[SUBFRAMES];
};

/* `at` counts bits: 0 or FRAME_BITS. Packing adds its bits to zeros. packing.c. */
void gsm610_unpack(const uint8_t *block, unsigned at, struct parameters *);
void gsm610_pack(const struct parameters *, uint8_t *block, unsigned at);

/* The filters before the coder and behind the decoder: preprocess.c. */
struct preprocessor {
    int16_t last;         /* z1 */
    int32_t highpass_q15; /* z2 */
    int16_t emphasis;     /* mp */
};
void gsm610_preprocess(const struct dsp_gsm *, struct preprocessor *, const int16_t pcm[FRAME],
                       int16_t s[FRAME]);                     /* 4.2.1 to 4.2.3 */
void gsm610_postprocess(int16_t *emphasis, int16_t s[FRAME]); /* 4.3.5 to 4.3.7 */

/* The greatest magnitude; that of -32768 is 32767. */
static inline int16_t peak_of(const int16_t *s, int n)
{
    int peak = 0;

    for (int i = 0; i < n; i++) {
        int magnitude = s[i] < 0 ? -s[i] : s[i];

        peak = magnitude > peak ? magnitude : peak;
    }
    return saturate(peak);
}

/* mult_r without its one case of saturation: |r| <= 32767. */
static inline int times(int r, int x) { return (r * x + 0x4000) >> 15; }

/* The reflection coefficients of a frame, Q15: lpc.c. The low bits that their scaling costs are
 * lost to `s` as well. */
void gsm610_reflection(const struct dsp_gsm *, int16_t s[FRAME],
                       int16_t reflection[ORDER]); /* 4.2.4, 4.2.5 */

/* Reflection coefficients as log-area ratios, which bear quantising and interpolating: lar.c. A
 * decoded coefficient is at most 32767 in magnitude. */
void gsm610_lar_encode(const int16_t reflection[ORDER], uint8_t codes[ORDER]); /* 4.2.6, 4.2.7 */
void gsm610_lar_decode(const uint8_t codes[ORDER], int16_t lars_q14[ORDER]);   /* 4.2.8 */

/* The lattices of a frame, in place: short_term.c. */
struct short_term {
    int16_t lars_q14[ORDER]; /* LARpp of the frame before */
    int16_t delayed[ORDER];  /* u in the coder, v in the decoder */
};
void gsm610_short_term_analysis(const struct dsp_gsm *, struct short_term *,
                                const uint8_t codes[ORDER], int16_t s[FRAME]); /* 4.2.8 to 4.2.10 */
void gsm610_short_term_synthesis(const struct dsp_gsm *, struct short_term *, int16_t *emphasis,
                                 const uint8_t codes[ORDER], int16_t s[FRAME]); /* 4.3.3 to 4.3.7 */

/* The prediction of a subframe from the last LAG_MAX samples before `now`: long_term.c. */
void gsm610_long_term_search(const struct dsp_gsm *, const int16_t d[SUBFRAME], const int16_t *now,
                             struct subframe *); /* 4.2.11 */
void gsm610_long_term_analysis(const struct dsp_gsm *, const int16_t *now, const struct subframe *,
                               int16_t d[SUBFRAME]); /* 4.2.12 */
void gsm610_long_term_synthesis(const struct dsp_gsm *, const int16_t e[SUBFRAME],
                                const struct subframe *, int16_t *now); /* 4.2.18, 4.3.2 */

/* What is left, as 13 pulses, one in three samples: rpe.c. */
void gsm610_rpe_encode(const struct dsp_gsm *, const int16_t e[SUBFRAME],
                       struct subframe *);                            /* 4.2.13 to 4.2.15 */
void gsm610_rpe_decode(const struct subframe *, int16_t e[SUBFRAME]); /* 4.2.16, 4.2.17 */

/* The kernels (dsp_gsm.h) in plain C: gsm610_kernels, the reference of those in src/dsp. Each
 * stands beside the stage that calls it. */
void gsm610_emphasise(int16_t last, int16_t s[FRAME]);
void gsm610_autocorrelate(int16_t s[FRAME], int32_t sums[ORDER + 1]);
void gsm610_interpolate(const int16_t before_q14[ORDER], const int16_t now_q14[ORDER],
                        int16_t reflection[GSM_SECTIONS][ORDER]);
void gsm610_analyse(int16_t delayed[ORDER], const int16_t reflection[GSM_SECTIONS][ORDER],
                    int16_t s[FRAME]);
struct gsm_match gsm610_search(const int16_t d[SUBFRAME], const int16_t *now);
void gsm610_subtract(const int16_t *past, int16_t gain_q15, int16_t d[SUBFRAME]);
void gsm610_weigh(const int16_t e[SUBFRAME], int16_t x[SUBFRAME]);
void gsm610_add(const int16_t *past, int16_t gain_q15, const int16_t e[SUBFRAME], int16_t *now);
void gsm610_synthesise(int16_t delayed[ORDER], int16_t *emphasis,
                       const int16_t reflection[GSM_SECTIONS][ORDER], int16_t s[FRAME]);

/* A frame: gsm610.c. */
struct encoder {
    const struct dsp_gsm *kernels;
    struct preprocessor input;
    struct short_term short_term;
    int16_t residual[LAG_MAX + FRAME]; /* dp */
};
struct decoder {
    const struct dsp_gsm *kernels;
    struct short_term short_term;
    int16_t residual[LAG_MAX + FRAME]; /* drp */
    int16_t emphasis;                  /* msr */
    uint8_t lag;                       /* nrp */
};
void gsm610_encoder_start(struct encoder *);
void gsm610_decoder_start(struct decoder *);
void gsm610_encode_frame(struct encoder *, const int16_t pcm[FRAME], struct parameters *);
void gsm610_decode_frame(struct decoder *, const struct parameters *, int16_t pcm[FRAME]);

#endif
