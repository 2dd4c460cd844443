/* Blocks of Yamaha ADPCM, decoded side by side. */
#include "yamaha.h"

KERNEL lanes yamaha_follow(struct yamaha_chain *chain, lanes code)
{
    lanes negative = code << 28 >> 31, change = both_products(chain->step, (code & 7) * 2 + 1) >> 3;

    chain->sample = within(chain->sample + ((change ^ negative) - negative), INT16_MIN, INT16_MAX);
    chain->step = yamaha_next_step(chain->step, choose(growths, code));
    return chain->sample;
}

KERNEL struct yamaha_chain yamaha_start(const uint8_t *src, const struct adpcm_blocks *blocks, unsigned channels)
{
    int32_t sample[LANES], step[LANES];
    struct yamaha_chain chain;

    for (unsigned l = 0; l < LANES; l++) {
        const uint8_t *header = src + l / channels * blocks->bytes + l % channels * YAMAHA_HEADER;

        sample[l] = (int16_t)load16_le(header);
        step[l] = load16_le(header + 2);
    }
    memcpy(&chain.sample, sample, sizeof sample);
    memcpy(&chain.step, step, sizeof step);
    chain.step = within(chain.step, YAMAHA_STEP_LEAST, YAMAHA_STEP_MOST);
    return chain;
}

/* Up to four bytes of every lane's block: a mono lane's codes from the low nibble on, or the low nibbles of the left channel's lanes
 * and the high ones of the right's. */
KERNEL lanes yamaha_codes(const uint8_t *src, size_t block_bytes, size_t bytes, unsigned channels)
{
    lanes codes = load_bytes(src, block_bytes, bytes, channels);

    return channels == 1 ? codes : blend(second_channels, srl(codes, 4), codes);
}

/* Samples that the bytes of one row of codes make. */
KERNEL void yamaha_decode_row(struct yamaha_chain *chain, lanes codes, lanes *samples, unsigned channels)
{
#pragma GCC unroll 8
    for (unsigned t = 0; t < 8; t++)
        if (t < 8 / channels) {
            samples[t] = yamaha_follow(chain, codes & 15);
            codes = srl(codes, 4 * (int)channels);
        }
}

KERNEL void yamaha_decode_group(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm, unsigned channels)
{
    size_t stride = (size_t)blocks->samples * channels;
    struct yamaha_chain chain = yamaha_start(src, blocks, channels);
    uint32_t left = blocks->samples;
    lanes samples[8] = { all(0) };

    src += YAMAHA_HEADER * channels;
    for (; left >= 8; left -= 8, src += 4 * channels, pcm += 8 * channels) {
        for (unsigned row = 0; row < channels; row++)
            yamaha_decode_row(&chain, yamaha_codes(src + 4 * row, blocks->bytes, 4, channels), samples + row * 4, channels);
        store_samples(samples, pcm, stride, channels);
    }
    for (uint32_t n; left; left -= n, src += 4, pcm += n * channels) {
        n = left < 8 / channels ? left : 8 / channels;
        yamaha_decode_row(&chain, yamaha_codes(src, blocks->bytes, n * channels / 2, channels), samples, channels);
        store_some(samples, n, pcm, stride, channels);
    }
}

static size_t yamaha_decode(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    size_t each = LANES / blocks->channels, done = 0;

    for (; done + each <= blocks->count; done += each, src += each * blocks->bytes, pcm += (size_t)LANES * blocks->samples)
        if (blocks->channels == 1)
            yamaha_decode_group(blocks, src, pcm, 1);
        else
            yamaha_decode_group(blocks, src, pcm, 2);
    return done;
}
