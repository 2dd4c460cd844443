/* Yamaha's ADPCM in plain C: decoding, and encoding by the nearest code. The SIMD kernels are
 * src/dsp/yamaha_*.tmpl.h. */
#include "block.h"
#include "bits.h"

static inline struct yamaha_chain after(struct yamaha_chain chain, unsigned code)
{
    int sample = adpcm_held(chain.sample + adpcm_change(chain.step, code));

    return (struct yamaha_chain){ sample, adpcm_next_step(chain.step, code, YAMAHA_STEP_LEAST,
                                                          YAMAHA_STEP_MOST) };
}

/* A chain is serial, and another beside it hardly takes longer: the other channel of stereo, or a
 * second block of mono. */

static void decode_mono(struct yamaha_chain *chain, const uint8_t *src, int16_t *pcm, size_t n)
{
    struct yamaha_chain now = *chain;

    for (size_t i = 0; i < n; i++) {
        now = after(now, src[i] & 15u);
        pcm[2 * i] = (int16_t)now.sample;
        now = after(now, src[i] >> 4);
        pcm[2 * i + 1] = (int16_t)now.sample;
    }
    *chain = now;
}

static void decode_stereo(struct yamaha_chain chains[2], const uint8_t *src, int16_t *pcm, size_t n)
{
    struct yamaha_chain left = chains[0], right = chains[1];

    for (size_t i = 0; i < n; i++) {
        left = after(left, src[i] & 15u);
        right = after(right, src[i] >> 4);
        pcm[2 * i] = (int16_t)left.sample;
        pcm[2 * i + 1] = (int16_t)right.sample;
    }
    chains[0] = left;
    chains[1] = right;
}

void yamaha_decode_codes(struct yamaha_chain chains[2], unsigned channels, const uint8_t *src,
                         int16_t *pcm, size_t n)
{
    if (channels == 1)
        decode_mono(chains, src, pcm, n);
    else
        decode_stereo(chains, src, pcm, n);
}

struct yamaha_chain yamaha_read_header(const uint8_t *src)
{
    int step = load16_le(src + 2);

    step = step < YAMAHA_STEP_LEAST ? YAMAHA_STEP_LEAST : step;
    return (struct yamaha_chain){ (int16_t)load16_le(src),
                                  step < YAMAHA_STEP_MOST ? step : YAMAHA_STEP_MOST };
}

void yamaha_write_header(struct yamaha_chain chain, uint8_t *dst)
{
    store16_le(dst, (uint16_t)chain.sample);
    store16_le(dst + 2, (uint16_t)chain.step);
}

static void decode_block(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    size_t headers = (size_t)YAMAHA_HEADER * blocks->channels;
    struct yamaha_chain chains[2];

    for (unsigned channel = 0; channel < blocks->channels; channel++)
        chains[channel] = yamaha_read_header(src + YAMAHA_HEADER * channel);
    yamaha_decode_codes(chains, blocks->channels, src + headers, pcm,
                        (size_t)blocks->samples * blocks->channels / 2);
}

static void decode_two_mono(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    const uint8_t *later = src + blocks->bytes;
    int16_t *later_pcm = pcm + blocks->samples;
    struct yamaha_chain first = yamaha_read_header(src), second = yamaha_read_header(later);

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

static inline unsigned encode_sample(struct yamaha_chain *chain, int sample)
{
    struct adpcm_choice choice = adpcm_nearest(sample - chain->sample, chain->step);

    chain->sample = adpcm_held(chain->sample + choice.change);
    chain->step = adpcm_next_step(chain->step, (unsigned)choice.magnitude, YAMAHA_STEP_LEAST,
                                  YAMAHA_STEP_MOST);
    return adpcm_code(choice);
}

static void encode_mono(struct yamaha_chain *chain, const int16_t *pcm, uint8_t *dst, size_t n)
{
    struct yamaha_chain now = *chain;

    for (size_t i = 0; i < n; i++) {
        unsigned low = encode_sample(&now, pcm[2 * i]), high = encode_sample(&now, pcm[2 * i + 1]);

        dst[i] = (uint8_t)(high << 4 | low);
    }
    *chain = now;
}

static void encode_stereo(struct yamaha_chain chains[2], const int16_t *pcm, uint8_t *dst, size_t n)
{
    struct yamaha_chain left = chains[0], right = chains[1];

    for (size_t i = 0; i < n; i++) {
        unsigned low = encode_sample(&left, pcm[2 * i]),
                 high = encode_sample(&right, pcm[2 * i + 1]);

        dst[i] = (uint8_t)(high << 4 | low);
    }
    chains[0] = left;
    chains[1] = right;
}

void yamaha_encode_codes(struct yamaha_chain chains[2], unsigned channels, const int16_t *pcm,
                         uint8_t *dst, size_t n)
{
    if (channels == 1)
        encode_mono(chains, pcm, dst, n);
    else
        encode_stereo(chains, pcm, dst, n);
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

struct yamaha_chain yamaha_chain_before(int first, int step)
{
    int sample;

    step = step < YAMAHA_STEP_LEAST ? YAMAHA_STEP_LEAST : step;
    step = step < YAMAHA_STEP_MOST ? step : YAMAHA_STEP_MOST;
    sample = first - (step >> 3);
    return (struct yamaha_chain){ sample > INT16_MIN ? sample : INT16_MIN, step };
}

/* The squared errors, each at most 8191, that a start makes in the first samples; the last is
 * repeated to a multiple of 8. */
static int trial(const int16_t *pcm, uint32_t samples, unsigned channels, struct yamaha_chain chain)
{
    uint32_t n = samples <= 8 ? 8 : LOOK;
    int cost = 0;

    for (uint32_t i = 0; i < n; i++) {
        int sample = pcm[(i < samples ? i : samples - 1) * channels], error;

        encode_sample(&chain, sample);
        error = sample < chain.sample ? chain.sample - sample : sample - chain.sample;
        error = error < 8191 ? error : 8191;
        cost += error * error;
    }
    return cost;
}

/* Of three steps from the mean change on, the one that does best on trial. */
static struct yamaha_chain choose_start(const int16_t *pcm, uint32_t samples, unsigned channels)
{
    enum { TRIALS = 3 };
    int mean = yamaha_mean_change(pcm, samples, channels), least = INT32_MAX, best = mean;

    for (int i = 0; i < TRIALS; i++) {
        int cost = trial(pcm, samples, channels, yamaha_chain_before(pcm[0], mean << i));

        best = cost < least ? mean << i : best;
        least = cost < least ? cost : least;
    }
    return yamaha_chain_before(pcm[0], best);
}

void yamaha_greedy_c(const struct adpcm_blocks *blocks, const int16_t *pcm, uint8_t *dst)
{
    unsigned channels = blocks->channels;
    size_t samples = (size_t)blocks->samples * channels;
    struct yamaha_chain chains[2];

    for (size_t i = 0; i < blocks->count; i++, pcm += samples, dst += blocks->bytes) {
        for (unsigned channel = 0; channel < channels; channel++) {
            chains[channel] = choose_start(pcm + channel, blocks->samples, channels);
            yamaha_write_header(chains[channel], dst + YAMAHA_HEADER * channel);
        }
        yamaha_encode_codes(chains, channels, pcm, dst + YAMAHA_HEADER * channels, samples / 2);
    }
}
