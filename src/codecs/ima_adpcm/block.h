/* One channel of a block of IMA ADPCM, in plain C: of 4 bits a code (block4.c) and of 3 (block3.c).
 *
 * `header` is the channel's; `samples`, at least 1, may be fewer than the block holds: no byte is
 * touched that those do not need. Where to write 3-bit codes must be zeroed. */
#ifndef OMNIACM_IMA_ADPCM_BLOCK_H
#define OMNIACM_IMA_ADPCM_BLOCK_H

#include <stdint.h>
#include "ima_tables.h"

enum { IMA_HEADER = 4 };

void ima_decode_channel4(const uint8_t *header, int16_t *pcm, uint32_t samples, unsigned channels);
void ima_encode_channel4(const int16_t *pcm, uint8_t *header, uint32_t samples, unsigned channels);
void ima_decode_channel3(const uint8_t *header, int16_t *pcm, uint32_t samples, unsigned channels);
void ima_encode_channel3(const int16_t *pcm, uint8_t *header, uint32_t samples, unsigned channels);

/* The index of the least step that is not below the mean difference between a block's first
 * samples. */
int ima_mean_index(const int16_t *pcm, uint32_t samples, unsigned channels);

#endif
