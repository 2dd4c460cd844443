/* The decoding of a block. */
#include <string.h>
#include "atrac3.h"
#include "fixed.h"

enum { PAD = 0xF8 }; /* before the second unit of joint stereo */

typedef int32_t bands[ATRAC3_BANDS][ATRAC3_BAND];

void atrac3_reset(struct atrac3_decoder *state)
{
    memset(state->channel, 0, sizeof state->channel);
    for (int i = 0; i < ATRAC3_CHANNELS / 2; i++)
        atrac3_stereo_reset(&state->stereo[i]);
}

/* A damaged unit is silent, so that the last one fades. */
static void decode_unit(struct atrac3_decoder *state, struct bit_reader *in, bool second,
                        struct atrac3_channel *channel, bands out)
{
    struct atrac3_unit unit;

    if (!atrac3_read_unit(in, second, &unit))
        memset(&unit, 0, sizeof unit);
    atrac3_bands(state->dsp, channel, &unit, out);
}

/* The bytes of a pair of channels belong to the first unit from the front, and to the second one
 * from the back. */
static void decode_pair(struct atrac3_decoder *state, unsigned pair, const uint8_t *src, bands a,
                        bands b)
{
    unsigned size = 2 * state->unit_bytes, skipped = 0;
    uint8_t backward[2 * ATRAC3_UNIT_MOST] = { 0 };
    struct bit_reader in = { src, size * 8, 0 };

    for (unsigned i = 0; i < size; i++)
        backward[i] = src[size - 1 - i];
    while (skipped < size - 4 && backward[skipped] == PAD)
        skipped++;
    decode_unit(state, &in, false, &state->channel[2 * pair], a);
    in = (struct bit_reader){ backward + skipped, (size - skipped) * 8, 0 };
    atrac3_read_stereo(&in, &state->stereo[pair]);
    decode_unit(state, &in, true, &state->channel[2 * pair + 1], b);
    atrac3_unmix(&state->stereo[pair], a, b);
}

static void write(struct atrac3_decoder *state, unsigned channel, bands in, int16_t *pcm)
{
    int32_t out[ATRAC3_FRAME];

    atrac3_join(&state->channel[channel], in, out);
    for (size_t i = 0; i < ATRAC3_FRAME; i++) {
        int64_t sample = ((int64_t)out[i] + (1 << (ATRAC3_Q - 1))) >> ATRAC3_Q;

        pcm[i * state->channels + channel] = saturate((int32_t)sample);
    }
}

/* A block of a mono file may have two units, of which the second one repeats the first or adds
 * nothing to it. */
void atrac3_decode(struct atrac3_decoder *state, const uint8_t *src, int16_t *pcm)
{
    bands a, b;

    for (unsigned i = 0; i < state->channels; i++, src += state->unit_bytes) {
        struct bit_reader in = { src, state->unit_bytes * 8, 0 };

        if (!state->joint) {
            decode_unit(state, &in, false, &state->channel[i], a);
            write(state, i, a, pcm);
        } else if (i % 2 == 0) {
            decode_pair(state, i / 2, src, a, b);
            write(state, i, a, pcm);
        } else {
            write(state, i, b, pcm);
        }
    }
}
