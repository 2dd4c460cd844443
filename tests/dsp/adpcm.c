/* The kernels of block ADPCM: every set gives the same bytes as the plain C reference, for any
 * number of blocks, samples and channels that a codec may request, on random and extreme input,
 * and writes nothing else. Memory has its exact size for sanitizers, and guards around it
 * without one. */
#include "support.h"
#include "bits.h"
#include "dsp_c.h"

enum { GUARD = 64, FILL = 0xA7, KINDS = 6 };

struct memory {
    uint8_t *start;
    size_t size;
};

static struct memory memory_of(size_t size, int fill)
{
    struct memory memory = { malloc(size + 2 * GUARD), size };

    memset(memory.start, FILL, size + 2 * GUARD);
    memset(memory.start + GUARD, fill, size);
    return memory;
}

static void *in(struct memory memory) { return memory.start + GUARD; }

static void release(struct memory memory)
{
    for (size_t i = 0; i < GUARD; i++)
        assert_true(memory.start[i] == FILL && memory.start[GUARD + memory.size + i] == FILL);
    free(memory.start);
}

/* A copy of the exact size, which a sanitizer guards on both sides. */
static void *exactly(const void *from, size_t size) { return memcpy(malloc(size), from, size); }

static uint8_t byte_of(unsigned kind, size_t i, uint32_t *seed)
{
    uint32_t noise = draw(seed) >> 8;

    switch (kind) {
    case 0:
        return (uint8_t)noise;
    case 1:
        return 0x77; /* the largest steps, always up */
    case 2:
        return 0xFF; /* always down */
    case 3:
        return (uint8_t)(i / 64 % 2 ? 0xFF : 0x77);
    case 4:
        return (uint8_t)(i % 16 ? (noise & 7) * 0x11 : noise);
    default:
        return (uint8_t)(0x88 * (noise & 1));
    }
}

static int16_t sample_of(unsigned kind, size_t i, uint32_t *seed)
{
    uint32_t noise = draw(seed) >> 8;

    switch (kind) {
    case 0:
        return (int16_t)noise;
    case 1:
        return (int16_t)(noise % 5 - 2);
    case 2:
        return (int16_t)(i / 7 % 2 ? INT16_MAX : INT16_MIN);
    case 3:
        return 0;
    case 4:
        return (int16_t)(i * 321 % 3000 - 1500 + noise % 64);
    default:
        return (int16_t)(noise % 31 ? (int16_t)noise >> i / 64 % 16 : INT16_MIN);
    }
}

/* A kernel, with a common signature. */
struct kernel {
    const char *name;
    unsigned header, header_samples, step; /* bytes and samples of a channel's header; the samples
                                              of a block are a multiple of `step` */
    unsigned channels_min, channels_max, qualities;
    bool decodes, zeroed;
    void (*run)(const struct dsp *, const struct adpcm_blocks *, unsigned quality, const void *src,
                void *dst);
};

static const int16_t weights[9][2] = { { 256, 0 },    { 512, -256 },    { 0, 0 },
                                       { 192, 64 },   { 240, 0 },       { 460, -208 },
                                       { 392, -232 }, { 32767, 32767 }, { -32767, 32767 } };

static void run_ima_decode(const struct dsp *dsp, const struct adpcm_blocks *blocks,
                           unsigned quality, const void *src, void *dst)
{
    (void)quality;
    dsp->ima_decode(blocks, src, dst);
}

static void run_ima_encode(const struct dsp *dsp, const struct adpcm_blocks *blocks,
                           unsigned quality, const void *src, void *dst)
{
    if (quality == 0)
        dsp->ima_greedy(blocks, src, dst);
    else
        dsp->ima_search(blocks, quality, src, dst);
}

static void run_dk4_decode(const struct dsp *dsp, const struct adpcm_blocks *blocks,
                           unsigned quality, const void *src, void *dst)
{
    (void)quality;
    dsp->dk4_decode(blocks, src, dst);
}

static void run_dk3_decode(const struct dsp *dsp, const struct adpcm_blocks *blocks,
                           unsigned quality, const void *src, void *dst)
{
    (void)quality;
    dsp->dk3_decode(blocks, src, dst);
}

static void run_ms_decode(const struct dsp *dsp, const struct adpcm_blocks *blocks,
                          unsigned quality, const void *src, void *dst)
{
    (void)quality;
    dsp->ms_decode(blocks, weights, sizeof weights / sizeof *weights, src, dst);
}

/* The last two weights are extreme; extreme input selects them. */
static void run_ms_encode(const struct dsp *dsp, const struct adpcm_blocks *blocks,
                          unsigned quality, const void *src, void *dst)
{
    struct ms_predictor predictors[sizeof weights / sizeof *weights];
    unsigned count = blocks->count % 2 ? 9 : 7;

    for (unsigned i = 0; i < count; i++)
        predictors[i] = (struct ms_predictor){ (int32_t)((uint16_t)weights[i][0] |
                                                         (uint32_t)(uint16_t)weights[i][1] << 16),
                                               (uint8_t)(3 * i) };
    dsp->ms_encode(blocks, predictors, count, quality, src, dst);
}

static void run_yamaha_decode(const struct dsp *dsp, const struct adpcm_blocks *blocks,
                              unsigned quality, const void *src, void *dst)
{
    (void)quality;
    dsp->yamaha_decode(blocks, src, dst);
}

static void run_yamaha_encode(const struct dsp *dsp, const struct adpcm_blocks *blocks,
                              unsigned quality, const void *src, void *dst)
{
    if (quality == 0)
        dsp->yamaha_greedy(blocks, src, dst);
    else
        dsp->yamaha_search(blocks, quality, src, dst);
}

static const struct kernel kernels[] = {
    { "ima_decode", 4, 1, 1, 1, 5, 1, true, false, run_ima_decode },
    { "ima_encode", 4, 1, 1, 1, 5, 3, false, false, run_ima_encode },
    { "dk4_decode", 4, 1, 1, 1, 2, 1, true, false, run_dk4_decode },
    { "dk3_decode", 8, 0, 2, 2, 2, 1, true, false, run_dk3_decode },
    { "ms_decode", 7, 2, 1, 1, 2, 1, true, false, run_ms_decode },
    { "ms_encode", 7, 2, 1, 1, 2, 3, false, true, run_ms_encode },
    { "yamaha_decode", 4, 0, 2, 1, 2, 1, true, false, run_yamaha_decode },
    { "yamaha_encode", 4, 0, 2, 1, 2, 3, false, false, run_yamaha_encode },
};

/* The bytes of a block with a given number of samples: IMA's codes fill dwords, those of the others
 * are contiguous. DK3 has three codes for two frames. */
static size_t bytes_of(const struct kernel *kernel, uint32_t samples, unsigned channels)
{
    uint32_t codes = samples - kernel->header_samples;
    bool dwords = kernel->run == run_ima_decode || kernel->run == run_ima_encode;

    if (kernel->run == run_dk3_decode)
        return kernel->header * channels + (codes / 2 * 3 + 1) / 2;
    return kernel->header * channels +
           (dwords ? (codes + 7) / 8 * 4 * channels : (codes * channels + 1) / 2);
}

static struct memory result_of(const struct kernel *kernel, const struct dsp *dsp,
                               const struct adpcm_blocks *blocks, unsigned quality,
                               const uint8_t *input, size_t size, size_t made)
{
    /* Encoders leave the bytes that they do not write unchanged. */
    struct memory output = memory_of(made, kernel->zeroed ? 0 : FILL);
    void *copy = exactly(input, size);

    kernel->run(dsp, blocks, quality, copy, in(output));
    free(copy);
    return output;
}

static void compare(const struct kernel *kernel, const struct adpcm_blocks *blocks,
                    unsigned quality, const uint8_t *input)
{
    size_t code = blocks->count * blocks->bytes,
           pcm = 2 * blocks->count * blocks->samples * blocks->channels;
    size_t size = kernel->decodes ? code : pcm, made = kernel->decodes ? pcm : code;
    struct memory expected = result_of(kernel, &dsp_portable, blocks, quality, input, size, made),
                  output;

    for (unsigned simd = 1; simd <= best_set(); simd++) {
        output = result_of(kernel, dsp_set(simd), blocks, quality, input, size, made);
        for (size_t i = 0; i < made; i++)
            if (((uint8_t *)in(output))[i] != ((uint8_t *)in(expected))[i])
                fail_msg("%s, set %u, quality %u: %zu blocks of %zu bytes and %u samples, %u "
                         "channels: byte %zu of %zu differs",
                         kernel->name, simd, quality, blocks->count, blocks->bytes,
                         (unsigned)blocks->samples, blocks->channels, i, made);
        release(output);
    }
    release(expected);
}

static void compare_kinds(const struct kernel *kernel, const struct adpcm_blocks *blocks,
                          unsigned kinds, uint32_t *seed)
{
    size_t code = blocks->count * blocks->bytes,
           pcm = 2 * blocks->count * blocks->samples * blocks->channels;
    size_t size = kernel->decodes ? code : pcm;
    uint8_t *input = malloc(size);

    for (unsigned kind = 0; kind < KINDS; kind++) {
        if (!(kinds >> kind & 1))
            continue;
        for (size_t i = 0; kernel->decodes && i < size; i++)
            input[i] = byte_of(kind, i, seed);
        for (size_t i = 0; !kernel->decodes && i < size / 2; i++)
            store16_le(input + 2 * i, (uint16_t)sample_of(kind, i, seed));
        for (unsigned quality = 0; quality < kernel->qualities; quality++)
            compare(kernel, blocks, quality, input);
    }
    free(input);
}

/* With few blocks, tries every number of samples up to the beginning of a segment of the searches,
 * and some around the others: IMA decides at 64 and 96 codes, Microsoft at 128, 256 and 384, Yamaha
 * at 256 and 480. */
static bool is_size(uint32_t samples)
{
    return samples <= 40 || (samples >= 62 && samples <= 68) || samples == 97 || samples == 98 ||
           samples == 130 || samples == 131 || samples == 258 || samples == 259 || samples == 386 ||
           samples == 482 || samples == 505;
}

static void every_size_is_the_same(void **unused)
{
    uint32_t seed = 15;

    (void)unused;
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++)
        for (uint32_t samples = 1; samples <= 505; samples++)
            for (unsigned channels = kernels[k].channels_min; channels <= kernels[k].channels_max;
                 channels++) {
                bool long_block = samples > 68;
                struct adpcm_blocks blocks = { 1 + samples % 5,
                                               bytes_of(&kernels[k], samples, channels), samples,
                                               channels };

                if (!is_size(samples) || samples < kernels[k].header_samples ||
                    samples % kernels[k].step)
                    continue;
                /* Blocks may have more bytes than their samples need. */
                blocks.bytes += samples % 3;
                compare_kinds(&kernels[k], &blocks, long_block ? 0x31 : 1u << samples % KINDS | 1,
                              &seed);
            }
}

/* From one chain to more than two groups of sixteen, for sizes with and without a remainder. */
static void every_count_is_the_same(void **unused)
{
    static const uint32_t sizes[] = { 2, 10, 34, 66 };
    uint32_t seed = 16;

    (void)unused;
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++)
        for (size_t count = 1; count <= 35; count++)
            for (unsigned channels = kernels[k].channels_min; channels <= kernels[k].channels_max;
                 channels++) {
                uint32_t samples = sizes[(count + channels) % 4];
                struct adpcm_blocks blocks = { count, bytes_of(&kernels[k], samples, channels),
                                               samples, channels };

                compare_kinds(&kernels[k], &blocks, 1u << count % KINDS | 1, &seed);
            }
}

/* Blocks of usual sizes: one group and one block. */
static void long_blocks_are_the_same(void **unused)
{
    uint32_t seed = 17;

    (void)unused;
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++)
        for (unsigned channels = kernels[k].channels_min; channels <= 2; channels++) {
            struct adpcm_blocks blocks = { 16 / channels + 1, bytes_of(&kernels[k], 1012, channels),
                                           1012, channels };

            compare_kinds(&kernels[k], &blocks, 0x31, &seed);
        }
}

/* More than the 4096 decisions of Yamaha's quality 1. */
static void the_longest_blocks_are_the_same(void **unused)
{
    uint32_t seed = 18;

    (void)unused;
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
        unsigned channels = kernels[k].channels_min;
        struct adpcm_blocks blocks = { 2, bytes_of(&kernels[k], 4200, channels), 4200, channels };

        compare_kinds(&kernels[k], &blocks, 0x10, &seed);
    }
}

static void no_kernel_is_missing(void **unused)
{
    (void)unused;
    for (unsigned simd = 0; simd <= best_set(); simd++) {
        const struct dsp *dsp = dsp_set(simd);
        void *pointers[sizeof *dsp / sizeof(void *)];

        memcpy(pointers, dsp, sizeof pointers);
        for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++)
            assert_non_null(pointers[i]);
        memcpy(pointers, dsp->gsm, sizeof *dsp->gsm);
        for (size_t i = 0; i < sizeof *dsp->gsm / sizeof *pointers; i++)
            assert_non_null(pointers[i]);
        memcpy(pointers, dsp->celp, sizeof *dsp->celp);
        for (size_t i = 0; i < sizeof *dsp->celp / sizeof *pointers; i++)
            assert_non_null(pointers[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_kernel_is_missing),
        cmocka_unit_test(every_size_is_the_same),
        cmocka_unit_test(every_count_is_the_same),
        cmocka_unit_test(long_blocks_are_the_same),
        cmocka_unit_test(the_longest_blocks_are_the_same),
    };

    return cmocka_run_group_tests_name("adpcm sets", tests, 0, 0);
}
