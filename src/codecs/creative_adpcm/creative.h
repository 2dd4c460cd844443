/* Creative ADPCM: the decoder's step and the encoder's search. */
#ifndef OMNIACM_CREATIVE_ADPCM_CREATIVE_H
#define OMNIACM_CREATIVE_ADPCM_CREATIVE_H

#include "adpcm_step.h"

enum { CREATIVE_STEP_MIN = 511, CREATIVE_STEP_MAX = 32767 };

/* The state of one channel: a 16-bit sample and a step. */
struct creative_state {
    int sample, step;
};

/* The sample decays by 2/256 before each change. */
static inline int creative_decayed(int sample) { return sample * 254 >> 8; }

static inline struct creative_state creative_next(struct creative_state state, size_t code)
{
    int sample = adpcm_saturate(creative_decayed(state.sample) + adpcm_change(state.step, code));

    return (struct creative_state){ sample, adpcm_next_step(state.step, code, CREATIVE_STEP_MIN,
                                                            CREATIVE_STEP_MAX) };
}

/* The encoder's search. A code that is not the nearest one may lead to a better step, so that
 * several paths of codes are followed at once. Of all paths that lead to nearly the same step, only
 * the best one survives, which ensures that the steps of the surviving paths differ. The oldest
 * code is decided when it has to be written. */
enum { CREATIVE_PATHS = 16 };

struct creative_path {
    struct creative_state state; /* step 0 marks an unused entry */
    uint64_t error; /* squared, relative to the best path when a code was last decided */
    uint64_t codes; /* the last 16, the newest one in the low nibble */
};

struct creative_search {
    struct creative_path paths[CREATIVE_PATHS];
    unsigned count;    /* a power of 2; 1 yields the nearest codes */
    unsigned fineness; /* 2^fineness ranges per octave of steps; ranges with equal remainders share
                          a path */
};

void creative_search_start(struct creative_search *, unsigned count, unsigned fineness);

/* Extends every path by a sample. */
void creative_search_extend(struct creative_search *, int16_t sample);

/* Returns the oldest of the best path's last `pending` codes, and drops the paths in which that
 * code differs. */
unsigned creative_search_decide(struct creative_search *, unsigned pending);

#endif
