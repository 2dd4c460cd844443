/* The encoding of a frame. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

enum { LFE_END = 7, FIRST_SNR = 240, PRICE = 144 };

/* The lower the bit rate of a channel of full bandwidth, the lower is the end of its spectrum, for
 * the least audible noise: from 10 kHz at 32 kbit/s and 48 kHz to 17 kHz at 96 kbit/s, and all from
 * 192 kbit/s on. */
static unsigned end_of(const struct ac3_target *target)
{
    static const struct {
        uint16_t bits; /* in 1024 samples */
        uint16_t end;
    } points[] = { { 0, 73 },     { 683, 109 },  { 1024, 157 },
                   { 2048, 187 }, { 2731, 223 }, { 4096, 253 } };
    unsigned bits = target->header.bytes * 8u * 2 / 3 / target->header.full, i = 1;

    if (bits >= 4096)
        return 253;
    while (bits >= points[i].bits)
        i++;
    bits = (bits - points[i - 1].bits) * (points[i].end - points[i - 1].end) /
           (points[i].bits - points[i - 1].bits);
    return points[i - 1].end + bits / 3 * 3;
}

void ac3_init_encoder(struct ac3_encoder *state, const struct ac3_target *target,
                      const struct dsp_mdct *dsp)
{
    memset(state, 0, sizeof *state);
    state->dsp = dsp;
    state->target = *target;
    for (unsigned i = 0; i < target->header.full; i++) {
        state->channels[state->count++] = (uint8_t)i;
        state->end[i] = (uint16_t)end_of(target);
    }
    if (target->header.lfe) {
        state->channels[state->count++] = AC3_LFE;
        state->end[AC3_LFE] = LFE_END;
    }
    state->snr = FIRST_SNR;
    state->model.rate = target->header.rate;
    ac3_set_model(&state->model, AC3_MODEL_CODES);
    ac3_init_costs(state);
    ac3_init_checksums(state);
}

/* At 44.1 kHz, longer frames make up for what the shorter ones lack of the byte rate. */
static void choose_size(struct ac3_encoder *state)
{
    const struct ac3_target *target = &state->target;
    uint32_t sample_rate = ac3_sample_rates[target->header.rate];

    state->code = target->code;
    state->bytes = target->header.bytes;
    if (target->byte_rate == 0)
        return;
    state->credit += target->byte_rate * AC3_FRAME - target->header.bytes * sample_rate;
    if (state->credit >= 2 * sample_rate) {
        state->credit -= 2 * sample_rate;
        state->code++;
        state->bytes += 2;
    }
}

/* False if exponents would take more than half of the frame. */
static bool fit(struct ac3_encoder *state, int price)
{
    unsigned side[1 + AC3_BLOCKS], bits = 0;

    ac3_choose_exponents(state, price);
    ac3_count_side(state, side);
    for (unsigned i = 0; i < 1 + AC3_BLOCKS; i++)
        bits += side[i];
    if (price > 0 && bits > state->bytes * 4)
        return false;
    ac3_fit(state, side);
    return true;
}

unsigned ac3_encode(struct ac3_encoder *state, const int16_t *pcm, uint8_t *bytes)
{
    choose_size(state);
    memset(bytes, 0, state->bytes);
    ac3_analyze(state, pcm);
    if (!fit(state, PRICE))
        fit(state, 0);
    ac3_write_frame(state, bytes);
    return state->bytes;
}
