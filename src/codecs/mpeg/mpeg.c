/* MPEG audio: Layer III under the tag of MPEGLAYER3WAVEFORMAT, and Layers I and II under that of
 * MPEG1WAVEFORMAT. Either tag decodes every layer, because real files mix them up. */
#include <string.h>
#include "bits.h"
#include "format.h"
#include "mpeg.h"

/* The bit rates of one sample rate and number of channels; the first one is what a chooser
 * suggests. */
#define RATES3_STEREO(rate) \
    { rate, 2, 128000 }, { rate, 2, 320000 }, { rate, 2, 256000 }, { rate, 2, 224000 }, \
        { rate, 2, 192000 }, { rate, 2, 160000 }, { rate, 2, 112000 }, { rate, 2, 96000 }, \
        { rate, 2, 80000 }, \
    { \
        rate, 2, 64000 \
    }
#define RATES3_MONO(rate) \
    { rate, 1, 64000 }, { rate, 1, 160000 }, { rate, 1, 128000 }, { rate, 1, 112000 }, \
        { rate, 1, 96000 }, { rate, 1, 80000 }, { rate, 1, 56000 }, { rate, 1, 48000 }, \
        { rate, 1, 40000 }, \
    { \
        rate, 1, 32000 \
    }
#define RATES3_HALF_STEREO(rate) \
    { rate, 2, 56000 }, { rate, 2, 160000 }, { rate, 2, 128000 }, { rate, 2, 112000 }, \
        { rate, 2, 96000 }, { rate, 2, 80000 }, { rate, 2, 64000 }, { rate, 2, 48000 }, \
        { rate, 2, 40000 }, \
    { \
        rate, 2, 32000 \
    }
#define RATES3_HALF_MONO(rate) \
    { rate, 1, 24000 }, { rate, 1, 80000 }, { rate, 1, 64000 }, { rate, 1, 56000 }, \
        { rate, 1, 48000 }, { rate, 1, 40000 }, { rate, 1, 32000 }, \
    { \
        rate, 1, 16000 \
    }
/* Which Windows XP lists besides those of the standard: mpeg_period(). */
#define RATES3_BETWEEN(rate, channels) \
    { rate, channels, 20000 }, { rate, channels, 18000 }
#define RATES3_QUARTER(rate) \
    { rate, 2, 24000 }, { rate, 2, 64000 }, { rate, 2, 56000 }, { rate, 2, 40000 }, \
        { rate, 2, 32000 }, { rate, 1, 16000 }, { rate, 1, 32000 }, { rate, 1, 24000 }, \
    { \
        rate, 1, 8000 \
    }
#define RATES2(rate) \
    { rate, 2, 192000 }, { rate, 2, 384000 }, { rate, 2, 320000 }, { rate, 2, 256000 }, \
        { rate, 2, 224000 }, { rate, 2, 160000 }, { rate, 2, 128000 }, { rate, 2, 112000 }, \
        { rate, 2, 96000 }, { rate, 1, 96000 }, { rate, 1, 192000 }, { rate, 1, 160000 }, \
        { rate, 1, 128000 }, { rate, 1, 112000 }, { rate, 1, 80000 }, { rate, 1, 64000 }, \
        { rate, 1, 56000 }, \
    { \
        rate, 1, 48000 \
    }

static const struct tag tags3[] = { { 0x55, 0, "MPEG Layer-3" }, { 0 } };
static const struct tag tags2[] = { { 0x50, 0, "MPEG Layer-2" }, { 0 } };
static const struct mode modes3[] = { RATES3_STEREO(44100),      RATES3_MONO(44100),
                                      RATES3_STEREO(48000),      RATES3_MONO(48000),
                                      RATES3_STEREO(32000),      RATES3_MONO(32000),
                                      RATES3_HALF_STEREO(22050), RATES3_HALF_MONO(22050),
                                      RATES3_HALF_STEREO(24000), RATES3_HALF_MONO(24000),
                                      RATES3_HALF_STEREO(16000), RATES3_HALF_MONO(16000),
                                      RATES3_BETWEEN(16000, 1),  RATES3_QUARTER(11025),
                                      RATES3_BETWEEN(11025, 2),  RATES3_BETWEEN(11025, 1),
                                      RATES3_QUARTER(12000),     RATES3_BETWEEN(12000, 2),
                                      RATES3_BETWEEN(12000, 1),  RATES3_QUARTER(8000),
                                      RATES3_BETWEEN(8000, 2),   { 0 } };
static const struct mode modes2[] = { RATES2(48000), RATES2(44100), RATES2(32000), { 0 } };

/* The bit rate of the table that is nearest to a byte rate, or a middle one if that is unknown. */
static uint8_t nearest_bit_rate(const struct mpeg_header *header, uint32_t byte_rate)
{
    struct mpeg_header other = *header;
    uint64_t least = UINT64_MAX;
    uint8_t best = 9;

    for (uint8_t i = 1; i < MPEG_BIT_RATES && byte_rate != 0; i++) {
        int64_t difference;

        other.bit_rate_index = i;
        difference = (int64_t)mpeg_bit_rate(&other) - 8 * (int64_t)byte_rate;
        difference = difference < 0 ? -difference : difference;
        if ((uint64_t)difference < least) {
            least = (uint64_t)difference;
            best = i;
        }
    }
    return best;
}

/* `encoded` is the layer of the tag's encoder, and `layer` the one that is decoded. */
static bool parse_layer(const struct wave_format *format, struct layout *layout, unsigned layer,
                        unsigned encoded, enum mpeg_padding padding)
{
    struct mpeg_own own = { .header = { .layer = (uint8_t)layer }, .padding = padding };

    if (layout->channels > 2 || !mpeg_set_sample_rate(&own.header, layout->sample_rate))
        return false;
    own.header.mode = layout->channels == 1 ? MPEG_MONO : MPEG_STEREO;
    own.encoded = own.header;
    own.encoded.layer = (uint8_t)encoded;
    own.encoded.original = true;
    own.encoded.bit_rate_index = nearest_bit_rate(&own.encoded, format->byte_rate);
    own.period = (uint8_t)mpeg_period(&own.encoded, format->byte_rate);
    layout->self_delimiting = true;
    layout->read_only = encoded != layer;
    layout->block.frames = own.period * mpeg_frame_samples(&own.header);
    layout->block.bytes = mpeg_block_bytes(&own);
    layout->delay = layout->block.frames + mpeg_encoder_delay(&own.encoded);
    own.header.bit_rate_index = 1;
    layout->least_bytes = own.period * mpeg_frame_bytes(&own.header);
    memcpy(layout->own, &own, sizeof own);
    return true;
}

static bool parse3(const struct wave_format *format, struct layout *layout)
{
    uint32_t flags = format->extra_size >= 6 ? load32_le(format->extra + 2) : LAYER3_PADDING_OFF;
    enum mpeg_padding padding = MPEG_UNPADDED;

    if (flags == LAYER3_PADDING_ISO)
        padding = MPEG_PADDED_EXACTLY;
    if (flags == LAYER3_PADDING_ON)
        padding = MPEG_PADDED;
    return parse_layer(format, layout, 3, 3, padding);
}

/* fwHeadLayer is a set of layers: 1 for I, 2 for II, 4 for III. */
static bool parse2(const struct wave_format *format, struct layout *layout)
{
    unsigned layers = format->extra_size >= 2 ? load16_le(format->extra) : 2, layer = 2;

    if (!(layers & 2) && layers & 5)
        layer = layers & 4 ? 3 : 1;
    return parse_layer(format, layout, layer, 2, MPEG_PADDED_EXACTLY);
}

static void complete2(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    mpeg_complete2(format, mode, 2);
}

const struct codec mpeg_layer3 = {
    .name = "MPEG Layer-3",
    .tags = tags3,
    .modes = modes3,
    .parse = parse3,
    .complete = mpeg_complete3,
    .decoder = &mpeg_decoder,
    .encoder = &mpeg_layer3_encoder,
};

const struct codec mpeg_layer2 = {
    .name = "MPEG Layer-2",
    .tags = tags2,
    .modes = modes2,
    .parse = parse2,
    .complete = complete2,
    .decoder = &mpeg_decoder,
    .encoder = &mpeg_layer2_encoder,
};
