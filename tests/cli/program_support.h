/* Files for the tests of the program, and checks of its results. */
#ifndef OMNIACM_TESTS_CLI_PROGRAM_SUPPORT_H
#define OMNIACM_TESTS_CLI_PROGRAM_SUPPORT_H

#include "program.h"

enum { FRAMES = 9001 };

static struct sound sound;

static inline int16_t *samples_of(uint16_t channels)
{
    if (!sound.samples)
        sound = generated(2 * FRAMES, 3);
    return channels <= 2 ? sound.samples : 0;
}

static inline struct wave_format pcm(uint32_t rate, uint16_t channels)
{
    uint16_t align = (uint16_t)(2 * channels);

    return (struct wave_format){ TAG_PCM, channels, rate, rate * align, align, 16, 0, 0 };
}

static inline void put_wav(const char *path, const struct wave_format *format, const void *data,
                           size_t size, uint32_t samples)
{
    struct bytes file = wav_make(format, data, size, samples);

    disk_put(path, file.data, file.size);
    free(file.data);
}

/* FRAMES samples of each channel. */
static inline void put_pcm(const char *path, uint32_t rate, uint16_t channels)
{
    struct wave_format format = pcm(rate, channels);

    put_wav(path, &format, samples_of(channels), (size_t)FRAMES * format.block_align, FRAMES);
}

static inline struct bytes get_wav(const char *path, struct wave_format *format)
{
    struct bytes file = disk_get(path);

    if (!file.data)
        fail_msg("%s is missing: %s%s", path, out, err);
    return wav_open(file, format);
}

/* Compares a result with what the codec core makes of the samples. */
static inline void check_result(const char *path, uint16_t tag, uint32_t byte_rate, uint8_t quality)
{
    struct options options = { .quality = quality };
    struct wave_format format;
    struct bytes data = get_wav(path, &format), code;
    const struct codec *codec = codec_find(tag);

    assert_int_equal(format.tag, tag);
    if (byte_rate)
        assert_int_equal(format.byte_rate, byte_rate);
    code =
        encode_all(codec, &format, &options,
                   (struct sound){ samples_of(format.channels), (size_t)FRAMES * format.channels });
    assert_int_equal(data.size, code.size);
    assert_memory_equal(data.data, code.data, code.size);
    free(code.data);
}

/* A GSM file; the caller may damage the header. */
static inline struct bytes gsm_code(struct wave_format *format, uint8_t extra[EXTRA_ROOM])
{
    *format = format_of(codec_find(0x31), (struct mode){ 8000, 1, 0 }, extra);
    return encode_all(codec_find(0x31), format, 0, (struct sound){ samples_of(1), FRAMES });
}

static inline void check_failure(const char *line, const char *first, const char *second)
{
    unsigned files = disk_files();

    if (run(line) != 1)
        fail_msg("'%s' does not fail", line);
    if (!strstr(err, first) || !strstr(err, second))
        fail_msg("'%s': no '%s' or no '%s' in: %s", line, first, second, err);
    assert_int_equal(disk_files(), files);
}

/* The fields that `info` reports as wrong, as in "bytes/second, bits". */
static inline const char *wrong_fields(void)
{
    static char fields[400];

    fields[0] = 0;
    for (char *line = out; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : 0) {
        char *end = strchr(line, '\n'), *mark = strstr(line, "wrong");

        if (!mark || mark > end)
            continue;
        if (fields[0])
            strcat(fields, ", ");
        line += strspn(line, " ");
        strncat(fields, line, (size_t)(strstr(line, "  ") - line));
    }
    return fields;
}

static inline void check_info(const struct wave_format *format, struct bytes code, uint32_t samples,
                              const char *wrong, const char *right)
{
    put_wav("it.wav", format, code.data, code.size, samples);
    if (run("info it.wav") != 0 || strcmp(wrong_fields(), wrong) != 0)
        fail_msg("the wrong fields are '%s', not '%s': %s%s", wrong_fields(), wrong, out, err);
    if (!says(right))
        fail_msg("no '%s' in: %s", right, out);
}

#endif
