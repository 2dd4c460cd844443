/* Tests of the program: --rate, --channels and --bits, beside the same in separate steps. */
#include "program_support.h"
#include "mix.h"
#include "resample_support.h"

/* The result of a change of the rate without the delay, and so at the time of the source. */
static struct sound at_rate(struct sound from, unsigned channels, uint32_t rate, uint32_t to,
                            unsigned quality, size_t *delay)
{
    struct resample_plan plan;
    struct sound late, in_time;
    size_t frames = from.count / channels, wanted;

    assert_true(resample_plan(&plan, rate, to, channels, quality));
    late = whole(&plan, from, best_set());
    wanted = (size_t)resample_frames(&plan, (uint32_t)frames);
    *delay = late.count / channels - wanted;
    in_time = (struct sound){ malloc(wanted * channels * sizeof(int16_t)), wanted * channels };
    memcpy(in_time.samples, late.samples + *delay * channels, in_time.count * sizeof(int16_t));
    free(late.samples);
    return in_time;
}

static void check_pcm(const char *path, uint32_t rate, unsigned channels, unsigned bits,
                      const void *data, size_t size)
{
    struct wave_format format;
    struct bytes found = get_wav(path, &format);

    assert_int_equal(format.sample_rate, rate);
    assert_int_equal(format.channels, channels);
    assert_int_equal(format.bits_per_sample, bits);
    assert_int_equal(found.size, size);
    assert_memory_equal(found.data, data, size);
}

static void changes_the_rate(void **unused)
{
    static const struct {
        uint32_t from, to;
    } rates[] = { { 44100, 48000 }, { 48000, 44100 }, { 8000, 44100 }, { 44100, 8000 },
                  { 11025, 96000 }, { 17896, 44100 }, { 44100, 44101 } };
    static const char *const qualities[] = { "fast", "standard", "best" };

    (void)unused;
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        for (uint16_t channels = 1; channels <= 2; channels++)
            for (unsigned quality = 0; quality < 3; quality++) {
                struct sound in = { samples_of(channels), (size_t)FRAMES * channels }, wanted;
                char line[100];
                size_t delay;

                environment = 0;
                put_pcm("in.wav", rates[i].from, channels);
                snprintf(line, sizeof line,
                         "convert in.wav out.wav --overwrite --rate %u --quality %s",
                         (unsigned)rates[i].to, qualities[quality]);
                if (run(line) != 0)
                    fail_msg("'%s': %s", line, err);
                wanted = at_rate(in, channels, rates[i].from, rates[i].to, quality, &delay);
                check_pcm("out.wav", rates[i].to, channels, 16, wanted.samples, wanted.count * 2);
                free(wanted.samples);
            }
}

/* With one rate nothing is late. 16 bits in mono and stereo become others by our driver, not by the
 * host's converter, which truncates and adds. */
static void changes_width_and_channels(void **unused)
{
    static const struct {
        const char *bits;
        enum pcm pcm;
        unsigned width;
    } widths[] = { { "8", PCM_U8, 8 },
                   { "16", PCM_S16, 16 },
                   { "24", PCM_S24, 24 },
                   { "32", PCM_S32, 32 },
                   { "float", PCM_F32, 32 } };

    (void)unused;
    for (uint16_t in = 1; in <= 2; in++)
        for (uint16_t channels = 1; channels <= 8; channels++)
            for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
                const struct wave_format from = { .channels = in }, to = { .channels = channels };
                size_t size = (size_t)FRAMES * channels * widths[i].width / 8;
                uint8_t *wanted = malloc(size);
                char line[100];
                struct mix mix;

                environment = 0;
                put_pcm("in.wav", 8000, in);
                snprintf(line, sizeof line,
                         "convert in.wav out.wav --overwrite --channels %u --bits %s", channels,
                         widths[i].bits);
                if (run(line) != 0)
                    fail_msg("'%s': %s", line, err);
                mix_init(&mix, (struct pcm_shape){ PCM_S16, { in, channel_mask(&from) } },
                         (struct pcm_shape){ widths[i].pcm, { channels, channel_mask(&to) } });
                mix_convert(&mix, (const uint8_t *)samples_of(in), wanted, FRAMES);
                check_pcm("out.wav", 8000, channels, widths[i].width, wanted, size);
                free(wanted);
            }
}

/* Without --bits and --to, PCM keeps its width. */
static void keeps_the_width(void **unused)
{
    struct wave_format format = pcm(8000, 1);
    uint8_t *deep = calloc(3, FRAMES);

    (void)unused;
    format.bits_per_sample = 24;
    format.block_align = 3;
    format.byte_rate = 24000;
    put_wav("deep.wav", &format, deep, 3u * FRAMES, FRAMES);
    assert_int_equal(run("convert deep.wav out.wav --rate 16000"), 0);
    get_wav("out.wav", &format);
    assert_int_equal(format.bits_per_sample, 24);
    assert_int_equal(run("convert deep.wav out.wav --rate 16000 --to pcm --overwrite"), 0);
    get_wav("out.wav", &format);
    assert_int_equal(format.bits_per_sample, 16);
    free(deep);
}

/* One stream decodes GSM 6.10 and makes stereo in float of it; the fact chunk counts its frames. */
static void decodes_to_another_rate(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format;
    struct bytes code = gsm_code(&format, extra);
    struct sound decoded = decode_all(codec_find(0x31), &format, 0, code), wanted;
    size_t delay, frames = (FRAMES * UINT64_C(44100) + 7999) / 8000;
    uint8_t *stereo;

    (void)unused;
    put_wav("in.wav", &format, code.data, code.size, FRAMES);
    assert_int_equal(run("convert in.wav out.wav --rate 44100 --channels 2 --bits float"), 0);
    wanted = at_rate(decoded, 1, 8000, 44100, 1, &delay);
    assert_true(wanted.count > frames);
    stereo = malloc(wanted.count * 8);
    for (size_t i = 0; i < 2 * wanted.count; i++)
        pcm_convert(PCM_S16, PCM_F32, (const uint8_t *)(wanted.samples + i / 2), stereo + 4 * i, 1);
    check_pcm("out.wav", 44100, 2, 32, stereo, frames * 8);
    free(stereo);
    free(wanted.samples);
    free(decoded.samples);
    free(code.data);
}

/* A codec that has one rate encodes a source of any. The delay stays, and the fact chunk counts it,
 * so that no player omits the end. */
static void encodes_from_another_rate(void **unused)
{
    struct sound in = { samples_of(1), FRAMES }, late, middle;
    struct resample_plan plan;
    struct wave_format format;
    struct bytes data, code;
    size_t delay;

    (void)unused;
    put_pcm("in.wav", 44100, 1);
    check_failure("convert in.wav out.wav --to g729", "8000 Hz mono", "--rate");
    assert_int_equal(run("convert in.wav out.wav --to g729 --rate 8000"), 0);
    assert_true(resample_plan(&plan, 44100, 8000, 1, 1));
    late = whole(&plan, in, best_set());
    data = get_wav("out.wav", &format);
    code = encode_all(codec_find(0x83), &format, &(struct options){ .quality = 1 }, late);
    assert_int_equal(data.size, code.size);
    assert_memory_equal(data.data, code.data, code.size);
    middle = at_rate(in, 1, 44100, 8000, 1, &delay);
    assert_int_equal(late.count, middle.count + delay);
    assert_int_equal(run("info out.wav"), 0);
    free(late.samples);
    free(middle.samples);
    free(code.data);

    put_pcm("stereo.wav", 48000, 2);
    assert_int_equal(run("convert stereo.wav gsm.wav --to gsm --rate 8000 --channels 1"), 0);
    get_wav("gsm.wav", &format);
    assert_int_equal(format.sample_rate, 8000);
    assert_int_equal(format.channels, 1);
    assert_int_equal(run("convert stereo.wav ima.wav --to ima@90 --rate 11025"), 0);
    get_wav("ima.wav", &format);
    assert_int_equal(format.sample_rate, 11025);
    assert_int_equal(format.channels, 2);
}

static void explains_impossible_values(void **unused)
{
    static const struct {
        const char *line, *says;
    } wrong[] = {
        { "convert a b --rate 44.1", "Hz" },        { "convert a b --rate 32", "--bitrate" },
        { "convert a b --rate 8000Hz", "8000Hz" },  { "convert a b --rate 4294967296", "Hz" },
        { "convert a b --channels 0", "1 to 8" },   { "convert a b --channels 9", "1 to 8" },
        { "convert a b --channels two", "1 to 8" }, { "convert a b --bits 12", "float" },
        { "convert a b --bits 64", "float" },       { "convert a b --bits -8", "float" },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (run(wrong[i].line) != 2 || !says(wrong[i].says))
            fail_msg("'%s': %s", wrong[i].line, err);
    put_pcm("in.wav", 44100, 2);
    check_failure("convert in.wav out.wav --to alaw --bits 8", "--bits", "alaw");
    check_failure("convert in.wav out.wav --rate 9000000", "no driver on this system converts",
                  "9000000 Hz");
    check_failure("convert in.wav out.wav --to g729 --rate 16000", "16000 Hz stereo",
                  "8000 Hz mono");
    assert_int_equal(disk_files(), 1);
}

/* Another driver gets the options too, in a process of its own. */
static void passes_the_options_on(void **unused)
{
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format;
    struct bytes code = gsm_code(&format, extra);

    (void)unused;
    drivers_made[0] = (struct driver_made){ L"Other", L"Another driver", 0x31, true, false, SOUND };
    put_wav("in.wav", &format, code.data, code.size, FRAMES);
    assert_int_equal(
        run("convert in.wav out.wav --rate 16000 --channels 2 --bits 8 --driver Other"), 0);
    assert_int_equal(children, 1);
    get_wav("out.wav", &format);
    assert_int_equal(format.sample_rate, 16000);
    assert_int_equal(format.channels, 2);
    assert_int_equal(format.bits_per_sample, 8);
    free(code.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(changes_the_rate),          PROGRAM_TEST(changes_width_and_channels),
        PROGRAM_TEST(keeps_the_width),           PROGRAM_TEST(decodes_to_another_rate),
        PROGRAM_TEST(encodes_from_another_rate), PROGRAM_TEST(explains_impossible_values),
        PROGRAM_TEST(passes_the_options_on),
    };

    return cmocka_run_group_tests_name("cli.program_rates", tests, 0, 0);
}
