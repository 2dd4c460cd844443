/* The kernels of MPEG audio's decoders: ISO/IEC 11172-3 (1993), 2.4.3.
 *
 * From the dequantizer on, values have Q26, so that full scale is 2^26 and 32 times full scale fits
 * 32 bits. Products are rounded to nearest. Sums and products wrap: only damaged streams get there,
 * and only the samples of 16 bits are saturated. */
#ifndef OMNIACM_DSP_MPEG_H
#define OMNIACM_DSP_MPEG_H

#include <stdint.h>

enum {
    MPEG_LINES = 576, /* of a granule, 18 for each of 32 bands */
    MPEG_BANDS = 32,
    MPEG_SLOTS = 36,    /* most samples of a band in a call */
    MPEG_ROW = 40,      /* MPEG_SLOTS, and room for whole registers */
    MPEG_HISTORY = 16,  /* earlier samples that the window covers, and one more */
    MPEG_GAINS = 40,    /* most runs of lines with one gain */
    MPEG_LONG_TYPE = 0, /* types of blocks, as in block_type */
    MPEG_SHORT_TYPE = 2
};

/* The lines before `end`, from the end of the run before on, are multiplied by mantissa / 2^32, and
 * the rounded product is shifted to the right by `shift`, rounded to nearest again; for a negative
 * shift, they are multiplied by mantissa 2^(-shift - 32). `shift` is -31 to 31. */
struct mpeg_gain {
    int32_t mantissa;
    int16_t shift;
    uint16_t end; /* even, at most MPEG_LINES; the last one may be followed by zeros */
};

/* A granule of one channel: the type of its window; how many of the lowest bands have the normal
 * window instead (mixed blocks), 0, 2 or 4; and how many bands, from the lowest, are not 0. */
struct mpeg_block {
    uint8_t type, long_bands, bands;
};

/* The second halves of the windows of the granule before, with the bands side by side; those from
 * `bands` on are 0. */
struct mpeg_overlap {
    int32_t x[18][MPEG_BANDS];
    unsigned bands;
};

typedef int32_t mpeg_subbands[MPEG_BANDS][MPEG_ROW];

/* The matrixing of the last slots, Q23 in 29 bits: the DCT, v[n] = sum of s[k] cos(pi/64 n (2k+1)).
 */
struct mpeg_filter {
    int32_t v[MPEG_BANDS][MPEG_HISTORY + MPEG_ROW + 8]; /* room for whole registers */
};

struct dsp_mpeg {
    /* Requantization: the gains of a granule. `q` and `x` have room for 8 lines more. */
    void (*scale)(const int32_t *q, int32_t *x, const struct mpeg_gain *gains, unsigned count);

    /* Alias reduction, inverse MDCT, overlap and frequency inversion of a granule. The lines of x
     * are in the order of bands; a short block's are those of its three windows in turn. They are
     * read up to mpeg_lines_read(). `out` gets 18 samples of each band, at the given slot; x is
     * used up. */
    void (*hybrid)(int32_t x[MPEG_LINES], const struct mpeg_block *, struct mpeg_overlap *,
                   int32_t (*out)[MPEG_ROW], unsigned slot);

    /* The synthesis filter bank: `slots` samples of each band, at most MPEG_SLOTS, become 32 times
     * as many samples, interleaved if there are two channels. */
    void (*synthesize)(struct mpeg_filter *, const mpeg_subbands *, unsigned channels,
                       unsigned slots, int16_t *pcm);
};

/* Kernels take eight bands at once, and the alias reduction adds a band. */
static inline unsigned mpeg_lines_read(unsigned bands)
{
    return bands < MPEG_BANDS ? (bands + 8) / 8 * 8 * 18 : MPEG_LINES;
}

extern const struct dsp_mpeg dsp_mpeg_c;
#endif
