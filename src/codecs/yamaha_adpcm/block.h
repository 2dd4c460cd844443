/* Yamaha's ADPCM in plain C: chains of codes (block.c), which both forms of files have, and blocks
 * with headers. */
#ifndef OMNIACM_YAMAHA_ADPCM_BLOCK_H
#define OMNIACM_YAMAHA_ADPCM_BLOCK_H

#include "adpcm_step.h"
#include "dsp_c.h"

enum { YAMAHA_HEADER = 4, YAMAHA_STEP_LEAST = 127, YAMAHA_STEP_MOST = 24576 };

/* What one channel knows between two codes. */
struct yamaha_chain {
    int sample, step;
};

/* n bytes: two codes of one channel each, or a code of both channels. */
void yamaha_decode_codes(struct yamaha_chain chains[2], unsigned channels, const uint8_t *src,
                         int16_t *pcm, size_t n);
void yamaha_encode_codes(struct yamaha_chain chains[2], unsigned channels, const int16_t *pcm,
                         uint8_t *dst, size_t n);

/* A channel's header. */
struct yamaha_chain yamaha_read_header(const uint8_t *src);
void yamaha_write_header(struct yamaha_chain, uint8_t *dst);

/* What a block begins with: the mean change between its first samples; and for a step, the sample
 * from which code 0 leads to the first one. */
int yamaha_mean_change(const int16_t *pcm, uint32_t samples, unsigned channels);
struct yamaha_chain yamaha_chain_before(int first, int step);

#endif
