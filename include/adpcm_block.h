/* The blocks of IMA (0x11) and Microsoft ADPCM (0x02), and the rule by which the redundant fields
 * of their headers are read. The codecs' `parse` and the program share it. */
#ifndef OMNIACM_ADPCM_BLOCK_H
#define OMNIACM_ADPCM_BLOCK_H

#include "bits.h"
#include "codec.h"

/* A block has a header for each channel, which contains its first samples, and then codes. */
struct adpcm_shape {
    /* The frames that `bytes` bytes from the start of a block contain; 0 if a header is incomplete.
     * `bits` is the width of a code. */
    uint32_t (*frames)(size_t bytes, unsigned channels, unsigned bits);
    /* The size of a block of `frames` frames, which has at least the frames of a header. */
    uint64_t (*bytes)(uint32_t frames, unsigned channels, unsigned bits);
};

enum { IMA_BLOCK_HEADER = 4, MS_BLOCK_HEADER = 7 }; /* bytes per channel */

/* The codes of IMA ADPCM are dwords of each channel in turn. */
static inline uint32_t ima_block_frames(size_t bytes, unsigned channels, unsigned bits)
{
    size_t group = 4u * channels, body, rest;

    if (channels == 0 || bytes < (size_t)IMA_BLOCK_HEADER * channels)
        return 0;
    body = bytes - (size_t)IMA_BLOCK_HEADER * channels;
    rest = body % group;
    return (uint32_t)(1 +
                      (body / group * 4 + (rest > group - 4 ? rest - (group - 4) : 0)) * 8 / bits);
}

static inline uint64_t ima_block_bytes(uint32_t frames, unsigned channels, unsigned bits)
{
    uint64_t dwords = ((uint64_t)(frames - 1) * bits + 31) / 32;

    return (IMA_BLOCK_HEADER + 4 * dwords) * channels;
}

/* The codes of Microsoft ADPCM, of 4 bits, alternate between the channels. */
static inline uint32_t ms_block_frames(size_t bytes, unsigned channels, unsigned bits)
{
    (void)bits;
    if (channels == 0 || bytes < (size_t)MS_BLOCK_HEADER * channels)
        return 0;
    return (uint32_t)(2 + (bytes - (size_t)MS_BLOCK_HEADER * channels) * 2 / channels);
}

static inline uint64_t ms_block_bytes(uint32_t frames, unsigned channels, unsigned bits)
{
    (void)bits;
    return (uint64_t)MS_BLOCK_HEADER * channels + ((uint64_t)(frames - 2) * channels + 1) / 2;
}

static const struct adpcm_shape ima_shape = { ima_block_frames, ima_block_bytes };
static const struct adpcm_shape ms_shape = { ms_block_frames, ms_block_bytes };

/* The width of IMA ADPCM's codes: 0 and 16, the width of PCM, mean 4 bits. 8 is not among them,
 * because ffmpeg reads such files as another codec, that of the game Zork. */
static inline unsigned ima_bits(uint16_t stated)
{
    return stated % 16 == 0 && stated <= 16 ? 4 : stated;
}

/* True if a byte rate is that of the block, rounded up or down, and with up to 0.1 % of error. */
static inline bool adpcm_rate_agrees(const struct wave_format *format, struct span block)
{
    uint64_t exact = block.frames ? (uint64_t)format->sample_rate * block.bytes / block.frames : 0;
    uint64_t slack = 1 + exact / 1000;

    return exact != 0 && format->byte_rate + slack >= exact && format->byte_rate <= exact + slack;
}

/* Finds the block by nBlockAlign, wSamplesPerBlock (the first extra bytes) and nAvgBytesPerSec, of
 * which each follows from the others. Two fields that agree outvote the third:
 *
 * 1. The block has room for the stated samples, which are at least half of those it has room for:
 *    both are believed, so that a block may end with unused codes.
 * 2. The byte rate agrees with the block and a smaller number of samples: all are believed.
 * 3. The byte rate agrees with the block as far as it has room: the samples are wrong.
 * 4. The byte rate agrees with a block that just has room for the stated samples: the size is
 * wrong.
 * 5. Nothing agrees: the size is believed if it has room for more than a header, else the samples.
 *
 * Returns 0 frames if the header states neither a size nor samples. */
static inline struct span adpcm_block(const struct wave_format *format,
                                      const struct adpcm_shape *shape, unsigned bits)
{
    unsigned channels = format->channels;
    uint32_t stated = format->extra_size >= 2 ? load16_le(format->extra) : 0;
    struct span full = { format->block_align, shape->frames(format->block_align, channels, bits) };
    struct span some = { full.bytes, stated };
    uint64_t natural = stated > 1 ? shape->bytes(stated, channels, bits) : 0;
    struct span other = { natural <= UINT16_MAX ? (uint32_t)natural : 0, stated };

    if (shape == &ima_shape && format->block_align <= IMA_BLOCK_HEADER * channels)
        full.frames = 0;
    if (other.bytes == 0 || (stated <= full.frames && 2 * stated >= full.frames))
        return other.bytes == 0 ? full : some;
    if (full.frames != 0 && stated < full.frames && adpcm_rate_agrees(format, some))
        return some;
    if (full.frames != 0 && adpcm_rate_agrees(format, full))
        return full;
    return full.frames == 0 || adpcm_rate_agrees(format, other) ? other : full;
}

#endif
