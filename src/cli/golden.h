/* The sound, the noise and the checksums by which every codec of the driver is known. They are
 * compared through msacm32 by `omniacm selftest`, and through the core by a test on the machine
 * that builds; integers alone make them.
 *
 * For every format that the driver lists (`format` below), with 16-bit PCM of the same rate and
 * channels:
 * - GOLDEN_ENCODE: all of golden_sound() in one conversion with START and END (without BLOCKALIGN);
 * what that leaves, if anything, is offered again with END;
 * - GOLDEN_DECODE: those encoded bytes, decoded in the same way;
 * - GOLDEN_NOISE: all of golden_noise(), which is no codec's output and ends within a block,
 * decoded in the same way;
 * - GOLDEN_FAST, GOLDEN_BEST: as GOLDEN_ENCODE, at qualities 0 and 2, where they change what is
 * encoded. For every format of golden_silence, which has silence frames and is never listed:
 * - GOLDEN_DTX: all of golden_pauses(), encoded in the same way with the DTX setting;
 * - GOLDEN_DTX_DECODE: those bytes, decoded.
 * A direction that the driver lacks has no row. */
#ifndef OMNIACM_CLI_GOLDEN_H
#define OMNIACM_CLI_GOLDEN_H

#include <stddef.h>
#include <stdint.h>

/* The smallest prime that is not below 4/3 s of samples of each channel: no codec's blocks divide
 * it. */
size_t golden_frames(uint32_t sample_rate);

/* golden_frames() samples of each channel, interleaved: tones, speech-like pulses, noise, a rising
 * tone, full-scale square waves, silence and clicks, in an order that differs from channel to
 * channel. */
void golden_sound(uint32_t sample_rate, unsigned channels, int16_t *samples);

/* Eight times as many samples: bursts of speech, and pauses whose noise changes in level and in
 * spectrum. */
enum { GOLDEN_PAUSES = 8 };
void golden_pauses(uint32_t sample_rate, unsigned channels, int16_t *samples);

enum { GOLDEN_NOISE_BYTES = 2999 };
void golden_noise(uint8_t bytes[GOLDEN_NOISE_BYTES]);

/* CRC-32, as in zip and zlib. */
uint32_t golden_checksum(const void *bytes, size_t count);

enum golden_part {
    GOLDEN_ENCODE,
    GOLDEN_DECODE,
    GOLDEN_NOISE,
    GOLDEN_FAST,
    GOLDEN_BEST,
    GOLDEN_DTX,
    GOLDEN_DTX_DECODE
};

/* What a part is encoded with; the other settings are the defaults. */
struct golden_settings {
    uint8_t quality, dtx;
};
struct golden_settings golden_settings(enum golden_part);

struct golden {
    uint16_t tag; /* all that precedes `part` tells the formats apart */
    uint32_t sample_rate;
    uint16_t channels;
    uint32_t byte_rate; /* nAvgBytesPerSec */
    uint16_t bits_per_sample;
    enum golden_part part;
    uint32_t bytes, checksum; /* of the result */
};

/* G.723.1 frames without cells, and G.729 blocks of two frames of speech and one of silence. */
struct golden_format {
    uint16_t tag, channels;
    uint32_t sample_rate, byte_rate;
    uint16_t block_align, bits_per_sample;
};
enum { GOLDEN_SILENCE_FORMATS = 2 };
extern const struct golden_format golden_silence[GOLDEN_SILENCE_FORMATS];

extern const struct golden golden_table[];
extern const size_t golden_rows;

/* The row of the same format and part, or a null pointer. */
const struct golden *golden_find(const struct golden *);

#endif
