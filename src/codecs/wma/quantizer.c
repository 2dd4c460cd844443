/* The quantization of coefficients. */
#include "encoder.h"
#include "fixed.h"

void wma_collect(struct wma_channel *channel, unsigned count, uint32_t least)
{
    const uint64_t bound = (uint64_t)least << WMA_INVERSE_Q;
    unsigned n = 0;

    for (unsigned i = 0; i < count; i++) {
        int32_t x = channel->x[i];
        uint64_t y = (uint64_t)(uint32_t)(x < 0 ? -x : x) * channel->inverse[i];

        channel->at[n] = (uint16_t)i;
        channel->magnitudes[n] =
            y >> WMA_INVERSE_Q > UINT32_MAX ? UINT32_MAX : (uint32_t)(y >> WMA_INVERSE_Q);
        n += y >= bound;
    }
    channel->candidates = n;
}

struct wma_step wma_step_of(const struct wma_encoder *state, unsigned gain, unsigned price)
{
    struct wma_gain inverse = wma_times(wma_twentieth(-(int)gain), state->inverse_unit);
    unsigned bits = wma_level_bits(gain);

    return (struct wma_step){ .gain = gain,
                              .price = price,
                              .m = inverse.m,
                              .shift = (unsigned)min_i32(30 - WMA_LEVEL_Q - inverse.e, 63),
                              .escape = bits + state->setup.frame_bits,
                              .most = (1u << bits) - 1 };
}

/* The bits of a level with its sign. */
static unsigned cost_of(const struct wma_codebook *book, const struct wma_step *step,
                        unsigned level, unsigned run)
{
    unsigned symbol = wma_symbol_of(book, level, run);

    return book->lengths[symbol] + 1u + (symbol == WMA_ESCAPE ? step->escape : 0);
}

/* The level below t or the one above it: the error of the higher one is less by the square of the
 * step times 2 (t - level) - 1, which has to be worth its bits. */
static unsigned level_of(const struct wma_codebook *book, const struct wma_step *step, unsigned t,
                         unsigned run, unsigned *bits)
{
    enum { ONE = 1 << WMA_LEVEL_Q };
    unsigned level = t >> WMA_LEVEL_Q, rest = t % ONE, less, more;

    less = level > 0 ? cost_of(book, step, level, run) : 0;
    *bits = less;
    if (rest < ONE / 2 || level == step->most)
        return level;
    more = cost_of(book, step, level + 1, run);
    if (more > less && (2 * rest - ONE) * 16 <= step->price * (more - less))
        return level;
    *bits = more;
    return level + 1;
}

/* A magnitude relative to the step, WMA_LEVEL_Q, as far as there are levels. */
static unsigned relative(uint32_t y, const struct wma_step *step)
{
    uint64_t t = (uint64_t)y * step->m >> step->shift, most = (uint64_t)step->most << WMA_LEVEL_Q;

    return (unsigned)(t < most ? t : most);
}

unsigned wma_quantize(const struct wma_encoder *state, struct wma_channel *channel,
                      const struct wma_step *step)
{
    const struct wma_codebook *book = channel->codebook;
    const uint64_t half = 1 << (WMA_LEVEL_Q - 1);
    const uint64_t least =
        step->shift > 55 ? UINT64_MAX : ((half << step->shift) + step->m - 1) / step->m;
    unsigned next = 0, sum = 0;

    for (unsigned i = 0; i < channel->candidates; i++) {
        uint32_t y = channel->magnitudes[i];
        unsigned at = channel->at[i], level = 0, bits;

        if (y >= least)
            level = level_of(book, step, relative(y, step), at - next, &bits);
        channel->levels[i] = (uint16_t)level;
        if (level > 0) {
            sum += bits;
            next = at + 1;
        }
    }
    return sum + (next < state->count ? book->lengths[WMA_END] : 0);
}

void wma_write_levels(const struct wma_encoder *state, struct bit_writer *out,
                      const struct wma_channel *channel)
{
    const struct wma_codebook *book = channel->codebook;
    unsigned next = 0;

    for (unsigned i = 0; i < channel->candidates; i++) {
        unsigned level = channel->levels[i], at = channel->at[i], symbol;

        if (level == 0)
            continue;
        symbol = wma_symbol_of(book, level, at - next);
        wma_write_code(out, book, symbol);
        if (symbol == WMA_ESCAPE) {
            bits_write(out, level, wma_level_bits(state->gain));
            bits_write(out, at - next, state->setup.frame_bits);
        }
        bits_write(out, channel->x[at] < 0, 1);
        next = at + 1;
    }
    if (next < state->count)
        wma_write_code(out, book, WMA_END);
}
