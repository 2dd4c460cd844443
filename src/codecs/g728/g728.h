/* The stages of G.728, low-delay CELP at 16 kbit/s: vectors of 5 samples in 10 bits each.
 *
 * Blocks are numbered as in ITU-T G.728. The arithmetic is that of Annex G, in which a vector of
 * 16-bit mantissas has one exponent (block floating point). The decoder repeats the encoder's
 * backward adaptation: nothing but codebook indices is transmitted. */
#ifndef OMNIACM_G728_H
#define OMNIACM_G728_H

#include <stdbool.h>
#include <stdint.h>
#include "dsp.h"
#include "fixed.h"

enum {
    G728_VECTOR = 5,
    G728_CYCLE = 4, /* vectors per adaptation cycle */
    G728_FRAME = G728_CYCLE * G728_VECTOR,
    G728_FRAME_BYTES = 5,
    G728_INDEX_BITS = 10,
    G728_SHAPES = 128,
    G728_GAINS = 8,

    G728_ORDER = 50,       /* of the synthesis filter */
    G728_SHORT_ORDER = 10, /* of the other predictors */
    G728_LPC_WINDOW = 105, /* samples, as of the following windows */
    G728_PAST = G728_LPC_WINDOW / G728_VECTOR,
    G728_GAIN_WINDOW = 34,
    G728_WEIGHTING_WINDOW = 60,
    G728_LAG_MIN = 20,
    G728_LAG_MAX = 140,
    G728_PITCH_WINDOW = 100
};

/* A codebook index: the shape in the upper 7 bits, the gain in the lower 3, its sign in bit 2. */
typedef uint16_t g728_index;
static inline unsigned g728_shape_of(g728_index index) { return index >> 3 & (G728_SHAPES - 1); }
static inline unsigned g728_gain_of(g728_index index) { return index & (G728_GAINS - 1); }

/* packing.c: four indices in five bytes, the most significant bit first (RFC 3551, 4.5.5). */
void g728_pack(const g728_index indices[G728_CYCLE], uint8_t frame[G728_FRAME_BYTES]);
/* Unpacks `count` <= 4 indices from the bytes that contain them. */
void g728_unpack(const uint8_t *frame, int count, g728_index *indices);

/* x 2^-q */
struct g728_scalar {
    int16_t x, q;
};
struct g728_vector {
    int16_t x[G728_VECTOR], q;
};

/* block_float.c */

/* The left shift, or if negative the right shift, that normalizes the value of x of the greatest
 * magnitude to `bits` bits including the sign; bits - 1 if all are zero. */
int g728_headroom(const int16_t *x, int n, int bits);
void g728_normalize(struct g728_vector *, int bits);
struct g728_scalar g728_normalized(int32_t x); /* x >= 0, in Q0 */
/* a / b to nearest, for a >= 0, b > 0 normalized; normalized if a is. */
struct g728_scalar g728_divide(struct g728_scalar a, struct g728_scalar b);

/* --- Linear prediction --- */

/* hybrid_window.c: blocks 36, 43, 49. A window over the most recent samples, and an exponential
 * decay, computed recursively, of those before. */
struct g728_window {
    const int16_t *weights_q15; /* of the newest sample first */
    uint8_t length, order, recent;
    uint8_t update; /* samples that cease to be recent between two analyses */
    uint8_t decay;  /* the exponential part loses 2^-decay between two analyses */
};
struct g728_recursion {
    int16_t r[G728_ORDER + 1], q; /* the exponential part of the autocorrelation */
};
/* The autocorrelation of `windowed`, newest sample first and scaled by 2^q, to r[0] normalized.
 * False if it is unusable. */
bool g728_autocorrelation(const struct dsp_celp *, const struct g728_window *,
                          const int16_t *windowed, int q, struct g728_recursion *, int16_t *r);
/* Windows samples after normalizing them to 15 bits; `samples` has the oldest first. */
bool g728_analyze(const struct dsp_celp *, const struct g728_window *, const int16_t *samples,
                  struct g728_recursion *, int16_t *r);

/* durbin.c: blocks 37, 44, 50. */
struct g728_predictor {
    int16_t a[G728_ORDER]; /* in Qq */
    int16_t q;             /* 13 to 15 */
    int16_t energy;        /* of the residual */
    int16_t reflection_q15;
};
/* Extends a predictor from order `from`, which may be 0, to order `to`. False if r is
 * ill-conditioned; the predictor is then undefined. */
bool g728_durbin(struct g728_predictor *, const int16_t *r, int from, int to);
/* Blocks 38, 45, 51, 85: A(z / gamma), given the powers of gamma. False if Q14 overflows. */
bool g728_expand(const struct g728_predictor *, const int16_t *powers_q14, int n, int16_t *out_q14);

/* --- The gain: blocks 39 to 48, and Annex G's computation of block 39 and 40 by table --- */

struct g728_gain_predictor {
    int16_t a_q14[G728_SHORT_ORDER];
    int16_t logs_q9[G728_GAIN_WINDOW]; /* dB minus 32, the oldest first */
    struct g728_recursion recursion;
};
struct g728_gain {
    int16_t log_q9; /* dB minus 32 */
    struct g728_scalar linear;
};
void g728_gain_init(struct g728_gain_predictor *);
struct g728_gain g728_predict_gain(const struct g728_gain_predictor *);
void g728_gain_append(struct g728_gain_predictor *, int16_t predicted_q9, g728_index);
void g728_gain_adapt(struct g728_gain_predictor *, const struct dsp_celp *);

/* --- synthesis.c: what encoder and decoder have in common --- */

struct g728_synthesizer {
    const struct dsp_celp *dsp;
    int phase;                                           /* of the next vector in its cycle */
    int16_t a_q14[G728_ORDER + 8], next_q14[G728_ORDER]; /* a_q14 is padded with zeros */
    bool valid;                         /* the analysis in progress succeeded so far */
    struct g728_vector past[G728_PAST]; /* quantized speech, oldest first */
    struct g728_recursion recursion;
    int16_t r[G728_ORDER + 1];
    struct g728_predictor predictor;
    struct g728_gain_predictor gain;
};
void g728_synthesizer_init(struct g728_synthesizer *, const struct dsp_celp *);
/* Block 9: the zero-input response, normalized to 15 bits. */
void g728_zero_input(const struct g728_synthesizer *, struct g728_vector *response);
/* Blocks 19, 21: the excitation. */
void g728_excite(struct g728_scalar gain, g728_index, struct g728_vector *excitation);
/* Block 22: the zero-state response. Scales the excitation down until it fits. */
void g728_zero_state(const struct g728_synthesizer *, struct g728_vector *excitation,
                     struct g728_vector *response);
/* The sum of both responses is the quantized speech, which becomes the newest of `past`. Returns
 * it. */
const struct g728_vector *g728_synthesize(struct g728_synthesizer *,
                                          const struct g728_vector *zero_input,
                                          const struct g728_vector *zero_state);
/* Does one part of the backward adaptation after each vector: blocks 23, 33, 20, 30. */
void g728_adapt(struct g728_synthesizer *);

/* --- The decoder's postfilter --- */

/* pitch.c: blocks 81 to 84. */
struct g728_pitch {
    int16_t a_q13[G728_SHORT_ORDER];
    int16_t speech_q2[G728_SHORT_ORDER];                   /* past input, oldest first */
    int16_t residual_q1[G728_PITCH_WINDOW + G728_LAG_MAX]; /* oldest first, as the others */
    int16_t lowpass[3];                                    /* past outputs of the filter */
    int16_t decimated[(G728_PITCH_WINDOW + G728_LAG_MAX) / 4];
    int16_t lag;
};
void g728_pitch_residual(struct g728_pitch *, const int16_t speech_q2[G728_VECTOR]);
void g728_pitch_search(struct g728_pitch *, const struct dsp_celp *);

/* postfilter.c: blocks 71 to 77, 83 to 85. */
struct g728_postfilter {
    struct g728_pitch pitch;
    int16_t zeros_q14[G728_SHORT_ORDER], poles_q14[G728_SHORT_ORDER], tilt_q14;
    int16_t gain_q14, tap_q16;
    int16_t speech[G728_PITCH_WINDOW + G728_LAG_MAX];                /* Q0, oldest first */
    int16_t input_q2[G728_SHORT_ORDER], output_q2[G728_SHORT_ORDER]; /* of the short-term filter */
    int16_t scale_q14;
};
void g728_postfilter_init(struct g728_postfilter *);
/* Filters the vector with the given place in its cycle. */
void g728_postfilter(struct g728_postfilter *, const struct dsp_celp *, int phase,
                     const int16_t in_q2[G728_VECTOR], int16_t out_q2[G728_VECTOR]);
/* Adapts to a predictor of order 10. */
void g728_postfilter_adapt(struct g728_postfilter *, const struct g728_predictor *);

/* --- The encoder --- */

/* weighting.c: blocks 4, 10, 11, 36 to 38. */
struct g728_weighting {
    int16_t zeros_q14[G728_SHORT_ORDER], poles_q14[G728_SHORT_ORDER];
    int16_t speech_q2[G728_WEIGHTING_WINDOW]; /* oldest first, as the others */
    int16_t weighted_q2[G728_SHORT_ORDER];    /* past outputs for the speech */
    int16_t quantized_q2[G728_SHORT_ORDER];   /* and for the quantized speech */
    struct g728_recursion recursion;
};
void g728_weighting_init(struct g728_weighting *);
/* The weighted speech minus the weighted zero-input response. `past` is the latest two vectors of
 * quantized speech. */
void g728_target(struct g728_weighting *, const int16_t speech_q2[G728_VECTOR],
                 const struct g728_vector past[2], const struct g728_vector *zero_input,
                 struct g728_vector *target);
/* Adds the zero-state response to the memory of the filter. */
void g728_weight_zero_state(struct g728_weighting *, const struct g728_vector *zero_state);
void g728_weighting_adapt(struct g728_weighting *, const struct dsp_celp *);

/* codebook_search.c: blocks 12 to 18. */
void g728_impulse_response(const struct g728_synthesizer *, const struct g728_weighting *,
                           int16_t h_q13[G728_VECTOR]);
void g728_shape_energies(const int16_t h_q13[G728_VECTOR], int16_t energies_q5[G728_SHAPES]);
g728_index g728_search(const struct g728_vector *target, const int16_t h_q13[G728_VECTOR],
                       const int16_t energies_q5[G728_SHAPES]);

/* encoder.c */
struct g728_encoder {
    struct g728_synthesizer synthesizer;
    struct g728_weighting weighting;
    int16_t h_q13[G728_VECTOR];       /* the impulse response of both filters */
    int16_t energies_q5[G728_SHAPES]; /* of the shapes, filtered with it */
};
void g728_encoder_init(struct g728_encoder *, const struct dsp_celp *);
g728_index g728_encode(struct g728_encoder *, const int16_t pcm[G728_VECTOR]);

/* --- decoder.c --- */

struct g728_decoder {
    struct g728_synthesizer synthesizer;
    bool no_postfilter;
    struct g728_postfilter postfilter;
};
void g728_decoder_init(struct g728_decoder *, const struct dsp_celp *, bool no_postfilter);
void g728_decode(struct g728_decoder *, g728_index, int16_t pcm[G728_VECTOR]);

#endif
