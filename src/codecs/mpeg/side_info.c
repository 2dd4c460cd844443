/* Side information: 11172-3, 2.4.1.7; 13818-3, 2.4.1.7. */
#include "layer3.h"
#include "peek.h"

enum { SIDE_BYTES_MOST = 32 };

struct side_bits {
    uint8_t bytes[SIDE_BYTES_MOST + 8];
    uint32_t at;
};

static unsigned read(struct side_bits *in, unsigned count)
{
    return mpeg_read(in->bytes, &in->at, count);
}

/* Where the first region of a block with a window of its own ends: two regions, of which the first
 * has bands of 36 lines, or of as many as there are at the rate. */
static uint16_t first_region(unsigned rate, bool short_block)
{
    if (rate == 8)
        return short_block ? 72 : 108;
    return rate < 3 || short_block ? 36 : 54;
}

static void read_window(struct side_bits *in, unsigned rate, struct layer3_granule *granule)
{
    granule->block_type = (uint8_t)read(in, 2);
    granule->mixed = read(in, 1) != 0;
    granule->damaged = granule->block_type == 0;
    for (int i = 0; i < 2; i++)
        granule->tables[i] = (uint8_t)read(in, 5);
    for (int i = 0; i < 3; i++)
        granule->subblock_gain[i] = (uint8_t)read(in, 3);
    granule->region_ends[0] = first_region(rate, granule->block_type == MPEG_SHORT_TYPE);
    granule->region_ends[1] = MPEG_LINES;
}

static uint16_t band_end(unsigned rate, unsigned bands)
{
    return mpeg_long_bands[rate][bands < MPEG_LONG_BANDS ? bands : MPEG_LONG_BANDS];
}

static void read_regions(struct side_bits *in, unsigned rate, struct layer3_granule *granule)
{
    unsigned first, second;

    for (int i = 0; i < 3; i++)
        granule->tables[i] = (uint8_t)read(in, 5);
    first = read(in, 4) + 1;
    second = first + read(in, 3) + 1;
    granule->region_ends[0] = band_end(rate, first);
    granule->region_ends[1] = band_end(rate, second);
}

static void read_granule(struct side_bits *in, const struct mpeg_header *header,
                         struct layer3_granule *granule)
{
    bool lsf = mpeg_is_lsf(header);
    unsigned pairs;

    *granule = (struct layer3_granule){ 0 };
    granule->bits = (uint16_t)read(in, 12);
    pairs = read(in, 9);
    granule->pair_lines = (uint16_t)(2 * (pairs < MPEG_LINES / 2 ? pairs : MPEG_LINES / 2));
    granule->global_gain = (uint8_t)read(in, 8);
    granule->scale_compress = (uint16_t)read(in, lsf ? 9 : 4);
    if (read(in, 1))
        read_window(in, mpeg_rate(header), granule);
    else
        read_regions(in, mpeg_rate(header), granule);
    granule->preflag = lsf ? granule->scale_compress >= 500 : read(in, 1) != 0;
    granule->coarse = read(in, 1) != 0;
    granule->count1_table = (uint8_t)read(in, 1);
}

void layer3_read_side(const struct mpeg_header *header, const uint8_t *src,
                      struct layer3_side *side)
{
    struct side_bits in = { { 0 }, 0 };
    unsigned channels = mpeg_channels(header);
    bool lsf = mpeg_is_lsf(header);

    memcpy(in.bytes, src, mpeg_side_bytes(header));
    side->main_data_begin = read(&in, lsf ? 8 : 9);
    read(&in, lsf ? channels : channels == 1 ? 5 : 3); /* private */
    side->shared[0] = side->shared[1] = 0;
    for (unsigned ch = 0; !lsf && ch < channels; ch++)
        side->shared[ch] = (uint8_t)read(&in, 4);
    for (int i = 0; i < (lsf ? 1 : 2); i++)
        for (unsigned ch = 0; ch < channels; ch++)
            read_granule(&in, header, &side->granules[i][ch]);
}
