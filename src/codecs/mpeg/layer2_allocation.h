/* How the encoder of Layer II divides the bits of a frame. */
#ifndef OMNIACM_MPEG_LAYER2_ALLOCATION_H
#define OMNIACM_MPEG_LAYER2_ALLOCATION_H

#include "layer2_encoder.h"

/* 2^(i/3), Q30. */
extern const int32_t l2_thirds[3];

void l2_allocation_init(struct l2_encoder *);

/* The quantizer of an allocation other than 0 of a subband. */
const struct mpeg_quantizer *l2_quantizer(const struct l2_encoder *, unsigned subband,
                                          unsigned code);

/* Sets the allocations of all subbands, whose scale factors are set; `bits` are those of scfsi,
 * scale factors and samples. */
void l2_allocate(struct l2_encoder *, uint32_t bits);

#endif
