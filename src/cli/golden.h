/* The generated audio and the expected checksums that identify every codec of the driver. `omniacm
 * selftest` compares them through msacm32, and a unit test on the build machine compares them with
 * the codec core. Everything is generated with integers.
 *
 * Every format that the driver lists is converted from and to 16-bit PCM of the same rate and
 * channels:
 *
 * GOLDEN_ENCODE      encodes golden_sound() in one call with START and END, without BLOCKALIGN.
 *                    Unused input, if any, is offered again with END.
 * GOLDEN_DECODE      decodes the result of GOLDEN_ENCODE likewise.
 * GOLDEN_NOISE       decodes golden_noise(): random bytes that end within a block. AC-3, which
 * looks for frames, finds the beginning of one. GOLDEN_FAST, _BEST as GOLDEN_ENCODE at quality 0
 * and 2; only where the quality makes a difference.
 *
 * The formats in golden_silence have silence frames, and are not listed by the driver:
 *
 * GOLDEN_DTX         encodes golden_pauses() with the DTX setting.
 * GOLDEN_DTX_DECODE  decodes the result of GOLDEN_DTX.
 *
 * The converter of PCM has entries under the result's format:
 *
 * GOLDEN_RATE        converts golden_sound() in stereo from GOLDEN_RATE_FROM to another rate;
 *                    GOLDEN_RATE_FAST, _BEST likewise.
 *
 * A direction that the driver does not offer has no entry. */
#ifndef OMNIACM_CLI_GOLDEN_H
#define OMNIACM_CLI_GOLDEN_H

#include <stddef.h>
#include <stdint.h>

/* The length of golden_sound() per channel: the smallest prime that is at least 4/3 s, so that it
 * is not a multiple of any codec's block. */
size_t golden_frames(uint32_t sample_rate);

/* Makes golden_frames() interleaved samples per channel: tones, speech-like pulses, noise, a sweep,
 * full-scale square waves, silence and clicks, in a different order in each channel. */
void golden_sound(uint32_t sample_rate, unsigned channels, int16_t *samples);

/* Makes GOLDEN_PAUSES times as many samples: bursts of speech, and pauses with background noise of
 * different levels and spectra. */
enum { GOLDEN_PAUSES = 8 };
void golden_pauses(uint32_t sample_rate, unsigned channels, int16_t *samples);

enum { GOLDEN_NOISE_BYTES = 2999 };
void golden_noise(uint16_t tag, uint8_t bytes[GOLDEN_NOISE_BYTES]);

/* CRC-32 as in zip and zlib. */
uint32_t golden_checksum(const void *bytes, size_t count);

enum golden_part {
    GOLDEN_ENCODE,
    GOLDEN_DECODE,
    GOLDEN_NOISE,
    GOLDEN_FAST,
    GOLDEN_BEST,
    GOLDEN_DTX,
    GOLDEN_DTX_DECODE,
    GOLDEN_RATE,
    GOLDEN_RATE_FAST,
    GOLDEN_RATE_BEST
};

/* The settings of a part that differ from the defaults. */
struct golden_settings {
    uint8_t quality, dtx;
};
struct golden_settings golden_settings(enum golden_part);

struct golden {
    uint16_t tag; /* this and the following fields, up to `part`, identify a format */
    uint32_t sample_rate;
    uint16_t channels;
    uint32_t byte_rate; /* nAvgBytesPerSec */
    uint16_t bits_per_sample;
    enum golden_part part;
    uint32_t bytes, checksum; /* of the result */
};

/* Comverse G.723.1, whose frames vary in size, and G.729 with blocks of two speech frames and one
 * silence frame. */
struct golden_format {
    uint16_t tag, channels;
    uint32_t sample_rate, byte_rate;
    uint16_t block_align, bits_per_sample;
};
enum { GOLDEN_SILENCE_FORMATS = 2 };
extern const struct golden_format golden_silence[GOLDEN_SILENCE_FORMATS];

/* The sample rates of the converter's entries, in Hz. */
enum { GOLDEN_RATE_FROM = 44100, GOLDEN_RATES = 3 };
extern const uint32_t golden_rates[GOLDEN_RATES];

extern const struct golden golden_table[];
extern const size_t golden_count;

/* The entry of the same format and part, or NULL. */
const struct golden *golden_find(const struct golden *);

#endif
