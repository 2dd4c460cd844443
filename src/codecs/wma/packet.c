/* The bit reservoir. A packet begins with 4 bits that count packets, 4 that count the frames that
 * end in it, and the number of bits by which the first of them, which began in the packet before,
 * continues. */
#include <string.h>
#include "wma.h"

/* Appends bits to the frame that has begun; what does not fit is lost with it. */
static void append(struct wma_reservoir *reservoir, struct bit_reader *in, uint32_t bits)
{
    uint8_t *tail = reservoir->tail + reservoir->tail_bytes;

    if (reservoir->tail_bytes + (bits + 7) / 8 > WMA_TAIL) {
        reservoir->lost = true;
        return;
    }
    for (; bits >= 8; bits -= 8)
        *tail++ = (uint8_t)bits_read(in, 8);
    if (bits > 0)
        *tail = (uint8_t)(bits_read(in, bits) << (8 - bits));
}

/* No frame ends in this packet. */
static void append_all(struct wma_reservoir *reservoir, unsigned bytes)
{
    append(reservoir, &reservoir->in, (bytes - 1) * 8);
    reservoir->tail_bytes = reservoir->lost ? 0 : reservoir->tail_bytes + bytes - 1;
}

void wma_take_packet(struct wma_decoder *state, const uint8_t *src)
{
    struct wma_reservoir *reservoir = &state->reservoir;
    unsigned bytes = state->setup.format.block_bytes, frames;
    uint32_t rest;

    memcpy(reservoir->packet, src, bytes);
    reservoir->in = (struct bit_reader){ reservoir->packet, bytes * 8, 4 };
    reservoir->lost = false;
    frames = bits_read(&reservoir->in, 4);
    if (frames == 0 && reservoir->tail_bytes == 0)
        return;
    if (reservoir->tail_bytes == 0)
        frames--;
    reservoir->frames = frames;
    if (frames == 0) {
        append_all(reservoir, bytes);
        return;
    }
    rest = bits_read(&reservoir->in, state->setup.offset_bits + 3);
    reservoir->spanning = reservoir->tail_bytes > 0;
    reservoir->lost = rest > bits_left(&reservoir->in);
    if (reservoir->lost)
        return;
    reservoir->tail_bits = rest;
    if (reservoir->spanning)
        append(reservoir, &reservoir->in, rest);
    else
        reservoir->in.at += rest;
    state->reset = state->reset || !reservoir->spanning;
}

/* The rest of a packet begins the next frame. */
static void leave_rest(struct wma_reservoir *reservoir, unsigned bytes)
{
    unsigned at = reservoir->in.at / 8;

    reservoir->tail_bytes = reservoir->lost || at >= bytes ? 0 : bytes - at;
    reservoir->tail_at = reservoir->in.at % 8;
    memcpy(reservoir->tail, reservoir->packet + (reservoir->tail_bytes ? at : 0),
           reservoir->tail_bytes);
}

/* After a damaged frame, the others of the packet are lost, but not their time. */
void wma_next_frame(struct wma_decoder *state, int16_t *pcm)
{
    struct wma_reservoir *reservoir = &state->reservoir;
    struct bit_reader tail = { reservoir->tail,
                               (reservoir->tail_bytes + (reservoir->tail_bits + 7) / 8) * 8,
                               reservoir->tail_at };

    if (reservoir->lost)
        wma_lose_frame(state, pcm);
    else
        reservoir->lost =
            !wma_decode_frame(state, reservoir->spanning ? &tail : &reservoir->in, pcm);
    if (reservoir->spanning)
        state->reset = true;
    reservoir->spanning = false;
    reservoir->frames--;
    if (reservoir->frames == 0)
        leave_rest(reservoir, state->setup.format.block_bytes);
}
