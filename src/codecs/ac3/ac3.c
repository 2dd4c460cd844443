/* AC-3 (ATSC A/52): the sound of films in AVI files, mono to 5.1. */
#include <string.h>
#include "bits.h"
#include "codec.h"
#include "fixed.h"
#include "tables.h"

enum { SURE = 2 /* bytes of the next frame, with which a frame is believed */ };

static const struct tag tags[] = { { 0x2000, 0, "AC-3 audio" }, { 0 } };

static const struct mode modes[] = { { 48000, 1, 96000 },  { 48000, 2, 192000 },
                                     { 48000, 2, 224000 }, { 48000, 2, 256000 },
                                     { 48000, 2, 384000 }, { 48000, 6, 384000 },
                                     { 48000, 6, 448000 }, { 44100, 2, 192000 },
                                     { 32000, 2, 192000 }, { 0 } };

/* The bytes of the last frame, or of the beginning of one. */
struct decoder {
    struct ac3_decoder decoder;
    uint16_t count;
    bool synchronized; /* the last frame ended where these bytes begin */
    uint8_t bytes[AC3_MOST_BYTES + SURE];
};

/* Halves and quarters of the standard's rates (bsid 9 and 10) are rates, too. Returns the index of
 * the rate, or 3. */
static unsigned rate_of(uint32_t sample_rate)
{
    for (unsigned i = 0; i < 3; i++)
        for (unsigned halvings = 0; halvings < 3; halvings++)
            if (sample_rate == ac3_sample_rates[i] >> halvings)
                return i;
    return 3;
}

/* The size of frames if the byte rate is that of one of the standard's bit rates, else 0. At 44.1
 * kHz, there are frames with two bytes more. */
static uint32_t frame_bytes_of(const struct wave_format *format)
{
    uint64_t samples = (uint64_t)format->byte_rate * AC3_FRAME;
    uint64_t bytes = (samples + format->sample_rate / 2) / format->sample_rate;

    for (unsigned code = 0; code < 2 * AC3_RATES; code += 2) {
        unsigned nominal = ac3_frame_bytes(rate_of(format->sample_rate), code);

        if (bytes >= nominal && bytes <= nominal + 2)
            return nominal;
    }
    return 0;
}

/* The block of FFmpeg's headers is the longest frame, and that of AVI files often 1. Frames are of
 * any size if the byte rate is not a frame's. A stream may have other channels than the format. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    uint32_t bytes;

    if (rate_of(layout->sample_rate) == 3 || layout->channels > AC3_OUTPUTS)
        return false;
    bytes = frame_bytes_of(format);
    layout->block = (struct span){ bytes ? bytes : AC3_MOST_BYTES, AC3_FRAME };
    layout->least_bytes = bytes ? bytes : AC3_LEAST_BYTES;
    layout->self_delimiting = true;
    layout->mixes = true;
    return true;
}

/* As AC3ACM writes it: its byte rate is exact for the shorter frames of 44.1 kHz. */
static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    uint32_t kbits = mode->bit_rate ? mode->bit_rate / 1000 : 64u * mode->channels + 64;
    unsigned code = 0;

    (void)dialect;
    while (code < 2 * (AC3_RATES - 1) && ac3_bit_rates[code / 2] < kbits)
        code += 2;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->block_align = (uint16_t)ac3_frame_bytes(rate_of(mode->sample_rate) % 3, code);
    format->byte_rate = (format->block_align * mode->sample_rate + AC3_FRAME / 2) / AC3_FRAME;
    format->bits_per_sample = 0;
    format->extra_size = 0;
}

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct decoder *state = memory;

    state->count = 0;
    state->synchronized = true;
    ac3_reset(&state->decoder, layout->channel_mask, options->dsp->mdct);
}

static void drop(struct decoder *state, unsigned bytes)
{
    state->count = (uint16_t)(state->count - bytes);
    memmove(state->bytes, state->bytes + bytes, state->count);
}

/* Drops what cannot begin a frame. */
static void resynchronize(struct decoder *state)
{
    unsigned at = 1;

    while (at < state->count && state->bytes[at] != 0x0B)
        at++;
    state->synchronized = false;
    drop(state, at);
}

/* Takes bytes until there are `wanted`; false if the source ends before. A frame that is searched
 * for begins with the first byte of its synchronization. */
static bool take(struct decoder *state, unsigned wanted, const uint8_t **src, size_t *left)
{
    size_t n;

    for (; state->count == 0 && !state->synchronized && *left != 0 && **src != 0x0B; --*left)
        ++*src;
    n = state->count < wanted ? min_size(wanted - state->count, *left) : 0;
    memcpy(state->bytes + state->count, *src, n);
    state->count = (uint16_t)(state->count + n);
    *src += n;
    *left -= n;
    return state->count >= wanted;
}

/* Takes bytes until there is a frame; returns its size, or 0. In a synchronized stream, checksums
 * are ignored, since editors leave wrong ones behind. Otherwise, a header is believed if the
 * checksum is correct or another one follows. */
static unsigned find_frame(struct decoder *state, const uint8_t **src, size_t *left)
{
    while (take(state, AC3_HEADER_BYTES, src, left)) {
        struct ac3_header header;

        if (!ac3_read_start(state->bytes, &header)) {
            resynchronize(state);
            continue;
        }
        if (!take(state, header.bytes, src, left))
            return 0;
        if (state->synchronized || ac3_checksum_fits(state->bytes, header.bytes))
            return header.bytes;
        if (!take(state, header.bytes + SURE, src, left))
            return 0;
        if (memcmp(state->bytes + header.bytes, state->bytes, SURE) == 0)
            return header.bytes;
        resynchronize(state);
    }
    return 0;
}

/* Without room for a frame, takes nothing. After the last frame that fits, takes what follows as
 * far as it belongs to the next one, which many hosts would not offer again. An incomplete frame at
 * the end is dropped. */
static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct decoder *state = memory;
    size_t samples = (size_t)AC3_FRAME * state->decoder.outputs, left = offer.in, made = 0;
    unsigned bytes = offer.out < samples ? 0 : find_frame(state, &src, &left);

    while (bytes > 0 && offer.out - made >= samples) {
        ac3_decode(&state->decoder, state->bytes, pcm + made);
        made += samples;
        state->synchronized = true;
        drop(state, bytes);
        bytes = find_frame(state, &src, &left);
    }
    return (struct progress){ offer.in - left, made };
}

static const struct codec_decoder decoder = { sizeof(struct decoder), init, decode, 0, 0 };

const struct codec ac3 = {
    .name = "AC-3 audio",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
};
