/* The stages of an L&H SBC decoder, and the data that they exchange.
 *
 * The format was never published. What is known was found by comparing a file that Lernout &
 * Hauspie's encoder made with the original sound; README.md of src/codecs tells how. */
#ifndef OMNIACM_LH_SBC_H
#define OMNIACM_LH_SBC_H

#include <stdint.h>
#include "fixed.h"

enum {
    LH_SBC_FRAME = 128,
    LH_SBC_BANDS = 8,                             /* of 500 Hz */
    LH_SBC_SAMPLES = LH_SBC_FRAME / LH_SBC_BANDS, /* of a band */
    LH_SBC_ACTIVE_MAX = 6,                        /* bands that are coded */
    LH_SBC_FINE = 2,                              /* bands of them with nine levels */
    LH_SBC_SCALES = 32,
    LH_SBC_FRAME_BYTES_MAX = 37
};

/* frame.c: the samples of all bands, Q6. The first byte of a frame says which bands are active, the
 * lowest band in the lowest bit, and hence how long the frame is. */
int lh_sbc_frame_bytes(uint8_t active);
void lh_sbc_read_frame(const uint8_t *bytes, int32_t bands[LH_SBC_BANDS][LH_SBC_SAMPLES]);

/* The amplitude of a scale: the upper end of the highest level. */
int32_t lh_sbc_scale(unsigned code);

/* synthesis.c: a tree of quadrature mirror filters in three stages. A stage has seven samples of
 * memory for each of its nodes, of the sum and of the difference of the node's two bands. */
enum { LH_SBC_TAPS = 16, LH_SBC_MEMORY = LH_SBC_TAPS / 2 - 1 };
struct lh_sbc_node {
    int32_t sum[LH_SBC_MEMORY], difference[LH_SBC_MEMORY];
};
struct lh_sbc_synthesis {
    struct lh_sbc_node nodes[LH_SBC_BANDS - 1];
};
extern const int16_t lh_sbc_taps_q16[LH_SBC_TAPS];
void lh_sbc_synthesize(struct lh_sbc_synthesis *, int32_t bands[LH_SBC_BANDS][LH_SBC_SAMPLES],
                       int16_t pcm[LH_SBC_FRAME]);

#endif
