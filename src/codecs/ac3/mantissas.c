/* Coefficients: mantissas, dither, coupling and rematrixing: A/52, 7.3 to 7.5. */
#include <string.h>
#include "tables.h"

/* Codes of 3, 5 and 11 levels hold three, three and two mantissas; those that are left are for the
 * next coefficients of the same width, in whichever channel. */
struct groups {
    unsigned left_3, left_5, left_11;
    int32_t next_3[2], next_5[2], next_11;
};

static int32_t grouped_3(struct bit_reader *in, struct groups *groups)
{
    unsigned code;

    if (groups->left_3 > 0)
        return groups->next_3[--groups->left_3];
    code = bits_read(in, 5);
    groups->left_3 = 2;
    if (code >= 27)
        code = 13;
    groups->next_3[1] = ac3_levels_3[code / 3 % 3];
    groups->next_3[0] = ac3_levels_3[code % 3];
    return ac3_levels_3[code / 9];
}

static int32_t grouped_5(struct bit_reader *in, struct groups *groups)
{
    unsigned code;

    if (groups->left_5 > 0)
        return groups->next_5[--groups->left_5];
    code = bits_read(in, 7);
    groups->left_5 = 2;
    if (code >= 125)
        code = 62;
    groups->next_5[1] = ac3_levels_5[code / 5 % 5];
    groups->next_5[0] = ac3_levels_5[code % 5];
    return ac3_levels_5[code / 25];
}

static int32_t grouped_11(struct bit_reader *in, struct groups *groups)
{
    unsigned code;

    if (groups->left_11 > 0) {
        groups->left_11 = 0;
        return groups->next_11;
    }
    code = bits_read(in, 7);
    groups->left_11 = 1;
    if (code >= 121)
        code = 60;
    groups->next_11 = ac3_levels_11[code % 11];
    return ac3_levels_11[code / 11];
}

/* The mantissa of a width from 1 to 15, Q30. From 6 on, it has width - 1 bits, or 14 or 16. */
static int32_t mantissa_of(struct bit_reader *in, unsigned width, struct groups *groups)
{
    switch (width) {
    case 1:
        return grouped_3(in, groups);
    case 2:
        return grouped_5(in, groups);
    case 3:
        return ac3_levels_7[bits_read(in, ac3_uniform_bits[3])];
    case 4:
        return grouped_11(in, groups);
    case 5:
        return ac3_levels_15[bits_read(in, ac3_uniform_bits[5])];
    default:
        return (int32_t)(bits_read(in, ac3_uniform_bits[width])
                         << (32 - ac3_uniform_bits[width])) >>
               1;
    }
}

/* The dither of liba52: a linear feedback shift register, x^16 + x^15 + x^13 + x^4 + 1, stepped by
 * eight, with the peak that 7.3.4 recommends, -3 dB. */
static int32_t noise_of(uint16_t *state)
{
    const int64_t root_half_q30 = 759250125;
    unsigned next = *state;

    for (int bit = 0; bit < 8; bit++)
        next = next << 1 ^ (next & 0x8000 ? 0x1A011 : 0);
    *state = (uint16_t)next;
    return (int32_t)((int16_t)next * root_half_q30 >> 15);
}

static int32_t scaled(int32_t mantissa, unsigned exponent)
{
    unsigned shift = AC3_MANTISSA_Q - AC3_X_Q + exponent;

    return (mantissa + (1 << (shift - 1))) >> shift;
}

/* By a gain of Q26. */
static int32_t scaled_by(int32_t mantissa, unsigned exponent, int32_t gain)
{
    unsigned shift = AC3_MANTISSA_Q + AC3_COORDINATE_Q - AC3_X_Q + exponent;

    return (int32_t)(((int64_t)mantissa * gain + ((int64_t)1 << (shift - 1))) >> shift);
}

static void read_channel(struct bit_reader *in, const struct ac3_channel *channel,
                         struct groups *groups, uint16_t *noise, int32_t *x)
{
    for (unsigned i = 0; i < channel->end; i++) {
        unsigned width = channel->widths[i];

        if (width > 0)
            x[i] = scaled(mantissa_of(in, width, groups), channel->exponents[i]);
        else
            x[i] = noise ? scaled(noise_of(noise), channel->exponents[i]) : 0;
    }
}

/* Each channel has noise of its own where the coupling channel has no mantissas: 7.4.4. */
static void read_coupled(struct bit_reader *in, const struct ac3_frame *frame,
                         struct groups *groups, uint16_t *noise, int32_t x[][AC3_BLOCK])
{
    const struct ac3_channel *channel = &frame->channels[AC3_COUPLING];
    const struct ac3_coupling *coupling = &frame->coupling;

    for (unsigned i = channel->start; i < channel->end; i++) {
        unsigned width = channel->widths[i], band = coupling->band_of[(i - channel->start) / 12];
        int32_t mantissa = width > 0 ? mantissa_of(in, width, groups) : 0;

        for (unsigned j = 0; j < frame->header.full; j++) {
            int32_t gain = coupling->coordinates[j][band];

            if (!coupling->coupled[j])
                continue;
            if (width == 0)
                mantissa = frame->dithered[j] ? noise_of(noise) : 0;
            if (j == 1 && coupling->inverted[band])
                gain = -gain;
            x[j][i] = scaled_by(mantissa, channel->exponents[i], gain);
        }
    }
}

/* 7.5.4. */
static void rematrix(const struct ac3_frame *frame, int32_t *left, int32_t *right)
{
    unsigned most = frame->channels[0].end;

    if (frame->channels[1].end < most)
        most = frame->channels[1].end;
    for (unsigned band = 0; band < AC3_REMATRIX_BANDS; band++)
        for (unsigned i = ac3_rematrix_starts[band];
             i < ac3_rematrix_starts[band + 1] && i < most && frame->rematrixed[band]; i++) {
            int32_t sum = left[i] + right[i];

            right[i] = left[i] - right[i];
            left[i] = sum;
        }
}

void ac3_read_coefficients(struct bit_reader *in, const struct ac3_frame *frame, uint16_t *noise,
                           int32_t x[AC3_OUTPUTS][AC3_BLOCK])
{
    struct groups groups = { 0 };
    bool coupled = false;

    memset(x, 0, AC3_OUTPUTS * sizeof *x);
    for (unsigned i = 0; i < frame->header.full; i++) {
        read_channel(in, &frame->channels[i], &groups, frame->dithered[i] ? noise : 0, x[i]);
        if (frame->coupling.in_use && frame->coupling.coupled[i] && !coupled) {
            read_coupled(in, frame, &groups, noise, x);
            coupled = true;
        }
    }
    if (frame->header.mode == 2)
        rematrix(frame, x[0], x[1]);
    if (frame->header.lfe)
        read_channel(in, &frame->channels[AC3_LFE], &groups, 0, x[AC3_LFE]);
}
