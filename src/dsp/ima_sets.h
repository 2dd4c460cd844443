/* The kernels of IMA ADPCM in each set: dsp.h says what they do. */
#ifndef OMNIACM_IMA_SETS_H
#define OMNIACM_IMA_SETS_H

#include "dsp.h"

#define IMA_KERNELS(set) \
    void set##_ima_decode(const struct adpcm_blocks *, const uint8_t *src, int16_t *pcm); \
    void set##_ima_greedy(const struct adpcm_blocks *, const int16_t *pcm, uint8_t *dst); \
    void set##_ima_search(const struct adpcm_blocks *, unsigned quality, const int16_t *pcm, uint8_t *dst);
IMA_KERNELS(portable)
IMA_KERNELS(sse2)
IMA_KERNELS(avx2)

#endif
