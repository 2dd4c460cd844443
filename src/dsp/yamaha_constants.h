/* Limits of Yamaha ADPCM, and the constants that its search needs for every sample, a register of
 * each. They stand in a file of their own, so that the compiler loads them: it would make most of
 * them anew each time. */
#ifndef OMNIACM_YAMAHA_CONSTANTS_H
#define OMNIACM_YAMAHA_CONSTANTS_H

#include <stdint.h>

enum { YAMAHA_HEADER = 4, YAMAHA_STEP_LEAST = 127, YAMAHA_STEP_MOST = 24576 };

/* Eighths of a step, all but the 9 that is compared with. */
#define Q12(x) ((x) << 12)

enum yamaha_constant {
    YAMAHA_SIGN,
    YAMAHA_9,
    YAMAHA_2,
    YAMAHA_4,
    YAMAHA_7,
    YAMAHA_13,
    YAMAHA_15,
    YAMAHA_MISS_MOST,
    YAMAHA_LEAST,
    YAMAHA_MOST,
    YAMAHA_MIN,
    YAMAHA_MAX,
    YAMAHA_CONSTANTS
};
extern const int32_t yamaha_constants[YAMAHA_CONSTANTS][8];

#endif
