/* Microsoft ADPCM in lanes: ms_adpcm.c has the format and the reference. */
#include "ms_chain.h"

struct ms {
    lanes pair, delta, weights;
};

KERNEL lanes ms_follow(struct ms *chain, lanes code)
{
    lanes sample = within(ms_predict(chain->pair, chain->weights) + code * chain->delta, INT16_MIN, INT16_MAX);

    chain->delta = ms_delta_after(chain->delta, code);
    chain->pair = ms_pair(sample, chain->pair);
    return sample;
}

/* Four bytes of each lane's own codes: of one channel all, high nibble first; of two, the nibble of the channel in each. */
KERNEL unsigned ms_decode_8(struct ms *chain, lanes codes, lanes samples[8], unsigned channels)
{
    unsigned n = 8 / channels;

    for (unsigned t = 0; t < n; t++) {
        /* A mono code's place in the dword, or, of two channels, a byte's high nibble once lane by lane the low came up. */
        unsigned place = channels == 1 ? (t ^ 1) * 4 : t * 8 + 4;

        samples[t] = ms_follow(chain, codes << (28 - place) >> 28);
    }
    return n;
}

KERNEL struct ms ms_start(const uint8_t *src, const struct adpcm_blocks *blocks, const int16_t (*weights)[2],
                          unsigned predictors, int16_t *pcm, unsigned channels)
{
    int32_t newer[LANES], older[LANES], delta[LANES], pairs[LANES];
    lanes samples[2];
    struct ms chain;

    for (unsigned l = 0; l < LANES; l++) {
        unsigned channel = l % channels;
        const uint8_t *block = src + l / channels * blocks->bytes, *header = block + channels + 2 * channel;
        const int16_t *pair = weights[block[channel] < predictors ? block[channel] : predictors - 1];
        int16_t *to = pcm + l / channels * (size_t)blocks->samples * channels + channel;

        delta[l] = (int16_t)load16_le(header);
        newer[l] = (int16_t)load16_le(header + 2 * channels);
        older[l] = (int16_t)load16_le(header + 4 * channels);
        pairs[l] = (int32_t)((uint16_t)pair[0] | (uint32_t)(uint16_t)pair[1] << 16);
        to[0] = (int16_t)older[l];
        to[channels] = (int16_t)newer[l];
    }
    memcpy(&samples[0], newer, sizeof newer);
    memcpy(&samples[1], older, sizeof older);
    chain.pair = ms_pair(samples[0], samples[1]);
    memcpy(&chain.delta, delta, sizeof delta);
    memcpy(&chain.weights, pairs, sizeof pairs);
    return chain;
}

/* `n` samples of each channel, from the bytes that hold them; a lane of the second channel has its nibbles moved up. */
KERNEL lanes ms_codes(const uint8_t *src, size_t block_bytes, size_t bytes, unsigned channels)
{
    lanes codes = load_bytes(src, block_bytes, bytes, channels);

    return channels == 1 ? codes : blend(second_channels, codes << 4, codes);
}

KERNEL void ms_decode_group(const struct adpcm_blocks *blocks, struct ms *chain, const uint8_t *src, int16_t *pcm,
                            unsigned channels)
{
    size_t stride = (size_t)blocks->samples * channels;
    uint32_t left = blocks->samples - 2;
    lanes samples[8] = { all(0) };

    for (; left >= 8; left -= 8, src += 4 * channels, pcm += 8 * channels) {
        unsigned n = ms_decode_8(chain, ms_codes(src, blocks->bytes, 4, channels), samples, channels);

        if (n < 8)
            ms_decode_8(chain, ms_codes(src + 4, blocks->bytes, 4, channels), samples + n, channels);
        store_samples(samples, pcm, stride, channels);
    }
    for (uint32_t n; left; left -= n, src += 4, pcm += n * channels) {
        n = left < 8 / channels ? left : 8 / channels;
        ms_decode_8(chain, ms_codes(src, blocks->bytes, (n * channels + 1) / 2, channels), samples, channels);
        store_some(samples, n, pcm, stride, channels);
    }
}

static size_t ms_decode(const struct adpcm_blocks *blocks, const int16_t (*weights)[2], unsigned predictors, const uint8_t *src,
                        int16_t *pcm)
{
    size_t each = LANES / blocks->channels, done = 0;
    unsigned channels = blocks->channels;

    for (; done + each <= blocks->count; done += each, src += each * blocks->bytes, pcm += (size_t)LANES * blocks->samples) {
        struct ms chain = ms_start(src, blocks, weights, predictors, pcm, channels);
        const uint8_t *codes = src + MS_HEADER * channels;
        int16_t *to = pcm + 2 * channels;

        if (channels == 1)
            ms_decode_group(blocks, &chain, codes, to, 1);
        else
            ms_decode_group(blocks, &chain, codes, to, 2);
    }
    return done;
}
