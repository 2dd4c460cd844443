/* The stages of G.729, conjugate-structure algebraic CELP at 8 kbit/s (80 samples in 10 bytes), and
 * the data they exchange.
 *
 * Clauses, equations and tables are numbered as in ITU-T G.729 (06/2012); a leading letter names an
 * annex. Encoder and decoder are those of Annex A, whose bitstream is that of the main body, with
 * Annex B for silence. */
#ifndef OMNIACM_G729_H
#define OMNIACM_G729_H

#include <stdbool.h>
#include <stdint.h>
#include "celp_lag.h"
#include "dsp.h"
#include "fixed.h"

enum {
    G729_FRAME = 80,
    G729_SUBFRAME = 40,
    G729_SUBFRAMES = G729_FRAME / G729_SUBFRAME,
    G729_ORDER = 10,
    G729_LOOKAHEAD = 40,
    G729_PAST = CELP_LAG_REACH,
    G729_FRAME_BYTES = 10,
    G729_SID_BYTES = 2
};

/* --- The parameters of a frame --- */

/* Table 8 and B.4.2. An erased frame did not arrive; the decoder conceals it. */
enum g729_frame_kind { G729_UNTRANSMITTED, G729_SPEECH, G729_SID, G729_ERASED };

struct g729_lsf_codes {
    uint8_t predictor; /* L0        1 bit */
    uint8_t stage1;    /* L1        7 */
    uint8_t stage2[2]; /* L2, L3    5 each */
};
struct g729_subframe {
    uint8_t lag;        /* P1, P2    8, then 5 */
    uint8_t signs;      /* S1, S2    4 */
    uint16_t positions; /* C1, C2   13 */
    uint8_t gains[2];   /* GA, GB    3 and 4 */
};
struct g729_sid {
    uint8_t predictor, stage1, stage2, gain; /* 1, 5, 4, 5 bits */
};
struct g729_parameters {
    enum g729_frame_kind kind;
    struct g729_lsf_codes lsf;
    uint8_t parity; /* P0        1 */
    struct g729_subframe subframes[G729_SUBFRAMES];
    struct g729_sid sid;
};

/* packing.c: the bit order of RFC 3551, most significant bit first. */
void g729_pack(const struct g729_parameters *, uint8_t frame[G729_FRAME_BYTES]);
void g729_unpack(const uint8_t frame[G729_FRAME_BYTES], struct g729_parameters *);
void g729_pack_sid(const struct g729_sid *, uint8_t frame[G729_SID_BYTES]);
void g729_unpack_sid(const uint8_t frame[G729_SID_BYTES], struct g729_parameters *);
uint8_t g729_parity(uint8_t lag); /* 3.7.2 */

/* --- filters.c: filters of order 10; coefficients in Q12, the first of them 4096 --- */

/* A(z / gamma) for 0.55 and 0.7 (A.4.2.2) and 0.75 (A.3.3). Each power of gamma is rounded before
 * the next. */
enum g729_gamma { G729_NUMERATOR, G729_DENOMINATOR, G729_WEIGHTING };
extern const int16_t g729_powers_q15[3][G729_ORDER];
void g729_expand_bandwidth(const int16_t a_q12[G729_ORDER + 1], enum g729_gamma,
                           int16_t out_q12[G729_ORDER + 1]);

/* Filters a subframe by A(z). Reads the ten samples before x. */
void g729_residual(const struct dsp_celp *dsp, const int16_t a_q12[G729_ORDER + 1],
                   const int16_t *x, int16_t y[G729_SUBFRAME]);

/* Filters n samples, a multiple of 8 up to G729_SUBFRAME, by 1 / A(z) and stores the last ten
 * outputs in memory. Returns true if a step saturated (the standard's Overflow flag). y may be x.
 */
bool g729_synthesis(const struct dsp_celp *dsp, const int16_t a_q12[G729_ORDER + 1],
                    const int16_t *x, int16_t *y, int n, int16_t memory[G729_ORDER]);

/* highpass.c: the high-pass filters at the encoder's input and the decoder's output. */
struct g729_highpass {
    int16_t x[2]; /* past inputs, the newest first */
    int32_t y[2]; /* past outputs: Q16 in the encoder, Q15 in the decoder */
};
void g729_preprocess(struct g729_highpass *, const int16_t pcm[G729_FRAME],
                     int16_t s[G729_FRAME]); /* 3.1 */

/* A.4.2.4: the gain of a sample is 0.9 times that of the sample before, plus the share. */
struct g729_gain {
    int32_t now_q12, share_q12;
};
/* A.4.2.4, 4.2.5: scales a subframe, and filters it. Returns the last gain. */
int32_t g729_postprocess(struct g729_highpass *, struct g729_gain, int16_t s[G729_SUBFRAME]);

/* --- The spectrum --- */

/* lpc.c: 3.2.1, 3.2.2. An autocorrelation is r 2^exponent, r normalized in double precision. */
enum { G729_WINDOW = 240, G729_VAD_ORDER = 12 };
struct g729_autocorrelation {
    int32_t r[G729_VAD_ORDER + 1];
    int16_t exponent;
};
struct g729_predictor_memory {
    int16_t a_q12[G729_ORDER + 1], reflection2_q15; /* of the last stable filter */
};
struct g729_prediction {
    int16_t a_q12[G729_ORDER + 1], reflection2_q15;
    int16_t error; /* residual energy, set only for a stable filter */
};
void g729_autocorrelation(const struct dsp_celp *dsp, const int16_t s[G729_WINDOW], int order,
                          struct g729_autocorrelation *);
void g729_lag_window(int order, struct g729_autocorrelation *);
/* Returns whether the filter is stable; if not, gives the last stable one. */
bool g729_levinson(struct g729_predictor_memory *, const int32_t r[G729_ORDER + 1],
                   struct g729_prediction *);

/* lsp_search.c: 3.2.3. If the search does not find all ten roots, gives the previous pairs. */
void g729_lpc_to_lsp(const int16_t a_q12[G729_ORDER + 1], const int16_t previous_q15[G729_ORDER],
                     int16_t lsp_q15[G729_ORDER]);

/* lsp.c: line spectral pairs (LSP) are cosines in Q15, in descending order; line spectral
 * frequencies (LSF) are angles in radians, in Q13, in ascending order. */
void g729_lsp_to_lpc(const int16_t lsp_q15[G729_ORDER], int16_t a_q12[G729_ORDER + 1]); /* 3.2.6 */
void g729_interpolate(const int16_t previous_q15[G729_ORDER], const int16_t current_q15[G729_ORDER],
                      int16_t a_q12[G729_SUBFRAMES][G729_ORDER + 1]); /* 3.2.5 */
void g729_lsf_to_lsp(const int16_t lsf_q13[G729_ORDER], int16_t lsp_q15[G729_ORDER]);
void g729_lsp_to_lsf(const int16_t lsp_q15[G729_ORDER], int16_t lsf_q13[G729_ORDER]);

/* lsf_decoder.c: 3.2.4, 4.1.1, 4.4.1, B.4.2. */
struct g729_predictor;
struct g729_lsf_memory {
    int16_t past_q13[4][G729_ORDER]; /* past codebook sums, the newest first */
};
struct g729_lsf_decoder {
    struct g729_lsf_memory memory;
    int16_t last_q13[G729_ORDER];
    uint8_t predictor;
};
enum {
    G729_LSF_GAP1_Q13 = 10,         /* 0.0012 */
    G729_LSF_GAP2_Q13 = 5,          /* 0.0006 */
    G729_LSF_MIN_Q13 = 40,          /* 0.005 */
    G729_LSF_MAX_Q13 = 25681,       /* 3.135 */
    G729_LSF_DISTANCE_MIN_Q13 = 321 /* 0.0392 */
};
void g729_lsf_init(struct g729_lsf_memory *);
void g729_lsf_spread(int16_t *lsf_q13, int n, int16_t gap_q13);
void g729_lsf_compose(const struct g729_predictor *, struct g729_lsf_memory *,
                      const int16_t sum_q13[G729_ORDER], int16_t lsf_q13[G729_ORDER]);
void g729_lsf_extract(const struct g729_predictor *, const struct g729_lsf_memory *,
                      const int16_t lsf_q13[G729_ORDER], int16_t sum_q13[G729_ORDER]);
void g729_lsf_sum(const struct g729_lsf_codes *, int16_t sum_q13[G729_ORDER]);
void g729_lsf_reconstruct(const struct g729_lsf_codes *, struct g729_lsf_memory *,
                          int16_t lsf_q13[G729_ORDER]);
void g729_sid_sum(unsigned stage1, unsigned stage2, int16_t sum_q13[G729_ORDER]);
void g729_lsp_decode(struct g729_lsf_decoder *, const struct g729_lsf_codes *,
                     int16_t lsp_q15[G729_ORDER]);
void g729_lsp_conceal(struct g729_lsf_decoder *, int16_t lsp_q15[G729_ORDER]);
void g729_sid_lsp_decode(struct g729_lsf_memory *, const struct g729_sid *,
                         int16_t lsp_q15[G729_ORDER]);

/* lsf_quantizer.c: 3.2.4. */
void g729_lsf_weights(const int16_t lsf_q13[G729_ORDER], int16_t weights[G729_ORDER]);
void g729_lsp_quantize(const struct dsp_celp *dsp, struct g729_lsf_memory *,
                       const int16_t lsp_q15[G729_ORDER], struct g729_lsf_codes *,
                       int16_t quantized_q15[G729_ORDER]);

/* --- The excitation --- */

/* lag.c */
/* 3.7.1, (40): writes a subframe at `exc`, from the G729_PAST samples before it. */
void g729_adaptive_codebook(const struct dsp_celp *dsp, int16_t *exc, struct celp_lag);
void g729_excite(const struct dsp_celp *dsp, const int16_t code_q13[G729_SUBFRAME],
                 int16_t pitch_q14, int16_t code_q1, int16_t exc[G729_SUBFRAME]); /* 3.10, (75) */

/* open_loop.c: A.3.4. Reads CELP_LAG_MAX samples before `weighted`. */
int16_t g729_open_loop_lag(const struct dsp_celp *dsp, const int16_t *weighted);

/* closed_loop.c: A.3.7, 3.7.2, 3.7.3. */
struct g729_lag_range {
    int16_t min, max;
};
struct g729_scaled {
    int16_t mantissa;
    int exponent; /* the value is mantissa 2^-exponent */
};
struct g729_pitch_products {
    struct g729_scaled energy, product; /* of the filtered vector: with itself, with the target */
};
void g729_backward_filter(const struct dsp_celp *dsp, const int16_t h_q12[G729_SUBFRAME],
                          const int16_t target[G729_SUBFRAME], int16_t d[G729_SUBFRAME]);
struct g729_lag_range g729_lag_range_around(int lag, int below, int span);
struct celp_lag g729_closed_loop_lag(const struct dsp_celp *dsp, const int16_t h_q12[G729_SUBFRAME],
                                     const int16_t target[G729_SUBFRAME], struct g729_lag_range,
                                     bool always_fractional, int16_t *exc);
uint8_t g729_lag_encode1(struct celp_lag);
uint8_t g729_lag_encode2(struct celp_lag, struct g729_lag_range);
int16_t g729_pitch_gain(const struct dsp_celp *dsp, const int16_t target[G729_SUBFRAME],
                        const int16_t filtered[G729_SUBFRAME], struct g729_pitch_products *);

/* taming.c: the bound of a decoder's error in each quarter of the past excitation. */
struct g729_taming {
    int32_t error_q14[4];
};
void g729_taming_init(struct g729_taming *);
bool g729_taming_needed(const struct g729_taming *, struct celp_lag);
void g729_taming_update(struct g729_taming *, int16_t pitch_q14, int16_t lag);

/* fixed_codebook.c, codebook_search.c: 3.8, A.3.8. The impulse response h includes the pitch
 * sharpening. */
void g729_codebook_search(const struct dsp_celp *dsp, const int16_t h_q12[G729_SUBFRAME],
                          const int16_t target[G729_SUBFRAME], struct g729_subframe *,
                          int16_t filtered_q12[G729_SUBFRAME]);
void g729_fixed_codebook(const struct g729_subframe *, int16_t code_q13[G729_SUBFRAME]); /* 4.1.4 */
void g729_sharpen(int16_t x[G729_SUBFRAME], int16_t lag, int16_t gain_q14); /* (48), in place */

/* gain.c: 3.9. */
enum { G729_SHARPENING_MIN_Q14 = 3277, G729_SHARPENING_MAX_Q14 = 13017 }; /* 0.2, 0.7945 */
struct g729_gains {
    int16_t pitch_q14, code_q1;
};
struct g729_gain_memory {
    int16_t past_q10[4]; /* prediction errors in dB, the newest first */
};
void g729_gain_init(struct g729_gain_memory *);
struct g729_scaled g729_gain_predict(const struct dsp_celp *dsp, const struct g729_gain_memory *,
                                     const int16_t code_q13[G729_SUBFRAME]); /* 3.9.1 */
struct g729_gains g729_gain_reconstruct(struct g729_gain_memory *, struct g729_scaled,
                                        unsigned index1, unsigned index2);
struct g729_gains g729_gain_decode(const struct dsp_celp *dsp, struct g729_gain_memory *,
                                   const uint8_t codes[2],
                                   const int16_t code_q13[G729_SUBFRAME]); /* 4.1.5 */
/* 4.4.2, 4.4.3 */
struct g729_gains g729_gain_conceal(struct g729_gain_memory *, struct g729_gains last);
int16_t g729_sharpness(int16_t pitch_q14);

/* gain_quantizer.c: 3.9.2. Products of the target x and the filtered adaptive (y1) and fixed (y2)
 * codebook vectors. */
struct g729_gain_products {
    struct g729_scaled y1_y1, x_y1, y2_y2, x_y2, y1_y2; /* x_y1 and x_y2 times -2, y1_y2 times 2 */
};
void g729_gain_products(const struct dsp_celp *dsp, const struct g729_pitch_products *,
                        const int16_t target[G729_SUBFRAME], const int16_t y1[G729_SUBFRAME],
                        const int16_t y2_q12[G729_SUBFRAME], struct g729_gain_products *);
struct g729_gains g729_gain_quantize(const struct dsp_celp *dsp, struct g729_gain_memory *,
                                     const struct g729_gain_products *,
                                     const int16_t code_q13[G729_SUBFRAME], bool tame,
                                     uint8_t codes[2]);

/* --- Silence: Annex B --- */

enum { G729_NOISE_SEED = 11111 };
int16_t g729_random(uint16_t *seed); /* 4.4.4, (96) */

/* cng.c: B.4.4. Generates a frame of noise excitation with the RMS value `gain`, and returns the
 * lag and gain of the adaptive codebook in each subframe. */
struct g729_noise_pitch {
    int16_t lag, gain_q14;
};
void g729_noise_excitation(const struct dsp_celp *dsp, int16_t gain_q3, uint16_t *seed,
                           int16_t exc[G729_FRAME], struct g729_noise_pitch pitch[G729_SUBFRAMES]);
int16_t g729_noise_gain(int16_t previous, int16_t sid); /* 7/8 and 1/8 */

/* vad.c: B.3. */
struct g729_vad {
    int16_t mean_full, mean_energy, mean_low_energy, mean_crossings, mean_lsf_q15[G729_ORDER],
        last_energy;
    int16_t group_minima[16], min_energy, group_min, window_min;
    int frame, quiet_frames, silent_frames, extensions, updates;
    bool may_extend, last_active, second_last_active;
};
void g729_vad_init(struct g729_vad *);
bool g729_vad(struct g729_vad *, const struct g729_autocorrelation *,
              const struct g729_prediction *, const int16_t lsf_q15[G729_ORDER],
              const int16_t s[G729_WINDOW]);
void g729_lsp_to_normalized_lsf(const int16_t lsp_q15[G729_ORDER], int16_t lsf_q15[G729_ORDER]);

/* sid.c: B.4.2.2. */
struct g729_sid_gain {
    uint8_t code;
    int16_t level; /* dB */
};
struct g729_energy {
    int16_t mantissa, shift; /* the value is mantissa 2^-shift */
};
struct g729_sid_gain g729_sid_gain(const struct g729_energy[2], bool both);
struct g729_sid_gain g729_sid_gain_of_speech(struct g729_energy);

/* sid_quantizer.c: B.4.2.1. */
void g729_sid_lsp_quantize(struct g729_lsf_memory *, const int16_t lsp_q15[G729_ORDER],
                           struct g729_sid *, int16_t quantized_q15[G729_ORDER]);

/* dtx.c: B.4.1. A spectrum is an autocorrelation r 2^-shift. */
struct g729_spectrum {
    int16_t r[G729_ORDER + 1], shift;
};
struct g729_dtx {
    struct g729_spectrum recent[2]; /* of frames, the newest first */
    struct g729_spectrum past[3];   /* of pairs of frames, the newest first */
    struct g729_spectrum sent;      /* of the filter sent last */
    struct g729_energy energies[2];
    int16_t lsp_q15[G729_ORDER], gain_q3, sid_gain_q3, level;
    int since; /* frames since the last SID frame */
    bool changed, odd;
};
void g729_dtx_init(struct g729_dtx *);
void g729_dtx_update(struct g729_dtx *, const struct g729_autocorrelation *, bool active);
/* Returns whether a SID frame is due, and fills it. */
bool g729_dtx_encode(struct g729_dtx *, bool first, struct g729_predictor_memory *,
                     struct g729_lsf_memory *, const int16_t previous_q15[G729_ORDER],
                     struct g729_sid *);

/* --- The decoder --- */

/* postfilter.c: A.4.2. */
enum { G729_POSTFILTER_PAST = CELP_LAG_MAX + 1 }; /* one more than needed: a multiple of 8 */
struct g729_postfilter {
    int16_t speech[G729_ORDER]; /* the end of the previous frame */
    int16_t residual[G729_POSTFILTER_PAST + G729_FRAME];
    int16_t scaled[G729_POSTFILTER_PAST + G729_FRAME]; /* a quarter of that */
    int16_t synthesis[G729_ORDER];
    int16_t tilt; /* the last input of the tilt filter */
};
/* Without lags, the long-term postfilter is off. Sets the shares of the gains that the subframes
 * still need, or -1 for a subframe without energy. */
void g729_postfilter(const struct dsp_celp *dsp, struct g729_postfilter *,
                     const int16_t a_q12[G729_SUBFRAMES][G729_ORDER + 1], const int16_t *lags,
                     int16_t speech[G729_FRAME], int32_t shares_q12[G729_SUBFRAMES]);

/* decoder.c: 4.1, 4.4, B.4.5. */
struct g729_decoder {
    const struct dsp_celp *dsp;
    int16_t excitation[G729_PAST + G729_FRAME];
    int16_t synthesis[G729_ORDER];
    int16_t lsp_q15[G729_ORDER];
    struct g729_lsf_decoder lsf;
    struct g729_gain_memory gain_memory;
    struct g729_gains gains;
    int16_t sharpness_q14, lag;
    uint16_t erasure_seed, noise_seed;
    enum g729_frame_kind last;
    struct g729_energy energy; /* of the last frame's excitation */
    int16_t noise_lsp_q15[G729_ORDER], noise_gain_q3, sid_gain_q3;
    struct g729_postfilter postfilter;
    int32_t gain_q12; /* of the last sample */
    struct g729_highpass output;
};
void g729_decoder_init(struct g729_decoder *, const struct dsp_celp *);
void g729_decode_frame(struct g729_decoder *, const struct g729_parameters *,
                       int16_t pcm[G729_FRAME]);

/* --- The encoder --- */

/* encoder.c */
struct g729_encoder {
    const struct dsp_celp *dsp;
    struct g729_highpass input;
    int16_t speech[G729_WINDOW]; /* past, frame (from 120 on) and look-ahead */
    int16_t weighted[CELP_LAG_MAX + G729_FRAME];
    int16_t excitation[G729_PAST + G729_FRAME];
    int16_t weighted_memory[G729_ORDER], target_memory[G729_ORDER];
    int16_t lsp_q15[G729_ORDER], quantized_q15[G729_ORDER];
    struct g729_predictor_memory stable;
    struct g729_lsf_memory lsf;
    struct g729_gain_memory gain_memory;
    struct g729_taming taming;
    int16_t sharpness_q14;
    uint16_t noise_seed;
    bool vad_enabled, was_noise;
    struct g729_vad vad;
    struct g729_dtx dtx;
};

/* How to code a frame: as speech, as the detector decides, or as noise. An encoder that is only
 * given G729_VOICE does not need the detector. */
enum g729_activity { G729_VOICE, G729_DETECTED, G729_NOISE };
void g729_encoder_init(struct g729_encoder *, const struct dsp_celp *, bool vad_enabled);
void g729_encode_frame(struct g729_encoder *, const int16_t pcm[G729_FRAME], enum g729_activity,
                       struct g729_parameters *);

#endif
