/* The encoders' loop: samples of a frame are collected, and frames leave when they are complete. */
#include <string.h>
#include "dsp.h"
#include "encoder.h"
#include "fixed.h"
#include "pending.h"

uint32_t mpeg_block_bytes(const struct mpeg_own *own)
{
    return mpeg_period_bytes(&own->encoded, own->period) +
           (own->padding != MPEG_UNPADDED ? own->period : 0);
}

void mpeg_encoder_init(struct mpeg_encoder *encoder, const struct mpeg_own *own,
                       const struct options *options)
{
    encoder->dsp = options->dsp->mpeg_encoder;
    encoder->header = own->encoded;
    encoder->quality = options->quality;
    encoder->channels = (uint8_t)mpeg_channels(&own->encoded);
    encoder->padding = own->padding;
    encoder->bit_rate_index = own->encoded.bit_rate_index;
    encoder->period = own->period;
    encoder->block_bytes = mpeg_block_bytes(own);
    encoder->frame = mpeg_frame_samples(&own->encoded);
    encoder->drained = UINT32_MAX;
    mpeg_masking_init(&encoder->masking, &own->encoded);
}

uint32_t mpeg_next_frame(struct mpeg_encoder *encoder)
{
    struct mpeg_header *header = &encoder->header;
    uint32_t rate = mpeg_sample_rate(header);

    header->bit_rate_index = encoder->bit_rate_index;
    if (++encoder->in_period >= encoder->period) {
        encoder->in_period = 0;
        if (encoder->period > 1)
            header->bit_rate_index++;
    }
    header->padding = encoder->padding == MPEG_PADDED;
    if (encoder->padding == MPEG_PADDED_EXACTLY) {
        encoder->padding_rest += encoder->frame / 8 * mpeg_bit_rate(header) % rate;
        header->padding = encoder->padding_rest >= rate;
        if (header->padding)
            encoder->padding_rest -= rate;
    }
    return mpeg_frame_bytes(header);
}

void mpeg_analyze(struct mpeg_encoder *encoder)
{
    unsigned slots = encoder->frame / MPEG_SUBBANDS;

    for (unsigned c = 0; c < encoder->channels; c++) {
        mpeg_slot *to = encoder->slots[c];

        memcpy(to, to + slots, MPEG_GRANULE_SLOTS * sizeof *to);
        encoder->dsp->analyze(encoder->pcm[c], to + MPEG_GRANULE_SLOTS, slots);
    }
}

/* Null samples are silence. */
static void fill(struct mpeg_encoder *encoder, const int16_t *pcm, uint32_t count)
{
    size_t history = MPEG_SLOT_HISTORY + encoder->look_ahead;

    for (unsigned c = 0; c < encoder->channels; c++) {
        int16_t *to = encoder->pcm[c] + history + encoder->filled;

        if (!pcm)
            memset(to, 0, count * sizeof *to);
        else
            for (uint32_t i = 0; i < count; i++)
                to[i] = pcm[i * encoder->channels + c];
    }
    encoder->filled += count;
    if (encoder->filled < encoder->frame)
        return;
    encoder->encode(encoder);
    for (unsigned c = 0; c < encoder->channels; c++)
        memmove(encoder->pcm[c], encoder->pcm[c] + encoder->frame, history * sizeof(int16_t));
    encoder->filled = 0;
}

/* At the end, silence follows until the decoder has made the last sample, and the last block is
 * complete. Returns false if nothing is left. */
static bool drain(struct mpeg_encoder *encoder)
{
    uint32_t room = encoder->frame - encoder->filled;

    if (encoder->drained < encoder->delay || encoder->in_period != 0) {
        encoder->drained += room;
        fill(encoder, 0, room);
        return true;
    }
    if (encoder->pending.frames == 0)
        return false;
    mpeg_put(encoder, 0, encoder->pending.free);
    return true;
}

/* Bytes of main data before a frame: what main_data_begin can say, and MPEG_WAITING frames hold. */
uint32_t mpeg_reservoir(const struct mpeg_header *header)
{
    uint32_t bytes = mpeg_frame_bytes(header) - MPEG_HEADER_BYTES - mpeg_side_bytes(header);
    uint32_t most = mpeg_is_lsf(header) ? 255 : 511;

    return bytes * MPEG_WAITING < most ? bytes * MPEG_WAITING : most;
}

uint32_t mpeg_encoder_delay(const struct mpeg_header *header)
{
    uint32_t bytes;

    if (header->layer != 3)
        return L2_DELAY;
    bytes = mpeg_frame_bytes(header) - MPEG_HEADER_BYTES - mpeg_side_bytes(header);
    return L3_DELAY + L3_DECODER_DELAY +
           (mpeg_reservoir(header) + bytes - 1) / bytes * mpeg_frame_samples(header);
}

struct progress mpeg_encode(void *state, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct mpeg_encoder *encoder = state;
    struct progress done = { 0, 0 };

    for (;;) {
        /* A block that is full waits until the one that follows has all its samples. */
        uint32_t full = encoder->in_period == 0 ? mpeg_full_block(encoder) : 0;
        uint32_t left = (encoder->period - encoder->in_period) * encoder->frame - encoder->filled;
        size_t in = (offer.in - done.used) / encoder->channels;

        if (full > offer.out - done.made)
            return done;
        if (full > 0) {
            mpeg_take_block(encoder, dst + done.made);
            done.made += full;
        } else if (in > 0) {
            if (in >= left && offer.out - done.made < encoder->block_bytes)
                return done;
            in = min_size(in, encoder->frame - encoder->filled);
            fill(encoder, pcm + done.used, (uint32_t)in);
            done.used += in * encoder->channels;
            encoder->drained = 0;
        } else if (offer.ending != END || !drain(encoder)) {
            return done;
        }
    }
}
