/* Where one frame ends and the next begins: every frame in a cell of one size, or one behind the
 * other. */
#include <string.h>
#include "framing.h"

enum { ACTIVE_53 = 1 }; /* the two low bits of a 20-byte frame */

static unsigned info(uint8_t first) { return first & 3; }

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Of the frames that a walk meets in n bytes, how many in 16 are of the first one's kind; cell 0
 * walks from frame to frame. */
static size_t alike(const uint8_t *in, size_t n, size_t cell)
{
    size_t met = 0, same = 0;

    for (size_t at = 0; at < n; at += cell ? cell : g7231_frame_bytes(in[at])) {
        met++;
        same += info(in[at]) == info(in[0]);
    }
    return 16 * same / met;
}

/* The first frame that is not as long as a cell tells: the rest of its cell is zero; or, if a
 * writer left something else there, 20-byte frames come in the rhythm of cells. Silence in cells is
 * always padded with zeros. */
static bool in_cells(const uint8_t *in, size_t n, size_t size, size_t cell)
{
    bool zero = true;

    if (size > cell)
        return false;
    for (size_t i = size; i < smaller(cell, n); i++)
        zero = zero && in[i] == 0;
    return zero || (info(in[0]) == ACTIVE_53 && alike(in, n, cell) > alike(in, n, 0));
}

size_t g7231_frame_span(struct g7231_framing *framing, const uint8_t *in, size_t n, bool last)
{
    size_t size = g7231_frame_bytes(in[0]);

    if (framing->decided || size == framing->cell)
        return framing->cell ? framing->cell : size;
    if (n < framing->cell && size < framing->cell && !last)
        return framing->cell;
    framing->decided = true;
    if (!in_cells(in, n, size, framing->cell))
        framing->cell = 0;
    return framing->cell ? framing->cell : size;
}

/* A frame longer than its cell is damaged: it is concealed. */
static const struct g7231_parameters *read(const uint8_t *in, size_t n,
                                           struct g7231_parameters *out)
{
    return g7231_frame_bytes(in[0]) <= n && g7231_unpack(in, out) ? out : 0;
}

struct progress g7231_read_frame(struct g7231_reader *reader, const uint8_t *src, int16_t *pcm,
                                 struct offer offer)
{
    uint8_t seen[G7231_LOOKAHEAD_BYTES];
    size_t kept = reader->buffered, n = smaller(sizeof seen, kept + offer.in), unit;
    struct g7231_parameters parameters;

    if (offer.out < G7231_FRAME || n == 0)
        return (struct progress){ 0, 0 };
    memcpy(seen, reader->bytes, kept);
    memcpy(seen + kept, src, n - kept);
    unit = g7231_frame_span(&reader->framing, seen, n, offer.ending == END);
    if (n < unit && offer.ending == END && n >= g7231_frame_bytes(seen[0]))
        unit = n; /* the cell is incomplete, not the frame */
    if (n < unit) {
        reader->buffered = (uint8_t)(offer.ending == END ? 0 : n);
        memcpy(reader->bytes, seen, reader->buffered);
        return (struct progress){ offer.in, 0 };
    }
    g7231_decode_frame(&reader->decoder, read(seen, unit, &parameters), pcm);
    reader->buffered = (uint8_t)(kept > unit ? kept - unit : 0);
    memcpy(reader->bytes, seen + unit, reader->buffered);
    return (struct progress){ kept > unit ? 0 : unit - kept, G7231_FRAME };
}
