/* Frames of G.723.1 in a stream of bytes: framing.c. */
#ifndef OMNIACM_G7231_FRAMING_H
#define OMNIACM_G7231_FRAMING_H

#include "codec.h"
#include "g7231.h"

enum { FRAMING_SEEN = 5 * FRAME_BYTES }; /* how far the framing is looked for */

struct framing {
    uint8_t cell; /* bytes that every frame takes, padded; 0: each takes its own */
    bool settled; /* false: so the format says, but no frame has shown it yet */
};

/* The bytes that the frame at `in` takes, of which n > 0 can be seen, the last ones or not; more
 * than n if it takes more, or more must be seen. */
size_t framing_unit(struct framing *, const uint8_t *in, size_t n, bool last);

struct reader {
    struct decoder decoder;
    struct framing framing;
    uint8_t kept, bytes[FRAME_BYTES]; /* the beginning of a frame */
};

/* One frame, as codec.h's run does; nothing is made where the frame is incomplete. */
struct progress framing_decode(struct reader *, const uint8_t *src, int16_t *pcm, struct offer);

#endif
