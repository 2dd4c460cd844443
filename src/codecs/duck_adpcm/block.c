/* Duck ADPCM in plain C: decoding. src/dsp/duck_decode.tmpl.h does the same with one chain, or one
 * block of DK3, per lane. */
#include "bits.h"
#include "dsp_c.h"
#include "duck.h"

/* A byte holds two codes of one channel, or one code of each of two. */
void dk4_decode_block(const uint8_t *block, int16_t *pcm, uint32_t samples, unsigned channels)
{
    const uint8_t *byte = block + (size_t)DK4_HEADER * channels;
    struct duck_channel states[2], *first = &states[0], *second = &states[channels - 1];
    size_t codes = (size_t)(samples - 1) * channels;

    for (unsigned channel = 0; channel < channels; channel++) {
        const uint8_t *header = block + DK4_HEADER * channel;

        states[channel] = duck_channel(load16_le(header), load16_le(header + 2));
        *pcm++ = (int16_t)states[channel].sample;
    }
    for (; codes >= 2; codes -= 2, byte++) {
        *pcm++ = (int16_t)duck_follow(first, (unsigned)*byte >> 4);
        *pcm++ = (int16_t)duck_follow(second, *byte & 15u);
    }
    if (codes != 0)
        *pcm = (int16_t)duck_follow(first, (unsigned)*byte >> 4);
}

static inline unsigned nibble(const uint8_t *codes, size_t i)
{
    return (unsigned)codes[i / 2] >> 4 * (i % 2) & 15;
}

/* Two frames share a difference. */
void dk3_decode_block(const uint8_t *block, int16_t *pcm, uint32_t samples)
{
    const uint8_t *header = block + DK3_SAMPLES, *codes = block + DK3_HEADER;
    struct duck_channel sum = duck_channel(load16_le(header), header[4]),
                        difference = duck_channel(load16_le(header + 2), header[5]);

    for (size_t i = 0; i < samples / 2; i++, pcm += 4) {
        int earlier = duck_follow(&sum, nibble(codes, 3 * i)),
            apart = duck_follow(&difference, nibble(codes, 3 * i + 1)),
            later = duck_follow(&sum, nibble(codes, 3 * i + 2));

        pcm[0] = seldom_saturated(earlier + apart);
        pcm[1] = seldom_saturated(earlier - apart);
        pcm[2] = seldom_saturated(later + apart);
        pcm[3] = seldom_saturated(later - apart);
    }
}

void dk4_decode_c(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    for (size_t i = 0; i < blocks->count; i++)
        dk4_decode_block(src + i * blocks->bytes, pcm + i * blocks->samples * blocks->channels,
                         blocks->samples, blocks->channels);
}

void dk3_decode_c(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    for (size_t i = 0; i < blocks->count; i++)
        dk3_decode_block(src + i * blocks->bytes, pcm + i * 2 * blocks->samples, blocks->samples);
}
