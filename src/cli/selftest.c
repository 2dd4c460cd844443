#include <stdlib.h>
#include "commands.h"
#include "formats.h"
#include "golden.h"
#include "pump.h"
#include "say.h"

static const wchar_t *const part_words[] = { L"encoding", L"decoding", L"decoding noise" };
static const char *const part_names[] = { "GOLDEN_ENCODE", "GOLDEN_DECODE", "GOLDEN_NOISE" };

struct selftest {
    const struct driver *driver;
    bool print;
    bool *seen;                     /* a row of golden_table each */
    unsigned passed, failed;
    wchar_t name[NAME_ROOM];        /* of the tag at hand */
};

static void print_row(const struct golden *row)
{
    say(L"{ 0x%04X, %lu, %u, %lu, %u, %hs, %lu, 0x%08lX },\n", row->tag, (unsigned long)row->sample_rate, row->channels,
        (unsigned long)row->byte_rate, row->bits_per_sample, part_names[row->part], (unsigned long)row->bytes, (unsigned long)row->checksum);
}

static void blame(struct selftest *test, const struct golden *row, const wchar_t *what)
{
    say(L"failed: 0x%04X %ls, %lu Hz, %ls, %lu bytes/s, %ls: %ls\n", row->tag, test->name, (unsigned long)row->sample_rate,
        channel_words(row->channels), (unsigned long)row->byte_rate, part_words[row->part], what);
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
    return (struct golden){ .tag = wfx->wFormatTag, .sample_rate = wfx->nSamplesPerSec, .channels = wfx->nChannels,
                            
                            .byte_rate = wfx->nAvgBytesPerSec, .bits_per_sample = wfx->wBitsPerSample, .part = part };
}

/* Converts, and judges what came out; `batch` holds the result until it is closed. A direction that the driver does not
 * have is no row: where the table has one, it stays unseen. */
static bool convert(struct selftest *test, struct batch *batch, struct golden row, const WAVEFORMATEX *from,
                    const WAVEFORMATEX *to, const void *source, size_t size)
{
    if (batch_open(batch, test->driver->handle, from, to, source, (DWORD)size) != MMSYSERR_NOERROR)
        return false;
    if (batch_convert(batch) != MMSYSERR_NOERROR) {
        blame(test, &row, L"the conversion fails");
        return false;
    }
    row.bytes = batch->made;
    row.checksum = golden_checksum(batch->result, batch->made);
    judge(test, &row);
    return true;
}

static void test_format(struct selftest *test, const WAVEFORMATEX *codec)
{
    const WAVEFORMATEX pcm = pcm_like(codec, WAVE_FORMAT_PCM);
    size_t size = golden_frames(codec->nSamplesPerSec) * codec->nChannels * sizeof(int16_t);
    int16_t *sound = malloc(size);
    static uint8_t noise[GOLDEN_NOISE_BYTES];
    struct batch encoded, decoded;

    if (!sound)
        return;
    golden_sound(codec->nSamplesPerSec, codec->nChannels, sound);
    golden_noise(noise);
    if (convert(test, &encoded, row_of(codec, GOLDEN_ENCODE), &pcm, codec, sound, size)) {
        convert(test, &decoded, row_of(codec, GOLDEN_DECODE), codec, &pcm, encoded.result, encoded.made);
        batch_close(&decoded);
    }
    batch_close(&encoded);
    convert(test, &decoded, row_of(codec, GOLDEN_NOISE), codec, &pcm, noise, sizeof noise);
    batch_close(&decoded);
    free(sound);
}

static void test_driver(struct selftest *test)
{
    static union format format;
    ACMFORMATTAGDETAILSW tag;
    ACMFORMATDETAILSW details;

    for (DWORD i = 0; driver_tag(test->driver, i, &tag); i++) {
        if (is_pcm_tag(tag.dwFormatTag))
            continue;
        wcscpy(test->name, tag.szFormatTag);
        for (DWORD j = 0; driver_format(test->driver, &tag, j, &format, &details) && !interrupted(); j++)
            test_format(test, &format.wfx);
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
    struct selftest test = { 0 };
    const wchar_t *name = 0;

    count = take_options(count, words,
                     (const struct option[]){ { L"--driver", &name, 0 }, { L"--print", 0, &test.print }, { 0 } });
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
        say(L"/* What each format of the driver makes of golden_sound() and golden_noise(); written by `omniacm selftest "
            L"--print`. */\n");
    test_driver(&test);
    if (!test.print) {
        blame_unseen(&test, drivers);
        say(L"%u passed, %u failed\n", test.passed, test.failed);
    }
    free(test.seen);
    return test.failed == 0 && !interrupted() ? EXIT_GOOD : EXIT_BAD;
}
