/* The curves that scale coefficients: a power of the spectrum, so that noise is quieter where the
 * sound is. */
#include <string.h>
#include "encoder.h"
#include "fixed.h"

enum {
    FIRST = 36,
    FIRST_1 = 10, /* the lowest first exponent in version 1 */
    RANGE = 59,
    SAME = 60, /* the symbol of a difference of 0 */
    /* The slopes of the curves, relative to the spectrum: 30 % in sixteenths of a decade, and 30 %
     * in octaves. */
    EXPONENT_SLOPE = 185,
    LSP_SLOPE = 39322
};

/* The logarithm of the mean square. The norm of all coefficients is below 2^29. */
static int loudness(const int32_t *x, unsigned n)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < n; i++)
        sum += (uint64_t)((int64_t)x[i] * x[i]);
    return wma_log2(sum / (n > 0 ? n : 1) + 1);
}

static void find_exponents(const struct wma_encoder *state, struct wma_channel *channel,
                           int32_t ratio[WMA_FRAME])
{
    const struct wma_setup *setup = &state->setup;
    const int32_t *x = channel->x - setup->start;
    unsigned count = setup->band_count[0];
    int highest = INT32_MIN / 2, lowest, shift;

    for (unsigned i = 0; i < count; i++) {
        channel->exponents[i] = loudness(x, setup->bands[0][i]) * EXPONENT_SLOPE >> 16;
        highest = max_i32(highest, channel->exponents[i]);
        x += setup->bands[0][i];
    }
    lowest = highest - RANGE;
    shift = FIRST - max_i32(channel->exponents[0], lowest);
    for (unsigned i = 0; i < count; i++)
        channel->exponents[i] = max_i32(channel->exponents[i], lowest) + shift;
    wma_band_curve(setup, 0, channel->exponents, ratio);
}

static void find_lsp(const struct wma_encoder *state, struct wma_channel *channel,
                     int32_t ratio[WMA_FRAME])
{
    const struct wma_setup *setup = &state->setup;
    unsigned width = (1u << setup->frame_bits) / WMA_POINTS;
    const int32_t *x = channel->x - setup->start;
    int target[WMA_POINTS];

    for (unsigned i = 0; i < WMA_POINTS; i++)
        target[i] = (int)((int64_t)loudness(x + i * width, width) * LSP_SLOPE >> 18);
    wma_fit_lsp(&state->lsp_logs, target, channel->lsp);
    wma_lsp_curve(setup, 0, channel->lsp, ratio);
}

/* In version 1, a curve without noise begins at the first coefficient that is coded. */
void wma_find_curve(const struct wma_encoder *state, struct wma_channel *channel)
{
    const struct wma_setup *setup = &state->setup;
    unsigned from = setup->noise ? setup->start : 0;
    const uint64_t one = 1ull << (WMA_RATIO_Q + WMA_INVERSE_Q);
    int32_t ratio[WMA_FRAME], last = 0;

    if (setup->format.options & WMA_EXPONENTS)
        find_exponents(state, channel, ratio);
    else
        find_lsp(state, channel, ratio);
    for (unsigned i = 0; i < state->count; i++) {
        int32_t now = ratio[i + from];

        if (i > 0 && now == last) {
            channel->inverse[i] = channel->inverse[i - 1];
            continue;
        }
        last = now;
        channel->inverse[i] = (uint32_t)(one / (uint32_t)max_i32(now, 1 << 16));
    }
}

/* The symbol of an exponent. */
static unsigned difference(const struct wma_channel *channel, unsigned i)
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
        bits += state->exponent_book.lengths[difference(channel, i)];
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
        wma_write_code(out, &state->exponent_book, difference(channel, i));
}
