/* IMA ADPCM of 4 bits: decoding. The indices depend on the codes alone, so that steps are looked up
 * two at a time.
 *
 * Parameter: VECTOR_BYTES. After ima.tmpl.h. */

enum { IMA_STRETCH = 32 }; /* samples of a chain that are decoded at once: 16 bytes */
enum { IMA_FEW = 2 };      /* chains that are done sooner one by one */

KERNEL vec16 ima_follow(struct ima *chain, vec16 code, vec16 step)
{
    vec16 change = ima_change(code, step), negative = (vec16)((ivec16)code > 7);

    return chain->sample = subs16(adds16(chain->sample, change & ~negative), change & negative);
}

KERNEL void ima_decode_pair(struct ima *chain, vec16 first, vec16 second, vec16 *samples)
{
    vec16 index = chain->index, next = ima_move(index, ima_growth_by(first)), steps[2];

    chain->index = ima_move(next, ima_growth_by(second));
    ima_steps_of(index, next, &steps[0], &steps[1]);
    samples[0] = ima_follow(chain, first, steps[0]) ^ 0x8000;
    samples[1] = ima_follow(chain, second, steps[1]) ^ 0x8000;
}

/* Four codes of each chain in a register. Two channels have a dword each in turn. */
KERNEL void ima_load_codes(vec16 codes[8], const struct gather16 *chains, size_t at,
                           unsigned channels)
{
    gather16_load(codes, chains, at, channels);
    if (channels == 2)
#pragma GCC unroll 4
        for (int i = 0; i < 8; i += 2) {
            vec16 left = codes[i], right = codes[i + 1];

            codes[i] = join16((vec32)left, (vec32)right << 16);
            codes[i + 1] = join16(odd16(left), (vec32)right);
        }
}

/* `at` samples after the first, but for `done` of them, a multiple of 8. */
KERNEL void ima_decode_stretch(struct ima *chain, const struct gather16 *chains, size_t at,
                               unsigned done, unsigned channels)
{
    vec16 codes[8], samples[8];

    ima_load_codes(codes, chains, at / 2 * channels, channels);
#pragma GCC unroll 1
    for (unsigned i = done / 4; i < 8; i += 2) {
#pragma GCC unroll 2
        for (int j = 0; j < 2; j++) {
            vec16 four = codes[i + (unsigned)j];

            ima_decode_pair(chain, four & 15, four >> 4 & 15, samples + 4 * j);
            ima_decode_pair(chain, four >> 8 & 15, four >> 12, samples + 4 * j + 2);
        }
        scatter16_store(samples, chains, 2 * (at + 4 * (size_t)i) * channels, channels);
    }
}

/* Fewer samples, or more channels than are loaded in vectors: through a copy. */
APART void ima_decode_some(struct ima *chain, const struct gather16 *chains, size_t at, uint32_t n)
{
    uint8_t in[LANES16][IMA_STRETCH / 2] = { { 0 } }, out[LANES16][2 * IMA_STRETCH];
    struct gather16 copy;

    copy.channels = 1;
    for (int l = 0; l < LANES16; l++) {
        copy.in[l] = in[l];
        copy.out[l] = out[l];
        for (uint32_t i = 0; i < n; i += 8)
            memcpy(in[l] + i / 2, chains->in[l] + (at + i) / 2 * chains->channels,
                   n - i < 8 ? (n - i + 1) / 2 : 4);
    }
    ima_decode_stretch(chain, &copy, 0, 0, 1);
    for (int l = 0; l < LANES16; l++)
        for (uint32_t i = 0; i < n; i++)
            memcpy(chains->out[l] + 2 * (at + i) * chains->channels, out[l] + 2 * i, 2);
}

/* Reads the headers, and leaves the chains at their first codes and their second samples. */
APART struct ima ima_read_headers(struct gather16 *chains)
{
    uint16_t sample[LANES16], index[LANES16];
    struct ima chain;

#pragma GCC unroll 1
    for (int l = 0; l < LANES16; l++) {
        sample[l] = load16_le(chains->in[l]) ^ 0x8000;
        index[l] = chains->in[l][2];
        memcpy(chains->out[l], chains->in[l], 2);
        chains->in[l] += IMA_HEADER * chains->channels;
        chains->out[l] += 2 * chains->channels;
    }
    memcpy(&chain.sample, sample, sizeof sample);
    memcpy(&chain.index, index, sizeof index);
    chain.index = min16(chain.index, set16(IMA_LAST_INDEX));
    return chain;
}

/* All whole stretches; and, where what remains ends with a whole dword of codes, the last 32
 * samples but for those that are done. Returns how many samples are done then. */
KERNEL size_t ima_decode_stretches(struct ima *chain, const struct gather16 *chains, size_t samples,
                                   unsigned channels)
{
    size_t end =
        samples >= IMA_STRETCH && samples % 8 == 0 ? samples : samples / IMA_STRETCH * IMA_STRETCH;

    for (size_t at = 0; at < end; at += IMA_STRETCH) {
        size_t done = at + IMA_STRETCH <= end ? 0 : at + IMA_STRETCH - end;

        ima_decode_stretch(chain, chains, at - done, (unsigned)done, channels);
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
        struct ima chain = ima_read_headers(&group);
        size_t at = 0;

        if (channels == 1)
            at = ima_decode_stretches(&chain, &group, samples, 1);
        else if (channels == VECTOR_CHANNELS)
            at = ima_decode_stretches(&chain, &group, samples, 2);
        for (; at < samples; at += IMA_STRETCH)
            ima_decode_some(&chain, &group, at,
                            samples - at < IMA_STRETCH ? (uint32_t)(samples - at) : IMA_STRETCH);
    }
}
