/* The parts of Creative's ADPCM. */
#ifndef OMNIACM_CREATIVE_ADPCM_CREATIVE_H
#define OMNIACM_CREATIVE_ADPCM_CREATIVE_H

#include "adpcm_step.h"

enum { STEP_LEAST = 511, STEP_MOST = 32767 };

/* What one channel knows between two codes: a sample of 16 bits, and a step. */
struct chain {
    int sample, step;
};

/* The sample leaks before it changes, by 2/256 of itself. */
static inline int leaked(int sample) { return sample * 254 >> 8; }

static inline struct chain after(struct chain chain, unsigned code)
{
    int sample = adpcm_held(leaked(chain.sample) + adpcm_change(chain.step, code));

    return (struct chain){ sample, adpcm_next_step(chain.step, code, STEP_LEAST, STEP_MOST) };
}

/* The encoder's search. A code that is not the nearest may leave a better step behind it, so
 * several paths of codes are followed at once: of all that lead to about the same step only the
 * best, for what matters is that the steps differ. The oldest code is settled when it must go. */
enum { PATHS_MOST = 16, CODES_HELD = 16 };

struct path {
    struct chain chain; /* step 0: there is no such path */
    uint64_t error;     /* squared, beyond the best path's when a code was last settled */
    uint64_t codes;     /* the last 16, the newest in the low nibble */
};

struct search {
    struct path paths[PATHS_MOST];
    unsigned count;    /* a power of 2; 1 leaves the nearest codes */
    unsigned fineness; /* 2^this ranges an octave of steps; those of equal remainder share a path */
};

void creative_search_start(struct search *, unsigned count, unsigned fineness);

/* Every path goes on with a sample. */
void creative_search_extend(struct search *, int16_t sample);

/* The oldest of the best path's last `held` codes; the paths that differ there are given up. */
unsigned creative_search_settle(struct search *, unsigned held);

#endif
