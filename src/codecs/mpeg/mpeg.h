/* The decoder of all layers, and what the formats of both tags share. */
#ifndef OMNIACM_MPEG_MPEG_H
#define OMNIACM_MPEG_MPEG_H

#include "codec.h"
#include "encoder.h"
#include "layer3.h"
#include "sync.h"

enum { MPEG_FRAME_SAMPLES = 2 * 2 * MPEG_GRANULE }; /* of both channels, at most */

struct mpeg_decoder {
    const struct dsp_mpeg *dsp;
    struct mpeg_header format; /* what the stream should have */
    unsigned channels;         /* of the output */
    unsigned nominal;          /* frames of the format's blocks */
    unsigned given, ready;     /* of pcm, in samples */
    struct mpeg_sync sync;
    struct mpeg_filter filters[2];
    mpeg_subbands bands[2];
    struct layer3_decoder layer3;
    int16_t pcm[MPEG_FRAME_SAMPLES];
};

extern const struct codec_decoder mpeg_decoder;
extern const struct codec_encoder mpeg_layer3_encoder, mpeg_layer2_encoder;

#endif
