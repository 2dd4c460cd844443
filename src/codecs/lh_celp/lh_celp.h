/* The stages of an L&H CELP codec, and the data that they exchange.
 *
 * The format was never published. The bits of a block, the tables and the steps of decoding are
 * those of librempeg's decoder (P. Ross, 2024: libavcodec/lhcelpdec.c and lhcelpdata.h), which was
 * compared with Lernout & Hauspie's own. */
#ifndef OMNIACM_LH_CELP_H
#define OMNIACM_LH_CELP_H

#include <stdint.h>
#include "fixed.h"

enum {
    LH_CELP_FRAME = 160,
    LH_CELP_FRAME_BYTES = 12,
    LH_CELP_SUBFRAMES = 3,
    LH_CELP_SUBFRAME = 54, /* the first one; the others have 53 samples */
    LH_CELP_ORDER = 10
};

/* Two deltas of at most 8 reach lags beyond those of the first subframe. */
enum {
    LH_CELP_LAG_MIN = 20,
    LH_CELP_LAG_MAX = 147,
    LH_CELP_DELTA_MIN = -7,
    LH_CELP_DELTAS = 16,
    LH_CELP_HISTORY = LH_CELP_LAG_MAX + 2 * (LH_CELP_DELTAS - 1 + LH_CELP_DELTA_MIN)
};

/* The codes of the fixed codebook. A train has equal pulses; the others have pulses at fixed
 * positions, the first of them positive and the others with signs of their own. */
enum {
    LH_CELP_TRAINS = 54,    /* 0 to 53: a train from that position, spaced by the lag */
    LH_CELP_SEVENS = 64,    /* 54 to 63: a train from that position - 54, with another spacing */
    LH_CELP_EIGHTS = 128,   /* 64 to 127: seven pulses, 6 sign bits */
    LH_CELP_CODES = 256,    /* 128 to 255: eight pulses, 7 sign bits */
    LH_CELP_PULSES_MAX = 9, /* of a train with lag 6 */
};
enum { LH_CELP_SEVENS_FIRST = 3, LH_CELP_SEVENS_SPACING = 8, LH_CELP_EIGHTS_SPACING = 7 };
enum { LH_CELP_ADAPTIVE_GAINS = 16, LH_CELP_FIXED_GAINS = 32 };

/* The parameters of a subframe, and of a frame. */
struct lh_celp_subframe {
    uint8_t lag;           /* 7 bits: lag - 20; in the second and third: 4 bits, delta + 7 */
    uint8_t adaptive_gain; /* 4 bits */
    uint8_t code;          /* 8 bits */
    uint8_t fixed_gain;    /* 5 bits: the highest one is the sign */
};
struct lh_celp_parameters {
    uint8_t lsf[LH_CELP_ORDER]; /* 3 4 4 3 4 3 3 2 3 1 bits */
    struct lh_celp_subframe subframes[LH_CELP_SUBFRAMES];
};

static inline int lh_celp_subframe_size(int i)
{
    return i == 0 ? LH_CELP_SUBFRAME : LH_CELP_SUBFRAME - 1;
}

/* The position of a subframe in the frame. */
static inline int lh_celp_subframe_start(int i)
{
    return i == 0 ? 0 : LH_CELP_SUBFRAME + (i - 1) * (LH_CELP_SUBFRAME - 1);
}

/* packing.c */
void lh_celp_unpack(const uint8_t bytes[LH_CELP_FRAME_BYTES], struct lh_celp_parameters *);
void lh_celp_pack(const struct lh_celp_parameters *, uint8_t bytes[LH_CELP_FRAME_BYTES]);

/* lsf.c. Line spectral frequencies are in units of pi / 32768. */

/* Between two neighbors with even numbers, the frequency with an odd number that a code selects. */
int16_t lh_celp_odd_lsf(int index, unsigned code, int16_t below, int16_t above);
void lh_celp_lsf(const uint8_t codes[LH_CELP_ORDER], int16_t lsf[LH_CELP_ORDER]);

/* The frequencies of subframe i: a third, two thirds and all of the way from `before` to `now`. */
void lh_celp_interpolate(const int16_t before[LH_CELP_ORDER], const int16_t now[LH_CELP_ORDER],
                         int i, int16_t lsf[LH_CELP_ORDER]);

/* The cosine of a frequency from 819 to 32767 - 819, Q15. */
int16_t lh_celp_cosine(int16_t lsf);

/* The filter 1/A: a[k - 1] is the coefficient of the output k samples ago, to be subtracted, Q10.
 * It wraps. */
void lh_celp_predictor(const int16_t lsf[LH_CELP_ORDER], int16_t a_q10[LH_CELP_ORDER]);

/* excitation.c. `now` points into a history with LH_CELP_HISTORY samples before it. All sums and
 * products wrap at 16 bits. */

/* A signed gain, Q13, and the gain of the pitch enhancement that belongs to it: 0.35 of it, at most
 * 0.35. */
int16_t lh_celp_adaptive_gain(unsigned code);
int16_t lh_celp_enhancement_gain(int16_t gain_q13);
int16_t lh_celp_fixed_gain(unsigned code);

/* The last `lag` samples before `now`, repeated if the subframe is longer, times the gain. */
void lh_celp_long_term(const int16_t *now, int lag, int16_t gain_q13, int size,
                       int16_t e[LH_CELP_SUBFRAME]);

/* The pulses of a code: their positions and signs; returns how many they are. */
struct lh_celp_pulses {
    int8_t at[LH_CELP_PULSES_MAX], sign[LH_CELP_PULSES_MAX];
};
int lh_celp_second_spacing(int lag, int size); /* of the trains 54 to 63 */
int lh_celp_pulses(unsigned code, int lag, int size, struct lh_celp_pulses *);

/* out[n] = e[n] + gain out[n - lag]; `out` is in a history too. */
void lh_celp_enhance(const int16_t *e, int lag, int16_t gain_q13, int size, int16_t *out);

/* synthesis.c: 1/A, then a band-pass of order 4. */
struct lh_celp_synthesis {
    int16_t s[LH_CELP_ORDER]; /* the output of 1/A, the latest last */
    int32_t y_q14[4];         /* the output of the band-pass, the latest last */
};
void lh_celp_synthesize(struct lh_celp_synthesis *, const int16_t a_q10[LH_CELP_ORDER],
                        const int16_t *e, int size, int32_t y_q14[LH_CELP_SUBFRAME]);
static inline int16_t lh_celp_sample(int32_t y_q14)
{
    return (int16_t)clamp(y_q14 >> 14, -INT16_MAX, INT16_MAX);
}

/* decoder.c */
struct lh_celp_decoder {
    int16_t lsf[LH_CELP_ORDER]; /* of the last frame */

    /* The excitation before and after its pitch is enhanced. What precedes the stream is zero. */
    int16_t excitation[LH_CELP_HISTORY + LH_CELP_FRAME];
    int16_t enhanced[LH_CELP_HISTORY + LH_CELP_FRAME];
    struct lh_celp_synthesis synthesis;
};
void lh_celp_reset(struct lh_celp_decoder *);

/* The excitation of a subframe at this position of both histories. */
void lh_celp_excite(int16_t *excitation, int16_t *enhanced, const struct lh_celp_subframe *,
                    int lag, int size);
void lh_celp_decode_frame(struct lh_celp_decoder *, const struct lh_celp_parameters *,
                          int16_t pcm[LH_CELP_FRAME]);

#endif
