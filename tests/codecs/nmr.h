/* The ratio of noise to the mask of a sound, after the model of PEAQ (ITU-R BS.1387): energies in
 * critical bands spread to their neighbors, and mask noise that is 3 dB quieter, and from 1.5 kHz
 * on a quarter of a decibel more for each band. */
#ifndef OMNIACM_TESTS_CODECS_NMR_H
#define OMNIACM_TESTS_CODECS_NMR_H

#include <complex.h>
#include <math.h>
#include "support.h"

enum { NMR_BANDS = 25, NMR_WINDOW_MAX = 2048 };

/* An FFT of n values, which are `stride` apart. */
static inline void nmr_fft(const double complex *x, size_t n, size_t stride, double complex *y)
{
    const double pi = 3.14159265358979323846;

    y[0] = x[0];
    if (n == 1)
        return;
    nmr_fft(x, n / 2, 2 * stride, y);
    nmr_fft(x + stride, n / 2, 2 * stride, y + n / 2);
    for (size_t k = 0; k < n / 2; k++) {
        double complex odd = y[k + n / 2] * cexp(-2 * pi * I * (double)k / (double)n);

        y[k + n / 2] = y[k] - odd;
        y[k] += odd;
    }
}

/* The energies of n samples in critical bands, under a Hann window. */
static inline void nmr_energies(const double *samples, size_t n, unsigned rate,
                                double energies[NMR_BANDS])
{
    static const double edges[NMR_BANDS + 1] = { 0,    100,  200,   300,   400,  510,  630,
                                                 770,  920,  1080,  1270,  1480, 1720, 2000,
                                                 2320, 2700, 3150,  3700,  4400, 5300, 6400,
                                                 7700, 9500, 12000, 15500, 24500 };
    static double complex x[NMR_WINDOW_MAX], y[NMR_WINDOW_MAX];
    const double pi = 3.14159265358979323846;
    size_t band = 0;

    for (size_t i = 0; i < n; i++)
        x[i] = samples[i] * (0.5 - 0.5 * cos(2 * pi * ((double)i + 0.5) / (double)n));
    nmr_fft(x, n, 1, y);
    memset(energies, 0, NMR_BANDS * sizeof *energies);
    for (size_t k = 0; k < n / 2; k++) {
        while ((double)k * rate / (double)n >= edges[band + 1] && band + 1 < NMR_BANDS)
            band++;
        energies[band] += creal(y[k]) * creal(y[k]) + cimag(y[k]) * cimag(y[k]);
    }
}

/* The spread of energy to a band `bark` higher, in dB (Schroeder, Atal and Hall 1979). */
static inline double nmr_spread(double bark)
{
    return 15.81 + 7.5 * (bark + 0.474) - 17.5 * sqrt(1 + (bark + 0.474) * (bark + 0.474));
}

/* The mean of noise over mask in all bands of a frame. */
static inline double nmr_of_frame(const double *sound, const double *noise, size_t n, unsigned rate)
{
    double energies[NMR_BANDS], noises[NMR_BANDS], sum = 0;

    nmr_energies(sound, n, rate, energies);
    nmr_energies(noise, n, rate, noises);
    for (int i = 0; i < NMR_BANDS; i++) {
        double mask = 0;

        for (int j = 0; j < NMR_BANDS; j++)
            mask += energies[j] * pow(10, nmr_spread(i - j) / 10);
        mask *= pow(10, -(i < 12 ? 3 : 0.25 * i) / 10);
        sum += noises[i] / (mask + (double)(n * n)); /* steps of 16 bits are not heard */
    }
    return sum / NMR_BANDS;
}

/* The mean over all frames of 10 log10 of their ratios. */
static inline double nmr(const int16_t *a, const int16_t *b, size_t frames, unsigned channels,
                         unsigned rate)
{
    size_t n = rate > 30000 ? 2048 : rate > 15000 ? 1024 : 512, count = 0;
    double sound[NMR_WINDOW_MAX], noise[NMR_WINDOW_MAX], sum = 0;

    for (unsigned c = 0; c < channels; c++)
        for (size_t at = 0; at + n <= frames; at += n, count++) {
            for (size_t i = 0; i < n; i++) {
                sound[i] = a[(at + i) * channels + c];
                noise[i] = sound[i] - b[(at + i) * channels + c];
            }
            sum += 10 * log10(nmr_of_frame(sound, noise, n, rate) + 1e-5);
        }
    return sum / (double)count;
}

/* Music of which the spectrum reaches 16 kHz: the pieces have up to 4 kHz, and are played four
 * times as fast. Each channel has a part of the other one. */
static inline struct sound fast_music(void)
{
    struct sound slow = music(), fast = { malloc(slow.count / 4 * sizeof(int16_t)), 0 };

    for (size_t i = 0; i + 8 <= slow.count; i += 8) {
        int left = slow.samples[i], right = slow.samples[i + 1];

        fast.samples[fast.count++] = (int16_t)((2 * left + right) / 3);
        fast.samples[fast.count++] = (int16_t)((left + 2 * right) / 3);
    }
    free(slow.samples);
    return fast;
}

#endif
