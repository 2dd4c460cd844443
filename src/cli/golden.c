#include <stdbool.h>
#include <string.h>
#include "fixed.h"
#include "golden.h"

const struct golden golden_table[] = {
#include "golden_table.h"
};
const size_t golden_count = sizeof golden_table / sizeof *golden_table;

const struct golden_format golden_silence[] = {
    { 0xA100, 1, 8000, 800, 1, 0 },
    { 0x0083, 1, 8000, 733, 22, 0 },
};

/* By coefficients for each phase, upward and downward, and by interpolated ones. */
const uint32_t golden_rates[] = { 48000, 8000, 44056 };

struct golden_settings golden_settings(enum golden_part part)
{
    switch (part) {
    case GOLDEN_FAST:
    case GOLDEN_RATE_FAST:
        return (struct golden_settings){ .quality = 0 };
    case GOLDEN_BEST:
    case GOLDEN_RATE_BEST:
        return (struct golden_settings){ .quality = 2 };
    case GOLDEN_DTX:
    case GOLDEN_DTX_DECODE:
        return (struct golden_settings){ .quality = 1, .dtx = 1 };
    default:
        return (struct golden_settings){ .quality = 1 };
    }
}

static int is_prime(size_t n)
{
    for (size_t i = 2; i * i <= n; i++)
        if (n % i == 0)
            return 0;
    return 1;
}

size_t golden_frames(uint32_t sample_rate)
{
    size_t n = (size_t)sample_rate + sample_rate / 3;

    while (!is_prime(n))
        n++;
    return n;
}

/* Marsaglia's xorshift. */
static uint32_t draw(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* The beginning of an AC-3 frame in stereo, as far as the mantissas of its first block. */
static const uint8_t ac3_start[] = { 0x0B, 0x77, 0x00, 0x00, 0x24, 0x40, 0x43, 0x63, 0x0E, 0xB5,
                                     0xFE, 0x78, 0xCF, 0xAE, 0x58, 0x19, 0xC2, 0xE0, 0xDA, 0xFC,
                                     0x08, 0xD8, 0xAE, 0x96, 0xE5, 0x81, 0x9C, 0x2E, 0x0D, 0xAF,
                                     0x5C, 0x6E, 0x04, 0x6C, 0x57, 0x4B, 0x72, 0xC0, 0xCE, 0x17,
                                     0x06, 0xD7, 0xE0, 0x46, 0xC5, 0x74, 0xB7, 0x2C, 0x0C, 0xE0,
                                     0x65, 0xA5, 0x25, 0x8B, 0x0F };

void golden_noise(uint16_t tag, uint8_t bytes[GOLDEN_NOISE_BYTES])
{
    uint32_t seed = 0x0ACE0ACE;

    for (size_t i = 0; i < GOLDEN_NOISE_BYTES; i++)
        bytes[i] = (uint8_t)(draw(&seed) >> 24);
    if (tag == 0x2000)
        memcpy(bytes, ac3_start, sizeof ac3_start);
}

/* A sine with parabolas for half waves. |t| <= 2^15, so |t * (2^15 - |t|)| <= 2^28, |y| <= 2^15. */
static int32_t sine(uint32_t phase)
{
    int32_t t = (int32_t)(phase >> 16) - 32768, magnitude = t < 0 ? -t : t;
    int32_t y = t * (32768 - magnitude) / 8192;

    return clamp(y, -32767, 32767);
}

struct voice {
    uint32_t rate, seed, phase;
    int32_t y1, y2; /* previous outputs of the filter */
};

/* The phase increment of a tone per sample. */
static uint32_t phase_step(const struct voice *voice, uint32_t hertz)
{
    return (uint32_t)(((uint64_t)hertz << 32) / voice->rate);
}

/* The phase of a tone after `i` samples. */
static uint32_t phase_at(const struct voice *voice, size_t i, uint32_t hertz)
{
    return (uint32_t)i * phase_step(voice, hertz);
}

/* Pulses at 110 Hz and some noise, through a resonator with Q14 coefficients. |y| < 2^15, so the
 * sums fit 64 bits. */
static int32_t speech(struct voice *voice, size_t i)
{
    uint32_t before = voice->phase;
    int64_t x = (int32_t)(draw(&voice->seed) % 256) - 128, y;

    voice->phase += phase_step(voice, 110);
    if (voice->phase < before)
        x += 9000;
    y = x +
        ((int64_t)voice->y1 * (28000 + (int32_t)(i / 64 % 128) * 16) - (int64_t)voice->y2 * 15400) /
            16384;
    voice->y2 = voice->y1;
    voice->y1 = (int32_t)(y > 32767 ? 32767 : y < -32768 ? -32768 : y);
    return voice->y1;
}

/* Sample `i` of `n` of one channel, which has eight parts of equal length. */
static int32_t sample(struct voice *voice, size_t i, size_t n, unsigned channel)
{
    size_t rest = i % (n / 8 + 1), part = (i / (n / 8 + 1) + 3 * channel) % 8;
    uint32_t noise = draw(&voice->seed);

    switch (part) {
    case 0:
        return sine(phase_at(voice, i, 440)) * 3 / 8;
    case 1:
        return speech(voice, i);
    case 2:
        return (int32_t)(noise >> 16) - 32768;
    case 3:
        return (sine(phase_at(voice, i, 697)) + sine(phase_at(voice, i, 1209))) / 4;
    case 4:
        return 0;
    case 5:
        return phase_at(voice, i, 150) >> 31 ? 32767 : -32768;
    case 6:
        if (rest % 401 == 0)
            return rest / 401 % 2 ? 32767 : -32768;
        return (int32_t)(noise >> 29) - 4;
    default:
        voice->phase += phase_step(voice, 100 + (uint32_t)((uint64_t)rest * voice->rate * 3 / n));
        return (int32_t)(sine(voice->phase) * (int64_t)rest * 8 / (int64_t)n);
    }
}

void golden_sound(uint32_t sample_rate, unsigned channels, int16_t *samples)
{
    size_t n = golden_frames(sample_rate);

    for (unsigned channel = 0; channel < channels; channel++) {
        struct voice voice = { .rate = sample_rate, .seed = 0x5EED5EED + channel };

        for (size_t i = 0; i < n; i++)
            samples[i * channels + channel] = (int16_t)sample(&voice, i, n, channel);
    }
}

/* Background noise, white or through a one-pole low-pass filter. The filter moves toward 4x from
 * the last sample of speech or noise, so |y| <= 2^15. */
static int32_t background(struct voice *voice, int32_t amplitude, bool low_pass)
{
    int32_t x = (int32_t)(draw(&voice->seed) >> 16) % (2 * amplitude + 1) - amplitude;

    voice->y1 = low_pass ? voice->y1 + (4 * x - voice->y1) / 8 : x;
    return voice->y1;
}

/* Bursts of speech, separated by pauses that are nine times as long. */
void golden_pauses(uint32_t sample_rate, unsigned channels, int16_t *samples)
{
    static const int16_t amplitudes[] = { 60, 0, 60, 60, 75, 90, 70, 40, 20, 20 };
    enum { PARTS = 40 };
    size_t n = GOLDEN_PAUSES * golden_frames(sample_rate), part_length = n / PARTS + 1;

    for (unsigned channel = 0; channel < channels; channel++) {
        struct voice voice = { .rate = sample_rate, .seed = 0x0DD5EED + channel };

        for (size_t i = 0; i < n; i++) {
            size_t part = i / part_length + channel;
            int32_t x;

            if (part % 10 == 1)
                x = speech(&voice, i);
            else
                x = background(&voice, amplitudes[part % 10], part / 7 % 2);
            samples[i * channels + channel] = (int16_t)x;
        }
    }
}

uint32_t golden_checksum(const void *bytes, size_t count)
{
    const uint8_t *p = bytes;
    uint32_t crc = 0xFFFFFFFF;

    for (size_t i = 0; i < count; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

const struct golden *golden_find(const struct golden *entry)
{
    for (size_t i = 0; i < golden_count; i++) {
        const struct golden *known = &golden_table[i];

        if (known->tag == entry->tag && known->sample_rate == entry->sample_rate &&
            known->channels == entry->channels && known->byte_rate == entry->byte_rate &&
            known->bits_per_sample == entry->bits_per_sample && known->part == entry->part)
            return known;
    }
    return 0;
}
