/* Layers I and II: ISO/IEC 11172-3 (1993), 2.4.1.5, 2.4.1.6 and 2.4.3.1 to 2.4.3.3. */
#ifndef OMNIACM_MPEG_LAYER12_H
#define OMNIACM_MPEG_LAYER12_H

#include "dsp_mpeg.h"
#include "tables.h"

/* Decode a frame to the subbands of its channels: 12 samples of each in Layer I, 36 in Layer II. */
void layer1_decode(const struct mpeg_header *, const uint8_t *frame, unsigned bytes,
                   mpeg_subbands *bands);
void layer2_decode(const struct dsp_mpeg *, const struct mpeg_header *, const uint8_t *frame,
                   unsigned bytes, mpeg_subbands *bands);

#endif
