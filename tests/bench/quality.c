/* How near each codec comes to speech at each of its bit rates and qualities, a line each for tests/pictures/draw:
 *   segmental SNR, in dB      of the waveform, 32 ms at a time, each piece's between -10 and 35; the mean over pieces with sound
 *   spectral distance, in dB  of the levels of Bark's bands from 100 to 3700 Hz, 32 ms at a time, of which nothing counts that lies
 *                             40 dB below the loudest; the root of the mean square over bands, and the mean over pieces with sound
 * The first takes any change of phase for noise, which is hard on codecs that model a voice; the second is deaf to noise that
 * lies where the sound lies, which is easy on them. */
#include <math.h>
#include "sounds.h"

enum { BANDS = 16, LONGEST = 1024 };      /* LONGEST: samples of 32 ms at any rate */
static const double PI = 3.14159265358979323846, QUIET = 1e-4;

static const double edges[BANDS + 1] = { 100,  200,  300,  400,  510,  630,  770,  920, 1080,
                                         1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700 };      /* Hz; Zwicker 1961 */

static double energy(const int16_t *samples, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)samples[i] * samples[i];
    return sum / (double)n;
}

/* Energies of the bands of n samples, under Hann's window. */
static void bands(const int16_t *samples, size_t n, uint32_t rate, double out[BANDS])
{
    static double windowed[LONGEST], cosine[LONGEST];

    for (size_t i = 0; i < n; i++) {
        cosine[i] = cos(2 * PI * (double)i / (double)n);
        windowed[i] = samples[i] * (0.5 - 0.5 * cosine[i]);
    }
    memset(out, 0, BANDS * sizeof *out);
    for (size_t k = 0, band = 0; band < BANDS; k++) {
        double re = 0, im = 0, hertz = (double)k * rate / (double)n;

        band += hertz >= edges[band + 1];
        if (hertz < edges[0] || band >= BANDS)
            continue;
        for (size_t i = 0; i < n; i++) {
            re += windowed[i] * cosine[i * k % n];
            im += windowed[i] * cosine[(i * k + n - n / 4) % n];
        }
        out[band] += re * re + im * im;
    }
}

static double distance(const int16_t *a, const int16_t *b, size_t n, uint32_t rate)
{
    double of_a[BANDS], of_b[BANDS], loudest = 1, sum = 0;

    bands(a, n, rate, of_a), bands(b, n, rate, of_b);
    for (int i = 0; i < BANDS; i++)
        loudest = of_a[i] > loudest ? of_a[i] : loudest;
    for (int i = 0; i < BANDS; i++) {
        double d = 10 * log10((of_a[i] + QUIET * loudest) / (of_b[i] + QUIET * loudest));

        sum += d * d;
    }
    return sqrt(sum / BANDS);
}

static void report(const struct codec *codec, const struct wave_format *format, unsigned quality, struct sound a, struct sound b)
{
    size_t n = format->sample_rate * 4 / 125 / 4 * 4, pieces = 0;
    double loudest = 0, ratio = 0, spectrum = 0;

    for (size_t i = 0; i + n <= b.count; i += n / 2)
        loudest = fmax(loudest, energy(a.samples + i, n));
    for (size_t i = 0; i + n <= b.count; i += n / 2)
        if (energy(a.samples + i, n) > QUIET * loudest) {
            ratio += fmin(fmax(snr(a.samples + i, b.samples + i, n), -10), 35);
            spectrum += distance(a.samples + i, b.samples + i, n, format->sample_rate);
            pieces++;
        }
    printf("quality\t0x%X\t%s\t%u\t%u\t%u\t%.3f\t%.3f\t%.3f\n", format->tag, codec->name, format->sample_rate, format->byte_rate * 8, quality,
           snr(a.samples, b.samples, b.count), ratio / (double)pieces, spectrum / (double)pieces);
    fflush(stdout);
}

/* Every quality that makes bytes of its own. */
static void each_quality(const struct codec *codec, struct mode mode)
{
    struct sound sound = sound_at(mode.sample_rate, 1);
    struct bytes last = { 0 };
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(codec, mode, extra);

    for (uint8_t quality = 0; quality < 3; quality++) {
        struct settings settings = { .quality = quality };
        struct bytes code = encode_all(codec, &format, &settings, sound);
        struct sound decoded = decode_all(codec, &format, &settings, code);

        if (code.size != last.size || memcmp(code.data, last.data, code.size) != 0)
            report(codec, &format, quality, sound, aligned(sound, decoded, 1));
        free(decoded.samples), free(last.data);
        last = code;
    }
    free(last.data);
}

static void all_codecs(void **unused)
{
    (void)unused;
    for (size_t i = 0; codecs[i]; i++)
        for (const struct mode *mode = codecs[i]->modes; mode->sample_rate; mode++)
            if (mode->channels == 1 && mode->sample_rate == speech_rate(codecs[i]))
                each_quality(codecs[i], *mode);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_codecs) };

    return cmocka_run_group_tests_name("quality", tests, 0, 0);
}
