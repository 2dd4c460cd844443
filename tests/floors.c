/* The SNR of each codec and mode for a synthetic voice, so that no encoder becomes worse
 * unnoticed. Arguments are the tags of the codecs that are tested. */
#include "support.h"

/* Least SNR in dB: three figures, for qualities 0, 1 and 2, if the encoder searches, or else one.
 * OMNIACM_WRITE=1 prints the table. */
static const struct floor {
    const char *name;
    uint32_t sample_rate;
    uint16_t channels;
    uint32_t byte_rate;
    uint16_t bits_per_sample;
    double db[3];
} floors[] = {
#include "floors_table.h"
};

enum { FRAMES = 9001, MAX_DELAY = 400 };

/* Pulses of 130 Hz through a resonator, at half the amplitude in the second channel. */
static struct sound voice(const struct wave_format *format)
{
    struct sound sound = { calloc((size_t)FRAMES * format->channels, sizeof(int16_t)),
                           (size_t)FRAMES * format->channels };
    unsigned period = format->sample_rate / 130;
    int32_t x = 0, y = 0;

    for (size_t i = 0; i < FRAMES; i++) {
        x += y / 8 + (i % period < 12 ? 800 : 0);
        y -= x / 8 + y / 64;
        for (unsigned channel = 0; channel < format->channels; channel++)
            sound.samples[i * format->channels + channel] = (int16_t)(x / (int32_t)(channel + 1));
    }
    return sound;
}

/* The SNR at the best delay: each codec has its own. */
static double best_snr(const struct codec *codec, const struct wave_format *format, uint8_t quality,
                       struct bytes *code)
{
    struct options options = { .quality = quality, .dsp = dsp_set(best_set()) };
    struct sound sound = voice(format), back;
    size_t n = (FRAMES - 2 * MAX_DELAY) * format->channels, first;
    double best = -100;
    struct layout layout;

    *code = encode_all(codec, format, &options, sound);
    back = decode_all(codec, format, &options, *code);
    assert_true(parses(codec, format, &layout));
    first = layout.delay > MAX_DELAY ? layout.delay : 0;
    assert_true(back.count >= n + (first + MAX_DELAY) * format->channels);
    for (size_t delay = first; delay < first + MAX_DELAY; delay++) {
        double db = snr(sound.samples, back.samples + delay * format->channels, n);

        best = db > best ? db : best;
    }
    free(sound.samples);
    free(back.samples);
    return best;
}

static const struct floor *floor_of(const struct codec *codec, const struct wave_format *format)
{
    for (size_t i = 0; i < sizeof floors / sizeof *floors; i++)
        if (strcmp(floors[i].name, codec->name) == 0 &&
            floors[i].sample_rate == format->sample_rate &&
            floors[i].channels == format->channels && floors[i].byte_rate == format->byte_rate &&
            floors[i].bits_per_sample == format->bits_per_sample)
            return &floors[i];
    return 0;
}

static void print_floor(const struct codec *codec, const struct wave_format *format,
                        const double db[3], bool searches)
{
    print_message("{ \"%s\", %u, %u, %u, %u, ", codec->name, format->sample_rate, format->channels,
                  format->byte_rate, format->bits_per_sample);
    if (searches)
        print_message("{ %.2f, %.2f, %.2f } },\n", db[0] - 0.03, db[1] - 0.03, db[2] - 0.03);
    else
        print_message("{ %.1f } },\n", db[1] - 0.3);
}

/* The number of figures that are below their floors, or so far above that a floor is useless. */
static int check_mode(const struct codec *codec, const struct wave_format *format)
{
    const struct floor *floor = floor_of(codec, format);
    struct bytes codes[3];
    double db[3];
    bool searches;
    int wrong = !floor;

    for (uint8_t quality = 0; quality < 3; quality++)
        db[quality] = best_snr(codec, format, quality, &codes[quality]);
    searches =
        codes[0].size != codes[2].size || memcmp(codes[0].data, codes[2].data, codes[0].size) != 0;
    for (uint8_t quality = 0; quality < 3 && floor; quality++) {
        double least = floor->db[searches ? quality : 0], slack = searches ? 0.05 : 0.5;

        if (db[quality] < least || db[quality] > least + slack) {
            print_message("%s, %u Hz, %u channels, quality %u: %.2f dB, expected %.2f to %.2f\n",
                          codec->name, format->sample_rate, format->channels, quality, db[quality],
                          least, least + slack);
            wrong++;
        }
    }
    if (getenv("OMNIACM_WRITE"))
        print_floor(codec, format, db, searches);
    for (int i = 0; i < 3; i++)
        free(codes[i].data);
    return wrong;
}

static void every_mode_has_its_snr(void **unused)
{
    int wrong = 0;

    (void)unused;
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (const struct mode *mode = (*codec)->modes;
             mode->sample_rate && (*codec)->encoder && codec_is_selected(*codec); mode++) {
            uint8_t extra[EXTRA_ROOM];
            struct wave_format format = format_of(*codec, *mode, extra);
            struct layout layout;

            /* Those of transform coders follow the ear, and are measured with music. */
            if (parses(*codec, &format, &layout) && layout.delay > layout.block.frames)
                continue;
            wrong += check_mode(*codec, &format);
        }
    assert_int_equal(wrong, 0);
}

int main(int count, char **args)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_mode_has_its_snr) };

    select_tags(count, args);
    return cmocka_run_group_tests_name("floors", tests, 0, 0);
}
