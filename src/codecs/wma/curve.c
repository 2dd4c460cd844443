/* The curves that scale coefficients: a power of the spectrum, so that noise is quieter where the
 * sound is. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

enum {
    FIRST = 36,
    FIRST_1 = 10, /* the lowest first exponent in version 1 */
    RANGE = WMA_RANGE,
    SIXTEENTH = 106, /* of a decade, as the logarithm of a square, Q8 */
    SAME = 60,       /* the symbol of a difference of 0 */
    /* The slopes of the curves, relative to the spectrum: 29 % in sixteenths of a decade, and 30 %
     * in octaves. */
    EXPONENT_SLOPE = 180,
    LSP_SLOPE = 39322
};

/* The logarithm of the mean square. The norm of all coefficients is below 2^29. */
static int loudness(const struct wma_encoder *state, const int32_t *x, unsigned n)
{
    return log2_near(state->spectrum->energy(x, n) / (n > 0 ? n : 1) + 1);
}

/* WMA_INVERSE_Q; curves are at least 2^-14. */
static uint32_t inverse_of(int32_t ratio)
{
    const uint64_t one = 1ull << (WMA_RATIO_Q + WMA_INVERSE_Q);

    return (uint32_t)(one / (uint32_t)max_i32(ratio, 1 << (WMA_RATIO_Q - 14)));
}

static void fill(uint32_t *to, unsigned count, uint32_t value)
{
    for (unsigned i = 0; i < count / 8 * 8; i++)
        to[i] = value;
    for (unsigned i = count / 8 * 8; i < count; i++)
        to[i] = value;
}

/* Each band has one value. `from` coefficients of the first one are not coded. */
static void fill_bands(const struct wma_encoder *state, struct wma_channel *channel, int highest,
                       unsigned from)
{
    const struct wma_setup *setup = &state->setup;
    unsigned at = 0, edge = 0;

    for (unsigned i = 0; i < setup->band_count[0]; i++) {
        int below = highest - channel->exponents[i];
        unsigned end;

        channel->bands[i].log = (int16_t)(channel->bands[i].log + below * SIXTEENTH);
        edge += setup->bands[0][i];
        end = edge > from ? (unsigned)min_i32((int)(edge - from), (int)state->count) : 0;
        fill(channel->inverse + at, end - at, state->inverse_sixteenths[below]);
        at = end;
    }
}

static void find_exponents(const struct wma_encoder *state, struct wma_channel *channel,
                           unsigned from)
{
    const struct wma_setup *setup = &state->setup;
    const int32_t *x = channel->x - setup->start;
    int highest = INT32_MIN / 2, lowest, shift;

    channel->band_count = setup->band_count[0];
    for (unsigned i = 0; i < channel->band_count; i++) {
        uint16_t width = setup->bands[0][i];
        int log = loudness(state, x, width);

        channel->bands[i] = (struct wma_band){ width, (int16_t)log };
        channel->exponents[i] = log * EXPONENT_SLOPE >> 16;
        highest = max_i32(highest, channel->exponents[i]);
        x += width;
    }
    lowest = highest - RANGE;
    shift = FIRST - max_i32(channel->exponents[0], lowest);
    for (unsigned i = 0; i < channel->band_count; i++)
        channel->exponents[i] = max_i32(channel->exponents[i], lowest) + shift;
    fill_bands(state, channel, highest + shift, from);
}

static void invert_lsp(const struct wma_encoder *state, const uint8_t lsp[WMA_LSP],
                       uint32_t inverse[WMA_FRAME])
{
    int32_t ratio[WMA_FRAME];

    if (wma_invert_lsp(state, lsp, inverse))
        return;
    wma_lsp_curve(&state->setup, 0, lsp, ratio);
    for (unsigned i = 0; i < 1u << state->setup.frame_bits; i++)
        inverse[i] = inverse_of(ratio[i]);
}

static void find_lsp(const struct wma_encoder *state, struct wma_channel *channel, unsigned from)
{
    const struct wma_setup *setup = &state->setup;
    unsigned width = (1u << setup->frame_bits) / WMA_POINTS;
    const int32_t *x = channel->x - setup->start;
    uint32_t inverse[WMA_FRAME];
    int target[WMA_POINTS];

    channel->band_count = WMA_POINTS;
    for (unsigned i = 0; i < WMA_POINTS; i++) {
        int log = loudness(state, x + i * width, width);

        channel->bands[i] = (struct wma_band){ (uint16_t)width, (int16_t)log };
        target[i] = (int)((int64_t)log * LSP_SLOPE >> 18);
    }
    wma_fit_lsp(state->spectrum, &state->lsp_logs, target, &state->effort, channel->lsp);
    invert_lsp(state, channel->lsp, inverse);
    memcpy(channel->inverse, inverse + from, state->count * sizeof *inverse);
    for (unsigned i = 0; i < WMA_POINTS; i++) {
        int more = log2_near(inverse[i * width + width / 2]) - 256 * WMA_INVERSE_Q;

        channel->bands[i].log = (int16_t)(channel->bands[i].log + 2 * more);
    }
}

void wma_open_exponents(struct wma_encoder *state)
{
    for (unsigned i = 0; i <= RANGE; i++)
        state->inverse_sixteenths[i] = inverse_of(wma_sixteenths[i]);
}

/* In version 1, a curve without noise begins at the first coefficient that is coded. */
void wma_find_curve(const struct wma_encoder *state, struct wma_channel *channel)
{
    unsigned from = state->setup.noise ? state->setup.start : 0;

    if (state->setup.format.options & WMA_EXPONENTS)
        find_exponents(state, channel, from);
    else
        find_lsp(state, channel, from);
}

/* The symbol of an exponent. */
static unsigned symbol_of(const struct wma_channel *channel, unsigned i)
{
    return (unsigned)(channel->exponents[i] - (i > 0 ? channel->exponents[i - 1] : FIRST) + SAME);
}

unsigned wma_curve_bits(const struct wma_encoder *state, const struct wma_channel *channel)
{
    unsigned bits = 0;

    if (!(state->setup.format.options & WMA_EXPONENTS)) {
        for (unsigned i = 0; i < WMA_LSP; i++)
            bits += wma_lsp_bits(i);
        return bits;
    }
    if (state->setup.format.version == 1)
        bits += 5;
    for (unsigned i = state->setup.format.version == 1; i < state->setup.band_count[0]; i++)
        bits += state->exponent_book.lengths[symbol_of(channel, i)];
    return bits;
}

void wma_write_curve(const struct wma_encoder *state, struct bit_writer *out,
                     const struct wma_channel *channel)
{
    if (!(state->setup.format.options & WMA_EXPONENTS)) {
        for (unsigned i = 0; i < WMA_LSP; i++)
            bits_write(out, channel->lsp[i], wma_lsp_bits(i));
        return;
    }
    if (state->setup.format.version == 1)
        bits_write(out, (unsigned)channel->exponents[0] - FIRST_1, 5);
    for (unsigned i = state->setup.format.version == 1; i < state->setup.band_count[0]; i++)
        wma_write_code(out, &state->exponent_book, symbol_of(channel, i));
}
