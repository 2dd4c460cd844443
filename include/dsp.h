/* Kernels in several sets of instructions. Each set gives the same bits: tests/dsp compares them.
 *
 * The kernels of block ADPCM work on chains: a chain is one channel of one block, and several chains go side by side. Where they tell
 * how many blocks they did, they took as many from the start as fill whole groups, and the codec does the rest by itself.
 * A null pointer is a kernel that a set does not have: the codec's own code is the reference. */
#ifndef OMNIACM_DSP_H
#define OMNIACM_DSP_H

#include <stddef.h>
#include <stdint.h>
#include "dsp_gsm.h"
#include "dsp_speech.h"

enum { IMA_LAST_INDEX = 88 };

/* Blocks one after another, samples interleaved. */
struct adpcm_blocks {
    size_t count, bytes;            /* of a block */
    uint32_t samples;               /* of each channel of a block */
    unsigned channels;              /* 1 or 2, but where any number is said */
};

/* The newer sample's weight in the low half, the older one's in the high, in 256ths; and what the block's header calls them. */
struct ms_predictor {
    int32_t weights;
    uint8_t number;
};

struct dsp {
    void (*alaw_expand)(const uint8_t *src, int16_t *pcm, size_t n);
    void (*ulaw_expand)(const uint8_t *src, int16_t *pcm, size_t n);
    void (*alaw_compress)(const int16_t *pcm, uint8_t *dst, size_t n);
    void (*ulaw_compress)(const int16_t *pcm, uint8_t *dst, size_t n);

    /* 4 bits a code; all blocks, of any number of channels. */
    void (*ima_decode)(const struct adpcm_blocks *, const uint8_t *src, int16_t *pcm);
    /* The same; by the nearest code, or by a search of quality 1 or 2. Writes every byte that samples need and no other. */
    void (*ima_greedy)(const struct adpcm_blocks *, const int16_t *pcm, uint8_t *dst);
    void (*ima_search)(const struct adpcm_blocks *, unsigned quality, const int16_t *pcm, uint8_t *dst);

    /* `weights` of each predictor, the newer sample's first; in 256ths, above -32768. */
    size_t (*ms_decode)(const struct adpcm_blocks *, const int16_t (*weights)[2], unsigned predictors, const uint8_t *src,
                        int16_t *pcm);

    /* All blocks, of one of these predictors each, by a quality of 0 to 2. Into zeros. */
    void (*ms_encode)(const struct adpcm_blocks *, const struct ms_predictor *, unsigned count, unsigned quality, const int16_t *pcm,
                      uint8_t *dst);

    /* Blocks with headers. Blocks done; all blocks. */
    size_t (*yamaha_decode)(const struct adpcm_blocks *, const uint8_t *src, int16_t *pcm);
    void (*yamaha_greedy)(const struct adpcm_blocks *, const int16_t *pcm, uint8_t *dst);
    void (*yamaha_search)(const struct adpcm_blocks *, unsigned quality, const int16_t *pcm, uint8_t *dst);

    const struct dsp_gsm *gsm;                          /* dsp_gsm.h */
    const struct dsp_speech *speech;                    /* dsp_speech.h */
};

/* A set: 0 in plain C, 1 SSE2, 2 AVX2; or the best one below that was built. */
const struct dsp *dsp_set(unsigned simd);

extern const struct dsp dsp_portable, dsp_sse2, dsp_avx2;

/* IMA's steps, and their bytes, in whole rows of 16. */
extern const int32_t ima_steps[IMA_LAST_INDEX + 1];
extern const uint8_t ima_low_bytes[96], ima_high_bytes[96];

/* What each magnitude adds or takes. */
extern const uint16_t ima_changes[IMA_LAST_INDEX + 1][8];

/* One channel of one block of IMA ADPCM of 4 bits, by itself: as ima_decode and ima_greedy do it, and quicker than those for one.
 * `header` is the channel's; `samples`, at least 1, may be fewer than the block's: no byte is touched that those do not need. */
void ima_decode_alone(const uint8_t *header, int16_t *pcm, uint32_t samples, unsigned channels);
void ima_encode_alone(const int16_t *pcm, uint8_t *header, uint32_t samples, unsigned channels);

#endif
