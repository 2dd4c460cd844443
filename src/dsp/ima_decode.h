/* IMA ADPCM of 4 bits: decoding. Where indices go depends on the codes alone, so that steps are looked up two at a time. */
#include "ima.h"

enum { IMA_STRETCH = 32 };          /* samples of a chain that are decoded at once: 16 bytes */

KERNEL words ima_follow(struct ima *chain, words code, words step)
{
    words change = ima_change(code, step), negative = (words)((signed_words)code > 7);

    return chain->sample = less(more(chain->sample, change & ~negative), change & negative);
}

KERNEL void ima_decode_pair(struct ima *chain, words first, words second, words *samples)
{
    words index = chain->index, next = ima_move(index, ima_growth_by(first)), steps[2];

    chain->index = ima_move(next, ima_growth_by(second));
    ima_steps_of(index, next, &steps[0], &steps[1]);
    samples[0] = ima_follow(chain, first, steps[0]) ^ 0x8000;
    samples[1] = ima_follow(chain, second, steps[1]) ^ 0x8000;
}

/* Four codes of each chain in a variable. Of two channels the rows hold a dword of each in turn. */
KERNEL void ima_load_codes(words codes[8], const struct chains *chains, size_t at, unsigned channels)
{
    load_words(codes, chains, at, channels);
    if (channels == 2)
#pragma GCC unroll 4
        for (int i = 0; i < 8; i += 2) {
            words left = codes[i], right = codes[i + 1];

            codes[i] = joined((pairs)left, (pairs)right << 16);
            codes[i + 1] = joined(odd_of(left), (pairs)right);
        }
}

/* `at` samples after the first, but for `done` of them, a multiple of 8. */
KERNEL void ima_decode_stretch(struct ima *chain, const struct chains *chains, size_t at, unsigned done, unsigned channels)
{
    words codes[8], samples[8];

    ima_load_codes(codes, chains, at / 2 * channels, channels);
#pragma GCC unroll 1
    for (unsigned i = done / 4; i < 8; i += 2) {
#pragma GCC unroll 2
        for (int j = 0; j < 2; j++) {
            words four = codes[i + (unsigned)j];

            ima_decode_pair(chain, four & 15, four >> 4 & 15, samples + 4 * j);
            ima_decode_pair(chain, four >> 8 & 15, four >> 12, samples + 4 * j + 2);
        }
        store_words(samples, chains, 2 * (at + 4 * (size_t)i) * channels, channels);
    }
}

/* Fewer samples, or channels that do not go by rows: by way of a copy. */
APART void ima_decode_some(struct ima *chain, const struct chains *chains, size_t at, uint32_t n)
{
    uint8_t in[WORDS][IMA_STRETCH / 2] = { { 0 } }, out[WORDS][2 * IMA_STRETCH];
    struct chains copy;

    copy.channels = 1;
    for (int l = 0; l < WORDS; l++) {
        copy.in[l] = in[l], copy.out[l] = out[l];
        for (uint32_t i = 0; i < n; i += 8)
            memcpy(in[l] + i / 2, chains->in[l] + (at + i) / 2 * chains->channels, n - i < 8 ? (n - i + 1) / 2 : 4);
    }
    ima_decode_stretch(chain, &copy, 0, 0, 1);
    for (int l = 0; l < WORDS; l++)
        for (uint32_t i = 0; i < n; i++)
            memcpy(chains->out[l] + 2 * (at + i) * chains->channels, out[l] + 2 * i, 2);
}

/* Reads the headers, and leaves the chains at their first codes and their second samples. */
APART struct ima ima_start(struct chains *chains)
{
    uint16_t sample[WORDS], index[WORDS];
    struct ima chain;

#pragma GCC unroll 1
    for (int l = 0; l < WORDS; l++) {
        sample[l] = load16_le(chains->in[l]) ^ 0x8000;
        index[l] = chains->in[l][2];
        memcpy(chains->out[l], chains->in[l], 2);
        chains->in[l] += IMA_HEADER * chains->channels;
        chains->out[l] += 2 * chains->channels;
    }
    memcpy(&chain.sample, sample, sizeof sample);
    memcpy(&chain.index, index, sizeof index);
    chain.index = least(chain.index, every(IMA_LAST_INDEX));
    return chain;
}

/* All whole stretches; and, where what remains ends with a row of codes, the last 32 samples but for those that are done.
 * Returns how many samples those are. */
KERNEL size_t ima_decode_stretches(struct ima *chain, const struct chains *chains, size_t samples, unsigned channels)
{
    size_t end = samples >= IMA_STRETCH && samples % 8 == 0 ? samples : samples / IMA_STRETCH * IMA_STRETCH;

    for (size_t at = 0; at < end; at += IMA_STRETCH) {
        size_t done = at + IMA_STRETCH <= end ? 0 : at + IMA_STRETCH - end;

        ima_decode_stretch(chain, chains, at - done, (unsigned)done, channels);
    }
    return end;
}

void IMA_SET(decode)(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    unsigned channels = blocks->channels;
    size_t chains = blocks->count * channels, samples = blocks->samples - 1;

    for (size_t first = 0; first < chains; first += WORDS) {
        struct chains group = chains_at(blocks, first, src, blocks->bytes, IMA_HEADER, pcm, 2 * (size_t)blocks->samples * channels, 2);
        struct ima chain = ima_start(&group);
        size_t at = 0;

        if (channels == 1)
            at = ima_decode_stretches(&chain, &group, samples, 1);
        else if (channels == ROW_CHANNELS)
            at = ima_decode_stretches(&chain, &group, samples, 2);
        for (; at < samples; at += IMA_STRETCH)
            ima_decode_some(&chain, &group, at, samples - at < IMA_STRETCH ? (uint32_t)(samples - at) : IMA_STRETCH);
    }
}
