/* The header fields that ADPCM formats share. */
#ifndef OMNIACM_ADPCM_H
#define OMNIACM_ADPCM_H

#include "bits.h"
#include "codec.h"

/* True if a header means codes of 4 bits, which is the only width of most of these codecs. Instead
 * of 4, files have 0, or 8 or 16, the width of the PCM that they were made of. */
static inline bool adpcm_has_4_bits(const struct wave_format *format)
{
    unsigned bits = format->bits_per_sample;

    return bits == 4 || bits == 0 || bits == 8 || bits == 16;
}

/* Windows' block formats, whose extra bytes begin with the samples per block, and whose blocks grow
 * with the rate. */

/* Fills in every field that does not depend on the samples per block. A block has 256 bytes per
 * channel, multiplied by the number of times that 11025 Hz goes into the rate. */
static inline void adpcm_complete(struct wave_format *format, const struct mode *mode,
                                  uint16_t extra_size)
{
    uint32_t unit = 256u * mode->channels, most = unit ? UINT16_MAX / unit : 0;
    uint32_t units = mode->sample_rate < 2 * 11025 ? 1 : mode->sample_rate / 11025;

    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->block_align = (uint16_t)(unit * (units < most ? units : most));
    format->bits_per_sample = 4;
    format->extra_size = extra_size;
}

/* Fills in the fields that depend on the samples per block. */
static inline void adpcm_complete_samples(struct wave_format *format, uint32_t samples)
{
    format->byte_rate =
        samples ? (uint32_t)((uint64_t)format->sample_rate * format->block_align / samples) : 0;
    store16_le(format->extra, (uint16_t)samples);
}

/* Streams of 4-bit codes without blocks: a byte is two codes of one channel, or one code of each of
 * two channels. Files state any block size, and 0, 4 or PCM's number of bits. */

static inline bool adpcm_stream_parse(const struct wave_format *format, struct layout *layout)
{
    if (layout->channels > 2 || !adpcm_has_4_bits(format))
        return false;
    layout->block = (struct span){ 1, 2u / layout->channels };
    return true;
}

static inline void adpcm_stream_complete(struct wave_format *format, const struct mode *mode,
                                         uint8_t dialect)
{
    (void)dialect;
    format->channels = mode->channels;
    format->sample_rate = mode->sample_rate;
    format->byte_rate = (uint32_t)((uint64_t)mode->sample_rate * mode->channels / 2);
    format->block_align = 1;
    format->bits_per_sample = 4;
    format->extra_size = 0;
}

#endif
