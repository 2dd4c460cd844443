/* What is coded, and how near to it the decoded sound comes. */
#ifndef OMNIACM_BENCH_SOUNDS_H
#define OMNIACM_BENCH_SOUNDS_H

#include "support.h"

/* Speech of one channel, or music of two, at any rate; it stays, and lies in build/bench/sounds for
 * the program in Wine. */
struct sound sound_at(uint32_t rate, uint16_t channels);

/* The rate at which a codec gets speech: 8 kHz, or its lowest where it does not have that. */
uint32_t speech_rate(const struct codec *);

/* The decoded sound as late as it has the highest SNR: that is the codec's delay, which no codec
 * compensates. */
struct sound aligned(struct sound original, struct sound decoded, unsigned channels);

#endif
