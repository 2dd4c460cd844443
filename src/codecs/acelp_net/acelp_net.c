/* ACELP.net, Sipro Lab's speech codec of NetShow and Windows Media: algebraic CELP at three bit
 * rates for 8 kHz, and at one for 16 kHz. */
#include "acelp_net.h"
#include "codec.h"

enum { NARROW_RATE = 8000, WIDE_RATE = 16000, AUDIBLE_RATE = 8500 };

static const struct tag tags[] = { { 0x130, 0, "ACELP.net" }, { 0 } };

static const struct mode modes[] = { { NARROW_RATE, 1, 5000 },
                                     { NARROW_RATE, 1, 6500 },
                                     { NARROW_RATE, 1, 8500 },
                                     { WIDE_RATE, 1, 16000 },
                                     { 0 } };

static bool wide(const struct acelp_net_mode *mode) { return mode->pulses == ACELP_NET_TEN; }

static uint32_t samples_of(const struct acelp_net_mode *mode)
{
    return (uint32_t)mode->frame * mode->block_frames;
}

/* Audible's files give the bit rate as the sample rate. */
static bool has_rate(const struct acelp_net_mode *mode, uint32_t rate)
{
    return wide(mode) ? rate == WIDE_RATE : rate == NARROW_RATE || rate == AUDIBLE_RATE;
}

/* The mode of the nearest bit rate, among those with this sample rate; null if there is none. */
static const struct acelp_net_mode *nearest(uint32_t rate, uint64_t bit_rate)
{
    const struct acelp_net_mode *best = 0;
    uint64_t least = UINT64_MAX;

    for (int i = 0; i < ACELP_NET_MODES; i++) {
        uint64_t own = acelp_net_modes[i].bit_rate;
        uint64_t distance = own > bit_rate ? own - bit_rate : bit_rate - own;

        if (has_rate(&acelp_net_modes[i], rate) && distance < least) {
            best = &acelp_net_modes[i];
            least = distance;
        }
    }
    return best;
}

/* The block tells the mode; if it has an unknown size, the byte rate does. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    const struct acelp_net_mode *mode = nearest(layout->sample_rate, 8ull * format->byte_rate);

    for (int i = 0; i < ACELP_NET_MODES; i++)
        if (acelp_net_modes[i].block_bytes == format->block_align &&
            has_rate(&acelp_net_modes[i], layout->sample_rate))
            mode = &acelp_net_modes[i];
    if (!mode || layout->channels != 1)
        return false;
    layout->own[0] = (uint8_t)(mode - acelp_net_modes);
    layout->block = (struct span){ mode->block_bytes, samples_of(mode) };
    return true;
}

/* A rate without modes has no blocks, and is refused by `parse`. */
static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    const struct acelp_net_mode *own =
        nearest(mode->sample_rate, mode->bit_rate == 0 ? UINT32_MAX : mode->bit_rate);

    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->block_align = own ? own->block_bytes : 0;
    format->byte_rate = own ? mode->sample_rate * own->block_bytes / samples_of(own) : 0;
    format->bits_per_sample = 16;
    format->extra_size = 0;
}

struct acelp_net_decoder {
    const struct acelp_net_mode *mode;
    union {
        struct acelp_net_narrow narrow;
        struct acelp_net_wide wide;
    } own;
};

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct acelp_net_decoder *state = memory;

    (void)options;
    state->mode = &acelp_net_modes[layout->own[0]];
    if (wide(state->mode))
        acelp_net_wide_reset(&state->own.wide);
    else
        acelp_net_narrow_reset(&state->own.narrow);
}

static void decode_frames(struct acelp_net_decoder *state, const uint8_t *block, unsigned count,
                          int16_t *pcm)
{
    struct acelp_net_parameters parameters;
    unsigned at = 0;

    for (unsigned i = 0; i < count; i++, pcm += state->mode->frame) {
        at = acelp_net_unpack(state->mode, block, at, &parameters);
        if (wide(state->mode))
            acelp_net_wide_decode(&state->own.wide, &parameters, pcm);
        else
            acelp_net_narrow_decode(&state->own.narrow, state->mode, &parameters, pcm);
    }
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct acelp_net_decoder *state = memory;
    const struct span block = { state->mode->block_bytes, samples_of(state->mode) };
    size_t blocks = whole_blocks(offer.in, offer.out, &block, 1);

    for (size_t i = 0; i < blocks; i++)
        decode_frames(state, src + i * block.bytes, state->mode->block_frames,
                      pcm + i * block.frames);
    return (struct progress){ blocks * block.bytes, blocks * block.frames };
}

/* A truncated block may hold the first of two frames. */
static uint32_t covered(const struct layout *layout, uint32_t bytes)
{
    const struct acelp_net_mode *mode = &acelp_net_modes[layout->own[0]];

    return mode->frame * (bytes * mode->block_frames / mode->block_bytes);
}

static void run_truncated(void *memory, const uint8_t *src, struct span span, int16_t *pcm)
{
    struct acelp_net_decoder *state = memory;

    decode_frames(state, src, span.frames / state->mode->frame, pcm);
}

static const struct codec_decoder decoder = { sizeof(struct acelp_net_decoder), init, decode,
                                              covered, run_truncated };

const struct codec acelp_net = {
    .name = "ACELP.net",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
};
