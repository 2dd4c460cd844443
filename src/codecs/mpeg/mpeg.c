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
                                      RATES3_QUARTER(11025),     RATES3_QUARTER(12000),
                                      RATES3_QUARTER(8000),      { 0 } };
static const struct mode modes2[] = { RATES2(48000), RATES2(44100), RATES2(32000), { 0 } };

/* The frame of a byte rate, or of a middle one if the byte rate is unknown or wrong. */
static uint32_t nominal_bytes(const struct mpeg_header *header, uint32_t byte_rate)
{
    struct mpeg_header other = *header;
    uint32_t frames = mpeg_frame_samples(header);
    uint64_t bytes = (uint64_t)byte_rate * frames / mpeg_sample_rate(header);

    other.bit_rate_index = 1;
    if (bytes >= mpeg_frame_bytes(&other) && bytes <= MPEG_FRAME_MOST)
        return (uint32_t)bytes;
    other.bit_rate_index = 9;
    return mpeg_frame_bytes(&other);
}

static bool parse_layer(const struct wave_format *format, unsigned layer, struct layout *layout)
{
    struct mpeg_header header = { .layer = (uint8_t)layer };

    if (layout->channels > 2 || !mpeg_set_sample_rate(&header, layout->sample_rate))
        return false;
    header.mode = layout->channels == 1 ? MPEG_MONO : MPEG_STEREO;
    layout->self_delimiting = true;
    layout->block.frames = mpeg_frame_samples(&header);
    layout->block.bytes = nominal_bytes(&header, format->byte_rate);
    header.bit_rate_index = 1;
    layout->least_bytes = mpeg_frame_bytes(&header);
    memcpy(layout->own, &header, sizeof header);
    return true;
}

static bool parse3(const struct wave_format *format, struct layout *layout)
{
    return parse_layer(format, 3, layout);
}

/* fwHeadLayer is a set of layers: 1 for I, 2 for II, 4 for III. */
static bool parse2(const struct wave_format *format, struct layout *layout)
{
    unsigned layers = format->extra_size >= 2 ? load16_le(format->extra) : 2;

    return parse_layer(format, layers & 2 ? 2 : layers & 4 ? 3 : layers & 1 ? 1 : 2, layout);
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
};

const struct codec mpeg_layer2 = {
    .name = "MPEG Layer-2",
    .tags = tags2,
    .modes = modes2,
    .parse = parse2,
    .complete = complete2,
    .decoder = &mpeg_decoder,
};
