/* Every instruction set gives the same bits as the portable code, for every codec, on random and
 * extreme input, and leaves all other memory unchanged. */
#include "support.h"
#include "bits.h"
#include "dsp.h"

enum { GUARD = 64, FILL = 0xA7 };

/* Memory of an exact size for sanitizers, with guards around it without one. */
static uint8_t *guarded(size_t size)
{
    uint8_t *memory = malloc(size + 2 * GUARD);

    memset(memory, FILL, size + 2 * GUARD);
    return memory + GUARD;
}

static void free_guarded(uint8_t *memory, size_t size)
{
    for (size_t i = 0; i < GUARD; i++)
        assert_true(memory[-1 - (int)i] == FILL && memory[size + i] == FILL);
    free(memory - GUARD);
}

/* Converts `in` with one set, in one offer. */
static struct bytes run(const struct codec *codec, const struct wave_format *format,
                        struct options options, bool decoding, struct bytes in, size_t room)
{
    size_t size = decoding ? room * 2 : room,
           state_size = decoding ? codec->decoder->state_size : codec->encoder->state_size;
    uint8_t *out = guarded(size), *copy = malloc(in.size + !in.size), *state = guarded(state_size);
    struct progress done;
    struct bytes made;

    memcpy(copy, in.data, in.size);
    if (decoding) {
        decoder_init(codec, state, format, &options);
        done = codec->decoder->run(state, copy, (int16_t *)(void *)out,
                                   (struct offer){ in.size, room, END });
    } else {
        encoder_init(codec, state, format, &options);
        done = codec->encoder->run(state, (const int16_t *)(const void *)copy, out,
                                   (struct offer){ in.size / 2, room, END });
    }
    made =
        (struct bytes){ malloc(size + sizeof done), done.made * (decoding ? 2 : 1) + sizeof done };
    memcpy(made.data, &done, sizeof done);
    memcpy(made.data + sizeof done, out, made.size - sizeof done);
    free_guarded(out, size);
    free_guarded(state, state_size);
    free(copy);
    return made;
}

static void compare(const struct codec *codec, const struct wave_format *format, unsigned quality,
                    bool decoding, struct bytes in, size_t room)
{
    struct options options = { .quality = (uint8_t)quality };
    struct bytes portable = run(codec, format, options, decoding, in, room), other;

    for (unsigned simd = 1; simd <= best_set(); simd++) {
        options.dsp = dsp_set(simd);
        other = run(codec, format, options, decoding, in, room);
        if (other.size != portable.size)
            fail_msg("%s, set %u: %zu bytes, not %zu", codec->name, simd, other.size,
                     portable.size);
        for (size_t i = 0; i < other.size; i++)
            if (other.data[i] != portable.data[i])
                fail_msg("%s, %s, %u channels, blocks of %u bytes, quality %u, set %u: byte %zu of "
                         "%zu differs",
                         codec->name, decoding ? "decoding" : "encoding", format->channels,
                         format->block_align, quality, simd, i - sizeof(struct progress),
                         other.size - sizeof(struct progress));
        free(other.data);
    }
    free(portable.data);
}

static uint8_t byte_of(unsigned kind, size_t i, uint32_t *seed)
{
    uint32_t noise = draw(seed) >> 8;

    switch (kind) {
    case 0:
        return (uint8_t)noise;
    case 1:
        return 0x77; /* the largest steps, always up */
    case 2:
        return 0xFF;
    case 3:
        return (uint8_t)(i / 64 % 2 ? 0xFF : 0x77);
    default:
        return (uint8_t)(i % 16 ? (noise & 7) * 0x11 : noise);
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
    default:
        return (int16_t)(i * 321 % 3000 - 1500 + noise % 64);
    }
}

enum { KINDS = 5 };

/* The best search is slow under a sanitizer, and a search does not depend on the size of a block.
 */
static unsigned qualities_of(const struct layout *layout, unsigned kind, bool usual)
{
    if (!usual && kind != 0 && !all_cases())
        return 1;
    return kind < 2 && layout->block.frames < 60 ? 3 : 2;
}

/* Converts 19 blocks and a truncated one, or about a thousand samples. */
static void each_kind(const struct codec *codec, const struct wave_format *format,
                      const struct layout *layout, bool usual)
{
    size_t blocks = layout->block.frames > 100 ? 19 : 19 + 1000 / layout->block.frames,
           frame = (size_t)layout->block.frames * format->channels;
    struct bytes code = { malloc((blocks + 1) * layout->block.bytes),
                          blocks * layout->block.bytes + layout->block.bytes / 2 };
    struct bytes pcm = { malloc((blocks + 1) * frame * 2), (blocks * frame + frame / 2) * 2 };
    uint32_t seed = 1;

    for (unsigned kind = 0; kind < KINDS; kind++) {
        for (size_t i = 0; i < code.size; i++)
            code.data[i] = byte_of(kind, i, &seed);
        for (size_t i = 0; i < pcm.size / 2; i++)
            store16_le(pcm.data + 2 * i, (uint16_t)sample_of(kind, i, &seed));
        if (codec->decoder) {
            compare(codec, format, 1, true, code, (blocks + 1) * frame);
            compare(codec, format, 1, true, code, (blocks - 1) * frame - 1);
        }
        for (unsigned quality = 0; codec->encoder && quality < qualities_of(layout, kind, usual);
             quality++)
            compare(codec, format, quality, false, pcm, (blocks - 1) * layout->block.bytes);
    }
    free(code.data);
    free(pcm.data);
}

/* True if the codec has been tested with this layout, which is all that it knows of a format. */
static bool is_repeated(const struct codec *codec, const struct layout *layout)
{
    static struct layout layouts[128];
    static const struct codec *last;
    static size_t count;

    count = codec == last ? count : 0;
    last = codec;
    for (size_t i = 0; i < count; i++)
        if (memcmp(&layouts[i], layout, sizeof *layout) == 0)
            return true;
    assert_true(count < sizeof layouts / sizeof *layouts);
    layouts[count++] = *layout;
    return false;
}

static void sets_give_the_same_bits(void **unused)
{
    static const uint16_t aligns[] = { 0, 9, 16, 22, 33, 37, 72, 101, 256, 1023 };
    uint8_t extra[EXTRA_ROOM];
    struct layout layout;
    size_t formats = 0;

    (void)unused;
    for (size_t i = 0; codecs[i]; i++)
        for (uint16_t channels = 1; channels <= 3; channels++)
            for (size_t a = 0; a < sizeof aligns / sizeof *aligns; a++)
                for (uint16_t fewer = 0; fewer < 12; fewer += 5) {
                    struct mode mode = { codecs[i]->modes[0].sample_rate, channels,
                                         codecs[i]->modes[0].bit_rate };
                    struct wave_format format = format_of(codecs[i], mode, extra);

                    format.block_align = aligns[a] ? aligns[a] : format.block_align;
                    if (aligns[a] && format.extra_size >= 2)
                        store16_le(extra, 0);
                    if ((aligns[a] || fewer) && !parses(codecs[i], &format, &layout))
                        continue;
                    if (fewer) {
                        if (format.extra_size < 2 || layout.block.frames <= fewer)
                            continue;
                        store16_le(extra, (uint16_t)(layout.block.frames - fewer));
                    }
                    if (parses(codecs[i], &format, &layout) && !is_repeated(codecs[i], &layout)) {
                        each_kind(codecs[i], &format, &layout, !aligns[a] && !fewer);
                        formats++;
                    }
                }
    print_message("%zu formats, sets up to %u\n", formats, best_set());
    assert_true(formats > 20);
}

/* Tries every code and every sample, at every position in a vector. */
static void g711_gives_the_same_everywhere(void **unused)
{
    enum { ALL = 65536, MORE = 40 };
    static int16_t pcm[ALL + MORE], mine[ALL + MORE], reference[ALL + MORE];
    static uint8_t codes[ALL + MORE], coded[ALL + MORE], expected[ALL + MORE];

    (void)unused;
    for (size_t i = 0; i < ALL + MORE; i++) {
        pcm[i] = (int16_t)(i * 40503 % 65536 - 32768);
        codes[i] = (uint8_t)(i * 89);
    }
    for (unsigned simd = 1; simd <= best_set(); simd++)
        for (size_t n = ALL; n < ALL + MORE; n++) {
            dsp_set(0)->alaw_compress(pcm, expected, n);
            dsp_set(simd)->alaw_compress(pcm, coded, n);
            assert_memory_equal(coded, expected, sizeof coded);
            dsp_set(0)->ulaw_compress(pcm, expected, n);
            dsp_set(simd)->ulaw_compress(pcm, coded, n);
            assert_memory_equal(coded, expected, sizeof coded);
            dsp_set(0)->alaw_expand(codes, reference, n);
            dsp_set(simd)->alaw_expand(codes, mine, n);
            assert_memory_equal(mine, reference, sizeof mine);
            dsp_set(0)->ulaw_expand(codes, reference, n);
            dsp_set(simd)->ulaw_expand(codes, mine, n);
            assert_memory_equal(mine, reference, sizeof mine);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(g711_gives_the_same_everywhere),
        cmocka_unit_test(sets_give_the_same_bits),
    };

    return cmocka_run_group_tests_name("sets", tests, 0, 0);
}
