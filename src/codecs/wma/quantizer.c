/* The quantization of coefficients. */
#include "encoder.h"
#include "fixed.h"

enum { ONE = 1 << WMA_LEVEL_Q, PRICE_Q = 12, WORTH_Q = 16, LEAST_PRICE = 64, ROUNDS = 16 };

/* 1 / step */
static struct wma_gain inverse_of(const struct wma_encoder *state, unsigned gain)
{
    return wma_times(wma_twentieth(-(int)gain), state->inverse_unit);
}

unsigned wma_shift_of(const struct wma_encoder *state, unsigned gain)
{
    return (unsigned)clamp(WMA_INVERSE_Q - 1 - WMA_LEVEL_Q - inverse_of(state, gain).e, 0, 63);
}

/* An error of the step times 1/2 + d, for a level below, becomes 1/2 - d; its square is less by 2 d
 * squared steps, which have to be worth the bits of the higher level. */
struct wma_step wma_step_of(const struct wma_encoder *state, unsigned gain, unsigned price,
                            unsigned shift)
{
    struct wma_gain inverse = inverse_of(state, gain);
    int down = 30 + WMA_INVERSE_Q - 16 - WMA_LEVEL_Q - inverse.e - (int)shift;
    unsigned bits = wma_level_bits(gain);

    return (struct wma_step){ .inverse = inverse,
                              .factor = inverse.m >> clamp(down, 0, 31),
                              .price = price,
                              .worth =
                                  (ONE << WORTH_Q) / (unsigned)max_i32((int)price, LEAST_PRICE),
                              .escape = bits + state->setup.frame_bits,
                              .most = (1u << bits) - 1 };
}

unsigned wma_too_loud(unsigned level, const struct wma_step *step)
{
    unsigned excess = 1, most = step->most;

    for (uint64_t scaled = level; scaled * 912 / 1024 > most; scaled = scaled * 912 / 1024)
        excess++;
    return WMA_TOO_LOUD + excess;
}

unsigned wma_loud_level(const struct wma_channel *channel, const struct wma_step *step, unsigned at)
{
    int64_t x = channel->x[at];
    uint64_t magnitude = (uint64_t)(x < 0 ? -x : x) * channel->inverse[at];
    struct wma_gain level = wma_times(wma_gain_of(magnitude, -WMA_INVERSE_Q), step->inverse);

    if (level.e > 20)
        return 1u << 20;
    return (level.m + (1u << (29 - level.e))) >> (30 - level.e);
}

static void fill_tops(const struct wma_codebook *book, unsigned price, unsigned tops[ROUNDS])
{
    tops[0] = 0;
    for (unsigned level = 1; level < ROUNDS; level++) {
        int more = book->lengths[wma_symbol_of(book, level + 1, 0)] -
                   book->lengths[wma_symbol_of(book, level, 0)];

        tops[level] = ONE / 2 + (price * (unsigned)max_i32(more, 0) * ONE >> (PRICE_Q + 1));
    }
}

unsigned wma_list_candidates(const struct wma_encoder *state, const struct wma_channel *channel,
                             const struct wma_step *step, unsigned bits,
                             uint16_t list[WMA_FRAME + 1])
{
    unsigned words = (state->count + SPECTRUM_MASK - 1) / SPECTRUM_MASK, n = 0;
    uint32_t masks[WMA_FRAME / SPECTRUM_MASK];
    unsigned least = ONE / 2 + (step->price * bits * ONE >> (PRICE_Q + 1));

    least = (unsigned)min_i32((int)((least << 16) / step->factor), UINT16_MAX);
    state->spectrum->above(channel->scaled, words * SPECTRUM_MASK, (uint16_t)least, masks);
    for (unsigned word = 0; word < words; word++)
        for (uint32_t mask = masks[word]; mask != 0; mask &= mask - 1)
            list[n++] = (uint16_t)(word * SPECTRUM_MASK + (unsigned)__builtin_ctz(mask));
    list[n] = (uint16_t)state->count;
    return n;
}

/* The bits that level 1 adds between two runs. */
static int added_bits(const struct wma_codebook *book, unsigned before, unsigned after)
{
    return book->run_bits[before] + book->run_bits[after] - book->run_bits[before + 1 + after];
}

unsigned wma_quantize(const struct wma_encoder *state, struct wma_channel *channel,
                      const struct wma_step *step)
{
    const struct wma_codebook *book = channel->codebook;
    uint16_t *list = channel->at;
    unsigned count = wma_list_candidates(state, channel, step, book->run_bits_least, list),
             next = 0, sum = 0;
    unsigned tops[ROUNDS];

    fill_tops(book, step->price, tops);
    channel->listed = count;
    for (unsigned i = 0; i < count; i++) {
        unsigned at = list[i], run = at - next;
        unsigned t = channel->scaled[at] * step->factor >> 16, level = t >> WMA_LEVEL_Q;
        int margin;

        if (t < WMA_LOUD) {
            level += t % ONE >= tops[level < ROUNDS ? level : ROUNDS - 1];
        } else {
            level = wma_loud_level(channel, step, at);
            if (level > step->most)
                return wma_too_loud(level, step);
            t = WMA_LOUD;
        }
        margin = (int)((2 * t + 1 - ONE) * step->worth >> WORTH_Q) -
                 added_bits(book, run, list[i + 1] - at - 1u);
        channel->margins[i] = (int16_t)margin;
        channel->levels[i] = (uint16_t)(margin < 0 ? 0 : level);
        sum += margin < 0 ? 0 : wma_level_bits_of(book, step, level, run);
        next = margin < 0 ? next : at + 1;
    }
    return sum + (next < state->count ? book->lengths[WMA_END] : 0);
}

void wma_write_levels(const struct wma_encoder *state, struct bit_writer *out,
                      const struct wma_channel *channel)
{
    const struct wma_codebook *book = channel->codebook;
    unsigned next = 0;

    for (unsigned i = 0; i < channel->listed; i++) {
        unsigned level = channel->levels[i], at = channel->at[i], run = at - next;
        unsigned symbol = wma_symbol_of(book, level, run), negative = channel->x[at] < 0;

        if (level == 0)
            continue;
        next = at + 1;
        if (symbol != WMA_ESCAPE) {
            bits_write(out, book->bits[symbol] << 1 | negative, book->lengths[symbol] + 1u);
            continue;
        }
        bits_write(out, book->bits[WMA_ESCAPE], book->lengths[WMA_ESCAPE]);
        bits_write(out, level, wma_level_bits(state->gain));
        bits_write(out, run << 1 | negative, state->setup.frame_bits + 1);
    }
    if (next < state->count)
        bits_write(out, book->bits[WMA_END], book->lengths[WMA_END]);
}
