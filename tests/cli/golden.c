/* The program's table of checksums, held against the core: what `omniacm selftest` asks of msacm32 is what the core does. */
#include "support.h"
#include "stream.h"
#include "cli/golden.h"

static struct options options = { .quality = 1 };
static bool seen[1 << 16];

static struct wave_format pcm_like(const struct wave_format *format)
{
    uint16_t align = (uint16_t)(format->channels * 2);

    return (
        struct wave_format){ TAG_PCM, format->channels, format->sample_rate, format->sample_rate * align, align, 16, 0, 0 };
}

/* As msacm32's client converts: all at once with END, then what is left. Null data where the direction does not exist. */
static struct bytes convert(const struct wave_format *from, const struct wave_format *to, const void *source, size_t size)
{
    struct plan plan;
    struct bytes out = { 0, 0 };
    struct stream *stream;
    struct progress step = { 1, 0 };
    uint32_t room;
    void *memory;

    if (!stream_plan(&plan, from, to))
        return out;
    assert_true(stream_size_from_source(&plan, (uint32_t)size, &room));
    memory = malloc(stream_bytes(&plan));
    stream = stream_start(memory, &plan, &options);
    out.data = malloc(room + 65536);
    for (size_t used = 0; used < size && (step.used != 0 || step.made != 0); used += step.used) {
        step = stream_convert(stream, (const uint8_t *)source + used, out.data + out.size,
                              (struct offer){ size - used, room + 65536 - out.size, END });
        out.size += step.made;
    }
    free(memory);
    return out;
}

/* 1 where the table does not have the result; the row that it should have is printed. */
static int judge(const struct wave_format *format, enum golden_part part, struct bytes result)
{
    static const char *const parts[] = { "GOLDEN_ENCODE", "GOLDEN_DECODE", "GOLDEN_NOISE" };
    struct golden row = {
        format->tag, format->sample_rate, format->channels, format->byte_rate, format->bits_per_sample, part,
        (uint32_t)result.size, 0
    };
    const struct golden *known = golden_find(&row);

    if (!result.data)
        return 0;
    row.checksum = golden_checksum(result.data, result.size);
    if (known)
        seen[known - golden_table] = true;
    if (known && known->bytes == row.bytes && known->checksum == row.checksum)
        return 0;
    print_message("{ 0x%04X, %u, %u, %u, %u, %s, %u, 0x%08X },\n", row.tag, row.sample_rate, row.channels, row.byte_rate,
                  row.bits_per_sample, parts[part], row.bytes, row.checksum);
    return 1;
}

static int compare_format(const struct wave_format *format)
{
    struct wave_format pcm = pcm_like(format);
    size_t size = golden_frames(format->sample_rate) * format->channels * sizeof(int16_t);
    int16_t *sound = malloc(size);
    uint8_t noise[GOLDEN_NOISE_BYTES];
    struct bytes encoded, decoded, from_noise;
    int wrong;

    golden_sound(format->sample_rate, format->channels, sound);
    golden_noise(noise);
    encoded = convert(&pcm, format, sound, size);
    decoded = encoded.data ? convert(format, &pcm, encoded.data, encoded.size) : (struct bytes){ 0, 0 };
    from_noise = convert(format, &pcm, noise, sizeof noise);
    wrong = judge(format, GOLDEN_ENCODE, encoded) + judge(format, GOLDEN_DECODE, decoded) +
            judge(format, GOLDEN_NOISE, from_noise);
    free(sound);
    free(encoded.data);
    free(decoded.data);
    free(from_noise.data);
    return wrong;
}

static void check_table(uint8_t simd)
{
    int wrong = 0;

    if (simd > best_set()) {
        print_message("this processor lacks the instructions\n");
        skip();
    }
    options.dsp = dsp_set(simd);
    memset(seen, 0, sizeof seen);
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (const struct mode *mode = (*codec)->modes; mode->sample_rate != 0; mode++) {
            uint8_t extra[EXTRA_ROOM];
            struct wave_format format = format_of(*codec, *mode, extra);

            wrong += compare_format(&format);
        }
    for (size_t i = 0; i < golden_rows; i++)
        if (!seen[i]) {
            print_message("row %zu, of tag 0x%04X, is no format of the core\n", i, golden_table[i].tag);
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

/* No block of any codec divides the sound, and every eighth of it says something else. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_portable),
        cmocka_unit_test(test_sse2),
        cmocka_unit_test(test_avx2),
    };

    return cmocka_run_group_tests_name("golden", tests, 0, 0);
}
