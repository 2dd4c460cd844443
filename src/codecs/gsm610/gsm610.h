/* The stages of GSM 06.10 full rate speech coding and the data that they exchange.
 *
 * Clauses and tables have the numbers of recommendation GSM 06.10, version 3.2.0 (ETSI, February
 * 1992). In ETS 300 961 (1997), clause 4.2.1 is 5.2.1, and so on. */
#ifndef OMNIACM_GSM610_H
#define OMNIACM_GSM610_H

#include <stdint.h>
#include "codec.h"
#include "dsp_c.h"
#include "fixed.h"

enum {
    GSM610_FRAME = GSM_FRAME,
    GSM610_SUBFRAME = GSM_SUBFRAME,
    GSM610_SUBFRAMES = GSM610_FRAME / GSM610_SUBFRAME,
    GSM610_ORDER = GSM_ORDER,
    GSM610_PULSES = GSM_PULSES
};
enum {
    GSM610_LAG_MIN = GSM_LAG_MIN,
    GSM610_LAG_MAX = GSM_LAG_MAX,
    GSM610_FRAME_BITS = 260,
    GSM610_BLOCK_BYTES = 2 * GSM610_FRAME_BITS / 8,
    GSM610_BLOCK_SAMPLES = 2 * GSM610_FRAME
};

/* The 76 parameters of a frame of 160 samples, in the order of transmission, with the names of the
 * standard. */
struct gsm610_subframe {
    uint8_t lag;                   /* Nc     7 bits */
    uint8_t gain;                  /* bc     2 */
    uint8_t grid;                  /* Mc     2 */
    uint8_t peak;                  /* xmaxc  6 */
    uint8_t pulses[GSM610_PULSES]; /* xMc    3 each, or fewer in MSN Audio */
};
struct gsm610_parameters {
    uint8_t lars[GSM610_ORDER]; /* LARc   6 6 5 5 4 4 3 3 */
    struct gsm610_subframe subframes[GSM610_SUBFRAMES];
};

/* packing.c: the bits of a frame. A block holds two frames without a gap. `pulse_bits` is the
 * number of bits of all pulses of a subframe, 13 to 39, of which each pulse has a thirteenth,
 * rounded down, and the first ones have one more. */
struct gsm610_packing {
    uint8_t block_bytes;
    uint8_t pulse_bits[GSM610_SUBFRAMES];
};
extern const struct gsm610_packing gsm610_full; /* of GSM 6.10: 3 bits each */

/* The pulses that a code of `bits` bits (1 to 3) can stand for, as codes of 3 bits, by the code. */
extern const uint8_t gsm610_pulse_codes[4][8];

/* The number of bits of a pulse. */
static inline unsigned gsm610_pulse_bits(unsigned pulse_bits, unsigned pulse)
{
    return pulse_bits / GSM610_PULSES + (pulse < pulse_bits % GSM610_PULSES);
}

/* `frame` is 0 or 1. gsm610_pack ORs its bits into the block, which must be zeroed, and takes
 * pulses that their codes can stand for. */
void gsm610_unpack(const uint8_t *block, const struct gsm610_packing *, unsigned frame,
                   struct gsm610_parameters *);
void gsm610_pack(const struct gsm610_parameters *, const struct gsm610_packing *, unsigned frame,
                 uint8_t *block);

/* preprocess.c: the filters before the encoder and after the decoder. */
struct gsm610_preprocessor {
    int16_t last;         /* z1 / 4 */
    int32_t highpass_q15; /* z2 */
    int16_t emphasis;     /* mp */
};
void gsm610_preprocess(const struct dsp_gsm *, struct gsm610_preprocessor *,
                       const int16_t pcm[GSM610_FRAME],
                       int16_t s[GSM610_FRAME]);                     /* 4.2.1 to 4.2.3 */
void gsm610_postprocess(int16_t *emphasis, int16_t s[GSM610_FRAME]); /* 4.3.5 to 4.3.7 */

/* Returns the largest magnitude; that of -32768 saturates to 32767. */
static inline int16_t gsm610_peak(const int16_t *s, int n)
{
    int32_t peak = 0;

    for (int i = 0; i < n; i++)
        peak = max_i32(peak, s[i] < 0 ? -s[i] : s[i]);
    return saturate(peak);
}

/* mult_r for |r| <= 32767, for which it does not saturate. */
static inline int gsm610_mult_r(int r, int x) { return (r * x + 0x4000) >> 15; }

/* lpc.c: the reflection coefficients of a frame, in Q15. Scaling discards low bits of `s` too, as
 * the standard does. */
void gsm610_reflection(const struct dsp_gsm *, int16_t s[GSM610_FRAME],
                       int16_t reflection[GSM610_ORDER]); /* 4.2.4, 4.2.5 */

/* lar.c: reflection coefficients as log-area ratios, which are robust to quantization and
 * interpolation. The magnitude of a decoded coefficient is at most 32767. */
void gsm610_lar_encode(const int16_t reflection[GSM610_ORDER],
                       uint8_t codes[GSM610_ORDER]); /* 4.2.6, 4.2.7 */
void gsm610_lar_decode(const uint8_t codes[GSM610_ORDER],
                       int16_t lars_q14[GSM610_ORDER]); /* 4.2.8 */

/* short_term.c: the lattice filters of a frame, in place. */
struct gsm610_short_term {
    int16_t lars_q14[GSM610_ORDER]; /* LARpp of the previous frame */
    int16_t delayed[GSM610_ORDER];  /* u in the encoder, v in the decoder */
};
void gsm610_short_term_analysis(const struct dsp_gsm *, struct gsm610_short_term *,
                                const uint8_t codes[GSM610_ORDER],
                                int16_t s[GSM610_FRAME]); /* 4.2.8 to 4.2.10 */
void gsm610_short_term_synthesis(const struct dsp_gsm *, struct gsm610_short_term *,
                                 int16_t *emphasis, const uint8_t codes[GSM610_ORDER],
                                 int16_t s[GSM610_FRAME]); /* 4.3.3 to 4.3.7 */

/* long_term.c: the prediction of a subframe from the last GSM610_LAG_MAX samples before `now`. */
void gsm610_long_term_search(const struct dsp_gsm *, const int16_t d[GSM610_SUBFRAME],
                             const int16_t *now, struct gsm610_subframe *); /* 4.2.11 */
void gsm610_long_term_analysis(const struct dsp_gsm *, const int16_t *now,
                               const struct gsm610_subframe *,
                               int16_t d[GSM610_SUBFRAME]); /* 4.2.12 */
void gsm610_long_term_synthesis(const struct dsp_gsm *, const struct gsm610_subframe *, int lag,
                                int16_t *now); /* 4.2.16 to 4.2.18, 4.3.2 */

/* rpe.c: the residual as 13 pulses, every third sample. */
void gsm610_rpe_encode(const struct dsp_gsm *, const int16_t e[GSM610_SUBFRAME],
                       struct gsm610_subframe *);    /* 4.2.13 to 4.2.15 */
struct gsm_peak gsm610_decode_peak(uint8_t code);    /* 4.2.15 */
void gsm610_levels(uint8_t peak, int16_t levels[8]); /* 4.2.16: of the pulse codes 0 to 7 */
void gsm610_rpe_decode(const struct gsm610_subframe *, int16_t e[GSM610_SUBFRAME]); /* 4.2.17 */

/* pulse_search.c: the response of the filter through which MSN Audio's encoder hears, by the
 * decoded log-area ratios; and the best grid, peak and pulses for a prediction residual `d`.
 * `error` is what the pulses of the previous subframe left of the residual. */
enum { GSM610_RESPONSE = 2 * GSM610_SUBFRAME };
void gsm610_respond(const int16_t lars_q14[GSM610_ORDER], int32_t h[GSM610_RESPONSE]);
void gsm610_pulse_search(const int32_t h[GSM610_RESPONSE], const int16_t error[GSM610_SUBFRAME],
                         const int16_t d[GSM610_SUBFRAME], unsigned pulse_bits,
                         struct gsm610_subframe *);

/* The kernels of dsp_gsm.h in C, which make up gsm610_kernels and are the reference for those in
 * src/dsp. Each is defined next to the stage that calls it. */
void gsm610_emphasize(int16_t last, int16_t s[GSM610_FRAME]);
void gsm610_autocorrelate(int16_t s[GSM610_FRAME], int32_t sums[GSM610_ORDER + 1]);
void gsm610_reflect(const int32_t sums[GSM610_ORDER + 1], int16_t reflection[GSM610_ORDER]);
void gsm610_interpolate(const int16_t before_q14[GSM610_ORDER], const int16_t now_q14[GSM610_ORDER],
                        int16_t reflection[GSM_SECTIONS][GSM610_ORDER]);
void gsm610_analyze(int16_t delayed[GSM610_ORDER],
                    const int16_t reflection[GSM_SECTIONS][GSM610_ORDER], int16_t s[GSM610_FRAME]);
struct gsm_match gsm610_search(const int16_t d[GSM610_SUBFRAME], const int16_t *now);
void gsm610_subtract(const int16_t *past, int16_t gain_q15, int16_t d[GSM610_SUBFRAME]);
void gsm610_select(const int16_t e[GSM610_SUBFRAME], struct gsm_pulses *);
void gsm610_quantize(const struct gsm_pulses *, int shift, int16_t inverse,
                     uint8_t codes[GSM_PULSES]);
void gsm610_excite(struct gsm_peak, const uint8_t codes[GSM_PULSES], unsigned grid,
                   const int16_t *past, int16_t gain_q15, int16_t *now);
void gsm610_synthesize(int16_t delayed[GSM610_ORDER], int16_t *emphasis,
                       const int16_t reflection[GSM_SECTIONS][GSM610_ORDER],
                       int16_t s[GSM610_FRAME]);

/* coder.c: the conversion of a frame, and of blocks. */
struct gsm610_encoder {
    const struct dsp_gsm *kernels;
    const struct gsm610_packing *packing;
    struct gsm610_preprocessor input;
    struct gsm610_short_term short_term;
    int16_t residual[GSM610_LAG_MAX + GSM610_FRAME]; /* dp */
    int16_t error[GSM610_SUBFRAME];                  /* of the residual in the last subframe */
};
struct gsm610_decoder {
    const struct dsp_gsm *kernels;
    const struct gsm610_packing *packing;
    struct gsm610_short_term short_term;
    int16_t residual[GSM610_LAG_MAX + GSM610_FRAME]; /* drp */
    int16_t emphasis;                                /* msr */
    uint8_t lag;                                     /* nrp */
};
void gsm610_encoder_start(struct gsm610_encoder *);
void gsm610_decoder_start(struct gsm610_decoder *);
void gsm610_encode_frame(struct gsm610_encoder *, const int16_t pcm[GSM610_FRAME],
                         struct gsm610_parameters *);
void gsm610_decode_frame(struct gsm610_decoder *, const struct gsm610_parameters *,
                         int16_t pcm[GSM610_FRAME]);

/* Parses a format of mono blocks with this packing; false if it is not mono. The coders below need
 * no more of the layout. */
bool gsm610_parse_blocks(const struct gsm610_packing *, struct layout *);
extern const struct codec_decoder gsm610_block_decoder;
extern const struct codec_encoder gsm610_block_encoder;

#endif
