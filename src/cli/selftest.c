#include <stdio.h>
#include <stdlib.h>
#include "commands.h"
#include "console.h"
#include "convert_loop.h"
#include "formats.h"
#include "golden.h"
#include "names.h"

static const wchar_t *const part_texts[] = { L"encoding",
                                             L"decoding",
                                             L"decoding random bytes",
                                             L"encoding at quality 0",
                                             L"encoding at quality 2",
                                             L"encoding with DTX",
                                             L"decoding DTX",
                                             L"changing the rate",
                                             L"changing the rate at quality 0",
                                             L"changing the rate at quality 2" };
static const char *const part_names[] = { "GOLDEN_ENCODE",     "GOLDEN_DECODE", "GOLDEN_NOISE",
                                          "GOLDEN_FAST",       "GOLDEN_BEST",   "GOLDEN_DTX",
                                          "GOLDEN_DTX_DECODE", "GOLDEN_RATE",   "GOLDEN_RATE_FAST",
                                          "GOLDEN_RATE_BEST" };
enum { SETTINGS_ROOM = 512 }; /* the driver ignores characters after these */

struct selftest {
    const struct driver *driver;
    bool print;
    bool *seen; /* one flag for each entry of golden_table */
    unsigned passed, failed;
    wchar_t name[NAME_ROOM];         /* of the current tag */
    wchar_t settings[SETTINGS_ROOM]; /* the user's OMNIACM_SETTINGS */
};

static void print_entry(const struct golden *entry)
{
    print(L"{ 0x%04X, %lu, %u, %lu, %u, %hs, %lu, 0x%08lX },\n", entry->tag,
          (unsigned long)entry->sample_rate, entry->channels, (unsigned long)entry->byte_rate,
          entry->bits_per_sample, part_names[entry->part], (unsigned long)entry->bytes,
          (unsigned long)entry->checksum);
}

static void report_failure(struct selftest *test, const struct golden *entry, const wchar_t *what)
{
    print(L"failed: 0x%04X %ls, %lu Hz, %ls, %lu bytes/s, %ls: %ls\n", entry->tag, test->name,
          (unsigned long)entry->sample_rate, channels_text(entry->channels),
          (unsigned long)entry->byte_rate, part_texts[entry->part], what);
    test->failed++;
}

/* Compares a result with the table, or prints it. */
static void check_result(struct selftest *test, const struct golden *entry)
{
    const struct golden *known = golden_find(entry);

    if (test->print) {
        print_entry(entry);
        return;
    }
    if (known)
        test->seen[known - golden_table] = true;
    if (!known)
        report_failure(test, entry, L"no expected result is known");
    else if (known->bytes != entry->bytes)
        report_failure(test, entry, L"wrong size");
    else if (known->checksum != entry->checksum)
        report_failure(test, entry, L"wrong checksum");
    else
        test->passed++;
}

static struct golden entry_of(const WAVEFORMATEX *wfx, enum golden_part part)
{
    return (struct golden){ .tag = wfx->wFormatTag,
                            .sample_rate = wfx->nSamplesPerSec,
                            .channels = wfx->nChannels,
                            .byte_rate = wfx->nAvgBytesPerSec,
                            .bits_per_sample = wfx->wBitsPerSample,
                            .part = part };
}

/* Sets the environment for the driver's next stream. The driver uses the first value of a name, so
 * these override the user's settings, except for the choice of SIMD instructions. */
static void choose_settings(const struct selftest *test, struct golden_settings settings)
{
    wchar_t text[SETTINGS_ROOM];
    int n = swprintf(
        text, SETTINGS_ROOM,
        L"quality=%u,dtx=%u,bitorder=0,nibbleorder=0,interpolation=0,postfilter=1,converter=1,%ls",
        settings.quality, settings.dtx, test->settings);

    if (n < 0)
        text[SETTINGS_ROOM - 1] = 0;
    SetEnvironmentVariableW(SETTINGS_VARIABLE, text);
}

/* Converts `source` into `batch`, and completes `entry`. If the driver lacks the direction, this is
 * no failure yet: report_missing() finds an entry that the table has for it. */
static bool convert(struct selftest *test, struct batch *batch, struct golden *entry,
                    const WAVEFORMATEX *from, const WAVEFORMATEX *to, const void *source,
                    size_t size)
{
    choose_settings(test, golden_settings(entry->part));
    if (batch_open(batch, test->driver->handle, from, to, source, (DWORD)size) != MMSYSERR_NOERROR)
        return false;
    if (batch_convert(batch) != MMSYSERR_NOERROR) {
        report_failure(test, entry, L"the conversion failed");
        return false;
    }
    entry->bytes = batch->made;
    entry->checksum = golden_checksum(batch->result, batch->made);
    return true;
}

/* Decodes to PCM. */
static void test_decoder(struct selftest *test, const WAVEFORMATEX *codec, enum golden_part part,
                         const void *source, size_t size)
{
    const WAVEFORMATEX pcm = pcm_like(codec, WAVE_FORMAT_PCM);
    struct golden entry = entry_of(codec, part);
    struct batch batch;

    if (convert(test, &batch, &entry, codec, &pcm, source, size))
        check_result(test, &entry);
    batch_close(&batch);
}

/* Encodes PCM, and decodes the result. Returns the checksum of the encoded data, or 0 if the driver
 * does not encode. */
static uint32_t test_encoder(struct selftest *test, const WAVEFORMATEX *codec,
                             enum golden_part part, enum golden_part back, const void *sound,
                             size_t size)
{
    const WAVEFORMATEX pcm = pcm_like(codec, WAVE_FORMAT_PCM);
    struct golden entry = entry_of(codec, part);
    struct batch batch;

    if (convert(test, &batch, &entry, &pcm, codec, sound, size)) {
        check_result(test, &entry);
        test_decoder(test, codec, back, batch.result, batch.made);
    }
    batch_close(&batch);
    return entry.checksum;
}

/* Encodes at a quality other than the default, whose checksum is `standard`. The table has an entry
 * only if the checksums differ; without one, this only prints the table. */
static void test_quality(struct selftest *test, const WAVEFORMATEX *codec, enum golden_part part,
                         const void *sound, size_t size, uint32_t standard)
{
    const WAVEFORMATEX pcm = pcm_like(codec, WAVE_FORMAT_PCM);
    struct golden entry = entry_of(codec, part);
    struct batch batch;

    if (!test->print && !golden_find(&entry))
        return;
    if (convert(test, &batch, &entry, &pcm, codec, sound, size) &&
        (!test->print || entry.checksum != standard))
        check_result(test, &entry);
    batch_close(&batch);
}

static void test_format(struct selftest *test, const WAVEFORMATEX *codec)
{
    size_t size = golden_frames(codec->nSamplesPerSec) * codec->nChannels * sizeof(int16_t);
    int16_t *sound = malloc(size);
    static uint8_t noise[GOLDEN_NOISE_BYTES];
    uint32_t standard;

    if (!sound)
        return;
    golden_sound(codec->nSamplesPerSec, codec->nChannels, sound);
    golden_noise(codec->wFormatTag, noise);
    standard = test_encoder(test, codec, GOLDEN_ENCODE, GOLDEN_DECODE, sound, size);
    test_decoder(test, codec, GOLDEN_NOISE, noise, sizeof noise);
    test_quality(test, codec, GOLDEN_FAST, sound, size, standard);
    test_quality(test, codec, GOLDEN_BEST, sound, size, standard);
    free(sound);
}

static void test_silence(struct selftest *test, const struct golden_format *golden)
{
    const WAVEFORMATEX codec = { .wFormatTag = golden->tag,
                                 .nChannels = golden->channels,
                                 .nSamplesPerSec = golden->sample_rate,
                                 .nAvgBytesPerSec = golden->byte_rate,
                                 .nBlockAlign = golden->block_align,
                                 .wBitsPerSample = golden->bits_per_sample };
    size_t size =
        GOLDEN_PAUSES * golden_frames(golden->sample_rate) * golden->channels * sizeof(int16_t);
    int16_t *pauses = malloc(size);

    if (!pauses)
        return;
    golden_pauses(golden->sample_rate, golden->channels, pauses);
    test_encoder(test, &codec, GOLDEN_DTX, GOLDEN_DTX_DECODE, pauses, size);
    free(pauses);
}

/* Converts PCM to another rate. */
static void test_rate(struct selftest *test, uint32_t rate)
{
    WAVEFORMATEX side = { .nChannels = 2, .nSamplesPerSec = GOLDEN_RATE_FROM }, from, to;
    size_t size = golden_frames(GOLDEN_RATE_FROM) * 2 * sizeof(int16_t);
    int16_t *sound = malloc(size);

    if (!sound)
        return;
    from = pcm_like(&side, WAVE_FORMAT_PCM);
    side.nSamplesPerSec = rate;
    to = pcm_like(&side, WAVE_FORMAT_PCM);
    golden_sound(GOLDEN_RATE_FROM, 2, sound);
    for (enum golden_part part = GOLDEN_RATE; part <= GOLDEN_RATE_BEST; part++) {
        struct golden entry = entry_of(&to, part);
        struct batch batch;

        if (convert(test, &batch, &entry, &from, &to, sound, size))
            check_result(test, &entry);
        batch_close(&batch);
    }
    free(sound);
}

static void test_driver(struct selftest *test, const struct drivers *drivers)
{
    static union format format;
    ACMFORMATTAGDETAILSW tag;
    ACMFORMATDETAILSW details;

    for (DWORD i = 0; driver_tag(test->driver, i, &tag); i++) {
        if (is_pcm_tag(tag.dwFormatTag))
            continue;
        wcscpy(test->name, tag.szFormatTag);
        for (DWORD j = 0; driver_format(test->driver, &tag, j, &format, &details) && !interrupted();
             j++)
            test_format(test, &format.wfx);
    }
    for (size_t i = 0; i < GOLDEN_SILENCE_FORMATS && !interrupted(); i++) {
        tag_name(drivers, golden_silence[i].tag, test->name);
        test_silence(test, &golden_silence[i]);
    }
    tag_name(drivers, WAVE_FORMAT_PCM, test->name);
    for (size_t i = 0; i < GOLDEN_RATES && !interrupted(); i++)
        test_rate(test, golden_rates[i]);
}

static void report_missing(struct selftest *test, const struct drivers *drivers)
{
    for (size_t i = 0; i < golden_count; i++)
        if (!test->seen[i]) {
            tag_name(drivers, golden_table[i].tag, test->name);
            report_failure(test, &golden_table[i], L"expected, but the driver does not offer it");
        }
}

int command_selftest(const struct drivers *drivers, int count, wchar_t **args)
{
    static struct selftest test;
    const wchar_t *name = 0;
    DWORD n = GetEnvironmentVariableW(SETTINGS_VARIABLE, test.settings, SETTINGS_ROOM);

    test.settings[n < SETTINGS_ROOM ? n : 0] = 0;
    count = take_options(count, args,
                         (const struct option[]){
                             { L"--driver", &name, 0 }, { L"--print", 0, &test.print }, { 0 } });
    if (count > 0)
        warn(L"selftest takes no arguments");
    if (count != 0)
        return EXIT_USAGE;
    test.driver = drivers_choose(drivers, name);
    if (!test.driver)
        return EXIT_FAILURE;
    test.seen = calloc(golden_count + 1, sizeof *test.seen);
    if (!test.seen)
        return fail(L"out of memory");
    if (test.print)
        print(L"/* The expected results of each format for golden_sound() and golden_noise(), "
              L"written by "
              L"`omniacm selftest --print`. */\n");
    test_driver(&test, drivers);
    if (!test.print) {
        report_missing(&test, drivers);
        print(L"%u passed, %u failed\n", test.passed, test.failed);
    }
    free(test.seen);
    return test.failed == 0 && !interrupted() ? EXIT_SUCCESS : EXIT_FAILURE;
}
