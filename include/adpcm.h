/* The header fields that Windows' block ADPCM formats share: extra bytes that begin with the samples of a block, and block
 * sizes that grow with the rate. */
#ifndef OMNIACM_ADPCM_H
#define OMNIACM_ADPCM_H

#include "bits.h"
#include "codec.h"

/* The samples that a format says a block holds, or all that its bytes cover, where what it says is missing or impossible. */
static inline uint32_t adpcm_samples(const struct wave_format *format, uint32_t covered)
{
    uint32_t stated = format->extra_size >= 2 ? load16_le(format->extra) : 0;

    return stated > 1 && stated <= covered ? stated : covered;
}

/* Every field that does not follow from the samples of a block: 256 bytes a channel, and as many times that as 11025 goes
 * into the rate. */
static inline void adpcm_complete(struct wave_format *format, const struct mode *mode, uint16_t extra_size)
{
    uint32_t unit = 256u * mode->channels, most = unit ? UINT16_MAX / unit : 0;
    uint32_t units = mode->sample_rate < 2 * 11025 ? 1 : mode->sample_rate / 11025;

    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->block_align = (uint16_t)(unit * (units < most ? units : most));
    format->bits_per_sample = 4;
    format->extra_size = extra_size;
}

/* The fields that do. */
static inline void adpcm_complete_samples(struct wave_format *format, uint32_t samples)
{
    format->byte_rate = samples ? (uint32_t)((uint64_t)format->sample_rate * format->block_align / samples) : 0;
    store16_le(format->extra, (uint16_t)samples);
}

#endif
