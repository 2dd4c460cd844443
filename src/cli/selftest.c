#include <stdio.h>
#include <stdlib.h>
#include "commands.h"
#include "formats.h"
#include "golden.h"
#include "pump.h"
#include "say.h"

static const wchar_t *const part_words[] = { L"encoding",
                                             L"decoding",
                                             L"decoding noise",
                                             L"encoding at quality 0",
                                             L"encoding at quality 2",
                                             L"encoding with DTX",
                                             L"decoding DTX" };
static const char *const part_names[] = { "GOLDEN_ENCODE",    "GOLDEN_DECODE", "GOLDEN_NOISE",
                                          "GOLDEN_FAST",      "GOLDEN_BEST",   "GOLDEN_DTX",
                                          "GOLDEN_DTX_DECODE" };
enum { SETTINGS_ROOM = 512 }; /* characters of OMNIACM_SETTINGS that the driver reads */

struct selftest {
    const struct driver *driver;
    bool print;
    bool *seen; /* a row of golden_table each */
    unsigned passed, failed;
    wchar_t name[NAME_ROOM];         /* of the tag at hand */
    wchar_t settings[SETTINGS_ROOM]; /* OMNIACM_SETTINGS as the user has it */
};

static void print_row(const struct golden *row)
{
    say(L"{ 0x%04X, %lu, %u, %lu, %u, %hs, %lu, 0x%08lX },\n", row->tag,
        (unsigned long)row->sample_rate, row->channels, (unsigned long)row->byte_rate,
        row->bits_per_sample, part_names[row->part], (unsigned long)row->bytes,
        (unsigned long)row->checksum);
}

static void blame(struct selftest *test, const struct golden *row, const wchar_t *what)
{
    say(L"failed: 0x%04X %ls, %lu Hz, %ls, %lu bytes/s, %ls: %ls\n", row->tag, test->name,
        (unsigned long)row->sample_rate, channel_words(row->channels),
        (unsigned long)row->byte_rate, part_words[row->part], what);
    test->failed++;
}

/* A result against its row of the table. */
static void judge(struct selftest *test, const struct golden *row)
{
    const struct golden *known = golden_find(row);

    if (test->print) {
        print_row(row);
        return;
    }
    if (known)
        test->seen[known - golden_table] = true;
    if (!known)
        blame(test, row, L"not in the table");
    else if (known->bytes != row->bytes)
        blame(test, row, L"the result is of another size");
    else if (known->checksum != row->checksum)
        blame(test, row, L"the result differs");
    else
        test->passed++;
}

static struct golden row_of(const WAVEFORMATEX *wfx, enum golden_part part)
{
    return (struct golden){ .tag = wfx->wFormatTag,
                            .sample_rate = wfx->nSamplesPerSec,
                            .channels = wfx->nChannels,
                            .byte_rate = wfx->nAvgBytesPerSec,
                            .bits_per_sample = wfx->wBitsPerSample,
                            .part = part };
}

/* What the driver's next stream is opened with. The driver takes the first value of a name, so
 * these go before the user's, of which the set of instructions remains. */
static void choose_settings(const struct selftest *test, struct golden_settings settings)
{
    wchar_t text[SETTINGS_ROOM];
    int n = swprintf(text, SETTINGS_ROOM,
                     L"quality=%u,dtx=%u,bitorder=0,nibbleorder=0,interpolation=0,%ls",
                     settings.quality, settings.dtx, test->settings);

    if (n < 0)
        text[SETTINGS_ROOM - 1] = 0;
    SetEnvironmentVariableW(L"OMNIACM_SETTINGS", text);
}

/* Converts; `batch` holds the result until it is closed, and `row` what it is. A direction that the
 * driver does not have is no row: where the table has one, it stays unseen. */
static bool convert(struct selftest *test, struct batch *batch, struct golden *row,
                    const WAVEFORMATEX *from, const WAVEFORMATEX *to, const void *source,
                    size_t size)
{
    choose_settings(test, golden_settings(row->part));
    if (batch_open(batch, test->driver->handle, from, to, source, (DWORD)size) != MMSYSERR_NOERROR)
        return false;
    if (batch_convert(batch) != MMSYSERR_NOERROR) {
        blame(test, row, L"the conversion fails");
        return false;
    }
    row->bytes = batch->made;
    row->checksum = golden_checksum(batch->result, batch->made);
    return true;
}

/* A conversion to PCM. */
static void test_decoder(struct selftest *test, const WAVEFORMATEX *codec, enum golden_part part,
                         const void *source, size_t size)
{
    const WAVEFORMATEX pcm = pcm_like(codec, WAVE_FORMAT_PCM);
    struct golden row = row_of(codec, part);
    struct batch batch;

    if (convert(test, &batch, &row, codec, &pcm, source, size))
        judge(test, &row);
    batch_close(&batch);
}

/* A conversion from PCM, then of its result back to PCM. Gives the checksum of the first, 0 where
 * the driver lacks it. */
static uint32_t test_encoder(struct selftest *test, const WAVEFORMATEX *codec,
                             enum golden_part part, enum golden_part back, const void *sound,
                             size_t size)
{
    const WAVEFORMATEX pcm = pcm_like(codec, WAVE_FORMAT_PCM);
    struct golden row = row_of(codec, part);
    struct batch batch;

    if (convert(test, &batch, &row, &pcm, codec, sound, size)) {
        judge(test, &row);
        test_decoder(test, codec, back, batch.result, batch.made);
    }
    batch_close(&batch);
    return row.checksum;
}

/* The sound at another quality than the default, whose checksum is `usual`. The table has it only
 * where it is another's: nothing else need be converted, but to print the table. */
static void test_quality(struct selftest *test, const WAVEFORMATEX *codec, enum golden_part part,
                         const void *sound, size_t size, uint32_t usual)
{
    const WAVEFORMATEX pcm = pcm_like(codec, WAVE_FORMAT_PCM);
    struct golden row = row_of(codec, part);
    struct batch batch;

    if (!test->print && !golden_find(&row))
        return;
    if (convert(test, &batch, &row, &pcm, codec, sound, size) &&
        (!test->print || row.checksum != usual))
        judge(test, &row);
    batch_close(&batch);
}

static void test_format(struct selftest *test, const WAVEFORMATEX *codec)
{
    size_t size = golden_frames(codec->nSamplesPerSec) * codec->nChannels * sizeof(int16_t);
    int16_t *sound = malloc(size);
    static uint8_t noise[GOLDEN_NOISE_BYTES];
    uint32_t usual;

    if (!sound)
        return;
    golden_sound(codec->nSamplesPerSec, codec->nChannels, sound);
    golden_noise(noise);
    usual = test_encoder(test, codec, GOLDEN_ENCODE, GOLDEN_DECODE, sound, size);
    test_decoder(test, codec, GOLDEN_NOISE, noise, sizeof noise);
    test_quality(test, codec, GOLDEN_FAST, sound, size, usual);
    test_quality(test, codec, GOLDEN_BEST, sound, size, usual);
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
}

static void blame_unseen(struct selftest *test, const struct drivers *drivers)
{
    for (size_t i = 0; i < golden_rows; i++)
        if (!test->seen[i]) {
            tag_name(drivers, golden_table[i].tag, test->name);
            blame(test, &golden_table[i], L"in the table, but the driver does not offer it");
        }
}

int command_selftest(const struct drivers *drivers, int count, wchar_t **words)
{
    static struct selftest test;
    const wchar_t *name = 0;
    DWORD n = GetEnvironmentVariableW(L"OMNIACM_SETTINGS", test.settings, SETTINGS_ROOM);

    test.settings[n < SETTINGS_ROOM ? n : 0] = 0;
    count = take_options(count, words,
                         (const struct option[]){
                             { L"--driver", &name, 0 }, { L"--print", 0, &test.print }, { 0 } });
    if (count > 0)
        note(L"selftest takes no names, only options");
    if (count != 0)
        return EXIT_USAGE;
    test.driver = drivers_choose(drivers, name);
    if (!test.driver)
        return EXIT_BAD;
    test.seen = calloc(golden_rows + 1, sizeof *test.seen);
    if (!test.seen)
        return fail(L"memory is short");
    if (test.print)
        say(L"/* What each format of the driver makes of golden_sound() and golden_noise(); "
            L"written by `omniacm selftest "
            L"--print`. */\n");
    test_driver(&test, drivers);
    if (!test.print) {
        blame_unseen(&test, drivers);
        say(L"%u passed, %u failed\n", test.passed, test.failed);
    }
    free(test.seen);
    return test.failed == 0 && !interrupted() ? EXIT_GOOD : EXIT_BAD;
}
