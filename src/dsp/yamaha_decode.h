/* Blocks of Yamaha ADPCM, decoded side by side. */
#include "twos.h"
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

/* Codes go low nibble first, or the left channel's in low nibbles and the right's in high ones. */
KERNEL void yamaha_decode_stretch(struct yamaha_chain *chain, const struct stretch *stretch, unsigned channels)
{
    lanes codes[4], twos[4];

    load_codes(codes, stretch->from, stretch->from_stride, channels);
    for (unsigned i = 0; i < 4; i += channels) {
#pragma GCC unroll 4
        for (unsigned t = 0; t < 4; t++) {
            lanes *row = &codes[i + t * channels / 4 % channels], earlier, later;

            if (channels == 2 && t % 2 == 0)
                *row = (lanes)((ulanes)*row >> (ulanes){ 0, 4, 0, 4, 0, 4, 0, 4 });
            earlier = yamaha_follow(chain, *row & 15);
            *row = srl(*row, 4 * (int)channels);
            later = yamaha_follow(chain, *row & 15);
            *row = srl(*row, 4 * (int)channels);
            twos[t] = two_of(earlier, later);
        }
        store_twos(twos, stretch->to + 16 * (size_t)i, stretch->to_stride, channels);
    }
}

KERNEL void yamaha_decode_group(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm, unsigned channels)
{
    size_t count = LANES / channels, samples = (size_t)blocks->samples * channels;
    struct yamaha_chain chain = yamaha_start(src, blocks, channels);
    uint8_t *to = (uint8_t *)pcm;
    struct stretch stretch;

    src += YAMAHA_HEADER * channels;
    for (size_t left = samples, n; left != 0; left -= n, src += n / 2, to += 2 * n) {
        n = left < STRETCH_CODES ? left : STRETCH_CODES;
        stretch_begin(&stretch, src, blocks->bytes, to, 2 * samples, count, n);
        yamaha_decode_stretch(&chain, &stretch, channels);
        stretch_end(&stretch, to, 2 * samples, count, n);
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
