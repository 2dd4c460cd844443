/* The decoding of a frame. */
#include <string.h>
#include "fixed.h"
#include "tables.h"

enum { HALF = AC3_BLOCK / 2, LFE_END = 7 };

void ac3_reset(struct ac3_decoder *state, uint32_t mask, const struct dsp_mdct *dsp)
{
    memset(state, 0, sizeof *state);
    state->dsp = dsp;
    state->outputs = (unsigned)__builtin_popcount(mask);
    state->mask = mask;
    state->noise = 1;
}

/* The coefficients of an output, of long or of short blocks. */
struct mixed {
    bool any;
    int32_t x[AC3_BLOCK];
};

static void add_channel(struct mixed *to, const int32_t *x, int32_t gain)
{
    const int64_t half = (int64_t)1 << (AC3_GAIN_Q - 1);

    if (!to->any && gain == 1 << AC3_GAIN_Q) {
        memcpy(to->x, x, sizeof to->x);
    } else {
        for (unsigned i = 0; i < AC3_BLOCK; i++) {
            int32_t y = (int32_t)(((int64_t)gain * x[i] + half) >> AC3_GAIN_Q);

            to->x[i] = (to->any ? to->x[i] : 0) + y;
        }
    }
    to->any = true;
}

/* The first of two short transforms takes the place of the second half of a long one's DCT-IV, from
 * which the first half of the inverse MDCT is made: the phases of 7.9.4.2 differ by as much. */
static void transform_short(const struct dsp_mdct *dsp, const int32_t *x, int32_t *z)
{
    int32_t first[HALF], second[HALF];

    for (unsigned i = 0; i < HALF; i++) {
        first[i] = x[2 * i];
        second[i] = x[2 * i + 1];
    }
    dsp->dct4(second, z, HALF, 0);
    dsp->dct4(first, z + HALF, HALF, 0);
}

/* Transforms are linear, so channels are mixed before, those of long and of short blocks apart. */
static void transform(const struct ac3_decoder *state, const int32_t *gains, int32_t x[][AC3_BLOCK],
                      int32_t z[AC3_BLOCK])
{
    struct mixed mixed[2];

    mixed[0].any = mixed[1].any = false;
    for (unsigned i = 0; i < AC3_OUTPUTS; i++)
        if (gains[i] != 0)
            add_channel(&mixed[state->frame.short_blocks[i]], x[i], gains[i]);
    if (mixed[1].any)
        transform_short(state->dsp, mixed[1].x, z);
    if (!mixed[0].any)
        return;
    state->dsp->dct4(mixed[0].x, mixed[0].x, AC3_BLOCK, 0);
    for (unsigned i = 0; i < AC3_BLOCK; i++)
        z[i] = mixed[1].any ? L_add(z[i], mixed[0].x[i]) : mixed[0].x[i];
}

/* The encoder's MDCT is negative and halves: 8.2.3.2. */
static void synthesize(struct ac3_decoder *state, const struct ac3_mix *mix, int32_t x[][AC3_BLOCK],
                       int16_t *pcm)
{
    const int32_t half = 1 << (AC3_PCM_Q - 1);

    for (unsigned o = 0; o < state->outputs; o++) {
        int32_t z[AC3_BLOCK] = { 0 }, out[AC3_BLOCK];

        transform(state, mix->gain[o], x, z);
        state->dsp->overlap(z, state->last[o], ac3_window, out, AC3_BLOCK);
        memcpy(state->last[o], z, sizeof state->last[o]);
        for (unsigned i = 0; i < AC3_BLOCK; i++)
            pcm[i * state->outputs + o] =
                saturate((int32_t)((half - (int64_t)out[i]) >> AC3_PCM_Q));
    }
}

bool ac3_begin(struct ac3_frame *frame, struct bit_reader *in)
{
    memset(frame, 0, sizeof *frame);
    if (!ac3_read_start(in->bytes, &frame->header))
        return false;
    in->size = frame->header.bytes * 8u;
    ac3_read_header(in, &frame->header);
    frame->model.rate = frame->header.rate;
    frame->model.halvings = frame->header.halvings;
    frame->channels[AC3_LFE].end = LFE_END;
    return true;
}

void ac3_decode(struct ac3_decoder *state, const uint8_t *bytes, int16_t *pcm)
{
    struct ac3_frame *frame = &state->frame;
    struct bit_reader in = { bytes, 0, 0 };
    bool valid = ac3_begin(frame, &in);
    struct ac3_mix mix;

    ac3_plan_mix(&frame->header, state->mask, &mix);
    for (unsigned block = 0; block < AC3_BLOCKS; block++) {
        int32_t x[AC3_OUTPUTS][AC3_BLOCK];

        valid = valid && ac3_read_block(&in, frame);
        if (valid)
            ac3_read_coefficients(&in, frame, &state->noise, x);
        else
            memset(x, 0, sizeof x);
        synthesize(state, &mix, x, pcm + (size_t)block * AC3_BLOCK * state->outputs);
    }
}
