/* GSM 06.10 full rate speech: a frame of 160 samples becomes 76 parameters in 260 bits. A block in
 * Microsoft's format is two frames without a gap, so that the second begins in the middle of
 * byte 32. */
#include "gsm610.h"
#include "bits.h"

static const struct tag tags[] = { { 0x31, 0, "GSM 6.10 (OmniACM)" },
                                   { 0x1500, 0, "GSM 6.10 (tag 1500)" },
                                   { 0 } };

static const struct mode modes[] = {
    { 8000, 1, 0 }, { 11025, 1, 0 }, { 22050, 1, 0 }, { 44100, 1, 0 }, { 0 }
};

/* Some files have a block_align of 0 or 1 instead of 65, or one of several blocks. A value of 33
 * indicates the packing of single frames, which is another format. */
static bool parse(const struct wave_format *format, struct layout *layout)
{
    return gsm610_parse_blocks(&gsm610_full, layout) &&
           (format->block_align == 1 || format->block_align % GSM610_BLOCK_BYTES == 0);
}

static void complete(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate =
        (uint32_t)((uint64_t)mode->sample_rate * GSM610_BLOCK_BYTES / GSM610_BLOCK_SAMPLES);
    format->block_align = GSM610_BLOCK_BYTES;
    format->bits_per_sample = 0;
    format->extra_size = 2;
    store16_le(format->extra, GSM610_BLOCK_SAMPLES);
}

const struct codec gsm610 = {
    .name = "GSM 6.10",
    .tags = tags,
    .modes = modes,
    .parse = parse,
    .complete = complete,
    .decoder = &gsm610_block_decoder,
    .encoder = &gsm610_block_encoder,
};
