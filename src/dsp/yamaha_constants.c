/* The constants of Yamaha's search: yamaha_search.tmpl.h uses them. */
#include "yamaha_constants.h"

#define EIGHT(x) \
    { \
        x, x, x, x, x, x, x, x \
    }
const int32_t yamaha_constants[YAMAHA_CONSTANTS][8] = {
    [YAMAHA_SIGN] = EIGHT(INT32_MIN),
    [YAMAHA_9] = EIGHT(9),
    [YAMAHA_2] = EIGHT(YAMAHA_Q12(2)),
    [YAMAHA_4] = EIGHT(YAMAHA_Q12(4)),
    [YAMAHA_7] = EIGHT(YAMAHA_Q12(7)),
    [YAMAHA_13] = EIGHT(YAMAHA_Q12(13)),
    [YAMAHA_15] = EIGHT(YAMAHA_Q12(15)),
    [YAMAHA_MISS_MAX] = EIGHT(YAMAHA_STEP_MAX * 9 / 8),
    [YAMAHA_LOWEST_STEP] = EIGHT(YAMAHA_STEP_MIN),
    [YAMAHA_HIGHEST_STEP] = EIGHT(YAMAHA_STEP_MAX),
    [YAMAHA_LOWEST_SAMPLE] = EIGHT(INT16_MIN),
    [YAMAHA_HIGHEST_SAMPLE] = EIGHT(INT16_MAX),
};
