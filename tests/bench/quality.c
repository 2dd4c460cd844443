/* Measures how well each codec preserves speech at each of its bit rates and qualities, one line
 * per measurement for tests/pictures/draw, with three figures in dB:
 * - the SNR of the whole signal;
 * - the segmental SNR, of 32 ms at a time, clamped to -10 and 35 dB and averaged over all segments
 *   with sound;
 * - loudness, by the Bark spectral distortion of Wang, Sekey and Gersho (1992): the signal is the
 *   loudness in sones in each Bark band from 300 to 3400 Hz, 32 ms at a time, and the noise is the
 *   codec's change to it.
 * The first two count every change of phase as noise, which is hard on codecs that model a voice.
 * The third ignores phase and any noise below the masking threshold. */
#include <math.h>
#include "sounds.h"

enum { BANDS = 14, SAMPLES_MAX = 1536 }; /* samples in 32 ms at up to 48 kHz */
static const double PI = 3.14159265358979323846, SILENCE_RATIO = 1e-4;

static const double edges[BANDS + 1] = { 300,  400,  510,  630,  770,  920,  1080, 1270,
                                         1480, 1720, 2000, 2320, 2700, 3150, 3400 }; /* Hz */

static double energy(const int16_t *samples, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)samples[i] * samples[i];
    return sum / (double)n;
}

/* The energies in the bands of n samples under a Hann window. */
static void bands(const int16_t *samples, size_t n, uint32_t rate, double out[BANDS])
{
    static double windowed[SAMPLES_MAX], cosine[SAMPLES_MAX];

    for (size_t i = 0; i < n; i++) {
        cosine[i] = cos(2 * PI * (double)i / (double)n);
        windowed[i] = samples[i] * (0.5 - 0.5 * cosine[i]);
    }
    memset(out, 0, BANDS * sizeof *out);
    for (size_t k = 0, band = 0; band < BANDS; k++) {
        double re = 0, im = 0, hertz = (double)k * rate / (double)n;

        band += hertz >= edges[band + 1];
        if (hertz < edges[0] || band == BANDS)
            continue;
        for (size_t i = 0; i < n; i++) {
            re += windowed[i] * cosine[i * k % n];
            im += windowed[i] * cosine[(i * k + n - n / 4) % n];
        }
        out[band] += re * re + im * im;
    }
}

/* The spread of a band's energy to a band `bark` higher, in dB (Schroeder, Atal and Hall 1979). */
static double spread(double bark)
{
    return 15.81 + 7.5 * (bark + 0.474) - 17.5 * sqrt(1 + (bark + 0.474) * (bark + 0.474));
}

/* The loudness of each band in sones, with a full-scale tone at 100 dB. Loudness levels equal sound
 * levels, because between 300 and 3400 Hz the ear's sensitivity is flat within a few dB. */
static void loudness(const int16_t *samples, size_t n, uint32_t rate, double sones[BANDS])
{
    double energies[BANDS], tone = 1.5 * 32768. * 32768. * (double)(n * n) / 16;

    bands(samples, n, rate, energies);
    for (int band = 0; band < BANDS; band++) {
        double sum = 1e-12, phon;

        for (int from = 0; from < BANDS; from++)
            sum += energies[from] / tone * pow(10, spread(band - from) / 10);
        phon = fmax(100 + 10 * log10(sum), 0);
        sones[band] = phon < 40 ? pow(phon / 40, 2.642) : pow(2, (phon - 40) / 10);
    }
}

static void report(const struct codec *codec, const struct wave_format *format, unsigned quality,
                   struct sound a, struct sound b)
{
    size_t n = format->sample_rate * 4 / 125 / 4 * 4, segments = 0;
    double loudest = 0, ratios = 0, signal = 0, noise = 0, of_a[BANDS], of_b[BANDS];

    for (size_t i = 0; i + n <= b.count; i += n / 2)
        loudest = fmax(loudest, energy(a.samples + i, n));
    for (size_t i = 0; i + n <= b.count; i += n / 2) {
        if (energy(a.samples + i, n) <= SILENCE_RATIO * loudest)
            continue;
        ratios += fmin(fmax(snr(a.samples + i, b.samples + i, n), -10), 35);
        loudness(a.samples + i, n, format->sample_rate, of_a);
        loudness(b.samples + i, n, format->sample_rate, of_b);
        for (int band = 0; band < BANDS; band++) {
            signal += of_a[band] * of_a[band];
            noise += (of_a[band] - of_b[band]) * (of_a[band] - of_b[band]);
        }
        segments++;
    }
    printf("quality\t0x%X\t%s\t%u\t%u\t%u\t%.3f\t%.3f\t%.3f\n", format->tag, codec->name,
           format->sample_rate, format->byte_rate * 8, quality, snr(a.samples, b.samples, b.count),
           ratios / (double)segments, 10 * log10(signal / noise));
    fflush(stdout);
}

/* Reports every quality whose output differs from that of the quality below. */
static void each_quality(const struct codec *codec, struct mode mode)
{
    struct sound sound = sound_at(mode.sample_rate, 1);
    struct bytes last = { 0 };
    uint8_t extra[EXTRA_ROOM];
    struct wave_format format = format_of(codec, mode, extra);

    for (uint8_t quality = 0; quality < 3; quality++) {
        struct options options = { .quality = quality, .dsp = dsp_set(best_set()) };
        struct bytes code = encode_all(codec, &format, &options, sound);
        struct sound decoded = decode_all(codec, &format, &options, code);

        if (code.size != last.size || memcmp(code.data, last.data, code.size) != 0)
            report(codec, &format, quality, sound, aligned(sound, decoded, 1));
        free(decoded.samples);
        free(last.data);
        last = code;
    }
    free(last.data);
}

static void all_codecs(void **unused)
{
    (void)unused;
    for (size_t i = 0; codecs[i]; i++)
        for (const struct mode *mode = codecs[i]->modes; mode->sample_rate; mode++)
            if (codecs[i]->encoder && mode->channels == 1 &&
                mode->sample_rate == speech_rate(codecs[i]))
                each_quality(codecs[i], *mode);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_codecs) };

    return cmocka_run_group_tests_name("quality", tests, 0, 0);
}
