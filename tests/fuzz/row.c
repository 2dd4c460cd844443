#include "row.h"
#include "mode.h"
#include "dsp.h"

enum { STREAM_BYTES_MAX = 1 << 24, CONVERSIONS_MAX = 64 };

static const struct codec *codec_take(struct input *input)
{
    size_t count = 0;

    while (codecs[count])
        count++;
    return codecs[take(input, 1) % count];
}

static void format_take(struct input *input, const struct codec *codec, struct wave_format *format)
{
    mode_take(input, codec, format);
    if (take(input, 1) % 4 != 0)
        return;
    format->channels = (uint16_t)take(input, 1);
    format->sample_rate = take(input, 4);
    format->byte_rate = take(input, 4);
    format->block_align = (uint16_t)take(input, 2);
    format->bits_per_sample = (uint16_t)take(input, 1);
    format->extra_size = (uint16_t)(take(input, 1) % (EXTRA_ROOM + 1));
    for (unsigned i = 0; i < format->extra_size; i++)
        format->extra[i] = (uint8_t)take(input, 1);
}

static struct wave_format pcm_format(unsigned width, uint16_t channels, uint32_t rate)
{
    static const uint8_t bytes[] = { 1, 2, 3, 4, 4 };

    return (struct wave_format){ width == 4 ? TAG_IEEE_FLOAT : TAG_PCM,
                                 channels,
                                 rate,
                                 0,
                                 (uint16_t)(channels * bytes[width]),
                                 (uint16_t)(bytes[width] * 8),
                                 0,
                                 0 };
}

bool conversion_take(struct input *input, struct conversion *plan, struct options *options,
                     bool decoding)
{
    enum { WIDTHS = 5 };
    static uint8_t extra[EXTRA_ROOM];
    const struct codec *codec = codec_take(input);
    struct wave_format coded = { .tag = codec->tags->tag, .extra = extra }, pcm;
    unsigned shape = take(input, 1), width = shape % WIDTHS, bits = take(input, 1),
             other = bits >> 6; /* 0: the same rate and channels; 3: PCM on both sides */

    memset(extra, 0, sizeof extra);
    format_take(input, codec, &coded);
    pcm = pcm_format(width, coded.channels, coded.sample_rate);
    if (other != 0) {
        uint32_t rate = other == 1 ? 44100 : coded.sample_rate / 3 * other + 1;

        pcm = pcm_format(width, (uint16_t)(1 + shape / WIDTHS % 9), rate);
    }
    if (other == 3)
        coded = pcm_format(bits % WIDTHS, coded.channels, coded.sample_rate);
    /* The highest quality is left out because it is slow. */
    *options = (struct options){ .quality = bits & 1,
                                 .quirks = (uint8_t)(bits >> 1 & 31),
                                 .dsp = dsp_set(0) };
    if (!conversion_plan(plan, decoding ? &coded : &pcm, decoding ? &pcm : &coded))
        return false;
    conversion_set_quality(plan, options->quality);
    return converter_bytes(plan) <= STREAM_BYTES_MAX;
}

static void convert_once(struct input *input, struct converter *converter,
                         const struct conversion *plan)
{
    uint32_t choice = take(input, 1), in = take(input, 2) % (choice & 4 ? 4096 : 300),
             out = take(input, 3) % 100000, promised;
    uint8_t *src = malloc(in), *dst;
    struct progress done;

    in = in < input->size + 64 ? in : (uint32_t)input->size + 64;
    for (uint32_t i = 0; i < in; i++)
        src[i] = (uint8_t)take(input, 1);
    if (conversion_size_from_source(plan, in, &promised) && choice & 8 &&
        promised < STREAM_BYTES_MAX)
        out = promised;
    dst = malloc(out);
    done = converter_run(converter, src, dst, (struct offer){ in, out, (enum ending)(choice % 3) });
    MUST(done.used <= in && done.made <= out);
    if (choice & 64)
        converter_reset(converter);
    free(src);
    free(dst);
}

void conversion_run(struct input *input, const struct conversion *plan,
                    const struct options *options)
{
    struct converter *converter = converter_start(malloc(converter_bytes(plan)), plan, options);

    for (int i = 0; i < CONVERSIONS_MAX && input->size; i++)
        convert_once(input, converter, plan);
    free(converter);
}
