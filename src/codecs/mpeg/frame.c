/* Frame headers. */
#include "frame.h"
#include "tables.h"

/* MPEG-2.5 has a zero in the last bit of the sync word. */
static const uint8_t version_codes[3] = { 3, 2, 0 };

bool mpeg_parse_header(const uint8_t src[MPEG_HEADER_BYTES], struct mpeg_header *header)
{
    unsigned version = src[1] >> 3 & 3, layer = 4u - (src[1] >> 1 & 3), bit_rate = src[2] >> 4,
             rate = src[2] >> 2 & 3;

    if (src[0] != 0xFF || src[1] >> 5 != 7 || version == 1 || layer == 4 || bit_rate == 15 ||
        rate == 3)
        return false;
    header->version = version == 0 ? MPEG_2_5 : (uint8_t)(3 - version);
    header->layer = (uint8_t)layer;
    header->crc = (src[1] & 1) == 0;
    header->bit_rate_index = (uint8_t)bit_rate;
    header->rate_index = (uint8_t)rate;
    header->padding = (src[2] & 2) != 0;
    header->private_bit = (src[2] & 1) != 0;
    header->mode = src[3] >> 6;
    header->mode_extension = src[3] >> 4 & 3;
    header->copyright = (src[3] & 8) != 0;
    header->original = (src[3] & 4) != 0;
    header->emphasis = src[3] & 3;
    return true;
}

void mpeg_write_header(const struct mpeg_header *header, uint8_t dst[MPEG_HEADER_BYTES])
{
    unsigned version = version_codes[header->version], layer = 4u - header->layer;

    dst[0] = 0xFF;
    dst[1] = (uint8_t)(0xE0 | version << 3 | layer << 1 | !header->crc);
    dst[2] = (uint8_t)(header->bit_rate_index << 4 | header->rate_index << 2 |
                       header->padding << 1 | header->private_bit);
    dst[3] = (uint8_t)(header->mode << 6 | header->mode_extension << 4 | header->copyright << 3 |
                       header->original << 2 | header->emphasis);
}

uint32_t mpeg_sample_rate(const struct mpeg_header *header)
{
    return mpeg_sample_rates[mpeg_rate(header)];
}

static const uint16_t *bit_rates(const struct mpeg_header *header)
{
    return mpeg_bit_rates[mpeg_is_lsf(header)][header->layer - 1];
}

uint32_t mpeg_bit_rate(const struct mpeg_header *header)
{
    return 1000u * bit_rates(header)[header->bit_rate_index];
}

unsigned mpeg_frame_samples(const struct mpeg_header *header)
{
    if (header->layer == 1)
        return 384;
    return header->layer == 3 && mpeg_is_lsf(header) ? MPEG_GRANULE : 2 * MPEG_GRANULE;
}

unsigned mpeg_padding_bytes(const struct mpeg_header *header)
{
    return header->padding ? header->layer == 1 ? 4 : 1 : 0;
}

/* Layer I counts slots of four bytes. */
unsigned mpeg_frame_bytes(const struct mpeg_header *header)
{
    uint32_t rate = mpeg_sample_rate(header), bit_rate = mpeg_bit_rate(header);
    unsigned bytes = header->layer == 1 ? 12 * bit_rate / rate * 4
                                        : mpeg_frame_samples(header) / 8 * bit_rate / rate;

    return bytes + mpeg_padding_bytes(header);
}

unsigned mpeg_side_bytes(const struct mpeg_header *header)
{
    if (mpeg_is_lsf(header))
        return header->mode == MPEG_MONO ? 9 : 17;
    return header->mode == MPEG_MONO ? 17 : 32;
}

bool mpeg_set_sample_rate(struct mpeg_header *header, uint32_t sample_rate)
{
    for (unsigned i = 0; i < MPEG_RATES; i++)
        if (mpeg_sample_rates[i] == sample_rate) {
            header->version = (uint8_t)(i / 3);
            header->rate_index = (uint8_t)(i % 3);
            return true;
        }
    return false;
}

bool mpeg_set_bit_rate(struct mpeg_header *header, uint32_t bit_rate)
{
    for (unsigned i = 1; i < MPEG_BIT_RATES; i++)
        if (1000u * bit_rates(header)[i] == bit_rate) {
            header->bit_rate_index = (uint8_t)i;
            return true;
        }
    return false;
}
