/* Layers I and II. */
#include <string.h>
#include "layer12.h"
#include "peek.h"

/* The samples of a quantizer of n levels are (2 code + 1 - n) / n, times a scale factor of
 * 2^(1 - i/3). The factor for Q26 is 2^(-i/3) times the mantissa of i mod 3 and 2^-shift, and its
 * error is below 2^-30 of it. The order is that of mpeg_quantizers. */
static const struct {
    uint8_t shift;
    int32_t mantissas[3];
} steps[17] = {
    { 5, { 1431655765, 1136305934, 901886617 } }, { 6, { 1717986918, 1363567121, 1082263941 } },
    { 6, { 1227133513, 973976515, 773045672 } },  { 7, { 1908874354, 1515074579, 1202515490 } },
    { 7, { 1145324612, 909044747, 721509294 } },  { 8, { 1108378657, 879720723, 698234801 } },
    { 9, { 1090785345, 865756902, 687151709 } },  { 10, { 1082196484, 858939919, 681741065 } },
    { 11, { 1077952576, 855571527, 679067571 } }, { 12, { 1075843080, 853897218, 677738671 } },
    { 13, { 1074791425, 853062519, 677076170 } }, { 14, { 1074266368, 852645781, 676745405 } },
    { 15, { 1074004032, 852437565, 676580144 } }, { 16, { 1073872912, 852333495, 676497543 } },
    { 17, { 1073807364, 852281470, 676456251 } }, { 18, { 1073774593, 852255459, 676435606 } },
    { 19, { 1073758208, 852242455, 676425285 } },
};

/* The scaling of the samples of one subband. */
struct scaling {
    int32_t offset;
    unsigned shift;
    int32_t mantissa;
};

static struct scaling scaling_of(unsigned quantizer, unsigned scale_factor)
{
    return (struct scaling){ mpeg_quantizers[quantizer].levels - 1,
                             steps[quantizer].shift + scale_factor / 3,
                             steps[quantizer].mantissas[scale_factor % 3] };
}

/* Up to 17 bits and 31. The code of all ones, which is not allowed, exceeds the range a little. */
static int32_t scaled(uint32_t code, struct scaling by)
{
    int64_t x = (int64_t)(2 * (int32_t)code - by.offset) * by.mantissa;

    return (int32_t)((x + ((int64_t)1 << by.shift >> 1)) >> by.shift);
}

/* The most bits of a frame before its samples, and of those. */
enum { PLAN_BITS = MPEG_BANDS * 2 * (4 + 2 + 18), SAMPLE_BITS = MPEG_BANDS * 2 * 36 * 16 };

/* The bits of a frame behind its header, and zeros behind them as far as its fields reach, so that
 * none has to be compared with the end. */
struct frame_bits {
    uint8_t bytes[(PLAN_BITS + SAMPLE_BITS) / 8 + 8];
    uint32_t size, at;
};

static void open_frame(struct frame_bits *in, const struct mpeg_header *header,
                       const uint8_t *frame, unsigned bytes)
{
    unsigned start = MPEG_HEADER_BYTES + (header->crc ? MPEG_CRC_BYTES : 0), n;

    n = bytes > start ? bytes - start : 0;
    memcpy(in->bytes, frame + start, n);
    in->size = n;
    in->at = 0;
}

/* Makes sure that the next `bits` can be read. */
static void require(struct frame_bits *in, uint32_t bits)
{
    uint32_t size = (in->at + bits) / 8 + 8;

    if (size > in->size) {
        memset(in->bytes + in->size, 0, size - in->size);
        in->size = size;
    }
}

/* `count` is 0 to 16. */
static unsigned read_bits(struct frame_bits *in, unsigned count)
{
    return mpeg_read(in->bytes, &in->at, count);
}

/* The first subband of which both channels share the samples. */
static unsigned shared_from(const struct mpeg_header *header, unsigned subbands)
{
    unsigned bound = 4 + 4u * header->mode_extension;

    return header->mode == MPEG_JOINT && bound < subbands ? bound : subbands;
}

/* By subband and channel. */
struct plan1 {
    uint8_t bits[MPEG_BANDS][2], scale_factors[MPEG_BANDS][2];
};

/* The quantizer of 2^bits - 1 levels, in mpeg_quantizers. */
static unsigned quantizer_of(unsigned bits) { return bits < 4 ? 2 * bits - 4 : bits; }

static void read_plan1(struct frame_bits *in, unsigned channels, unsigned bound, struct plan1 *plan)
{
    for (unsigned band = 0; band < MPEG_BANDS; band++)
        for (unsigned ch = 0; ch < channels; ch++) {
            bool repeated = ch == 1 && band >= bound;
            unsigned code = repeated ? 0 : read_bits(in, 4);

            plan->bits[band][ch] = (uint8_t)(code == 0 || code == 15 ? 0 : code + 1);
            if (repeated)
                plan->bits[band][1] = plan->bits[band][0];
        }
    for (unsigned band = 0; band < MPEG_BANDS; band++)
        for (unsigned ch = 0; ch < channels; ch++)
            if (plan->bits[band][ch] != 0)
                plan->scale_factors[band][ch] = (uint8_t)read_bits(in, 6);
}

void layer1_decode(const struct mpeg_header *header, const uint8_t *frame, unsigned bytes,
                   mpeg_subbands *bands)
{
    struct frame_bits in;
    unsigned channels = mpeg_channels(header), bound = shared_from(header, MPEG_BANDS);
    struct plan1 plan = { 0 };

    open_frame(&in, header, frame, bytes);
    require(&in, PLAN_BITS + SAMPLE_BITS);
    read_plan1(&in, channels, bound, &plan);
    for (unsigned slot = 0; slot < 12; slot++)
        for (unsigned band = 0; band < MPEG_BANDS; band++) {
            uint32_t code = 0;

            for (unsigned ch = 0; ch < channels; ch++) {
                unsigned bits = plan.bits[band][ch];

                if (ch == 0 || band < bound)
                    code = read_bits(&in, bits);
                bands[ch][band][slot] =
                    bits
                        ? scaled(code, scaling_of(quantizer_of(bits), plan.scale_factors[band][ch]))
                        : 0;
            }
        }
}

enum { SILENT = 0xFF };

/* By subband and channel: a quantizer or SILENT, and the scale factors of each third of a frame. */
struct plan2 {
    uint8_t quantizers[MPEG_BANDS][2], selections[MPEG_BANDS][2], scale_factors[MPEG_BANDS][2][3];
};

static void read_allocation(struct frame_bits *in, const struct mpeg_layer2 *table,
                            unsigned channels, unsigned bound, struct plan2 *plan)
{
    for (unsigned band = 0; band < table->subbands; band++) {
        const struct mpeg_allocation *allocation = &mpeg_allocations[table->allocation[band]];

        for (unsigned ch = 0; ch < channels; ch++) {
            unsigned code;

            if (ch == 1 && band >= bound) {
                plan->quantizers[band][1] = plan->quantizers[band][0];
                continue;
            }
            code = read_bits(in, allocation->bits);
            plan->quantizers[band][ch] = code ? allocation->quantizers[code] : SILENT;
        }
    }
}

/* Which of the transmitted factors each third has, by scale factor selection. */
static void read_scale_factors(struct frame_bits *in, unsigned subbands, unsigned channels,
                               struct plan2 *plan)
{
    static const uint8_t sources[4][3] = { { 0, 1, 2 }, { 0, 0, 1 }, { 0, 0, 0 }, { 0, 1, 1 } };

    for (unsigned band = 0; band < subbands; band++)
        for (unsigned ch = 0; ch < channels; ch++)
            if (plan->quantizers[band][ch] != SILENT)
                plan->selections[band][ch] = (uint8_t)read_bits(in, 2);
    for (unsigned band = 0; band < subbands; band++)
        for (unsigned ch = 0; ch < channels; ch++) {
            const uint8_t *source = sources[plan->selections[band][ch]];
            uint8_t factors[3] = { 0, 0, 0 };

            if (plan->quantizers[band][ch] == SILENT)
                continue;
            for (unsigned i = 0; i <= source[2]; i++)
                factors[i] = (uint8_t)read_bits(in, 6);
            for (unsigned i = 0; i < 3; i++)
                plan->scale_factors[band][ch][i] = factors[source[i]];
        }
}

/* A subband whose samples are read, of one channel or of both. */
struct reading {
    int32_t *to; /* its samples, as 2 code + 1 - levels */
    uint16_t levels;
    uint16_t inverse; /* 2^16 / levels, rounded up, if the codes of a group are its digits; or 0 */
    uint8_t bits;     /* of a code, or of a group */
    uint8_t total;    /* bits of three samples */
};

static struct reading reading_of(const struct mpeg_quantizer *quantizer, int32_t *to)
{
    uint32_t levels = quantizer->levels, inverse = quantizer->grouped ? 65535 / levels + 1 : 0;

    return (struct reading){ to, quantizer->levels, (uint16_t)inverse, quantizer->bits,
                             (uint8_t)(quantizer->bits * (quantizer->grouped ? 1 : 3)) };
}

/* Lists what each third of a granule contains; returns how many there are. */
static unsigned list_readings(const struct plan2 *plan, unsigned subbands, unsigned channels,
                              unsigned bound, mpeg_subbands *codes, struct reading *list)
{
    unsigned count = 0;

    for (unsigned band = 0; band < subbands; band++)
        for (unsigned ch = 0; ch < (band < bound ? channels : 1); ch++)
            if (plan->quantizers[band][ch] != SILENT)
                list[count++] =
                    reading_of(&mpeg_quantizers[plan->quantizers[band][ch]], codes[ch][band]);
    return count;
}

/* The first digit of a group is the lowest. The inverse is exact enough for 10 bits and 9 levels.
 */
static void read_group(const uint8_t *bytes, uint32_t at, const struct reading *reading,
                       int32_t *to)
{
    uint32_t group = mpeg_first_bits(mpeg_peek(bytes, at), reading->bits), levels = reading->levels;

    for (int i = 0; i < 3; i++) {
        uint32_t rest = group * reading->inverse >> 16;

        to[i] = (int32_t)(2 * (group - rest * levels) + 1 - levels);
        group = rest;
    }
}

/* Three codes, of up to 48 bits together. */
static void read_codes(const uint8_t *bytes, uint32_t at, const struct reading *reading,
                       int32_t *to)
{
    struct mpeg_cursor in = mpeg_cursor_at(bytes, at);

    for (int i = 0; i < 3; i++) {
        to[i] = 2 * (int32_t)mpeg_first_bits(in.word, reading->bits) + 1 - reading->levels;
        mpeg_skip(&in, reading->bits);
    }
}

/* All samples of a frame, three of each subband in turn. */
static void read_samples(struct frame_bits *in, const struct reading *list, unsigned count)
{
    uint32_t at = in->at;

    for (unsigned slot = 0; slot < MPEG_SLOTS; slot += 3)
        for (unsigned i = 0; i < count; i++) {
            if (list[i].inverse != 0)
                read_group(in->bytes, at, &list[i], list[i].to + slot);
            else
                read_codes(in->bytes, at, &list[i], list[i].to + slot);
            at += list[i].total;
        }
}

static uint32_t bits_of(const struct reading *list, unsigned count)
{
    uint32_t bits = 0;

    for (unsigned i = 0; i < count; i++)
        bits += MPEG_SLOTS / 3u * list[i].total;
    return bits;
}

/* The last bits of a mantissa do not matter to small values, so that one rounding is enough. */
static struct mpeg_gain gain_of(struct scaling by, unsigned end)
{
    unsigned small = by.shift > 32 ? by.shift - 32 : 0;

    return (struct mpeg_gain){ (by.mantissa + (1 << small >> 1)) >> small,
                               (int16_t)((int)(by.shift - small) - 32), (uint16_t)end };
}

static void scale_band(const struct dsp_mpeg *dsp, const int32_t *codes, unsigned quantizer,
                       const uint8_t factors[3], int32_t *x)
{
    struct mpeg_gain gains[3];

    for (unsigned i = 0; i < 3; i++)
        gains[i] = gain_of(scaling_of(quantizer, factors[i]), 12 * (i + 1));
    dsp->scale(codes, x, gains, 3);
}

/* Pieces of this size are a few stores each. */
static void clear(int32_t x[MPEG_SLOTS])
{
    for (int i = 0; i < MPEG_SLOTS; i += 12)
        memset(x + i, 0, 12 * sizeof *x);
}

/* The bit rate of free format decides on the table. */
static uint32_t bit_rate_of(const struct mpeg_header *header, unsigned bytes)
{
    uint32_t bit_rate = mpeg_bit_rate(header);

    return bit_rate ? bit_rate : bytes * mpeg_sample_rate(header) / 144;
}

void layer2_decode(const struct dsp_mpeg *dsp, const struct mpeg_header *header,
                   const uint8_t *frame, unsigned bytes, mpeg_subbands *bands)
{
    const struct mpeg_layer2 *table = mpeg_layer2_of(header, bit_rate_of(header, bytes));
    struct frame_bits in;
    unsigned channels = mpeg_channels(header), bound = shared_from(header, table->subbands), count;
    struct plan2 plan = { 0 };
    struct reading list[2 * MPEG_BANDS];
    mpeg_subbands codes[2];

    open_frame(&in, header, frame, bytes);
    require(&in, PLAN_BITS);
    read_allocation(&in, table, channels, bound, &plan);
    read_scale_factors(&in, table->subbands, channels, &plan);
    count = list_readings(&plan, table->subbands, channels, bound, codes, list);
    require(&in, bits_of(list, count));
    read_samples(&in, list, count);
    for (unsigned ch = 0; ch < channels; ch++)
        for (unsigned band = 0; band < MPEG_BANDS; band++)
            if (band < table->subbands && plan.quantizers[band][ch] != SILENT)
                scale_band(dsp, codes[band < bound ? ch : 0][band], plan.quantizers[band][ch],
                           plan.scale_factors[band][ch], bands[ch][band]);
            else
                clear(bands[ch][band]);
}
