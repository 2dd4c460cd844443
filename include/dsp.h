/* Kernels: the inner loops that exist for several instruction sets. Every set has every kernel and
 * produces the same bits; the plain C (dsp_c.h) is the reference with which tests/dsp compares the
 * others. src/dsp/README.md explains how they work.
 *
 * The kernels of block ADPCM take any number of blocks. One channel of one block is a chain: each
 * of its codes depends on the previous one. A kernel runs one chain per lane. */
#ifndef OMNIACM_DSP_H
#define OMNIACM_DSP_H

#include <stddef.h>
#include <stdint.h>
#include "dsp_celp.h"
#include "dsp_gsm.h"
#include "dsp_mdct.h"
#include "dsp_mpeg.h"
#include "dsp_mpeg_encoder.h"
#include "dsp_spectrum.h"
#include "dsp_truespeech.h"

/* Contiguous blocks; the samples of several channels are interleaved. */
struct adpcm_blocks {
    size_t count, bytes; /* bytes: of one block */
    uint32_t samples;    /* per channel of a block; Microsoft: at least 2; Yamaha, DK3: even */
    unsigned channels;   /* 1 or 2; any number for IMA */
};

/* A predictor that an encoder may choose, with its number in the block header. The weights are in
 * 256ths, that of the newer sample in the low half, that of the older one in the high half. */
struct ms_predictor {
    int32_t weights;
    uint8_t number;
};

struct g722_coder; /* src/codecs/g722/g722.h */
struct g726_coder; /* src/codecs/g726/g726.h */

/* Where an output of a filter bank begins: in the samples, and in the coefficients. */
struct fir_place {
    uint32_t at, row;
};

/* Taps whose lower coefficients are added up before they are rounded. */
enum { FIR_SECTION = 256 };

struct dsp {
    void (*alaw_expand)(const uint8_t *src, int16_t *pcm, size_t n);
    void (*ulaw_expand)(const uint8_t *src, int16_t *pcm, size_t n);
    void (*alaw_compress)(const int16_t *pcm, uint8_t *dst, size_t n);
    void (*ulaw_compress)(const int16_t *pcm, uint8_t *dst, size_t n);

    /* Blocks of 4-bit codes. `samples` may be smaller than what a block holds; no byte that those
     * samples do not need is read or written. */
    void (*ima_decode)(const struct adpcm_blocks *, const uint8_t *src, int16_t *pcm);
    /* Encode the same blocks, with the nearest codes or by a search of quality 1 or 2. */
    void (*ima_greedy)(const struct adpcm_blocks *, const int16_t *pcm, uint8_t *dst);
    void (*ima_search)(const struct adpcm_blocks *, unsigned quality, const int16_t *pcm,
                       uint8_t *dst);

    /* Duck's blocks. DK3's are in stereo, and their number of samples is even. */
    void (*dk4_decode)(const struct adpcm_blocks *, const uint8_t *src, int16_t *pcm);
    void (*dk3_decode)(const struct adpcm_blocks *, const uint8_t *src, int16_t *pcm);

    /* `weights` lists the pairs of all predictors, the weight of the newer sample first, in 256ths
     * and above -32768. */
    void (*ms_decode)(const struct adpcm_blocks *, const int16_t (*weights)[2], unsigned predictors,
                      const uint8_t *src, int16_t *pcm);
    /* Encodes each block with the best of the given predictors, at quality 0 to 2. `dst` must be
     * zeroed. */
    void (*ms_encode)(const struct adpcm_blocks *, const struct ms_predictor *, unsigned count,
                      unsigned quality, const int16_t *pcm, uint8_t *dst);

    /* Blocks with headers; encoded with the nearest codes or by a search of quality 1 or 2. */
    void (*yamaha_decode)(const struct adpcm_blocks *, const uint8_t *src, int16_t *pcm);
    void (*yamaha_greedy)(const struct adpcm_blocks *, const int16_t *pcm, uint8_t *dst);
    void (*yamaha_search)(const struct adpcm_blocks *, unsigned quality, const int16_t *pcm,
                          uint8_t *dst);

    /* Convert n octets of G.722, which hold two samples each. The mode is 1, 2 or 3. */
    void (*g722_encode)(struct g722_coder *, const int16_t *pcm, uint8_t *octets, size_t n,
                        int mode);
    void (*g722_decode)(struct g722_coder *, const uint8_t *octets, int16_t *pcm, size_t n,
                        int mode);

    /* Convert n samples of one channel of G.726. Samples and codes are `stride` elements apart. */
    void (*g726_encode)(struct g726_coder *, const int16_t *pcm, uint8_t *codes, size_t n,
                        size_t stride);
    void (*g726_decode)(struct g726_coder *, const uint8_t *codes, int16_t *pcm, size_t n,
                        size_t stride);

    /* For each of n places, the sum of the products of `taps` samples from x[at] and coefficients:
     * rows[row + i] is the upper part of coefficient i, Q14, and rows[row + taps + i], 1/256 of
     * that and from -128 to 127, its lower part. The lower products of each FIR_SECTION taps are
     * rounded down to Q14. Sums wrap around. `taps` is a multiple of 16. */
    void (*fir)(const int16_t *x, const int16_t *rows, unsigned taps, const struct fir_place *,
                size_t n, int32_t *sums);

    const struct dsp_gsm *gsm;                   /* dsp_gsm.h */
    const struct dsp_celp *celp;                 /* dsp_celp.h */
    const struct dsp_mdct *mdct;                 /* dsp_mdct.h */
    const struct dsp_mpeg *mpeg;                 /* dsp_mpeg.h */
    const struct dsp_mpeg_encoder *mpeg_encoder; /* dsp_mpeg_encoder.h */
    const struct dsp_spectrum *spectrum;         /* dsp_spectrum.h */
    const struct dsp_truespeech *truespeech;     /* dsp_truespeech.h */
};

/* Returns a set: 0 is plain C, 1 is SSE2, 2 is AVX2. If the build lacks that set, returns the best
 * one below it. */
const struct dsp *dsp_set(unsigned simd);

extern const struct dsp dsp_portable, dsp_sse2, dsp_avx2;

#endif
