/* Yamaha ADPCM in blocks: decoding, with AVX2 only.
 *
 * Parameter: VECTOR_BYTES, 32. Include after yamaha.tmpl.h. */

KERNEL vec32 yamaha_follow(struct yamaha_state *state, vec32 code)
{
    vec32 negative = code << 28 >> 31, change = madd16(state->step, (code & 7) * 2 + 1) >> 3;

    state->sample = clamp32(state->sample + ((change ^ negative) - negative), INT16_MIN, INT16_MAX);
    state->step = yamaha_next_step(state->step, lookup8(step_growths, code));
    return state->sample;
}

KERNEL struct yamaha_state yamaha_start(const uint8_t *src, const struct adpcm_blocks *blocks,
                                        unsigned channels)
{
    int32_t sample[LANES32], step[LANES32];
    struct yamaha_state state;

    for (unsigned l = 0; l < LANES32; l++) {
        const uint8_t *header = src + l / channels * blocks->bytes + l % channels * YAMAHA_HEADER;

        sample[l] = (int16_t)load16_le(header);
        step[l] = load16_le(header + 2);
    }
    memcpy(&state.sample, sample, sizeof sample);
    memcpy(&state.step, step, sizeof step);
    state.step = clamp32(state.step, YAMAHA_STEP_MIN, YAMAHA_STEP_MAX);
    return state;
}

/* With one channel, the low nibble comes first; with two, the low nibbles are the left channel. */
KERNEL void yamaha_decode_stretch(struct yamaha_state *state, const struct stretch *stretch,
                                  unsigned channels)
{
    vec32 codes[4], pairs[4];

    gather32_codes(codes, stretch->from, stretch->from_stride, channels);
    for (unsigned i = 0; i < 4; i += channels) {
#pragma GCC unroll 4
        for (unsigned t = 0; t < 4; t++) {
            vec32 *dword = &codes[i + t * channels / 4 % channels], earlier, later;

            if (channels == 2 && t % 2 == 0)
                *dword = (vec32)((uvec32)*dword >> (uvec32){ 0, 4, 0, 4, 0, 4, 0, 4 });
            earlier = yamaha_follow(state, *dword & 15);
            *dword = srl32(*dword, 4 * (int)channels);
            later = yamaha_follow(state, *dword & 15);
            *dword = srl32(*dword, 4 * (int)channels);
            pairs[t] = pair16(earlier, later);
        }
        scatter32_pairs(pairs, stretch->to + 16 * (size_t)i, stretch->to_stride, channels);
    }
}

KERNEL void yamaha_decode_group(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm,
                                unsigned channels)
{
    size_t samples = (size_t)blocks->samples * channels;
    struct cursor at = { src + YAMAHA_HEADER * channels, (uint8_t *)pcm, blocks->bytes, 2 * samples,
                         LANES32 / channels };
    struct yamaha_state state = yamaha_start(src, blocks, channels);
    struct stretch stretch;

    for (size_t left = samples, n; left != 0; left -= n) {
        n = left < STRETCH_CODES ? left : STRETCH_CODES;
        stretch_begin(&stretch, &at, n);
        yamaha_decode_stretch(&state, &stretch, channels);
        stretch_end(&stretch, &at, n);
    }
}

/* Leaves blocks that do not fill a group to the plain C. */
static void yamaha_decode(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    size_t each = LANES32 / blocks->channels, samples = (size_t)blocks->samples * blocks->channels,
           done = 0;
    struct adpcm_blocks rest = *blocks;

    for (; done + each <= blocks->count; done += each)
        if (blocks->channels == 1)
            yamaha_decode_group(blocks, src + done * blocks->bytes, pcm + done * samples, 1);
        else
            yamaha_decode_group(blocks, src + done * blocks->bytes, pcm + done * samples, 2);
    rest.count -= done;
    yamaha_decode_c(&rest, src + done * blocks->bytes, pcm + done * samples);
}
