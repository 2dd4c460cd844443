/* Microsoft ADPCM in plain C: the choice of a block's predictor and first delta, and encoding with
 * the nearest code, one channel at a time. The SIMD kernels are src/dsp/ms_greedy.tmpl.h and
 * ms_search.tmpl.h. */
#include "block.h"
#include "bits.h"
#include "fixed.h"

static int weight_of(const struct ms_predictor *predictor, unsigned older)
{
    return older ? predictor->weights >> 16 : (int16_t)predictor->weights;
}

/* The magnitude of the prediction error. The prediction is rounded down, which is accurate enough
 * as long as nothing is coded. */
static int residual(int sample, int newer, int older, const int weights[2])
{
    int left = sample - ((newer * weights[0] + older * weights[1]) >> 8);

    return left < 0 ? -left : left;
}

/* Large residuals are the most expensive ones: they count with their fourth power, small ones with
 * their magnitude. Looks at the last six of eight samples in every `stride`. */
static uint64_t cost_of(const struct ms_channel *channel, const struct ms_predictor *predictor,
                        uint32_t stride)
{
    const int weights[2] = { weight_of(predictor, 0), weight_of(predictor, 1) };
    uint64_t cost = 0;

    for (uint32_t at = 0; at < channel->samples; at += stride)
        for (uint32_t i = at + 2; i < at + 8; i++) {
            int left = residual(ms_sample(channel, i), ms_sample(channel, i - 1),
                                ms_sample(channel, i - 2), weights) >>
                       2;
            int square;

            left = min_i32(left, 8191);
            square = left * left >> 12;
            cost += (uint64_t)(square * square + left);
        }
    return cost;
}

static const struct ms_predictor *choose(const struct ms_channel *channel,
                                         const struct ms_predictor *predictors, unsigned count,
                                         uint32_t stride)
{
    const struct ms_predictor *best = predictors;
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < count; i++) {
        uint64_t cost = cost_of(channel, &predictors[i], stride);

        best = cost < least ? &predictors[i] : best;
        least = cost < least ? cost : least;
    }
    return best;
}

/* Three quarters of the mean residual of the samples after the header's two: the best of the tested
 * values on speech, and no worse than the others on music. */
static int first_delta(const struct ms_channel *channel, const int weights[2])
{
    enum { LOOK = 16 };
    int sum = 0;

    for (uint32_t at = 2; at < channel->samples && at < 2 + LOOK; at += 8)
        for (uint32_t i = at; i < at + 8; i++) {
            int left = residual(ms_sample(channel, i), ms_sample(channel, i - 1),
                                ms_sample(channel, i - 2), weights);

            sum += min_i32(left, INT16_MAX);
        }
    sum = sum / LOOK * 3 / 4;
    return max_i32(sum, MS_DELTA_MIN);
}

void ms_put_code(const struct ms_channel *channel, uint32_t i, unsigned code)
{
    uint8_t *codes = channel->block + MS_HEADER * channel->channels;

    if (channel->channels == 2)
        codes[i] |= (uint8_t)(channel->channel == 0 ? code << 4 : code);
    else
        codes[i / 2] |= (uint8_t)(i % 2 == 0 ? code << 4 : code);
}

/* The nearest code except -8, whose growth outweighs its reach. */
static unsigned nearest(struct ms_state *state, int sample)
{
    int predicted = ms_prediction(state), left = sample - predicted,
        distance = left < 0 ? -left : left;
    int magnitude = (2 * distance + state->delta) / (2 * state->delta), delta;

    magnitude = min_i32(magnitude, 7);
    delta = state->delta * ms_growth[magnitude] >> 8;
    state->older = state->newer;
    state->newer = saturate(predicted + (left < 0 ? -magnitude : magnitude) * state->delta);
    state->delta = clamp(delta, MS_DELTA_MIN, MS_DELTA_MAX);
    return (unsigned)(left < 0 ? -magnitude : magnitude) & 15;
}

static void encode_channel(const struct ms_channel *channel, const struct ms_predictor *predictors,
                           unsigned count, unsigned quality)
{
    const struct ms_predictor *predictor =
        choose(channel, predictors, count, quality == 0 ? 32 : 8);
    struct ms_state state = { ms_sample(channel, 1),
                              ms_sample(channel, 0),
                              0,
                              { weight_of(predictor, 0), weight_of(predictor, 1) } };
    uint8_t *header = channel->block + channel->channels + 2 * channel->channel;
    int delta = state.delta = first_delta(channel, state.weights);

    if (quality > 0)
        delta = ms_search_channel(channel, state, quality == 1 ? 4 : 16);
    else
        for (uint32_t i = MS_HEADER_SAMPLES; i < channel->samples; i++)
            ms_put_code(channel, i - MS_HEADER_SAMPLES, nearest(&state, ms_sample(channel, i)));
    channel->block[channel->channel] = predictor->number;
    store16_le(header, (uint16_t)delta);
    store16_le(header + 2 * channel->channels, (uint16_t)ms_sample(channel, 1));
    store16_le(header + 4 * channel->channels, (uint16_t)ms_sample(channel, 0));
}

void ms_encode_c(const struct adpcm_blocks *blocks, const struct ms_predictor *predictors,
                 unsigned count, unsigned quality, const int16_t *pcm, uint8_t *dst)
{
    struct ms_channel channel = { .samples = blocks->samples, .channels = blocks->channels };

    for (size_t i = 0; i < blocks->count; i++)
        for (channel.channel = 0; channel.channel < blocks->channels; channel.channel++) {
            channel.pcm = pcm + i * blocks->samples * blocks->channels + channel.channel;
            channel.block = dst + i * blocks->bytes;
            encode_channel(&channel, predictors, count, quality);
        }
}
