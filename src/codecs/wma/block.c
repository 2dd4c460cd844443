/* The coefficients of a block. */
#include <string.h>
#include "fixed.h"
#include "wma.h"

/* sqrt(3), Q30, and times the loudness of noise between coefficients, .02 or .04, Q31. */
enum { ROOT3 = 1859775393, FAINT_EXPONENTS = 74391016, FAINT_LSP = 148782031 };
enum { LEVEL_Q = 16 };

/* A channel of a block while it is read. */
struct channel {
    unsigned count; /* of coded coefficients */
    bool noisy[WMA_BANDS];
    int loudness[WMA_BANDS]; /* of bands that are noise, in twentieths of a decade */
    int16_t levels[WMA_FRAME];
};

unsigned wma_level_bits(unsigned gain)
{
    if (gain < 15)
        return 13;
    if (gain < 32)
        return 12;
    if (gain < 40)
        return 11;
    return gain < 45 ? 10 : 9;
}

/* 0 if the gain does not end. */
static unsigned read_gain(struct bit_reader *in)
{
    unsigned gain = 1, part;

    do {
        if (bits_left(in) < 7)
            return 0;
        part = bits_read(in, 7);
        gain += part;
    } while (part == 127);
    return gain;
}

static void read_noisy(const struct wma_setup *setup, struct bit_reader *in, unsigned size,
                       struct channel *channel)
{
    for (int i = 0; i < setup->high_count[size]; i++) {
        channel->noisy[i] = bits_read(in, 1) != 0;
        if (channel->noisy[i])
            channel->count -= setup->high[size][i];
    }
}

static void read_loudness(const struct wma_decoder *state, struct bit_reader *in, unsigned size,
                          struct channel *channel)
{
    bool first = true;
    int value = 0;

    for (int i = 0; i < state->setup.high_count[size]; i++) {
        if (!channel->noisy[i])
            continue;
        if (first)
            value = (int)bits_read(in, 7) - 19;
        else
            value += (int)wma_read_code(in, &state->gain_book) - 18;
        first = false;
        channel->loudness[i] = value;
    }
}

/* Runs of zeros and levels. False if they pass the last coefficient. */
static bool read_levels(const struct wma_decoder *state, struct bit_reader *in, unsigned book,
                        unsigned bits, struct channel *channel)
{
    for (unsigned at = 0; at < channel->count; at++) {
        unsigned code = wma_read_code(in, &state->books[book]), level;

        if (code == 1)
            break;
        if (code == 0) {
            level = bits_read(in, bits);
            at += bits_read(in, state->setup.frame_bits);
        } else {
            level = state->pairs[book][code].level;
            at += state->pairs[book][code].run;
        }
        if (at >= channel->count)
            return false;
        channel->levels[at] = (int16_t)(bits_read(in, 1) != 0 ? (int)level : -(int)level);
    }
    return true;
}

/* A sequence of 8192 numbers that repeats. */
static int32_t draw(struct wma_decoder *state)
{
    if (state->drawn++ % 8192 == 0)
        state->seed = 1;
    state->seed = state->seed * 314159 + 1;
    return (int32_t)state->seed;
}

/* Coefficients of a channel while they are computed. */
struct filling {
    struct wma_decoder *state;
    const struct wma_exponents *exponents;
    unsigned size;
    struct wma_gain gain;
    int32_t *x;
    int ratio_at; /* the exponents of the next part begin here */
};

static int32_t ratio_of(const struct filling *fill, int i)
{
    int at = fill->ratio_at + (int)(((unsigned)i << fill->size) >> fill->exponents->size);

    return fill->exponents->ratio[clamp(at, 0, WMA_FRAME - 1)];
}

/* x / 2^shift, rounded. */
static int32_t scaled(int64_t x, int shift)
{
    if (shift > 62)
        return 0;
    return shift < 1 ? L_saturate(x) : L_saturate((x + ((int64_t)1 << (shift - 1))) >> shift);
}

/* Q30; the ratio is at most 1. */
static int64_t step_of(struct wma_gain gain, int32_t ratio)
{
    return ((int64_t)gain.m * ratio + (1 << (WMA_RATIO_Q - 1))) >> WMA_RATIO_Q;
}

static void advance(struct filling *fill, unsigned count)
{
    fill->x += count;
    fill->ratio_at += (int)((count << fill->size) >> fill->exponents->size);
}

/* A level and faint noise. */
static int32_t with_noise(struct filling *fill, int level, int64_t step)
{
    const struct wma_setup *setup = &fill->state->setup;
    int64_t faint = setup->format.options & WMA_EXPONENTS ? FAINT_EXPONENTS : FAINT_LSP;
    int64_t sum = level * step * (1 << LEVEL_Q);

    if (setup->noise)
        sum += ((draw(fill->state) * faint >> 31) * step) >> (31 - LEVEL_Q);
    return scaled(sum, LEVEL_Q + 30 - WMA_X_Q - fill->gain.e);
}

static void fill_levels(struct filling *fill, const int16_t *levels, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        fill->x[i] =
            with_noise(fill, levels ? levels[i] : 0, step_of(fill->gain, ratio_of(fill, (int)i)));
    advance(fill, count);
}

static void fill_noise(struct filling *fill, struct wma_gain gain, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        int64_t step = step_of(gain, ratio_of(fill, (int)i));

        fill->x[i] =
            scaled((draw(fill->state) * (int64_t)ROOT3 >> 31) * step, 30 + 30 - WMA_X_Q - gain.e);
    }
    advance(fill, count);
}

/* Above the last coefficient, noise has the last exponent. */
static void fill_rest(struct filling *fill, unsigned count)
{
    int back = 1 << fill->size >> fill->exponents->size;
    int64_t step;

    fill->ratio_at -= back > 0 ? back : 1;
    step = step_of(fill->gain, ratio_of(fill, 0));
    for (unsigned i = 0; i < count; i++)
        fill->x[i] = with_noise(fill, 0, step);
}

/* The mean square of the exponents of a band, Q52. */
static uint64_t power_of(const struct filling *fill, int at, unsigned count)
{
    struct filling band = *fill;
    uint64_t sum = 0;

    band.ratio_at = at;
    for (unsigned i = 0; i < count; i++) {
        uint64_t ratio = (uint64_t)ratio_of(&band, (int)i);

        sum += ratio * ratio >> 8;
    }
    return sum / (count > 0 ? count : 1) + 1;
}

/* The bands that are noise have the loudness given for them and, relative to the last of them, the
 * power of their exponents. */
static void find_noise(struct filling *fill, const struct channel *channel, struct wma_gain norm,
                       struct wma_gain gains[WMA_BANDS])
{
    const struct wma_setup *setup = &fill->state->setup;
    unsigned size = fill->size, last = 0;
    uint64_t powers[WMA_BANDS] = { 0 };
    int at = (int)(((unsigned)setup->high_start[size] << size) >> fill->exponents->size);

    for (unsigned i = 0; i < setup->high_count[size]; i++) {
        unsigned count = setup->high[size][i];

        if (channel->noisy[i]) {
            powers[i] = power_of(fill, at, count);
            last = i;
        }
        at += (int)((count << size) >> fill->exponents->size);
    }
    for (unsigned i = 0; i < setup->high_count[size]; i++)
        if (channel->noisy[i])
            gains[i] = wma_times(wma_times(wma_root_ratio(powers[i], powers[last]), norm),
                                 wma_twentieth(channel->loudness[i]));
}

static void fill_with_noise(struct filling *fill, const struct channel *channel,
                            struct wma_gain norm)
{
    const struct wma_setup *setup = &fill->state->setup;
    unsigned size = fill->size, coded = setup->high_start[size] - setup->start;
    struct wma_gain gains[WMA_BANDS] = { { 0 } };
    const int16_t *levels = channel->levels;

    find_noise(fill, channel, norm, gains);
    fill_levels(fill, 0, setup->start);
    fill_levels(fill, levels, coded);
    levels += coded;
    for (unsigned i = 0; i < setup->high_count[size]; i++) {
        unsigned count = setup->high[size][i];

        if (channel->noisy[i]) {
            fill_noise(fill, gains[i], count);
        } else {
            fill_levels(fill, levels, count);
            levels += count;
        }
    }
    fill_rest(fill, (1u << (setup->frame_bits - size)) - setup->end[size]);
}

/* 2 / length, and in version 1 sqrt(2 / length). */
static struct wma_gain norm_of(const struct wma_setup *setup, unsigned size)
{
    int bits = (int)(setup->frame_bits - size) - 1;
    const uint32_t one = 1u << 30, root2 = 1518500250;

    if (setup->format.version == 2)
        return (struct wma_gain){ one, -bits };
    return (struct wma_gain){ bits % 2 == 0 ? one : root2, -(bits + 1) / 2 };
}

static void fill_channel(struct wma_decoder *state, const struct wma_block *block, unsigned index,
                         const struct channel *channel, unsigned gain)
{
    struct wma_gain norm = norm_of(&state->setup, block->size);
    struct filling fill = { .state = state,
                            .exponents = &state->exponents[index],
                            .size = block->size,
                            .gain = wma_times(norm, wma_twentieth((int)min_size(gain, 400))),
                            .x = state->x[index] };

    memset(state->x[index], 0, block->length * sizeof *fill.x);
    if (state->setup.noise) {
        fill_with_noise(&fill, channel, norm);
    } else {
        fill.x += state->setup.start;
        fill_levels(&fill, channel->levels, channel->count);
    }
}

/* The noise and the exponents. Short blocks may have the exponents of an earlier block. */
static bool read_sides(struct wma_decoder *state, struct bit_reader *in,
                       const struct wma_block *block, struct channel channel[WMA_CHANNELS])
{
    const struct wma_setup *setup = &state->setup;
    unsigned channels = setup->format.channels;
    bool valid = true;

    for (unsigned i = 0; i < channels; i++) {
        channel[i].count = (unsigned)setup->end[block->size] - setup->start;
        if (block->coded[i] && setup->noise)
            read_noisy(setup, in, block->size, &channel[i]);
    }
    for (unsigned i = 0; i < channels; i++)
        if (block->coded[i] && setup->noise)
            read_loudness(state, in, block->size, &channel[i]);
    if (block->size == 0 || bits_read(in, 1) != 0)
        for (unsigned i = 0; i < channels && valid; i++)
            if (block->coded[i])
                valid = wma_read_exponents(state, in, block->size, &state->exponents[i]);
    for (unsigned i = 0; i < channels && valid; i++)
        valid = !block->coded[i] || state->exponents[i].known;
    return valid;
}

static void mix(struct wma_decoder *state, struct wma_block *block)
{
    if (!block->coded[0])
        memset(state->x[0], 0, block->length * sizeof *state->x[0]);
    block->coded[0] = true;
    for (unsigned i = 0; i < block->length; i++) {
        int32_t middle = state->x[0][i], side = state->x[1][i];

        state->x[0][i] = L_add(middle, side);
        state->x[1][i] = L_sub(middle, side);
    }
}

bool wma_read_block(struct wma_decoder *state, struct bit_reader *in, struct wma_block *block)
{
    unsigned channels = state->setup.format.channels, gain;
    struct channel channel[WMA_CHANNELS] = { { 0 } };

    block->mid_side = channels == 2 && bits_read(in, 1) != 0;
    block->coded[0] = bits_read(in, 1) != 0;
    block->coded[1] = channels == 2 && bits_read(in, 1) != 0;
    if (!block->coded[0] && !block->coded[1])
        return true;
    gain = read_gain(in);
    if (gain == 0 || !read_sides(state, in, block, channel))
        return false;
    for (unsigned i = 0; i < channels; i++) {
        if (block->coded[i] &&
            !read_levels(state, in, i == 1 && block->mid_side, wma_level_bits(gain), &channel[i]))
            return false;
        if (state->setup.format.version == 1 && channels == 2)
            in->at = (in->at + 7) / 8 * 8;
    }
    for (unsigned i = 0; i < channels; i++)
        if (block->coded[i])
            fill_channel(state, block, i, &channel[i], gain);
    if (block->mid_side && block->coded[1])
        mix(state, block);
    return true;
}
