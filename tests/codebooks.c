/* Random bytes contain every code, and repeated ones drive filters to their limits, so that a
 * checksum of what they decode to notices a wrong entry of a codebook that no other sound here
 * uses, or a lost saturation. The checksums are those of decoders that passed the conformance
 * vectors, where the standard has any. Arguments are the tags of the codecs that are tested. */
#include "support.h"
#include "cli/golden.h"

/* Lines that are missing or wrong are printed as they should be. */
static const struct expected {
    const char *name;
    uint32_t sample_rate;
    uint16_t channels;
    uint32_t byte_rate;
    uint16_t bits_per_sample;
    uint32_t checksum; /* CRC-32 of the samples */
} table[] = {
#include "codebooks_table.h"
};

/* G.723.1's frames are the longest ones with indices of 8 bits. There are 2500 of them, so that the
 * chance that one of 256 indices is missing is 256 exp(-2500 / 2 / 256), 2 in 1000 if half of them
 * are speech. */
enum { BYTES = 60000, RUN = 600 };

static void fill(uint8_t bytes[2 * BYTES])
{
    uint32_t seed = 0xC0DEB00C;

    for (size_t i = 0; i < 2 * BYTES; i++)
        bytes[i] = (uint8_t)(draw(&seed) >> 24);
    for (size_t run = BYTES; run < 2 * BYTES; run += RUN) {
        size_t period = 1 + draw(&seed) % 32;

        for (size_t i = period; i < RUN; i++)
            bytes[run + i] = bytes[run + i - period];
    }
}

static const struct expected *expected_of(const char *name, const struct wave_format *format)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].name, name) == 0 && table[i].sample_rate == format->sample_rate &&
            table[i].channels == format->channels && table[i].byte_rate == format->byte_rate &&
            table[i].bits_per_sample == format->bits_per_sample)
            return &table[i];
    return 0;
}

static int check_mode(const struct codec *codec, const struct mode *mode)
{
    static uint8_t bytes[2 * BYTES];
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(codec, *mode, extra);
    const struct expected *expected = expected_of(codec->name, &format);
    struct sound sound;
    uint32_t checksum;

    /* Random bytes are no frames of MPEG audio and AC-3, which have tests of their tables. */
    if (format.tag == 0x0050 || format.tag == 0x0055 || format.tag == 0x2000)
        return 0;
    fill(bytes);
    sound = decode_all(codec, &format, 0, (struct bytes){ bytes, sizeof bytes });
    checksum = golden_checksum(sound.samples, sound.count * sizeof *sound.samples);
    free(sound.samples);
    if (expected && expected->checksum == checksum)
        return 0;
    print_message("{ \"%s\", %u, %u, %u, %u, 0x%08X },\n", codec->name, format.sample_rate,
                  format.channels, format.byte_rate, format.bits_per_sample, checksum);
    return 1;
}

static void every_code(void **unused)
{
    int wrong = 0;

    (void)unused;
    for (const struct codec *const *codec = codecs; *codec; codec++)
        for (const struct mode *mode = (*codec)->modes;
             mode->sample_rate && (*codec)->decoder && codec_is_selected(*codec); mode++)
            wrong += check_mode(*codec, mode);
    assert_int_equal(wrong, 0);
}

int main(int count, char **args)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_code) };

    select_tags(count, args);
    return cmocka_run_group_tests_name("codebooks", tests, 0, 0);
}
