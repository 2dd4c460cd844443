/* The stages of G.729 and what they hand to each other: conjugate-structure algebraic CELP at 8
 * kbit/s, 80 samples in 10 bytes.
 *
 * Clauses, equations and tables are numbered as in ITU-T G.729 (06/2012); a letter before the
 * number is that of an annex. The coder is that of Annex A (the decoder, too: streams of the main
 * body are the same), with Annex B for silence. */
#ifndef OMNIACM_G729_H
#define OMNIACM_G729_H

#include <stdbool.h>
#include <stdint.h>
#include "dsp.h"
#include "fixed.h"

enum { FRAME = 80, SUBFRAME = 40, SUBFRAMES = FRAME / SUBFRAME, ORDER = 10, LOOKAHEAD = 40 };
enum {
    LAG_MIN = 20,
    LAG_MAX = 143,
    PAST = LAG_MAX + 11
}; /* PAST: excitation that a lag of 143 2/3 and its filter reach */
enum { FRAME_BYTES = 10, SID_BYTES = 2 };

/* --- What is sent --- */

/* Table 8, and B.4.2. ERASED is what a decoder makes of a frame that did not arrive. */
enum kind { UNTRANSMITTED, SPEECH, SID, ERASED };

struct lsf_codes {
    uint8_t predictor; /* L0        1 bit */
    uint8_t stage1;    /* L1        7 */
    uint8_t stage2[2]; /* L2, L3    5 each */
};
struct subframe {
    uint8_t lag;        /* P1, P2    8, then 5 */
    uint8_t signs;      /* S1, S2    4 */
    uint16_t positions; /* C1, C2   13 */
    uint8_t gains[2];   /* GA, GB    3 and 4 */
};
struct sid {
    uint8_t predictor, stage1, stage2, gain; /* 1, 5, 4, 5 bits */
};
struct parameters {
    enum kind kind;
    struct lsf_codes lsf;
    uint8_t parity; /* P0        1 */
    struct subframe subframes[SUBFRAMES];
    struct sid sid;
};

/* packing.c: RFC 3551's order, the highest bit first. */
void g729_pack(const struct parameters *, uint8_t frame[FRAME_BYTES]);
void g729_unpack(const uint8_t frame[FRAME_BYTES], struct parameters *);
void g729_pack_sid(const struct sid *, uint8_t frame[SID_BYTES]);
void g729_unpack_sid(const uint8_t frame[SID_BYTES], struct parameters *);
uint8_t g729_parity(uint8_t lag); /* 3.7.2 */

/* --- Filters of order 10, coefficients Q12, the first 4096: filters.c --- */

/* a(z / gamma): gamma Q15. */
void g729_expand(const int16_t a_q12[ORDER + 1], int16_t gamma, int16_t out_q12[ORDER + 1]);

/* A subframe through A(z); the ten samples before x are read. */
void g729_residual(const struct dsp_celp *dsp, const int16_t a_q12[ORDER + 1], const int16_t *x,
                   int16_t y[SUBFRAME]);

/* n <= SUBFRAME samples through 1 / A(z), the last ten of which stay in memory. True where a step
 * saturated (the standard's Overflow). y may be x. */
bool g729_synthesis(const struct dsp_celp *dsp, const int16_t a_q12[ORDER + 1], const int16_t *x,
                    int16_t *y, int n, int16_t memory[ORDER]);

/* The high-pass filters before the coder and behind the decoder: highpass.c. */
struct highpass {
    int16_t x[2]; /* the last input first */
    int32_t y[2]; /* Q15 behind the decoder, Q16 before the coder */
};
void g729_preprocess(struct highpass *, const int16_t pcm[FRAME], int16_t s[FRAME]); /* 3.1 */
void g729_postprocess(struct highpass *, int16_t s[FRAME]);                          /* 4.2.5 */

/* --- The spectrum --- */

/* lpc.c: 3.2.1, 3.2.2. Numbers of 31 bits, normalised, which stand for r 2^exponent. */
enum { WINDOW = 240, VAD_ORDER = 12 };
struct autocorrelation {
    int32_t r[VAD_ORDER + 1];
    int16_t exponent;
};
struct predictor_memory {
    int16_t a_q12[ORDER + 1], reflection2_q15; /* the last stable ones */
};
struct prediction {
    int16_t a_q12[ORDER + 1], reflection2_q15;
    int16_t error; /* its energy; only of a stable filter */
};
void g729_autocorrelation(const struct dsp_celp *dsp, const int16_t s[WINDOW], int order,
                          struct autocorrelation *);
void g729_lag_window(int order, struct autocorrelation *);
bool g729_levinson(struct predictor_memory *, const int32_t r[ORDER + 1],
                   struct prediction *); /* whether stable */

/* lsp_search.c: 3.2.3. Where the search fails, those before. */
void g729_lpc_to_lsp(const int16_t a_q12[ORDER + 1], const int16_t before_q15[ORDER],
                     int16_t lsp_q15[ORDER]);

/* lsp.c: line spectral pairs are cosines, Q15, falling; line spectral frequencies, LSF, are in
 * radians, Q13, rising. */
void g729_lsp_to_lpc(const int16_t lsp_q15[ORDER], int16_t a_q12[ORDER + 1]); /* 3.2.6 */
void g729_interpolate(const int16_t before_q15[ORDER], const int16_t now_q15[ORDER],
                      int16_t a_q12[SUBFRAMES][ORDER + 1]); /* 3.2.5 */
void g729_lsf_to_lsp(const int16_t lsf_q13[ORDER], int16_t lsp_q15[ORDER]);
void g729_lsp_to_lsf(const int16_t lsp_q15[ORDER], int16_t lsf_q13[ORDER]);

/* lsf_decoder.c: 3.2.4, 4.1.1, 4.4.1, B.4.2. */
struct predictor;
struct lsf_memory {
    int16_t past_q13[4][ORDER]; /* the last codebook sums, the newest first */
};
struct lsf_decoder {
    struct lsf_memory memory;
    int16_t last_q13[ORDER];
    uint8_t predictor;
};
enum { LSF_GAP1_Q13 = 10, LSF_GAP2_Q13 = 5 }; /* 0.0012, 0.0006 */
void g729_lsf_start(struct lsf_memory *);
void g729_lsf_spread(int16_t *lsf_q13, int n, int16_t gap_q13);
void g729_lsf_compose(const struct predictor *, struct lsf_memory *, const int16_t sum_q13[ORDER],
                      int16_t lsf_q13[ORDER]);
void g729_lsf_extract(const struct predictor *, const struct lsf_memory *,
                      const int16_t lsf_q13[ORDER], int16_t sum_q13[ORDER]);
void g729_lsf_sum(const struct lsf_codes *, int16_t sum_q13[ORDER]);
void g729_lsf_reconstruct(const struct lsf_codes *, struct lsf_memory *, int16_t lsf_q13[ORDER]);
void g729_sid_sum(unsigned stage1, unsigned stage2, int16_t sum_q13[ORDER]);
void g729_lsp_decode(struct lsf_decoder *, const struct lsf_codes *, int16_t lsp_q15[ORDER]);
void g729_lsp_conceal(struct lsf_decoder *, int16_t lsp_q15[ORDER]);
void g729_sid_lsp_decode(struct lsf_memory *, const struct sid *, int16_t lsp_q15[ORDER]);

/* lsf_quantiser.c: 3.2.4. */
void g729_lsf_weights(const int16_t lsf_q13[ORDER], int16_t weights[ORDER]);
void g729_lsp_quantise(struct lsf_memory *, const int16_t lsp_q15[ORDER], struct lsf_codes *,
                       int16_t quantised_q15[ORDER]);

/* --- The excitation --- */

/* A lag in samples and thirds: `third` is -1, 0 or 1. */
struct lag {
    int16_t whole, third;
};

/* lag.c */
struct lag g729_lag_decode1(uint8_t code); /* 4.1.3 */
struct lag g729_lag_decode2(uint8_t code, int16_t first);
/* 3.7.1, (40): a subframe, from the PAST samples before now */
void g729_adaptive_codebook(const struct dsp_celp *dsp, int16_t *now, struct lag);
void g729_excite(const struct dsp_celp *dsp, const int16_t code_q13[SUBFRAME], int16_t pitch_q14,
                 int16_t code_q1, int16_t now[SUBFRAME]); /* 3.10, (75) */

/* open_loop.c: A.3.4. LAG_MAX samples before the frame. */
int16_t g729_open_loop_lag(const struct dsp_celp *dsp, const int16_t *weighted);

/* closed_loop.c: A.3.7, 3.7.2, 3.7.3. A scaled number stands for mantissa 2^-exponent. */
struct range {
    int16_t least, most;
};
struct scaled {
    int16_t mantissa;
    int exponent;
};
struct pitch_products {
    struct scaled energy, product; /* of the filtered vector; with the target */
};
void g729_backward_filter(const struct dsp_celp *dsp, const int16_t h_q12[SUBFRAME],
                          const int16_t target[SUBFRAME], int16_t d[SUBFRAME]);
struct range g729_lag_range(int lag, int below, int span);
struct lag g729_closed_loop_lag(const struct dsp_celp *dsp, const int16_t h_q12[SUBFRAME],
                                const int16_t target[SUBFRAME], struct range, bool thirds_always,
                                int16_t *now);
uint8_t g729_lag_encode1(struct lag);
uint8_t g729_lag_encode2(struct lag, struct range);
int16_t g729_pitch_gain(const struct dsp_celp *dsp, const int16_t target[SUBFRAME],
                        const int16_t filtered[SUBFRAME], struct pitch_products *);

/* taming.c: how much a decoder's errors may have grown in each quarter of the past excitation. */
struct taming {
    int32_t error_q14[4];
};
void g729_taming_start(struct taming *);
bool g729_taming_needed(const struct taming *, struct lag);
void g729_taming_update(struct taming *, int16_t pitch_q14, int16_t lag);

/* fixed_codebook.c, codebook_search.c: 3.8, A.3.8. The response is that of the sharpened filter;
 * gives codes, and the code and its filtered self. */
void g729_codebook_search(const struct dsp_celp *dsp, const int16_t h_q12[SUBFRAME],
                          const int16_t target[SUBFRAME], struct subframe *,
                          int16_t filtered_q12[SUBFRAME]);
void g729_fixed_codebook(const struct subframe *, int16_t code_q13[SUBFRAME]); /* 4.1.4 */
void g729_sharpen(int16_t x[SUBFRAME], int16_t lag, int16_t gain_q14); /* 3.8, (48), in place */

/* gain.c: 3.9. */
enum { SHARP_MIN_Q14 = 3277, SHARP_MAX_Q14 = 13017 }; /* 0.2, 0.7945 */
struct gains {
    int16_t pitch_q14, code_q1;
};
struct gain_memory {
    int16_t past_q10[4]; /* prediction errors, dB, the newest first */
};
struct predicted_gain {
    int16_t mantissa;
    int exponent; /* mantissa / 2^exponent */
};
void g729_gain_start(struct gain_memory *);
struct predicted_gain g729_gain_predict(const struct gain_memory *,
                                        const int16_t code_q13[SUBFRAME]); /* 3.9.1 */
struct gains g729_gain_reconstruct(struct gain_memory *, struct predicted_gain, unsigned place1,
                                   unsigned place2);
struct gains g729_gain_decode(struct gain_memory *, const uint8_t codes[2],
                              const int16_t code_q13[SUBFRAME]);         /* 4.1.5 */
struct gains g729_gain_conceal(struct gain_memory *, struct gains last); /* 4.4.2, 4.4.3 */
int16_t g729_sharpness(int16_t pitch_q14);

/* gain_quantiser.c: 3.9.2. Products of filtered adaptive (y1) and fixed vectors (y2) and the target
 * x. */
struct gain_products {
    struct scaled y1_y1, x_y1, y2_y2, x_y2, y1_y2; /* x_y1, x_y2: -2 times, y1_y2: 2 times */
};
void g729_gain_products(const struct dsp_celp *dsp, const struct pitch_products *,
                        const int16_t target[SUBFRAME], const int16_t y1[SUBFRAME],
                        const int16_t y2_q12[SUBFRAME], struct gain_products *);
struct gains g729_gain_quantise(struct gain_memory *, const struct gain_products *,
                                const int16_t code_q13[SUBFRAME], bool tame, uint8_t codes[2]);

/* --- Silence: Annex B --- */

enum { NOISE_SEED = 11111 };
int16_t g729_random(uint16_t *seed); /* 4.4.4, (96) */

/* cng.c: B.4.4. The excitation of a frame of background noise, whose samples have the strength
 * `gain`; gives the lag and gain of the adaptive codebook in each subframe. */
struct noise_pitch {
    int16_t lag, gain_q14;
};
void g729_noise_excitation(const struct dsp_celp *dsp, int16_t gain_q3, uint16_t *seed,
                           int16_t now[FRAME], struct noise_pitch pitch[SUBFRAMES]);
int16_t g729_noise_gain(int16_t before, int16_t now); /* B.4.4: smoothed, 7/8 and 1/8 */

/* vad.c: B.3. */
struct vad {
    int16_t mean_full, mean_energy, mean_low_energy, mean_crossings, mean_lsf_q15[ORDER],
        last_energy;
    int16_t groups[16], lowest, lowest_of_group, lowest_of_groups;
    int frame, quiet_at_start, silent, extended, updates;
    bool may_extend, last_voiced, voiced_before;
};
void g729_vad_start(struct vad *);
bool g729_vad(struct vad *, const struct autocorrelation *, const struct prediction *,
              const int16_t lsf_q15[ORDER], const int16_t s[WINDOW]);
void g729_lsp_to_turns(const int16_t lsp_q15[ORDER], int16_t lsf_q15[ORDER]);

/* sid.c: B.4.2.2. */
struct sid_gain {
    uint8_t code;
    int16_t level; /* dB */
};
struct energy {
    int16_t mantissa, shift; /* mantissa 2^-shift */
};
struct sid_gain g729_sid_gain(const struct energy[2], bool both);
struct sid_gain g729_sid_gain_of_speech(struct energy);

/* sid_quantiser.c: B.4.2.1. */
void g729_sid_lsp_quantise(struct lsf_memory *, const int16_t lsp_q15[ORDER], struct sid *,
                           int16_t quantised_q15[ORDER]);

/* dtx.c: B.4.1. A spectrum is an autocorrelation, r 2^-shift. */
struct spectrum {
    int16_t r[ORDER + 1], shift;
};
struct dtx {
    struct spectrum recent[2], past[3]; /* of frames, of pairs of frames; the newest first */
    struct spectrum sent;               /* of the filter last sent */
    struct energy energies[2];
    int16_t lsp_q15[ORDER], gain_q3, sid_gain_q3, level;
    int since; /* frames since the last SID frame */
    bool changed, odd;
};
void g729_dtx_start(struct dtx *);
void g729_dtx_listen(struct dtx *, const struct autocorrelation *, bool voiced);
bool g729_dtx_encode(struct dtx *, bool first, struct predictor_memory *, struct lsf_memory *,
                     const int16_t before_q15[ORDER],
                     struct sid *); /* whether a SID frame is sent */

/* --- The decoder --- */

/* postfilter.c: A.4.2. */
enum { POST_PAST = LAG_MAX + 1 }; /* one more, and compilers take eight samples at a time */
struct postfilter {
    int16_t speech[ORDER]; /* the last of the frame before */
    int16_t residual[POST_PAST];
    int16_t synthesis[ORDER];
    int16_t tilt; /* the last sample */
    int16_t gain_q12;
};
void g729_postfilter(const struct dsp_celp *dsp, struct postfilter *,
                     const int16_t a_q12[SUBFRAMES][ORDER + 1], const int16_t lags[SUBFRAMES],
                     bool voiced, int16_t speech[FRAME]);

/* decoder.c: 4.1, 4.4, B.4.5. */
struct decoder {
    const struct dsp_celp *dsp;
    int16_t excitation[PAST + FRAME];
    int16_t synthesis[ORDER];
    int16_t lsp_q15[ORDER];
    struct lsf_decoder lsf;
    struct gain_memory gain_memory;
    struct gains gains;
    int16_t sharpness_q14, lag;
    uint16_t erasure_seed, noise_seed;
    enum kind last;
    struct energy energy; /* of the last frame's excitation */
    int16_t noise_lsp_q15[ORDER], noise_gain_q3, sid_gain_q3;
    struct postfilter postfilter;
    struct highpass output;
};
void g729_decoder_start(struct decoder *, const struct dsp_celp *);
void g729_decode_frame(struct decoder *, const struct parameters *, int16_t pcm[FRAME]);

/* --- The coder --- */

/* encoder.c */
struct encoder {
    const struct dsp_celp *dsp;
    struct highpass input;
    int16_t speech[WINDOW]; /* the past, the frame from 120 on, the look-ahead */
    int16_t weighted[LAG_MAX + FRAME];
    int16_t excitation[PAST + FRAME];
    int16_t weighted_memory[ORDER], target_memory[ORDER];
    int16_t lsp_q15[ORDER], quantised_q15[ORDER];
    struct predictor_memory stable;
    struct lsf_memory lsf;
    struct gain_memory gain_memory;
    struct taming taming;
    int16_t sharpness_q14;
    uint16_t noise_seed;
    bool hears_noise, was_noise;
    struct vad vad;
    struct dtx dtx;
};

/* What a frame is to be sent as: speech, what it is found to be, or noise. With VOICE alone it need
 * not be told from noise. */
enum activity { VOICE, DETECTED, NOISE };
void g729_encoder_start(struct encoder *, const struct dsp_celp *, bool hears_noise);
void g729_encode_frame(struct encoder *, const int16_t pcm[FRAME], enum activity,
                       struct parameters *);

#endif
