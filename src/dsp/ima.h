/* IMA ADPCM of 4 bits in lanes: ima_adpcm.c has the format and the reference. */
#include "bits.h"
#include "lanes.h"

enum { IMA_HEADER = 4 };

struct ima {
    lanes sample, place;            /* 16 times the index: where ima_changes has its row */
};

KERNEL lanes ima_moves(lanes code)
{
    static const int32_t moves[8] = { -16, -16, -16, -16, 32, 64, 96, 128 };

    return choose(moves, code);
}

KERNEL void ima_follow(struct ima *chain, lanes code)
{
    chain->sample = within(chain->sample + lookup(ima_changes[0], chain->place + code), INT16_MIN, INT16_MAX);
    chain->place = within(chain->place + ima_moves(code), 0, 16 * IMA_LAST_INDEX);
}

KERNEL void ima_decode_8(struct ima *chain, lanes codes, lanes samples[8])
{
#pragma GCC unroll 8
    for (int t = 0; t < 8; t++) {
        ima_follow(chain, codes & 15);
        samples[t] = chain->sample;
        codes = srl(codes, 4);
    }
}

KERNEL struct ima ima_start(const uint8_t *src, const struct adpcm_blocks *blocks, unsigned channels, int16_t *pcm)
{
    struct ima chain = { all(0), all(0) };

    for (unsigned l = 0; l < LANES; l++) {
        const uint8_t *header = src + l / channels * blocks->bytes + l % channels * IMA_HEADER;

        chain.sample[l] = (int16_t)load16_le(header);
        chain.place[l] = 16 * (header[2] < IMA_LAST_INDEX ? header[2] : IMA_LAST_INDEX);
        pcm[l / channels * (size_t)blocks->samples * channels + l % channels] = (int16_t)chain.sample[l];
    }
    return chain;
}

/* The last row's codes, of which a block may hold only the bytes that are wanted. */
KERNEL lanes ima_last_codes(const uint8_t *src, size_t block_bytes, unsigned n, unsigned channels)
{
    uint8_t dwords[4 * LANES] = { 0 };

    for (unsigned l = 0; l < LANES; l++)
        memcpy(dwords + 4 * l, src + l / channels * block_bytes + l % channels * 4, (n + 1) / 2);
    return load_dwords(dwords, 4 * channels, channels);
}

KERNEL void ima_decode_group(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm, unsigned channels)
{
    size_t stride = (size_t)blocks->samples * channels;
    struct ima chain = ima_start(src, blocks, channels, pcm);
    uint32_t left = blocks->samples - 1;
    lanes samples[8];

    src += IMA_HEADER * channels;
    pcm += channels;
    for (; left >= 8; left -= 8, src += 4 * channels, pcm += 8 * channels) {
        ima_decode_8(&chain, load_dwords(src, blocks->bytes, channels), samples);
        store_samples(samples, pcm, stride, channels);
    }
    if (left) {
        ima_decode_8(&chain, ima_last_codes(src, blocks->bytes, left, channels), samples);
        store_some(samples, left, pcm, stride, channels);
    }
}

static size_t ima_decode(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    size_t each = LANES / blocks->channels, done = 0;

    for (; done + each <= blocks->count; done += each, src += each * blocks->bytes, pcm += (size_t)LANES * blocks->samples)
        if (blocks->channels == 1)
            ima_decode_group(blocks, src, pcm, 1);
        else
            ima_decode_group(blocks, src, pcm, 2);
    return done;
}
