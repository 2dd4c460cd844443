/* The masking model of the encoders. Levels are logarithms of energies to the base 2, in Q8; full
 * scale of a line is 2^25. */
#ifndef OMNIACM_MPEG_MASKING_H
#define OMNIACM_MPEG_MASKING_H

#include "tables.h"

enum { MPEG_BANDS_MOST = 3 * MPEG_SHORT_BANDS };

/* The scale-factor bands of a granule in the order of the bitstream: bands, short blocks, lines. */
struct mpeg_bands {
    uint16_t start[MPEG_BANDS_MOST + 1];
    uint8_t count, windows;           /* 22 and 1, or 39 and 3 */
    uint8_t bark_q3[MPEG_BANDS_MOST]; /* the middle, in eighths of a bark */
    int16_t quiet[MPEG_BANDS_MOST];   /* the level of the threshold in quiet */
};

struct mpeg_levels {
    int32_t energy[MPEG_BANDS_MOST], threshold[MPEG_BANDS_MOST];
    uint32_t entropy; /* the bits that noise at the threshold would take, more or less */
};

struct mpeg_masking {
    uint8_t channels;
    bool limits_rise;           /* of thresholds from one granule to the next */
    struct mpeg_bands bands[2]; /* long, short */
    int32_t last[2][MPEG_BANDS_MOST];
};

/* The inverse of log2_near, rounded down, and less than 2^26. */
static inline uint32_t mpeg_exp2(int32_t x)
{
    int32_t m = x & 255, whole = x >> 8;
    uint32_t y = 256 + (uint32_t)(m - (m * (256 - m) * 88 >> 16));

    if (whole > 24)
        return UINT32_MAX / 64;
    if (whole < 0)
        return 0;
    return whole >= 8 ? y << (whole - 8) : y >> (8 - whole);
}

int32_t mpeg_bark(int32_t hz); /* Q8 */

void mpeg_masking_init(struct mpeg_masking *, const struct mpeg_header *);

/* Sets the levels of each channel of a granule. */
void mpeg_find_levels(struct mpeg_masking *, const int32_t (*x)[MPEG_GRANULE], bool is_short,
                      struct mpeg_levels levels[2]);

/* Sets those of the middle and the side channel, behind those of left and right. */
void mpeg_add_mid_side(const struct mpeg_masking *, const int32_t (*x)[MPEG_GRANULE], bool is_short,
                       struct mpeg_levels levels[4]);

/* Middle and side, (a + b) / sqrt 2 and (a - b) / sqrt 2, in the place of left and right. */
void mpeg_mid_side(int32_t a[MPEG_GRANULE], int32_t b[MPEG_GRANULE]);

#endif
