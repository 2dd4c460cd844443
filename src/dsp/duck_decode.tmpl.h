/* Duck ADPCM: decoding, in IMA's lanes and with its steps. src/codecs/duck_adpcm explains the
 * formats, and has the plain C. DK4 takes one chain per lane, DK3 one block: its two chains, of the
 * sum and of the difference, advance together.
 *
 * Parameter: VECTOR_BYTES. Include after ima_decode.tmpl.h. */

#include "fixed.h"

enum { DUCK_FEW = 2 }; /* up to this number of lanes, the plain C is faster */
enum { DK4_HEADER = 4, DK3_HEADER = 16, DK3_SAMPLES = 10 };

/* A quarter of a product is the high half of a product of two factors that are 2^14 times as large
 * together. */
KERNEL vec16 duck_change(vec16 code, vec16 step)
{
    return (vec16)mulhi_u16((vec32)(step + step), (vec32)(code << 13)) + (step >> 3);
}

/* The sample, offset by 32768. */
KERNEL vec16 duck_follow(struct ima *state, vec16 code, vec16 step)
{
    vec16 change = duck_change(code, step), negative = (vec16)((ivec16)code > 7);

    return state->sample = subs16(adds16(state->sample, change & ~negative), change & negative);
}

KERNEL void dk4_decode_pair(struct ima *state, vec16 first, vec16 second, vec16 *samples)
{
    vec16 index = state->index, next = ima_move(index, ima_growth_by(first)), steps[2];

    state->index = ima_move(next, ima_growth_by(second));
    ima_steps_of(index, next, &steps[0], &steps[1]);
    samples[0] = duck_follow(state, first, steps[0]) ^ 0x8000;
    samples[1] = duck_follow(state, second, steps[1]) ^ 0x8000;
}

/* Decodes 16 bytes of codes from sample `at` on, counted after the first one, except for their
 * first `done` samples, a multiple of 8. The lanes of both channels load the same bytes. */
KERNEL void dk4_decode_stretch(struct ima *state, const struct gather16 *lanes, size_t at,
                               unsigned done, unsigned channels)
{
    vec16 codes[8], samples[8];
    const vec16 left = (vec16)set32(0xFFFF);

    gather16_load(codes, lanes, at * channels / 2, 1);
#pragma GCC unroll 1
    for (unsigned i = done / 8 * 2 * channels; i < 8; i += 2 * channels) {
        if (channels == 1)
#pragma GCC unroll 2
            for (unsigned j = 0; j < 2; j++) {
                vec16 four = codes[i + j];

                dk4_decode_pair(state, four >> 4 & 15, four & 15, samples + 4 * j);
                dk4_decode_pair(state, four >> 12, four >> 8 & 15, samples + 4 * j + 2);
            }
        else
#pragma GCC unroll 4
            for (unsigned j = 0; j < 4; j++) {
                vec16 two = blend16(left, codes[i + j] >> 4, codes[i + j]);

                dk4_decode_pair(state, two & 15, two >> 8 & 15, samples + 2 * j);
            }
        scatter16_store(samples, lanes, 2 * (at * channels + 4 * (size_t)i), channels);
    }
}

/* Decodes the `n` samples of a chain that do not fill a stretch, through a copy. */
OUTLINED void dk4_decode_some(struct ima *state, const struct gather16 *lanes, size_t at, size_t n)
{
    uint8_t in[LANES16][16] = { { 0 } }, out[LANES16][64];
    size_t frame = 2 * (size_t)lanes->channels;
    struct gather16 copy;

    copy.channels = lanes->channels;
    for (unsigned l = 0; l < LANES16; l++) {
        unsigned channel = l % lanes->channels;

        copy.in[l] = in[l];
        copy.out[l] = out[l - channel] + 2 * channel;
        memcpy(in[l], lanes->in[l] + at * lanes->channels / 2, (n * lanes->channels + 1) / 2);
    }
    if (lanes->channels == 1)
        dk4_decode_stretch(state, &copy, 0, 0, 1);
    else
        dk4_decode_stretch(state, &copy, 0, 0, 2);
    for (unsigned l = 0; l < LANES16; l++)
        for (size_t i = 0; i < n; i++)
            memcpy(lanes->out[l] + (at + i) * frame, copy.out[l] + i * frame, 2);
}

/* Reads a sample and the index of its step of each lane. */
KERNEL struct ima duck_start(const uint16_t sample[LANES16], const uint16_t index[LANES16])
{
    struct ima state;

    memcpy(&state.sample, sample, sizeof state.sample);
    memcpy(&state.index, index, sizeof state.index);
    state.sample ^= 0x8000;
    state.index = min16(state.index, set16(IMA_LAST_INDEX));
    return state;
}

/* Reads the headers, and advances the chains to their first codes and second samples. */
OUTLINED struct ima dk4_read_headers(struct gather16 *lanes)
{
    uint16_t sample[LANES16], index[LANES16];

#pragma GCC unroll 1
    for (unsigned l = 0; l < LANES16; l++) {
        sample[l] = load16_le(lanes->in[l]);
        index[l] = load16_le(lanes->in[l] + 2);
        memcpy(lanes->out[l], lanes->in[l], 2);
        lanes->in[l] += DK4_HEADER * (lanes->channels - l % lanes->channels);
        lanes->out[l] += 2 * lanes->channels;
    }
    return duck_start(sample, index);
}

/* If the number of samples is a multiple of 8, a last stretch overlaps the previous one. */
KERNEL void dk4_decode_group(struct gather16 *lanes, size_t samples, unsigned channels)
{
    struct ima state = dk4_read_headers(lanes);
    size_t each = 32 / channels,
           end = samples >= each && samples % 8 == 0 ? samples : samples / each * each;

    for (size_t at = 0; at < end; at += each) {
        size_t done = at + each <= end ? 0 : at + each - end;

        dk4_decode_stretch(&state, lanes, at - done, (unsigned)done, channels);
    }
    if (end < samples)
        dk4_decode_some(&state, lanes, end, samples - end);
}

static void dk4_decode(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    size_t chains = blocks->count * blocks->channels, samples = blocks->samples - 1;

    if (chains <= DUCK_FEW) {
        dk4_decode_c(blocks, src, pcm);
        return;
    }
    for (size_t first = 0; first < chains; first += LANES16) {
        struct gather16 group =
            gather16_at(blocks, first, ima_code_side(blocks, src), ima_pcm_side(blocks, pcm));

        if (blocks->channels == 1)
            dk4_decode_group(&group, samples, 1);
        else
            dk4_decode_group(&group, samples, 2);
    }
}

/* The states of the sum and of the difference of two channels. */
struct dk3 {
    struct ima sum, difference;
};

KERNEL void dk3_put_frame(vec16 sum, vec16 difference, vec16 frame[2])
{
    simd a = (simd)(sum ^ 0x8000), b = (simd)(difference ^ 0x8000);

    frame[0] = (vec16)SIMD(adds_epi16)(a, b);
    frame[1] = (vec16)SIMD(subs_epi16)(a, b);
}

/* Decodes four frames, from two triples of codes. */
KERNEL void dk3_decode_triples(struct dk3 *state, const vec16 codes[6], vec16 frames[8])
{
    vec16 sums[5] = { state->sum.index }, differences[3] = { state->difference.index };
    vec16 sum_steps[4], difference_steps[2], difference;

#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
        sums[2 * i + 1] = ima_move(sums[2 * i], ima_growth_by(codes[3 * i]));
        differences[i + 1] = ima_move(differences[i], ima_growth_by(codes[3 * i + 1]));
        sums[2 * i + 2] = ima_move(sums[2 * i + 1], ima_growth_by(codes[3 * i + 2]));
        ima_steps_of(sums[2 * i], sums[2 * i + 1], &sum_steps[2 * i], &sum_steps[2 * i + 1]);
    }
    ima_steps_of(differences[0], differences[1], &difference_steps[0], &difference_steps[1]);
    state->sum.index = sums[4];
    state->difference.index = differences[2];
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
        vec16 sum = duck_follow(&state->sum, codes[3 * i], sum_steps[2 * i]);

        difference = duck_follow(&state->difference, codes[3 * i + 1], difference_steps[i]);
        dk3_put_frame(sum, difference, frames + 4 * i);
        sum = duck_follow(&state->sum, codes[3 * i + 2], sum_steps[2 * i + 1]);
        dk3_put_frame(sum, difference, frames + 4 * i + 2);
    }
}

/* Decodes 16 frames from frame `at` on. They take 12 of the 16 bytes that are loaded. */
KERNEL void dk3_decode_stretch(struct dk3 *state, const struct gather16 *lanes, size_t at)
{
    vec16 words[8];

    gather16_load(words, lanes, at / 4 * 3, 1);
#pragma GCC unroll 1
    for (unsigned half = 0; half < 2; half++)
#pragma GCC unroll 2
        for (unsigned i = 0; i < 12; i += 6) {
            vec16 codes[6], frames[8];

#pragma GCC unroll 6
            for (unsigned j = 0; j < 6; j++)
                codes[j] = words[3 * half + (i + j) / 4] >> 4 * ((i + j) % 4) & 15;
            dk3_decode_triples(state, codes, frames);
            scatter16_store(frames, lanes, 4 * (at + 8 * half + 4 * i / 6), 1);
        }
}

/* Decodes the `n` frames of a block that do not fill a stretch, through a copy. */
OUTLINED void dk3_decode_some(struct dk3 *state, const struct gather16 *lanes, size_t at, size_t n)
{
    uint8_t in[LANES16][16] = { { 0 } }, out[LANES16][64];
    struct gather16 copy;

    copy.channels = 1;
    for (int l = 0; l < LANES16; l++) {
        copy.in[l] = in[l];
        copy.out[l] = out[l];
        memcpy(in[l], lanes->in[l] + at / 4 * 3, (n / 2 * 3 + 1) / 2);
    }
    dk3_decode_stretch(state, &copy, 0);
    for (int l = 0; l < LANES16; l++)
        memcpy(lanes->out[l] + 4 * at, out[l], 4 * n);
}

OUTLINED struct dk3 dk3_read_headers(struct gather16 *lanes)
{
    uint16_t sums[2][LANES16], differences[2][LANES16];

#pragma GCC unroll 1
    for (int l = 0; l < LANES16; l++) {
        const uint8_t *header = lanes->in[l] + DK3_SAMPLES;

        sums[0][l] = load16_le(header);
        sums[1][l] = header[4];
        differences[0][l] = load16_le(header + 2);
        differences[1][l] = header[5];
        lanes->in[l] += DK3_HEADER;
    }
    return (struct dk3){ duck_start(sums[0], sums[1]), duck_start(differences[0], differences[1]) };
}

static void dk3_decode(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    struct adpcm_blocks lanes = { blocks->count, blocks->bytes, blocks->samples, 1 };
    size_t codes = blocks->bytes - DK3_HEADER;

    if (blocks->count <= DUCK_FEW) {
        dk3_decode_c(blocks, src, pcm);
        return;
    }
    for (size_t first = 0; first < blocks->count; first += LANES16) {
        struct gather16 group = gather16_at(&lanes, first, side_of(src, blocks->bytes, 0),
                                            side_of(pcm, 4 * (size_t)blocks->samples, 0));
        struct dk3 state = dk3_read_headers(&group);

        for (size_t at = 0; at < blocks->samples; at += 16)
            if (blocks->samples - at >= 16 && at / 4 * 3 + 16 <= codes)
                dk3_decode_stretch(&state, &group, at);
            else
                dk3_decode_some(&state, &group, at, min_size(blocks->samples - at, 16));
    }
}
