/* The encoder of Layer II. */
#ifndef OMNIACM_MPEG_LAYER2_ENCODER_H
#define OMNIACM_MPEG_LAYER2_ENCODER_H

#include "encoder.h"

enum {
    L2_FULL_SCALE = 27, /* log2 of a subband's sample */
    L2_QUANTIZERS = 17,
    L2_CODES = 16, /* most allocations of a subband */
    L2_AHEAD = 3   /* allocations that are compared with the present one */
};

/* A subband of a frame and channel. Levels are logarithms of energies, as in masking.h. */
struct l2_band {
    uint8_t scale[3], select, scale_bits; /* the scale factors, and scfsi */
    uint8_t code;                         /* the allocation */
    uint8_t next;                         /* a better one */
    uint32_t need;                        /* the bits that it takes more */
    int32_t weight;                       /* how audible noise is */
    int32_t energy;
    int32_t unit, noise; /* the noise of one level; and that of `code` */
};

/* The steps from each allocation of a kind, except 0, to the next ones: the level of the noise that
 * they remove, relative to the present noise, less that of the bits. */
struct l2_gains {
    uint16_t bits[L2_CODES]; /* of the samples */
    int16_t gain[L2_CODES][L2_AHEAD];
};

struct l2_encoder {
    struct mpeg_encoder base;
    const struct mpeg_layer2 *table;
    int32_t levels_q8[L2_QUANTIZERS]; /* of each quantizer, as an energy */
    int32_t density[MPEG_LONG_BANDS]; /* barks per line of a scale-factor band */
    struct l2_band band[2][MPEG_SUBBANDS];
    struct l2_gains gains[MPEG_ALLOCATIONS];
    mpeg_slot codes[2][3 * MPEG_THIRD];
    int32_t x[2][MPEG_GRANULE];
    struct mpeg_levels levels[2][2]; /* of two granules */
};

#endif
