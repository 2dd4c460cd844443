/* Frames of G.723.1 in a stream of bytes: framing.c. */
#ifndef OMNIACM_G7231_FRAMING_H
#define OMNIACM_G7231_FRAMING_H

#include "codec.h"
#include "g7231.h"

enum { G7231_LOOKAHEAD_BYTES = 5 * G7231_FRAME_BYTES }; /* how far the framing is looked for */

struct g7231_framing {
    uint8_t cell; /* bytes that every frame takes, padded; 0: each takes its own */
    bool decided; /* false: so the format says, but no frame has shown it yet */
};

/* The bytes that the frame at `in` takes, of which n > 0 can be seen, the last ones or not; more
 * than n if it takes more, or more must be seen. */
size_t g7231_frame_span(struct g7231_framing *, const uint8_t *in, size_t n, bool last);

struct g7231_reader {
    struct g7231_decoder decoder;
    struct g7231_framing framing;
    uint8_t buffered, bytes[G7231_FRAME_BYTES]; /* the beginning of a frame */
};

/* One frame, as codec.h's run does; nothing is made where the frame is incomplete. */
struct progress g7231_read_frame(struct g7231_reader *, const uint8_t *src, int16_t *pcm,
                                 struct offer);

#endif
