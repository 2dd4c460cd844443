/* The encoder of Layer III. A frame takes these stages:
 *
 *     samples -> subbands (encoder.c), attacks (blocks.c) -> lines (here)
 *     -> thresholds, left and right or middle and side (masking.c)
 *     -> bits of each granule and channel (here) -> quantized lines, tables (quantizer.c)
 *     -> scale factors (factors.c)
 *     -> frame, reservoir (side.c, pending.c)
 */
#include <string.h>
#include "blocks.h"
#include "dsp.h"
#include "factors.h"
#include "fixed.h"
#include "layer3_encoder.h"
#include "masking.h"
#include "mpeg.h"
#include "pending.h"
#include "quantizer.h"
#include "side.h"

static const uint8_t cutoffs[][2] = { /* kbit/s of a channel, kHz */
                                      { 8, 4 },   { 16, 6 },  { 24, 8 },  { 32, 11 }, { 40, 14 },
                                      { 48, 16 }, { 64, 18 }, { 80, 19 }, { 96, 20 }
};

static uint16_t cutoff_of(uint32_t bit_rate, uint32_t rate)
{
    uint32_t hz = 21000;

    for (int i = sizeof cutoffs / sizeof cutoffs[0] - 1; i >= 0; i--)
        if (bit_rate < 1000u * cutoffs[i][0] + 1000)
            hz = 1000u * cutoffs[i][1];
    hz = hz * 1152 / rate;
    return (uint16_t)(hz < MPEG_GRANULE ? hz & ~15u : MPEG_GRANULE);
}

static enum mpeg_block_type block_type(const bool is_short[3])
{
    if (is_short[1])
        return MPEG_SHORT;
    if (is_short[2])
        return MPEG_START;
    return is_short[0] ? MPEG_STOP : MPEG_LONG;
}

/* The lines of short blocks, in the order of bands, blocks, lines (2.4.3.4.8). */
static void reorder(const struct l3_encoder *encoder, int32_t x[MPEG_GRANULE])
{
    const struct mpeg_bands *bands = &encoder->base.masking.bands[1];
    int32_t y[MPEG_GRANULE];
    unsigned f = 0;

    memcpy(y, x, sizeof y);
    for (unsigned b = 0; b < bands->count; b += 3)
        for (unsigned k = 0; k < (unsigned)(bands->start[b + 1] - bands->start[b]); k++, f++)
            for (unsigned w = 0; w < 3; w++)
                x[bands->start[b + w] + k] =
                    3 * f < encoder->cutoff ? y[f / 6 * 18 + 6 * w + f % 6] : 0;
}

/* An isolated long block between short ones would have to rise and fall at once. */
static void find_lines(struct l3_encoder *encoder, unsigned granule)
{
    bool *is_short = encoder->is_short;
    enum mpeg_block_type type;

    is_short[2] = l3_has_attack(encoder, granule);
    is_short[1] = is_short[1] || (is_short[0] && is_short[2]);
    type = block_type(is_short);
    is_short[0] = is_short[1];
    is_short[1] = is_short[2];
    for (unsigned c = 0; c < encoder->base.channels; c++) {
        int32_t *x = encoder->x[granule][c];

        encoder->part[granule][c].block_type = (uint8_t)type;
        encoder->base.dsp->transform(encoder->base.slots[c] + MPEG_GRANULE_SLOTS * granule, type,
                                     x);
        if (type == MPEG_SHORT)
            reorder(encoder, x);
        else
            memset(x + encoder->cutoff, 0, (MPEG_GRANULE - encoder->cutoff) * sizeof *x);
    }
}

/* Middle and side are taken unless they need 5 % more bits, by the estimate of entropy. */
static bool is_mid_side(const struct l3_encoder *encoder)
{
    uint32_t sides = 0, middle = 0;

    if (encoder->base.channels == 1)
        return false;
    for (unsigned g = 0; g < encoder->granules; g++) {
        sides += encoder->levels[g][0].entropy + encoder->levels[g][1].entropy;
        middle += encoder->levels[g][2].entropy + encoder->levels[g][3].entropy;
    }
    return middle < sides * 105 / 100;
}

/* The bits of a granule: its share, more if its entropy is above the usual one, and what the
 * reservoir has beyond its usual state. */
static uint32_t granule_bits(struct l3_encoder *encoder, uint32_t mean, uint32_t reserve,
                             uint32_t entropy)
{
    int32_t most = (int32_t)encoder->reservoir_most * 8, want = (int32_t)mean;
    int32_t usual = (int32_t)encoder->usual_entropy;

    want += ((int32_t)reserve - most * 6 / 10) / 16;
    if (usual > 0) {
        int64_t more = ((int64_t)entropy - usual) * (int32_t)mean / (2 * usual);

        want += clamp((int32_t)more, -(int32_t)mean / 3, (int32_t)mean);
    }
    encoder->usual_entropy = usual ? (uint32_t)(usual + ((int32_t)entropy - usual) / 16) : entropy;
    return (uint32_t)clamp(want, 0, (int32_t)(mean + reserve));
}

static void quantize(struct l3_encoder *encoder, unsigned g, unsigned c,
                     const struct mpeg_levels *levels, uint32_t bits)
{
    struct l3_part *part = &encoder->part[g][c];

    l3_find_powers(encoder->x[g][c], encoder->powers);
    encoder->power_shift = 0;
    part->factor_bits = 0;
    part->compress = 0;
    memset(part->group, 0, 4);
    bits = bits < L3_PART_BITS ? bits : L3_PART_BITS;
    l3_fit(encoder, part, bits, encoder->last_gain[c] - L3_GAIN);
    encoder->last_gain[c] = part->gain;
    if (encoder->base.quality > 0)
        l3_shape(encoder, part, encoder->x[g][c], levels, bits);
}

static void quantize_granule(struct l3_encoder *encoder, unsigned g, uint32_t bits,
                             const struct mpeg_levels *levels)
{
    uint32_t sum = levels[0].entropy + levels[1].entropy + 2, first = bits;

    if (encoder->base.channels == 2)
        first = (uint32_t)((uint64_t)bits * (levels[0].entropy + 1) / sum);
    if (first > L3_PART_BITS)
        first = L3_PART_BITS;
    quantize(encoder, g, 0, &levels[0], first);
    if (encoder->base.channels == 2)
        quantize(encoder, g, 1, &levels[1],
                 bits - encoder->part[g][0].code.bits - encoder->part[g][0].factor_bits);
}

static void encode_frame(struct mpeg_encoder *base)
{
    struct l3_encoder *encoder = (struct l3_encoder *)(void *)base;
    struct mpeg_pending *pending = &base->pending;
    uint32_t bytes = mpeg_next_frame(base), bits, mean;
    bool mid_side;

    mpeg_analyze(base);
    for (unsigned g = 0; g < encoder->granules; g++) {
        const int32_t(*x)[MPEG_GRANULE] = (const int32_t(*)[MPEG_GRANULE])encoder->x[g];
        bool is_short;

        find_lines(encoder, g);
        is_short = encoder->part[g][0].block_type == MPEG_SHORT;
        mpeg_find_levels(&base->masking, x, is_short, encoder->levels[g]);
        if (base->channels == 2)
            mpeg_add_mid_side(&base->masking, x, is_short, encoder->levels[g]);
    }
    mid_side = is_mid_side(encoder);
    if (encoder->base.channels == 2) {
        encoder->base.header.mode = MPEG_JOINT;
        encoder->base.header.mode_extension = mid_side ? MPEG_MID_SIDE : 0;
    }
    bits = 8 * (bytes - base->overhead);
    mean = encoder->granules == 2 ? bits / 2 : bits;
    bits += 8 * pending->free;
    for (unsigned g = 0; g < encoder->granules; g++) {
        const struct mpeg_levels *levels = encoder->levels[g] + (mid_side ? 2 : 0);
        uint32_t entropy =
            levels[0].entropy + (encoder->base.channels == 2 ? levels[1].entropy : 0);
        uint32_t left = bits - mean * (encoder->granules - g), share;

        if (mid_side)
            mpeg_mid_side(encoder->x[g][0], encoder->x[g][1]);
        share = granule_bits(encoder, mean, left, entropy);
        quantize_granule(encoder, g, share, levels);
        for (unsigned c = 0; c < encoder->base.channels; c++)
            bits -= encoder->part[g][c].code.bits + encoder->part[g][c].factor_bits;
    }
    l3_write_frame(encoder, bytes);
    if (pending->free > encoder->reservoir_most)
        mpeg_put(&encoder->base, 0, pending->free - encoder->reservoir_most);
}

static void l3_init(struct l3_encoder *encoder, const struct mpeg_own *own,
                    const struct options *options)
{
    const struct mpeg_header *header = &own->encoded;
    struct mpeg_encoder *base = &encoder->base;
    uint32_t rate = mpeg_sample_rate(header), bit_rate = mpeg_bit_rate(header);

    memset(encoder, 0, sizeof *encoder);
    mpeg_encoder_init(base, own, options);
    base->encode = encode_frame;
    base->overhead = MPEG_HEADER_BYTES + mpeg_side_bytes(header);
    base->delay = L3_DELAY + L3_DECODER_DELAY;
    base->look_ahead = L3_LOOK_AHEAD;
    base->masking.limits_rise = true;
    encoder->granules = (uint8_t)(base->frame / MPEG_GRANULE);
    encoder->reservoir_most = mpeg_reservoir(header);
    encoder->cutoff = cutoff_of(bit_rate / base->channels, rate);
    encoder->last_gain[0] = encoder->last_gain[1] = 180;
    l3_init_lengths(encoder->lengths);
}

static void init(void *state, const struct layout *layout, const struct options *options)
{
    struct mpeg_own own;

    memcpy(&own, layout->own, sizeof own);
    l3_init(state, &own, options);
}

const struct codec_encoder mpeg_layer3_encoder = { sizeof(struct l3_encoder), init, mpeg_encode };
