/* The boundaries of frames: every frame is padded to a cell of one size, or frames follow each
 * other without padding. */
#include <string.h>
#include "parser.h"

enum { ACTIVE_53 = 1 }; /* the two low bits of a 20-byte frame */

static unsigned info(uint8_t first) { return first & 3; }

/* Steps through n bytes, from cell to cell, or from frame to frame if cell is 0. Of the frames that
 * it meets, returns how many in 16 are of the same kind as the first one. */
static size_t share_of_kind(const uint8_t *in, size_t n, size_t cell)
{
    size_t met = 0, same = 0;

    for (size_t at = 0; at < n; at += cell ? cell : g7231_frame_bytes(in[at])) {
        met++;
        same += info(in[at]) == info(in[0]);
    }
    return 16 * same / met;
}

/* Decides at the first frame whose size differs from the cell's. It is in a cell if the rest of the
 * cell is zero. Some writers leave other bytes there: then 20-byte frames must recur at the
 * distance of cells. Silence in cells is always padded with zeros. */
static bool is_in_cell(const uint8_t *in, size_t n, size_t size, size_t cell)
{
    bool zero = true;

    if (size > cell)
        return false;
    for (size_t i = size; i < min_size(cell, n); i++)
        zero = zero && in[i] == 0;
    return zero ||
           (info(in[0]) == ACTIVE_53 && share_of_kind(in, n, cell) > share_of_kind(in, n, 0));
}

size_t g7231_frame_span(struct g7231_framing *framing, const uint8_t *in, size_t n, bool last)
{
    size_t size = g7231_frame_bytes(in[0]);

    if (framing->decided || size == framing->cell)
        return framing->cell ? framing->cell : size;
    if (n < framing->cell && size < framing->cell && !last)
        return framing->cell;
    framing->decided = true;
    if (!is_in_cell(in, n, size, framing->cell))
        framing->cell = 0;
    return framing->cell ? framing->cell : size;
}

/* Null, so that the frame is concealed, if it is illegal or longer than its cell. */
static const struct g7231_parameters *parse_frame(const uint8_t *in, size_t n,
                                                  struct g7231_parameters *out)
{
    return g7231_frame_bytes(in[0]) <= n && g7231_unpack(in, out) ? out : 0;
}

struct progress g7231_read_frame(struct g7231_reader *reader, const uint8_t *src, int16_t *pcm,
                                 struct offer offer)
{
    uint8_t bytes[G7231_LOOKAHEAD_BYTES];
    size_t buffered = reader->buffered, n = min_size(sizeof bytes, buffered + offer.in), span;
    struct g7231_parameters parameters;

    if (offer.out < G7231_FRAME || n == 0)
        return (struct progress){ 0, 0 };
    memcpy(bytes, reader->bytes, buffered);
    memcpy(bytes + buffered, src, n - buffered);
    span = g7231_frame_span(&reader->framing, bytes, n, offer.ending == END);
    if (n < span && offer.ending == END && n >= g7231_frame_bytes(bytes[0]))
        span = n; /* only the padding of the cell is incomplete */
    if (n < span) {
        reader->buffered = (uint8_t)(offer.ending == END ? 0 : n);
        memcpy(reader->bytes, bytes, reader->buffered);
        return (struct progress){ offer.in, 0 };
    }
    g7231_decode_frame(&reader->decoder, parse_frame(bytes, span, &parameters), pcm);
    reader->buffered = (uint8_t)(buffered > span ? buffered - span : 0);
    memcpy(reader->bytes, bytes + span, reader->buffered);
    return (struct progress){ buffered > span ? 0 : span - buffered, G7231_FRAME };
}
