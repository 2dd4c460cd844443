/* The limits of Yamaha ADPCM, and the constants that its search needs for every sample, one
 * register each. They are defined in a file of their own, so that the compiler loads them: it would
 * build most of them anew for each use. */
#ifndef OMNIACM_YAMAHA_CONSTANTS_H
#define OMNIACM_YAMAHA_CONSTANTS_H

#include <stdint.h>

enum { YAMAHA_HEADER = 4, YAMAHA_STEP_MIN = 127, YAMAHA_STEP_MAX = 24576 };

/* Eighths of a step, except for the 9, which is compared. */
#define YAMAHA_Q12(x) ((x) << 12)

enum yamaha_constant {
    YAMAHA_SIGN,
    YAMAHA_9,
    YAMAHA_2,
    YAMAHA_4,
    YAMAHA_7,
    YAMAHA_13,
    YAMAHA_15,
    YAMAHA_MISS_MAX,
    YAMAHA_LOWEST_STEP,
    YAMAHA_HIGHEST_STEP,
    YAMAHA_LOWEST_SAMPLE,
    YAMAHA_HIGHEST_SAMPLE,
    YAMAHA_CONSTANTS
};
extern const int32_t yamaha_constants[YAMAHA_CONSTANTS][8];

#endif
