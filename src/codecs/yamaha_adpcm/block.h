/* Yamaha ADPCM in plain C: sequences of codes (block.c), which both kinds of files have, and blocks
 * with headers. */
#ifndef OMNIACM_YAMAHA_ADPCM_BLOCK_H
#define OMNIACM_YAMAHA_ADPCM_BLOCK_H

#include "adpcm_step.h"
#include "dsp_c.h"

enum { YAMAHA_HEADER = 4, YAMAHA_STEP_MIN = 127, YAMAHA_STEP_MAX = 24576 };

/* The state of one channel. */
struct yamaha_state {
    int sample, step;
};

/* Convert n bytes: two codes of one channel each, or one code of each of two channels. */
void yamaha_decode_codes(struct yamaha_state states[2], unsigned channels, const uint8_t *src,
                         int16_t *pcm, size_t n);
void yamaha_encode_codes(struct yamaha_state states[2], unsigned channels, const int16_t *pcm,
                         uint8_t *dst, size_t n);

/* The header of a channel. */
struct yamaha_state yamaha_read_header(const uint8_t *src);
void yamaha_write_header(struct yamaha_state, uint8_t *dst);

/* The start of a block: the mean change between its first samples; and, for a step, the sample from
 * which code 0 leads to the first one. */
int yamaha_mean_change(const int16_t *pcm, uint32_t samples, unsigned channels);
struct yamaha_state yamaha_state_before(int first, int step);

#endif
