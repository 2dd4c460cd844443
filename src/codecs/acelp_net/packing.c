/* The bits of a frame, from the lowest bit of each byte up. A block holds whole frames without
 * padding. */
#include "acelp_net.h"
const struct acelp_net_mode acelp_net_modes[ACELP_NET_MODES] = {
    { .bit_rate = 8500,
      .frame = 3 * ACELP_NET_NARROW,
      .block_bytes = 19,
      .block_frames = 1,
      .subframes = 3,
      .pulses = ACELP_NET_SIX,
      .lsf_bits = { 6, 7, 7, 7, 5 },
      .lag_bits = { 8, 5, 5 },
      .pulse_fields = 3,
      .pulse_bits = { 9, 9 },
      .gain_bits = 7,
      .sharpening_q30 = 858993459 },
    { .bit_rate = 6500,
      .frame = 3 * ACELP_NET_NARROW,
      .block_bytes = 29,
      .block_frames = 2,
      .subframes = 3,
      .pulses = ACELP_NET_THREE,
      .lsf_bits = { 6, 7, 7, 7, 5 },
      .lag_bits = { 8, 5, 5 },
      .pulse_fields = 3,
      .pulse_bits = { 5, 5 },
      .gain_bits = 7,
      .sharpening_q30 = 858993459 },
    { .bit_rate = 5000,
      .frame = 5 * ACELP_NET_NARROW,
      .block_bytes = 37,
      .block_frames = 2,
      .subframes = 5,
      .pulses = ACELP_NET_TWO_OR_THREE,
      .lsf_bits = { 6, 7, 7, 7, 5 },
      .lag_bits = { 8, 5, 8, 5, 5 },
      .pulse_fields = 1,
      .pulse_bits = { 10 },
      .gain_bits = 7,
      .sharpening_q30 = 912680550 },
    { .bit_rate = 16000,
      .frame = 2 * ACELP_NET_WIDE,
      .block_bytes = 20,
      .block_frames = 1,
      .subframes = 2,
      .pulses = ACELP_NET_TEN,
      .predictor_bits = 1,
      .lsf_bits = { 7, 8, 7, 7, 7 },
      .lag_bits = { 9, 6 },
      .pitch_gain_bits = 4,
      .pulse_fields = 10,
      .pulse_bits = { 4, 5 },
      .gain_bits = 5 },
};
struct bit_cursor {
    const uint8_t *bytes;
    unsigned at;
};

static unsigned take(struct bit_cursor *in, unsigned bits)
{
    unsigned value = 0;

    for (unsigned got = 0, part; got < bits; got += part) {
        unsigned free = 8 - in->at % 8, left = bits - got;

        part = left < free ? left : free;
        value |= ((unsigned)in->bytes[in->at / 8] >> in->at % 8 & ((1u << part) - 1)) << got;
        in->at += part;
    }
    return value;
}

unsigned acelp_net_unpack(const struct acelp_net_mode *mode, const uint8_t *block, unsigned at,
                          struct acelp_net_parameters *out)
{
    struct bit_cursor in = { block, at };

    out->predictor = (uint8_t)take(&in, mode->predictor_bits);
    for (int i = 0; i < ACELP_NET_CODEBOOKS; i++)
        out->lsf[i] = (uint8_t)take(&in, mode->lsf_bits[i]);
    for (int i = 0; i < mode->subframes; i++) {
        struct acelp_net_subframe *sub = &out->subframes[i];

        sub->lag = (uint16_t)take(&in, mode->lag_bits[i]);
        sub->pitch_gain = (uint8_t)take(&in, mode->pitch_gain_bits);
        for (int j = 0; j < mode->pulse_fields; j++)
            sub->pulses[j] = (uint16_t)take(&in, mode->pulse_bits[j % 2]);
        sub->gain = (uint8_t)take(&in, mode->gain_bits);
    }
    return in.at;
}
