/* Blocks of Microsoft ADPCM, decoded side by side: ms_adpcm.c has the format and the reference. Samples go by twos, the even
 * one in the low half of a lane: so they are predicted from, and so they are written. */
#include "ms_chain.h"
#include "twos.h"

struct ms {
    lanes pair, odd;                /* the last two samples; the odd one alone, as halves() has it */
    lanes delta;
    lanes even_weights, odd_weights;            /* what predicts an even sample, an odd one */
};

/* By a code in the top bits. */
KERNEL lanes ms_delta_after(lanes delta, lanes code)
{
    static const int32_t below[8] = { 768, 614, 512, 409, 307, 230, 230, 230 };
    lanes growth = where_negative(code, choose(below, code >> 28), choose(growths, code >> 28));

    return within(delta * growth >> 8, MS_LEAST_DELTA, MS_MOST_DELTA);
}

KERNEL lanes ms_follow(struct ms *chain, lanes weights, lanes code)
{
    lanes sample = ms_predict(chain->pair, weights) + (code >> 28) * chain->delta;

    chain->delta = ms_delta_after(chain->delta, code);
    return halves(sample);
}

KERNEL lanes ms_follow_two(struct ms *chain, lanes even_code, lanes odd_code)
{
    lanes even = ms_follow(chain, chain->even_weights, even_code);

    chain->pair = interleaved(even, chain->odd);
    chain->odd = ms_follow(chain, chain->odd_weights, odd_code);
    return chain->pair = interleaved(even, chain->odd);
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
    memcpy(&chain.delta, delta, sizeof delta);
    memcpy(&chain.odd_weights, pairs, sizeof pairs);
    chain.even_weights = srl(chain.odd_weights, 16) | (lanes)((ulanes)chain.odd_weights << 16);
    chain.odd = halves(samples[0]);
    chain.pair = interleaved(halves(samples[1]), chain.odd);
    return chain;
}

/* Code t of 16 bytes of every lane, in the top bits. One channel's go high nibble first; the second channel's were moved to
 * the high nibbles. */
KERNEL lanes ms_code(const lanes codes[4], unsigned t, unsigned channels)
{
    unsigned place = channels == 1 ? (t % 8 ^ 1) * 4 : t % 4 * 8 + 4;

    return codes[t * channels / 8] << (28 - place);
}

KERNEL void ms_decode_stretch(struct ms *chain, unsigned groups, const struct stretch *stretch, unsigned channels)
{
    lanes codes[2][4], twos[2][4];
    size_t blocks = LANES / channels;

#pragma GCC unroll 2
    for (size_t g = 0; g < groups; g++) {
        load_codes(codes[g], stretch->from + g * blocks * stretch->from_stride, stretch->from_stride, channels);
        if (channels == 2)
#pragma GCC unroll 4
            for (int i = 0; i < 4; i++)
                codes[g][i] <<= (lanes){ 0, 4, 0, 4, 0, 4, 0, 4 };
    }
    for (unsigned t = 0; t < STRETCH_CODES / channels; t += 8) {
#pragma GCC unroll 4
        for (unsigned i = 0; i < 4; i++)
#pragma GCC unroll 2
            for (size_t g = 0; g < groups; g++)
                twos[g][i] = ms_follow_two(&chain[g], ms_code(codes[g], t + 2 * i, channels), ms_code(codes[g], t + 2 * i + 1, channels));
#pragma GCC unroll 2
        for (size_t g = 0; g < groups; g++)
            store_twos(twos[g], stretch->to + 2 * (size_t)t * channels + g * blocks * stretch->to_stride, stretch->to_stride, channels);
    }
}

KERNEL void ms_decode_groups(const struct adpcm_blocks *blocks, const int16_t (*weights)[2], unsigned predictors, unsigned groups,
                             const uint8_t *src, int16_t *pcm, unsigned channels)
{
    size_t count = groups * LANES / channels, samples = (size_t)blocks->samples * channels;
    uint8_t *to = (uint8_t *)(pcm + 2 * channels);
    struct ms chain[2];
    struct stretch stretch;

    for (size_t g = 0; g < groups; g++) {
        size_t first = g * LANES / channels;

        chain[g] = ms_start(src + first * blocks->bytes, blocks, weights, predictors, pcm + first * samples, channels);
    }
    src += MS_HEADER * channels;
    for (size_t left = samples - 2 * channels, n; left != 0; left -= n, src += n / 2, to += 2 * n) {
        n = left < STRETCH_CODES ? left : STRETCH_CODES;
        stretch_begin(&stretch, src, blocks->bytes, to, 2 * samples, count, n);
        ms_decode_stretch(chain, groups, &stretch, channels);
        stretch_end(&stretch, to, 2 * samples, count, n);
    }
}

static size_t ms_decode(const struct adpcm_blocks *blocks, const int16_t (*weights)[2], unsigned predictors, const uint8_t *src,
                        int16_t *pcm)
{
    unsigned channels = blocks->channels;
    size_t each = 2 * LANES / channels, done = 0;

    for (; done + each <= blocks->count; done += each, src += each * blocks->bytes, pcm += (size_t)2 * LANES * blocks->samples)
        if (channels == 1)
            ms_decode_groups(blocks, weights, predictors, 2, src, pcm, 1);
        else
            ms_decode_groups(blocks, weights, predictors, 2, src, pcm, 2);
    if (done + each / 2 <= blocks->count) {
        if (channels == 1)
            ms_decode_groups(blocks, weights, predictors, 1, src, pcm, 1);
        else
            ms_decode_groups(blocks, weights, predictors, 1, src, pcm, 2);
        done += each / 2;
    }
    return done;
}
