/* Compares the codec core with the program's table of checksums, which `omniacm selftest` compares
 * with the driver: all formats, or those whose tags are the arguments. */
#include "support.h"
#include "convert.h"
#include "cli/golden.h"

static uint8_t simd;
static bool seen[1 << 16];

static struct wave_format pcm_like(const struct wave_format *format)
{
    uint16_t align = (uint16_t)(format->channels * 2);

    return (struct wave_format){
        TAG_PCM, format->channels, format->sample_rate, format->sample_rate * align, align, 16, 0, 0
    };
}

static struct options options_of(enum golden_part part)
{
    struct golden_settings golden = golden_settings(part);

    return (struct options){ .quality = golden.quality,
                             .quirks = golden.dtx ? QUIRK_DTX : 0,
                             .dsp = dsp_set(simd) };
}

/* Converts like the program: everything at once with END, then what is left. The data is NULL if
 * the codec lacks the direction. */
static struct bytes convert(enum golden_part part, const struct wave_format *from,
                            const struct wave_format *to, const void *source, size_t size)
{
    struct options options = options_of(part);
    struct conversion plan;
    struct bytes out = { 0, 0 };
    struct converter *converter;
    struct progress step = { 1, 0 };
    uint32_t room;
    void *memory;

    if (!conversion_plan(&plan, from, to))
        return out;
    assert_true(conversion_size_from_source(&plan, (uint32_t)size, &room));
    conversion_set_quality(&plan, options.quality);
    memory = malloc(converter_bytes(&plan));
    converter = converter_start(memory, &plan, &options);
    out.data = malloc(room + 65536);
    for (size_t used = 0; used < size && (step.used != 0 || step.made != 0); used += step.used) {
        step = converter_run(converter, (const uint8_t *)source + used, out.data + out.size,
                             (struct offer){ size - used, room + 65536 - out.size, END });
        out.size += step.made;
    }
    free(memory);
    return out;
}

/* Returns 1 after printing the correct entry if the table does not have the result. */
static int check_result(const struct wave_format *format, enum golden_part part,
                        struct bytes result)
{
    static const char *const parts[] = { "GOLDEN_ENCODE",     "GOLDEN_DECODE", "GOLDEN_NOISE",
                                         "GOLDEN_FAST",       "GOLDEN_BEST",   "GOLDEN_DTX",
                                         "GOLDEN_DTX_DECODE", "GOLDEN_RATE",   "GOLDEN_RATE_FAST",
                                         "GOLDEN_RATE_BEST" };
    struct golden entry = { format->tag,
                            format->sample_rate,
                            format->channels,
                            format->byte_rate,
                            format->bits_per_sample,
                            part,
                            (uint32_t)result.size,
                            0 };
    const struct golden *known = golden_find(&entry);

    if (!result.data)
        return 0;
    entry.checksum = golden_checksum(result.data, result.size);
    if (known)
        seen[known - golden_table] = true;
    if (known && known->bytes == entry.bytes && known->checksum == entry.checksum)
        return 0;
    print_message("{ 0x%04X, %u, %u, %u, %u, %s, %u, 0x%08X },\n", entry.tag, entry.sample_rate,
                  entry.channels, entry.byte_rate, entry.bits_per_sample, parts[part], entry.bytes,
                  entry.checksum);
    return 1;
}

static bool same(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* The table has an entry for a quality only if it changes the output. */
static int compare_quality(const struct wave_format *format, enum golden_part part,
                           const void *sound, size_t size, struct bytes standard)
{
    struct wave_format pcm = pcm_like(format);
    struct bytes encoded = convert(part, &pcm, format, sound, size);
    int wrong = same(encoded, standard) ? 0 : check_result(format, part, encoded);

    free(encoded.data);
    return wrong;
}

static int compare_encoder(const struct wave_format *format, enum golden_part part,
                           enum golden_part back, struct sound sound)
{
    struct wave_format pcm = pcm_like(format);
    size_t size = sound.count * sizeof(int16_t);
    struct bytes encoded = convert(part, &pcm, format, sound.samples, size), decoded = { 0, 0 };
    int wrong = check_result(format, part, encoded);

    if (encoded.data)
        decoded = convert(back, format, &pcm, encoded.data, encoded.size);
    wrong += check_result(format, back, decoded);
    if (encoded.data && part == GOLDEN_ENCODE)
        wrong += compare_quality(format, GOLDEN_FAST, sound.samples, size, encoded) +
                 compare_quality(format, GOLDEN_BEST, sound.samples, size, encoded);
    free(encoded.data);
    free(decoded.data);
    return wrong;
}

static int compare_noise(const struct wave_format *format)
{
    struct wave_format pcm = pcm_like(format);
    uint8_t noise[GOLDEN_NOISE_BYTES];
    struct bytes decoded;
    int wrong;

    golden_noise(format->tag, noise);
    decoded = convert(GOLDEN_NOISE, format, &pcm, noise, sizeof noise);
    wrong = check_result(format, GOLDEN_NOISE, decoded);
    free(decoded.data);
    return wrong;
}

static struct sound golden_of(const struct wave_format *format,
                              void (*make)(uint32_t, unsigned, int16_t *), size_t length)
{
    struct sound sound = { 0, length * golden_frames(format->sample_rate) * format->channels };

    sound.samples = malloc(sound.count * sizeof(int16_t));
    make(format->sample_rate, format->channels, sound.samples);
    return sound;
}

static int compare_format(const struct wave_format *format)
{
    struct sound sound = golden_of(format, golden_sound, 1);
    int wrong =
        compare_encoder(format, GOLDEN_ENCODE, GOLDEN_DECODE, sound) + compare_noise(format);

    free(sound.samples);
    return wrong;
}

static int compare_silence(const struct golden_format *golden)
{
    struct wave_format format = { golden->tag,
                                  golden->channels,
                                  golden->sample_rate,
                                  golden->byte_rate,
                                  golden->block_align,
                                  golden->bits_per_sample,
                                  0,
                                  0 };
    struct sound pauses = golden_of(&format, golden_pauses, GOLDEN_PAUSES);
    int wrong = compare_encoder(&format, GOLDEN_DTX, GOLDEN_DTX_DECODE, pauses);

    free(pauses.samples);
    return wrong;
}

static int compare_rate(uint32_t rate)
{
    struct wave_format from = { .channels = 2, .sample_rate = GOLDEN_RATE_FROM }, to;
    struct sound sound;
    int wrong = 0;

    from = pcm_like(&from);
    to = from;
    to.sample_rate = rate;
    to = pcm_like(&to);
    sound = golden_of(&from, golden_sound, 1);
    for (enum golden_part part = GOLDEN_RATE; part <= GOLDEN_RATE_BEST; part++) {
        struct bytes result =
            convert(part, &from, &to, sound.samples, sound.count * sizeof(int16_t));

        wrong += check_result(&to, part, result);
        free(result.data);
    }
    free(sound.samples);
    return wrong;
}

static void check_table(uint8_t set)
{
    int wrong = 0;

    if (set > best_set()) {
        print_message("this processor does not support these instructions\n");
        skip();
    }
    simd = set;
    memset(seen, 0, sizeof seen);
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (const struct mode *mode = (*codec)->modes; mode->sample_rate != 0; mode++) {
            uint8_t extra[EXTRA_ROOM];
            struct wave_format format = format_of(*codec, *mode, extra);

            if (tag_is_selected(format.tag))
                wrong += compare_format(&format);
        }
    for (size_t i = 0; i < GOLDEN_SILENCE_FORMATS; i++)
        if (tag_is_selected(golden_silence[i].tag))
            wrong += compare_silence(&golden_silence[i]);
    for (size_t i = 0; i < GOLDEN_RATES && tag_is_selected(TAG_PCM); i++)
        wrong += compare_rate(golden_rates[i]);
    for (size_t i = 0; i < golden_count; i++)
        if (tag_is_selected(golden_table[i].tag) && !seen[i]) {
            print_message("entry %zu, of tag 0x%04X, is not a format of the core\n", i,
                          golden_table[i].tag);
            wrong++;
        }
    assert_int_equal(wrong, 0);
}

static void test_portable(void **unused)
{
    (void)unused;
    check_table(0);
}

static void test_sse2(void **unused)
{
    (void)unused;
    check_table(1);
}

static void test_avx2(void **unused)
{
    (void)unused;
    check_table(2);
}

static void test_checksum(void **unused)
{
    (void)unused;
    assert_int_equal(golden_checksum("123456789", 9), 0xCBF43926);
}

/* The length is no multiple of a block, and the parts differ. */
static void test_sound(void **unused)
{
    static int16_t sound[2 * 15000];
    size_t n = golden_frames(8000);

    (void)unused;
    assert_int_equal(n, 10667);
    golden_sound(8000, 2, sound);
    assert_memory_equal(sound + 2 * (n * 9 / 16), (int16_t[8]){ 0 }, 2);
    assert_int_not_equal(golden_checksum(sound, n), golden_checksum(sound + n, n));
}

int main(int count, char **args)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksum), cmocka_unit_test(test_sound),
        cmocka_unit_test(test_portable), cmocka_unit_test(test_sse2),
        cmocka_unit_test(test_avx2),
    };

    select_tags(count, args);
    return cmocka_run_group_tests_name("golden", tests, 0, 0);
}
