/* Plans conversions between PCM and a codec's format of which some fields are arbitrary, and checks
 * what is promised about sizes. Nothing is converted, so that this fuzzer is the fastest one. */
#include "mode.h"
#include "convert.h"

enum { SIZES = 4 };

/* A value near the original, or any other. */
static uint32_t changed(struct input *input, uint32_t value, unsigned bytes)
{
    uint32_t choice = take(input, 1);

    if (choice < 128)
        return value + choice - 64;
    return take(input, bytes);
}

/* A format that the codec completes, in which the fields that the input chooses are changed. */
static void format_take(struct input *input, const struct codec *codec, struct wave_format *format)
{
    uint32_t fields;

    mode_take(input, codec, format);
    fields = take(input, 1);
    if (fields & 1)
        format->channels = (uint16_t)changed(input, format->channels, 2);
    if (fields & 2)
        format->sample_rate = changed(input, format->sample_rate, 4);
    if (fields & 4)
        format->byte_rate = changed(input, format->byte_rate, 4);
    if (fields & 8)
        format->block_align = (uint16_t)changed(input, format->block_align, 2);
    if (fields & 16)
        format->bits_per_sample = (uint16_t)changed(input, format->bits_per_sample, 2);
    if (fields & 32)
        format->extra_size = (uint16_t)(take(input, 1) % (EXTRA_ROOM + 1));
    for (uint32_t changes = fields >> 6; changes; changes--) {
        uint32_t at = take(input, 1) % EXTRA_ROOM;

        format->extra[at] = (uint8_t)changed(input, format->extra[at], 1);
    }
}

/* True if the size of the destination is exact: nothing is delayed, and no block is shorter. */
static bool is_exact(const struct conversion *plan)
{
    const struct layout *layout = &plan->stream.layout;

    return !plan->resamples && !layout->self_delimiting && layout->delay == 0 &&
           layout->least_bytes == layout->block.bytes;
}

/* More bytes on one side never need or allow fewer on the other, and what a destination has room
 * for fits. */
static void check_sizes(struct input *input, const struct conversion *plan)
{
    for (int i = 0; i < SIZES; i++) {
        uint32_t size = take(input, 4) >> take(input, 1) % 32, src, dst, more;

        size -= size == UINT32_MAX;
        if (conversion_size_from_source(plan, size, &dst) &&
            conversion_size_from_source(plan, size + 1, &more))
            MUST(more >= dst);
        if (!conversion_size_from_destination(plan, size, &src))
            continue;
        MUST(!conversion_size_from_destination(plan, size + 1, &more) || more >= src);
        MUST(!is_exact(plan) || !conversion_size_from_source(plan, src, &dst) || dst <= size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t extra[EXTRA_ROOM];
    struct input input = { data, size };
    uint16_t tag = codec_tag(take(&input, 1));
    const struct codec *codec = codec_find(tag);
    uint32_t shape = take(&input, 1);
    struct wave_format coded = { .extra = extra }, pcm = { TAG_PCM };
    struct conversion plan;

    if (!codec)
        return 0;
    memset(extra, 0, sizeof extra);
    coded.tag = tag;
    format_take(&input, codec, &coded);
    pcm.channels = shape & 1 ? (uint16_t)(1 + shape / 32) : coded.channels;
    pcm.sample_rate = shape & 2 ? take(&input, 4) : coded.sample_rate;
    pcm.bits_per_sample = (uint16_t)(8 * (1 + (shape / 4) % 4));
    pcm.block_align = (uint16_t)(pcm.channels * pcm.bits_per_sample / 8);
    if (!conversion_plan(&plan, shape & 16 ? &coded : &pcm, shape & 16 ? &pcm : &coded))
        return 0;
    MUST(converter_bytes(&plan) != 0);
    check_sizes(&input, &plan);
    return 0;
}
