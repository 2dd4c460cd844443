/* All of a block but its mantissas: A/52, 5.3.3 and 7.1. */
#include <string.h>
#include "tables.h"

enum { COUPLING_START = 37, SUBBAND = 12, WHOLE_END = 253, BANDWIDTH_MOST = 60 };
enum strategy { REUSE, D15, D25, D45 };
enum delta { DELTA_REUSE, DELTA_NEW, DELTA_NONE };

/* The coded channels, in the order of the stream. */
struct order {
    unsigned count;
    uint8_t channel[AC3_CHANNELS];
};

static struct order order_of(const struct ac3_frame *frame)
{
    struct order order = { 0, { 0 } };

    if (frame->coupling.in_use)
        order.channel[order.count++] = AC3_COUPLING;
    for (unsigned i = 0; i < frame->header.full; i++)
        order.channel[order.count++] = (uint8_t)i;
    if (frame->header.lfe)
        order.channel[order.count++] = AC3_LFE;
    return order;
}

/* In subbands. The exponents of another range cannot be reused. */
static void set_coupling_range(struct ac3_channel *channel, unsigned start, unsigned end)
{
    uint16_t old_start = channel->start, old_end = channel->end;

    channel->start = (uint16_t)(COUPLING_START + SUBBAND * start);
    channel->end = (uint16_t)(COUPLING_START + SUBBAND * end);
    channel->known = channel->known && channel->start == old_start && channel->end == old_end;
}

/* 7.4.2: subbands may be joined with the ones below to bands. */
static bool read_coupling_strategy(struct bit_reader *in, struct ac3_frame *frame)
{
    struct ac3_coupling *coupling = &frame->coupling;
    unsigned start, end;

    coupling->in_use = bits_read(in, 1);
    for (unsigned i = 0; i < AC3_FULL; i++)
        coupling->coupled[i] = false;
    if (!coupling->in_use)
        return true;
    for (unsigned i = 0; i < frame->header.full; i++)
        coupling->coupled[i] = bits_read(in, 1);
    coupling->phase_flags = frame->header.mode == 2 && bits_read(in, 1);
    start = bits_read(in, 4);
    end = bits_read(in, 4) + 3;
    if (frame->header.mode < 2 || end <= start)
        return false;
    set_coupling_range(&frame->channels[AC3_COUPLING], start, end);
    coupling->subbands = (uint8_t)(end - start);
    coupling->bands = 1;
    for (unsigned i = 1; i < coupling->subbands; i++) {
        coupling->bands = (uint8_t)(coupling->bands + !bits_read(in, 1));
        coupling->band_of[i] = (uint8_t)(coupling->bands - 1);
    }
    return true;
}

/* 7.4.3: gains with mantissas of 4 bits, below 8. */
static void read_coordinates(struct bit_reader *in, struct ac3_frame *frame)
{
    struct ac3_coupling *coupling = &frame->coupling;
    bool any = false;

    for (unsigned i = 0; i < frame->header.full; i++) {
        unsigned master;

        if (!coupling->coupled[i] || !bits_read(in, 1))
            continue;
        any = true;
        master = 3 * bits_read(in, 2);
        for (unsigned band = 0; band < coupling->bands; band++) {
            unsigned exponent = bits_read(in, 4), mantissa = bits_read(in, 4);

            mantissa = exponent == 15 ? 2 * mantissa : mantissa + 16;
            coupling->coordinates[i][band] =
                (int32_t)(mantissa << (AC3_COORDINATE_Q - 2)) >> (exponent + master);
        }
    }
    for (unsigned band = 0; band < coupling->bands && any; band++)
        coupling->inverted[band] = coupling->phase_flags && bits_read(in, 1);
}

/* 7.5.2: bands from the coupling channel on are not rematrixed. */
static void read_rematrixing(struct bit_reader *in, struct ac3_frame *frame)
{
    unsigned end = WHOLE_END;

    if (frame->coupling.in_use)
        end = frame->channels[AC3_COUPLING].start;
    if (!bits_read(in, 1))
        return;
    for (unsigned i = 0; i < AC3_REMATRIX_BANDS; i++)
        frame->rematrixed[i] = ac3_rematrix_starts[i] < end && bits_read(in, 1);
}

/* 7.1.3: three differences of -2 to 2 in 7 bits, each for 1, 2 or 4 coefficients. */
static bool read_differences(struct bit_reader *in, struct ac3_channel *channel, unsigned at,
                             enum strategy strategy, int exponent)
{
    unsigned repeat = 1u << (strategy - 1);

    while (at < channel->end) {
        unsigned code = bits_read(in, 7);
        uint8_t steps[3] = { (uint8_t)(code / 25), (uint8_t)(code / 5 % 5), (uint8_t)(code % 5) };

        if (code >= 125)
            return false;
        for (unsigned i = 0; i < 3; i++) {
            exponent += steps[i] - 2;
            if (exponent < 0 || exponent > AC3_EXPONENT_MOST)
                return false;
            for (unsigned j = 0; j < repeat && at < AC3_BLOCK; j++)
                channel->exponents[at++] = (uint8_t)exponent;
        }
    }
    return true;
}

/* The coupling channel's first exponent is twice the coded one, and is not itself used. */
static bool read_exponents(struct bit_reader *in, struct ac3_channel *channel, unsigned index,
                           enum strategy strategy)
{
    unsigned first = bits_read(in, 4), at = channel->start;

    if (index == AC3_COUPLING)
        first *= 2;
    else
        channel->exponents[at++] = (uint8_t)first;
    channel->known = channel->changed = true;
    if (!read_differences(in, channel, at, strategy, (int)first))
        return false;
    if (index < AC3_FULL)
        bits_read(in, 2);
    return true;
}

static bool read_all_exponents(struct bit_reader *in, struct ac3_frame *frame,
                               const struct order *order)
{
    enum strategy strategies[AC3_CHANNELS];

    for (unsigned i = 0; i < order->count; i++)
        strategies[i] = bits_read(in, order->channel[i] == AC3_LFE ? 1 : 2);
    for (unsigned i = 0; i < order->count; i++) {
        unsigned index = order->channel[i];
        struct ac3_channel *channel = &frame->channels[index];

        if (index >= AC3_FULL || strategies[i] == REUSE)
            continue;
        channel->end = frame->channels[AC3_COUPLING].start;
        if (!frame->coupling.coupled[index]) {
            unsigned bandwidth = bits_read(in, 6);

            if (bandwidth > BANDWIDTH_MOST)
                return false;
            channel->end = (uint16_t)(3 * bandwidth + 73);
        }
    }
    for (unsigned i = 0; i < order->count; i++) {
        unsigned index = order->channel[i];
        struct ac3_channel *channel = &frame->channels[index];

        if (strategies[i] == REUSE ? !channel->known
                                   : !read_exponents(in, channel, index, strategies[i]))
            return false;
    }
    return true;
}

/* 5.4.3.27 to 5.4.3.46. The first block must have all of it. */
static bool read_model(struct bit_reader *in, struct ac3_frame *frame, const struct order *order)
{
    struct ac3_model *model = &frame->model;
    bool model_follows = bits_read(in, 1), snr_follows;

    if (model_follows)
        ac3_set_model(model, bits_read(in, AC3_MODEL_BITS));
    snr_follows = bits_read(in, 1);
    if (snr_follows) {
        model->coarse_snr = (int)bits_read(in, 6);
        for (unsigned i = 0; i < order->count; i++) {
            frame->channels[order->channel[i]].fine_snr = (uint8_t)bits_read(in, 4);
            frame->channels[order->channel[i]].fast_gain = (uint8_t)bits_read(in, 3);
        }
    }
    for (unsigned i = 0; i < order->count && (model_follows || snr_follows); i++)
        frame->channels[order->channel[i]].changed = true;
    if (frame->coupling.in_use && bits_read(in, 1)) {
        model->fast_leak = (int)bits_read(in, 3);
        model->slow_leak = (int)bits_read(in, 3);
        frame->channels[AC3_COUPLING].changed = true;
    }
    return frame->begun || (model_follows && snr_follows);
}

/* 7.2.2.6: up to eight segments of bands. What passes the last band is ignored. */
static void read_deltas(struct bit_reader *in, struct ac3_channel *channel)
{
    unsigned segments = bits_read(in, 3) + 1, band = 0;

    /* The coupling channel's segments count from its first band. */
    while (ac3_band_starts[band + 1] <= channel->start)
        band++;
    memset(channel->deltas, 0, sizeof channel->deltas);
    for (; segments > 0; segments--) {
        unsigned length, code;
        int delta;

        band += bits_read(in, 5);
        length = bits_read(in, 4);
        code = bits_read(in, 3);
        delta = (int)code - (code >= 4 ? 3 : 4);
        for (; length > 0; length--, band++)
            if (band < AC3_BANDS)
                channel->deltas[band] = (int8_t)delta;
    }
    channel->delta = true;
}

static bool read_delta_allocation(struct bit_reader *in, struct ac3_frame *frame,
                                  const struct order *order)
{
    enum delta strategies[AC3_CHANNELS];

    if (!bits_read(in, 1))
        return true;
    for (unsigned i = 0; i < order->count; i++)
        strategies[i] = order->channel[i] == AC3_LFE ? DELTA_NONE : bits_read(in, 2);
    for (unsigned i = 0; i < order->count; i++) {
        struct ac3_channel *channel = &frame->channels[order->channel[i]];

        if (strategies[i] > DELTA_NONE)
            return false;
        channel->changed = true;
        if (strategies[i] == DELTA_NONE)
            channel->delta = false;
        else if (strategies[i] == DELTA_NEW)
            read_deltas(in, channel);
    }
    return true;
}

/* 7.2.2.1: without any SNR offset, no mantissas are coded. */
static void allocate(struct ac3_frame *frame, const struct order *order)
{
    bool none = frame->model.coarse_snr == 0;

    for (unsigned i = 0; i < order->count; i++)
        none = none && frame->channels[order->channel[i]].fine_snr == 0;
    for (unsigned i = 0; i < order->count; i++) {
        struct ac3_channel *channel = &frame->channels[order->channel[i]];

        if (channel->changed && none) {
            memset(channel->widths, 0, sizeof channel->widths);
        } else if (channel->changed) {
            struct ac3_bands bands = { 0 };

            ac3_find_masks(&frame->model, channel, order->channel[i] == AC3_LFE, &bands);
            ac3_set_widths(&frame->model, &bands, channel);
        }
        channel->changed = false;
    }
}

/* Dynamic range control is not applied. */
static void read_flags(struct bit_reader *in, struct ac3_frame *frame)
{
    for (unsigned i = 0; i < frame->header.full; i++)
        frame->short_blocks[i] = bits_read(in, 1);
    for (unsigned i = 0; i < frame->header.full; i++)
        frame->dithered[i] = bits_read(in, 1);
    for (int programs = frame->header.mode == 0 ? 2 : 1; programs > 0; programs--)
        if (bits_read(in, 1))
            bits_read(in, 8);
}

bool ac3_read_block(struct bit_reader *in, struct ac3_frame *frame)
{
    struct order order;

    read_flags(in, frame);
    if (bits_read(in, 1)) {
        if (!read_coupling_strategy(in, frame))
            return false;
    } else if (!frame->begun) {
        return false;
    }
    if (frame->coupling.in_use)
        read_coordinates(in, frame);
    if (frame->header.mode == 2)
        read_rematrixing(in, frame);
    order = order_of(frame);
    if (!read_all_exponents(in, frame, &order) || !read_model(in, frame, &order) ||
        !read_delta_allocation(in, frame, &order))
        return false;
    allocate(frame, &order);
    if (bits_read(in, 1))
        in->at += 8 * bits_read(in, 9);
    frame->begun = true;
    return in->at <= in->size;
}
