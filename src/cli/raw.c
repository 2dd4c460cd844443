#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "bits.h"
#include "console.h"
#include "files.h"
#include "formats.h"
#include "raw.h"
#include "tags.h"
#include "target.h"

enum { GSM_FRAME = 33, GSM_BLOCK = 65, GSM_MAGIC = 0xD, GSM_PROBED = 8 };
enum { MAX_RATE = 384000, MAX_CHANNELS = 255 };

/* The extensions that mean one format. Not among them are .pcm, .raw, .ima, .g721 and .g723, which
 * programs use for different formats. */
const wchar_t *raw_guess(const wchar_t *path)
{
    static const struct {
        const wchar_t *extension, *text;
    } known[] = {
        { L".gsm", L"gsm,8000" },         { L".vox", L"vox,8000" },
        { L".ul", L"ulaw,8000" },         { L".ulaw", L"ulaw,8000" },
        { L".mulaw", L"ulaw,8000" },      { L".mu", L"ulaw,8000" },
        { L".al", L"alaw,8000" },         { L".alaw", L"alaw,8000" },
        { L".g722", L"g722,16000" },      { L".g729", L"g729,8000" },
        { L".g726-16", L"g726@16,8000" }, { L".g726-24", L"g726@24,8000" },
        { L".g726-32", L"g726@32,8000" }, { L".g726-40", L"g726@40,8000" },
        { L".sln", L"pcm,8000" },         { L".sln16", L"pcm,16000" },
        { L".sln12", L"pcm,12000" },      { L".sln24", L"pcm,24000" },
        { L".sln32", L"pcm,32000" },      { L".sln44", L"pcm,44100" },
        { L".sln48", L"pcm,48000" },
    };
    const wchar_t *extension = wcsrchr(base_name(path), L'.');

    for (size_t i = 0; extension && i < sizeof known / sizeof *known; i++)
        if (_wcsicmp(extension, known[i].extension) == 0)
            return known[i].text;
    return 0;
}

/* Reads a number that ends before a comma or at the end; 0 if there is none in this range. */
static unsigned long read_number(const wchar_t **text, unsigned long most)
{
    wchar_t *end;
    unsigned long value = wcstoul(*text, &end, 10);
    bool ends = *end == 0 || (*end == L',' && end[1] != 0);
    bool valid = **text >= L'0' && **text <= L'9' && ends && value <= most;

    *text = *end == L',' ? end + 1 : end;
    return valid ? value : 0;
}

bool raw_parse(struct raw *raw, const wchar_t *text)
{
    size_t n = wcscspn(text, L","), at = wcscspn(text, L"@");
    const wchar_t *rest = text + n + 1;
    wchar_t *end;
    bool valid = n != 0 && text[n] != 0 && n < sizeof raw->word / sizeof *raw->word;

    *raw = (struct raw){ .text = text, .channels = 1 };
    if (valid) {
        memcpy(raw->word, text, n * sizeof *text);
        raw->rate = read_number(&rest, MAX_RATE);
        if (*rest)
            raw->channels = (WORD)read_number(&rest, MAX_CHANNELS);
    }
    if (valid && at < n) {
        raw->word[at] = 0;
        raw->kbits = wcstod(text + at + 1, &end);
        valid = raw->kbits > 0 && end == text + n;
    }
    if (valid && raw->word[0] && raw->rate != 0 && raw->channels != 0 && *rest == 0)
        return true;
    warn(L"invalid raw format '%ls'; give FORMAT,RATE or FORMAT,RATE,CHANNELS, such as vox,6000",
         text);
    return false;
}

/* --- GSM 6.10 --- */

/* The widths of the 76 parameters of a frame: 8 of the short-term filter, and 17 in each of four
 * subframes. */
static unsigned gsm_width(int parameter)
{
    static const uint8_t lars[] = { 6, 6, 5, 5, 4, 4, 3, 3 }, subframe[] = { 7, 2, 2, 6 };
    int i = (parameter - 8) % 17;

    if (parameter < 8)
        return lars[parameter];
    return i < 4 ? subframe[i] : 3;
}

/* Copies the parameters of a frame, which follow four bits with the highest bits first, to bit `at`
 * of a block, with the lowest bits first. */
static void repack(const uint8_t frame[GSM_FRAME], uint8_t block[GSM_BLOCK], unsigned at)
{
    unsigned from = 4;

    for (int i = 0; i < 76; i++) {
        unsigned width = gsm_width(i);

        for (unsigned bit = 0; bit < width; bit++) {
            unsigned source = from + width - 1 - bit, to = at + bit;

            block[to / 8] |= (uint8_t)((frame[source / 8] >> (7 - source % 8) & 1) << to % 8);
        }
        from += width;
        at += width;
    }
}

/* Makes a block of two frames, or, at the end of the file, of one. */
static void make_block(const struct raw_gsm *gsm, uint64_t index, uint8_t block[GSM_BLOCK])
{
    memset(block, 0, GSM_BLOCK);
    for (unsigned half = 0; half < 2; half++) {
        uint8_t frame[GSM_FRAME] = { 0 };

        if (2 * index + half < gsm->frames) {
            gsm->io.read(gsm->io.file, (2 * index + half) * GSM_FRAME, frame, GSM_FRAME);
            repack(frame, block, half * 260);
        }
    }
}

static uint64_t gsm_size(const struct raw_gsm *gsm)
{
    return gsm->frames / 2 * GSM_BLOCK + gsm->frames % 2 * GSM_FRAME;
}

static size_t read_gsm(void *context, uint64_t at, void *bytes, size_t count)
{
    const struct raw_gsm *gsm = context;
    uint64_t size = gsm_size(gsm);
    uint8_t block[GSM_BLOCK];
    size_t done = 0;

    if (at >= size)
        return 0;
    count = size - at < count ? (size_t)(size - at) : count;
    while (done < count) {
        size_t offset = (size_t)((at + done) % GSM_BLOCK), n = GSM_BLOCK - offset;

        n = n < count - done ? n : count - done;
        make_block(gsm, (at + done) / GSM_BLOCK, block);
        memcpy((uint8_t *)bytes + done, block + offset, n);
        done += n;
    }
    return done;
}

/* Returns true if the first frames have the four bits with which frames of 33 bytes begin.
 * Otherwise the file has blocks of 65 bytes. */
static bool has_frames(const struct wav_io *io)
{
    uint8_t byte = 0;
    uint64_t frames = io->size / GSM_FRAME;

    for (uint64_t i = 0; i < frames && i < GSM_PROBED; i++)
        if (io->read(io->file, i * GSM_FRAME, &byte, 1) != 1 || byte >> 4 != GSM_MAGIC)
            return false;
    return frames != 0;
}

/* --- Formats --- */

/* Finds the format of a driver with the nearest bit rate, or the one that it suggests. */
static bool format_of(const struct driver *driver, const struct raw *raw, DWORD tag,
                      union format *format)
{
    const WAVEFORMATEX like = { .nChannels = raw->channels, .nSamplesPerSec = raw->rate };
    const WAVEFORMATEX pcm = pcm_like(&like, WAVE_FORMAT_PCM);
    union format *room = malloc(sizeof *room);
    ACMFORMATTAGDETAILSW listed;
    ACMFORMATDETAILSW details;
    double best = INFINITY;

    if (room && raw->kbits != 0 && driver_lists(driver, tag, &listed))
        for (DWORD i = 0; driver_format(driver, &listed, i, room, &details); i++) {
            double off = fabs(room->wfx.nAvgBytesPerSec * 8 / 1000.0 - raw->kbits);

            if (same_mode(&room->wfx, &pcm) && off <= raw->kbits / 10 && off < best) {
                best = off;
                *format = *room;
            }
        }
    free(room);
    if (raw->kbits != 0)
        return best < INFINITY;
    return driver->handle && driver_lists(driver, tag, &listed) &&
           target_suggest(&pcm, driver->handle, tag, format) && format->wfx.wFormatTag == tag;
}

/* Asks our driver first. */
static bool find_format(const struct drivers *drivers, const struct raw *raw, DWORD tag,
                        union format *format)
{
    const struct driver *ours = drivers_ours(drivers);
    bool found = ours && format_of(ours, raw, tag, format);

    for (size_t i = 0; i < drivers->count && !found; i++)
        found = format_of(&drivers->list[i], raw, tag, format);
    return found;
}

bool raw_open(struct wav *wav, struct raw_gsm *gsm, const struct wav_io *io,
              const struct drivers *drivers, const struct raw *raw)
{
    union format *format = calloc(1, sizeof *format);
    const WAVEFORMATEX like = { .nChannels = raw->channels, .nSamplesPerSec = raw->rate };
    DWORD tag;
    bool found = format && tag_parse(drivers, raw->word, &tag);

    if (found && is_pcm_tag(tag)) {
        format->wfx = pcm_like(&like, tag);
    } else if (found) {
        found = find_format(drivers, raw, tag, format);
        if (!found)
            warn(L"no driver on this system has the raw format %ls", raw->text);
    }
    memset(wav, 0, sizeof *wav);
    if (found) {
        wav->io = *io;
        wav->format_size = WAV_FORMAT_SIZE + (size_t)format->wfx.cbSize;
        memcpy(wav->format, format->bytes, wav->format_size);
        memcpy(wav->said, wav->format, sizeof wav->said);
        wav->said_tag = format->wfx.wFormatTag;
        if (tag == TAG_GSM610 && has_frames(io)) {
            *gsm = (struct raw_gsm){ *io, io->size / GSM_FRAME };
            wav->io = (struct wav_io){ gsm, gsm_size(gsm), read_gsm, 0, 0 };
        }
        wav->data_size = wav->data_said = wav->io.size;
    }
    free(format);
    return found;
}
