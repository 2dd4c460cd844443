/* parser.c: frames of G.723.1 in a stream of bytes. */
#ifndef OMNIACM_G7231_PARSER_H
#define OMNIACM_G7231_PARSER_H

#include "codec.h"
#include "g7231.h"

enum { G7231_LOOKAHEAD_BYTES = 5 * G7231_FRAME_BYTES }; /* the most that a decision looks at */

struct g7231_framing {
    uint8_t cell; /* the size to which every frame is padded; 0: frames are not padded */
    bool decided; /* false: `cell` is from the header, and no frame has confirmed it yet */
};

/* The size of the frame at `in`, padding included. n > 0 bytes are available; a result above n asks
 * for more. `last`: no more follow. */
size_t g7231_frame_span(struct g7231_framing *, const uint8_t *in, size_t n, bool last);

struct g7231_reader {
    struct g7231_decoder decoder;
    struct g7231_framing framing;
    uint8_t buffered, bytes[G7231_FRAME_BYTES]; /* the beginning of a frame */
};

/* One frame, as codec.h's run does; an incomplete frame makes no output. */
struct progress g7231_read_frame(struct g7231_reader *, const uint8_t *src, int16_t *pcm,
                                 struct offer);

#endif
