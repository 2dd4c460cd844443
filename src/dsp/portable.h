/* Kernels that sets without better ones share. */
#ifndef OMNIACM_PORTABLE_H
#define OMNIACM_PORTABLE_H

#include <stddef.h>
#include <stdint.h>

void portable_alaw_expand(const uint8_t *src, int16_t *pcm, size_t n);
void portable_ulaw_expand(const uint8_t *src, int16_t *pcm, size_t n);
void portable_alaw_compress(const int16_t *pcm, uint8_t *dst, size_t n);
void portable_ulaw_compress(const int16_t *pcm, uint8_t *dst, size_t n);

#endif
