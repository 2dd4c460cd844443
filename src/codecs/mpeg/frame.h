/* The header of an MPEG audio frame, and the lengths that follow from it: ISO/IEC 11172-3 (1993),
 * 2.4.1.3 and 2.4.2.3; ISO/IEC 13818-3 (1998), 2.4.2.3, for the half sample rates. MPEG-2.5, for
 * the quarter ones, was never standardized. */
#ifndef OMNIACM_MPEG_FRAME_H
#define OMNIACM_MPEG_FRAME_H

#include <stdbool.h>
#include <stdint.h>

enum {
    MPEG_HEADER_BYTES = 4,
    MPEG_CRC_BYTES = 2,
    MPEG_FRAME_MOST = 2881, /* bytes of a frame with a bit rate: MPEG-2.5, Layer II, 8 kHz, 160k */
    MPEG_GRANULE = 576      /* samples of each channel in a granule of Layer III */
};

/* The fields of MPEGLAYER3WAVEFORMAT, and of MPEG1WAVEFORMAT, behind WAVEFORMATEX. */
enum {
    LAYER3_EXTRA = 12,
    LAYER3_ID_MPEG = 1,
    LAYER3_PADDING_ISO = 0,
    LAYER3_PADDING_ON = 1,
    LAYER3_PADDING_OFF = 2,
    LAYER3_DELAY = 1393, /* that of Windows' encoder and decoder together */
    MPEG1_EXTRA = 22,
    MPEG1_STEREO = 1,
    MPEG1_MONO = 8,
    MPEG1_NO_EMPHASIS = 1,
    MPEG1_ID = 0x10
};

enum mpeg_version { MPEG_1, MPEG_2, MPEG_2_5 };
enum mpeg_mode { MPEG_STEREO, MPEG_JOINT, MPEG_DUAL, MPEG_MONO };

/* The bits of the mode extension in Layer III's joint stereo. */
enum { MPEG_INTENSITY = 1, MPEG_MID_SIDE = 2 };

struct mpeg_header {
    uint8_t version, layer; /* layer: 1 to 3 */
    uint8_t bit_rate_index; /* 0 to 14; 0 is free format */
    uint8_t rate_index;     /* 0 to 2 */
    uint8_t mode, mode_extension, emphasis;
    bool crc, padding, private_bit, copyright, original;
};

/* False if the bytes are not a header: no sync, or a reserved version, layer, bit rate or sample
 * rate. */
bool mpeg_parse_header(const uint8_t src[MPEG_HEADER_BYTES], struct mpeg_header *);
void mpeg_write_header(const struct mpeg_header *, uint8_t dst[MPEG_HEADER_BYTES]);

/* 1 or 2 */
static inline unsigned mpeg_channels(const struct mpeg_header *header)
{
    return header->mode == MPEG_MONO ? 1 : 2;
}

/* MPEG-2 and MPEG-2.5: the syntax for low sample rates (LSF). */
static inline bool mpeg_is_lsf(const struct mpeg_header *header)
{
    return header->version != MPEG_1;
}

/* The index of the sample rate in mpeg_sample_rates and in the tables of scale-factor bands. */
static inline unsigned mpeg_rate(const struct mpeg_header *header)
{
    return header->version * 3u + header->rate_index;
}

uint32_t mpeg_sample_rate(const struct mpeg_header *); /* Hz */
uint32_t mpeg_bit_rate(const struct mpeg_header *);    /* bit/s; 0 in free format */

/* Samples of each channel in a frame: 384, 576 or 1152. */
unsigned mpeg_frame_samples(const struct mpeg_header *);

/* The bytes of a frame with its header and padding; in free format, those of the padding. */
unsigned mpeg_frame_bytes(const struct mpeg_header *);

/* The bytes of padding: that of Layer I is a slot of four bytes. */
unsigned mpeg_padding_bytes(const struct mpeg_header *);

/* The bytes of Layer III's side information. */
unsigned mpeg_side_bytes(const struct mpeg_header *);

/* Sets the version and the index of a sample rate in Hz, or returns false. */
bool mpeg_set_sample_rate(struct mpeg_header *, uint32_t sample_rate);

/* Sets the index of a bit rate in bit/s; the version and the layer are set. */
bool mpeg_set_bit_rate(struct mpeg_header *, uint32_t bit_rate);

#endif
