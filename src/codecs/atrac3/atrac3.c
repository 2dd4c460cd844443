/* ATRAC3, the sound of MiniDisc's long-play modes and of games for PlayStation Portable and
 * PlayStation 3. A block holds 1024 samples of each channel. */
#include "atrac3.h"
#include "bits.h"
#include "codec.h"

enum {
    RATE_MOST = 96000,
    EXTRA = 14,
    JOINT_AT = 6, /* 1 for joint stereo, twice */
    LP4_BYTES = 96,
    MIDDLE_BYTES = 152,
    LP2_BYTES = ATRAC3_UNIT_MOST
};

static const struct tag tags[] = { { 0x270, 0, "ATRAC3" }, { 0x272, 0, "Sony ATRAC3" }, { 0 } };
static const struct mode modes[] = {
    { 44100, 2, 66150 }, { 44100, 2, 104737 }, { 44100, 2, 132300 }, { 0 }
};

enum { OWN_UNIT, OWN_JOINT }; /* the bytes of layout.own: those of a unit, and joint stereo */

static bool known_unit(unsigned bytes)
{
    return bytes == LP4_BYTES || bytes == MIDDLE_BYTES || bytes == LP2_BYTES;
}

/* A block has one sound unit for each channel, except that mono files may have stereo's. Without
 * extra bytes, the mode is that of Sony's encoders: LP4 is joint stereo. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    unsigned units = layout->channels, unit;
    bool given = format->extra_size >= JOINT_AT + 2,
         joint = given && load16_le(format->extra + JOINT_AT) != 0;

    if (units == 1 && (joint || format->block_align > LP2_BYTES))
        units = 2;
    unit = format->block_align / units;
    if (!given)
        joint = unit == LP4_BYTES && units % 2 == 0;
    layout->own[OWN_UNIT] = (uint8_t)unit;
    layout->own[OWN_JOINT] = joint;
    layout->block = (struct span){ format->block_align, ATRAC3_FRAME };
    return layout->channels <= ATRAC3_CHANNELS && layout->sample_rate <= RATE_MOST &&
           known_unit(unit) && format->block_align == unit * units && !(joint && units % 2 == 1);
}

/* The unit of the nearest bit rate, or 0. */
static unsigned unit_of(const struct mode *mode)
{
    uint64_t bits = (uint64_t)mode->bit_rate * ATRAC3_FRAME,
             divisor = 8ull * mode->channels * mode->sample_rate,
             unit = mode->bit_rate == 0 ? LP2_BYTES : (bits + divisor / 2) / divisor;

    return unit <= LP2_BYTES && mode->channels <= ATRAC3_CHANNELS ? (unsigned)unit : 0;
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    unsigned unit = unit_of(mode), joint = unit == LP4_BYTES && mode->channels % 2 == 0;

    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->block_align = (uint16_t)(unit * mode->channels);
    format->byte_rate =
        (uint32_t)((uint64_t)mode->sample_rate * format->block_align / ATRAC3_FRAME);
    format->bits_per_sample = 0;
    format->extra_size = EXTRA;
    store16_le(format->extra, 1);
    store32_le(format->extra + 2, ATRAC3_FRAME * 2u * mode->channels); /* bytes of PCM */
    store16_le(format->extra + JOINT_AT, (uint16_t)joint);
    store16_le(format->extra + JOINT_AT + 2, (uint16_t)joint);
    store32_le(format->extra + JOINT_AT + 4, 1); /* frames in a block */
}

static void init(void *memory, const struct layout *layout, const struct options *options)
{
    struct atrac3_decoder *state = memory;

    state->dsp = options->dsp->mdct;
    state->channels = layout->channels;
    state->block_bytes = layout->block.bytes;
    state->unit_bytes = layout->own[OWN_UNIT];
    state->joint = layout->own[OWN_JOINT] != 0;
    atrac3_reset(state);
}

/* A truncated block has no output. */
static struct progress decode(void *memory, const uint8_t *src, int16_t *pcm, struct offer offer)
{
    struct atrac3_decoder *state = memory;
    struct span block = { state->block_bytes, ATRAC3_FRAME };
    size_t blocks = whole_blocks(offer.in, offer.out, &block, state->channels);

    for (size_t i = 0; i < blocks; i++)
        atrac3_decode(state, src + i * block.bytes, pcm + i * ATRAC3_FRAME * state->channels);
    return (struct progress){ blocks * block.bytes, blocks * ATRAC3_FRAME * state->channels };
}

static const struct codec_decoder decoder = { sizeof(struct atrac3_decoder), init, decode, 0, 0 };

const struct codec atrac3 = {
    .name = "ATRAC3",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &decoder,
};
