/* IMA ADPCM with 4-bit codes in plain C: decoding, and encoding with the nearest code. The SIMD
 * kernels (src/dsp/ima_*.tmpl.h) write the same bytes, and call these functions if there are too
 * few states to fill a register. */
#include "bits.h"
#include "block.h"
#include "dsp_c.h"
#include "fixed.h"

struct channel {
    int sample, index;
};

static inline void move(struct channel *state, unsigned magnitude)
{
    static const int8_t growths[8] = { 0, 0, 0, 0, 3, 5, 7, 9 };
    int index = state->index + growths[magnitude];

    index -= index != 0;
    state->index = min_i32(index, IMA_LAST_INDEX);
}

static inline int follow(struct channel *state, unsigned code)
{
    int change = ima_changes[state->index][code & 7], negative = -(int)(code >> 3);

    move(state, code & 7);
    return state->sample = seldom_saturated(state->sample + negate_if(negative, change));
}

void ima_decode_channel4(const uint8_t *header, int16_t *pcm, uint32_t samples, unsigned channels)
{
    const uint8_t *dword = header + (size_t)IMA_HEADER * channels;
    struct channel state = { (int16_t)load16_le(header), min_i32(header[2], IMA_LAST_INDEX) };

    *pcm = (int16_t)state.sample;
    pcm += channels;
    for (uint32_t left = samples - 1; left != 0; dword += (size_t)4 * channels) {
        uint32_t n = left < 8 ? left : 8, codes = 0;

        if (n == 8)
            codes = load32_le(dword);
        else
            for (uint32_t i = 0; i < n; i += 2)
                codes |= (uint32_t)dword[i / 2] << 4 * i;
        for (uint32_t i = 0; i < n; i++, codes >>= 4, pcm += channels)
            *pcm = (int16_t)follow(&state, codes & 15);
        left -= n;
    }
}

static inline int absolute_difference(int a, int b) { return a < b ? b - a : a - b; }

/* Subtracts a part of the step from `left` if it fits: returns 0 if it does, else -1. Branch-free,
 * because the condition is unpredictable. */
static inline int take(int *left, int part)
{
    int rest = *left - part, less = rest >> 31;

    *left = rest + (part & less);
    return less;
}

/* Encodes a sample with the nearest code. */
static inline unsigned nearest(struct channel *state, int sample)
{
    int step = ima_steps[state->index], difference = sample - state->sample,
        negative = difference >> 31;
    int distance = negate_if(negative, difference), left = distance, magnitude = 7, change;

    magnitude += 4 * take(&left, step);
    magnitude += 2 * take(&left, step >> 1);
    magnitude += take(&left, step >> 2);
    change = distance - left + (step >> 3);
    state->sample = seldom_saturated(state->sample + negate_if(negative, change));
    move(state, (unsigned)magnitude);
    return (unsigned)magnitude | ((unsigned)negative & 8);
}

int ima_mean_index(const int16_t *pcm, uint32_t samples, unsigned channels)
{
    enum { LOOK = 24 };
    uint32_t n = samples < LOOK ? samples : LOOK;
    int sum = 0, index = 0;

    for (uint32_t i = 1; i < n; i++)
        sum += absolute_difference(pcm[i * channels], pcm[(i - 1) * channels]);
    sum = n > 1 ? sum * (1024 / (int)(n - 1)) >> 10 : 0;
    while (index < IMA_LAST_INDEX && ima_steps[index] < sum)
        index++;
    return index;
}

/* The index of the mean difference, or a nearby one that makes smaller errors in the samples after
 * the first one. In short blocks the last sample is repeated. All candidates advance together,
 * because their dependency states are independent. */
static int start_index(const int16_t *pcm, uint32_t samples, unsigned channels)
{
    enum { TRIALS = 7, REACH = 6 };
    int middle = ima_mean_index(pcm, samples, channels), best = middle, least = UINT16_MAX,
        costs[TRIALS] = { 0 }, starts[TRIALS];
    struct channel states[TRIALS];

    if (samples < 2)
        return middle;
    for (int k = 0; k < TRIALS; k++) {
        int index = middle - REACH + 2 * k;

        starts[k] = clamp(index, 0, IMA_LAST_INDEX);
        states[k] = (struct channel){ pcm[0], starts[k] };
    }
    for (uint32_t i = 1; i <= (samples > 9 ? 16 : 8); i++) {
        int sample = pcm[(i < samples ? i : samples - 1) * channels];

        for (int k = 0; k < TRIALS; k++) {
            nearest(&states[k], sample);
            costs[k] += absolute_difference(sample, states[k].sample);
        }
    }
    for (int k = 0; k < TRIALS; k++) {
        best = costs[k] < least ? starts[k] : best;
        least = costs[k] < least ? costs[k] : least;
    }
    return best;
}

void ima_encode_channel4(const int16_t *pcm, uint8_t *header, uint32_t samples, unsigned channels)
{
    uint8_t *dword = header + (size_t)IMA_HEADER * channels;
    struct channel state = { pcm[0], start_index(pcm, samples, channels) };

    store16_le(header, (uint16_t)state.sample);
    store16_le(header + 2, (uint16_t)state.index);
    pcm += channels;
    for (uint32_t left = samples - 1; left != 0; dword += (size_t)4 * channels) {
        uint32_t n = left < 8 ? left : 8, codes = 0;

        for (uint32_t i = 0; i < n; i++, pcm += channels)
            codes |= nearest(&state, *pcm) << 4 * i;
        if (n == 8)
            store32_le(dword, codes);
        else
            for (uint32_t i = 0; i < n; i += 2)
                dword[i / 2] = (uint8_t)(codes >> 4 * i);
        left -= n;
    }
}

/* The offsets of the first sample and of the header of the i-th channel, counted across all blocks.
 */
static size_t sample_at(const struct adpcm_blocks *blocks, size_t i)
{
    return i / blocks->channels * blocks->samples * blocks->channels + i % blocks->channels;
}

static size_t header_at(const struct adpcm_blocks *blocks, size_t i)
{
    return i / blocks->channels * blocks->bytes + i % blocks->channels * IMA_HEADER;
}

void ima_decode_c(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    for (size_t i = 0; i < blocks->count * blocks->channels; i++)
        ima_decode_channel4(src + header_at(blocks, i), pcm + sample_at(blocks, i), blocks->samples,
                            blocks->channels);
}

void ima_greedy_c(const struct adpcm_blocks *blocks, const int16_t *pcm, uint8_t *dst)
{
    for (size_t i = 0; i < blocks->count * blocks->channels; i++)
        ima_encode_channel4(pcm + sample_at(blocks, i), dst + header_at(blocks, i), blocks->samples,
                            blocks->channels);
}
