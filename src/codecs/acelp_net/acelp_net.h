/* The stages of an ACELP.net decoder, and the data that they exchange.
 *
 * The format was never published. The bits of a block, the tables and the steps of decoding are
 * those of FFmpeg's decoder of RealAudio's Sipro codec (V. Voroshilov and V. Sessak, 2008 and 2009:
 * libavcodec/sipr.c and sipr16k.c), which is in floating point.
 *
 * The narrow-band modes have 8000 samples a second, in subframes of 48, and a predictor of order
 * 10; the wide-band mode has 16000, in subframes of 80, and order 16. Sound is in units of PCM with
 * ACELP_NET_Q fractional bits. */
#ifndef OMNIACM_ACELP_NET_H
#define OMNIACM_ACELP_NET_H

#include <stdbool.h>
#include <stdint.h>
#include "celp_lag.h"
#include "fixed.h"

enum {
    ACELP_NET_NARROW = 48,
    ACELP_NET_WIDE = 80,
    ACELP_NET_SUBFRAME_MAX = 80,
    ACELP_NET_SUBFRAMES_MAX = 5,
    ACELP_NET_FRAME_MAX = ACELP_NET_SUBFRAMES_MAX * ACELP_NET_NARROW,
    ACELP_NET_NARROW_ORDER = 10,
    ACELP_NET_WIDE_ORDER = 16,
    ACELP_NET_ORDER_MAX = 16,
    ACELP_NET_CODEBOOKS = 5
};

/* From -2^bits to 2^bits. */
static inline int32_t acelp_net_limit(int64_t x, int bits)
{
    int64_t most = (int64_t)1 << bits;

    if (x > most)
        return (int32_t)most;
    return (int32_t)(x < -most ? -most : x);
}

/* Fractional bits: of sound, whose magnitude filters and excitation limit to 2^30, hence to 16
 * times full scale; of predictor coefficients; of the fixed codebook's vectors, limited to 2^28; of
 * their gain; and of the gain of the adaptive codebook's vectors. */
enum {
    ACELP_NET_Q = 11,
    ACELP_NET_A_Q = 23,
    ACELP_NET_CODE_Q = 20,
    ACELP_NET_GAIN_Q = 14,
    ACELP_NET_PITCH_Q = ACELP_NET_CODE_Q + ACELP_NET_GAIN_Q - ACELP_NET_Q
};

/* Limits of magnitudes, as exponents: of sound, 16 times full scale, and of the vectors. */
enum { ACELP_NET_LIMIT = 30, ACELP_NET_CODE_LIMIT = 28 };

/* --- The parameters of a frame --- */

struct acelp_net_subframe {
    uint16_t lag;
    uint8_t pitch_gain; /* wide-band only */
    uint8_t gain;       /* narrow-band: of both codebooks */
    uint16_t pulses[10];
};
struct acelp_net_parameters {
    uint8_t predictor; /* wide-band only */
    uint8_t lsf[ACELP_NET_CODEBOOKS];
    struct acelp_net_subframe subframes[ACELP_NET_SUBFRAMES_MAX];
};

/* A mode, and the widths of its fields in bits. */
enum acelp_net_pulses { ACELP_NET_SIX, ACELP_NET_THREE, ACELP_NET_TWO_OR_THREE, ACELP_NET_TEN };
struct acelp_net_mode {
    uint16_t bit_rate, frame; /* samples in a frame */
    uint8_t block_bytes, block_frames, subframes;
    enum acelp_net_pulses pulses;
    uint8_t predictor_bits, lsf_bits[ACELP_NET_CODEBOOKS], lag_bits[ACELP_NET_SUBFRAMES_MAX];
    uint8_t pitch_gain_bits, pulse_fields, pulse_bits[2], gain_bits; /* alternating pulse_bits */
    int32_t sharpening_q30; /* of the pitch, in the narrow-band modes */
};
enum { ACELP_NET_MODES = 4 };
extern const struct acelp_net_mode acelp_net_modes[ACELP_NET_MODES];

/* packing.c: a frame from bit `at` on; returns the position after it. */
unsigned acelp_net_unpack(const struct acelp_net_mode *, const uint8_t *block, unsigned at,
                          struct acelp_net_parameters *);

/* --- The spectrum --- */

/* lsf.c. Line spectral frequencies are in units of 10^-8, their pairs (cosines) in Q30. `past`
 * holds the last frame's codebook vectors, in millionths. */
void acelp_net_narrow_lsp(const uint8_t codes[ACELP_NET_CODEBOOKS],
                          int32_t past[ACELP_NET_NARROW_ORDER],
                          int32_t lsp_q30[ACELP_NET_NARROW_ORDER]);
void acelp_net_wide_lsp(const uint8_t codes[ACELP_NET_CODEBOOKS], unsigned predictor,
                        int32_t past[ACELP_NET_WIDE_ORDER], int32_t lsp_q30[ACELP_NET_WIDE_ORDER]);
int32_t acelp_net_cosine_q30(int32_t lsf);
void acelp_net_first_lsp(int32_t *lsp_q30, int order); /* of a flat spectrum */

/* lpc.c: the coefficients of A, without the leading 1. The last of the narrow-band pairs is not a
 * cosine but a reflection coefficient. */
void acelp_net_narrow_lpc(const int32_t lsp_q30[ACELP_NET_NARROW_ORDER],
                          int32_t a[ACELP_NET_NARROW_ORDER]);
void acelp_net_wide_lpc(const int32_t lsp_q30[ACELP_NET_WIDE_ORDER],
                        int32_t a[ACELP_NET_WIDE_ORDER]);
/* A(z / gamma) */
void acelp_net_weigh(const int32_t *a, int order, int32_t gamma_q30, int32_t *weighted);

/* --- The excitation --- */

/* excitation.c: the taps for a whole lag, from -9 to 10 around it. */
enum { ACELP_NET_TAPS = 2 * CELP_HALF_TAPS };
void acelp_net_interpolate(const int32_t taps_q23[ACELP_NET_TAPS], int lag, int32_t *excitation,
                           int n);

/* The fixed codebook's gain is predicted from the last four gains; `past` holds their logarithms.
 * Takes
 * and returns the gain in ACELP_NET_GAIN_Q, and takes its factor in millionths. */
struct acelp_net_prediction {
    int32_t mean_q24;
    int32_t weights_q24[4];
};
int32_t acelp_net_gain(const struct acelp_net_prediction *, int32_t past_q24[4], int32_t gain,
                       const int32_t *code, int n);
void acelp_net_first_gains(int32_t past_q24[4]);
void acelp_net_mix(int32_t *excitation, int32_t pitch_gain, const int32_t *code, int32_t gain,
                   int n);

/* pulses.c: the pulses of a subframe; returns how many they are. */
struct acelp_net_pulse {
    int8_t at, sign;
};
int acelp_net_pulses(enum acelp_net_pulses, bool low_gain, const uint16_t *fields,
                     struct acelp_net_pulse pulses[10]);

/* --- Filters --- */

/* synthesis.c: 1 / A and A. `memory` holds the last outputs or inputs, the latest last. */
void acelp_net_poles(const int32_t *a, int order, int32_t *memory, const int32_t *in, int32_t *out,
                     int n);
void acelp_net_zeros(const int32_t *a, int order, int32_t *memory, const int32_t *in, int32_t *out,
                     int n);

static inline int16_t acelp_net_sample(int32_t x)
{
    return saturate((x + (1 << (ACELP_NET_Q - 1))) >> ACELP_NET_Q);
}

/* --- The decoders --- */

/* narrow.c */
struct acelp_net_postfilter {
    int32_t poles[ACELP_NET_NARROW_ORDER], zeros[ACELP_NET_NARROW_ORDER], tilt;
    int32_t reference[ACELP_NET_NARROW_ORDER]; /* of the synthesis without postfilter */
    int32_t gain_q24;
};
struct acelp_net_narrow {
    int32_t lsf[ACELP_NET_NARROW_ORDER], lsp_q30[ACELP_NET_NARROW_ORDER];
    int32_t excitation[CELP_LAG_REACH + ACELP_NET_FRAME_MAX];
    int32_t gains_q24[4], smooth_gain_q24;
    bool low_gain; /* the last pitch gain was below 0.8 */
    int32_t synthesis[ACELP_NET_NARROW_ORDER];
    int32_t highpass_in[2], highpass_out[2];
    struct acelp_net_postfilter post; /* of the lowest bit rate */
};
void acelp_net_narrow_reset(struct acelp_net_narrow *);
void acelp_net_narrow_decode(struct acelp_net_narrow *, const struct acelp_net_mode *,
                             const struct acelp_net_parameters *, int16_t *pcm);

/* wide.c */
enum { ACELP_NET_WIDE_REACH = 292, ACELP_NET_WIDE_FRAME = 2 * ACELP_NET_WIDE };
struct acelp_net_wide {
    int32_t lsf[ACELP_NET_WIDE_ORDER], lsp_q30[ACELP_NET_WIDE_ORDER];
    int32_t excitation[ACELP_NET_WIDE_REACH + ACELP_NET_WIDE_FRAME];
    int32_t gains_q24[4];
    int lag; /* of the last subframe, rounded */
    int32_t synthesis[ACELP_NET_WIDE_ORDER];
    int32_t post[ACELP_NET_WIDE_ORDER];        /* the last output */
    int32_t weighted[2][ACELP_NET_WIDE_ORDER]; /* of the last frame and the one before */
};
void acelp_net_wide_reset(struct acelp_net_wide *);
void acelp_net_wide_decode(struct acelp_net_wide *, const struct acelp_net_parameters *,
                           int16_t pcm[ACELP_NET_WIDE_FRAME]);

#endif
