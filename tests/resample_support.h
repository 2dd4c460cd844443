#ifndef RESAMPLE_SUPPORT_H
#define RESAMPLE_SUPPORT_H

#include <math.h>
#include "support.h"
#include "resample.h"

static inline struct resampler *start(const struct resample_plan *plan, unsigned set)
{
    return resample_start(malloc(resample_bytes(plan)), plan, dsp_set(set));
}

/* The frames that the end adds are included. */
static inline size_t frames_of(const struct resample_plan *plan, size_t frames)
{
    return (size_t)resample_frames(plan, (uint32_t)frames) + resample_delay(plan);
}

/* Converts everything in one call. Counts are in samples of all channels. */
static inline struct sound whole(const struct resample_plan *plan, struct sound in, unsigned set)
{
    size_t frames = in.count / plan->channels, room = frames_of(plan, frames);
    struct sound result = { malloc(room * plan->channels * sizeof(int16_t) + 1),
                            room * plan->channels };
    struct resampler *resampler = start(plan, set);
    struct progress done =
        resample_run(resampler, in.samples, result.samples, (struct offer){ frames, room, END });

    assert_int_equal(done.used, frames);
    assert_int_equal(done.made, room);
    free(resampler);
    return result;
}

/* --- Waves whose exact values at any rate are known --- */

static const long double PI = 3.14159265358979323846264338327950288L;

enum { AMPLITUDE = 23197 }; /* 3 dB below full scale */

/* A tone, or a sweep upwards, with a fade at both ends; `t` and `length` are in seconds. */
struct wave {
    long double frequency, sweep, length; /* Hz, Hz per second */
};

static inline long double wave_at(const struct wave *wave, long double t)
{
    long double edge = fminl(t, wave->length - t) / (wave->length / 16);
    long double fade = edge <= 0 ? 0 : edge >= 1 ? 1 : (1 - cosl(PI * edge)) / 2;

    return AMPLITUDE * fade * sinl(2 * PI * t * (wave->frequency + wave->sweep * t / 2));
}

static inline struct sound wave_sampled(const struct wave *wave, uint32_t rate)
{
    struct sound result = { 0, (size_t)(wave->length * rate) };

    result.samples = malloc(result.count * sizeof(int16_t));
    for (size_t i = 0; i < result.count; i++)
        result.samples[i] = (int16_t)lrintl(wave_at(wave, (long double)i / rate));
    return result;
}

/* The SNR of a converted wave in dB, between its fades, if it is `delay` samples late. All that
 * differs from the exact values is noise, that of the input's rounding included. */
static inline double snr_of(const struct wave *wave, struct sound found, uint32_t rate,
                            uint32_t delay)
{
    long double signal = 0, noise = 0;

    for (size_t i = 0; i < found.count; i++) {
        long double t = ((long double)i - delay) / rate, exact = wave_at(wave, t);

        if (t < wave->length / 16 || t > wave->length * 15 / 16)
            continue;
        signal += exact * exact;
        noise += (found.samples[i] - exact) * (found.samples[i] - exact);
    }
    return (double)(10 * log10l(signal / noise));
}

#endif
