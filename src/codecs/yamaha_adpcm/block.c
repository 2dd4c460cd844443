/* Yamaha ADPCM in plain C: decoding, and encoding with the nearest code. The SIMD kernels are
 * src/dsp/yamaha_*.tmpl.h. */
#include "block.h"
#include "bits.h"
#include "fixed.h"

static inline struct yamaha_state after(struct yamaha_state state, unsigned code)
{
    int sample = adpcm_saturate(state.sample + adpcm_change(state.step, code));

    return (struct yamaha_state){ sample, adpcm_next_step(state.step, code, YAMAHA_STEP_MIN,
                                                          YAMAHA_STEP_MAX) };
}

/* The codes of a channel form one dependency state. A second state in the same loop, the other
 * channel in stereo or a second block in mono, hardly takes longer. */

static void decode_mono(struct yamaha_state *state, const uint8_t *src, int16_t *pcm, size_t n)
{
    struct yamaha_state now = *state;

    for (size_t i = 0; i < n; i++) {
        now = after(now, src[i] & 15u);
        pcm[2 * i] = (int16_t)now.sample;
        now = after(now, src[i] >> 4);
        pcm[2 * i + 1] = (int16_t)now.sample;
    }
    *state = now;
}

static void decode_stereo(struct yamaha_state states[2], const uint8_t *src, int16_t *pcm, size_t n)
{
    struct yamaha_state left = states[0], right = states[1];

    for (size_t i = 0; i < n; i++) {
        left = after(left, src[i] & 15u);
        right = after(right, src[i] >> 4);
        pcm[2 * i] = (int16_t)left.sample;
        pcm[2 * i + 1] = (int16_t)right.sample;
    }
    states[0] = left;
    states[1] = right;
}

void yamaha_decode_codes(struct yamaha_state states[2], unsigned channels, const uint8_t *src,
                         int16_t *pcm, size_t n)
{
    if (channels == 1)
        decode_mono(states, src, pcm, n);
    else
        decode_stereo(states, src, pcm, n);
}

struct yamaha_state yamaha_read_header(const uint8_t *src)
{
    int step = load16_le(src + 2);

    return (struct yamaha_state){ (int16_t)load16_le(src),
                                  clamp(step, YAMAHA_STEP_MIN, YAMAHA_STEP_MAX) };
}

void yamaha_write_header(struct yamaha_state state, uint8_t *dst)
{
    store16_le(dst, (uint16_t)state.sample);
    store16_le(dst + 2, (uint16_t)state.step);
}

static void decode_block(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    size_t headers = (size_t)YAMAHA_HEADER * blocks->channels;
    struct yamaha_state states[2];

    for (unsigned channel = 0; channel < blocks->channels; channel++)
        states[channel] = yamaha_read_header(src + YAMAHA_HEADER * channel);
    yamaha_decode_codes(states, blocks->channels, src + headers, pcm,
                        (size_t)blocks->samples * blocks->channels / 2);
}

static void decode_two_mono(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    const uint8_t *later = src + blocks->bytes;
    int16_t *later_pcm = pcm + blocks->samples;
    struct yamaha_state first = yamaha_read_header(src), second = yamaha_read_header(later);

    for (size_t i = 0, at = YAMAHA_HEADER; i < blocks->samples / 2; i++, at++) {
        first = after(first, src[at] & 15u);
        second = after(second, later[at] & 15u);
        pcm[2 * i] = (int16_t)first.sample;
        later_pcm[2 * i] = (int16_t)second.sample;
        first = after(first, src[at] >> 4);
        second = after(second, later[at] >> 4);
        pcm[2 * i + 1] = (int16_t)first.sample;
        later_pcm[2 * i + 1] = (int16_t)second.sample;
    }
}

void yamaha_decode_c(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    size_t i = 0;

    if (blocks->channels == 1)
        for (; i + 2 <= blocks->count; i += 2)
            decode_two_mono(blocks, src + i * blocks->bytes, pcm + i * blocks->samples);
    for (; i < blocks->count; i++)
        decode_block(blocks, src + i * blocks->bytes, pcm + i * blocks->samples * blocks->channels);
}

static inline unsigned encode_sample(struct yamaha_state *state, int sample)
{
    struct adpcm_choice choice = adpcm_nearest(sample - state->sample, state->step);

    state->sample = adpcm_saturate(state->sample + choice.change);
    state->step =
        adpcm_next_step(state->step, (unsigned)choice.magnitude, YAMAHA_STEP_MIN, YAMAHA_STEP_MAX);
    return adpcm_code(choice);
}

static void encode_mono(struct yamaha_state *state, const int16_t *pcm, uint8_t *dst, size_t n)
{
    struct yamaha_state now = *state;

    for (size_t i = 0; i < n; i++) {
        unsigned low = encode_sample(&now, pcm[2 * i]), high = encode_sample(&now, pcm[2 * i + 1]);

        dst[i] = (uint8_t)(high << 4 | low);
    }
    *state = now;
}

static void encode_stereo(struct yamaha_state states[2], const int16_t *pcm, uint8_t *dst, size_t n)
{
    struct yamaha_state left = states[0], right = states[1];

    for (size_t i = 0; i < n; i++) {
        unsigned low = encode_sample(&left, pcm[2 * i]),
                 high = encode_sample(&right, pcm[2 * i + 1]);

        dst[i] = (uint8_t)(high << 4 | low);
    }
    states[0] = left;
    states[1] = right;
}

void yamaha_encode_codes(struct yamaha_state states[2], unsigned channels, const int16_t *pcm,
                         uint8_t *dst, size_t n)
{
    if (channels == 1)
        encode_mono(states, pcm, dst, n);
    else
        encode_stereo(states, pcm, dst, n);
}

enum { LOOK = 16 };

int yamaha_mean_change(const int16_t *pcm, uint32_t samples, unsigned channels)
{
    uint32_t n = samples < LOOK ? samples : LOOK;
    int sum = 0;

    for (uint32_t i = 1; i < n; i++) {
        int change = pcm[i * channels] - pcm[(i - 1) * channels];

        sum += change < 0 ? -change : change;
    }
    return sum / (int)n;
}

struct yamaha_state yamaha_state_before(int first, int step)
{
    int sample;

    step = clamp(step, YAMAHA_STEP_MIN, YAMAHA_STEP_MAX);
    sample = first - (step >> 3);
    return (struct yamaha_state){ max_i32(sample, INT16_MIN), step };
}

/* The squared errors, each limited to 8191^2, that a start makes in the first samples; the last
 * sample is repeated to a multiple of 8. */
static int trial(const int16_t *pcm, uint32_t samples, unsigned channels, struct yamaha_state state)
{
    uint32_t n = samples <= 8 ? 8 : LOOK;
    int cost = 0;

    for (uint32_t i = 0; i < n; i++) {
        int sample = pcm[(i < samples ? i : samples - 1) * channels], error;

        encode_sample(&state, sample);
        error = sample < state.sample ? state.sample - sample : sample - state.sample;
        error = min_i32(error, 8191);
        cost += error * error;
    }
    return cost;
}

/* The best on trial of three start steps: the mean change, twice and four times as much. */
static struct yamaha_state choose_start(const int16_t *pcm, uint32_t samples, unsigned channels)
{
    enum { TRIALS = 3 };
    int mean = yamaha_mean_change(pcm, samples, channels), least = INT32_MAX, best = mean;

    for (int i = 0; i < TRIALS; i++) {
        int cost = trial(pcm, samples, channels, yamaha_state_before(pcm[0], mean << i));

        best = cost < least ? mean << i : best;
        least = cost < least ? cost : least;
    }
    return yamaha_state_before(pcm[0], best);
}

void yamaha_greedy_c(const struct adpcm_blocks *blocks, const int16_t *pcm, uint8_t *dst)
{
    unsigned channels = blocks->channels;
    size_t samples = (size_t)blocks->samples * channels;
    struct yamaha_state states[2];

    for (size_t i = 0; i < blocks->count; i++, pcm += samples, dst += blocks->bytes) {
        for (unsigned channel = 0; channel < channels; channel++) {
            states[channel] = choose_start(pcm + channel, blocks->samples, channels);
            yamaha_write_header(states[channel], dst + YAMAHA_HEADER * channel);
        }
        yamaha_encode_codes(states, channels, pcm, dst + YAMAHA_HEADER * channels, samples / 2);
    }
}
