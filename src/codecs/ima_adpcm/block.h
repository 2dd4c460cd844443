/* One channel of an IMA ADPCM block in plain C, with 4-bit codes (block4.c) or 3-bit codes
 * (block3.c).
 *
 * `header` points to the channel's header. `samples` is at least 1 and may be smaller than what the
 * block holds: no byte that those samples do not need is read or written. The encoder of 3-bit
 * codes needs a zeroed block. */
#ifndef OMNIACM_IMA_ADPCM_BLOCK_H
#define OMNIACM_IMA_ADPCM_BLOCK_H

#include <stdint.h>
#include "ima_tables.h"

enum { IMA_HEADER = 4 };

void ima_decode_channel4(const uint8_t *header, int16_t *pcm, uint32_t samples, unsigned channels);
void ima_encode_channel4(const int16_t *pcm, uint8_t *header, uint32_t samples, unsigned channels);
void ima_decode_channel3(const uint8_t *header, int16_t *pcm, uint32_t samples, unsigned channels);
void ima_encode_channel3(const int16_t *pcm, uint8_t *header, uint32_t samples, unsigned channels);

/* The index of the smallest step that is not below the mean difference between the first samples of
 * a block. */
int ima_mean_index(const int16_t *pcm, uint32_t samples, unsigned channels);

#endif
