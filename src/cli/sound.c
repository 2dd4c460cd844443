#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "files.h"
#include "formats.h"
#include "say.h"
#include "sound.h"

enum { SEARCHED = 50000 }; /* frames, from the middle, in which the delay is looked for */

static int16_t narrow(double x)
{
    x = floor(x + 0.5);
    return (int16_t)(x > 32767 ? 32767 : x < -32768 ? -32768 : x);
}

static int16_t sample_at(const uint8_t *p, unsigned bytes, bool is_float)
{
    float f;
    uint32_t bits = 0;

    if (is_float) {
        memcpy(&f, p, sizeof f);
        return narrow(f * 32768.0);
    }
    if (bytes == 1)
        return (int16_t)((p[0] - 128) * 256);
    for (unsigned i = 0; i < bytes; i++)
        bits |= (uint32_t)p[i] << (8 * (4 - bytes + i));
    return narrow((int32_t)bits / 65536.0);
}

static bool load(struct sound *sound, const wchar_t *path, const struct wav *wav)
{
    const WAVEFORMATEX *wfx = (const void *)wav->format;
    unsigned align = wfx->nBlockAlign, bytes = wfx->nChannels ? align / wfx->nChannels : 0;
    bool is_float = wfx->wFormatTag == WAVE_FORMAT_IEEE_FLOAT;
    uint8_t *raw;
    size_t count;

    if (!is_pcm(wfx) || wfx->wFormatTag == WAVE_FORMAT_EXTENSIBLE || bytes == 0 || bytes > 4 ||
        (is_float && bytes != 4)) {
        note(L"%ls is not PCM of 1 or 2 channels: convert it first", path);
        return false;
    }
    if (wav->data_size / bytes > 0x10000000 || wav->data_size < align) {
        note(L"%ls holds %ls", path,
             wav->data_size < align ? L"no sound" : L"too much sound to be measured in memory");
        return false;
    }
    sound->wfx = pcm_like(wfx, WAVE_FORMAT_PCM);
    sound->frames = (DWORD)(wav->data_size / align);
    count = (size_t)sound->frames * wfx->nChannels;
    sound->bytes = (DWORD)(count * sizeof *sound->samples);
    sound->samples = malloc(sound->bytes);
    raw = malloc(count * bytes);
    if (raw && sound->samples && wav_read(wav, 0, raw, count * bytes) == count * bytes) {
        for (size_t i = 0; i < count; i++)
            sound->samples[i] = sample_at(raw + i * bytes, bytes, is_float);
    } else {
        note(L"%ls cannot be read into memory", path);
        sound_free(sound);
    }
    free(raw);
    return sound->samples != 0;
}

bool sound_load(struct sound *sound, const wchar_t *path)
{
    struct wav *wav = calloc(1, sizeof *wav);
    struct wav_io io;
    struct file file;
    const char *reason;
    bool loaded = false;

    *sound = (struct sound){ 0 };
    if (!wav)
        return false;
    if (!file_open(&file, path, &io)) {
        note(L"%ls: %ls", path, system_words(file.error));
    } else {
        reason = wav_scan(wav, &io);
        if (reason)
            note(L"%ls: %hs", path, reason);
        else
            loaded = load(sound, path, wav);
        file_close(&file);
    }
    free(wav);
    return loaded;
}

void sound_free(struct sound *sound)
{
    free(sound->samples);
    *sound = (struct sound){ 0 };
}

/* Signal over noise of `n` samples; the noise of equal ones is 0. */
static double ratio(const int16_t *a, const int16_t *b, size_t n)
{
    double signal = 0, noise = 0;

    for (size_t i = 0; i < n; i++) {
        double x = a[i], y = b[i];

        signal += x * x;
        noise += (x - y) * (x - y);
    }
    return noise == 0 ? INFINITY : signal / noise;
}

double sound_snr(const struct sound *sound, const int16_t *decoded, DWORD count)
{
    size_t channels = sound->wfx.nChannels,
           all = count / channels < sound->frames ? count / channels : sound->frames;
    size_t window = all > 2 * DELAY_AT_MOST ? all - DELAY_AT_MOST : 0, from, best = 0;
    double best_ratio = -1;

    if (window > SEARCHED)
        window = SEARCHED;
    from = window ? (all - DELAY_AT_MOST - window) / 2 : 0;
    for (size_t delay = 0; window != 0 && delay <= DELAY_AT_MOST; delay++) {
        double here = ratio(sound->samples + from * channels, decoded + (from + delay) * channels,
                            window * channels);

        if (here > best_ratio) {
            best_ratio = here;
            best = delay;
        }
    }
    return 10 * log10(ratio(sound->samples, decoded + best * channels, (all - best) * channels));
}
