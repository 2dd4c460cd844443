/* Limits of Yamaha ADPCM, and constants of its search, eight times each for lanes. */
#ifndef OMNIACM_YAMAHA_NUMBERS_H
#define OMNIACM_YAMAHA_NUMBERS_H

#include <stdint.h>

enum { YAMAHA_HEADER = 4, YAMAHA_STEP_LEAST = 127, YAMAHA_STEP_MOST = 24576 };

/* Eighths of a step, all but the 9 that is compared with. */
#define Q12(x) ((x) << 12)

enum yamaha_number {
    YAMAHA_SIGN, YAMAHA_9, YAMAHA_2, YAMAHA_4, YAMAHA_7, YAMAHA_13, YAMAHA_15, YAMAHA_HELD, YAMAHA_LEAST, YAMAHA_MOST, YAMAHA_MIN, YAMAHA_MAX, YAMAHA_NUMBERS
};
extern const int32_t yamaha_numbers[YAMAHA_NUMBERS][8];

#endif
