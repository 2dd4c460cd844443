/* Microsoft ADPCM in lanes: ms_adpcm.c has the format and the reference. */
#include "bits.h"
#include "lanes.h"

enum { MS_HEADER = 7, MS_LEAST_DELTA = 16, MS_MOST_DELTA = INT32_MAX / 768 };

struct ms {
    lanes newer, older, delta, weights;     /* the newer sample's weight in the low half */
};

/* Division by 256 towards zero. */
KERNEL lanes ms_predict(const struct ms *chain)
{
    lanes sum = both_products((chain->newer & 0xFFFF) | chain->older << 16, chain->weights);

    return (sum + srl(sum >> 31, 24)) >> 8;
}

/* By a code of -8 to 7: of its low bits, one table for each sign. */
KERNEL lanes ms_growth(lanes code)
{
    static const int32_t below[8] = { 768, 614, 512, 409, 307, 230, 230, 230 };
    static const int32_t above[8] = { 230, 230, 230, 230, 307, 409, 512, 614 };

    return blend(code >> 31, choose(below, code), choose(above, code));
}

KERNEL void ms_follow(struct ms *chain, lanes code)
{
    lanes sample = within(ms_predict(chain) + code * chain->delta, INT16_MIN, INT16_MAX);

    chain->delta = within(chain->delta * ms_growth(code) >> 8, MS_LEAST_DELTA, MS_MOST_DELTA);
    chain->older = chain->newer;
    chain->newer = sample;
}

/* Four bytes of each lane's own codes: of one channel all, high nibble first; of two, the nibble of the channel in each. */
KERNEL unsigned ms_decode_8(struct ms *chain, lanes codes, lanes samples[8], unsigned channels)
{
    unsigned n = 8 / channels;

    for (unsigned t = 0; t < n; t++) {
        /* A mono code's place in the dword, or, of two channels, a byte's high nibble once lane by lane the low came up. */
        unsigned place = channels == 1 ? (t ^ 1) * 4 : t * 8 + 4;

        ms_follow(chain, codes << (28 - place) >> 28);
        samples[t] = chain->newer;
    }
    return n;
}

KERNEL struct ms ms_start(const uint8_t *src, const struct adpcm_blocks *blocks, const int16_t (*weights)[2],
                          unsigned predictors, int16_t *pcm, unsigned channels)
{
    int32_t newer[LANES], older[LANES], delta[LANES], pairs[LANES];
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
    memcpy(&chain.newer, newer, sizeof newer);
    memcpy(&chain.older, older, sizeof older);
    memcpy(&chain.delta, delta, sizeof delta);
    memcpy(&chain.weights, pairs, sizeof pairs);
    return chain;
}

/* `n` samples of each channel, from the bytes that hold them; a lane of the second channel has its nibbles moved up. */
KERNEL lanes ms_codes(const uint8_t *src, size_t block_bytes, size_t bytes, unsigned channels)
{
    int32_t dwords[LANES] = { 0 };
    lanes codes;

    for (unsigned l = 0; l < LANES; l++)
        memcpy(&dwords[l], src + l / channels * block_bytes, bytes);
    codes = (lanes){ dwords[0], dwords[1], dwords[2], dwords[3], dwords[4], dwords[5], dwords[6], dwords[7] };
    return channels == 1 ? codes : blend((lanes){ 0, -1, 0, -1, 0, -1, 0, -1 }, codes << 4, codes);
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
