#ifndef RESAMPLE_SUPPORT_H
#define RESAMPLE_SUPPORT_H

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

#endif
