/* AC-3 (ATSC A/52): the sound of films in AVI files, mono to 5.1. */
#include <string.h>
#include "bits.h"
#include "codec.h"
#include "delayed_encoder.h"
#include "encoder.h"
#include "fixed.h"
#include "sync.h"

enum {
    KBITS_PER_CHANNEL = 32,               /* fewest that are encoded */
    ENCODER_DELAY = AC3_FRAME + AC3_BLOCK /* an incomplete frame, and the overlap */
};

static const struct tag tags[] = { { 0x2000, 0, "AC-3 audio" }, { 0 } };

static const struct mode modes[] = { { 48000, 1, 96000 },
                                     { 48000, 2, 192000 },
                                     { 48000, 2, 128000 },
                                     { 48000, 2, 224000 },
                                     { 48000, 2, 256000 },
                                     { 48000, 2, 384000 },
                                     { 48000, 3, 256000 },
                                     { 48000, 4, 320000 },
                                     { 48000, 5, 384000 },
                                     { 48000, 6, 384000 },
                                     { 48000, 6, 448000 },
                                     { 48000, 6, 640000 },
                                     { 44100, 1, 96000 },
                                     { 44100, 2, 192000 },
                                     { 44100, 6, 448000 },
                                     { 32000, 1, 96000 },
                                     { 32000, 2, 192000 },
                                     { 32000, 6, 448000 },
                                     { 0 } };

struct decoder {
    struct ac3_decoder decoder;
    struct ac3_sync sync;
};

/* The frames of a byte rate. At 44.1 kHz, those of odd codes have two bytes more, and a stream has
 * both if its byte rate is the exact one. */
struct frame_size {
    uint32_t bytes; /* of the shorter frames; 0 if the byte rate is not that of a standard one */
    uint8_t code;   /* of these */
    bool both;
};

static struct frame_size size_of(uint64_t bytes, unsigned rate)
{
    for (unsigned code = 0; code < 2 * AC3_RATES; code += 2) {
        unsigned nominal = ac3_frame_bytes(rate, code);

        if (bytes >= nominal && bytes <= nominal + 2)
            return (struct frame_size){ nominal, (uint8_t)code, bytes > nominal };
    }
    return (struct frame_size){ 0, 0, false };
}

/* The block of FFmpeg's headers is the longest frame, and that of AVI files often 1, so that it
 * counts only if the byte rate is wrong. */
static struct frame_size frame_size_of(const struct wave_format *format)
{
    unsigned rate = ac3_rate_of(format->sample_rate);
    uint64_t samples = (uint64_t)format->byte_rate * AC3_FRAME;
    struct frame_size size =
        size_of((samples + format->sample_rate / 2) / format->sample_rate, rate);

    return size.bytes ? size : size_of(format->block_align, rate);
}

/* The target of the encoder; false if it does not encode the format. */
static bool find_target(const struct wave_format *format, const struct layout *layout,
                        const struct frame_size *size, struct ac3_target *target)
{
    memset(target, 0, sizeof *target);
    if (size->bytes == 0 || !ac3_find_mode(layout->channel_mask, &target->header, target->source))
        return false;
    target->header.rate = (uint8_t)ac3_rate_of(layout->sample_rate);
    target->header.bytes = (uint16_t)size->bytes;
    target->code = size->code;
    if (target->header.rate == 1 && size->both)
        target->byte_rate = format->byte_rate;
    return layout->sample_rate == ac3_sample_rates[target->header.rate] &&
           ac3_bit_rates[size->code / 2] >= KBITS_PER_CHANNEL * target->header.full;
}

/* Without a size, frames are of any. A stream may have other channels than the format. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    struct frame_size size;
    struct ac3_target target;

    if (ac3_rate_of(layout->sample_rate) == 3 || layout->channels > AC3_OUTPUTS)
        return false;
    size = frame_size_of(format);
    layout->block = (struct span){ size.bytes ? size.bytes : AC3_MOST_BYTES, AC3_FRAME };
    layout->least_bytes = size.bytes ? size.bytes : AC3_LEAST_BYTES;
    layout->delay = ENCODER_DELAY;
    layout->self_delimiting = true;
    layout->mixes = true;
    layout->read_only = !find_target(format, layout, &size, &target);
    if (target.byte_rate != 0)
        layout->block.bytes += 2;
    memcpy(layout->own, &target, sizeof target);
    return true;
}

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct decoder *state = memory;

    ac3_sync_start(&state->sync, true);
    ac3_reset(&state->decoder, layout->channel_mask, options->dsp->mdct);
}

/* Without room for a frame, takes nothing. After the last frame that fits, takes what follows as
 * far as it belongs to the next one, which many hosts would not offer again. An incomplete frame at
 * the end is dropped. */
static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct decoder *state = memory;
    size_t samples = (size_t)AC3_FRAME * state->decoder.outputs, left = offer.in, made = 0;
    unsigned bytes = offer.out < samples ? 0 : ac3_sync_find(&state->sync, &src, &left);

    while (bytes > 0 && offer.out - made >= samples) {
        ac3_decode(&state->decoder, state->sync.bytes, pcm + made);
        made += samples;
        ac3_sync_drop(&state->sync, bytes);
        bytes = ac3_sync_find(&state->sync, &src, &left);
    }
    return (struct progress){ offer.in - left, made };
}

/* The samples of an incomplete frame. */
struct encoder {
    struct ac3_encoder encoder;
    uint32_t bytes; /* of the longest frame */
    uint32_t count; /* of all channels */
    int16_t pcm[AC3_FRAME * AC3_OUTPUTS];
};

static void init_encoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct encoder *state = memory;
    struct ac3_target target;

    memcpy(&target, layout->own, sizeof target);
    ac3_init_encoder(&state->encoder, &target, options->dsp->mdct);
    state->bytes = layout->block.bytes;
    state->count = 0;
}

/* Returns the samples used. */
static size_t take_samples(struct encoder *state, const int16_t *pcm, size_t n, size_t frame)
{
    n = min_size(n, frame - state->count);
    memcpy(state->pcm + state->count, pcm, n * sizeof *pcm);
    state->count += (uint32_t)n;
    return n;
}

/* At the end, there may be an incomplete frame, and one with the delayed sound. */
static bool is_finished(const struct encoder *state)
{
    const int16_t *last = state->encoder.last[0];

    return state->count == 0 && is_silent(last, sizeof state->encoder.last / sizeof *last);
}

static size_t encode_buffer(struct encoder *state, size_t frame, uint8_t *dst)
{
    memset(state->pcm + state->count, 0, (frame - state->count) * sizeof *state->pcm);
    state->count = 0;
    return ac3_encode(&state->encoder, state->pcm, dst);
}

/* Without room for a frame, takes nothing. An incomplete frame is buffered, unless the caller has
 * promised whole ones. */
static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    struct encoder *state = memory;
    size_t frame = (size_t)AC3_FRAME * state->encoder.count, bytes = state->bytes;
    struct progress done = { 0, 0 };

    while (offer.out - done.made >= bytes && done.used < offer.in) {
        size_t left = offer.in - done.used;

        if (state->count == 0 && left >= frame) {
            done.made += ac3_encode(&state->encoder, pcm + done.used, dst + done.made);
            done.used += frame;
            continue;
        }
        if (offer.ending == WHOLE && state->count + left < frame)
            break;
        done.used += take_samples(state, pcm + done.used, left, frame);
        if (state->count == frame)
            done.made += encode_buffer(state, frame, dst + done.made);
    }
    while (offer.ending == END && done.used == offer.in && offer.out - done.made >= bytes &&
           !is_finished(state))
        done.made += encode_buffer(state, frame, dst + done.made);
    return done;
}

static const struct codec_encoder encoder = { sizeof(struct encoder), init_encoder, encode };
static const struct codec_decoder decoder = { sizeof(struct decoder), init, decode, 0, 0 };

const struct codec ac3 = {
    .name = "AC-3 audio",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = ac3_complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
