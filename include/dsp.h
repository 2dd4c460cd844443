/* Kernels: the inner loops that exist in several sets of instructions. Every set has every kernel
 * and gives the same bits; the reference is in plain C (dsp_c.h), and tests/dsp compares the others
 * with it. src/dsp/README.md says how they work.
 *
 * The kernels of block ADPCM take all blocks that they are given, in any number, and use as many
 * lanes as there are chains: a chain is one channel of one block. */
#ifndef OMNIACM_DSP_H
#define OMNIACM_DSP_H

#include <stddef.h>
#include <stdint.h>
#include "dsp_celp.h"
#include "dsp_gsm.h"

/* Blocks one after another, samples interleaved. */
struct adpcm_blocks {
    size_t count, bytes; /* bytes: of a block */
    uint32_t samples;    /* of each channel of a block; at least 1, of Microsoft's at least 2, of
                            Yamaha's even */
    unsigned channels;   /* 1 or 2; of IMA's any number */
};

/* A predictor that an encoder may choose: the newer sample's weight in the low half, the older
 * one's in the high, in 256ths; and its number in the block's header. */
struct ms_predictor {
    int32_t weights;
    uint8_t number;
};

struct dsp {
    void (*alaw_expand)(const uint8_t *src, int16_t *pcm, size_t n);
    void (*ulaw_expand)(const uint8_t *src, int16_t *pcm, size_t n);
    void (*alaw_compress)(const int16_t *pcm, uint8_t *dst, size_t n);
    void (*ulaw_compress)(const int16_t *pcm, uint8_t *dst, size_t n);

    /* 4 bits a code. `samples` may be fewer than the bytes of a block hold; no byte is read or
     * written that these do not need. */
    void (*ima_decode)(const struct adpcm_blocks *, const uint8_t *src, int16_t *pcm);
    /* The same; by the nearest code, or by a search of quality 1 or 2. */
    void (*ima_greedy)(const struct adpcm_blocks *, const int16_t *pcm, uint8_t *dst);
    void (*ima_search)(const struct adpcm_blocks *, unsigned quality, const int16_t *pcm,
                       uint8_t *dst);

    /* `weights` of each predictor, the newer sample's first; in 256ths, above -32768. */
    void (*ms_decode)(const struct adpcm_blocks *, const int16_t (*weights)[2], unsigned predictors,
                      const uint8_t *src, int16_t *pcm);
    /* Each block by the best of these predictors, with quality 0 to 2. `dst` must be zeroed. */
    void (*ms_encode)(const struct adpcm_blocks *, const struct ms_predictor *, unsigned count,
                      unsigned quality, const int16_t *pcm, uint8_t *dst);

    /* Blocks with headers; by the nearest code, or by a search of quality 1 or 2. */
    void (*yamaha_decode)(const struct adpcm_blocks *, const uint8_t *src, int16_t *pcm);
    void (*yamaha_greedy)(const struct adpcm_blocks *, const int16_t *pcm, uint8_t *dst);
    void (*yamaha_search)(const struct adpcm_blocks *, unsigned quality, const int16_t *pcm,
                          uint8_t *dst);

    const struct dsp_gsm *gsm;   /* dsp_gsm.h */
    const struct dsp_celp *celp; /* dsp_celp.h */
};

/* A set: 0 in plain C, 1 SSE2, 2 AVX2; or the best one below that was built. */
const struct dsp *dsp_set(unsigned simd);

extern const struct dsp dsp_portable, dsp_sse2, dsp_avx2;

#endif
