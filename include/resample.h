/* Conversion of the sample rate of 16-bit sound by any ratio, in integers. The same input makes the
 * same samples on every machine, in calls of any length, and the ratio stays exact forever.
 *
 * The filter is a windowed sinc (src/resample/filter.h). It delays the sound by half its length, in
 * whole output frames, which is heard as silence at the beginning; END gives the rest. Hosts that
 * never send END lose that rest: 16, 32 or 64 frames of the lower rate at quality 0, 1 or 2. */
#ifndef OMNIACM_RESAMPLE_H
#define OMNIACM_RESAMPLE_H

#include "codec.h"

enum {
    RESAMPLE_RATE_MAX = 0xFFFFFF, /* Hz */
    RESAMPLE_RATIO_MAX = 128,     /* between the two rates, in both directions */
    RESAMPLE_CHANNELS_MAX = 8
};

struct resample_plan {
    uint32_t up, down; /* output and input frames, in lowest terms */
    uint32_t taps;     /* coefficients per output, a multiple of 16 */
    uint32_t phases;   /* of the filter: `up`, or fewer, between which it is interpolated */
    uint16_t channels;
    uint8_t quality;
};

/* Plans a conversion `from` one rate `to` another with 1 to RESAMPLE_CHANNELS_MAX channels, at
 * quality 0 to 2. False if the rates or their ratio exceed the limits above. */
bool resample_plan(struct resample_plan *, uint32_t from, uint32_t to, unsigned channels,
                   unsigned quality);

/* The most output frames of one call with `frames` input frames, without what END adds. A sound of
 * that many frames has exactly so many, and resample_delay() of silence before them. */
uint64_t resample_frames(const struct resample_plan *, uint32_t frames);

/* The most input frames whose output fits into `frames` output frames. */
uint64_t resample_frames_for(const struct resample_plan *, uint32_t frames);

/* Output frames by which the output is late: that many are omitted, and the others are at the time
 * of the input. */
static inline uint32_t resample_delay(const struct resample_plan *plan)
{
    return (uint32_t)((uint64_t)plan->taps / 2 * plan->up / plan->down);
}

struct resampler;

/* `memory` has resample_bytes() bytes, aligned for any type: at most 520 KB, and 34 KB per channel;
 * from 44.1 to 48 kHz in stereo, 46 KB at quality 1. Starting computes no coefficients: those of a
 * phase are computed when it first occurs. */
size_t resample_bytes(const struct resample_plan *);
struct resampler *resample_start(void *memory, const struct resample_plan *, const struct dsp *);
void resample_reset(struct resampler *);

/* The number of input frames that can be used if `room` more outputs may be made: those that these
 * outputs need, and the others before the last one that the output after these needs. */
size_t resample_usable(const struct resampler *, size_t room);

/* Converts interleaved samples. Offer and progress are in frames. All input is used if the output
 * has room for resample_frames(); otherwise, as much as fills the output. END also gives the
 * delayed sound. The buffers do not overlap. */
struct progress resample_run(struct resampler *, const int16_t *src, int16_t *dst, struct offer);

#endif
