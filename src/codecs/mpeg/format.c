/* The formats of WAV files with MPEG audio. */
#include <string.h>
#include "bits.h"
#include "format.h"
#include "frame.h"

enum { LOWER_RATE = 16000 };

unsigned mpeg_period(const struct mpeg_header *header, uint32_t byte_rate)
{
    if (header->layer != 3 || !mpeg_is_lsf(header))
        return 1;
    return byte_rate == 18000 / 8 ? MPEG_LONGEST_PERIOD : byte_rate == 20000 / 8 ? 2 : 1;
}

uint32_t mpeg_period_bytes(const struct mpeg_header *header, unsigned period)
{
    struct mpeg_header last = *header;

    if (period > 1)
        last.bit_rate_index++;
    return (period - 1) * mpeg_frame_bytes(header) + mpeg_frame_bytes(&last);
}

/* The frames of a mode: their length without padding, or 0. A block is a period. */
static uint32_t block_of(const struct mode *mode, unsigned layer, uint32_t *bit_rate,
                         unsigned *period)
{
    struct mpeg_header header = { .layer = (uint8_t)layer };

    *bit_rate = mode->bit_rate;
    *period = 1;
    if (*bit_rate == 0)
        *bit_rate = layer == 3 ? 64000u * mode->channels : 96000u * mode->channels;
    if (!mpeg_set_sample_rate(&header, mode->sample_rate))
        return 0;
    *period = mpeg_period(&header, *bit_rate / 8);
    if (!mpeg_set_bit_rate(&header, *period > 1 ? LOWER_RATE : *bit_rate)) {
        header.bit_rate_index = 8;
        *bit_rate = mpeg_bit_rate(&header);
    }
    return mpeg_period_bytes(&header, *period);
}

void mpeg_complete3(struct wave_format *format, const struct mode *mode, uint8_t dialect)
{
    unsigned period;
    uint32_t bit_rate, block = block_of(mode, 3, &bit_rate, &period);

    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = bit_rate / 8;
    format->block_align = 1;
    format->bits_per_sample = 0;
    format->extra_size = LAYER3_EXTRA;
    store16_le(format->extra, LAYER3_ID_MPEG);
    store32_le(format->extra + 2, LAYER3_PADDING_OFF);
    store16_le(format->extra + 6, (uint16_t)block);
    store16_le(format->extra + 8, (uint16_t)period); /* frames in a block */
    store16_le(format->extra + 10, LAYER3_DELAY);
}

/* A block is a frame if all frames have the same length. */
void mpeg_complete2(struct wave_format *format, const struct mode *mode, unsigned layer)
{
    unsigned period;
    uint32_t bit_rate, frame = block_of(mode, layer, &bit_rate, &period);
    bool constant = mode->sample_rate % 11025 != 0;

    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = bit_rate / 8;
    format->block_align = (uint16_t)(constant ? frame : 1);
    format->bits_per_sample = 0;
    format->extra_size = MPEG1_EXTRA;
    memset(format->extra, 0, MPEG1_EXTRA);
    store16_le(format->extra, (uint16_t)(1 << (layer - 1)));
    store32_le(format->extra + 2, bit_rate);
    store16_le(format->extra + 6, mode->channels == 1 ? MPEG1_MONO : MPEG1_STEREO);
    store16_le(format->extra + 10, MPEG1_NO_EMPHASIS);
    store16_le(format->extra + 12, mode->sample_rate >= 32000 ? MPEG1_ID : 0);
}
