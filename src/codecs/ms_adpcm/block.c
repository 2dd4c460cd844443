/* Microsoft ADPCM in plain C: decoding. The SIMD kernel is src/dsp/ms_decode.tmpl.h. */
#include "block.h"
#include "bits.h"
#include "fixed.h"

const int16_t ms_growth[16] = { 230,       230, 230, 230, 307, 409, 512, 614,
                                MS_GROWTH, 614, 512, 409, 307, 230, 230, 230 };

/* The delta of a header may be any 16-bit number, even a negative one; all later ones lie between
 * the limits. */
static inline int16_t follow(struct ms_state *state, unsigned code)
{
    int sample =
        seldom_saturated(ms_prediction(state) + ((int)code - (code & 8 ? 16 : 0)) * state->delta);
    int delta = state->delta * ms_growth[code] >> 8;

    state->older = state->newer;
    state->newer = sample;
    state->delta = clamp(delta, MS_DELTA_MIN, MS_DELTA_MAX);
    return (int16_t)sample;
}

/* A predictor beyond the table is replaced by the last one. */
static struct ms_state read_header(struct ms_table table, const uint8_t *src, unsigned channel,
                                   unsigned channels)
{
    const uint8_t *header = src + channels + 2 * channel;
    unsigned last = table.predictors - 1;
    const int16_t *own = table.weights[src[channel] < last ? src[channel] : last];

    return (struct ms_state){ (int16_t)load16_le(header + 2 * channels),
                              (int16_t)load16_le(header + 4 * channels),
                              (int16_t)load16_le(header),
                              { own[0], own[1] } };
}

void ms_decode_channel(struct ms_table table, const uint8_t *src, int16_t *pcm, uint32_t samples,
                       unsigned channel, unsigned channels)
{
    uint32_t n = samples - MS_HEADER_SAMPLES;
    const uint8_t *codes = src + MS_HEADER * channels;
    struct ms_state state = read_header(table, src, channel, channels);

    pcm[channel] = (int16_t)state.older;
    pcm[channel + channels] = (int16_t)state.newer;
    pcm += channel + MS_HEADER_SAMPLES * channels;
    if (channels == 2)
        for (uint32_t i = 0; i < n; i++)
            pcm[2 * (size_t)i] = follow(&state, channel == 0 ? codes[i] >> 4 : codes[i] & 15);
    else {
        for (uint32_t i = 0; i + 1 < n; i += 2) {
            pcm[i] = follow(&state, codes[i / 2] >> 4);
            pcm[i + 1] = follow(&state, codes[i / 2] & 15);
        }
        if (n % 2)
            pcm[n - 1] = follow(&state, codes[n / 2] >> 4);
    }
}

void ms_decode_c(const struct adpcm_blocks *blocks, const int16_t (*weights)[2],
                 unsigned predictors, const uint8_t *src, int16_t *pcm)
{
    const struct ms_table table = { weights, predictors };
    size_t samples = (size_t)blocks->samples * blocks->channels;

    for (size_t i = 0; i < blocks->count; i++, src += blocks->bytes, pcm += samples)
        for (unsigned channel = 0; channel < blocks->channels; channel++)
            ms_decode_channel(table, src, pcm, blocks->samples, channel, blocks->channels);
}
