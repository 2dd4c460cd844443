/* The test sounds, and the comparison of a decoded sound with the original. */
#ifndef OMNIACM_BENCH_SOUNDS_H
#define OMNIACM_BENCH_SOUNDS_H

#include "support.h"

/* Mono speech or stereo music at any rate. Cached, and written to build/bench/sounds for the
 * program in Wine. */
struct sound sound_at(uint32_t rate, uint16_t channels);

/* The rate at which a codec is tested with speech: 8 kHz, or the first one if it does not support
 * that. */
uint32_t speech_rate(const struct codec *);

/* Drops the codec's delay from a decoded sound: the shift with the highest SNR. */
struct sound aligned(struct sound original, struct sound decoded, unsigned channels);

#endif
