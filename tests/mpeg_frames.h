/* Frames of MPEG audio with random contents, which decode to noise. With MPEG_FRAMES_ALONE, the
 * program defines struct bytes and draw(), as in support.h. */
#ifndef OMNIACM_TESTS_MPEG_FRAMES_H
#define OMNIACM_TESTS_MPEG_FRAMES_H

#include <stdlib.h>
#include <string.h>
#include "../src/codecs/mpeg/frame.h"
#ifndef MPEG_FRAMES_ALONE
#include "../src/codecs/mpeg/format.h"
#include "support.h"
#endif

/* Whether frames have padding, and several bit rates. */
enum mpeg_sizes { MPEG_FIXED, MPEG_PADDED, MPEG_VARIABLE };

static inline void mpeg_put_bits(uint8_t *to, unsigned *at, unsigned count, uint32_t value)
{
    for (; count-- > 0; ++*at)
        to[*at / 8] |= (uint8_t)((value >> count & 1) << (7 - *at % 8));
}

/* Side information of one granule of random lines without a reservoir, in moderate loudness. */
static inline void mpeg_put_granule(uint8_t *side, unsigned *at, unsigned bits, bool lsf,
                                    uint32_t *seed)
{
    bool window = draw(seed) % 4 == 0;

    mpeg_put_bits(side, at, 12, bits < 4095 ? bits : 4095);
    mpeg_put_bits(side, at, 9, draw(seed) % 100);
    mpeg_put_bits(side, at, 8, 150 + draw(seed) % 20);
    mpeg_put_bits(side, at, lsf ? 9 : 4, draw(seed) % (lsf ? 512 : 16));
    mpeg_put_bits(side, at, 1, window);
    if (window) {
        mpeg_put_bits(side, at, 2, 1 + draw(seed) % 3);
        mpeg_put_bits(side, at, 1, draw(seed) % 2);
        mpeg_put_bits(side, at, 10, draw(seed) % 1024);
        mpeg_put_bits(side, at, 9, draw(seed) % 512);
    } else {
        mpeg_put_bits(side, at, 15, draw(seed) % 32768);
        mpeg_put_bits(side, at, 7, draw(seed) % 128);
    }
    mpeg_put_bits(side, at, lsf ? 2 : 3, draw(seed) % 4);
}

/* Fills a frame behind its header; no byte is 0xFF, so none looks like a header. */
static inline void mpeg_fill_frame(const struct mpeg_header *header, uint8_t *frame, uint32_t *seed)
{
    unsigned bytes = mpeg_frame_bytes(header), side = 4 + mpeg_side_bytes(header), at = 0;
    unsigned granules = mpeg_is_lsf(header) ? 1 : 2, channels = mpeg_channels(header);

    memset(frame + 4, 0, bytes - 4);
    for (unsigned i = 4; i < bytes; i++)
        frame[i] = header->layer == 3 && i < side ? 0 : (uint8_t)(draw(seed) % 255);
    if (header->layer != 3)
        return;
    at = mpeg_is_lsf(header) ? 8 + channels : 9 + (channels == 1 ? 5u : 3u) + 4 * channels;
    for (unsigned i = 0; i < granules * channels; i++)
        mpeg_put_granule(frame + 4, &at, (bytes - side) * 8 / granules / channels,
                         mpeg_is_lsf(header), seed);
    for (unsigned i = 4; i < side; i++)
        frame[i] = frame[i] == 0xFF ? 0xFE : frame[i];
}

static inline void mpeg_add_frame(struct bytes *stream, const struct mpeg_header *header,
                                  uint32_t *seed)
{
    mpeg_write_header(header, stream->data + stream->size);
    mpeg_fill_frame(header, stream->data + stream->size, seed);
    stream->size += mpeg_frame_bytes(header);
}

/* `count` frames with the bit rate of the header, unless it varies. The caller frees. */
static inline struct bytes mpeg_frames(struct mpeg_header header, unsigned count,
                                       enum mpeg_sizes sizes, uint32_t seed)
{
    struct bytes stream = { malloc((size_t)count * MPEG_FRAME_MOST), 0 };
    uint8_t index = header.bit_rate_index;

    for (unsigned i = 0; i < count; i++) {
        header.bit_rate_index = (uint8_t)(sizes == MPEG_VARIABLE ? 8 + draw(&seed) % 7 : index);
        header.padding = sizes != MPEG_FIXED && draw(&seed) % 2;
        header.mode_extension = (uint8_t)(header.mode == MPEG_JOINT ? draw(&seed) % 4 : 0);
        mpeg_add_frame(&stream, &header, &seed);
    }
    return stream;
}

/* Whether it is a tag of MPEG audio. */
static inline bool is_mpeg(uint16_t tag) { return tag == 0x55 || tag == 0x50; }

#ifndef MPEG_FRAMES_ALONE
/* As many bytes of frames of a format: the nominal bit rate, and no padding. The caller frees. */
static inline struct bytes mpeg_frames_of(const struct wave_format *format, size_t size,
                                          uint32_t seed)
{
    struct mpeg_header header = { .layer = format->tag == 0x55 ? 3 : 2,
                                  .mode = format->channels == 1 ? MPEG_MONO : MPEG_STEREO };
    struct bytes stream = { malloc(size + MPEG_FRAME_MOST), 0 };
    uint32_t bit_rate = format->byte_rate * 8;
    unsigned period;
    uint8_t index;

    assert_true(mpeg_set_sample_rate(&header, format->sample_rate));
    period = mpeg_period(&header, format->byte_rate);
    assert_true(mpeg_set_bit_rate(&header, period > 1 ? 16000 : bit_rate));
    index = header.bit_rate_index;
    for (unsigned i = 1; stream.size < size; i++) {
        header.bit_rate_index = (uint8_t)(index + (period > 1 && i % period == 0));
        mpeg_add_frame(&stream, &header, &seed);
    }
    stream.size = size;
    return stream;
}
#endif

#endif
