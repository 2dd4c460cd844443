/* The G.711 kernels in plain C: include/g711.h applied to each sample. */
#include "dsp_c.h"
#include "g711.h"

void alaw_expand_c(const uint8_t *src, int16_t *pcm, size_t n)
{
    for (size_t i = 0; i < n; i++)
        pcm[i] = alaw_expand(src[i]);
}

void ulaw_expand_c(const uint8_t *src, int16_t *pcm, size_t n)
{
    for (size_t i = 0; i < n; i++)
        pcm[i] = ulaw_expand(src[i]);
}

void alaw_compress_c(const int16_t *pcm, uint8_t *dst, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = alaw_compress(pcm[i]);
}

void ulaw_compress_c(const int16_t *pcm, uint8_t *dst, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = ulaw_compress(pcm[i]);
}
