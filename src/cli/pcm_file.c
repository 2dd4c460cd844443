#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "console.h"
#include "files.h"
#include "formats.h"
#include "pcm_file.h"

enum { SEARCH_FRAMES = 50000 };    /* in the middle of the file, for finding the delay */
enum { MAX_SAMPLES = 0x10000000 }; /* of all channels; their bytes fit a DWORD */

static int16_t round_to_16_bits(double x)
{
    x = floor(x + 0.5);
    return (int16_t)(x > 32767 ? 32767 : x < -32768 ? -32768 : x);
}

static int16_t sample_at(const uint8_t *p, unsigned bytes, bool is_float)
{
    float f;
    double d;
    uint32_t bits = 0;

    if (is_float && bytes == 8) {
        memcpy(&d, p, sizeof d);
        return round_to_16_bits(d * 32768);
    }
    if (is_float) {
        memcpy(&f, p, sizeof f);
        return round_to_16_bits(f * 32768.0);
    }
    if (bytes == 1)
        return (int16_t)((p[0] - 128) * 256);
    for (unsigned i = 0; i < bytes; i++)
        bits |= (uint32_t)p[i] << (8 * (4 - bytes + i));
    return round_to_16_bits((int32_t)bits / 65536.0);
}

static bool load(struct pcm_file *file, const wchar_t *path, const struct wav *wav)
{
    const WAVEFORMATEX *wfx = (const void *)wav->format;
    unsigned align = wfx->nBlockAlign, bytes = wfx->nChannels ? align / wfx->nChannels : 0;
    bool is_float = wfx->wFormatTag == WAVE_FORMAT_IEEE_FLOAT;
    uint8_t *raw;
    size_t count;

    if (!is_pcm(wfx) || wfx->wFormatTag == WAVE_FORMAT_EXTENSIBLE || bytes == 0 ||
        (is_float ? bytes != 4 && bytes != 8 : bytes > 4)) {
        warn(L"%ls is not mono or stereo PCM; convert it first", path);
        return false;
    }
    if (wav->data_size < align) {
        warn(L"%ls contains no audio data", path);
        return false;
    }
    if (wav->data_size / bytes > MAX_SAMPLES) {
        warn(L"%ls is too large to be measured in memory", path);
        return false;
    }
    file->wfx = pcm_like(wfx, WAVE_FORMAT_PCM);
    file->frames = (DWORD)(wav->data_size / align);
    count = (size_t)file->frames * wfx->nChannels;
    file->bytes = (DWORD)(count * sizeof *file->samples);
    file->samples = malloc(file->bytes);
    raw = malloc(count * bytes);
    if (raw && file->samples && wav_read(wav, 0, raw, count * bytes) == count * bytes) {
        for (size_t i = 0; i < count; i++)
            file->samples[i] = sample_at(raw + i * bytes, bytes, is_float);
    } else {
        warn(L"%ls cannot be read into memory", path);
        pcm_file_free(file);
    }
    free(raw);
    return file->samples != 0;
}

bool pcm_file_load(struct pcm_file *file, const wchar_t *path)
{
    struct wav *wav = calloc(1, sizeof *wav);
    struct wav_io io;
    struct file input;
    const char *reason;
    bool loaded = false;

    *file = (struct pcm_file){ 0 };
    if (!wav)
        return false;
    if (!file_open(&input, path, &io)) {
        warn(L"%ls: %ls", path, system_error_text(input.error));
    } else {
        reason = wav_scan(wav, &io);
        if (reason)
            warn(L"%ls: %hs", path, reason);
        else
            loaded = load(file, path, wav);
        file_close(&input);
    }
    free(wav);
    return loaded;
}

void pcm_file_free(struct pcm_file *file)
{
    free(file->samples);
    *file = (struct pcm_file){ 0 };
}

/* The energy of the difference of `n` samples, or more than `most`. */
static uint64_t noise(const int16_t *a, const int16_t *b, size_t n, uint64_t most)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < n && sum <= most; i++) {
        int64_t difference = a[i] - b[i];

        sum += (uint64_t)(difference * difference);
    }
    return sum;
}

/* The signal-to-noise ratio of `n` samples, as a ratio of energies. */
static double ratio(const int16_t *a, const int16_t *b, size_t n)
{
    uint64_t signal = 0, difference = noise(a, b, n, UINT64_MAX);

    for (size_t i = 0; i < n; i++)
        signal += (uint64_t)(a[i] * a[i]);
    return difference == 0 ? INFINITY : (double)signal / (double)difference;
}

double pcm_file_snr(const struct pcm_file *file, const int16_t *decoded, DWORD count)
{
    size_t channels = file->wfx.nChannels, decoded_frames = count / channels;
    size_t all = decoded_frames < file->frames ? decoded_frames : file->frames;
    size_t most = all / 4 < MAX_DELAY ? all / 4 : MAX_DELAY, window = all - most, from, best = 0;
    uint64_t least = UINT64_MAX;

    if (window > SEARCH_FRAMES)
        window = SEARCH_FRAMES;
    from = (all - most - window) / 2;
    for (size_t delay = 0; delay <= most; delay++) {
        uint64_t here = noise(file->samples + from * channels, decoded + (from + delay) * channels,
                              window * channels, least);

        if (here < least) {
            least = here;
            best = delay;
        }
    }
    return 10 * log10(ratio(file->samples, decoded + best * channels, (all - best) * channels));
}
