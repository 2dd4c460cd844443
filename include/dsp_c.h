/* The kernels in plain C: the portable set, and the reference of the others. Each one is in the
 * folder of its codec. The SIMD sets call some of them for chains that do not fill a register. */
#ifndef OMNIACM_DSP_C_H
#define OMNIACM_DSP_C_H

#include "dsp.h"

void alaw_expand_c(const uint8_t *src, int16_t *pcm, size_t n);
void ulaw_expand_c(const uint8_t *src, int16_t *pcm, size_t n);
void alaw_compress_c(const int16_t *pcm, uint8_t *dst, size_t n);
void ulaw_compress_c(const int16_t *pcm, uint8_t *dst, size_t n);

void ima_decode_c(const struct adpcm_blocks *, const uint8_t *src, int16_t *pcm);
void ima_greedy_c(const struct adpcm_blocks *, const int16_t *pcm, uint8_t *dst);
void ima_search_c(const struct adpcm_blocks *, unsigned quality, const int16_t *pcm, uint8_t *dst);

void dk4_decode_c(const struct adpcm_blocks *, const uint8_t *src, int16_t *pcm);
void dk3_decode_c(const struct adpcm_blocks *, const uint8_t *src, int16_t *pcm);

void ms_decode_c(const struct adpcm_blocks *, const int16_t (*weights)[2], unsigned predictors,
                 const uint8_t *src, int16_t *pcm);
void ms_encode_c(const struct adpcm_blocks *, const struct ms_predictor *, unsigned count,
                 unsigned quality, const int16_t *pcm, uint8_t *dst);

void yamaha_decode_c(const struct adpcm_blocks *, const uint8_t *src, int16_t *pcm);
void yamaha_greedy_c(const struct adpcm_blocks *, const int16_t *pcm, uint8_t *dst);
void yamaha_search_c(const struct adpcm_blocks *, unsigned quality, const int16_t *pcm,
                     uint8_t *dst);

void g722_encode_c(struct g722_coder *, const int16_t *pcm, uint8_t *octets, size_t n, int mode);
void g722_decode_c(struct g722_coder *, const uint8_t *octets, int16_t *pcm, size_t n, int mode);

void g726_encode_c(struct g726_coder *, const int16_t *pcm, uint8_t *codes, size_t n,
                   size_t stride);
void g726_decode_c(struct g726_coder *, const uint8_t *codes, int16_t *pcm, size_t n,
                   size_t stride);

void fir_c(const int16_t *x, const int16_t *rows, unsigned taps, const struct fir_place *, size_t n,
           int32_t *sums);

/* mdct32_c.c */
void dct4_32_c(const int32_t *x, int32_t *y, unsigned n, int shift);

void mpeg_scale_c(const int32_t *q, int32_t *x, const struct mpeg_gain *gains, unsigned count);
void mpeg_hybrid_c(int32_t x[MPEG_LINES], const struct mpeg_block *, struct mpeg_overlap *,
                   int32_t (*out)[MPEG_ROW], unsigned slot);

/* Two parts of `synthesize`: the matrixing, and making room for the next slots. */
void mpeg_matrix_c(const int32_t (*bands)[MPEG_ROW], struct mpeg_filter *, unsigned slots);
void mpeg_shift_c(struct mpeg_filter *, unsigned slots);

void mpeg_dct3_c(int32_t y[32]); /* the last step of dsp_mpeg_encoder_c.analyze, for a slot */

extern const struct dsp_gsm gsm610_kernels;
extern const struct dsp_celp dsp_celp_c;
extern const struct dsp_mdct dsp_mdct_c;
extern const struct dsp_mpeg dsp_mpeg_c;

#endif
