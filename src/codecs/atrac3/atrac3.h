/* The stages of ATRAC3, and the data that they exchange.
 *
 * The format was never published. FFmpeg's decoder, whose authors recovered it, is the public
 * source. A block holds 1024 samples of each channel as a sound unit: the coefficients of four
 * bands of 256, each the MDCT of a quarter of the spectrum, whose level can change within the
 * block (gain control). Two stages of quadrature mirror filters join the bands. In joint stereo,
 * two units are a mixture of left and right. */
#ifndef OMNIACM_ATRAC3_H
#define OMNIACM_ATRAC3_H

#include <stdbool.h>
#include <stdint.h>
#include "bit_reader.h"
#include "dsp.h"

enum {
    ATRAC3_FRAME = 1024,
    ATRAC3_BANDS = 4,
    ATRAC3_BAND = 256, /* coefficients, and samples */
    ATRAC3_CHANNELS = 8,
    ATRAC3_UNIT_MOST = 192, /* bytes */
    ATRAC3_POINTS = 7,
    ATRAC3_TAPS = 24, /* of each phase of a quadrature mirror filter */
    ATRAC3_Q = 12     /* of coefficients and samples */
};

/* Gain control of a band in one block. The gain is 2^(4 - level) up to a location, in eights of
 * samples, where it changes within eight samples to that of the next point, and after the last one
 * to 1. Locations rise. */
struct atrac3_gain {
    uint8_t points;
    uint8_t level[ATRAC3_POINTS], location[ATRAC3_POINTS];
};

/* unit.c: a sound unit while it is read. */
struct atrac3_unit {
    struct atrac3_gain gain[ATRAC3_BANDS];
    uint16_t spectrum, tonal; /* where the coefficients of either kind end */
    int32_t x[ATRAC3_FRAME];
};

/* False if the unit is damaged. The second unit of joint stereo has a shorter identifier. */
bool atrac3_read_unit(struct bit_reader *, bool second, struct atrac3_unit *);

/* synthesis.c */
struct atrac3_filter {
    int32_t sum[ATRAC3_TAPS - 1], difference[ATRAC3_TAPS - 1];
};

struct atrac3_channel {
    struct atrac3_gain gain[ATRAC3_BANDS];       /* of the last block, for this one */
    int32_t last[ATRAC3_BANDS][ATRAC3_BAND / 2]; /* the first half of the last DCT-IV */
    struct atrac3_filter low, high, full;
};

/* The samples of the four bands; the unit is used up. */
void atrac3_bands(const struct dsp_mdct *, struct atrac3_channel *, struct atrac3_unit *,
                  int32_t bands[ATRAC3_BANDS][ATRAC3_BAND]);

/* Joins the bands. */
void atrac3_join(struct atrac3_channel *, int32_t bands[ATRAC3_BANDS][ATRAC3_BAND],
                 int32_t out[ATRAC3_FRAME]);

/* stereo.c: how a pair of channels is mixed; the last elements are those of the newest block. Each
 * parameter takes effect with a delay of one block, and the change from the one before it takes
 * eight samples. */
struct atrac3_weight {
    bool swapped;
    uint8_t index;
};

struct atrac3_stereo {
    uint8_t matrix[3][ATRAC3_BANDS];
    struct atrac3_weight weight[3];
};

void atrac3_stereo_reset(struct atrac3_stereo *);
void atrac3_read_stereo(struct bit_reader *, struct atrac3_stereo *);
void atrac3_unmix(const struct atrac3_stereo *, int32_t a[ATRAC3_BANDS][ATRAC3_BAND],
                  int32_t b[ATRAC3_BANDS][ATRAC3_BAND]);

/* decoder.c */
struct atrac3_decoder {
    const struct dsp_mdct *dsp;
    unsigned channels;   /* of the output */
    unsigned unit_bytes; /* of one channel, and half the bytes of a pair in joint stereo */
    unsigned block_bytes;
    bool joint;
    struct atrac3_channel channel[ATRAC3_CHANNELS];
    struct atrac3_stereo stereo[ATRAC3_CHANNELS / 2];
};

void atrac3_reset(struct atrac3_decoder *);

/* Decodes a block to interleaved samples. */
void atrac3_decode(struct atrac3_decoder *, const uint8_t *src, int16_t *pcm);

#endif
