/* The encoder of Layer III. */
#ifndef OMNIACM_MPEG_LAYER3_ENCODER_H
#define OMNIACM_MPEG_LAYER3_ENCODER_H

#include "encoder.h"

enum {
    L3_PART_BITS = 4095, /* the most bits of a granule of a channel */
    L3_VALUE_MOST = 8191 + 15,
    L3_CLASSES = 7 /* of Huffman tables */
};

/* How the lines of a granule of a channel are coded. */
struct l3_code {
    uint16_t big_values; /* lines in pairs */
    uint16_t quadruples;
    uint16_t edge[2];         /* the first lines of regions 1 and 2 */
    uint8_t region_count[2];  /* scale-factor bands less one, as in the side information */
    uint8_t table[3], table1; /* of the regions; 0 or 1 for the quadruples */
    uint32_t bits;
};

/* A granule of a channel. The signs are those of the lines. */
struct l3_part {
    uint8_t block_type, gain;
    uint16_t compress; /* scalefac_compress */
    uint8_t factor[MPEG_LONG_BANDS], factor_bits;
    uint8_t group[4], lengths[4]; /* factors of each length, and the lengths in bits */
    struct l3_code code;
    uint16_t q[MPEG_GRANULE];
};

struct l3_encoder {
    struct mpeg_encoder base;
    uint8_t granules;
    uint16_t cutoff;         /* the lines from here on are 0 */
    uint32_t reservoir_most; /* bytes */
    uint32_t usual_entropy;
    bool is_short[3]; /* the last granule, this one and the next one */
    uint8_t last_gain[2];
    uint32_t loudness[2][2];       /* of the last parts of a granule */
    int32_t x[2][2][MPEG_GRANULE]; /* by granule and channel */
    uint32_t powers[MPEG_GRANULE];
    unsigned power_shift; /* the powers are divided by 2^power_shift */
    struct mpeg_levels levels[2][4];
    struct l3_part part[2][2], attempt;
    uint64_t lengths[L3_CLASSES][256];
    uint8_t main_data[4 * (L3_PART_BITS / 8 + 1) + 8];
};

#endif
