/* Windows Media Audio 1 and 2, as Windows XP's ACM driver wrote them, and with the bit reservoir
 * and the block sizes of ASF files. */
#include <string.h>
#include "bits.h"
#include "codec.h"
#include "delayed_encoder.h"
#include "encoder.h"

enum { VERSION_1 = 1, VERSION_2, RATE_MOST = 50000, KEY = 37, RESERVOIR_FRAMES = 8 };

static const struct tag tags_1[] = { { 0x160, VERSION_1, "Windows Media Audio V1" }, { 0 } };
static const struct tag tags_2[] = { { 0x161, VERSION_2, "Windows Media Audio V2" }, { 0 } };

static const struct mode modes[] = { { 8000, 1, 6000 },
                                     { 8000, 1, 8000 },
                                     { 8000, 2, 12000 },
                                     { 11025, 1, 8096 },
                                     { 11025, 1, 9992 },
                                     { 16000, 1, 16000 },
                                     { 22050, 1, 20152 },
                                     { 22050, 2, 20152 },
                                     { 22050, 2, 32040 },
                                     { 44100, 2, 64080 },
                                     { 0 } };

/* How `layout.own` begins. */
enum { OWN_OPTIONS = 0, OWN_BYTE_RATE = 4 };

/* A byte rate of 1/32 to 16 bits per sample, or else that of packets with one frame. */
static uint32_t byte_rate_of(const struct wave_format *format, const struct layout *layout)
{
    uint64_t samples = (uint64_t)layout->channels * layout->sample_rate;

    if (256 * (uint64_t)format->byte_rate >= samples && format->byte_rate < 2 * samples)
        return format->byte_rate;
    return (uint32_t)((uint64_t)format->block_align * layout->sample_rate / layout->block.frames);
}

/* XP's driver has exponents from 24 kbit/s on. */
static unsigned usual_options(uint32_t byte_rate) { return byte_rate >= 3000 ? WMA_EXPONENTS : 0; }

/* Headers without options are XP's if a packet has the bytes of one frame, and else xWMA's. */
static unsigned options_of(const struct wave_format *format, const struct layout *layout,
                           uint32_t byte_rate)
{
    unsigned at = layout->dialect == VERSION_1 ? 2 : 4, options;
    uint64_t frame = ((uint64_t)byte_rate * layout->block.frames + layout->sample_rate / 2) /
                     layout->sample_rate;

    if (format->extra_size < at + 2)
        return format->block_align <= frame + 1 ? usual_options(byte_rate) : 0x1F;
    options = load16_le(format->extra + at);
    if (layout->dialect == VERSION_2 && format->extra_size >= 8 && options == 0xD)
        options &= ~(unsigned)WMA_VARIABLE;
    return options;
}

static bool parse(const struct wave_format *format, struct layout *layout)
{
    uint32_t byte_rate;
    unsigned options;

    layout->block = (struct span){ format->block_align,
                                   1u << wma_frame_bits(layout->dialect, layout->sample_rate) };
    byte_rate = byte_rate_of(format, layout);
    options = options_of(format, layout, byte_rate);
    store32_le(layout->own + OWN_OPTIONS, options);
    store32_le(layout->own + OWN_BYTE_RATE, byte_rate);
    layout->delay = layout->block.frames;
    layout->read_only = (options & (WMA_RESERVOIR | WMA_VARIABLE)) != 0;
    if (options & WMA_RESERVOIR)
        layout->least_bytes = format->block_align / RESERVOIR_FRAMES + 1;
    return layout->channels <= WMA_CHANNELS && layout->sample_rate <= RATE_MOST &&
           format->block_align >= 4 && format->block_align <= WMA_PACKET;
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    static const char key[KEY] = "F6DC9830-BC79-11d2-A9D0-006097926036";
    uint32_t frame = 1u << wma_frame_bits(dialect, mode->sample_rate), rate = mode->sample_rate;
    uint32_t byte_rate = mode->bit_rate ? mode->bit_rate / 8 : rate * mode->channels / 8;
    uint16_t options = (uint16_t)usual_options(byte_rate);

    format->channels = mode->channels;
    format->sample_rate = rate;
    format->block_align = (uint16_t)(((uint64_t)byte_rate * frame + rate / 2) / rate);
    format->byte_rate = (uint32_t)(((uint64_t)format->block_align * rate + frame / 2) / frame);
    format->bits_per_sample = 16;
    if (dialect == VERSION_1) {
        format->extra_size = 4;
        store16_le(format->extra, (uint16_t)frame);
        store16_le(format->extra + 2, options);
        return;
    }
    format->extra_size = 10 + KEY;
    store32_le(format->extra, frame);
    store16_le(format->extra + 4, options);
    store32_le(format->extra + 6, format->block_align);
    memcpy(format->extra + 10, key, KEY);
}

void wma_init(struct wma_decoder *state, const struct wma_format *format,
              const struct dsp_mdct *dsp)
{
    unsigned code;

    memset(state, 0, sizeof *state);
    state->dsp = dsp;
    state->reset = true;
    wma_set_up(&state->setup, format);
    wma_open_book(&state->exponent_book, &wma_exponent_code);
    wma_open_book(&state->gain_book, &wma_gain_code);
    code = 2 * state->setup.code;
    for (unsigned i = 0; i < 2; i++) {
        wma_open_book(&state->books[i], &wma_coefficient_codes[code + i]);
        wma_open_pairs(state->pairs[i], &wma_coefficient_codes[code + i]);
    }
    for (unsigned n = 1u << WMA_LEAST_BITS; n <= WMA_FRAME; n *= 2)
        for (unsigned i = 0; i < n; i++)
            state->windows[n + i] = wma_sine((int)((2 * i + 1) * (WMA_FRAME / n)));
}

static struct wma_format format_of(const struct layout *layout)
{
    return (struct wma_format){ .version = layout->dialect,
                                .channels = layout->channels,
                                .options = load32_le(layout->own + OWN_OPTIONS),
                                .sample_rate = layout->sample_rate,
                                .byte_rate = load32_le(layout->own + OWN_BYTE_RATE),
                                .block_bytes = layout->block.bytes };
}

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct wma_format format = format_of(layout);

    wma_init(memory, &format, options->dsp->mdct);
}

/* A packet of a bit reservoir is taken when there is room for the first of its frames; the others
 * come as there is room. */
static struct progress decode_reservoir(struct wma_decoder *state, const uint8_t *src, int16_t *pcm,
                                        struct offer offer)
{
    size_t samples = (size_t)state->setup.format.channels << state->setup.frame_bits,
           bytes = state->setup.format.block_bytes;
    struct progress done = { 0, 0 };

    while (offer.out - done.made >= samples) {
        if (state->reservoir.frames > 0) {
            wma_next_frame(state, pcm + done.made);
            done.made += samples;
        } else if (offer.in - done.used >= bytes) {
            wma_take_packet(state, src + done.used);
            done.used += bytes;
        } else {
            break;
        }
    }
    return done;
}

static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct wma_decoder *state = memory;
    const struct wma_format *format = &state->setup.format;
    struct span block = { format->block_bytes, 1u << state->setup.frame_bits };
    size_t blocks = whole_blocks(offer.in, offer.out, &block, format->channels);

    if (format->options & WMA_RESERVOIR)
        return decode_reservoir(state, src, pcm, offer);
    for (size_t i = 0; i < blocks; i++) {
        struct bit_reader in = { src + i * block.bytes, block.bytes * 8, 0 };

        wma_decode_frame(state, &in, pcm + i * block.frames * format->channels);
    }
    return (struct progress){ blocks * block.bytes, blocks * block.frames * format->channels };
}

static void init_encoder(void *memory, const struct layout *layout, const struct options *options)
{
    struct wma_format format = format_of(layout);

    wma_init_encoder(memory, &format, options->dsp, options->quality);
}

static void encode_block(void *memory, const int16_t *pcm, uint8_t *dst)
{
    wma_encode(memory, pcm, dst);
}

static struct progress encode(void *memory, const int16_t *pcm, uint8_t *dst, struct offer offer)
{
    const struct wma_setup *setup = &((const struct wma_encoder *)memory)->setup;
    uint32_t samples = setup->format.channels << setup->frame_bits;
    struct delayed_encoder delayed = { { setup->format.block_bytes, samples },
                                       encode_block,
                                       offsetof(struct wma_encoder, last),
                                       samples };

    return encode_delayed(&delayed, memory, pcm, dst, offer);
}

static const struct codec_encoder encoder = { sizeof(struct wma_encoder), init_encoder, encode };
static const struct codec_decoder decoder = { sizeof(struct wma_decoder), init, decode, 0, 0 };

const struct codec wma1 = {
    .name = "Windows Media Audio V1",
    .tags = tags_1,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};

const struct codec wma2 = {
    .name = "Windows Media Audio V2",
    .tags = tags_2,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
    .encoder = &encoder,
};
