/* The encoding of a frame. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

enum { PLACE_FIRST = 90 * 32 };

/* The gain of the format is relative to coefficients of 2/n (version 1: the root) of the DCT-IV. */
static void set_unit(struct wma_encoder *state)
{
    const uint32_t one = 1u << 30, root2 = 1518500250;
    int bits = (int)state->setup.frame_bits, half = bits / 2;
    struct wma_gain unit = { one, WMA_SCALE_BITS - bits };

    if (state->setup.format.version == 1)
        unit = wma_times(unit, bits % 2 ? (struct wma_gain){ one, half }
                                        : (struct wma_gain){ root2, half - 1 });
    state->unit_log = 2 * (log2_near(unit.m) + (unit.e - 30) * 256);
    state->inverse_unit = wma_gain_of((1ull << 62) / unit.m, -32 - unit.e);
}

void wma_init_encoder(struct wma_encoder *state, const struct wma_format *format,
                      const struct dsp *dsp, unsigned quality)
{
    unsigned n;

    memset(state, 0, sizeof *state);
    state->dsp = dsp->mdct;
    state->spectrum = dsp->spectrum;
    state->effort.quality = quality;
    state->place = PLACE_FIRST;
    state->ratio = 256;
    wma_set_up(&state->setup, format);
    state->count = state->setup.end[0] - state->setup.start;
    set_unit(state);
    for (unsigned i = 0; i < 2; i++)
        wma_fill_codebook(&state->books[i], &wma_coefficient_codes[2 * state->setup.code + i]);
    wma_fill_codebook(&state->exponent_book, &wma_exponent_code);
    wma_open_exponents(state);
    if (!(format->options & WMA_EXPONENTS)) {
        wma_open_lsp(&state->lsp_logs);
        wma_open_inverse(&state->inverse_curve, state->setup.frame_bits);
    }
    n = 1u << state->setup.frame_bits;
    for (unsigned i = 0; i < n; i++)
        state->window[i] = wma_sine((int)((2 * i + 1) * (WMA_FRAME / n)));
}

static bool any_coded(const struct wma_encoder *state)
{
    return state->channels[0].coded || state->channels[1].coded;
}

/* The bits of everything but the gain and the levels. */
static unsigned side_bits(const struct wma_encoder *state)
{
    unsigned channels = state->setup.format.channels, bits = channels == 2 ? 3 : 1;

    for (unsigned c = 0; c < channels; c++)
        if (state->channels[c].coded)
            bits += wma_curve_bits(state, &state->channels[c]) +
                    state->setup.high_count[0] * state->setup.noise;
    return bits;
}

static bool any_level(const struct wma_channel *channel)
{
    for (unsigned i = 0; i < channel->listed; i++)
        if (channel->levels[i] > 0)
            return true;
    return false;
}

/* A channel without levels need not be coded, which leaves more room for the other one. */
static bool drop_empty(struct wma_encoder *state)
{
    bool dropped = false;

    for (unsigned c = 0; c < state->setup.format.channels; c++) {
        struct wma_channel *channel = &state->channels[c];

        if (channel->coded && !any_level(channel)) {
            channel->coded = false;
            dropped = true;
        }
    }
    return dropped;
}

/* If nothing fits, the frame is silent. */
static void find_levels(struct wma_encoder *state)
{
    bool fits;

    do
        fits = any_coded(state) && wma_fit(state, side_bits(state));
    while (drop_empty(state));
    if (!fits)
        state->channels[0].coded = state->channels[1].coded = false;
}

static void write_gain(struct bit_writer *out, unsigned gain)
{
    for (gain--; gain >= 127; gain -= 127)
        bits_write(out, 127, 7);
    bits_write(out, gain, 7);
}

static void write_frame(const struct wma_encoder *state, struct bit_writer *out)
{
    unsigned channels = state->setup.format.channels;

    if (channels == 2)
        bits_write(out, state->mid_side, 1);
    for (unsigned c = 0; c < channels; c++)
        bits_write(out, state->channels[c].coded, 1);
    if (!any_coded(state))
        return;
    write_gain(out, state->gain);
    for (unsigned c = 0; c < channels; c++)
        if (state->channels[c].coded && state->setup.noise)
            bits_write(out, 0, state->setup.high_count[0]);
    for (unsigned c = 0; c < channels; c++)
        if (state->channels[c].coded)
            wma_write_curve(state, out, &state->channels[c]);
    for (unsigned c = 0; c < channels; c++) {
        if (state->channels[c].coded)
            wma_write_levels(state, out, &state->channels[c]);
        if (state->setup.format.version == 1 && channels == 2)
            out->at = (out->at + 7) / 8 * 8;
    }
}

void wma_encode(struct wma_encoder *state, const int16_t *pcm, uint8_t *bytes)
{
    struct bit_writer out = { bytes, state->setup.format.block_bytes * 8, 0 };

    memset(bytes, 0, state->setup.format.block_bytes);
    wma_analyze(state, pcm);
    state->effort.frames++;
    wma_choose_parts(state);
    for (unsigned c = 0; c < state->setup.format.channels; c++)
        if (state->channels[c].coded)
            wma_find_curve(state, &state->channels[c]);
    find_levels(state);
    write_frame(state, &out);
}
