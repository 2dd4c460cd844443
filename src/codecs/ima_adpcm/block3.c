/* IMA ADPCM with 3-bit codes in plain C. Such files are too rare to deserve SIMD kernels. */
#include <stdbool.h>
#include <stddef.h>
#include "bits.h"
#include "block.h"
#include "fixed.h"

enum { BITS = 3 };

/* The state of one channel. */
struct channel {
    int sample, index;
};

/* The change of the step index, by magnitude. */
static const int8_t moves[4] = { -1, -1, 1, 2 };

/* The offset of a byte of a channel's bit string from its first one. */
static size_t place(uint32_t byte, unsigned channels)
{
    return (size_t)(byte / 4) * 4 * channels + byte % 4;
}

static inline unsigned code_at(const uint8_t *codes, uint32_t i, unsigned channels)
{
    uint32_t byte = i * BITS / 8;
    unsigned shift = i * BITS % 8, window = codes[place(byte, channels)];

    if (shift + BITS > 8)
        window |= (unsigned)codes[place(byte + 1, channels)] << 8;
    return window >> shift & ((1u << BITS) - 1);
}

/* The bits must be zero before. */
static inline void put_code(uint8_t *codes, uint32_t i, unsigned code, unsigned channels)
{
    uint32_t byte = i * BITS / 8;
    unsigned shift = i * BITS % 8;

    codes[place(byte, channels)] |= (uint8_t)(code << shift);
    if (shift + BITS > 8)
        codes[place(byte + 1, channels)] |= (uint8_t)(code >> (8 - shift));
}

/* The change by a magnitude: the sum of the weights of its bits, plus half of the lowest weight. */
static inline int difference(int step, unsigned magnitude)
{
    return (step >> 2) + (magnitude & 2 ? step : 0) + (magnitude & 1 ? step >> 1 : 0);
}

static inline void follow(struct channel *state, unsigned code)
{
    unsigned sign = 1u << (BITS - 1), magnitude = code & (sign - 1);
    int change = difference(ima_steps[state->index], magnitude),
        negative = -(int)(code >> (BITS - 1));
    int index = state->index + moves[magnitude];

    state->sample = seldom_saturated(state->sample + negate_if(negative, change));
    state->index = clamp(index, 0, IMA_LAST_INDEX);
}

void ima_decode_channel3(const uint8_t *header, int16_t *pcm, uint32_t samples, unsigned channels)
{
    const uint8_t *codes = header + IMA_HEADER * channels;
    struct channel state = { (int16_t)load16_le(header), min_i32(header[2], IMA_LAST_INDEX) };

    pcm[0] = (int16_t)state.sample;
    for (uint32_t i = 1; i < samples; i++) {
        follow(&state, code_at(codes, i - 1, channels));
        pcm[(size_t)i * channels] = (int16_t)state.sample;
    }
}

static int absolute_difference(int a, int b) { return a < b ? b - a : a - b; }

/* The code that leads to the nearest sample. */
static inline unsigned nearest(const struct channel *state, int sample)
{
    unsigned sign = 1u << (BITS - 1), magnitude = 0;
    int step = ima_steps[state->index], distance = absolute_difference(sample, state->sample),
        left = distance;

    for (unsigned weight = 0; weight < BITS - 1; weight++) {
        bool reached = left >= step >> weight;

        magnitude = magnitude << 1 | reached;
        left -= reached ? step >> weight : 0;
    }
    /* Because the weights are truncated, the next magnitude can be nearer; the previous one cannot.
     */
    if (magnitude < sign - 1 &&
        difference(step, magnitude + 1) - distance < distance - difference(step, magnitude))
        magnitude++;
    return sample < state->sample ? sign | magnitude : magnitude;
}

/* The squared error that the nearest codes make in the samples after the first one if they start
 * from this index. */
static uint64_t trial(const int16_t *pcm, uint32_t samples, unsigned channels, int index)
{
    struct channel state = { pcm[0], index };
    uint64_t error = 0;

    for (uint32_t i = 1; i < samples; i++) {
        int sample = pcm[(size_t)i * channels];
        uint32_t miss;

        follow(&state, nearest(&state, sample));
        miss = (uint32_t)absolute_difference(sample, state.sample);
        error += miss * miss; /* at most 65535^2 */
    }
    return error;
}

/* The start index of a block, determined from its first samples alone, so that blocks can be
 * encoded in any order: the index of the mean difference, or a nearby one that does better on
 * trial. */
static int start_index(const int16_t *pcm, uint32_t samples, unsigned channels)
{
    enum { LOOK = 25, REACH = 8, STRIDE = 4 };
    uint32_t n = samples < LOOK ? samples : LOOK;
    int sum = 0, middle = 0, best = 0;
    uint64_t least = UINT64_MAX;

    for (uint32_t i = 1; i < n; i++)
        sum += absolute_difference(pcm[(size_t)i * channels], pcm[(size_t)(i - 1) * channels]);
    while (middle < IMA_LAST_INDEX && ima_steps[middle] * (LOOK - 1) < sum)
        middle++;
    for (int index = middle - REACH; index <= middle + REACH; index += STRIDE) {
        uint64_t error =
            index < 0 || index > IMA_LAST_INDEX ? UINT64_MAX : trial(pcm, n, channels, index);

        best = error < least ? index : best;
        least = error < least ? error : least;
    }
    return best;
}

void ima_encode_channel3(const int16_t *pcm, uint8_t *header, uint32_t samples, unsigned channels)
{
    uint8_t *codes = header + IMA_HEADER * channels;
    struct channel state = { pcm[0], start_index(pcm, samples, channels) };

    store16_le(header, (uint16_t)state.sample);
    header[2] = (uint8_t)state.index;
    for (uint32_t i = 1; i < samples; i++) {
        unsigned code = nearest(&state, pcm[(size_t)i * channels]);

        put_code(codes, i - 1, code, channels);
        follow(&state, code);
    }
}
