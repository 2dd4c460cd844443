/* Microsoft ADPCM: decoding, with AVX2 only. Samples are in pairs, the even one in the low half of
 * a lane: predictions need them in that form, and so does the output.
 *
 * Parameter: VECTOR_BYTES, 32. Include after ms.tmpl.h. */

/* Saturates to 16 bits. The results are in each 16 bytes twice. */
KERNEL vec32 pack_saturated(vec32 x) { return (vec32)_mm256_packs_epi32((simd)x, (simd)x); }

/* The predictors that a block header may name; a number beyond them stands for the last one. */
struct ms_table {
    const int16_t (*weights)[2];
    unsigned predictors;
};

struct ms {
    vec32 pair, odd; /* the last two samples; the odd one alone, as from pack_saturated() */
    vec32 delta;
    vec32 even_weights, odd_weights; /* for an even sample, for an odd sample */
};

/* The next delta, for a code in the top bits. */
KERNEL vec32 ms_delta_after(vec32 delta, vec32 code)
{
    static const int32_t below[8] = { 768, 614, 512, 409, 307, 230, 230, 230 };
    vec32 growth =
        blend_negative32(code, lookup8(below, code >> 28), lookup8(step_growths, code >> 28));

    return clamp32(delta * growth >> 8, MS_DELTA_MIN, MS_DELTA_MAX);
}

KERNEL vec32 ms_follow(struct ms *state, vec32 weights, vec32 code)
{
    vec32 sample = ms_predict(state->pair, weights) + (code >> 28) * state->delta;

    state->delta = ms_delta_after(state->delta, code);
    return pack_saturated(sample);
}

KERNEL vec32 ms_follow_two(struct ms *state, vec32 even_code, vec32 odd_code)
{
    vec32 even = ms_follow(state, state->even_weights, even_code);

    state->pair = unpack_low16(even, state->odd);
    state->odd = ms_follow(state, state->odd_weights, odd_code);
    return state->pair = unpack_low16(even, state->odd);
}

KERNEL struct ms ms_start(const struct adpcm_blocks *blocks, struct ms_table table,
                          const uint8_t *src, int16_t *pcm, unsigned channels)
{
    int32_t newer[LANES32], older[LANES32], delta[LANES32], pairs[LANES32];
    vec32 samples[2];
    struct ms state;

    for (unsigned l = 0; l < LANES32; l++) {
        unsigned channel = l % channels;
        const uint8_t *block = src + l / channels * blocks->bytes,
                      *header = block + channels + 2 * channel;
        const int16_t *pair =
            table
                .weights[block[channel] < table.predictors ? block[channel] : table.predictors - 1];
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
    memcpy(&state.delta, delta, sizeof delta);
    memcpy(&state.odd_weights, pairs, sizeof pairs);
    state.even_weights = srl32(state.odd_weights, 16) | (vec32)((uvec32)state.odd_weights << 16);
    state.odd = pack_saturated(samples[0]);
    state.pair = unpack_low16(pack_saturated(samples[1]), state.odd);
    return state;
}

/* Code t of 16 bytes of every lane, in the top bits. With one channel, the high nibble comes first.
 * With two, the codes of the second one were moved to the high nibbles. */
KERNEL vec32 ms_code(const vec32 codes[4], unsigned t, unsigned channels)
{
    unsigned place = channels == 1 ? (t % 8 ^ 1) * 4 : t % 4 * 8 + 4;

    return codes[t * channels / 8] << (28 - place);
}

KERNEL void ms_decode_stretch(struct ms *state, unsigned groups, const struct stretch *stretch,
                              unsigned channels)
{
    vec32 codes[2][4], pairs[2][4];
    size_t blocks = LANES32 / channels;

#pragma GCC unroll 2
    for (size_t g = 0; g < groups; g++) {
        gather32_codes(codes[g], stretch->from + g * blocks * stretch->from_stride,
                       stretch->from_stride, channels);
        if (channels == 2)
#pragma GCC unroll 4
            for (int i = 0; i < 4; i++)
                codes[g][i] <<= (vec32){ 0, 4, 0, 4, 0, 4, 0, 4 };
    }
    for (unsigned t = 0; t < STRETCH_CODES / channels; t += 8) {
#pragma GCC unroll 4
        for (unsigned i = 0; i < 4; i++)
#pragma GCC unroll 2
            for (size_t g = 0; g < groups; g++)
                pairs[g][i] = ms_follow_two(&state[g], ms_code(codes[g], t + 2 * i, channels),
                                            ms_code(codes[g], t + 2 * i + 1, channels));
#pragma GCC unroll 2
        for (size_t g = 0; g < groups; g++)
            scatter32_pairs(
                pairs[g], stretch->to + 2 * (size_t)t * channels + g * blocks * stretch->to_stride,
                stretch->to_stride, channels);
    }
}

KERNEL void ms_decode_groups(const struct adpcm_blocks *blocks, struct ms_table table,
                             unsigned groups, const uint8_t *src, int16_t *pcm, unsigned channels)
{
    size_t samples = (size_t)blocks->samples * channels;
    struct cursor at = { src + MS_HEADER * channels, (uint8_t *)(pcm + 2 * channels), blocks->bytes,
                         2 * samples, groups * LANES32 / channels };
    struct ms state[2];
    struct stretch stretch;

    for (size_t g = 0; g < groups; g++) {
        size_t first = g * LANES32 / channels;

        state[g] =
            ms_start(blocks, table, src + first * blocks->bytes, pcm + first * samples, channels);
    }
    for (size_t left = samples - 2 * channels, n; left != 0; left -= n) {
        n = left < STRETCH_CODES ? left : STRETCH_CODES;
        stretch_begin(&stretch, &at, n);
        ms_decode_stretch(state, groups, &stretch, channels);
        stretch_end(&stretch, &at, n);
    }
}

/* Interleaves two groups as long as there are two, then decodes one, and leaves the rest to the
 * plain C. */
static void ms_decode(const struct adpcm_blocks *blocks, const int16_t (*weights)[2],
                      unsigned predictors, const uint8_t *src, int16_t *pcm)
{
    const struct ms_table table = { weights, predictors };
    unsigned channels = blocks->channels;
    size_t each = LANES32 / channels, samples = (size_t)blocks->samples * channels, done = 0;
    struct adpcm_blocks rest = *blocks;

    for (; done + 2 * each <= blocks->count; done += 2 * each)
        if (channels == 1)
            ms_decode_groups(blocks, table, 2, src + done * blocks->bytes, pcm + done * samples, 1);
        else
            ms_decode_groups(blocks, table, 2, src + done * blocks->bytes, pcm + done * samples, 2);
    if (done + each <= blocks->count) {
        if (channels == 1)
            ms_decode_groups(blocks, table, 1, src + done * blocks->bytes, pcm + done * samples, 1);
        else
            ms_decode_groups(blocks, table, 1, src + done * blocks->bytes, pcm + done * samples, 2);
        done += each;
    }
    rest.count -= done;
    ms_decode_c(&rest, weights, predictors, src + done * blocks->bytes, pcm + done * samples);
}
