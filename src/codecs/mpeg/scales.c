/* Scale factors: 11172-3, 2.4.2.7; 13818-3, 2.4.3.2. */
#include <string.h>
#include "layer3.h"
#include "peek.h"

enum { MPEG1_ILLEGAL = 7 };

/* Reads as many factors as do not exceed the data. `illegal` is a position for which intensity
 * stereo is off. */
static void read_some(struct layer3_bits *in, unsigned first, unsigned count, unsigned bits,
                      unsigned illegal, struct layer3_scales *scales)
{
    for (unsigned i = first; i < first + count; i++) {
        unsigned value = in->at < in->end ? mpeg_read(in->bytes, &in->at, bits) : 0;

        scales->factors[i] = (uint8_t)value;
        scales->positions[i] = value == illegal ? LAYER3_ILLEGAL : (uint8_t)value;
    }
}

static void read_mpeg1(struct layer3_bits *in, const struct layer3_granule *granule,
                       unsigned shared, struct layer3_scales *scales)
{
    static const uint8_t groups[5] = { 0, 6, 11, 16, 21 };
    const uint8_t *bits = mpeg_slen[granule->scale_compress];

    if (granule->block_type == MPEG_SHORT_TYPE) {
        unsigned lower = granule->mixed ? 17 : 18;

        read_some(in, 0, lower, bits[0], MPEG1_ILLEGAL, scales);
        read_some(in, lower, 18, bits[1], MPEG1_ILLEGAL, scales);
        return;
    }
    for (unsigned i = 0; i < 4; i++)
        if ((shared << i & 8) == 0)
            read_some(in, groups[i], groups[i + 1] - groups[i], bits[i / 2], MPEG1_ILLEGAL, scales);
}

/* Splits scale_compress into four lengths; returns the index in mpeg_lsf_counts. */
static unsigned lsf_lengths(unsigned compress, bool intensity, unsigned bits[4])
{
    bits[2] = bits[3] = 0;
    if (intensity) {
        compress /= 2;
        if (compress < 180) {
            bits[0] = compress / 36;
            bits[1] = compress % 36 / 6;
            bits[2] = compress % 6;
            return 3;
        }
        if (compress < 244) {
            compress -= 180;
            bits[0] = compress / 16;
            bits[1] = compress / 4 % 4;
            bits[2] = compress % 4;
            return 4;
        }
        bits[0] = (compress - 244) / 3;
        bits[1] = (compress - 244) % 3;
        return 5;
    }
    if (compress < 400) {
        bits[0] = compress / 80;
        bits[1] = compress / 16 % 5;
        bits[2] = compress / 4 % 4;
        bits[3] = compress % 4;
        return 0;
    }
    if (compress < 500) {
        compress -= 400;
        bits[0] = compress / 20;
        bits[1] = compress / 4 % 5;
        bits[2] = compress % 4;
        return 1;
    }
    bits[0] = (compress - 500) / 3;
    bits[1] = (compress - 500) % 3;
    return 2;
}

/* Without bits, no position is illegal. */
static void read_lsf(struct layer3_bits *in, const struct layer3_granule *granule, bool intensity,
                     struct layer3_scales *scales)
{
    unsigned kind = granule->block_type != MPEG_SHORT_TYPE ? 0 : granule->mixed ? 2 : 1;
    unsigned bits[4], first = 0;
    const uint8_t *counts =
        mpeg_lsf_counts[lsf_lengths(granule->scale_compress, intensity, bits)][kind];

    for (int i = 0; i < 4; first += counts[i++])
        read_some(in, first, counts[i], bits[i], bits[i] ? (1u << bits[i]) - 1 : LAYER3_ILLEGAL,
                  scales);
}

/* The last bands have the factor 0. */
void layer3_read_scales(struct layer3_bits *in, const struct mpeg_header *header,
                        const struct layer3_granule *granule, unsigned shared, bool intensity,
                        struct layer3_scales *scales)
{
    bool is_short = granule->block_type == MPEG_SHORT_TYPE;
    unsigned last = is_short ? granule->mixed ? mpeg_is_lsf(header) ? 33 : 35 : 36 : 21,
             step = is_short ? 3 : 1;

    if (mpeg_is_lsf(header))
        read_lsf(in, granule, intensity, scales);
    else
        read_mpeg1(in, granule, shared, scales);
    memset(scales->factors + last, 0, step);
}
