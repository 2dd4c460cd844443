/* The constants of Yamaha's search: yamaha_search.tmpl.h says what they are for. */
#include "yamaha_constants.h"

#define EIGHT(x) \
    { \
        x, x, x, x, x, x, x, x \
    }
const int32_t yamaha_constants[YAMAHA_CONSTANTS][8] = {
    [YAMAHA_SIGN] = EIGHT(INT32_MIN),
    [YAMAHA_9] = EIGHT(9),
    [YAMAHA_2] = EIGHT(Q12(2)),
    [YAMAHA_4] = EIGHT(Q12(4)),
    [YAMAHA_7] = EIGHT(Q12(7)),
    [YAMAHA_13] = EIGHT(Q12(13)),
    [YAMAHA_15] = EIGHT(Q12(15)),
    [YAMAHA_MISS_MOST] = EIGHT(YAMAHA_STEP_MOST * 9 / 8),
    [YAMAHA_LEAST] = EIGHT(YAMAHA_STEP_LEAST),
    [YAMAHA_MOST] = EIGHT(YAMAHA_STEP_MOST),
    [YAMAHA_MIN] = EIGHT(INT16_MIN),
    [YAMAHA_MAX] = EIGHT(INT16_MAX),
};
