/* IMA ADPCM with 4-bit codes: decoding. The indices depend on the codes alone, so that steps are
 * looked up two at a time.
 *
 * Parameter: VECTOR_BYTES. Include after ima.tmpl.h. */

enum { IMA_STRETCH = 32 }; /* samples per chain that are decoded at once, from 16 bytes */
enum { IMA_FEW = 2 };      /* up to this number of chains, the plain C is faster */

KERNEL vec16 ima_follow(struct ima *state, vec16 code, vec16 step)
{
    vec16 change = ima_change(code, step), negative = (vec16)((ivec16)code > 7);

    return state->sample = subs16(adds16(state->sample, change & ~negative), change & negative);
}

KERNEL void ima_decode_pair(struct ima *state, vec16 first, vec16 second, vec16 *samples)
{
    vec16 index = state->index, next = ima_move(index, ima_growth_by(first)), steps[2];

    state->index = ima_move(next, ima_growth_by(second));
    ima_steps_of(index, next, &steps[0], &steps[1]);
    samples[0] = ima_follow(state, first, steps[0]) ^ 0x8000;
    samples[1] = ima_follow(state, second, steps[1]) ^ 0x8000;
}

/* Loads registers of four codes per chain. Two channels alternate by dword. */
KERNEL void ima_load_codes(vec16 codes[8], const struct gather16 *lanes, size_t at,
                           unsigned channels)
{
    gather16_load(codes, lanes, at, channels);
    if (channels == 2)
#pragma GCC unroll 4
        for (int i = 0; i < 8; i += 2) {
            vec16 left = codes[i], right = codes[i + 1];

            codes[i] = join16((vec32)left, (vec32)right << 16);
            codes[i + 1] = join16(odd16(left), (vec32)right);
        }
}

/* Decodes a stretch from sample `at` on, counted after the first one, except for its first `done`
 * samples, a multiple of 8. */
KERNEL void ima_decode_stretch(struct ima *state, const struct gather16 *lanes, size_t at,
                               unsigned done, unsigned channels)
{
    vec16 codes[8], samples[8];

    ima_load_codes(codes, lanes, at / 2 * channels, channels);
#pragma GCC unroll 1
    for (unsigned i = done / 4; i < 8; i += 2) {
#pragma GCC unroll 2
        for (int j = 0; j < 2; j++) {
            vec16 four = codes[i + (unsigned)j];

            ima_decode_pair(state, four & 15, four >> 4 & 15, samples + 4 * j);
            ima_decode_pair(state, four >> 8 & 15, four >> 12, samples + 4 * j + 2);
        }
        scatter16_store(samples, lanes, 2 * (at + 4 * (size_t)i) * channels, channels);
    }
}

/* Decodes fewer samples, or more channels than vectors are loaded for, through a copy. */
OUTLINED void ima_decode_some(struct ima *state, const struct gather16 *lanes, size_t at,
                              uint32_t n)
{
    uint8_t in[LANES16][IMA_STRETCH / 2] = { { 0 } }, out[LANES16][2 * IMA_STRETCH];
    struct gather16 copy;

    copy.channels = 1;
    for (int l = 0; l < LANES16; l++) {
        copy.in[l] = in[l];
        copy.out[l] = out[l];
        for (uint32_t i = 0; i < n; i += 8)
            memcpy(in[l] + i / 2, lanes->in[l] + (at + i) / 2 * lanes->channels,
                   n - i < 8 ? (n - i + 1) / 2 : 4);
    }
    ima_decode_stretch(state, &copy, 0, 0, 1);
    for (int l = 0; l < LANES16; l++)
        for (uint32_t i = 0; i < n; i++)
            memcpy(lanes->out[l] + 2 * (at + i) * lanes->channels, out[l] + 2 * i, 2);
}

/* Reads the headers, and advances the chains to their first codes and second samples. */
OUTLINED struct ima ima_read_headers(struct gather16 *lanes)
{
    uint16_t sample[LANES16], index[LANES16];
    struct ima state;

#pragma GCC unroll 1
    for (int l = 0; l < LANES16; l++) {
        sample[l] = load16_le(lanes->in[l]) ^ 0x8000;
        index[l] = lanes->in[l][2];
        memcpy(lanes->out[l], lanes->in[l], 2);
        lanes->in[l] += IMA_HEADER * lanes->channels;
        lanes->out[l] += 2 * lanes->channels;
    }
    memcpy(&state.sample, sample, sizeof sample);
    memcpy(&state.index, index, sizeof index);
    state.index = min16(state.index, set16(IMA_LAST_INDEX));
    return state;
}

/* Decodes all whole stretches. If the remainder ends with a whole dword of codes, a last stretch
 * overlaps the previous one and skips the samples that are done. Returns the number of decoded
 * samples. */
KERNEL size_t ima_decode_stretches(struct ima *state, const struct gather16 *lanes, size_t samples,
                                   unsigned channels)
{
    size_t end =
        samples >= IMA_STRETCH && samples % 8 == 0 ? samples : samples / IMA_STRETCH * IMA_STRETCH;

    for (size_t at = 0; at < end; at += IMA_STRETCH) {
        size_t done = at + IMA_STRETCH <= end ? 0 : at + IMA_STRETCH - end;

        ima_decode_stretch(state, lanes, at - done, (unsigned)done, channels);
    }
    return end;
}

static void ima_decode(const struct adpcm_blocks *blocks, const uint8_t *src, int16_t *pcm)
{
    unsigned channels = blocks->channels;
    size_t chains = blocks->count * channels, samples = blocks->samples - 1;

    if (chains <= IMA_FEW) {
        ima_decode_c(blocks, src, pcm);
        return;
    }
    for (size_t first = 0; first < chains; first += LANES16) {
        struct gather16 group =
            gather16_at(blocks, first, ima_code_side(blocks, src), ima_pcm_side(blocks, pcm));
        struct ima state = ima_read_headers(&group);
        size_t at = 0;

        if (channels == 1)
            at = ima_decode_stretches(&state, &group, samples, 1);
        else if (channels == VECTOR_CHANNELS)
            at = ima_decode_stretches(&state, &group, samples, 2);
        for (; at < samples; at += IMA_STRETCH)
            ima_decode_some(&state, &group, at,
                            samples - at < IMA_STRETCH ? (uint32_t)(samples - at) : IMA_STRETCH);
    }
}
